//! A type as a set of function pointers, so that all other code is compiled only once.

use std::fmt::Debug;

use odm::{
    __private::{Raw, Writer, require},
    Model, Value,
    bson::{self, serialize_to_vec},
    error::codec::CodecError,
    meta::TypeMeta,
    model::Validator,
    schema::Models,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::generate_values::{Choices, Make};

/// A written value: its `Debug` text, which also distinguishes NaN and negative zero, and its bytes as odm and `bson`
/// write them.
pub(crate) type Written = (String, Result<Vec<u8>, CodecError>, Result<Vec<u8>, String>);

/// A read value, as its `Debug` text.
pub(crate) struct Read {
    pub(crate) ours: Result<String, CodecError>,
    pub(crate) theirs: Result<String, String>,
}

pub(crate) struct Subject {
    pub(crate) name: &'static str,
    /// Whether the type contains a flattened `Option`.
    pub(crate) flat_option: bool,
    /// Whether a part of it is stored through serde.
    pub(crate) via: bool,
    pub(crate) write: fn(&mut Choices<'_>) -> Written,
    pub(crate) read: fn(&[u8]) -> Read,
    pub(crate) again: fn(&[u8]) -> Again,
    pub(crate) stored_as: &'static TypeMeta,
    /// Returns a model with a field of the type and this validator.
    pub(crate) models: fn(Validator) -> Models,
}

/// A model with a field of the type.
#[derive(Model)]
#[odm(collection = "held")]
struct Stored<T> {
    id: i32,
    v: T,
}

/// Whether the value that was read is read again after it is written. If it is lost on the way, it does not count as
/// a value.
pub(crate) struct Again {
    pub(crate) ours: bool,
    pub(crate) theirs: bool,
}

/// A document with the one element `v`, so that values that are not documents can be compared, too.
#[derive(Serialize, Deserialize)]
struct Held<T> {
    v: T,
}

pub(crate) const fn subject<T>(name: &'static str, flat_option: bool, via: bool) -> Subject
where
    T: Value + Make + Debug + Serialize + DeserializeOwned,
{
    Subject {
        name,
        flat_option,
        via,
        write: write::<T>,
        read: read::<T>,
        again: again::<T>,
        stored_as: T::STORED_AS,
        models: models::<T>,
    }
}

fn models<T: Value>(validator: Validator) -> Models {
    Models::new().with_validator::<Stored<T>>(validator)
}

fn write<T: Value + Make + Debug + Serialize>(choices: &mut Choices<'_>) -> Written {
    let value: T = choices.make();
    let shown = format!("{value:?}");
    let mut writer = Writer::new();
    let ours = writer.document(|writer| writer.element("v", &value)).map(|_| writer.into_bytes());
    let theirs = serialize_to_vec(&Held { v: value }).map_err(|error| error.to_string());
    (shown, ours, theirs)
}

fn ours<T: Value>(bytes: &[u8]) -> Result<T, CodecError> {
    let mut slot: Option<T> = None;
    Raw::document(bytes)
        .elements()
        .and_then(|mut elements| elements.take("v", &mut slot))
        .and_then(|()| require(&mut slot, "v"))
}

fn again<T: Value + Debug + Serialize + DeserializeOwned>(bytes: &[u8]) -> Again {
    let read = ours::<T>(bytes).ok();
    let ours = read.is_some_and(|value| {
        let mut writer = Writer::new();
        let written = writer.document(|writer| writer.element("v", &value));
        written.and_then(|_| ours::<T>(writer.as_bytes())).is_ok_and(|again| shown(&again) == shown(&value))
    });
    let read = bson::deserialize_from_slice::<Held<T>>(bytes).ok();
    let theirs = read.is_some_and(|held| {
        let again = serialize_to_vec(&held).ok();
        let again = again.and_then(|bytes| bson::deserialize_from_slice::<Held<T>>(&bytes).ok());
        again.is_some_and(|again| shown(&again.v) == shown(&held.v))
    });
    Again { ours, theirs }
}

fn shown(value: &impl Debug) -> String {
    format!("{value:?}")
}

fn read<T: Value + Debug + DeserializeOwned>(bytes: &[u8]) -> Read {
    let ours = ours::<T>(bytes);
    let theirs = bson::deserialize_from_slice::<Held<T>>(bytes);
    Read {
        ours: ours.map(|value| format!("{value:?}")),
        theirs: theirs.map(|held| format!("{:?}", held.v)).map_err(|error| error.to_string()),
    }
}
