//! One keyword of a schema, as a violation.

use mongodb::bson::{Bson, Document};

use super::{Names, Reader, operator};
use crate::error::invalid::message;

/// Reads the explanation of a keyword without schemas inside.
pub(super) fn read(reader: &mut Reader, node: &Document, names: &Names) {
    let keyword = operator(node);
    if keyword.is_empty() {
        return;
    }
    let expected = node.get_document("specifiedAs").ok().and_then(|specified| specified.get(keyword));
    let bound = expected.map(number).unwrap_or_default();
    let (rule, text) = match keyword {
        "bsonType" | "type" => ("type", types(expected)),
        "enum" => ("one_of", message::not_listed(constants(expected))),
        "minimum" => ("range", message::below(bound)),
        "maximum" => ("range", message::above(bound)),
        "multipleOf" if bound == "1" => ("type", "must be an integer".to_owned()),
        "multipleOf" => ("multiple_of", message::undivided(bound)),
        "minLength" => ("length", message::shorter(bound, message::CHARACTERS)),
        "maxLength" => ("length", message::longer(bound, message::CHARACTERS)),
        "minItems" => ("length", message::shorter(bound, message::ITEMS)),
        "maxItems" => ("length", message::longer(bound, message::ITEMS)),
        "minProperties" => ("length", message::shorter(bound, message::ENTRIES)),
        "maxProperties" => ("length", message::longer(bound, message::ENTRIES)),
        "uniqueItems" => ("unique_items", message::EQUAL_ITEMS.to_owned()),
        "pattern" => ("pattern", message::unmatched(expected.and_then(Bson::as_str).unwrap_or_default())),
        other => ("validator", format!("must satisfy `{other}` of the validator")),
    };
    reader.add(names, rule, text);
}

/// Returns a number as the messages of the client show it.
pub(super) fn number(bound: &Bson) -> String {
    match bound {
        Bson::Int32(number) => number.to_string(),
        Bson::Int64(number) => number.to_string(),
        Bson::Double(number) => number.to_string(),
        Bson::Decimal128(number) => number.to_string(),
        Bson::DateTime(date) => date.try_to_rfc3339_string().unwrap_or_else(|_| date.to_string()),
        other => other.to_string(),
    }
}

/// Returns the message for a value of another type.
pub(super) fn types(expected: Option<&Bson>) -> String {
    let names: Vec<&str> = match expected {
        Some(Bson::Array(names)) => names.iter().filter_map(Bson::as_str).collect(),
        Some(Bson::String(only)) => vec![only],
        _ => Vec::new(),
    };
    of_types(&names)
}

/// Returns the message for a value of none of these types.
pub(super) fn of_types(names: &[&str]) -> String {
    match names.split_last() {
        Some((only, [])) => format!("must be of the BSON type {only}"),
        Some((last, others)) => format!("must be of one of the BSON types {} and {last}", others.join(", ")),
        None => "must be of a declared type".to_owned(),
    }
}

/// Returns the listed values. Null is listed only because the field is optional.
fn constants(expected: Option<&Bson>) -> Vec<String> {
    let values = expected.and_then(Bson::as_array).map(Vec::as_slice).unwrap_or_default();
    let values = values.iter().filter(|value| **value != Bson::Null);
    values.map(|value| value.as_str().map_or_else(|| number(value), |text| format!("{text:?}"))).collect()
}
