//! `Id<M>`: the typed identity of a model, in its own documents and in those that point at it.

#[cfg(any(feature = "schemars", feature = "utoipa"))]
mod schema;
mod verify;

use std::{
    any::{Any, TypeId},
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
    str::FromStr,
};

use mongodb::bson::{
    Binary, Bson, Uuid,
    oid::ObjectId,
    spec::{BinarySubtype, ElementType},
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

#[cfg(any(feature = "schemars", feature = "utoipa"))]
pub use self::schema::{KeySchema, KeyShape};
pub(crate) use self::verify::read as read_id;
use super::{Raw, Value, Writer, leaf};
use crate::error::codec::CodecResult;

/// A type whose documents have an identity: every model, by its derive.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no identity, so there is no `Id<{Self}>`",
    label = "not a model",
    note = "derive `odm::Model` for `{Self}`"
)]
pub trait Keyed: 'static {
    /// What is stored as `_id`: `ObjectId` unless the model says `#[odm(key = ..)]`.
    type Key: Value + Clone;
}

/// A key that can be made without asking the server: `ObjectId` and `Uuid`, and a type of your own that implements this.
#[diagnostic::on_unimplemented(
    message = "a new `{Self}` cannot be made up",
    label = "only `ObjectId` and `Uuid` keys can",
    note = "make the id from a value of your own: `Id::from(key)`"
)]
pub trait NewKey: Value {
    /// A key that no other document has.
    fn new_key() -> Self;
}

impl NewKey for ObjectId {
    fn new_key() -> Self {
        Self::new()
    }
}

impl NewKey for Uuid {
    fn new_key() -> Self {
        Self::new()
    }
}

/// The identity of an `M`.
///
/// In BSON it is the bare key: an ObjectId, a UUID, a string, an integer. In JSON it is what JSON has for that: hex for
/// an ObjectId, the hyphenated text for a UUID, else the string or the number. An `Id<Product>` where an `Id<Customer>`
/// belongs does not compile.
///
/// A new one is [`Id::new()`](Id::new), of an `ObjectId` or a UUID. A key that you have becomes one by `Id::from(key)`, of a
/// type of your own by [`Id::from_key`], a text of it by `parse`. [`key`](Id::key) is what is inside.
///
/// ```
/// # use odm::{Id, bson::oid::ObjectId};
/// # struct Customer;
/// # impl odm::Keyed for Customer { type Key = ObjectId; }
/// let id = Id::<Customer>::new();
/// let same: Id<Customer> = id.to_string().parse().unwrap();
/// assert_eq!(id, same);
/// ```
pub struct Id<M: Keyed>(M::Key);

impl<M: Keyed> Id<M> {
    /// A new identity, made on this side.
    #[allow(clippy::new_without_default)] // there is one: `Default` below
    pub fn new() -> Self
    where
        M::Key: NewKey,
    {
        Self(M::Key::new_key())
    }

    /// The key inside.
    pub fn key(&self) -> &M::Key {
        &self.0
    }

    /// The key inside.
    pub fn into_key(self) -> M::Key {
        self.0
    }

    /// The identity with the given key. `Id::from` does the same for `ObjectId`, UUIDs, texts and `i32`, `i64`, `u32`, `u64`.
    pub fn from_key(key: M::Key) -> Self {
        Self(key)
    }
}

/// A new identity: lets `#[serde(default)]` fill an id that a request does not carry.
impl<M: Keyed> Default for Id<M>
where
    M::Key: NewKey,
{
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Keyed> Clone for Id<M> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<M: Keyed> Copy for Id<M> where M::Key: Copy {}

impl<M: Keyed> PartialEq for Id<M>
where
    M::Key: PartialEq,
{
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<M: Keyed> Eq for Id<M> where M::Key: Eq {}

impl<M: Keyed> PartialOrd for Id<M>
where
    M::Key: PartialOrd,
{
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        self.0.partial_cmp(&other.0)
    }
}

impl<M: Keyed> Ord for Id<M>
where
    M::Key: Ord,
{
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.cmp(&other.0)
    }
}

impl<M: Keyed> Hash for Id<M>
where
    M::Key: Hash,
{
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.hash(state);
    }
}

impl<M: Keyed> fmt::Debug for Id<M>
where
    M::Key: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M: Keyed> fmt::Display for Id<M>
where
    M::Key: fmt::Display,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<M: Keyed> FromStr for Id<M>
