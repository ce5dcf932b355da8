//! Problems of the filter of a partial index: the server accepts only some operators there.

use mongodb::bson::{Bson, Document};

/// The server's list, for messages.
const ACCEPTED: &str = "`$eq`, `$in`, `$gt`, `$gte`, `$lt`, `$lte`, `$exists: true`, `$type`, `$and`, `$or`, \
                        `$geoWithin` and `$geoIntersects`";

/// Returns why the server would refuse the filter.
pub(super) fn problem(filter: &Document) -> Option<String> {
    if filter.is_empty() {
        return Some("has a partial filter without a condition: it would contain every document".to_owned());
    }
    let refused = refused(filter)?;
    Some(format!("has a partial filter with `{refused}`: the server accepts there {ACCEPTED}"))
}

/// Returns the first operator that the server refuses.
fn refused(filter: &Document) -> Option<String> {
    filter.iter().find_map(|(name, value)| match (name.as_str(), value) {
        ("$and" | "$or", Bson::Array(filters)) => {
            filters.iter().find_map(|filter| filter.as_document().and_then(refused))
        }
        ("$comment", _) => None,
        (name, _) if name.starts_with('$') => Some(name.to_owned()),
        (_, Bson::Document(test)) if is_test(test) => test.iter().find_map(refused_test),
        (_, value) => refused_value(value),
    })
}

fn is_test(test: &Document) -> bool {
    test.keys()
        .next()
        .is_some_and(|first| first.starts_with('$') && !matches!(first.as_str(), "$ref" | "$id"))
}

fn refused_test((operator, value): (&String, &Bson)) -> Option<String> {
    match (operator.as_str(), value) {
        ("$exists", Bson::Boolean(false) | Bson::Int32(0) | Bson::Int64(0)) => {
            Some("$exists: false".to_owned())
        }
        ("$in", Bson::Array(values)) => values.iter().find_map(refused_value),
        (
            "$eq" | "$gt" | "$gte" | "$lt" | "$lte" | "$exists" | "$type" | "$geoWithin" | "$geoIntersects",
            _,
        ) => None,
        (operator, _) => Some(operator.to_owned()),
    }
}

/// A regular expression as a value is a match, not an equality.
fn refused_value(value: &Bson) -> Option<String> {
    matches!(value, Bson::RegularExpression(_)).then(|| "$regex".to_owned())
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Regex, doc};

    use super::*;

    #[test]
    fn accepted() {
        for filter in [
            doc! { "a": 1, "b": { "$eq": { "$x": 1 } }, "c": { "$in": [1, Bson::Null] } },
            doc! { "a": { "$gt": 1, "$lte": 5 }, "b": { "$exists": true }, "c": { "$type": ["string", "null"] } },
            doc! { "$or": [{ "a": 1 }, { "$and": [{ "b": { "$gte": 1 } }, { "c": Bson::Null }] }] },
            doc! { "a": { "$geoWithin": { "$center": [[0, 0], 1] } }, "b": { "c": 1 } },
        ] {
            assert_eq!(problem(&filter), None, "{filter}");
        }
    }

    #[test]
    fn refused_operators_are_named() {
        let regex = Regex { pattern: "a".try_into().unwrap(), options: "".try_into().unwrap() };
        for (filter, operator) in [
            (doc! { "a": { "$ne": 1 } }, "$ne"),
            (doc! { "a": { "$gt": 1, "$not": { "$lt": 5 } } }, "$not"),
            (doc! { "a": { "$exists": false } }, "$exists: false"),
            (doc! { "$or": [{ "a": 1 }, { "b": { "$nin": [1] } }] }, "$nin"),
            (doc! { "$nor": [{ "a": 1 }] }, "$nor"),
            (doc! { "$expr": { "$gt": ["$a", "$b"] } }, "$expr"),
            (doc! { "a": regex.clone() }, "$regex"),
            (doc! { "a": { "$in": [regex] } }, "$regex"),
            (doc! { "a": { "$elemMatch": { "b": 1 } } }, "$elemMatch"),
        ] {
            let message = problem(&filter).unwrap_or_default();
            assert!(message.starts_with(&format!("has a partial filter with `{operator}`: ")), "{message}");
        }
        assert_eq!(
            problem(&doc! {}).as_deref(),
            Some("has a partial filter without a condition: it would contain every document")
        );
    }
}
