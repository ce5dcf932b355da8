//! Fields stored through serde: `#[odm(serde)]` and serde's own `with`.
//!
//! The depth of a value is measured before the value is written, so a function of a `with` module may run twice.

mod depth;
mod fields;

use std::marker::PhantomData;

use mongodb::bson::{self, spec::ElementType};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{self, DeserializeOwned},
    forward_to_deserialize_any,
};

use super::Encoding;
use crate::{
    error::codec::{CodecError, CodecResult},
    stack,
    value::{Arrays, FieldNames, Raw, Writer},
};

/// The serde implementation that writes and reads a `T`: the type's own ([`Serde`]), or that of a `with` module, for
/// which the derive generates a type.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be stored through serde",
    label = "this field is marked `#[odm(serde)]`",
    note = "the type must implement `serde::Serialize` and `serde::Deserialize`, and be `Send` and `Sync`"
)]
pub trait SerdeWith<T>: 'static {
    /// Writes the value.
    fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error>;

    /// Reads the value.
    fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error>;

    /// Returns the value of a field that is missing in the document; `None` makes the field required.
    fn missing() -> Option<T> {
        None
    }

    /// Returns the names of the elements that a `T` is read from, if it is a document whose `Deserialize` lists them.
    fn fields() -> Option<&'static [&'static str]> {
        None
    }
}

macro_rules! own_serde {
    ($($(#[$about:meta])* $name:ident;)*) => { $(
        $(#[$about])*
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl<T: Serialize + DeserializeOwned + Send + Sync> SerdeWith<T> for $name {
            fn serialize<S: Serializer>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
                value.serialize(serializer)
            }
            fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
                T::deserialize(deserializer)
            }
            fn missing() -> Option<T> {
                T::deserialize(Missing).ok()
            }
            fn fields() -> Option<&'static [&'static str]> {
                fields::of::<T>()
            }
        }
    )* };
}

own_serde! {
    /// The type's own `Serialize` and `Deserialize`: `#[odm(serde)]`.
    Serde;
    /// The same, if the stored values have the same order as the Rust values: `#[odm(serde(ordered))]`.
    SerdeInOrder;
}

/// The deserializer of a missing field. As with serde's own derive, an `Option` reads `None` from it.
struct Missing;

impl<'de> Deserializer<'de> for Missing {
    type Error = de::value::Error;

    fn deserialize_any<V: de::Visitor<'de>>(self, _: V) -> Result<V::Value, Self::Error> {
        Err(de::Error::custom("the field is missing"))
    }

    fn deserialize_option<V: de::Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        visitor.visit_none()
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

#[diagnostic::do_not_recommend]
impl<S: SerdeWith<T>, T: Send + Sync> Encoding<T> for S {
    const ARRAYS: Arrays = Arrays::ANY;

    fn encode(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        encode_with::<S, T>(value, writer)
    }

    fn decode(raw: Raw<'_>) -> CodecResult<T> {
        decode_with::<S, T>(raw)
    }

    fn missing() -> Option<T> {
        S::missing()
    }

    fn fields() -> Option<&'static [&'static str]> {
        S::fields()
    }
}

/// A document with the one element `v`, because `bson`'s serde writes and reads whole documents only.
#[derive(Serialize)]
#[serde(bound = "S: SerdeWith<T>")]
struct Out<'a, S, T> {
    #[serde(serialize_with = "serialize_via::<S, T, _>")]
    v: (&'a T, PhantomData<fn() -> S>),
}

#[allow(clippy::trivially_copy_pass_by_ref)] // the signature that serde requires
fn serialize_via<S: SerdeWith<T>, T, Z: Serializer>(
    value: &(&T, PhantomData<fn() -> S>),
    serializer: Z,
) -> Result<Z::Ok, Z::Error> {
    S::serialize(value.0, serializer)
}

/// Appends `value` as serde writes it.
pub fn encode_with<S: SerdeWith<T>, T: Sync>(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
    let levels = depth::levels::<S, T>(value, writer.depth())?;
    let write = || bson::serialize_to_vec(&Out::<S, T> { v: (value, PhantomData) });
    let bytes = stack::with_space_for::<T, _>(levels, write)
        .map_err(|error| serde_error("a value that serde can write", &error))?;
    // length (4), type (1), "v\0" (2), the value, a zero (1)
    match bytes.get(4).copied().and_then(ElementType::from) {
        Some(element_type) if bytes.len() >= 8 => {
            let bytes = &bytes[7..bytes.len() - 1];
            Raw::new(element_type, bytes).at_depth(writer.depth()).check_depth()?;
            writer.put(bytes);
            Ok(element_type)
        }
        _ => Err(CodecError::new("a value", "nothing")),
    }
}

/// Reads a value as serde reads it.
pub fn decode_with<S: SerdeWith<T>, T: Send>(raw: Raw<'_>) -> CodecResult<T> {
    struct Inner<S, T>(T, PhantomData<fn() -> S>);
    impl<'de, S: SerdeWith<T>, T> Deserialize<'de> for Inner<S, T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            S::deserialize(deserializer).map(|value| Self(value, PhantomData))
        }
    }
    #[derive(Deserialize)]
    #[serde(bound = "S: SerdeWith<T>")]
    struct In<S, T> {
        v: Inner<S, T>,
    }
    let (levels, document) = (raw.check_depth()?, raw.wrapped()?);
    let read = || bson::deserialize_from_slice::<In<S, T>>(&document).map(|document| document.v.0);
    stack::with_space_for::<T, _>(levels, read)
        .map_err(|error| serde_error("a value that serde can read", &error))
}

/// Returns the names that serde reads a `T` from, if `T` is a document and its `Deserialize` lists them.
pub fn serde_names<T>() -> FieldNames
where
    Serde: SerdeWith<T>,
{
    FieldNames::new(<Serde as SerdeWith<T>>::fields().unwrap_or_default(), &[])
}

/// Returns an error without serde's message, because that may quote the value; `CodecError::value` returns serde's
/// message.
#[cold]
fn serde_error(expected: &'static str, error: &bson::error::Error) -> CodecError {
    CodecError::new(expected, "one it refuses").with_value(error.to_string())
}
