//! Types with both serde traits are read as they were written, in every format: JSON, BSON, a format without names
//! and types, and serde's own buffer.

use std::fmt::Debug;

use odm::{
    Id, Keyed,
    bson::{
        Document, Uuid, deserialize_from_bson, deserialize_from_slice, doc, oid::ObjectId, serialize_to_bson,
        serialize_to_vec,
    },
    watch::ResumeToken,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// serde buffers the fields of these two types before it reads them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Flat<T> {
    #[serde(flatten)]
    inner: One<T>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct One<T> {
    value: T,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind")]
enum Tagged<T> {
    A { value: T },
}

fn round_trips<T: Debug + Clone + PartialEq + Serialize + DeserializeOwned>(value: T) {
    let bytes = postcard::to_allocvec(&One { value: value.clone() }).unwrap();
    assert_eq!(postcard::from_bytes::<One<T>>(&bytes).unwrap().value, value, "{bytes:?}");
    round_trips_with_types(value);
}

/// Asserts it in every format that contains types.
fn round_trips_with_types<T: Debug + Clone + PartialEq + Serialize + DeserializeOwned>(value: T) {
    let json = serde_json::to_string(&value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), value, "{json}");
    assert_eq!(serde_json::from_value::<T>(serde_json::to_value(&value).unwrap()).unwrap(), value);
    let bson = serialize_to_bson(&value).unwrap();
    assert_eq!(deserialize_from_bson::<T>(bson.clone()).unwrap(), value, "{bson}");

    let one = One { value: value.clone() };
    let bytes = serialize_to_vec(&one).unwrap();
    assert_eq!(deserialize_from_slice::<One<T>>(&bytes).unwrap(), one);
    let (flat, tagged) = (Flat { inner: one.clone() }, Tagged::A { value });
    for json in [serde_json::to_string(&flat).unwrap(), serde_json::to_string(&one).unwrap()] {
        assert_eq!(serde_json::from_str::<Flat<T>>(&json).unwrap(), flat, "{json}");
    }
    let json = serde_json::to_string(&tagged).unwrap();
    assert_eq!(serde_json::from_str::<Tagged<T>>(&json).unwrap(), tagged, "{json}");
    let (bytes, tagged_bytes) = (serialize_to_vec(&flat).unwrap(), serialize_to_vec(&tagged).unwrap());
    let shown = deserialize_from_slice::<Document>(&bytes).unwrap();
    assert_eq!(deserialize_from_slice::<Flat<T>>(&bytes).unwrap(), flat, "{shown}");
    assert_eq!(deserialize_from_slice::<Tagged<T>>(&tagged_bytes).unwrap(), tagged);
}

#[test]
fn resume_tokens_round_trip_in_every_format() {
    let bits =
        odm::bson::Binary { subtype: odm::bson::spec::BinarySubtype::Generic, bytes: vec![130, 128, 1] };
    round_trips(ResumeToken::try_from(doc! { "_data": "82AB" }).unwrap());
    round_trips(ResumeToken::try_from(doc! { "_data": "82AB", "_typeBits": bits }).unwrap());
}

/// No current server sends one.
#[test]
fn an_additional_field_of_a_token_is_kept_in_bson() {
    let token = ResumeToken::try_from(doc! { "_data": "82AB", "more": { "x": 1 } }).unwrap();
    let bytes = serialize_to_vec(&One { value: token.clone() }).unwrap();
    assert_eq!(deserialize_from_slice::<One<ResumeToken>>(&bytes).unwrap().value, token);
    assert!(serde_json::to_string(&token).is_err());
}

#[test]
fn a_token_in_json_is_extended_json() {
    let bits = odm::bson::Binary { subtype: odm::bson::spec::BinarySubtype::Generic, bytes: vec![1] };
    let token = ResumeToken::try_from(doc! { "_data": "82AB", "_typeBits": bits }).unwrap();
    let json = r#"{"_data":"82AB","_typeBits":{"$binary":{"base64":"AQ==","subType":"00"}}}"#;
    assert_eq!(serde_json::to_string(&token).unwrap(), json);
    for json in [
        json,
        r#"{"_data":"82AB","_typeBits":[1]}"#,
        r#"{"_typeBits":{"$binary":{"subType":"00","base64":"AQ=="}},"_data":"82AB"}"#,
    ] {
        assert_eq!(serde_json::from_str::<ResumeToken>(json).unwrap(), token, "{json}");
    }
    // A token that was stored in BSON as a document, converted to JSON.
    let bits = [
        serde_json::from_str::<Document>(json).unwrap(),
        doc! { "_data": "82AB", "_typeBits": [1] },
        doc! { "_data": "82AB", "_typeBits": { "$binary": { "base64": "AQ==", "subType": "00" } } },
    ];
    for stored in bits {
        assert_eq!(ResumeToken::try_from(stored.clone()).unwrap(), token, "{stored}");
    }
    for json in [
        "1",
        "[]",
        "{}",
        r#"{"_data":1}"#,
        r#"{"_data":""}"#,
        r#"{"_data":"82","_typeBits":[256]}"#,
        r#"{"_data":"82","_typeBits":"AQ=="}"#,
        r#"{"_data":"82","more":1}"#,
        r#"{"_data":"82","_typeBits":{"$binary":{"base64":"!","subType":"00"}}}"#,
    ] {
        assert!(serde_json::from_str::<ResumeToken>(json).is_err(), "{json}");
    }
}

macro_rules! keyed {
    ($($model:ident: $key:ty;)*) => { $(
        #[derive(Debug, Clone)]
        struct $model;

        impl Keyed for $model {
            type Key = $key;
        }
    )* };
}

keyed! {
    ByObjectId: ObjectId;
    ByUuid: Uuid;
    ByUuidOfTheCrate: uuid::Uuid;
    ByText: String;
    ByNumber: i64;
}

#[test]
fn ids_round_trip_in_every_format() {
    round_trips(Id::<ByObjectId>::new());
    // `bson`'s own `Uuid` cannot read what it writes in a format without types.
    round_trips_with_types(Id::<ByUuid>::new());
    round_trips(Id::<ByUuidOfTheCrate>::from_key(uuid::Uuid::from_u128(7)));
    round_trips(Id::<ByText>::from("ada"));
    round_trips(Id::<ByNumber>::from(1_i64 << 60));
}
