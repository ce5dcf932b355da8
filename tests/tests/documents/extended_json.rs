//! The text of a filter, an update or a pipeline is extended JSON, which reads as the same BSON.

#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

use odm::{
    Filter, Id, Model, Pipeline, Sort, Update,
    bson::{
        Binary, Bson, DateTime, Document, JavaScriptCodeWithScope, Regex, Timestamp, Uuid, doc,
        oid::ObjectId, spec::BinarySubtype,
    },
};
use proptest::prelude::*;

#[derive(Debug, Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    text: String,
}

fn regex(pattern: &str, options: &str) -> Bson {
    let pattern = pattern.to_owned().try_into().unwrap();
    Bson::RegularExpression(Regex { pattern, options: options.to_owned().try_into().unwrap() })
}

fn scalar() -> impl Strategy<Value = Bson> {
    prop_oneof![
        double().prop_map(Bson::Double),
        any::<String>().prop_map(Bson::String),
        any::<bool>().prop_map(Bson::Boolean),
        Just(Bson::Null),
        ("[^\0]{0,9}", "[imsx]{0,1}").prop_map(|(pattern, options)| { regex(&pattern, &options) }),
        any::<String>().prop_map(Bson::JavaScriptCode),
        (any::<String>(), any::<i32>()).prop_map(|(code, n)| {
            Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope { code, scope: doc! { "n": n } })
        }),
        any::<i32>().prop_map(Bson::Int32),
        any::<i64>().prop_map(Bson::Int64),
        (any::<u32>(), any::<u32>())
            .prop_map(|(time, increment)| Bson::Timestamp(Timestamp { time, increment })),
        (0_u8..=255, any::<Vec<u8>>()).prop_map(|(subtype, bytes)| Bson::Binary(Binary {
            subtype: BinarySubtype::from(subtype),
            bytes
        })),
        any::<[u8; 16]>().prop_map(|bytes| Uuid::from_bytes(bytes).into()),
        any::<[u8; 12]>().prop_map(|bytes| ObjectId::from_bytes(bytes).into()),
        any::<i64>().prop_map(|millis| Bson::DateTime(DateTime::from_millis(millis))),
        (0_i64..253_402_300_800_000).prop_map(|millis| Bson::DateTime(DateTime::from_millis(millis))),
        any::<String>().prop_map(Bson::Symbol),
        (any::<i64>(), -50..50)
            .prop_map(|(digits, exponent)| Bson::Decimal128(format!("{digits}E{exponent}").parse().unwrap())),
        Just(Bson::Undefined),
        Just(Bson::MaxKey),
        Just(Bson::MinKey),
    ]
}

/// A double that `serde_json` reads exactly: it may read others with another last bit.
fn double() -> impl Strategy<Value = f64> {
    prop_oneof![
        any::<i32>().prop_map(|number| f64::from(number) / 64.0),
        prop_oneof![
            Just(1e22),
            Just(1e-7),
            Just(-0.0),
            Just(f64::NAN),
            Just(f64::INFINITY),
            Just(f64::NEG_INFINITY)
        ],
    ]
}

fn value() -> impl Strategy<Value = Bson> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec((key(), inner.clone()), 0..4)
                .prop_map(|fields| Bson::Document(fields.into_iter().collect())),
            prop::collection::vec(inner, 0..4).prop_map(Bson::Array),
        ]
    })
}

/// A key that is not one of extended JSON.
fn key() -> impl Strategy<Value = String> {
    any::<String>().prop_map(|key| format!("k{}", key.replace('\0', "")))
}

