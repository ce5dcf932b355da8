//! Parts: documents that lie flat in another.

use std::{fmt, marker::PhantomData};

use super::{InQuery, KeyOf, Location, Path, Reach};
use crate::value::{Map, Value};

/// A document or map that lies flat in the one that holds it, `#[serde(flatten)]`: it has no name of its own, so no
/// operators; its fields have.
///
/// Construct with the accessor of the flattened field: `o.audit().created_at()` says `createdAt`.
pub struct Flattened<M, V, R> {
    at: Location,
    types: PhantomData<fn() -> (M, V, R)>,
}

impl<M, V, R> Flattened<M, V, R> {
    pub(crate) fn new(at: Location) -> Self {
        Self { at, types: PhantomData }
    }
}

impl<M, V, R> fmt::Debug for Flattened<M, V, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Part({})", self.at.shown())
    }
}

impl<M: 'static, V: Value, R: Reach> Flattened<M, V, R> {
    /// The value under a key of a flattened map, or of a flattened `Document`: a field of the document that holds it.
    ///
    /// The key is data; see [`Path::key`] for those that cannot be part of a path. A key that is the name or an alias of a
    /// field which the document declares, itself or in a part that lies flat in it, is none of the map: whatever sends
    /// the filter or update returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    #[allow(clippy::needless_pass_by_value)] // a literal or a reference, mostly
    pub fn key(
        &self,
        key: impl KeyOf<V::Key>,
    ) -> <V::Item as Value>::Fields<InQuery<M, R>, Path<M, V::Item, R>>
    where
        V: Map,
    {
        Path::<M, V, R>::new(self.at.clone()).key(key)
    }
}
