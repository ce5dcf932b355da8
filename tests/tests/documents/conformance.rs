//! Every BSON type as in MongoDB's specification. Valid values round-trip bit for bit, degenerate values are written
//! in canonical form, and malformed values are errors.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share
#![allow(clippy::format_collect)] // a few bytes in hex

mod typed;

use odm::{
    __private::{Raw, Writer},
    Value,
    bson::{Bson, Document, RawDocumentBuf, spec::ElementType},
    error::codec::CodecError,
};
use odm_integration::corpus::{self, bytes, element};

fn written<V: Value>(value: &V) -> Result<Vec<u8>, CodecError> {
    let mut writer = Writer::new();
    value.encode(&mut writer)?;
    Ok(writer.into_bytes())
}

fn read<V: Value>(bytes: &[u8]) -> Result<V, CodecError> {
    V::decode(Raw::document(bytes))
}

#[test]
fn valid_values_round_trip_bit_for_bit() {
    for (name, tag, value) in corpus::VALID {
        let bytes = element(*tag, value);
        let document: Document = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(written(&document).unwrap(), bytes, "{name}");
        let Bson::Document(through) = read::<Bson>(&bytes).unwrap() else { panic!("{name}") };
        assert_eq!(written(&through).unwrap(), bytes, "{name}");
        let theirs = Document::from_reader(&bytes[..]).unwrap();
        assert_eq!(theirs.to_vec().unwrap(), bytes, "{name}: by `bson`");
    }
}

/// A document that is not decoded keeps degenerate values, too.
#[test]
fn an_undecoded_document_round_trips_bit_for_bit() {
    let valid = corpus::VALID.iter().map(|(name, tag, value)| (*name, element(*tag, value)));
    let degenerate = corpus::DEGENERATE.iter().map(|(name, given, _)| (*name, bytes(given)));
    for (name, bytes) in valid.chain(degenerate) {
        let document: RawDocumentBuf = read(&bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(written(&document).unwrap(), bytes, "{name}");
    }
}

#[test]
fn degenerate_values_are_written_in_canonical_form() {
    for (name, given, canonical) in corpus::DEGENERATE {
        let document: Document = read(&bytes(given)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_eq!(written(&document).unwrap(), bytes(canonical), "{name}");
        let through = read::<Bson>(&bytes(given)).unwrap();
        assert_eq!(written(&through).unwrap(), bytes(canonical), "{name}");
        assert_eq!(read::<Document>(&bytes(canonical)).unwrap(), document, "{name}: equal once read");
    }
}

#[test]
fn malformed_values_are_errors_with_a_path() {
    for (name, tag, value) in corpus::MALFORMED {
        let error = read::<Document>(&element(*tag, value)).expect_err(name);
        // If the length of a value is too short, the remaining bytes are read as elements of the root.
        assert!(error.path().starts_with('a') || name.contains("shorter"), "{name}: {error}");
        assert!(!error.expected().is_empty() && !error.found().is_empty(), "{name}: {error}");
        assert_eq!(read::<Bson>(&element(*tag, value)).expect_err(name), error, "{name}");
    }
}

#[test]
fn malformed_documents_are_errors() {
    for (name, hex) in corpus::MALFORMED_DOCUMENTS {
        assert!(read::<Document>(&bytes(hex)).is_err(), "{name}");
        assert!(read::<Bson>(&bytes(hex)).is_err(), "{name}");
        assert!(read::<std::collections::BTreeMap<String, Bson>>(&bytes(hex)).is_err(), "{name}");
    }
}

#[test]
fn every_unknown_type_byte_is_an_error() {
    let known = [0x7F, 0xFF].into_iter().chain(1..=0x13).collect::<Vec<u8>>();
    for tag in (0..=u8::MAX).filter(|tag| !known.contains(tag)) {
        let error = read::<Document>(&element(tag, "0000 0000 0000 0000")).unwrap_err();
        let expected = format!("`*`: expected a BSON type, found the unknown type byte 0x{tag:02X}");
        assert_eq!(error.to_string(), expected);
    }
}

/// Each valid value, cut at each byte.
#[test]
fn a_truncated_value_is_an_error() {
    for (name, tag, value) in corpus::VALID {
        let whole = bytes(value);
        for length in 0..whole.len() {
            let cut: String = whole[..length].iter().map(|byte| format!("{byte:02x}")).collect();
            assert!(read::<Document>(&element(*tag, &cut)).is_err(), "{name} cut at {length}");
        }
        let bytes = element(*tag, value);
        for length in 0..bytes.len() {
            assert!(read::<Document>(&bytes[..length]).is_err(), "{name}: document cut at {length}");
        }
        let trailing = [bytes.as_slice(), &[0]].concat();
        assert!(read::<Document>(&trailing).is_err(), "{name}: a byte after the end");
    }
}

#[test]
fn every_binary_subtype_round_trips_with_its_data() {
    for subtype in (0..=u8::MAX).filter(|subtype| *subtype != 2) {
        for data in ["", "ff", "00010203040506070809"] {
            let value = format!("{:02x}000000{subtype:02x}{data}", data.len() / 2);
            let bytes = element(0x05, &value);
            assert_eq!(written(&read::<Document>(&bytes).unwrap()).unwrap(), bytes, "{subtype}");
        }
    }
}

/// A bare value whose length differs from that of its type or its prefix. The test makes it by hand, because no
/// document contains one.
#[test]
fn a_bare_value_of_a_wrong_length_is_an_error() {
    for (name, tag, value) in corpus::VALID {
        let element_type = ElementType::from(*tag).unwrap();
        let longer = [bytes(value).as_slice(), &[0]].concat();
        let read = Bson::decode(Raw::new(element_type, &longer));
        assert!(read.is_err() || bytes(value).is_empty(), "{name}: {read:?}");
        assert!(Bson::decode(Raw::new(element_type, &bytes(value))).is_ok(), "{name}");
    }
}
