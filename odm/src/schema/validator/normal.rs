//! The normal form of a validator: two documents that mean the same for the server have the same one.

use mongodb::bson::{Bson, Document};

use crate::schema::spec::filter;

/// Returns the normal form: keys are sorted, numbers have one type, and lists without an order are sorted.
pub(in crate::schema) fn normal(validator: &Document) -> Document {
    let mut elements: Vec<(String, Bson)> =
        validator.iter().map(|(key, value)| (key.clone(), element(key, value))).collect();
    elements.sort_by(|(one, _), (other, _)| one.cmp(other));
    elements.into_iter().collect()
}

fn element(key: &str, value: &Bson) -> Bson {
    match (key, value) {
        ("bsonType", Bson::String(only)) => Bson::Array(vec![only.as_str().into()]),
        ("bsonType" | "required" | "enum", Bson::Array(items)) => sorted(items.iter().map(any).collect()),
        _ => any(value),
    }
}

fn any(value: &Bson) -> Bson {
    match value {
        Bson::Document(document) => Bson::Document(normal(document)),
        Bson::Array(items) => Bson::Array(items.iter().map(any).collect()),
        number => filter::number(number),
    }
}

fn sorted(mut items: Vec<Bson>) -> Bson {
    items.sort_by_cached_key(ToString::to_string);
    Bson::Array(items)
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn two_spellings_of_one_schema_are_equal() {
        let one = doc! { "$jsonSchema": {
            "bsonType": "object", "required": ["a", "b"],
            "properties": { "a": { "minimum": 1_i64, "bsonType": ["int", "long"] }, "b": { "enum": ["x", 1] } },
        } };
        let other = doc! { "$jsonSchema": {
            "properties": { "b": { "enum": [1.0, "x"] }, "a": { "bsonType": ["long", "int"], "minimum": 1 } },
            "required": ["b", "a"], "bsonType": ["object"],
        } };
        assert_eq!(normal(&one), normal(&other));
        let narrower = doc! { "$jsonSchema": { "bsonType": "object", "required": ["a"] } };
        assert_ne!(normal(&one), normal(&narrower));
    }

    #[test]
    fn the_order_of_tuples_and_of_variants_is_kept() {
        for keyword in ["items", "anyOf"] {
            let one = doc! { keyword: [{ "bsonType": "int" }, { "bsonType": "string" }] };
            let other = doc! { keyword: [{ "bsonType": "string" }, { "bsonType": "int" }] };
            assert_ne!(normal(&one), normal(&other));
        }
    }
}
