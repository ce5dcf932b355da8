//! The length of an encoded value, by its BSON type.

use crate::error::codec::{CodecError, CodecResult};

/// Reads a length prefix.
#[inline]
pub(super) fn length_at(bytes: &[u8]) -> CodecResult<usize> {
    let prefix = bytes.first_chunk::<4>().ok_or_else(CodecError::malformed)?;
    usize::try_from(i32::from_le_bytes(*prefix)).map_err(|_| CodecError::malformed())
}

/// Splits the bytes of one value from what follows it.
#[inline]
pub(in crate::value) fn split_value(tag: u8, rest: &[u8]) -> CodecResult<(&[u8], &[u8])> {
    rest.split_at_checked(value_length(tag, rest)?).ok_or_else(CodecError::malformed)
}

/// Returns the number of bytes of the value that `bytes` begin with.
#[inline]
pub(super) fn value_length(tag: u8, bytes: &[u8]) -> CodecResult<usize> {
    match LENGTHS.get(usize::from(tag)) {
        Some(&length) if length < PREFIXED => Ok(length.into()),
        Some(&length) if length < UNUSUAL => Ok(usize::from(length - PREFIXED) + length_at(bytes)?),
        _ => unusual_length(tag, bytes),
    }
}

/// The number of bytes of a value of each type, or the number that its length prefix does not count.
///
/// It is looked up for every element that is read. A `match` would compile to a jump table, whose branches a
/// processor cannot predict.
const LENGTHS: [u8; 0x14] = {
    let mut lengths = [UNUSUAL; 0x14];
    lengths[0x01] = 8;
    lengths[0x02] = PREFIXED + 4;
    lengths[0x03] = PREFIXED;
    lengths[0x04] = PREFIXED;
    lengths[0x05] = PREFIXED + 5;
    lengths[0x06] = 0;
    lengths[0x07] = 12;
    lengths[0x08] = 1;
    lengths[0x09] = 8;
    lengths[0x0A] = 0;
    lengths[0x0C] = PREFIXED + 16;
    lengths[0x0D] = PREFIXED + 4;
    lengths[0x0E] = PREFIXED + 4;
    lengths[0x0F] = PREFIXED;
    lengths[0x10] = 4;
    lengths[0x11] = 8;
    lengths[0x12] = 8;
    lengths[0x13] = 16;
    lengths
};
const PREFIXED: u8 = 0x40;
const UNUSUAL: u8 = 0x80;

#[cold]
#[inline(never)]
fn unusual_length(tag: u8, bytes: &[u8]) -> CodecResult<usize> {
    match tag {
        0x0B => two_cstrings(bytes),
        0x7F | 0xFF => Ok(0),
        _ => Err(CodecError::new("a BSON type", format!("the unknown type byte 0x{tag:02X}")).in_bytes()),
    }
}

fn two_cstrings(bytes: &[u8]) -> CodecResult<usize> {
    let mut zeros = bytes.iter().enumerate().filter(|(_, byte)| **byte == 0).map(|(at, _)| at);
    zeros.next();
    zeros.next().map(|at| at + 1).ok_or_else(CodecError::malformed)
}
