//! Filters by the schema version that documents were written with.

use super::Filter;
use crate::{path::Location, value::Versioned};

impl<M> Filter<M> {
    /// Matches documents with an older schema version than the model, for example to rewrite them in the background.
    ///
    /// `{ schema_version: { $not: { $gte: 3 } } }`
    ///
    /// A document without a version is older than every version.
    ///
    /// ```
    /// # use odm::{Filter, Id, Model, bson::Document};
    /// #[derive(Model)]
    /// #[odm(collection = "contacts", schema_version = 2, upgrade(1 = into_a_list))]
    /// struct Contact {
    ///     id: Id<Contact>,
    ///     phones: Vec<String>,
    /// }
    ///
    /// fn into_a_list(contact: &mut Document) {
    ///     let phone = contact.remove("phone");
    ///     contact.insert("phones", Vec::from_iter(phone));
    /// }
    ///
    /// let filter = Filter::<Contact>::outdated();
    /// assert_eq!(filter.to_string(), r#"{ "schema_version": { "$not": { "$gte": 2 } } }"#);
    /// ```
    pub fn outdated() -> Self
    where
        M: Versioned,
    {
        let at = Location::default().field(M::SCHEMA.name());
        !Self::test(&at, "$gte", Ok(i64::from(M::SCHEMA.version()).into()))
    }
}
