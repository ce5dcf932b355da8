//! `ReferenceError`: a reference to a document that does not exist, or one that prevents a delete.

use std::fmt;

use mongodb::bson::Bson;

/// A reference that is broken, or that a delete would break.
///
/// It is a required reference to a document that does not exist ([`is_dangling`](super::Error::is_dangling)), or one
/// whose delete rule is `restrict` ([`is_restricted`](super::Error::is_restricted)).
#[derive(Clone, PartialEq)]
pub struct ReferenceError {
    collection: &'static str,
    path: String,
    target: &'static str,
    id: Bson,
    prevents_delete: bool,
}

impl ReferenceError {
    /// Creates an error of a required reference. `id` is the id that it contains.
    pub(crate) fn dangling(
        collection: &'static str,
        path: impl Into<String>,
        target: &'static str,
        id: Bson,
    ) -> Self {
        Self { collection, path: path.into(), target, id, prevents_delete: false }
    }

    /// Creates an error of a reference whose delete rule is `restrict`. `id` is that of the document with the reference.
    pub(crate) fn restricted(
        collection: &'static str,
        path: impl Into<String>,
        target: &'static str,
        id: Bson,
    ) -> Self {
        Self { prevents_delete: true, ..Self::dangling(collection, path, target, id) }
    }

    /// Returns the collection of the document with the reference.
    pub fn collection(&self) -> &str {
        self.collection
    }

    /// Returns the dotted stored name of the reference.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the collection that the reference refers to.
    pub fn target(&self) -> &str {
        self.target
    }

    /// Returns the id that a dangling reference contains, or the `_id` of a document whose reference prevents a delete.
    /// It is a stored value.
    pub fn id(&self) -> &Bson {
        &self.id
    }
}

impl fmt::Display for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, path, target, .. } = self;
        if self.prevents_delete {
            write!(
                f,
                "a document in `{collection}` refers to one of `{target}` by `{path}`, whose delete rule is \
                 `restrict`; nothing was deleted"
            )
        } else {
            write!(
                f,
                "`{path}` of a document in `{collection}` is a required reference, but `{target}` has no such document"
            )
        }
    }
}

/// Omits the id, which is a stored value.
impl fmt::Debug for ReferenceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReferenceError({self})")
    }
}
