//! Extended JSON, hashes and index keys: `$serializeEJSON $hash $toHashedIndexKey ..`.

use mongodb::bson::{Binary, Bson, oid::ObjectId};

use super::{
    Expr, Expression, Truth,
    operators::{Operator, operator, operators, options},
    rendered::none,
    size::Bytes,
};
use crate::value::{StringValue, Value};

options! {
    /// The optional arguments of [`serialize_ejson`].
    SerializeEjson {
        /// Sets whether numbers and dates are written as JSON values, if JSON can represent them: the default. If false,
        /// each is a document with its type.
        relaxed "relaxed" [Truth];
    }
}

/// The optional argument of [`deserialize_ejson`].
#[derive(Debug)]
pub enum DeserializeEjson {}

macro_rules! on_error {
    ($($options:ident)*) => { $(
        impl<R> Expr<R, Bson, $options> {
            /// Sets the value if the conversion fails.
            ///
            /// `onError: value`
            pub fn on_error(self, value: impl Expression<R>) -> Self {
                Self::from_source(self.with_argument("onError", value.render()).source)
            }
        }
    )* };
}

on_error!(SerializeEjson DeserializeEjson);

operators! {
    /// Returns the number by which a hashed index stores the value.
    to_hashed_index_key = "$toHashedIndexKey" one(value: T [Value]) -> i64;
    /// Returns the value as a document of extended JSON, in which numbers and dates are readable unless
    /// [`relaxed`](Expr::relaxed) is false.
    serialize_ejson = "$serializeEJSON" named("input" value: T [Value]) with SerializeEjson -> Bson, since "8.3";
    /// Returns the value that a document of extended JSON describes.
    deserialize_ejson = "$deserializeEJSON" named("input" value: T [Value]) with DeserializeEjson -> Bson, since "8.3";
    /// Returns the hash of a string or of binary data, by an algorithm such as `"sha256"`; null stays null.
    hash = "$hash" named("input" data: T [Bytes], "algorithm" algorithm: B [StringValue]) -> T::Lift<Binary>, since "8.3";
    /// Returns the hash of a string or of binary data in hexadecimal digits, by an algorithm such as `"sha256"`; null stays
    /// null.
    hex_hash = "$hexHash" named("input" data: T [Bytes], "algorithm" algorithm: B [StringValue]) -> T::Lift<String>, since "8.3";
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] = &[operator!("$createObjectId", create_object_id, "8.3")];

/// Returns a new `ObjectId`, a different one for every row.
///
/// `{ $createObjectId: {} }`
///
/// Requires MongoDB 8.3.
pub fn create_object_id<R>() -> Expr<R, ObjectId> {
    Expr::computed(none("$createObjectId"))
}