/// Returns the value as relaxed extended JSON reads it: it does not tell a short int64 from an int32.
fn relaxed(value: Bson) -> Bson {
    match value {
        Bson::Int64(number) => i32::try_from(number).map_or(Bson::Int64(number), Bson::Int32),
        Bson::Double(number) if number.is_nan() => Bson::Double(f64::NAN),
        Bson::Document(fields) => Bson::Document(relaxed_fields(fields)),
        Bson::JavaScriptCodeWithScope(code) => Bson::JavaScriptCodeWithScope(JavaScriptCodeWithScope {
            scope: relaxed_fields(code.scope),
            ..code
        }),
        Bson::Array(items) => Bson::Array(items.into_iter().map(relaxed).collect()),
        other => other,
    }
}

fn relaxed_fields(fields: Document) -> Document {
    fields.into_iter().map(|(name, value)| (name, relaxed(value))).collect()
}

/// Returns the bytes of a value. `==` is false for two NaN.
fn bytes(value: Bson) -> Vec<u8> {
    doc! { "value": value }.to_vec().unwrap()
}

fn read(text: &str) -> Bson {
    let value: Bson = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    relaxed(value)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_text_reads_as_the_same_bson(value in value()) {
        let document = doc! { "field": value.clone() };
        let stage = doc! { "$match": document.clone() };
        let filter = Filter::<Note>::raw(document.clone()).to_string();
        let pipeline = Pipeline::<Note>::new().stage(stage.clone()).to_string();
        let expected: Document = doc! { "field": relaxed(value) };
        prop_assert_eq!(bytes(read(&filter)), bytes(expected.clone().into()), "{}", filter);
        prop_assert_eq!(bytes(read(&pipeline)), bytes(vec![doc! { "$match": expected }].into()), "{}", pipeline);
    }
}

#[test]
fn each_type_has_its_form() {
    let id = ObjectId::from_bytes([1; 12]);
    let forms = [
        (Bson::from("a \"b\" \\ \n\u{1}"), r#""a \"b\" \\ \n\u0001""#),
        (5.into(), "5"),
        (5_i64.into(), "5"),
        (5.0.into(), "5.0"),
        (f64::INFINITY.into(), r#"{ "$numberDouble": "Infinity" }"#),
        (id.into(), r#"{ "$oid": "010101010101010101010101" }"#),
        (DateTime::from_millis(0).into(), r#"{ "$date": "1970-01-01T00:00:00Z" }"#),
        (DateTime::from_millis(-1).into(), r#"{ "$date": { "$numberLong": "-1" } }"#),
        (
            regex(r#"^a/"b"\d"#, "i"),
            r#"{ "$regularExpression": { "pattern": "^a/\"b\"\\d", "options": "i" } }"#,
        ),
        (Timestamp { time: 1, increment: 2 }.into(), r#"{ "$timestamp": { "t": 1, "i": 2 } }"#),
        (vec![Bson::Null, doc! {}.into()].into(), "[null, {}]"),
    ];
    for (value, form) in forms {
        let filter = Filter::<Note>::raw(doc! { "f": value });
        assert_eq!(filter.to_string(), format!(r#"{{ "f": {form} }}"#));
    }
    // A pointer can only be read.
    let pointer = [&[36, 0, 0, 0, 0x0c, b'p', 0, 5, 0, 0, 0][..], b"a.b\"\0", &[7; 12], &[0]].concat();
    let mut pointer = pointer;
    pointer[0] = u8::try_from(pointer.len()).unwrap();
    let filter = Filter::<Note>::raw(Document::from_reader(&*pointer).unwrap());
    assert_eq!(
        filter.to_string(),
        r#"{ "p": { "$dbPointer": { "$ref": "a.b\"", "$id": { "$oid": "070707070707070707070707" } } } }"#
    );
}

#[test]
fn updates_and_sorts_are_extended_json() {
    let n = Note::fields();
    let update: Update<Note> = n.text().set("a \"b\"");
    assert_eq!(read(&update.to_string()), doc! { "$set": { "text": "a \"b\"" } }.into());
    let sort: Sort<Note> = n.text().asc();
    assert_eq!(read(&sort.to_string()), doc! { "text": 1 }.into());
}
