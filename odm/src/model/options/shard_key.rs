//! `ShardKey`: the fields by which a sharded cluster distributes the documents.

use std::fmt;

use mongodb::bson::{Document, doc};

use crate::{
    extended_json::ExtendedJson,
    index::{IndexType, key::Key},
};

/// The fields by which a sharded cluster distributes the documents of a collection.
///
/// `#[odm(shard_key(customer, id = "hashed"))]` on a model declares one. See
/// [shard keys](https://www.mongodb.com/docs/manual/core/sharding-shard-key/).
///
/// ```
/// use odm::{index::IndexType, model::ShardKey};
///
/// let key = ShardKey::new().key("customer", IndexType::Ascending).key("_id", IndexType::Hashed);
/// assert_eq!(key.to_string(), r#"{ "customer": 1, "_id": "hashed" }"#);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct ShardKey {
    pub(crate) keys: Vec<Key>,
    pub(crate) unique: bool,
}

impl ShardKey {
    /// Returns a key without fields. Add them with [`key`](Self::key).
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, by its dotted stored name: [`Ascending`](IndexType::Ascending) or [`Hashed`](IndexType::Hashed).
    pub fn key(self, field: impl Into<String>, index_type: IndexType) -> Self {
        self.with_key(Key::new(field.into(), index_type))
    }

    /// Adds a field.
    #[doc(hidden)]
    pub fn with_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Refuses a document with the same key as another: `sh.shardCollection(.., .., true)`.
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Returns the stored names of the fields, in order.
    pub fn fields(&self) -> impl ExactSizeIterator<Item = &str> {
        self.keys.iter().map(|key| key.field.as_str())
    }

    /// Returns the key as the server accepts it: `{ customer: 1, _id: "hashed" }`.
    pub fn to_document(&self) -> Document {
        self.keys.iter().map(|key| (key.name(), key.index_type.to_bson())).collect()
    }

    /// Returns the command for the shell that distributes the collection of this namespace. A collection with a default
    /// collation is distributed by the simple one.
    pub(crate) fn command(&self, namespace: &str, has_collation: bool) -> String {
        let options = match (self.unique, has_collation) {
            (false, false) => "",
            (true, false) => ", true",
            (false, true) => r#", false, { "collation": { "locale": "simple" } }"#,
            (true, true) => r#", true, { "collation": { "locale": "simple" } }"#,
        };
        format!("sh.shardCollection(\"{namespace}\", {self}{options})")
    }

    /// Returns the command for the shell that distributes a sharded collection by this key instead.
    pub(crate) fn command_again(&self, namespace: &str) -> String {
        format!("sh.reshardCollection(\"{namespace}\", {self})")
    }

    /// Returns why the server would refuse the key, as a phrase that follows "has a shard key".
    pub(super) fn problem(&self) -> Option<String> {
        let kinds = |kind: IndexType| self.keys.iter().filter(move |key| key.index_type == kind);
        if self.keys.is_empty() {
            return Some("without fields".to_owned());
        }
        if let Some(problem) = self.keys.iter().find_map(|key| key.problem.as_deref()) {
            return Some(format!("with a field that no document has: {problem}"));
        }
        if let Some(key) =
            self.keys.iter().find(|key| !matches!(key.index_type, IndexType::Ascending | IndexType::Hashed))
        {
            return Some(format!("whose field `{}` is not ascending or hashed", key.field));
        }
        if let Some(array) = self.keys.iter().find_map(Key::array) {
            return Some(format!("in the array `{array}`: the server distributes by single values"));
        }
        let repeated = self.keys.iter().enumerate();
        let mut repeated = repeated.filter(|(at, key)| self.keys[..*at].iter().any(|k| k.field == key.field));
        if let Some((_, key)) = repeated.next() {
            return Some(format!("with the field `{}` twice", key.field));
        }
        if kinds(IndexType::Hashed).count() > 1 {
            return Some("with two hashed fields: the server accepts one".to_owned());
        }
        if self.unique && kinds(IndexType::Hashed).count() > 0 {
            return Some("that is hashed and unique: the server cannot compare the values".to_owned());
        }
        None
    }
}

/// `{ "customer": 1, "_id": "hashed" }`
impl fmt::Display for ShardKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ExtendedJson(&self.to_document()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::index::IndexType::{Ascending, Descending, Hashed, Text};

    #[test]
    fn commands_for_the_shell() {
        let key = ShardKey::new().key("customer", Ascending);
        assert_eq!(
            key.command("shop.orders", false),
            r#"sh.shardCollection("shop.orders", { "customer": 1 })"#
        );
        assert_eq!(
            key.clone().unique().command("shop.orders", true),
            r#"sh.shardCollection("shop.orders", { "customer": 1 }, true, { "collation": { "locale": "simple" } })"#
        );
        assert_eq!(
            key.command_again("shop.orders"),
            r#"sh.reshardCollection("shop.orders", { "customer": 1 })"#
        );
    }

    #[test]
    fn keys_that_the_server_refuses() {
        let problem = |key: ShardKey| key.problem().unwrap_or_default();
        assert_eq!(problem(ShardKey::new()), "without fields");
        let of = |kinds: &[(&str, IndexType)]| {
            kinds.iter().fold(ShardKey::new(), |key, (field, kind)| key.key(*field, *kind))
        };
        assert_eq!(problem(of(&[("a", Text)])), "whose field `a` is not ascending or hashed");
        assert_eq!(problem(of(&[("a", Descending)])), "whose field `a` is not ascending or hashed");
        assert_eq!(problem(of(&[("a", Ascending), ("a", Hashed)])), "with the field `a` twice");
        assert_eq!(
            problem(of(&[("a", Hashed), ("b", Hashed)])),
            "with two hashed fields: the server accepts one"
        );
        assert_eq!(
            problem(of(&[("a", Hashed)]).unique()),
            "that is hashed and unique: the server cannot compare the values"
        );
        assert_eq!(problem(of(&[("a", Hashed), ("b", Ascending)])), "");
    }
}
