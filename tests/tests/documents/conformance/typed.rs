//! Decodes the same values in typed fields.

use std::fmt::Debug;

use odm::{
    __private::{Raw, Writer, require},
    Value,
    bson::{
        Binary, DateTime, Decimal128, Document, JavaScriptCodeWithScope, Regex, Timestamp, oid::ObjectId,
    },
    error::codec::CodecError,
};

use super::{bytes, corpus, element};

/// A malformed value that decodes in a field of its own type, because nothing checks the bytes after it.
const SHORTER: &str = "binary shorter than its bytes";

fn field<V: Value>(bytes: &[u8]) -> Result<V, CodecError> {
    let mut slot = None;
    Raw::document(bytes).elements()?.take("a", &mut slot)?;
    require(&mut slot, "a")
}

/// Asserts that the valid values of this type round-trip bit for bit, and that the malformed ones are errors at the
/// field.
#[track_caller]
fn holds<V: Value + Debug>(tag: u8) {
    let mut seen = 0;
    for (name, _, value) in corpus::VALID.iter().filter(|(_, other, _)| *other == tag) {
        let bytes = element(tag, value);
        let read: V = field(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut writer = Writer::new();
        writer.document(|writer| writer.element("a", &read)).unwrap();
        assert_eq!(writer.into_bytes(), bytes, "{name}");
        seen += 1;
    }
    assert!(seen > 0);
    let malformed = corpus::MALFORMED.iter().filter(|(name, other, _)| *other == tag && *name != SHORTER);
    for (name, _, value) in malformed {
        let error = field::<V>(&element(tag, value)).expect_err(name);
        assert!(error.path().starts_with('a'), "{name}: {error}");
    }
    for (name, other, value) in
        corpus::VALID.iter().filter(|(_, other, _)| ![tag, 0x10, 0x12].contains(other))
    {
        assert!(field::<V>(&element(*other, value)).is_err(), "{name} as another type");
    }
}

#[test]
fn a_field_of_each_type_round_trips_its_values() {
    holds::<f64>(0x01);
    holds::<String>(0x02);
    holds::<Document>(0x03);
    holds::<Binary>(0x05);
    holds::<ObjectId>(0x07);
    holds::<bool>(0x08);
    holds::<DateTime>(0x09);
    holds::<Regex>(0x0B);
    holds::<JavaScriptCodeWithScope>(0x0F);
    holds::<Timestamp>(0x11);
    holds::<Decimal128>(0x13);
}

#[test]
fn the_limits_of_integers_round_trip() {
    for (_, tag, value) in corpus::VALID.iter().filter(|(_, tag, _)| [0x10, 0x12].contains(tag)) {
        let mut wide = bytes(value);
        let negative = wide.last().is_some_and(|byte| *byte >= 0x80);
        wide.resize(8, if negative { 0xFF } else { 0 });
        let number = i64::from_le_bytes(wide.try_into().unwrap());
        assert_eq!(field::<i64>(&element(*tag, value)).unwrap(), number);
        assert_eq!(field::<i32>(&element(*tag, value)).ok(), i32::try_from(number).ok());
        assert_eq!(field::<u64>(&element(*tag, value)).ok(), u64::try_from(number).ok());
    }
}

/// An `f32` keeps the sign of a NaN and as much of its payload as fits.
#[test]
fn a_nan_stays_a_nan_in_an_f32() {
    let nan = f32::from_bits(0xFFC0_0123);
    let mut writer = Writer::new();
    writer.document(|writer| writer.element("a", &nan)).unwrap();
    assert_eq!(field::<f32>(writer.as_bytes()).unwrap().to_bits(), nan.to_bits());
    assert!(field::<f32>(&element(0x01, "120000000000f87f")).unwrap().is_nan());
}

#[test]
fn a_duplicate_or_missing_field_is_an_error() {
    #[derive(Debug, odm::Embedded)]
    struct One {
        a: String,
    }
    let twice = bytes("17000000 02 6100 02000000 62 00 02 6100 02000000 62 00 00");
    let read = |bytes: &[u8]| super::read::<One>(bytes).map(|one| one.a).map_err(|error| error.to_string());
    assert_eq!(read(&twice), Err("`a`: expected one element of this name, found two".to_owned()));
    let missing = "`a`: expected a value, found nothing: the field is missing".to_owned();
    assert_eq!(read(&bytes("05000000 00")), Err(missing));
    assert_eq!(read(&element(0x02, "01000000 00")), Ok(String::new()));
}

/// A key that BSON cannot hold is an error at that key. A key that only the server refuses is kept.
#[test]
fn every_key_without_nul_round_trips() {
    for key in ["", "a.b", "$a", "$", ".", "ø", "\u{FFFF}", "a b\n"] {
        let mut document = Document::new();
        document.insert(key, 1);
        let bytes = super::written(&document).unwrap();
        assert_eq!(bytes, document.to_vec().unwrap());
        assert_eq!(super::read::<Document>(&bytes).unwrap(), document);
    }
    let mut document = Document::new();
    document.insert("a\0b", 1);
    assert_eq!(super::written(&document).unwrap_err().found(), "a string with NUL");
}
