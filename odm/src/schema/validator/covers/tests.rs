#![allow(clippy::needless_pass_by_value)] // the callers are shorter

use mongodb::bson::{Document, doc};

use super::covers;
use crate::schema::validator::normal::normal;

fn widens(live: Document, declared: Document) -> bool {
    let validator = |schema| normal(&doc! { "$jsonSchema": schema });
    covers(&validator(declared), &validator(live))
}

/// Asserts that the change widens, and that the change back narrows.
#[track_caller]
fn only_widens(live: Document, declared: Document) {
    assert!(widens(live.clone(), declared.clone()), "{live} -> {declared}");
    assert!(!widens(declared.clone(), live.clone()), "{declared} -> {live}");
}

#[track_caller]
fn narrows_in_both_directions(one: Document, other: Document) {
    assert!(!widens(one.clone(), other.clone()), "{one} -> {other}");
    assert!(!widens(other.clone(), one.clone()), "{other} -> {one}");
}

#[track_caller]
fn is_the_same(one: Document, other: Document) {
    assert!(widens(one.clone(), other.clone()), "{one} -> {other}");
    assert!(widens(other.clone(), one.clone()), "{other} -> {one}");
}

#[test]
fn sets_of_types_and_values_widen_when_they_grow() {
    only_widens(doc! { "bsonType": "int" }, doc! { "bsonType": ["int", "null"] });
    only_widens(doc! { "bsonType": "int" }, doc! { "bsonType": "number" });
    only_widens(doc! { "bsonType": "int" }, doc! {});
    only_widens(doc! { "enum": ["a"] }, doc! { "enum": ["a", "b"] });
    only_widens(doc! { "enum": ["a"] }, doc! { "bsonType": ["string", "symbol"] });
    // The server finds a decimal in a list of integers.
    only_widens(
        doc! { "enum": [1, 2] },
        doc! { "bsonType": ["int", "long", "double", "decimal"], "minimum": 1 },
    );
    narrows_in_both_directions(doc! { "enum": [1] }, doc! { "bsonType": "int" });
    narrows_in_both_directions(doc! { "bsonType": "int" }, doc! { "bsonType": "string" });
    is_the_same(doc! { "bsonType": "null" }, doc! { "bsonType": "null", "enum": [null, 1] });
}

#[test]
fn bounds_widen_when_they_move_apart() {
    for (tight, wide) in [
        (doc! { "minimum": 2 }, doc! { "minimum": 1.5 }),
        (doc! { "maximum": 2 }, doc! { "maximum": 3_i64 << 40 }),
        (doc! { "minimum": 1, "exclusiveMinimum": true }, doc! { "minimum": 1 }),
        (doc! { "minLength": 2 }, doc! { "minLength": 1 }),
        (doc! { "maxItems": 2 }, doc! { "maxItems": 3 }),
        (doc! { "maxProperties": 2 }, doc! {}),
        (doc! { "multipleOf": 10 }, doc! { "multipleOf": 5 }),
        (doc! { "uniqueItems": true }, doc! {}),
        (doc! { "pattern": "^a" }, doc! {}),
    ] {
        only_widens(tight, wide);
    }
    narrows_in_both_directions(doc! { "pattern": "^a" }, doc! { "pattern": "^b" });
    is_the_same(doc! { "minLength": 0 }, doc! {});
}

#[test]
fn a_keyword_for_other_types_or_that_a_type_implies_refuses_nothing() {
    is_the_same(
        doc! { "bsonType": "int" },
        doc! { "bsonType": "int", "minimum": i32::MIN, "maximum": i32::MAX, "multipleOf": 1, "maxLength": 3 },
    );
    is_the_same(
        doc! { "bsonType": "binData" },
        doc! { "bsonType": "binData", "items": { "bsonType": "int" }, "minItems": 4 },
    );
    only_widens(
        doc! { "bsonType": "int", "minimum": 0 },
        doc! { "bsonType": ["int", "long", "double"], "multipleOf": 1, "minimum": 0, "maximum": i32::MAX },
    );
    // A double may be beyond the range, or have a fraction.
    only_widens(
        doc! { "bsonType": ["int", "double"], "maximum": i32::MAX },
        doc! { "bsonType": ["int", "double"] },
    );
    only_widens(doc! { "bsonType": "double", "multipleOf": 1 }, doc! { "bsonType": "double" });
    only_widens(doc! { "bsonType": "long", "maximum": i32::MAX }, doc! { "bsonType": "long" });
}

