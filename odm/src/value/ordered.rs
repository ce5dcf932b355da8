//! Values with a meaningful order, required by `gt`, `min` and similar operators.

use std::{
    borrow::Cow,
    num::{
        NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU8, NonZeroU16,
        NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize, Saturating, Wrapping,
    },
    path::PathBuf,
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::{Binary, Bson, DateTime, Decimal128, Timestamp, Uuid, oid::ObjectId};

use super::{
    Encoded, Encoding, Id, Keyed, Placeholder, Scalar, SerdeInOrder, Value,
    encoding::{binary, unit},
};

/// A value that is less or greater than another: a number, a string, a date, an id, binary data, a bool.
///
/// The server can order all values: documents by their fields, the names of an enum by their bytes. That order is
/// rarely intended, so these types are not `Ordered`. An enum without data is, if it is declared with
/// `#[odm(ordered)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order",
    label = "this operator compares numbers, strings, dates, ids, binary data",
    note = "compare a field of a document, or the elements of an array: `.any(|element| element.gt(..))`",
    note = "an enum without data has no order by default: list the variants to match, `.in_([..])`, or declare the enum with `#[odm(ordered)]` if its variants are in the order of their stored names",
    note = "the server can sort by every field: `Sort::raw(doc! {{ \"field\": 1 }})`"
)]
pub trait Ordered: Value {}

/// Implements `Ordered` and `Scalar` for the types that are stored as one BSON type, named by its Rust type.
macro_rules! scalars {
    ($($stored:ty: $($type:ty),* $(,)?;)*) => { $($(
        impl Ordered for $type {}
        impl Scalar for $type {
            type BsonType = $stored;
        }
    )*)* };
}

scalars! {
    i32: i8, i16, i32, u8, u16, NonZeroI8, NonZeroI16, NonZeroI32, NonZeroU8, NonZeroU16;
    i64: i64, i128, isize, u32, u64, u128, usize,
        NonZeroI64, NonZeroI128, NonZeroIsize, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize;
    f64: f32, f64;
    Decimal128: Decimal128;
    bool: bool;
    String: char, String, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>, PathBuf;
    DateTime: DateTime;
    Timestamp: Timestamp;
    ObjectId: ObjectId;
    Binary: Uuid, Binary;
    Bson: Bson;
}

#[cfg(feature = "bytes")]
scalars!(Binary: bytes::Bytes;);
#[cfg(feature = "chrono")]
scalars!(DateTime: chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate;);
#[cfg(feature = "rust_decimal")]
scalars!(Decimal128: rust_decimal::Decimal;);
#[cfg(feature = "time")]
scalars!(DateTime: time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Date;);
#[cfg(feature = "url")]
scalars!(String: url::Url;);
#[cfg(feature = "uuid")]
scalars!(Binary: uuid::Uuid;);

/// An encoding of `T` that preserves the order: the stored values have the same order as the `T`s.
///
/// Only the user knows what serde writes for a value: for example, a date may be written as a string, which the server
/// orders by its bytes.
#[diagnostic::on_unimplemented(
    message = "a `{T}` has no order as serde stores it",
    label = "this operator compares what serde has stored",
    note = "if the values that serde writes have the same order, declare it: `#[odm(serde(ordered))]`",
    note = "odm stores dates and UUIDs of other crates natively: enable the feature with the name of the crate"
)]
pub trait InOrder<T> {}

impl<T> InOrder<T> for binary::Binary {}
impl<U, T> InOrder<T> for unit::Counted<U> {}
impl<T> InOrder<T> for SerdeInOrder {}
impl<T> InOrder<T> for Placeholder {}

impl<M: Keyed> Ordered for Id<M> {}
impl<W: Encoding<T> + InOrder<T>, T: 'static> Ordered for Encoded<W, T> {}
#[diagnostic::do_not_recommend]
impl<T: Ordered> Ordered for Option<T> {}
#[diagnostic::do_not_recommend]
impl<T: Ordered> Ordered for Wrapping<T> {}
#[diagnostic::do_not_recommend]
impl<T: Ordered> Ordered for Saturating<T> {}
