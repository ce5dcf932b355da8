//! What an include returns: documents with what was included of them.

use std::{fmt, ops::Deref, sync::Arc};

use serde::{Serialize, Serializer};

use super::link_path::Loadable;
use crate::{
    model::Model,
    value::{Id, Keyed},
};

/// A type that the documents of a model are loaded as: the model itself, a view of it, or [`Loaded`].
#[diagnostic::on_unimplemented(
    message = "documents cannot be loaded as `{Self}`",
    label = "expected a model, or a view that owns its data",
    note = "a view with a lifetime borrows from the cursor's buffer: hold a `String` in place of `&str`"
)]
pub trait Target: 'static {
    /// The model of the documents.
    type Of;
}

#[diagnostic::do_not_recommend]
impl<M: Model> Target for M {
    type Of = Self;
}

/// A document with what was included of it. It dereferences to the document.
///
/// `T` is the model or a view of it. `L` is what the closure of `include` returned: what is loaded for one
/// [`Link`](super::Link), or a tuple of several. A document that was not loaded with its references has another type,
/// so a function that needs them declares it: `fn byline(post: &Loaded<Post, Linked<User>>)`.
///
/// serde writes it as the members `doc` and `links`.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Loaded<T, L> {
    /// The document.
    pub doc: T,
    /// What was included of it.
    pub links: L,
}

impl<T, L> Loaded<T, L> {
    pub(super) fn new(doc: T, links: L) -> Self {
        Self { doc, links }
    }

    /// Returns the document and what was included of it.
    pub fn into_parts(self) -> (T, L) {
        (self.doc, self.links)
    }
}

impl<T, L> Deref for Loaded<T, L> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.doc
    }
}

impl<T: Target, L: 'static> Target for Loaded<T, L> {
    type Of = T::Of;
}

impl<T: Serialize, L: Serialize> Serialize for Loaded<T, L> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        use serde::ser::SerializeStruct as _;

        let mut loaded = serializer.serialize_struct("Loaded", 2)?;
        loaded.serialize_field("doc", &self.doc)?;
        loaded.serialize_field("links", &self.links)?;
        loaded.end()
    }
}

/// What a reference refers to: the document, or the id if there is no such document.
///
/// Documents to which several others refer are shared. serde writes a document that was found as the document, and a
/// dangling reference as the id.
pub enum Linked<T: Target<Of: Keyed>> {
    /// The document.
    Found(Arc<T>),
    /// No document has this id: it was deleted, or never stored.
    Dangling(Id<T::Of>),
}

impl<T: Target<Of: Keyed>> Linked<T> {
    /// Returns the document, if there is one.
    pub fn found(&self) -> Option<&T> {
        match self {
            Self::Found(document) => Some(document),
            Self::Dangling(_) => None,
        }
    }

    /// Returns the document, if there is one, and consumes the reference.
    pub fn into_found(self) -> Option<Arc<T>> {
        match self {
            Self::Found(document) => Some(document),
            Self::Dangling(_) => None,
        }
    }

    /// Returns whether there is no such document.
    pub fn is_dangling(&self) -> bool {
        matches!(self, Self::Dangling(_))
    }
}

impl<T: Target<Of: Keyed>> Clone for Linked<T> {
    fn clone(&self) -> Self {
        match self {
            Self::Found(document) => Self::Found(Arc::clone(document)),
            Self::Dangling(id) => Self::Dangling(id.clone()),
        }
    }
}

impl<T: Target<Of: Keyed> + fmt::Debug> fmt::Debug for Linked<T>
where
    Id<T::Of>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Found(document) => f.debug_tuple("Found").field(document).finish(),
            Self::Dangling(id) => f.debug_tuple("Dangling").field(id).finish(),
        }
    }
}

impl<T: Target<Of: Keyed> + PartialEq> PartialEq for Linked<T>
where
    Id<T::Of>: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Found(one), Self::Found(other)) => one == other,
            (Self::Dangling(one), Self::Dangling(other)) => one == other,
            _ => false,
        }
    }
}

impl<T: Target<Of: Keyed> + Serialize> Serialize for Linked<T>
where
    Id<T::Of>: Serialize,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Found(document) => T::serialize(document, serializer),
            Self::Dangling(id) => id.serialize(serializer),
        }
    }
}

/// A dangling reference is part of the result: [`Linked`].
#[derive(Debug, Clone, Copy)]
pub enum Optional {}

/// A dangling reference is an error.
#[derive(Debug, Clone, Copy)]
pub enum Required {}

/// What is loaded for an id: [`Optional`] or [`Required`].
pub trait OnDangling: 'static {
    /// What is loaded for an id of the model of `T`.
    type Loaded<T: Target<Of: Keyed> + Loadable>: Loadable;

    /// Returns it, or `None` if it is an error that there is no document.
    #[doc(hidden)]
    fn loaded<T: Target<Of: Keyed> + Loadable>(
        found: Option<Arc<T>>,
        id: impl FnOnce() -> Option<Id<T::Of>>,
    ) -> Option<Self::Loaded<T>>;
}

impl OnDangling for Optional {
    type Loaded<T: Target<Of: Keyed> + Loadable> = Linked<T>;

    fn loaded<T: Target<Of: Keyed> + Loadable>(
        found: Option<Arc<T>>,
        id: impl FnOnce() -> Option<Id<T::Of>>,
    ) -> Option<Linked<T>> {
        found.map(Linked::Found).or_else(|| id().map(Linked::Dangling))
    }
}

impl OnDangling for Required {
    type Loaded<T: Target<Of: Keyed> + Loadable> = Arc<T>;

    fn loaded<T: Target<Of: Keyed> + Loadable>(
        found: Option<Arc<T>>,
        _: impl FnOnce() -> Option<Id<T::Of>>,
    ) -> Option<Arc<T>> {
        found
    }
}
