//! Values with an order that people mean: what `gt`, `min` and their like compare.

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
    Encoded, Encoding, Id, Keyed, Placeholder, SerdeInOrder, Value,
    encoding::{binary, unit},
};

/// A value that is less or greater than another: a number, a text, a date, an id, binary data, a bool.
///
/// The server orders everything, documents by their fields and names of an enum by their bytes; hardly anyone means
/// that, so those have no order here. An enum of names has one where its declaration states it: `#[odm(ordered)]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no order",
    label = "this operator compares numbers, texts, dates, ids, binary data",
    note = "compare a field of a document, or ask about the elements of an array: `.any(|element| element.gt(..))`",
    note = "an enum of names has no order of its own: list the names that are meant, `.in_([..])`, or state that they are declared in the order of their stored names, `#[odm(ordered)]` on the enum",
    note = "the server can sort by every field: `Sort::raw(doc! {{ \"field\": 1 }})`"
)]
pub trait Ordered: Value {}

macro_rules! ordered {
    ($($type:ty),* $(,)?) => { $(
        impl Ordered for $type {}
    )* };
}

ordered! {
    i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, Decimal128,
    NonZeroI8, NonZeroI16, NonZeroI32, NonZeroI64, NonZeroI128, NonZeroIsize,
    NonZeroU8, NonZeroU16, NonZeroU32, NonZeroU64, NonZeroU128, NonZeroUsize,
    bool, char, String, Cow<'static, str>, Box<str>, Arc<str>, Rc<str>, PathBuf, DateTime, Timestamp, ObjectId, Uuid, Binary, Bson,
}

#[cfg(feature = "bytes")]
ordered!(bytes::Bytes);
#[cfg(feature = "chrono")]
ordered!(chrono::DateTime<chrono::Utc>, chrono::NaiveDateTime, chrono::NaiveDate);
#[cfg(feature = "rust_decimal")]
ordered!(rust_decimal::Decimal);
#[cfg(feature = "time")]
ordered!(time::OffsetDateTime, time::UtcDateTime, time::PrimitiveDateTime, time::Date);
#[cfg(feature = "url")]
ordered!(url::Url);
#[cfg(feature = "uuid")]
ordered!(uuid::Uuid);

/// A way to store a `T` whose order among what is stored is that of the `T`s.
///
/// Only the user knows what serde makes of a value: a date may become a text, which sorts by its letters.
#[diagnostic::on_unimplemented(
    message = "a `{T}` has no order as serde stores it",
    label = "this operator compares what serde has stored",
    note = "where serde writes it in order, say so at the field: `#[odm(serde(ordered))]`",
    note = "a date or a UUID of another crate is stored as such with the feature of odm that is called like the crate"
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
