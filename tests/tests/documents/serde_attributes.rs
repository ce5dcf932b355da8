//! serde's whole attribute language: the derives store exactly the bytes that serde stores.
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share
#![allow(clippy::items_after_statements)] // a type beside the assertions about it
#![allow(clippy::trivially_copy_pass_by_ref)] // serde requires this signature

use std::{collections::BTreeMap, fmt::Debug};

use odm::{
    __private::{Raw, Writer},
    Embedded, Id, Model, Value,
    bson::{self, Bson, DateTime, Document, doc, oid::ObjectId, serialize_to_vec},
    error::codec::CodecError,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A document with the one element `v`, so that values that are not documents can be compared, too.
#[derive(Debug, PartialEq, Serialize, Deserialize, Embedded)]
struct Held<T> {
    v: T,
}

fn written<T: Value>(value: &T) -> Vec<u8> {
    let mut writer = Writer::new();
    value.encode(&mut writer).unwrap();
    writer.into_bytes()
}

fn read<T: Value>(document: &Document) -> Result<T, CodecError> {
    T::decode(Raw::document(&document.to_vec().unwrap()))
}

fn show(bytes: &[u8]) -> Document {
    Document::from_reader(bytes).unwrap()
}

/// Writes `value` with the derive and with serde, compares, reads it back both ways, and returns what is stored.
#[track_caller]
fn same<T>(value: T) -> Bson
where
    T: Value + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let held = Held { v: value };
    let theirs = serialize_to_vec(&held).unwrap();
    let ours = written(&held);
    assert_eq!(ours, theirs, "ours: {:?}\ntheirs: {:?}", show(&ours), show(&theirs));
    assert_eq!(Held::<T>::decode(Raw::document(&theirs)).unwrap(), held);
    assert_eq!(bson::deserialize_from_slice::<Held<T>>(&theirs).unwrap(), held);
    show(&ours).get("v").unwrap().clone()
}

/// Reads `value` with the derive and with serde and compares: the value, or that both refuse.
#[track_caller]
fn reads_same<T>(value: impl Into<Bson>) -> Option<T>
where
    T: Value + DeserializeOwned + PartialEq + Debug,
{
    let bytes = doc! { "v": value.into() }.to_vec().unwrap();
    let ours = Held::<T>::decode(Raw::document(&bytes));
    let theirs = bson::deserialize_from_slice::<Held<T>>(&bytes);
    match (ours, theirs) {
        (Ok(ours), Ok(theirs)) => {
            assert_eq!(ours, theirs);
            Some(ours.v)
        }
        (Err(_), Err(_)) => None,
        (ours, theirs) => panic!("ours: {ours:?}\ntheirs: {theirs:?}"),
    }
}

#[track_caller]
fn error<T: Value + Debug>(value: impl Into<Bson>) -> String {
    read::<Held<T>>(&doc! { "v": value.into() }).unwrap_err().to_string()
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Embedded)]
pub(crate) struct Point {
    x: i32,
    y: Option<i32>,
}

mod flatten;
mod reserved_names;
mod structs;
mod tagged;
