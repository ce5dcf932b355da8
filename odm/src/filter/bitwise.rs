//! Bitwise operators: `$bitsAllSet $bitsAllClear $bitsAnySet $bitsAnyClear`.

use mongodb::bson::{Binary, Bson};

use super::Filter;
use crate::{
    error::codec::{CodecError, CodecResult},
    path::{Path, Queried},
    value::{Bits, Value},
};

/// The bits that an operator tests: their positions (`[0, 2]`), or a mask in which they are set (`0b101`, binary
/// data).
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not specify bits",
    label = "expected positions or a mask",
    note = "positions are `[0, 2]`, counted from the least significant bit; a mask is an integer or `bson::Binary`"
)]
pub trait Bitmask<K> {
    /// Renders the bits as they are sent.
    fn bitmask(self) -> CodecResult<Bson>;
}

/// Markers of [`Bitmask`] that keep its implementations for lists and for masks apart. Type inference chooses them.
pub(crate) mod bitmasks {
    /// Positions.
    #[derive(Debug)]
    pub enum Positions {}
    /// A mask.
    #[derive(Debug)]
    pub enum Mask {}
}
use bitmasks::{Mask, Positions};

/// The position of a bit, or a reference to one: an item of a list for [`Bitmask`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the position of a bit",
    label = "expected a `u32`, counted from the least significant bit"
)]
pub trait BitPosition {
    /// Returns the position.
    fn position(self) -> u32;
}

impl BitPosition for u32 {
    fn position(self) -> u32 {
        self
    }
}

impl BitPosition for &u32 {
    fn position(self) -> u32 {
        *self
    }
}

#[diagnostic::do_not_recommend]
impl<I: IntoIterator<Item: BitPosition>> Bitmask<Positions> for I {
    fn bitmask(self) -> CodecResult<Bson> {
        let position = |bit: I::Item| i32::try_from(bit.position()).map(Bson::Int32);
        match self.into_iter().map(position).collect() {
            Ok(positions) => Ok(Bson::Array(positions)),
            Err(_) => {
                Err(CodecError::new("a position of a bit that fits int32", "a greater number").in_value())
            }
        }
    }
}

macro_rules! masks {
    ($($number:ty)*) => { $(
        impl Bitmask<Mask> for $number {
            fn bitmask(self) -> CodecResult<Bson> {
                match i64::try_from(self) {
                    Ok(mask) if mask >= 0 => Ok(mask.into()),
                    Ok(_) => Err(CodecError::new("a mask of zero or more", "a negative number").in_value()),
                    Err(_) => Err(CodecError::new("a mask that fits int64", "a greater number").in_value()),
                }
            }
        }
    )* };
}

masks!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize);

impl Bitmask<Mask> for Binary {
    fn bitmask(self) -> CodecResult<Bson> {
        Ok(self.into())
    }
}

/// Bits are counted from the least significant one, which is 0.
impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents where all these bits are 1.
    ///
    /// `{ field: { $bitsAllSet: [0, 2] } }`; without bits, it matches every value that has bits.
    pub fn bits_all_set<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllSet", bits.bitmask())
    }

    /// Matches documents where all these bits are 0.
    ///
    /// `{ field: { $bitsAllClear: [0, 2] } }`; without bits, it matches every value that has bits.
    pub fn bits_all_clear<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAllClear", bits.bitmask())
    }

    /// Matches documents where one of these bits is 1.
    ///
    /// `{ field: { $bitsAnySet: [0, 2] } }`; without bits, it matches nothing.
    pub fn bits_any_set<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnySet", bits.bitmask())
    }

    /// Matches documents where one of these bits is 0.
    ///
    /// `{ field: { $bitsAnyClear: [0, 2] } }`; without bits, it matches nothing.
    pub fn bits_any_clear<K>(&self, bits: impl Bitmask<K>) -> Filter<M>
    where
        V: Bits,
        R: Queried,
    {
        Filter::test(self.location(), "$bitsAnyClear", bits.bitmask())
    }
}
