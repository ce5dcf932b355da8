use mongodb::bson::{Document, doc};

use super::*;

fn compare(live: &Document, declared: &Document) -> (String, bool) {
    let (live, declared) = (normal(live), normal(declared));
    let mut differences = Differences::default();
    differences.schema("", &live, &declared);
    let of_schema = |schema| doc! { "$jsonSchema": schema };
    let lines: Vec<String> = differences.0.iter().map(ToString::to_string).collect();
    (lines.join("; "), !covers(&of_schema(declared), &of_schema(live)))
}

/// Checks the difference in both directions: what narrows in one does not in the other.
fn narrows(live: &Document, declared: &Document, text: &str) {
    assert_eq!(compare(live, declared), (text.to_owned(), true), "{live} {declared}");
    let (_, back) = compare(declared, live);
    assert!(!back, "{declared} -> {live}");
}

#[test]
fn equal_schemas_have_no_differences() {
    let schema = doc! { "bsonType": "object", "properties": { "a": { "enum": [1, 2] } } };
    assert_eq!(compare(&schema, &schema), (String::new(), false));
}

#[test]
fn each_keyword_narrows_in_one_direction() {
    for (live, declared, line) in [
        (doc! {}, doc! { "bsonType": "int" }, "type none -> int"),
        (doc! { "bsonType": ["int", "long"] }, doc! { "bsonType": "int" }, "type int or long -> int"),
        (doc! { "enum": ["a", "b"] }, doc! { "enum": ["b"] }, "values a or b -> b"),
        (doc! { "minimum": 1 }, doc! { "minimum": 2 }, "minimum 1 -> 2"),
        (doc! { "maximum": 1.5 }, doc! { "maximum": 1 }, "maximum 1.5 -> 1"),
        (doc! {}, doc! { "minLength": 1 }, "minLength none -> 1"),
        (doc! { "maxItems": 9 }, doc! { "maxItems": 8 }, "maxItems 9 -> 8"),
        (doc! { "multipleOf": 5 }, doc! { "multipleOf": 10 }, "multipleOf 5 -> 10"),
        (doc! {}, doc! { "uniqueItems": true }, "uniqueItems none -> true"),
        (doc! {}, doc! { "pattern": "^a" }, "pattern none -> ^a"),
        (doc! {}, doc! { "required": ["a"] }, "`a` optional -> required"),
        (doc! { "properties": {} }, doc! { "properties": { "a": { "bsonType": "int" } } }, "`a` any -> int"),
        (
            doc! { "properties": { "a": { "minimum": 1 } } },
            doc! { "properties": { "a": { "minimum": 2 } } },
            "`a` minimum 1 -> 2",
        ),
        (doc! {}, doc! { "additionalProperties": false }, "undeclared fields accepted -> refused"),
        (
            doc! { "anyOf": [{ "bsonType": "int" }, { "bsonType": "string" }] },
            doc! { "anyOf": [{ "bsonType": "string" }] },
            "variant int -> none",
        ),
        (
            doc! { "allOf": [{ "minimum": 1 }] },
            doc! { "allOf": [{ "minimum": 1 }, { "maximum": 2 }] },
            "condition none -> any (maximum 2)",
        ),
        (
            doc! { "items": { "bsonType": ["int", "null"] } },
            doc! { "items": { "bsonType": "int" } },
            "type int or null -> int",
        ),
    ] {
        narrows(&live, &declared, line);
    }
}

#[test]
fn a_field_is_added_to_a_document_that_refuses_undeclared_fields_without_narrowing() {
    let live = doc! { "properties": {}, "additionalProperties": false };
    let declared = doc! { "properties": { "a": { "bsonType": "int" } }, "additionalProperties": false };
    assert_eq!(compare(&live, &declared), ("`a` refused -> int".to_owned(), false));
    assert_eq!(compare(&declared, &live), ("`a` int -> refused".to_owned(), true));
}

#[test]
fn another_pattern_narrows_in_both_directions() {
    for (live, declared) in [("a", "b"), ("b", "a")] {
        let (line, narrow) = compare(&doc! { "pattern": live }, &doc! { "pattern": declared });
        assert_eq!((line, narrow), (format!("pattern {live} -> {declared}"), true));
    }
}
