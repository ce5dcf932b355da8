//! Constants as expressions.

use mongodb::bson::{Binary, DateTime, Decimal128, Regex, Timestamp, Uuid, oid::ObjectId};

use super::{Expr, Expression, rendered::Rendered};
use crate::{
    error::codec::CodecResult,
    value::{Id, Keyed, Value},
};

/// Constants. Of the integers, only `i32` is a constant, so that rustc infers one type for an integer literal. For
/// the others, use [`lit`].
macro_rules! constants {
    ($($type:ty),*) => { $(
        impl<R> Expression<R> for $type {
            type T = Self;

            fn render(self) -> CodecResult<Rendered> {
                self.to_bson().and_then(Rendered::constant)
            }
        }
    )* };
}

constants!(i32, f64, bool, String, DateTime, ObjectId, Uuid, Decimal128, Regex, Timestamp, Binary);
#[cfg(feature = "chrono")]
constants!(chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate);
#[cfg(feature = "rust_decimal")]
constants!(rust_decimal::Decimal);
#[cfg(feature = "time")]
constants!(time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Date);
#[cfg(feature = "uuid")]
constants!(uuid::Uuid);

impl<R> Expression<R> for &str {
    type T = String;

    fn render(self) -> CodecResult<Rendered> {
        Rendered::constant(self.into())
    }
}

impl<R, M: Keyed> Expression<R> for Id<M> {
    type T = Self;

    fn render(self) -> CodecResult<Rendered> {
        self.to_bson().and_then(Rendered::constant)
    }
}

/// Returns a constant of any stored type: `lit(5_i64)`, `lit(Status::Paid)`.
///
/// `value`, or `{ $literal: value }` if the server could read the value as a path or an operator
///
/// The constant is encoded as a field of that type.
pub fn lit<R, T: Value>(value: T) -> Expr<R, T> {
    Expr::computed(value.into_bson().and_then(Rendered::constant))
}