#[test]
fn fields_widen_when_they_become_optional_or_of_any_type() {
    only_widens(doc! { "required": ["a", "b"] }, doc! { "required": ["a"] });
    only_widens(doc! { "properties": { "a": { "bsonType": "int" } } }, doc! { "properties": { "a": {} } });
    only_widens(doc! { "properties": { "a": { "bsonType": "int" } } }, doc! {});
    let closed = |properties: Document| doc! { "properties": properties, "additionalProperties": false };
    only_widens(closed(doc! {}), closed(doc! { "a": { "bsonType": "int" } }));
    only_widens(closed(doc! { "a": {} }), doc! { "properties": { "a": {} } });
    only_widens(
        closed(doc! { "a": { "bsonType": "int" } }),
        doc! { "additionalProperties": { "bsonType": ["int", "string"] } },
    );
    only_widens(
        doc! { "additionalProperties": { "bsonType": "int" } },
        doc! { "additionalProperties": { "bsonType": ["int", "null"] } },
    );
    only_widens(
        doc! { "patternProperties": { "^a": { "bsonType": "int" } }, "additionalProperties": false },
        doc! { "patternProperties": { "^a": { "bsonType": ["int", "null"] } }, "additionalProperties": false },
    );
    // A field that is renamed.
    narrows_in_both_directions(closed(doc! { "a": {} }), closed(doc! { "b": {} }));
}

#[test]
fn elements_widen_with_their_schema() {
    only_widens(doc! { "items": { "bsonType": "int" } }, doc! { "items": { "bsonType": "number" } });
    only_widens(
        doc! { "items": [{ "bsonType": "int" }, {}], "maxItems": 2 },
        doc! { "items": [{ "bsonType": "number" }, {}], "maxItems": 2 },
    );
    only_widens(doc! { "items": { "bsonType": "int" } }, doc! { "items": [{ "bsonType": "int" }] });
}

#[test]
fn alternatives_widen_when_there_are_more_and_conditions_when_there_are_fewer() {
    let (int, text) = (doc! { "bsonType": "int" }, doc! { "bsonType": "string" });
    only_widens(doc! { "anyOf": [int.clone()] }, doc! { "anyOf": [text.clone(), int.clone()] });
    only_widens(doc! { "anyOf": [int.clone()] }, doc! { "bsonType": ["int", "string"] });
    assert!(widens(doc! { "anyOf": [int.clone(), text.clone()] }, doc! { "bsonType": ["int", "string"] }));
    is_the_same(doc! { "oneOf": [int.clone(), text.clone()] }, doc! { "oneOf": [text.clone(), int.clone()] });
    // A value that satisfies the further one too would be refused.
    narrows_in_both_directions(
        doc! { "oneOf": [int.clone()] },
        doc! { "oneOf": [int.clone(), text.clone()] },
    );
    only_widens(doc! { "allOf": [{ "minimum": 1 }, { "maximum": 2 }] }, doc! { "allOf": [{ "minimum": 1 }] });
    is_the_same(doc! { "allOf": [{ "minimum": 1 }, int.clone()] }, doc! { "minimum": 1, "bsonType": "int" });
    only_widens(doc! { "not": { "bsonType": ["int", "string"] } }, doc! { "not": text });
    // Each alternative widens.
    only_widens(
        doc! { "anyOf": [{ "enum": ["a"] }, { "bsonType": "object", "required": ["x", "y"] }] },
        doc! { "anyOf": [{ "bsonType": "object", "required": ["x"] }, { "enum": ["a", "b"] }] },
    );
}

#[test]
fn conditions_besides_the_schema_widen_when_they_are_removed() {
    let one = doc! { "$expr": { "$lte": ["$from", "$to"] } };
    let two = doc! { "$and": [one.clone(), { "n": { "$gt": 1 } }] };
    assert!(covers(&normal(&one), &normal(&two)));
    assert!(!covers(&normal(&two), &normal(&one)));
    assert!(covers(&doc! {}, &normal(&two)));
    assert!(!covers(&normal(&one), &doc! {}));
}
