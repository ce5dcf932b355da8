//! `Scalar`: values that the server converts to other types.

use std::num::{Saturating, Wrapping};

use mongodb::bson::Bson;

use super::{Encoded, Encoding, Id, Keyed, Value};

/// A value that is neither a document nor an array, or one that may be absent: required by conversions.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a single value",
    label = "this operator converts numbers, strings, dates, ids, bools and binary data"
)]
pub trait Scalar: Value {
    /// The BSON type that is stored, as its Rust type: `i32`, `String`, `DateTime` and so on. `Bson` if the values may
    /// be of several types, or of one that is known only at run time.
    type BsonType;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Scalar for Option<T> {
    type BsonType = T::BsonType;
}

#[diagnostic::do_not_recommend]
impl<M: Keyed<Key: Scalar>> Scalar for Id<M> {
    type BsonType = <M::Key as Scalar>::BsonType;
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: 'static> Scalar for Encoded<W, T> {
    type BsonType = Bson;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Scalar for Wrapping<T>
where
    Self: Value,
{
    type BsonType = T::BsonType;
}

#[diagnostic::do_not_recommend]
impl<T: Scalar> Scalar for Saturating<T>
where
    Self: Value,
{
    type BsonType = T::BsonType;
}
