//! Bytes as BSON binary data: `#[odm(binary)]`.

use mongodb::bson::spec::{BinarySubtype, ElementType};

use super::{Raw, Value, Writer};
use crate::error::codec::{CodecError, CodecResult};

/// Appends bytes as binary data of subtype 0.
pub(super) fn put(bytes: &[u8], writer: &mut Writer) -> CodecResult<ElementType> {
    let length =
        i32::try_from(bytes.len()).map_err(|_| CodecError::new("binary data of at most 2 GiB", "more"))?;
    writer.put(&length.to_le_bytes());
    writer.put(&[BinarySubtype::Generic.into()]);
    writer.put(bytes);
    Ok(ElementType::Binary)
}

/// Reads binary data of subtypes 0 and 2, and the array of numbers that the field stores without the attribute.
pub(super) fn read(raw: Raw<'_>) -> CodecResult<Vec<u8>> {
    if raw.is(ElementType::Array) { Vec::decode(raw) } else { plain_bytes(raw).map(<[u8]>::to_vec) }
}

/// Returns the bytes of binary data of subtypes 0 and 2, without copying.
pub(crate) fn plain_bytes(raw: Raw<'_>) -> CodecResult<&[u8]> {
    const OLD: u8 = 2;
    match raw.binary()? {
        (0 | OLD, bytes) => Ok(bytes),
        _ => Err(CodecError::new("binary data of subtype 0", "binary data of another subtype")),
    }
}
