//! The `_id` that an upsert takes from its filter.

use mongodb::bson::{Bson, Document};

use crate::value::looks_like_operators;

/// Returns whether this filter determines the `_id`, or parts of it, of a document that an upsert inserts. The server
/// copies the equalities of the filter into that document.
pub(crate) fn fixes_id(filter: &Document) -> bool {
    filter.iter().any(|(name, test)| match (name.as_str(), test) {
        ("$and", Bson::Array(all)) => all.iter().filter_map(Bson::as_document).any(fixes_id),
        ("$or", Bson::Array(any)) => matches!(&any[..], [Bson::Document(only)] if fixes_id(only)),
        (name, test) if name == "_id" || name.starts_with("_id.") => match test {
            Bson::Document(tests) if looks_like_operators(test) => {
                tests.iter().any(|(operator, operand)| match (operator.as_str(), operand) {
                    ("$eq", _) => true,
                    ("$in" | "$all", Bson::Array(items)) => items.len() == 1,
                    _ => false,
                })
            }
            Bson::RegularExpression(_) => false,
            _ => true,
        },
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn equalities_of_the_id() {
        for (filter, fixes) in [
            (doc! { "_id": 1 }, true),
            (doc! { "_id": { "$eq": 1 } }, true),
            (doc! { "_id": { "shop": 1, "number": 2 } }, true),
            (doc! { "_id.shop": { "$eq": 1 } }, true),
            (doc! { "_id": { "$in": [1] } }, true),
            (doc! { "$and": [{ "name": "ada" }, { "_id": 1 }] }, true),
            (doc! { "$or": [{ "_id": 1 }] }, true),
            (doc! { "_id": { "$gt": 1 } }, false),
            (doc! { "_id": { "$in": [1, 2] } }, false),
            (doc! { "$or": [{ "_id": 1 }, { "_id": 2 }] }, false),
            (doc! { "name": { "$eq": "ada" }, "_identity": 1 }, false),
            (doc! {}, false),
        ] {
            assert_eq!(fixes_id(&filter), fixes, "{filter}");
        }
    }
}
