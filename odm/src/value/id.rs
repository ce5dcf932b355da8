//! `Id<M>`: the typed id of a model, in its own documents and in those that refer to it.

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
use crate::{
    error::codec::CodecResult,
    meta::{IdMeta, TypeMeta},
};

/// A type whose documents have an id. `#[derive(odm::Model)]` implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no id, so there is no `Id<{Self}>`",
    label = "not a model",
    note = "derive `odm::Model` for `{Self}`"
)]
pub trait Keyed: 'static {
    /// The type that is stored as `_id`: `ObjectId` unless the model specifies `#[odm(key = ..)]`.
    type Key: Value + Clone + Send + Sync;
}

/// A key that can be generated on the client: `ObjectId`, `Uuid`, and your own types that implement this trait.
#[diagnostic::on_unimplemented(
    message = "a new `{Self}` cannot be generated",
    label = "only `ObjectId` and `Uuid` keys can be generated",
    note = "create the id from a key of your own: `Id::from(key)`"
)]
pub trait NewKey: Value {
    /// Returns a key that no other document has.
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

/// The id of an `M`.
///
/// In BSON it is the key itself: an ObjectId, a UUID, a string, an integer. In JSON it is the hex string of an
/// ObjectId, the hyphenated string of a UUID, or else the string or the number. An `Id<Product>` in place of an
/// `Id<Customer>` does not compile.
///
/// [`Id::new()`](Id::new) generates an `ObjectId` or a UUID. `Id::from(key)` wraps a key that you have,
/// [`Id::from_key`] one of your own type, and `parse` reads a key from its string. [`key`](Id::key) returns the key
/// inside.
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
    /// Generates a new id on the client.
    #[allow(clippy::new_without_default)] // there is one: `Default` below
    pub fn new() -> Self
    where
        M::Key: NewKey,
    {
        Self(M::Key::new_key())
    }

    /// Returns the key inside.
    pub fn key(&self) -> &M::Key {
        &self.0
    }

    /// Returns the key inside, and consumes the id.
    pub fn into_key(self) -> M::Key {
        self.0
    }

    /// Returns the id with the given key. `Id::from` does the same for `ObjectId`, UUIDs, strings and `i32`, `i64`,
    /// `u32`, `u64`.
    pub fn from_key(key: M::Key) -> Self {
        Self(key)
    }
}

/// Generates a new id. With `#[serde(default)]`, this fills in an id that a request does not contain.
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

/// Writes the key itself in BSON. In JSON and other human-readable formats, writes an `ObjectId` or a UUID as text
/// and any other key as it is.
///
/// Your own key type uses its own serde implementation, in JSON too. If it wraps an `ObjectId`, write the `Display`
/// of that with `Serializer::collect_str` to get hex (`bson`'s own form is `{ "$oid": .. }`).
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
                // Extended JSON, or BSON that serde buffers for a tagged or flattened type and reports as
                // human-readable.
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

/// Reads an `ObjectId` from BSON, and from other binary formats, in which `bson` writes it as its hex string in a
/// struct of one field. `bson` itself does not read the latter.
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

/// Makes a UUID of 16 bytes of the generic subtype: the crate `uuid` writes its type as bytes in formats that are not
/// human-readable.
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

/// Returns whether JSON has no type for the key, so that it is written as a string.
fn is_opaque<K: 'static>() -> bool {
    #[cfg(feature = "uuid")]
    if TypeId::of::<uuid::Uuid>() == TypeId::of::<K>() {
        return true;
    }
    [TypeId::of::<ObjectId>(), TypeId::of::<Uuid>()].contains(&TypeId::of::<K>())
}

/// Stored as the key. Reading a key that the type would write as another value is an error: a filter with it would
/// not find the document.
impl<M: Keyed> Value for Id<M> {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Id(IdMeta::of::<M>(M::Key::STORED_AS));

    const IS_EQUAL_AS_STORED: bool = M::Key::IS_EQUAL_AS_STORED;

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
