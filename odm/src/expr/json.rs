//! Extended JSON, hashes and index keys: `$serializeEJSON $hash $toHashedIndexKey ..`.

use mongodb::bson::{Binary, Bson, oid::ObjectId};

use super::{
    Expr,
    operators::{Operator, operator, operators},
    rendered::none,
    size::Bytes,
};
use crate::value::{StringValue, Value};

operators! {
    /// Returns the number by which a hashed index stores the value.
    to_hashed_index_key = "$toHashedIndexKey" one(value: T [Value]) -> i64;
    /// Returns the value as a document of extended JSON.
    serialize_ejson = "$serializeEJSON" named("input" value: T [Value]) -> Bson, since "8.3";
    /// Returns the value that a document of extended JSON describes.
    deserialize_ejson = "$deserializeEJSON" named("input" value: T [Value]) -> Bson, since "8.3";
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
