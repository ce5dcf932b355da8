//! Conditions that are added to a filter in the driver's form.

use mongodb::bson::{Bson, Document, doc};

/// Adds conditions to the filter: all of them must hold.
pub(crate) fn require(filter: &mut Document, conditions: impl IntoIterator<Item = Bson>) {
    match filter.get_mut("$and") {
        Some(Bson::Array(all)) => all.extend(conditions),
        Some(_) => {
            // The server refuses such an `$and`, in its own words.
            let given = Bson::Document(std::mem::take(filter));
            filter.insert("$and", std::iter::once(given).chain(conditions).collect::<Vec<_>>());
        }
        None => {
            filter.insert("$and", conditions.into_iter().collect::<Vec<_>>());
        }
    }
}

/// Adds a condition on a field. The filter may contain conditions on this field already: both must hold.
pub(crate) fn add(filter: &mut Document, name: &str, test: Bson) {
    if !filter.contains_key(name) {
        filter.insert(name, test);
        return;
    }
    require(filter, [Bson::Document(doc! { name: test })]);
}

pub(super) fn eq(value: Bson) -> Bson {
    doc! { "$eq": value }.into()
}

pub(super) fn ne(value: Bson) -> Bson {
    doc! { "$ne": value }.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_conditions_on_a_field_hold() {
        let added = |mut filter: Document| {
            add(&mut filter, "gone", eq(Bson::Null));
            filter
        };
        assert_eq!(added(doc! {}), doc! { "gone": { "$eq": null } });
        assert_eq!(added(doc! { "_id": 1 }), doc! { "_id": 1, "gone": { "$eq": null } });
        assert_eq!(
            added(doc! { "gone": { "$gt": 1 } }),
            doc! { "gone": { "$gt": 1 }, "$and": [{ "gone": { "$eq": null } }] }
        );
        assert_eq!(
            added(doc! { "gone": 1, "$and": [{ "a": 1 }] }),
            doc! { "gone": 1, "$and": [{ "a": 1 }, { "gone": { "$eq": null } }] }
        );
        assert_eq!(
            added(doc! { "gone": 1, "$and": 1 }),
            doc! { "$and": [{ "gone": 1, "$and": 1 }, { "gone": { "$eq": null } }] }
        );
    }
}
