//! Each change of a declaration is one line of the plan, which says what changed; applying it makes the plan empty.

use odm::{Database, Embedded, Model, Value, bson::DateTime, models};

use super::{apply, widening::assert_widening};

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
            assert_widening::<after::Thing>(&db, &plan).await;
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

/// A test: the attributes of the model before and after, and the line of the plan.
macro_rules! model_changes {
    ($($name:ident: ($($before:tt)*) => ($($after:tt)*) $line:literal;)*) => { $(
        #[odm_test::test]
        async fn $name(db: Database) {
            mod before {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", $($before)*)]
                pub(super) struct Thing {
                    id: i32,
                    n: i32,
                    street: Option<bool>,
                    city: Option<bool>,
                    at: Point,
                }
            }
            mod after {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", $($after)*)]
                pub(super) struct Thing {
                    id: i32,
                    n: i32,
                    street: Option<bool>,
                    city: Option<bool>,
                    at: Point,
                }
            }
            apply::<before::Thing>(&db).await;
            let plan = db.schema(models![after::Thing]).plan().await.unwrap();
            let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
            assert_eq!(lines, [concat!("~ things: modify validator: ", $line)]);
            assert_widening::<after::Thing>(&db, &plan).await;
            apply::<before::Thing>(&db).await;
        }
    )* };
}

fn renamed(_: &mut odm::bson::Document) {}

model_changes! {
    fields_are_required_together: (validator) => (validator, validate(required_together(street, city)))
        "allOf none -> any (fields city, street; required city, street) or any (fields city, street) \
         [narrowing]";
    fields_are_no_longer_required_together: (validator, validate(required_together(street, city))) => (validator)
        "allOf any (fields city, street; required city, street) or any (fields city, street) -> none [safe]";
    a_version_is_introduced: (validator) => (validator, schema_version = 2, upgrade(1 = renamed))
        "`_id` double or int or long (maximum 2147483647; minimum -2147483648; multipleOf 1) -> any; `at` \
         object (fields x; required x) -> any; `city` bool or null -> any; `n` double or int or long (maximum \
         2147483647; minimum -2147483648; multipleOf 1) -> any; `street` bool or null -> any; `_id` required \
         -> optional; `at` required -> optional; `n` required -> optional; anyOf none -> any (fields _id, at, \
         city, n, schema_version, street; required _id, at, n, schema_version) or any (fields schema_version) \
         [narrowing]";
    a_version_is_added: (validator, schema_version = 2, upgrade(1 = renamed))
        => (validator, schema_version = 3, upgrade(1 = renamed, 2 = renamed))
        "`schema_version` values 2 -> 3; `schema_version` maximum 1 -> 2 [narrowing]";
    the_oldest_version_is_given_up: (validator, schema_version = 3, upgrade(1 = renamed, 2 = renamed))
        => (validator, schema_version = 3, upgrade(2 = renamed))
        "`schema_version` minimum 1 -> 2; `schema_version` optional -> required [narrowing]";
    types_become_exact: (validator) => (validator(exact_types))
        "`_id` type double or int or long -> int; `_id` maximum 2147483647 -> none; `_id` minimum -2147483648 \
         -> none; `_id` multipleOf 1 -> none; `at.x` type double or int or long -> int; `at.x` maximum \
         2147483647 -> none; `at.x` minimum -2147483648 -> none; `at.x` multipleOf 1 -> none; `n` type double \
         or int or long -> int; `n` maximum 2147483647 -> none; `n` minimum -2147483648 -> none; `n` \
         multipleOf 1 -> none; `city` optional -> required; `street` optional -> required [narrowing]";
    types_become_less_exact: (validator(exact_types)) => (validator)
        "`_id` type int -> double or int or long; `_id` maximum none -> 2147483647; `_id` minimum none -> \
         -2147483648; `_id` multipleOf none -> 1; `at.x` type int -> double or int or long; `at.x` maximum \
         none -> 2147483647; `at.x` minimum none -> -2147483648; `at.x` multipleOf none -> 1; `n` type int -> \
         double or int or long; `n` maximum none -> 2147483647; `n` minimum none -> -2147483648; `n` \
         multipleOf none -> 1; `city` required -> optional; `street` required -> optional [safe]";
    undeclared_fields_are_refused: (validator) => (validator(deny_unknown_fields))
        "`at` undeclared fields accepted -> refused; undeclared fields accepted -> refused [narrowing]";
    undeclared_fields_are_accepted: (validator(deny_unknown_fields)) => (validator)
        "undeclared fields refused -> accepted; `at` undeclared fields refused -> accepted [safe]";
    the_level_changes: (validator) => (validator(level = "moderate"))
        "level strict -> moderate [safe]";
    the_level_changes_back: (validator(level = "moderate")) => (validator)
        "level moderate -> strict [narrowing]";
    the_action_changes: (validator) => (validator(action = "warn"))
        "action error -> warn [safe]";
    the_action_changes_back: (validator(action = "warn")) => (validator)
        "action warn -> error [narrowing]";
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