where
    M::Key: FromStr,
{
    type Err = <M::Key as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

macro_rules! from_key {
    ($($key:ty),*) => { $(
        impl<M: Keyed<Key = $key>> From<$key> for Id<M> {
            fn from(key: $key) -> Self {
                Self(key)
            }
        }
    )* };
}

from_key!(ObjectId, Uuid, String, i32, i64, u32, u64);

impl<M: Keyed<Key = String>> From<&str> for Id<M> {
    fn from(key: &str) -> Self {
        Self(key.to_owned())
    }
}

/// The bare key in BSON; in JSON and other formats for people, an `ObjectId` or a UUID as text, any other key as it is.
///
/// A key type of your own is written and read by its own serde, in JSON too: around an `ObjectId`, write its
/// `Display` with `Serializer::collect_str` to have hex there (`bson`'s own form is `{ "$oid": .. }`).
impl<M: Keyed> Serialize for Id<M>
where
    M::Key: Serialize + fmt::Display,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() && is_opaque::<M::Key>() {
            serializer.collect_str(&self.0)
        } else {
            self.0.serialize(serializer)
        }
    }
}

impl<'de, M: Keyed> Deserialize<'de> for Id<M>
where
    M::Key: Deserialize<'de> + FromStr,
    <M::Key as FromStr>::Err: fmt::Display,
{
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() && is_opaque::<M::Key>() {
            return match Bson::deserialize(deserializer)? {
                Bson::String(text) => text.parse().map_err(de::Error::custom),
                // Extended JSON; and BSON that serde keeps for a tagged or flattened type, which says it is for people.
                value => from_bson(&uuid_of_bytes(value)).map(Self).map_err(de::Error::custom),
            };
        }
        if TypeId::of::<M::Key>() == TypeId::of::<ObjectId>() {
            let id = deserializer.deserialize_bytes(ObjectIdVisitor)?;
            if let Some(key) = (&id as &dyn Any).downcast_ref::<M::Key>() {
                return Ok(Self(key.clone()));
            }
            return Err(de::Error::custom("expected an ObjectId"));
        }
        M::Key::deserialize(deserializer).map(Self)
    }
}

/// An `ObjectId` in BSON, and as `bson` writes it in other binary formats: its hex text, in a struct of one field. `bson` itself
/// does not read the latter.
struct ObjectIdVisitor;

impl<'de> de::Visitor<'de> for ObjectIdVisitor {
    type Value = ObjectId;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an ObjectId")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<ObjectId, E> {
        if let Ok(bytes) = <[u8; 12]>::try_from(bytes) {
            return Ok(ObjectId::from_bytes(bytes));
        }
        std::str::from_utf8(bytes).map_err(E::custom).and_then(|text| self.visit_str(text))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<ObjectId, E> {
        ObjectId::parse_str(text).map_err(|_| E::invalid_value(de::Unexpected::Str("another text"), &self))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut seq: A) -> Result<ObjectId, A::Error> {
        match seq.next_element::<String>()? {
            Some(text) => self.visit_str(&text),
            None => Err(de::Error::invalid_length(0, &self)),
        }
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<ObjectId, A::Error> {
        ObjectId::deserialize(de::value::MapAccessDeserializer::new(map))
    }
}

/// As bytes without a subtype, the crate `uuid` writes its type to formats that are not for people.
fn uuid_of_bytes(value: Bson) -> Bson {
    match value {
        Bson::Binary(Binary { subtype: BinarySubtype::Generic, bytes }) if bytes.len() == 16 => {
            Binary { subtype: BinarySubtype::Uuid, bytes }.into()
        }
        other => other,
    }
}

fn from_bson<K: Value>(value: &Bson) -> CodecResult<K> {
    let mut writer = Writer::new();
    let element_type = value.encode(&mut writer)?;
    K::decode(Raw::new(element_type, writer.as_bytes()))
}

/// Keys that JSON has no type for, so that they are written as text.
fn is_opaque<K: 'static>() -> bool {
    #[cfg(feature = "uuid")]
    if TypeId::of::<uuid::Uuid>() == TypeId::of::<K>() {
        return true;
    }
    [TypeId::of::<ObjectId>(), TypeId::of::<Uuid>()].contains(&TypeId::of::<K>())
}

/// Stored as the key. A stored key that the type would write as another value is an error: no document would be found by it.
impl<M: Keyed> Value for Id<M> {
    leaf!();

    #[inline]
    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        self.0.encode(writer)
    }

    #[inline]
    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        read_id(raw).map(Self)
    }

    #[inline]
    fn to_bson(&self) -> CodecResult<Bson> {
        self.0.to_bson()
    }
}
