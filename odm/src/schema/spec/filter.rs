//! The normal form of a partial filter: equal for filters that mean the same to the server.

use mongodb::bson::{Bson, Document};

/// Returns the conditions, sorted, with explicit operators.
pub(super) fn normal(filter: &Document) -> String {
    format!("{{ {} }}", conditions(filter).join(", "))
}

fn conditions(filter: &Document) -> Vec<String> {
    let mut all = Vec::new();
    for (name, value) in filter {
        match (name.as_str(), value) {
            ("$comment", _) => {}
            ("$and", Bson::Array(filters)) => {
                all.extend(filters.iter().filter_map(Bson::as_document).flat_map(conditions));
            }
            ("$or", Bson::Array(filters)) => {
                let mut filters: Vec<String> =
                    filters.iter().filter_map(Bson::as_document).map(normal).collect();
                filters.sort_unstable();
                all.push(format!("\"$or\": [{}]", filters.join(", ")));
            }
            (name, Bson::Document(test))
                if test.keys().next().is_some_and(|first| first.starts_with('$')) =>
            {
                all.extend(test.iter().map(|(operator, value)| condition(name, operator, value)));
            }
            (name, value) => all.push(condition(name, "$eq", value)),
        }
    }
    all.sort_unstable();
    all.dedup();
    all
}

fn condition(name: &str, operator: &str, value: &Bson) -> String {
    let value = match (operator, value) {
        ("$exists", value) => Bson::Boolean(super::is_true(value)),
        ("$in", Bson::Array(values)) => list(values.iter().map(number)),
        ("$type", Bson::Array(types)) => list(types.iter().map(bson_type)),
        ("$type", one) => list([bson_type(one)]),
        (_, value) => number(value),
    };
    format!("\"{name}\": {{ \"{operator}\": {value} }}")
}

/// Returns the values, sorted and without duplicates.
fn list(values: impl IntoIterator<Item = Bson>) -> Bson {
    let mut values: Vec<(String, Bson)> =
        values.into_iter().map(|value| (value.to_string(), value)).collect();
    values.sort_by(|(one, _), (other, _)| one.cmp(other));
    values.dedup_by(|(one, _), (other, _)| one == other);
    Bson::Array(values.into_iter().map(|(_, value)| value).collect())
}

/// Returns the value with whole numbers in one type, at every depth. A double is exact up to 2^53.
pub(in crate::schema) fn number(value: &Bson) -> Bson {
    match value {
        Bson::Int64(number) => i32::try_from(*number).map_or(Bson::Int64(*number), Bson::Int32),
        #[allow(clippy::cast_possible_truncation)] // checked by the condition
        Bson::Double(number) if number.fract() == 0.0 && number.abs() <= 9_007_199_254_740_992.0 => {
            self::number(&Bson::Int64(*number as i64))
        }
        Bson::Array(values) => Bson::Array(values.iter().map(self::number).collect()),
        Bson::Document(document) => {
            Bson::Document(document.iter().map(|(name, value)| (name.clone(), self::number(value))).collect())
        }
        value => value.clone(),
    }
}

/// Returns the name of a type, which may be its number.
fn bson_type(value: &Bson) -> Bson {
    const NAMES: [(i32, &str); 17] = [
        (-1, "minKey"),
        (1, "double"),
        (2, "string"),
        (3, "object"),
        (4, "array"),
        (5, "binData"),
        (7, "objectId"),
        (8, "bool"),
        (9, "date"),
        (10, "null"),
        (11, "regex"),
        (13, "javascript"),
        (16, "int"),
        (17, "timestamp"),
        (18, "long"),
        (19, "decimal"),
        (127, "maxKey"),
    ];
    let value = number(value);
    let name = NAMES.iter().find(|(number, _)| value == Bson::Int32(*number));
    name.map_or(value, |(_, name)| Bson::String((*name).to_owned()))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn filters_that_mean_the_same_are_equal() {
        for (one, other) in [
            (doc! { "b": 1 }, doc! { "b": { "$eq": 1 } }),
            (doc! { "b": 1 }, doc! { "b": 1.0 }),
            (doc! { "b": 1, "c": 2 }, doc! { "c": 2_i64, "b": 1 }),
            (doc! { "b": 1, "c": 2 }, doc! { "$and": [{ "c": 2 }, { "b": 1 }] }),
            (doc! { "b": { "$gt": 1, "$lt": 5 } }, doc! { "b": { "$lt": 5, "$gt": 1 } }),
            (doc! { "b": { "$exists": true } }, doc! { "b": { "$exists": 1 } }),
            (doc! { "b": { "$in": [1, 2] } }, doc! { "b": { "$in": [2, 1.0] } }),
            (doc! { "b": { "$type": "string" } }, doc! { "b": { "$type": 2 } }),
            (doc! { "$or": [{ "a": 1 }, { "b": 1 }] }, doc! { "$or": [{ "b": 1 }, { "a": { "$eq": 1 } }] }),
        ] {
            assert_eq!(normal(&one), normal(&other));
        }
        for (one, other) in [
            (doc! { "b": 1 }, doc! { "b": 2 }),
            (doc! { "b": 1 }, doc! { "c": 1 }),
            (doc! { "b": 1 }, doc! { "b": "1" }),
            (doc! { "b": { "$gt": 1 } }, doc! { "b": { "$gte": 1 } }),
            (doc! { "b": { "x": 1, "y": 2 } }, doc! { "b": { "y": 2, "x": 1 } }),
            (doc! { "$or": [{ "a": 1 }, { "b": 1 }] }, doc! { "a": 1, "b": 1 }),
        ] {
            assert_ne!(normal(&one), normal(&other));
        }
    }

    #[test]
    fn shown_like_a_filter() {
        assert_eq!(
            normal(&doc! { "b": { "$gt": 1.0 }, "a": "x" }),
            r#"{ "a": { "$eq": "x" }, "b": { "$gt": 1 } }"#
        );
    }
}
