//! Bitwise operators: `$bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear`.

use mongodb::bson::{Binary, Bson};

use super::Filter;
use crate::{
    error::codec::{CodecError, CodecResult},
    path::{Path, Queried},
    value::{Bits, Value},
};

/// Which bits a test is about: their positions (`[0, 2]`), or a mask in which they are set (`0b101`, binary data).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say which bits",
    label = "expected positions or a mask",
    note = "positions are `[0, 2]`, counted from the least significant bit; a mask is an integer or `bson::Binary`"
)]
pub trait Bitmask<K> {
    /// The mask as it is sent.
    fn bitmask(self) -> CodecResult<Bson>;
}

/// Markers of [`Bitmask`]; inference fills them in.
pub mod bitmasks {
    /// Positions.
    #[derive(Debug)]
    pub enum Positions {}
    /// A mask.
    #[derive(Debug)]
    pub enum Mask {}
}
use bitmasks::{Mask, Positions};

#[diagnostic::do_not_recommend]
impl<I: IntoIterator<Item = u32>> Bitmask<Positions> for I {
    fn bitmask(self) -> CodecResult<Bson> {
        let position = |bit| i32::try_from(bit).map(Bson::Int32);
        match self.into_iter().map(position).collect() {
            Ok(positions) => Ok(Bson::Array(positions)),
            Err(_) => Err(CodecError::new("a position of a bit that fits int32", "a greater number")),
        }
    }
}

impl Bitmask<Mask> for i64 {
    fn bitmask(self) -> CodecResult<Bson> {
        if self < 0 {
            return Err(CodecError::new("a mask of zero or more", "a negative number"));
        }
        Ok(self.into())
    }
}

impl Bitmask<Mask> for Binary {
    fn bitmask(self) -> CodecResult<Bson> {
        Ok(self.into())
    }
}

/// Bits are counted from the least significant one, which is 0.
impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents where all these bits are 1.
    ///
    /// `{ field: { $bitsAllSet: [0, 2] } }`; no bits match everything that has bits.
    pub fn bits_all_set<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllSet", bits.bitmask())
    }

    /// Matches documents where all these bits are 0.
    ///
    /// `{ field: { $bitsAllClear: [0, 2] } }`; no bits match everything that has bits.
    pub fn bits_all_clear<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllClear", bits.bitmask())
    }

    /// Matches documents where one of these bits is 1.
    ///
    /// `{ field: { $bitsAnySet: [0, 2] } }`; no bits match nothing.
    pub fn bits_any_set<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnySet", bits.bitmask())
    }

    /// Matches documents where one of these bits is 0.
    ///
    /// `{ field: { $bitsAnyClear: [0, 2] } }`; no bits match nothing.
    pub fn bits_any_clear<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnyClear", bits.bitmask())
    }
}
