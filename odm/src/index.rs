//! Indexes as a model declares them.

mod problem;
pub(crate) mod ttl;

use std::{fmt, time::Duration};

use mongodb::{
    IndexModel,
    bson::{Bson, Document},
    options::IndexOptions,
};

/// A declared index: its keys in order, and its options.
///
/// Deriving `Model` makes them from `#[odm(index(..))]`. To construct one, begin with [`Index::new`]. An index does
/// nothing by itself: `db.schema(models![..])` compares the declared indexes with the live ones. The options are
/// those of MongoDB's [`createIndexes`](https://www.mongodb.com/docs/manual/reference/command/createIndexes/).
///
/// ```
/// use odm::index::{Direction, Index};
///
/// let index = Index::new().key("customer", Direction::Ascending).key("placedAt", Direction::Descending).unique();
/// assert_eq!(index.name(), "customer_1_placedAt_-1");
/// assert_eq!(index.to_string(), "customer_1_placedAt_-1 (unique)");
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Index {
    keys: Vec<(String, Direction)>,
    name: Option<String>,
    unique: bool,
    sparse: bool,
    expire_after: Option<Duration>,
}

/// The order of a field in an index.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// `1`
    Ascending,
    /// `-1`
    Descending,
}

impl Direction {
    /// Returns the number for the direction in the index's key.
    pub fn number(self) -> i32 {
        match self {
            Self::Ascending => 1,
            Self::Descending => -1,
        }
    }
}

impl Index {
    /// Returns an index without keys. Add them with [`key`](Self::key).
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, by its dotted stored name, after the existing ones.
    pub fn key(mut self, field: impl Into<String>, direction: Direction) -> Self {
        self.keys.push((field.into(), direction));
        self
    }

    /// Refuses a document with the same keys as another. `{ unique: true }`
    ///
    /// A missing field counts as null, so a second document without it is refused too. [`sparse`](Self::sparse)
    /// excludes documents without the field.
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Excludes documents that have none of the fields. `{ sparse: true }`
    pub fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    /// Deletes a document when `age` has passed since the date in the field. `{ expireAfterSeconds: .. }`
    ///
    /// The age is in whole seconds, at most 2147483647 (68 years). The server checks once a minute. A document
    /// without a date in the field is not deleted. See
    /// [TTL indexes](https://www.mongodb.com/docs/manual/core/index-ttl/).
    pub fn expire_after(mut self, age: Duration) -> Self {
        self.expire_after = Some(age);
        self
    }

    /// Sets a name instead of the server's default. `{ name: .. }`
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns the fields in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = (&str, Direction)> {
        self.keys.iter().map(|(field, direction)| (field.as_str(), *direction))
    }

    /// Returns the name set with [`named`](Self::named), or the server's default, `customer_1_placedAt_-1`.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let keys = self.keys().map(|(field, direction)| format!("{field}_{}", direction.number()));
            keys.collect::<Vec<_>>().join("_")
        })
    }

    /// Returns whether documents with the same keys as another are refused.
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// Returns whether documents that have none of the fields are excluded.
    pub fn is_sparse(&self) -> bool {
        self.sparse
    }

    /// Returns the age at which the server deletes a document, if it does.
    pub fn ttl(&self) -> Option<Duration> {
        self.expire_after
    }

    /// Returns the keys as the server accepts them: `{ customer: 1, placedAt: -1 }`.
    pub fn to_document(&self) -> Document {
        self.keys().map(|(field, direction)| (field.to_owned(), Bson::Int32(direction.number()))).collect()
    }

    /// Returns whether the server treats the two as the same index, regardless of their names.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.keys == other.keys && self.unique == other.unique && self.sparse == other.sparse
    }

    /// Returns the index as a type of the driver.
    pub fn to_driver(&self) -> IndexModel {
        let mut options = IndexOptions::default();
        options.name = Some(self.name());
        options.unique = self.unique.then_some(true);
        options.sparse = self.sparse.then_some(true);
        options.expire_after = self.expire_after;
        IndexModel::builder().keys(self.to_document()).options(options).build()
    }
}

/// Displays the name and the options: `expiresAt_1 (ttl 90d)`. Displays the keys too if the name is not the default.
impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        let mut notes = Vec::new();
        if self.name.is_some() {
            notes.push(format!("on {}", self.to_document()));
        }
        if self.unique {
            notes.push("unique".to_owned());
        }
        if self.sparse {
            notes.push("sparse".to_owned());
        }
        if let Some(ttl) = self.expire_after {
            notes.push(format!("ttl {}", Age(ttl.as_secs())));
        }
        if notes.is_empty() { Ok(()) } else { write!(f, " ({})", notes.join(", ")) }
    }
}

/// A number of seconds, displayed in the largest unit in which it is a whole number, as in `ttl = "90d"`.
pub(crate) struct Age(pub(crate) u64);

impl fmt::Display for Age {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, "d"), (3_600, "h"), (60, "m")];
        let (size, unit) = units
            .into_iter()
            .find(|(size, _)| self.0 > 0 && self.0.is_multiple_of(*size))
            .unwrap_or((1, "s"));
        write!(f, "{}{unit}", self.0 / size)
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{doc, serialize_to_document};

    use super::*;

    #[test]
    fn named_like_the_server_does() {
        let index = Index::new().key("customer", Direction::Ascending);
        assert_eq!(index.name(), "customer_1");
        let index = index.key("lines.placedAt", Direction::Descending);
        assert_eq!(index.name(), "customer_1_lines.placedAt_-1");
        assert_eq!(index.named("mine").name(), "mine");
    }

    #[test]
    fn shows_what_is_special() {
        let index = Index::new().key("a", Direction::Ascending);
        assert_eq!(index.to_string(), "a_1");
        let ttl = |seconds| index.clone().expire_after(Duration::from_secs(seconds)).to_string();
        assert_eq!(ttl(90 * 86_400), "a_1 (ttl 90d)");
        assert_eq!(ttl(36 * 3_600), "a_1 (ttl 36h)");
        assert_eq!(ttl(90 * 60), "a_1 (ttl 90m)");
        assert_eq!(ttl(61), "a_1 (ttl 61s)");
        assert_eq!(ttl(0), "a_1 (ttl 0s)");
        assert_eq!(
            index.unique().sparse().named("mine").to_string(),
            r#"mine (on { "a": 1 }, unique, sparse)"#
        );
    }

    #[test]
    fn index_model_contains_only_set_options() {
        let index = Index::new().key("a", Direction::Ascending).key("b", Direction::Descending);
        let sent = serialize_to_document(&index.to_driver()).unwrap();
        assert_eq!(sent, doc! { "key": { "a": 1, "b": -1 }, "name": "a_1_b_-1" });

        let index = Index::new().key("a", Direction::Ascending).unique().sparse();
        let sent = serialize_to_document(&index.expire_after(Duration::from_secs(60)).to_driver()).unwrap();
        let expected = doc! {
            "key": { "a": 1 }, "expireAfterSeconds": 60, "name": "a_1", "sparse": true, "unique": true,
        };
        assert_eq!(sent, expected);
    }
}
