//! Parts of a `Timestamp`: `$tsSecond $tsIncrement`.

use mongodb::bson::{Bson, Timestamp};

use super::operators::operators;
use crate::value::Value;

/// A timestamp, or one that may be absent.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timestamp",
    label = "this operator needs a `bson::Timestamp`",
    note = "operators on dates accept a timestamp, too: `.year()`"
)]
pub trait TimestampValue: Value {}

impl TimestampValue for Timestamp {}
impl TimestampValue for Option<Timestamp> {}
#[diagnostic::do_not_recommend]
impl TimestampValue for Bson {}
#[diagnostic::do_not_recommend]
impl TimestampValue for Option<Bson> {}

operators! {
    /// Returns the seconds since 1970 of a timestamp; null stays null.
    ts_second = "$tsSecond" one(timestamp: T [TimestampValue]) -> T::Lift<i64>;
    /// Returns the number within its second of a timestamp; null stays null.
    ts_increment = "$tsIncrement" one(timestamp: T [TimestampValue]) -> T::Lift<i64>;
}
