//! Each change of a declared index is one line of the plan, which says what changed; applying it makes the plan empty.

use odm::{Database, Model, models, schema::Models};

/// A test: the index before and after, and the lines of the plan.
macro_rules! changes {
    ($($name:ident: index($($before:tt)*) => index($($after:tt)*) [$($line:expr),+];)*) => { $(
        #[odm_test::test]
        async fn $name(db: Database) {
            mod before {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", index($($before)*, name = "it"))]
                pub(super) struct Thing {
                    id: i32,
                    a: String,
                    b: String,
                    spot: [f64; 2],
                }
            }
            mod after {
                use super::*;
                #[derive(Debug, Model)]
                #[odm(collection = "things", index($($after)*, name = "it"))]
                pub(super) struct Thing {
                    id: i32,
                    a: String,
                    b: String,
                    spot: [f64; 2],
                }
            }
            apply(&db, models![before::Thing]).await;
            let plan = db.schema(models![after::Thing]).plan().await.unwrap();
            let lines: Vec<String> = plan.iter().map(ToString::to_string).collect();
            assert_eq!(lines, [$(concat!("-/+ things: rebuild index it: ", $line, " [destructive]")),+]);
            apply(&db, models![after::Thing]).await;
            apply(&db, models![before::Thing]).await;
        }
    )* };
}

/// Applies all changes. Then the plan is empty.
async fn apply(db: &Database, models: Models) {
    let plan = db.schema(models.clone()).plan().await.unwrap();
    plan.apply().allow_destructive().await.unwrap_or_else(|error| panic!("{error}: {plan}"));
    let again = db.schema(models).plan().await.unwrap();
    assert!(again.is_empty(), "{plan}\n---\n{again}");
}

// --- models end here

