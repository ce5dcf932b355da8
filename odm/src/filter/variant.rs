//! Filters by the variant of an enum.

use super::{Clauses, Filter};
use crate::path::{Narrowed, Path, Queried, Variant};

impl<M, R> Variant<M, R> {
    /// Matches documents whose enum holds this variant.
    ///
    /// The form depends on how the enum is stored: `{ "payment.kind": { $eq: "card" } }` with
    /// `#[serde(tag = "kind")]`, `{ "payment.card": { $exists: true } }` without a tag,
    /// `{ payment: { $eq: "cash" } }` for a variant without data.
    pub fn is_variant(&self) -> Filter<M>
    where
        R: Queried,
    {
        Filter::of(Clauses::variant(self.location()))
    }
}

impl<M, V, R> Path<M, V, Narrowed<R>> {
    /// Matches documents whose enum holds the variant that this path enters, with any data.
    ///
    /// `{ "payment.card": { $exists: true } }`; see [`Variant::is_variant`]. An untagged enum does not store its
    /// variant: this is an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn is_variant(&self) -> Filter<M>
    where
        R: Queried,
    {
        Filter::of(Clauses::variant(self.location()))
    }
}
