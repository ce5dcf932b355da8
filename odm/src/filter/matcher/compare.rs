//! The order of all BSON values: by their canonical types, then by their values.

use std::cmp::Ordering;

use mongodb::bson::spec::ElementType;

use super::{number::Number, operand::contents};
use crate::{
    error::codec::{CodecError, CodecResult},
    value::Raw,
};

/// The place of a type in the order of all types. Values of types with the same place are compared by value.
pub(super) fn canonical(value: Raw<'_>) -> CodecResult<i8> {
    Ok(match value.element_type().ok_or_else(CodecError::malformed)? {
        ElementType::MinKey => -1,
        ElementType::Undefined => UNDEFINED,
        ElementType::Null => NULL,
        ElementType::Double | ElementType::Int32 | ElementType::Int64 | ElementType::Decimal128 => 10,
        ElementType::String | ElementType::Symbol => 15,
        ElementType::EmbeddedDocument => 20,
        ElementType::Array => 25,
        ElementType::Binary => 30,
        ElementType::ObjectId => 35,
        ElementType::Boolean => 40,
        ElementType::DateTime => 45,
        ElementType::Timestamp => 47,
        ElementType::RegularExpression => 50,
        ElementType::DbPointer => 55,
        ElementType::JavaScriptCode => 60,
        ElementType::JavaScriptCodeWithScope => 65,
        ElementType::MaxKey => 127,
    })
}

/// The place of undefined and of missing values.
pub(super) const UNDEFINED: i8 = 0;
pub(super) const NULL: i8 = 5;

/// Compares values of all types.
pub(super) fn compare(one: Raw<'_>, other: Raw<'_>) -> CodecResult<Ordering> {
    match canonical(one)?.cmp(&canonical(other)?) {
        Ordering::Equal => compare_values(one, other),
        unequal => Ok(unequal),
    }
}

/// Compares values whose canonical types are equal.
pub(super) fn compare_values(one: Raw<'_>, other: Raw<'_>) -> CodecResult<Ordering> {
    if let (Some(one), Some(other)) = (Number::of(one)?, Number::of(other)?) {
        return Ok(one.compare(other));
    }
    Ok(match one.element_type().ok_or_else(CodecError::malformed)? {
        ElementType::String | ElementType::Symbol | ElementType::JavaScriptCode => {
            text(one)?.cmp(text(other)?)
        }
        ElementType::EmbeddedDocument | ElementType::Array => return compare_contents(one, other),
        // The length, the subtype, the data.
        ElementType::Binary | ElementType::DbPointer => {
            one.bytes().len().cmp(&other.bytes().len()).then_with(|| one.bytes().cmp(other.bytes()))
        }
        ElementType::ObjectId | ElementType::Boolean => one.bytes().cmp(other.bytes()),
        ElementType::DateTime => i64::from_le_bytes(one.fixed()?).cmp(&i64::from_le_bytes(other.fixed()?)),
        ElementType::Timestamp => u64::from_le_bytes(one.fixed()?).cmp(&u64::from_le_bytes(other.fixed()?)),
        // The pattern and the options, each ended by a zero.
        ElementType::RegularExpression => {
            let parts = |value: Raw<'_>| {
                value.bytes().split(|byte| *byte == 0).map(<[u8]>::to_vec).collect::<Vec<_>>()
            };
            parts(one).cmp(&parts(other))
        }
        ElementType::JavaScriptCodeWithScope => {
            let ((code, scope), (other_code, other_scope)) = (code(one)?, code(other)?);
            match code.cmp(other_code) {
                Ordering::Equal => return compare_contents(scope, other_scope),
                unequal => unequal,
            }
        }
        _ => Ordering::Equal,
    })
}

/// Compares documents or arrays, element by element: the type, the name, the value. Then the shorter one is less.
fn compare_contents(one: Raw<'_>, other: Raw<'_>) -> CodecResult<Ordering> {
    let (mut one, mut other) = (contents(one)?, contents(other)?);
    loop {
        let ((key, value), (other_key, other_value)) = match (one.next()?, other.next()?) {
            (Some(one), Some(other)) => (one, other),
            (one, other) => return Ok(one.is_some().cmp(&other.is_some())),
        };
        let order = canonical(value)?.cmp(&canonical(other_value)?).then_with(|| key.cmp(other_key));
        match order {
            Ordering::Equal => match compare_values(value, other_value)? {
                Ordering::Equal => {}
                unequal => return Ok(unequal),
            },
            unequal => return Ok(unequal),
        }
    }
}

/// Returns the text of a value with the layout of a string.
pub(super) fn text(value: Raw<'_>) -> CodecResult<&[u8]> {
    match value.bytes() {
        [_, _, _, _, text @ .., 0] => Ok(text),
        _ => Err(CodecError::malformed()),
    }
}

/// Returns the code and the scope of JavaScript code.
fn code(value: Raw<'_>) -> CodecResult<(&[u8], Raw<'_>)> {
    let rest = value.bytes().get(4..).ok_or_else(CodecError::malformed)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or_else(CodecError::malformed)?;
    let length = usize::try_from(i32::from_le_bytes(*length)).map_err(|_| CodecError::malformed())?;
    let (code, scope) = rest.split_at_checked(length).ok_or_else(CodecError::malformed)?;
    Ok((code, Raw::new(ElementType::EmbeddedDocument, scope)))
}
