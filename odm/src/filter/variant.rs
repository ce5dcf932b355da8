//! Which variant an enum holds.

use super::{Clauses, Filter};
use crate::path::{Queried, Variant};

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
