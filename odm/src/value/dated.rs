//! Dates: the fields of TTL indexes.

use mongodb::bson::{Bson, DateTime};

use super::Value;

/// A field with a date, for `ttl`.
///
/// A document with an array of dates expires by the earliest. A document without a date never expires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a date",
    label = "`ttl` needs a date field",
    note = "dates are `bson::DateTime`, and an `Option` or a `Vec` of it; a number or a text is not",
    note = "a TTL index on anything else would never delete a document"
)]
pub trait Dated: Value {}

impl Dated for DateTime {}
impl Dated for Bson {}
#[diagnostic::do_not_recommend]
impl<T: Dated> Dated for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Dated> Dated for Vec<T> {}
