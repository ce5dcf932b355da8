//! Indexes as a model declares them.

mod index_type;
pub(crate) mod key;
mod options;
mod problem;
pub(crate) mod search;

use std::{fmt, time::Duration};

use mongodb::bson::{Document, doc};

pub use self::{
    index_type::IndexType,
    search::{SearchFieldType, SearchIndex, Similarity},
};
use self::{key::Key, options::Options};

/// A declared index: its keys in order, and its options.
///
/// Deriving `Model` makes them from `#[odm(index(..))]`. To construct one, begin with [`Index::new`]. An index does
/// nothing by itself: `db.schema(models![..])` compares the declared indexes with the live ones. The options are
/// those of MongoDB's [`createIndexes`](https://www.mongodb.com/docs/manual/reference/command/createIndexes/).
///
/// ```
/// use odm::index::{Index, IndexType};
///
/// let index = Index::new().key("customer", IndexType::Ascending).key("placedAt", IndexType::Descending).unique();
/// assert_eq!(index.name(), "customer_1_placedAt_-1");
/// assert_eq!(index.to_string(), "customer_1_placedAt_-1 (unique)");
/// assert_eq!(
///     index.to_document().to_string(),
///     r#"{ "key": { "customer": 1, "placedAt": -1 }, "name": "customer_1_placedAt_-1", "unique": true }"#,
/// );
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use]
pub struct Index {
    keys: Vec<Key>,
    name: Option<String>,
    options: Options,
}

impl Index {
    /// Returns an index without keys. Add them with [`key`](Self::key).
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field, by its dotted stored name, after the existing ones.
    ///
    /// The name `$**` stands for every field, in a text index or a wildcard index.
    pub fn key(self, field: impl Into<String>, index_type: IndexType) -> Self {
        self.with_key(Key::new(field.into(), index_type))
    }

    /// Adds a field after the existing ones.
    #[doc(hidden)]
    pub fn with_key(mut self, key: Key) -> Self {
        self.keys.push(key);
        self
    }

    /// Sets a name instead of the server's default. `{ name: .. }`
    pub fn named(mut self, name: impl Into<String>) -> Self {
        self.name = Some(name.into());
        self
    }

    /// Returns the fields in order.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = (&str, IndexType)> {
        self.keys.iter().map(|key| (key.field.as_str(), key.index_type))
    }

    /// Returns the name set with [`named`](Self::named), or the server's default, `customer_1_placedAt_-1`.
    pub fn name(&self) -> String {
        self.name.clone().unwrap_or_else(|| {
            let keys = self.keys.iter().map(|key| format!("{}_{}", key.name(), key.index_type));
            keys.collect::<Vec<_>>().join("_")
        })
    }

    /// Returns whether the name was set with [`named`](Self::named).
    pub fn is_named(&self) -> bool {
        self.name.is_some()
    }

    /// Returns whether documents with the same keys as another are refused.
    pub fn is_unique(&self) -> bool {
        self.options.unique
    }

    /// Returns whether documents that have none of the fields are excluded.
    pub fn is_sparse(&self) -> bool {
        self.options.sparse
    }

    /// Returns whether queries cannot use the index.
    pub fn is_hidden(&self) -> bool {
        self.options.hidden
    }

    /// Returns the age at which the server deletes a document, if it does.
    pub fn ttl(&self) -> Option<Duration> {
        self.options.expire_after
    }

    /// Returns the key as the server accepts it: `{ customer: 1, placedAt: -1 }`.
    pub fn to_key_document(&self) -> Document {
        self.keys.iter().map(|key| (key.name(), key.index_type.to_bson())).collect()
    }

    /// Returns the index as the server accepts it, as an element of `indexes` of the command `createIndexes`:
    /// `{ key: { .. }, name: .., unique: true, .. }`.
    pub fn to_document(&self) -> Document {
        let mut document = doc! { "key": self.to_key_document(), "name": self.name() };
        document.extend(self.options.to_document());
        document
    }

    /// Returns whether a field is contained as this type.
    pub(crate) fn has(&self, index_type: IndexType) -> bool {
        self.keys.iter().any(|key| key.index_type == index_type)
    }
}

/// Displays the name and the options: `expiresAt_1 (ttl 90d)`. Displays the keys too if the name is not the default.
impl fmt::Display for Index {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name())?;
        let mut notes = Vec::new();
        if self.is_named() {
            notes.push(format!("on {}", self.to_key_document()));
        }
        notes.extend(self.options.notes());
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
    use super::{IndexType::*, *};

    #[test]
    fn named_like_the_server_does() {
        let index = Index::new().key("customer", Ascending);
        assert_eq!(index.name(), "customer_1");
        let index = index.key("lines.placedAt", Descending);
        assert_eq!(index.name(), "customer_1_lines.placedAt_-1");
        assert_eq!(index.named("mine").name(), "mine");
        assert_eq!(Index::new().key("title", Text).key("body", Text).name(), "title_text_body_text");
        assert_eq!(
            Index::new().key("place", Geo2dSphere).key("spot", Hashed).name(),
            "place_2dsphere_spot_hashed"
        );
        assert_eq!(Index::new().key("spot", Geo2d).name(), "spot_2d");
        assert_eq!(Index::new().key("$**", Wildcard).name(), "$**_1");
        assert_eq!(Index::new().key("attributes", Wildcard).name(), "attributes.$**_1");
    }

    #[test]
    fn shows_what_is_special() {
        let index = Index::new().key("a", Ascending);
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
}
