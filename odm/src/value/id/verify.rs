//! Verifies that an id is read as the value that is stored, because the server finds the document by that value.
//!
//! For the server, documents with their elements in another order are different values, as are `0.1` and the nearest
//! `f32`. With such an id, a model would not find its document, and saving the model would store a second document.

use mongodb::bson::spec::ElementType;

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{FieldNames, Raw, Value, Writer},
};

/// Reads an id, and refuses one that would be written as another value.
#[inline]
pub(crate) fn read<V: Value>(raw: Raw<'_>) -> CodecResult<V> {
    let id = V::decode(raw)?;
    if raw.is(ElementType::ObjectId) {
        return Ok(id);
    }
    match raw.element_type() {
        // Every type that reads these writes an equal value.
        Some(
            ElementType::Int32
            | ElementType::Int64
            | ElementType::Boolean
            | ElementType::DateTime
            | ElementType::Timestamp
            | ElementType::Null,
        ) => Ok(id),
        _ => same(id, raw),
    }
}

#[inline(never)]
fn same<V: Value>(id: V, stored: Raw<'_>) -> CodecResult<V> {
    let mut writer = Writer::short();
    let element_type = id.encode(&mut writer)?;
    equal(stored, Raw::new(element_type, writer.as_bytes()), V::DECLARED)?;
    Ok(id)
}

/// Returns an error unless both are the same value for the server, which ignores the types of numbers. `names` are
/// the names that the document declares, if the value is one.
fn equal(stored: Raw<'_>, written: Raw<'_>, names: FieldNames) -> CodecResult<()> {
    if stored.tag() == written.tag() {
        if stored.bytes() == written.bytes() {
            return Ok(());
        }
        match stored.element_type() {
            Some(ElementType::EmbeddedDocument) => return documents(stored, written, names),
            Some(ElementType::Array) => return arrays(stored, written),
            // Every type reads a decimal128 exactly, so only its trailing zeros can differ, which the server ignores.
            Some(ElementType::Decimal128) => return Ok(()),
            _ => {}
        }
    }
    match (number(stored), number(written)) {
        (Some(one), Some(other)) if one == other => Ok(()),
        _ => Err(CodecError::new(
            "an id that is written as it is stored",
            "a value that is written as another value",
        )),
    }
}

fn documents(stored: Raw<'_>, written: Raw<'_>, names: FieldNames) -> CodecResult<()> {
    let (mut one, mut other) = (stored.elements()?, written.elements()?);
    loop {
        match (one.next()?, other.next()?) {
            (None, None) => return Ok(()),
            (Some((key, stored)), Some((other, written))) if key == other => {
                equal(stored, written, FieldNames::NONE).map_err(|error| {
                    match names.own().iter().find(|name| name.as_bytes() == key) {
                        Some(name) => error.at(*name),
                        None => error.at_key(String::from_utf8_lossy(key)),
                    }
                })?;
            }
            _ => return Err(other_elements(stored, written)),
        }
    }
}

/// Returns the error for a stored document whose elements differ from those that the model writes.
#[cold]
fn other_elements(stored: Raw<'_>, written: Raw<'_>) -> CodecError {
    const EXPECTED: &str = "the elements of an id as the model writes them";
    let keys = |document: Raw<'_>| -> CodecResult<Vec<Vec<u8>>> {
        let (mut elements, mut keys) = (document.elements()?, Vec::new());
        while let Some((key, _)) = elements.next()? {
            keys.push(key.to_vec());
        }
        keys.sort_unstable();
        Ok(keys)
    };
    match (keys(stored), keys(written)) {
        (Err(error), _) | (_, Err(error)) => error,
        (Ok(one), Ok(other)) if one == other => {
            CodecError::new(EXPECTED, "the elements in another order, which is another id")
        }
        _ => CodecError::new(EXPECTED, "more or fewer elements, which is another id"),
    }
}

fn arrays(stored: Raw<'_>, written: Raw<'_>) -> CodecResult<()> {
    let (mut one, mut other, mut index) = (stored.items()?, written.items()?, 0_usize);
    loop {
        match (one.next()?, other.next()?) {
            (None, None) => return Ok(()),
            (Some((_, stored)), Some((_, written))) => {
                equal(stored, written, FieldNames::NONE).map_err(|error| error.at(index.to_string()))?;
            }
            _ => {
                return Err(CodecError::new(
                    "an id that is written as it is stored",
                    "an array of another length",
                ));
            }
        }
        index += 1;
    }
}

/// Reads an int32, an int64 or a double.
fn number(raw: Raw<'_>) -> Option<Number> {
    match raw.element_type()? {
        ElementType::Int32 => i32::decode(raw).ok().map(|number| Number::Integer(number.into())),
        ElementType::Int64 => i64::decode(raw).ok().map(Number::Integer),
        // A double without a fraction equals the integer.
        ElementType::Double => match (i64::decode(raw), f64::decode(raw)) {
            (Ok(integer), _) => Some(Number::Integer(integer)),
            (_, Ok(double)) => {
                Some(Number::Double(if double.is_nan() { u64::MAX } else { double.to_bits() }))
            }
            _ => None,
        },
        _ => None,
    }
}

#[derive(PartialEq)]
enum Number {
    Integer(i64),
    /// Its bits, which are the same for every NaN.
    Double(u64),
}
