//! Filters by the `_id` alone. The server finds the document without query planning, which costs more than the fetch.
//! MongoDB 6.0 does so only if the filter contains the id without an operator.

use mongodb::bson::{Bson, Document};

use crate::value::one_element;

/// Returns `{ _id: id }`, or `{ _id: { $eq: id } }` if the server could read the id as something other than a value.
pub(crate) fn by_id(id: Bson) -> Document {
    if is_plain(&id) { one_element("_id", id) } else { one_element("_id", one_element("$eq", id)) }
}

/// Returns the filter without its `$eq` if it tests only the `_id`.
pub(super) fn simplified(filter: Document) -> Document {
    // For most filters, the length is enough to decide.
    let test = if filter.len() == 1 { filter.get("_id") } else { None };
    match test {
        Some(Bson::Document(test)) if test.len() == 1 => match test.get("$eq") {
            Some(id) => by_id(id.clone()),
            None => filter,
        },
        _ => filter,
    }
}

fn is_plain(id: &Bson) -> bool {
    matches!(
        id,
        Bson::ObjectId(_)
            | Bson::String(_)
            | Bson::Int32(_)
            | Bson::Int64(_)
            | Bson::Double(_)
            | Bson::Decimal128(_)
            | Bson::Boolean(_)
            | Bson::DateTime(_)
            | Bson::Timestamp(_)
            | Bson::Binary(_)
    )
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{Regex, cstr, doc};

    use super::*;

    #[test]
    fn an_id_alone_needs_no_operator_unless_it_looks_like_one() {
        assert_eq!(simplified(doc! { "_id": { "$eq": 1 } }), doc! { "_id": 1 });
        let regex = Regex { pattern: cstr!("^a").into(), options: cstr!("").into() };
        for filter in [
            doc! {},
            doc! { "_id": { "$gt": 1 } },
            doc! { "_id": { "$eq": 1, "$ne": 2 } },
            doc! { "_id": { "$eq": 1 }, "shop": { "$eq": 2 } },
            doc! { "_id": { "$eq": { "$gt": 1 } } },
            doc! { "_id": { "$eq": [1] } },
            doc! { "_id": { "$eq": null } },
            doc! { "_id": { "$eq": regex } },
            doc! { "shop": { "$eq": 2 } },
        ] {
            assert_eq!(simplified(filter.clone()), filter);
        }
    }
}
