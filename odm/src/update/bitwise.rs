//! The bitwise operator: `$bit`.

use mongodb::bson::{Bson, doc};

use super::Update;
use crate::{
    error::codec::CodecResult,
    path::{OnePlace, Operand, Path},
    value::{Integer, Value},
};

/// The server treats the bits of a missing field as zero.
impl<M, V: Value, R> Path<M, V, R> {
    /// Clears the bits that are not set in `mask`.
    ///
    /// `{ $bit: { field: { and: mask } } }`
    pub fn bit_and<K>(&self, mask: impl Operand<V::Mask, K>) -> Update<M>
    where
        V: Integer,
        R: OnePlace,
    {
        bit(self, "and", mask.operand())
    }

    /// Sets the bits that are set in `mask`.
    ///
    /// `{ $bit: { field: { or: mask } } }`
    pub fn bit_or<K>(&self, mask: impl Operand<V::Mask, K>) -> Update<M>
    where
        V: Integer,
        R: OnePlace,
    {
        bit(self, "or", mask.operand())
    }

    /// Flips the bits that are set in `mask`.
    ///
    /// `{ $bit: { field: { xor: mask } } }`
    pub fn bit_xor<K>(&self, mask: impl Operand<V::Mask, K>) -> Update<M>
    where
        V: Integer,
        R: OnePlace,
    {
        bit(self, "xor", mask.operand())
    }
}

fn bit<M, V, R>(path: &Path<M, V, R>, operation: &str, mask: CodecResult<Bson>) -> Update<M> {
    Update::change(path.location(), "$bit", mask.map(|mask| doc! { operation: mask }.into()))
}
