//! Maps with string-like keys: documents whose keys are data.

use std::{
    borrow::Cow,
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
    num::NonZero,
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::{Uuid, oid::ObjectId, spec::ElementType};

use super::{Doc, Id, Keyed, Raw, UnclaimedElements, Value, Writer};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    path::Context,
    rule::{Check, Validate},
};

/// A type that can be the key of a map, written as a document's key.
///
/// Numbers are written in decimal. (The driver's serde stores maps with string keys only.)
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the key of a stored map",
    label = "keys are texts: `String`, integers, `bool`, `ObjectId`, `Uuid` or `Id<_>`",
    note = "of your own types, an enum without data and a newtype around a key, each with `#[derive(odm::Value)]`"
)]
pub trait MapKey: Sized + 'static {
    /// Returns the key as a string.
    fn to_key(&self) -> String;

    /// Reads the key from its string.
    fn from_key(key: &str) -> CodecResult<Self>;
}

macro_rules! parsed_keys {
    ($($type:ty: $expected:literal),* $(,)?) => { $(
        impl MapKey for $type {
            fn to_key(&self) -> String {
                self.to_string()
            }
            fn from_key(key: &str) -> CodecResult<Self> {
                key.parse().map_err(|_| CodecError::new($expected, "another text").with_value(key))
            }
        }
    )* };
}

parsed_keys! {
    String: "a string as key", char: "one character as key", bool: "`true` or `false` as key",
    i128: "an i128 as key", u128: "a u128 as key", isize: "an isize as key", usize: "a usize as key",
    i8: "an i8 as key", i16: "an i16 as key", i32: "an i32 as key", i64: "an i64 as key",
    u8: "a u8 as key", u16: "a u16 as key", u32: "a u32 as key", u64: "a u64 as key",
}

macro_rules! non_zero_keys {
    ($($type:ty),*) => { $(
        impl MapKey for NonZero<$type> {
            fn to_key(&self) -> String {
                self.to_string()
            }
            fn from_key(key: &str) -> CodecResult<Self> {
                let number = <$type>::from_key(key)?;
                Self::new(number).ok_or_else(|| CodecError::new("a number that is not zero as key", "0"))
            }
        }
    )* };
}

non_zero_keys!(i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize);

macro_rules! text_keys {
    ($($type:ty),*) => { $(
        impl MapKey for $type {
            fn to_key(&self) -> String {
                self.to_string()
            }
            fn from_key(key: &str) -> CodecResult<Self> {
                Ok(Self::from(key.to_owned()))
            }
        }
    )* };
}

text_keys!(Cow<'static, str>, Box<str>, Arc<str>, Rc<str>);

impl MapKey for ObjectId {
    fn to_key(&self) -> String {
        self.to_hex()
    }
    fn from_key(key: &str) -> CodecResult<Self> {
        Self::parse_str(key)
            .map_err(|_| CodecError::new("an ObjectId in hex as key", "another text").with_value(key))
    }
}

impl MapKey for Uuid {
    fn to_key(&self) -> String {
        self.to_string()
    }
    fn from_key(key: &str) -> CodecResult<Self> {
        Self::parse_str(key).map_err(|_| CodecError::new("a UUID as key", "another text").with_value(key))
    }
}

impl<M: Keyed> MapKey for Id<M>
where
    M::Key: MapKey,
{
    fn to_key(&self) -> String {
        MapKey::to_key(self.key())
    }
    fn from_key(key: &str) -> CodecResult<Self> {
        <M::Key as MapKey>::from_key(key).map(Self::from_key)
    }
}

/// A map, or a map that may be absent: required by `key`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a map",
    label = "this operator needs a map field (`HashMap`, `BTreeMap` or `Document`)"
)]
pub trait Map: Value {
    /// The type of the keys.
    type Key: MapKey;
    /// The type of the values.
    type Item: Value;
}

#[diagnostic::do_not_recommend]
impl<M: Map> Map for Option<M> {
    type Key = M::Key;
    type Item = M::Item;
}

macro_rules! maps {
    ($($type:ty where [$($generics:tt)*], checked $checked:ident;)*) => { $(
        impl<$($generics)*> Map for $type {
            type Key = K;
            type Item = V;
        }

        /// Stored as a document, one element per entry.
        impl<$($generics)*> Value for $type {
            type Fields<A: Context, B> = B;
            type Optional = Option<Self>;
            type NonNull = Self;
            type DistinctItem<W: Value> = W;
            type Lift<U: Value> = U;
            type Replaced<D: Doc> = Self;
            type Added<D: Doc> = Self;

            fn under<A: Context, B>(_: A, base: B) -> B {
                base
            }

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                writer.document(|writer| {
                    self.iter().try_for_each(|(key, value)| {
                        writer.element_with(&key.to_key(), |writer| value.encode(writer))
                    })
                })
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                let mut elements = raw.elements()?;
                let mut map = Self::default();
                while let Some((key, value)) = elements.next()? {
                    let key = utf8_key(key)?;
                    let entry = K::from_key(key).and_then(|parsed| Ok((parsed, V::decode(value)?)));
                    let (parsed, value) = entry.map_err(|error| error.at_key(key))?;
                    // Two spellings of one key, `1` and `01`, are refused too, because one would hide the other.
                    if map.insert(parsed, value).is_some() {
                        return Err(CodecError::new("one element for this key", "two").at_key(key));
                    }
                }
                Ok(map)
            }

            fn claim(_: &Self, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
                rest.take_all();
                Ok(())
            }

            const STORED_AS: &'static TypeMeta = &TypeMeta::Map { values: V::STORED_AS };

            const RULES: bool = V::RULES;

            fn check_rules(&self, check: &mut Check) {
                if V::RULES {
                    check.$checked(self, K::to_key, V::check_rules);
                }
            }
        }
    )* };
}

maps! {
    BTreeMap<K, V> where [K: MapKey + Ord, V: Value], checked entries;
    HashMap<K, V, S> where [K: MapKey + Eq + Hash, V: Value, S: BuildHasher + Default + 'static], checked unordered;
}

pub(crate) fn utf8_key(key: &[u8]) -> CodecResult<&str> {
    std::str::from_utf8(key).map_err(|_| CodecError::new("a key in UTF-8", "other bytes"))
}

impl<K: MapKey, V: Validate> Validate for BTreeMap<K, V> {
    fn check(&self, check: &mut Check) {
        check.entries(self, K::to_key, V::check);
    }
}

impl<K: MapKey, V: Validate, S: BuildHasher> Validate for HashMap<K, V, S> {
    fn check(&self, check: &mut Check) {
        check.unordered(self, K::to_key, V::check);
    }
}