changes! {
    the_keys_change_their_order: index(a, b) => index(b, a)
        [r#"keys { "a": 1, "b": 1 } -> { "b": 1, "a": 1 }"#];
    a_key_changes_its_direction: index(a, b) => index(a, b = -1)
        [r#"keys { "a": 1, "b": 1 } -> { "a": 1, "b": -1 }"#];
    a_key_is_added: index(a) => index(a, b)
        [r#"keys { "a": 1 } -> { "a": 1, "b": 1 }"#];
    a_key_changes_its_type: index(a) => index(a = "hashed")
        [r#"keys { "a": 1 } -> { "a": "hashed" }"#];
    the_text_field_moves_behind_another: index(a = "text", b) => index(b, a = "text")
        [r#"keys { "_fts": "text", "_ftsx": 1, "b": 1 } -> { "b": 1, "_fts": "text", "_ftsx": 1 }"#];
    every_field_becomes_text: index(a = "text") => index(every_field = "text")
        [r#"weights { "a": 1 } -> { "$**": 1 }"#];
    every_field_is_text_and_one_gets_a_weight: index(every_field = "text") => index(every_field = "text", weights(a = 10))
        [r#"weights { "$**": 1 } -> { "$**": 1, "a": 10 }"#];
    the_field_of_the_language_is_set: index(a = "text") => index(a = "text", language_override = "idioma")
        ["language override language -> idioma"];
    the_field_of_the_language_changes: index(a = "text", language_override = "idioma")
        => index(a = "text", language_override = "sprache")
        ["language override idioma -> sprache"];
    the_default_language_changes: index(a = "text") => index(a = "text", default_language = "german")
        ["default language english -> german"];
    bounds_are_set: index(spot = "2d") => index(spot = "2d", bounds(min = -10, max = 10.5))
        ["min none -> -10; max none -> 10.5"];
    a_bound_changes: index(spot = "2d", bounds(min = -10, max = 10.5)) => index(spot = "2d", bounds(min = -10, max = 11))
        ["max 10.5 -> 11"];
    the_precision_changes: index(spot = "2d", bounds(min = -10, max = 10, bits = 20))
        => index(spot = "2d", bounds(min = -10, max = 10, bits = 21))
        ["bits 20 -> 21"];
    a_wildcard_gets_a_projection: index(every_field = "wildcard") => index(every_field = "wildcard", include(a))
        [r#"wildcard projection none -> { "a": 1 }"#];
    a_wildcard_includes_more: index(every_field = "wildcard", include(a)) => index(every_field = "wildcard", include(a, b))
        [r#"wildcard projection { "a": 1 } -> { "a": 1, "b": 1 }"#];
    a_wildcard_excludes_what_it_included: index(every_field = "wildcard", include(a))
        => index(every_field = "wildcard", exclude(a))
        [r#"wildcard projection { "a": 1 } -> { "a": 0 }"#];
    a_collation_is_set: index(a) => index(a, collation(locale = "en"))
        [r#"collation simple -> { "locale": "en" }"#];
    the_locale_changes: index(a, collation(locale = "en")) => index(a, collation(locale = "fr"))
        [r#"collation { "locale": "en" } -> { "locale": "fr" }"#];
    the_strength_changes: index(a, collation(locale = "en")) => index(a, collation(locale = "en", strength = 2))
        [r#"collation { "locale": "en", "strength": 3 } -> { "locale": "en", "strength": 2 }"#];
    the_case_level_changes: index(a, collation(locale = "en")) => index(a, collation(locale = "en", case_level = true))
        [r#"collation { "caseLevel": false, "locale": "en" } -> { "caseLevel": true, "locale": "en" }"#];
    the_first_case_changes: index(a, collation(locale = "en", case_first = "lower"))
        => index(a, collation(locale = "en", case_first = "upper"))
        [r#"collation { "caseFirst": "lower", "locale": "en" } -> { "caseFirst": "upper", "locale": "en" }"#];
    the_order_of_numbers_changes: index(a, collation(locale = "en"))
        => index(a, collation(locale = "en", numeric_ordering = true))
        [r#"collation { "locale": "en", "numericOrdering": false } -> { "locale": "en", "numericOrdering": true }"#];
    punctuation_is_ignored: index(a, collation(locale = "en")) => index(a, collation(locale = "en", alternate = "shifted"))
        [r#"collation { "alternate": "non-ignorable", "locale": "en" } -> { "alternate": "shifted", "locale": "en" }"#];
    the_ignored_characters_change: index(a, collation(locale = "en", alternate = "shifted"))
        => index(a, collation(locale = "en", alternate = "shifted", max_variable = "space"))
        [r#"collation { "locale": "en", "maxVariable": "punct" } -> { "locale": "en", "maxVariable": "space" }"#];
    normalization_changes: index(a, collation(locale = "en"))
        => index(a, collation(locale = "en", normalization = true))
        [r#"collation { "locale": "en", "normalization": false } -> { "locale": "en", "normalization": true }"#];
    the_direction_of_accents_changes: index(a, collation(locale = "fr"))
        => index(a, collation(locale = "fr", backwards = true))
        [r#"collation { "backwards": false, "locale": "fr" } -> { "backwards": true, "locale": "fr" }"#];
}

/// Without a name, an index on other keys is another one.
#[odm_test::test]
async fn an_unnamed_index_with_other_keys_is_created_beside_the_old_one(db: Database) {
    mod before {
        use super::*;
        #[derive(Debug, Model)]
        #[odm(collection = "things", index(a, b))]
        pub(super) struct Thing {
            id: i32,
            a: String,
            b: String,
        }
    }
    mod after {
        use super::*;
        #[derive(Debug, Model)]
        #[odm(collection = "things", index(b, a = -1))]
        pub(super) struct Thing {
            id: i32,
            a: String,
            b: String,
        }
    }
    apply(&db, models![before::Thing]).await;
    let schema = db.schema(models![after::Thing]);
    let lines = ["+ things: create index b_1_a_-1 [slow]", "? things: index a_1_b_1 is not declared"];
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.iter().map(ToString::to_string).collect::<Vec<_>>(), lines);
    plan.apply().await.unwrap();
    let left = schema.plan().await.unwrap();
    assert_eq!(left.iter().map(ToString::to_string).collect::<Vec<_>>(), lines[1..]);
}
