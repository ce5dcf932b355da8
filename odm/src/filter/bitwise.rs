//! Bitwise operators: `$bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear`.

use mongodb::bson::Bson;

use super::Filter;
use crate::{
    path::{Path, Queried},
    value::{Integer, Value},
};

/// Bits are counted from the least significant one, which is 0.
impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents where all these bits of the number are 1.
    ///
    /// `{ field: { $bitsAllSet: [..] } }`; no bits match every number.
    pub fn bits_all_set(&self, bits: impl IntoIterator<Item = u8>) -> Filter<M>
    where
        V: Integer,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllSet", Ok(positions(bits)))
    }

    /// Matches documents where all these bits of the number are 0.
    ///
    /// `{ field: { $bitsAllClear: [..] } }`; no bits match every number.
    pub fn bits_all_clear(&self, bits: impl IntoIterator<Item = u8>) -> Filter<M>
    where
        V: Integer,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllClear", Ok(positions(bits)))
    }

    /// Matches documents where one of these bits of the number is 1.
    ///
    /// `{ field: { $bitsAnySet: [..] } }`; no bits match no number.
    pub fn bits_any_set(&self, bits: impl IntoIterator<Item = u8>) -> Filter<M>
    where
        V: Integer,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnySet", Ok(positions(bits)))
    }

    /// Matches documents where one of these bits of the number is 0.
    ///
    /// `{ field: { $bitsAnyClear: [..] } }`; no bits match no number.
    pub fn bits_any_clear(&self, bits: impl IntoIterator<Item = u8>) -> Filter<M>
    where
        V: Integer,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnyClear", Ok(positions(bits)))
    }
}

fn positions(bits: impl IntoIterator<Item = u8>) -> Bson {
    bits.into_iter().map(|bit| Bson::Int32(bit.into())).collect::<Vec<_>>().into()
}
