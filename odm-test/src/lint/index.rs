//! Which index a query needs.

use odm::bson::{Bson, Document};

/// Returns the keys of an index for a query: first the fields that are compared for equality, then those of the sort, then
/// the others. `None` if no index helps.
pub(super) fn keys_for(filter: &Document, sort: &Document) -> Option<Document> {
    let (mut equal, mut others) = (Vec::new(), Vec::new());
    collect(filter, &mut equal, &mut others);
    let mut keys = Document::new();
    for name in &equal {
        keys.insert(name.as_str(), 1);
    }
    for (name, direction) in sort {
        if matches!(direction, Bson::Int32(_) | Bson::Int64(_)) && !equal.contains(name) {
            keys.insert(name.as_str(), direction.clone());
        }
    }
    for name in others {
        if !keys.contains_key(&name) {
            keys.insert(name, 1);
        }
    }
    (!keys.is_empty()).then_some(keys)
}

/// Collects the names of the fields that a filter tests, also inside of `$and`.
fn collect(filter: &Document, equal: &mut Vec<String>, others: &mut Vec<String>) {
    for (name, test) in filter {
        if name == "$and" {
            for part in test.as_array().into_iter().flatten().filter_map(Bson::as_document) {
                collect(part, equal, others);
            }
        } else if !name.starts_with('$') {
            let list = if is_equality(test) { &mut *equal } else { &mut *others };
            if !list.contains(name) {
                list.push(name.clone());
            }
        }
    }
}

/// Returns whether a test is one for equality: a value, `$eq` or `$in`.
fn is_equality(test: &Bson) -> bool {
    match test {
        Bson::Document(operators) => {
            operators.keys().all(|name| name == "$eq" || name == "$in" || !name.starts_with('$'))
        }
        Bson::RegularExpression(_) => false,
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use odm::bson::doc;

    use super::*;

    #[test]
    fn fields_of_equality_come_first_then_the_sort_then_ranges() {
        let filter = doc! { "total": { "$gt": 5 }, "status": { "$eq": "open" }, "$and": [{ "city": "Oslo" }, { "qty": { "$lt": 3 } }] };
        assert_eq!(
            keys_for(&filter, &doc! { "placedAt": -1 }),
            Some(doc! { "status": 1, "city": 1, "placedAt": -1, "total": 1, "qty": 1 })
        );
        assert_eq!(keys_for(&doc! { "$or": [{ "a": 1 }] }, &doc! {}), None);
        assert_eq!(keys_for(&doc! {}, &doc! { "a": 1, "b": -1 }), Some(doc! { "a": 1, "b": -1 }));
    }
}
