//! The schemas of scalar types, and the names of BSON types.

use mongodb::bson::{Bson, Document, doc, spec::ElementType};

/// Returns the schema of an integer of this range. `exact` is the only type that is accepted.
pub(super) fn integer(min: i64, max: i64, exact: Option<ElementType>, is_strict: bool) -> Document {
    let (mut schema, of_type) = match exact {
        Some(ElementType::Int32) => (doc! { "bsonType": "int" }, (i32::MIN.into(), i32::MAX.into())),
        Some(_) => (doc! { "bsonType": "long" }, (i64::MIN, i64::MAX)),
        None if is_strict => (doc! { "bsonType": ["int", "long"] }, (i64::MIN, i64::MAX)),
        // A double without a fraction. Infinity has no fraction either, so it needs the bounds.
        None => {
            let types = ["int", "long", "double"].as_slice();
            (doc! { "bsonType": types, "multipleOf": 1, "minimum": min, "maximum": max }, (min, max))
        }
    };
    if min > of_type.0 {
        schema.insert("minimum", min);
    }
    if max < of_type.1 {
        schema.insert("maximum", max);
    }
    tidy(&mut schema);
    schema
}

/// Returns the schema of a number with a fraction.
pub(super) fn float(is_exact: bool) -> Document {
    if is_exact {
        doc! { "bsonType": "double" }
    } else {
        doc! { "bsonType": ["double", "int", "long"] }
    }
}

/// Returns the schema of a decimal.
pub(super) fn decimal(is_exact: bool) -> Document {
    if is_exact {
        doc! { "bsonType": "decimal" }
    } else {
        doc! { "bsonType": ["decimal", "int", "long"] }
    }
}

/// Returns the schema of bytes, which are read from an array of numbers too.
pub(super) fn bytes(is_exact: bool, is_strict: bool) -> Document {
    if is_exact {
        return doc! { "bsonType": "binData" };
    }
    doc! { "bsonType": ["binData", "array"], "items": integer(0, 255, None, is_strict) }
}

/// Accepts null too.
pub(super) fn or_null(schema: &mut Document) {
    if schema.is_empty() {
        return;
    }
    let mut is_done = false;
    if let Some(types) = schema.get_mut("bsonType") {
        match types {
            Bson::Array(types) if !types.contains(&"null".into()) => types.push("null".into()),
            Bson::String(only) if only != "null" => {
                *types = Bson::from(vec![only.clone(), "null".to_owned()]);
            }
            _ => {}
        }
        is_done = true;
    }
    if let Ok(values) = schema.get_array_mut("enum") {
        if !values.contains(&Bson::Null) {
            values.push(Bson::Null);
        }
        is_done = true;
    }
    if let Ok(branches) = schema.get_array_mut("anyOf")
        && !is_done
    {
        branches.push(doc! { "bsonType": "null" }.into());
    }
}

/// Writes int64 bounds as int32 where they fit, which is how shells and people write them.
pub(super) fn tidy(schema: &mut Document) {
    for (_, value) in schema.iter_mut() {
        if let Bson::Int64(number) = value
            && let Ok(number) = i32::try_from(*number)
        {
            *value = Bson::Int32(number);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_the_range_of_their_type() {
        let u8_as_int = integer(0, 255, Some(ElementType::Int32), false);
        assert_eq!(u8_as_int, doc! { "bsonType": "int", "minimum": 0, "maximum": 255 });
        let i32_as_int = integer(i32::MIN.into(), i32::MAX.into(), Some(ElementType::Int32), false);
        assert_eq!(i32_as_int, doc! { "bsonType": "int" });
        let i64_strict = integer(i64::MIN, i64::MAX, None, true);
        assert_eq!(i64_strict, doc! { "bsonType": ["int", "long"] });
        let u64_read = integer(0, i64::MAX, None, false);
        assert_eq!(
            u64_read,
            doc! {
                "bsonType": ["int", "long", "double"], "multipleOf": 1, "minimum": 0, "maximum": i64::MAX,
            }
        );
    }

    #[test]
    fn null_is_added_where_the_schema_lists_types_or_values() {
        for (mut schema, nullable) in [
            (doc! { "bsonType": "string" }, doc! { "bsonType": ["string", "null"] }),
            (doc! { "bsonType": ["int", "long"] }, doc! { "bsonType": ["int", "long", "null"] }),
            (doc! { "enum": ["a"] }, doc! { "enum": ["a", null] }),
            (
                doc! { "anyOf": [{ "enum": ["a"] }] },
                doc! { "anyOf": [{ "enum": ["a"] }, { "bsonType": "null" }] },
            ),
            (doc! {}, doc! {}),
        ] {
            or_null(&mut schema);
            assert_eq!(schema, nullable);
            or_null(&mut schema);
            if !schema.contains_key("anyOf") {
                assert_eq!(schema, nullable);
            }
        }
    }
}
