//! `$type`.

use mongodb::bson::spec::ElementType;

use super::{compare::text, number::Number};
use crate::{error::codec::CodecResult, value::Raw};

/// A set of BSON types.
#[derive(Debug)]
pub(super) struct Types(Vec<ElementType>);

const NUMBERS: [ElementType; 4] =
    [ElementType::Double, ElementType::Int32, ElementType::Int64, ElementType::Decimal128];

/// The names of the types, and the numbers of those that the server accepts as numbers.
const NAMES: [(&str, i64, ElementType); 21] = [
    ("double", 1, ElementType::Double),
    ("string", 2, ElementType::String),
    ("object", 3, ElementType::EmbeddedDocument),
    ("array", 4, ElementType::Array),
    ("binData", 5, ElementType::Binary),
    ("undefined", 6, ElementType::Undefined),
    ("objectId", 7, ElementType::ObjectId),
    ("bool", 8, ElementType::Boolean),
    ("date", 9, ElementType::DateTime),
    ("null", 10, ElementType::Null),
    ("regex", 11, ElementType::RegularExpression),
    ("dbPointer", 12, ElementType::DbPointer),
    ("javascript", 13, ElementType::JavaScriptCode),
    ("symbol", 14, ElementType::Symbol),
    ("javascriptWithScope", 15, ElementType::JavaScriptCodeWithScope),
    ("int", 16, ElementType::Int32),
    ("timestamp", 17, ElementType::Timestamp),
    ("long", 18, ElementType::Int64),
    ("decimal", 19, ElementType::Decimal128),
    ("minKey", -1, ElementType::MinKey),
    ("maxKey", 127, ElementType::MaxKey),
];

impl Types {
    /// Reads the operand: a name, a number, or an array of them. `None` if it is not valid.
    pub(super) fn of(operand: Raw<'_>) -> CodecResult<Option<Self>> {
        let mut types = Vec::new();
        if operand.is(ElementType::Array) {
            let mut items = operand.items()?;
            while let Some((_, item)) = items.next()? {
                let Some(found) = read(item)? else { return Ok(None) };
                types.extend(found);
            }
        } else if let Some(found) = read(operand)? {
            types = found;
        }
        Ok((!types.is_empty()).then_some(Self(types)))
    }

    /// Returns the name of the type of a value.
    pub(super) fn name_of(value: Raw<'_>) -> &'static str {
        NAMES.iter().find(|(.., known)| value.is(*known)).map_or("missing", |(name, ..)| name)
    }

    pub(super) fn contain(&self, value: Raw<'_>) -> bool {
        self.0.iter().any(|element_type| value.is(*element_type))
    }
}

fn read(operand: Raw<'_>) -> CodecResult<Option<Vec<ElementType>>> {
    let found = if operand.is(ElementType::String) {
        let name = text(operand)?;
        if name == b"number" {
            return Ok(Some(NUMBERS.to_vec()));
        }
        NAMES.iter().find(|(known, ..)| known.as_bytes() == name)
    } else {
        let code = Number::of(operand)?.and_then(Number::integral);
        NAMES.iter().find(|(_, known, _)| Some(*known) == code)
    };
    Ok(found.map(|(.., element_type)| vec![*element_type]))
}
