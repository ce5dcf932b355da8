//! Dates: the fields of TTL indexes, and what expressions read a date from.

use mongodb::bson::{Bson, DateTime, Timestamp, oid::ObjectId};

use super::{Arithmetic, Id, Keyed, Value};

/// A field with a date, for `ttl`.
///
/// A document with an array of dates expires by the earliest. A document without a date never expires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a date",
    label = "`ttl` needs a date field",
    note = "dates are `bson::DateTime`, and an `Option` or a `Vec` of it; a number or a string is not",
    note = "a TTL index on anything else would never delete a document"
)]
pub trait Dated: Value {}

impl Dated for DateTime {}
impl Dated for Bson {}
#[diagnostic::do_not_recommend]
impl<T: Dated> Dated for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Dated> Dated for Vec<T> {}

/// A date with the time of day, stored as a BSON date: what a policy can set to the time of a write.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot store the time of a write",
    label = "expected a date with the time of day",
    note = "declare the field as `odm::bson::DateTime`, as a date with the time of `chrono` or `time`, or as an `Option` of one"
)]
pub trait Instant: Value {}

impl Instant for DateTime {}
#[diagnostic::do_not_recommend]
impl<T: Instant> Instant for Option<T> {}

/// A date with the time of day that every document has: the time of a time series.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the time of a time series",
    label = "expected a date that every document has",
    note = "declare the field as `odm::bson::DateTime`, or as a date with the time of `chrono` or `time`; an `Option` is not accepted, because the server refuses a measurement without its time"
)]
pub trait TimeField: Instant {}

impl TimeField for DateTime {}

/// A value that contains a date, or one that may be absent: required by the expressions on dates.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no date",
    label = "this operator needs a date, a timestamp or an `ObjectId`",
    note = "dates are `bson::DateTime` and the types of `chrono` and `time`, and `Option`s of them",
    note = "`.to_date()` converts a string or a number of milliseconds"
)]
pub trait DateValue: Value {}

#[diagnostic::do_not_recommend]
impl<T: Arithmetic<Kind = DateTime>> DateValue for T {}
impl DateValue for ObjectId {}
impl DateValue for Timestamp {}
impl DateValue for Option<ObjectId> {}
impl DateValue for Option<Timestamp> {}
#[diagnostic::do_not_recommend]
impl<M: Keyed<Key = ObjectId>> DateValue for Id<M> {}
#[diagnostic::do_not_recommend]
impl<M: Keyed<Key = ObjectId>> DateValue for Option<Id<M>> {}
