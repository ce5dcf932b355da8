//! Each change of a declaration is one line of the plan, which says what changed; applying it makes the plan empty.

use odm::{Database, Embedded, Model, Value, bson::DateTime, models};

use super::apply;

/// A test: the fields before and after, and the line of the plan.
macro_rules! changes {
    ($($name:ident: { $($before:tt)* } => { $($after:tt)* } $line:literal;)*) => { $(
        #[odm_test::test]
        async fn $name(db: Database) {
            mod before {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", validator)]
                pub(super) struct Thing {
                    id: i32,
                    $($before)*
                }
            }
            mod after {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", validator)]
                pub(super) struct Thing {
                    id: i32,
                    $($after)*
                }
            }
            apply::<before::Thing>(&db).await;
            let plan = db.schema(models![after::Thing]).plan().await.unwrap();
            let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
            assert_eq!(lines, [concat!("~ things: modify validator: ", $line)]);
            apply::<after::Thing>(&db).await;
            apply::<before::Thing>(&db).await;
        }
    )* };
}

#[derive(Debug, Embedded)]
struct Point {
    x: i32,
}

#[derive(Debug, Embedded)]
struct Point3 {
    x: i32,
    z: Option<i32>,
}

#[derive(Debug, Value)]
enum Two {
    A,
    B,
}

#[derive(Debug, Value)]
enum Three {
    A,
    B,
    C,
}

#[derive(Debug, Value)]
#[serde(tag = "kind")]
enum Shape {
    Round { radius: f64 },
    Square { side: f64 },
}

#[derive(Debug, Value)]
#[serde(tag = "kind")]
enum WiderShape {
    Round { radius: f64 },
    Square { side: f64 },
    Line,
}

// --- models end here

changes! {
    a_field_is_added: {} => { name: String, }
        "`name` any -> string; `name` optional -> required [narrowing]";
    an_optional_field_is_added: {} => { name: Option<String>, }
        "`name` any -> null or string [narrowing]";
    a_field_is_removed: { name: String, } => {}
        "`name` string -> any; `name` required -> optional [safe]";
    a_field_becomes_optional: { name: String, } => { name: Option<String>, }
        "`name` type string -> null or string; `name` required -> optional [safe]";
    a_field_becomes_required: { name: Option<String>, } => { name: String, }
        "`name` type null or string -> string; `name` optional -> required [narrowing]";
    a_type_changes: { size: String, } => { size: bool, }
        "`size` type string -> bool [narrowing]";
    an_integer_becomes_wider: { size: u8, } => { size: u16, }
        "`size` maximum 255 -> 65535 [safe]";
    an_integer_becomes_narrower: { size: u16, } => { size: u8, }
        "`size` maximum 65535 -> 255 [narrowing]";
    a_length_is_added: { name: String, } => { #[odm(validate(length(max = 9)))] name: String, }
        "`name` maxLength none -> 9 [narrowing]";
    a_length_is_removed: { #[odm(validate(length(min = 2)))] name: String, } => { name: String, }
        "`name` minLength 2 -> none [safe]";
    a_length_grows: { #[odm(validate(length(min = 2, max = 9)))] name: String, }
        => { #[odm(validate(length(min = 1, max = 10)))] name: String, }
        "`name` maxLength 9 -> 10; `name` minLength 2 -> 1 [safe]";
    a_range_shrinks: { #[odm(validate(range(min = 1, max = 9)))] n: i32, }
        => { #[odm(validate(range(min = 1, max = 8)))] n: i32, }
        "`n` maximum 9 -> 8 [narrowing]";
    a_pattern_changes: { #[odm(validate(pattern = "^a"))] name: String, }
        => { #[odm(validate(pattern = "^b"))] name: String, }
        "`name` pattern ^a -> ^b [narrowing]";
    a_list_grows: { #[odm(validate(one_of = ["a", "b"]))] name: String, }
        => { #[odm(validate(one_of = ["a", "b", "c"]))] name: String, }
        "`name` values a or b -> a or b or c [safe]";
    a_list_shrinks: { #[odm(validate(one_of = [1, 2]))] n: i32, } => { #[odm(validate(one_of = [2]))] n: i32, }
        "`n` values 1 or 2 -> 2 [narrowing]";
    a_divisor_changes: { #[odm(validate(multiple_of = 10))] n: i32, } => { #[odm(validate(multiple_of = 5))] n: i32, }
        "`n` multipleOf 10 -> 5 [safe]";
    items_become_unique: { tags: Vec<String>, } => { #[odm(validate(unique_items))] tags: Vec<String>, }
        "`tags` uniqueItems none -> true [narrowing]";
    a_date_gets_a_bound: { at: DateTime, }
        => { #[odm(validate(range(min = DateTime::from_millis(0))))] at: DateTime, }
        "condition none -> { \"at\": { \"$not\": { \"$lt\": DateTime(\"1970-01-01 0:00:00.0 +00:00:00\") } } } [narrowing]";
    an_inner_field_is_added: { at: Point, } => { at: Point3, }
        "`at.z` any -> double or int or long or null (maximum 2147483647; minimum -2147483648; multipleOf 1) \
         [narrowing]";
    an_inner_field_of_items_is_added: { at: Vec<Point>, } => { at: Vec<Point3>, }
        "`at.z` any -> double or int or long or null (maximum 2147483647; minimum -2147483648; multipleOf 1) \
         [narrowing]";
    a_variant_is_added: { status: Two, } => { status: Three, }
        "`status` values A or B -> A or B or C [safe]";
    a_variant_is_removed: { status: Three, } => { status: Two, }
        "`status` values A or B or C -> A or B [narrowing]";
    a_variant_with_content_is_added: { shape: Shape, } => { shape: WiderShape, }
        "`shape` variant none -> object (fields kind; required kind) [safe]";
    an_array_gets_a_length: { pair: Vec<bool>, } => { pair: [bool; 2], }
        "`pair` maxItems none -> 2; `pair` minItems none -> 2 [narrowing]";
    a_map_gets_another_type: { map: std::collections::BTreeMap<String, bool>, }
        => { map: std::collections::BTreeMap<String, String>, }
        "`map.*` type bool -> string [narrowing]";
}

#[odm_test::test]
async fn rules_of_the_document(db: Database) {
    mod plain {
        use super::*;
        #[derive(Debug, Model)]
        #[odm(collection = "things", validator)]
        pub(super) struct Thing {
            id: i32,
            low: Option<bool>,
            from: i32,
            to: i32,
        }
    }
    mod ruled {
        use super::*;
        #[derive(Debug, Model)]
        #[odm(collection = "things", validator, validate(compare(from <= to)))]
        pub(super) struct Thing {
            id: i32,
            low: Option<bool>,
            from: i32,
            to: i32,
        }
    }
    apply::<plain::Thing>(&db).await;
    let plan = db.schema(models![ruled::Thing]).plan().await.unwrap();
    assert_eq!(
        plan.iter().map(ToString::to_string).collect::<Vec<_>>(),
        [
            "~ things: modify validator: condition none -> { \"$or\": [{ \"from\": { \"$eq\": null } }, { \"to\": { \
          \"$eq\": null } }, { \"$expr\": { \"$lte\": [\"$from\", \"$to\"] } }] } [narrowing]"
        ]
    );
    apply::<ruled::Thing>(&db).await;
    apply::<plain::Thing>(&db).await;
}
