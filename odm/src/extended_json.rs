//! `ExtendedJson`: BSON as text, in relaxed extended JSON (v2).
//!
//! `Display` of `bson` writes a string for logs: it does not escape strings, and regular expressions, dates and ids are not
//! JSON. This text can be read by the shell (`EJSON.parse`), by `mongoimport` and by `bson`. `bson` writes extended JSON
//! only with its feature for `serde_json`.

use std::fmt::{self, Write};

use mongodb::bson::{Bson, DateTime, DbPointer, Document, doc};

/// Displays a document or a list of documents: `{ "at": { "$date": "2024-05-01T00:00:00Z" }, "n": 5 }`. An integer is a
/// plain number, so the text does not distinguish an int32 from an int64 in its range.
#[derive(Debug)]
pub(crate) struct ExtendedJson<T>(pub(crate) T);

impl fmt::Display for ExtendedJson<&Document> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        document(f, self.0)
    }
}

impl fmt::Display for ExtendedJson<&[Document]> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        list(f, self.0, document)
    }
}

fn document(f: &mut fmt::Formatter<'_>, fields: &Document) -> fmt::Result {
    f.write_str("{")?;
    for (index, (name, inside)) in fields.iter().enumerate() {
        f.write_str(if index == 0 { " " } else { ", " })?;
        text(f, name)?;
        f.write_str(": ")?;
        value(f, inside)?;
    }
    f.write_str(if fields.is_empty() { "}" } else { " }" })
}

fn list<T>(
    f: &mut fmt::Formatter<'_>,
    items: &[T],
    item: fn(&mut fmt::Formatter<'_>, &T) -> fmt::Result,
) -> fmt::Result {
    f.write_str("[")?;
    for (index, inside) in items.iter().enumerate() {
        if index > 0 {
            f.write_str(", ")?;
        }
        item(f, inside)?;
    }
    f.write_str("]")
}

fn value(f: &mut fmt::Formatter<'_>, value: &Bson) -> fmt::Result {
    match value {
        Bson::Double(number) => double(f, *number),
        Bson::String(content) => text(f, content),
        Bson::Array(items) => list(f, items, self::value),
        Bson::Document(fields) => document(f, fields),
        Bson::Boolean(yes) => write!(f, "{yes}"),
        Bson::Null => f.write_str("null"),
        Bson::RegularExpression(regex) => {
            f.write_str(r#"{ "$regularExpression": { "pattern": "#)?;
            text(f, regex.pattern.as_str())?;
            f.write_str(r#", "options": "#)?;
            text(f, regex.options.as_str())?;
            f.write_str(" } }")
        }
        Bson::JavaScriptCode(code) => named(f, "$code", code),
        Bson::JavaScriptCodeWithScope(code) => {
            f.write_str(r#"{ "$code": "#)?;
            text(f, &code.code)?;
            f.write_str(r#", "$scope": "#)?;
            document(f, &code.scope)?;
            f.write_str(" }")
        }
        Bson::Int32(number) => write!(f, "{number}"),
        Bson::Int64(number) => write!(f, "{number}"),
        Bson::Timestamp(stamp) => {
            write!(f, r#"{{ "$timestamp": {{ "t": {}, "i": {} }} }}"#, stamp.time, stamp.increment)
        }
        Bson::Binary(binary) => {
            let subtype = u8::from(binary.subtype);
            let bytes = base64(&binary.bytes);
            write!(f, r#"{{ "$binary": {{ "base64": "{bytes}", "subType": "{subtype:02x}" }} }}"#)
        }
        Bson::ObjectId(id) => write!(f, r#"{{ "$oid": "{id}" }}"#),
        Bson::DateTime(date) => self::date(f, *date),
        Bson::Symbol(content) => named(f, "$symbol", content),
        Bson::Decimal128(number) => write!(f, r#"{{ "$numberDecimal": "{number}" }}"#),
        Bson::Undefined => f.write_str(r#"{ "$undefined": true }"#),
        Bson::MinKey => f.write_str(r#"{ "$minKey": 1 }"#),
        Bson::MaxKey => f.write_str(r#"{ "$maxKey": 1 }"#),
        Bson::DbPointer(pointer) => self::pointer(f, pointer),
    }
}

/// Writes `{ "$code": "text" }`.
fn named(f: &mut fmt::Formatter<'_>, name: &str, content: &str) -> fmt::Result {
    write!(f, r#"{{ "{name}": "#)?;
    text(f, content)?;
    f.write_str(" }")
}

fn text(f: &mut fmt::Formatter<'_>, content: &str) -> fmt::Result {
    f.write_char('"')?;
    for character in content.chars() {
        match character {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            control if control.is_control() => write!(f, "\\u{:04x}", u32::from(control))?,
            other => f.write_char(other)?,
        }
    }
    f.write_char('"')
}

fn double(f: &mut fmt::Formatter<'_>, number: f64) -> fmt::Result {
    if number.is_finite() {
        write!(f, "{number:?}")
    } else {
        let name = match number {
            f64::INFINITY => "Infinity",
            f64::NEG_INFINITY => "-Infinity",
            _ => "NaN",
        };
        write!(f, r#"{{ "$numberDouble": "{name}" }}"#)
    }
}

/// Writes a date as text. Its form is defined for the years from 1970 to 9999.
fn date(f: &mut fmt::Formatter<'_>, date: DateTime) -> fmt::Result {
    const END: i64 = 253_402_300_800_000;
    let millis = date.timestamp_millis();
    match date.try_to_rfc3339_string() {
        Ok(text) if (0..END).contains(&millis) => write!(f, r#"{{ "$date": "{text}" }}"#),
        _ => write!(f, r#"{{ "$date": {{ "$numberLong": "{millis}" }} }}"#),
    }
}

/// Writes a pointer. Its fields are private to `bson`, which writes it as the one element of a document: the length of
/// the document, the type, the key `v`, the length of the namespace, the namespace, a zero, the id, a zero.
fn pointer(f: &mut fmt::Formatter<'_>, pointer: &DbPointer) -> fmt::Result {
    let bytes = doc! { "v": Bson::DbPointer(pointer.clone()) }.to_vec().map_err(|_| fmt::Error)?;
    let namespace = bytes.get(11..bytes.len().saturating_sub(14)).ok_or(fmt::Error)?;
    let id = bytes.get(bytes.len().saturating_sub(13)..bytes.len() - 1).ok_or(fmt::Error)?;
    f.write_str(r#"{ "$dbPointer": { "$ref": "#)?;
    text(f, std::str::from_utf8(namespace).map_err(|_| fmt::Error)?)?;
    f.write_str(r#", "$id": { "$oid": ""#)?;
    id.iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
    f.write_str(r#"" } } }"#)
}

/// Encodes bytes as in extended JSON.
pub(crate) fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from_be_bytes([0, group[0], group[1], group[2]]);
        for place in 0..4 {
            let letter = (bits >> (18 - 6 * place)) & 63;
            text.push(if place > chunk.len() { '=' } else { char::from(LETTERS[letter as usize]) });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use mongodb::bson::Binary;

    use super::*;

    #[test]
    fn base64_is_what_bson_reads() {
        for (bytes, text) in [
            (&b""[..], ""),
            (b"\0", "AA=="),
            (b"\xff\xee", "/+4="),
            (b"foo", "Zm9v"),
            (b"foobar!", "Zm9vYmFyIQ=="),
        ] {
            assert_eq!(base64(bytes), text);
            assert_eq!(Binary::from_base64(text, None).unwrap().bytes, bytes);
        }
    }
}
