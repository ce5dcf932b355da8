//! Which variant an enum holds.

use super::{Clauses, Filter};
use crate::path::{Narrowed, Path, Queried, Variant};

impl<M, R> Variant<M, R> {
    /// Matches documents whose enum holds this variant.
    ///
    /// By how the enum is stored: `{ "payment.kind": { $eq: "card" } }` with `#[serde(tag = "kind")]`,
    /// `{ "payment.card": { $exists: true } }` without, `{ payment: { $eq: "cash" } }` for a variant without data.
    pub fn is_variant(&self) -> Filter<M>
    where
        R: Queried,
    {
        Filter::of(Clauses::variant(self.location()))
    }
}

impl<M, V, R> Path<M, V, Narrowed<R>> {
    /// Matches documents whose enum holds the variant that this path goes into, whatever it has there.
    ///
    /// `{ "payment.card": { $exists: true } }`; see [`Variant::is_variant`]. Of an untagged enum nothing tells it: that is
    /// an error that [`is_not_sent`](crate::Error::is_not_sent).
    pub fn is_variant(&self) -> Filter<M>
    where
        R: Queried,
    {
        Filter::of(Clauses::variant(self.location()))
    }
}
