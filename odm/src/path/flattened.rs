//! Flattened documents.

use std::{fmt, marker::PhantomData};

use super::{InQuery, KeyOf, Location, Multiplicity, Path};
use crate::value::{Map, Value};

/// A document or map that is flattened into its parent document, `#[serde(flatten)]`. It has no name of its own, so
/// it has no operators. Use its fields.
///
/// Construct with the accessor of the flattened field: the name of `o.audit().created_at()` is `createdAt`.
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
        write!(f, "Flattened({})", self.at.shown())
    }
}

impl<M: 'static, V: Value, R: Multiplicity> Flattened<M, V, R> {
    /// Returns the path to the value under a key of a flattened map or `Document`: a field of the parent document.
    ///
    /// The key is data. [`Path::key`] describes which keys cannot be part of a path. The name or an alias of a field
    /// that the parent document or a flattened document in it declares is not a key of the map.
    ///
    /// # Errors
    ///
    /// If the key is not allowed, the action that takes the filter or update returns an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
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
