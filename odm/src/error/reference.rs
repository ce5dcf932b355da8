//! References to documents that do not exist, and references that prevent a delete.

use std::fmt;

use mongodb::bson::Bson;

/// A reference to a document that does not exist, although the include requires it.
///
/// [`Error::dangling_reference`](super::Error::dangling_reference) returns it.
#[derive(Clone, PartialEq)]
pub struct DanglingReference {
    collection: &'static str,
    path: String,
    target: &'static str,
    id: Bson,
}

impl DanglingReference {
    pub(crate) fn new(
        collection: &'static str,
        path: impl Into<String>,
        target: &'static str,
        id: Bson,
    ) -> Self {
        Self { collection, path: path.into(), target, id }
    }

    /// Returns the collection of the document with the reference.
    pub fn collection(&self) -> &str {
        self.collection
    }

    /// Returns the dotted stored name of the reference, without the positions of array elements.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the collection that has no document with the id.
    pub fn target(&self) -> &str {
        self.target
    }

    /// Returns the id that the reference contains. It is a stored value.
    pub fn id(&self) -> &Bson {
        &self.id
    }
}

impl fmt::Display for DanglingReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, path, target, .. } = self;
        write!(
            f,
            "`{path}` of a document in `{collection}` is a required reference, but `{target}` has no such document"
        )
    }
}

/// Omits the id, which is a stored value.
impl fmt::Debug for DanglingReference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DanglingReference({self})")
    }
}

/// A reference that prevents a delete: its delete rule is `restrict`.
///
/// [`Error::restriction`](super::Error::restriction) returns it.
#[derive(Clone, PartialEq)]
pub struct Restriction {
    collection: &'static str,
    path: String,
    target: &'static str,
    id: Bson,
}

impl Restriction {
    pub(crate) fn new(
        collection: &'static str,
        path: impl Into<String>,
        target: &'static str,
        id: Bson,
    ) -> Self {
        Self { collection, path: path.into(), target, id }
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

    /// Returns the `_id` of the first document with the reference that was found. It is a stored value.
    pub fn id(&self) -> &Bson {
        &self.id
    }
}

impl fmt::Display for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { collection, path, target, .. } = self;
        write!(
            f,
            "a document in `{collection}` refers to one of `{target}` by `{path}`, whose delete rule is `restrict`; \
             nothing was deleted"
        )
    }
}

/// Omits the id, which is a stored value.
impl fmt::Debug for Restriction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Restriction({self})")
    }
}
