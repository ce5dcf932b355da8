//! Sizes of data: `$binarySize $bsonSize`.

use super::{object::Object, operators::operators};
use crate::value::{StringValue, Value};

/// A string or binary data, or one that may be absent: required by `binary_size`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a string nor binary data",
    label = "`binary_size` needs a string or binary data"
)]
pub trait Bytes: Value {}

#[diagnostic::do_not_recommend]
impl<T: StringValue> Bytes for T {}
impl Bytes for mongodb::bson::Binary {}
impl Bytes for Option<mongodb::bson::Binary> {}
impl Bytes for mongodb::bson::Uuid {}
impl Bytes for Option<mongodb::bson::Uuid> {}
#[cfg(feature = "bytes")]
impl Bytes for bytes::Bytes {}
#[cfg(feature = "bytes")]
impl Bytes for Option<bytes::Bytes> {}

operators! {
    /// Returns the number of bytes of a string or of binary data; null stays null.
    binary_size = "$binarySize" one(data: T [Bytes]) -> T::Lift<i32>;
    /// Returns the number of bytes of a document as it is stored; null stays null.
    bson_size = "$bsonSize" one(document: T [Object]) -> T::Lift<i32>;
}
