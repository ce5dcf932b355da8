//! Indexes as a model declares them.

pub(crate) mod dated;
mod problem;

use std::{fmt, time::Duration};

use mongodb::{
    IndexModel,
    bson::{Bson, Document},
    options::IndexOptions,
};

pub(crate) use self::dated::Dated;

/// One declared index: keys in order, and what the server keeps true about them.
///
/// Deriving `Model` makes them from `#[odm(index(..))]`; by hand, begin with [`Index::new`]. An index does
/// nothing by itself: `db.schema(models![..])` compares the declared with the live ones. The options are those
/// of MongoDB's [`createIndexes`](https://www.mongodb.com/docs/manual/reference/command/createIndexes/).
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

/// The order in which an index keeps a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Direction {
    /// `1`
    Ascending,
    /// `-1`
    Descending,
}

impl Direction {
    /// The number that stands for it in the index's key.
    pub fn number(self) -> i32 {
        match self {
            Self::Ascending => 1,
            Self::Descending => -1,
        }
    }
}

impl Index {
    /// An index without keys: add them with [`key`](Self::key).
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field by its dotted stored name, after those there are.
    pub fn key(mut self, field: impl Into<String>, direction: Direction) -> Self {
        self.keys.push((field.into(), direction));
        self
    }

    /// No two documents may have the same keys. `{ unique: true }`
    ///
    /// A missing field counts as null, so that a second document without it is refused too:
    /// [`sparse`](Self::sparse) leaves those out.
    pub fn unique(mut self) -> Self {
        self.unique = true;
        self
    }

    /// Leaves out the documents that have none of the fields. `{ sparse: true }`
    pub fn sparse(mut self) -> Self {
        self.sparse = true;
        self
    }

    /// The server deletes a document this long after the date in the field. `{ expireAfterSeconds: .. }`
    ///
    /// In whole seconds, at most 2147483647 of them (68 years). The server looks once a minute; a document
    /// without a date in the field stays. See [TTL indexes](https://www.mongodb.com/docs/manual/core/index-ttl/).
    pub fn expire_after(mut self, age: Duration) -> Self {
        self.expire_after = Some(age);
        self
    }

    /// A name of its own instead of the server's default. `{ name: .. }`
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// The fields in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = (&str, Direction)> {
        self.keys.iter().map(|(field, direction)| (field.as_str(), *direction))
    }

    /// The name: the one it was given, else the server's default, `customer_1_placedAt_-1`.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let keys = self.keys().map(|(field, direction)| format!("{field}_{}", direction.number()));
            keys.collect::<Vec<_>>().join("_")
        })
    }

    /// Whether no two documents may have the same keys.
    pub fn is_unique(&self) -> bool {
        self.unique
    }

    /// Whether documents that have none of the fields are left out.
    pub fn is_sparse(&self) -> bool {
        self.sparse
    }

    /// How old a document gets.
    pub fn ttl(&self) -> Option<Duration> {
        self.expire_after
    }

    /// The keys as the server takes them: `{ customer: 1, placedAt: -1 }`.
    pub fn to_document(&self) -> Document {
        self.keys().map(|(field, direction)| (field.to_owned(), Bson::Int32(direction.number()))).collect()
    }

    /// Whether the server takes the two for one index, whatever their names.
    pub(crate) fn is_same(&self, other: &Self) -> bool {
        self.keys == other.keys && self.unique == other.unique && self.sparse == other.sparse
    }

    /// The index as the driver takes it.
    pub fn to_driver(&self) -> IndexModel {
        let mut options = IndexOptions::default();
        options.name = Some(self.name());
        options.unique = self.unique.then_some(true);
        options.sparse = self.sparse.then_some(true);
        options.expire_after = self.expire_after;
        IndexModel::builder().keys(self.to_document()).options(options).build()
    }
}

/// The name and what is special: `expiresAt_1 (ttl 90d)`; the keys too where the name does not say them.
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

/// Seconds in the largest unit that says them exactly, as `ttl = "90d"` does.
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
    fn the_driver_gets_only_what_was_said() {
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
