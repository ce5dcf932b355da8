//! What a derive declares, and what its code calls: the one place where generated code needs a field's type.
//!
//! The functions here ask for a declaration, never for the bound `Value` itself. So a type that cannot be
//! stored is refused where it is declared, at the user's field, and by one message.

use mongodb::bson::spec::ElementType;
use serde::{Deserializer, Serializer, de, ser};

use super::{Elements, Raw, Rest, SerdeWith, Value, Writer, duplicate, read_id, require};
use crate::{
    error::codec::CodecResult,
    model::Check,
    path::{Context, Key, NarrowsUntagged},
};

/// A document with a field `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no field `{K}`",
    label = "not a field of this document",
    note = "an enum is read whole, so a view cannot name what its variants hold"
)]
pub trait HasField<K: Key> {
    /// The type of the field in Rust.
    type Rust;
    /// The type of the field in paths: the same, or [`Encoded`](super::Encoded) where serde stores it.
    type Type: Stores<Self::Rust>;

    /// What takes the place of a missing field, if something does: `#[serde(default)]`.
    fn default() -> Option<Self::Type> {
        None
    }
}

/// A type of a path that stores a `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be stored through serde",
    label = "this field is marked `#[odm(serde)]`",
    note = "the type must implement `serde::Serialize` and `serde::Deserialize`, own what it holds, and be `Send` and `Sync`"
)]
pub trait Stores<T>: Value {
    /// Appends the bytes of a `T` and says which BSON type they are.
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Writes a `T` as the element `key`.
    #[inline]
    fn put(key: &'static str, value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.element_at(key, |writer| Self::write(value, writer))
    }

    /// Reports the rules that the documents inside break; what serde stores has none.
    #[inline]
    fn check(_: &'static str, _: &T, _: &mut Check) {}

    /// See [`Value::claim`].
    fn claim(value: &T, rest: &mut Rest<'_>) -> CodecResult<()>;

    /// A `T`, as the path has it.
    fn from_rust(value: T) -> Self;

    /// The `T` that was read.
    fn into_rust(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: Value> Stores<T> for T {
    #[inline]
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        value.encode(writer)
    }

    #[inline]
    fn put(key: &'static str, value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.element(key, value)
    }

    #[inline]
    fn check(key: &'static str, value: &T, check: &mut Check) {
        check.inside(key, value);
    }

    fn claim(value: &T, rest: &mut Rest<'_>) -> CodecResult<()> {
        <T as Value>::claim(value, rest)
    }

    fn from_rust(value: T) -> Self {
        value
    }

    #[inline]
    fn into_rust(self) -> T {
        self
    }
}

/// How a field is stored whose way to be stored is a mistake: no value of it is ever written or read.
#[derive(Debug)]
pub enum Placeholder {}

#[diagnostic::do_not_recommend]
impl<T> SerdeWith<T> for Placeholder {
    fn serialize<S: Serializer>(_: &T, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("a mistake stands in its place"))
    }

    fn deserialize<'de, D: Deserializer<'de>>(_: D) -> Result<T, D::Error> {
        Err(de::Error::custom("a mistake stands in its place"))
    }
}

/// What the accessor of a declared field returns at the place `A`.
pub trait FieldAccess<A: Context, K: Key>: HasField<K> {
    /// The path, the expression, ..: whatever the place makes of a field.
    type Field;

    /// The field at this place.
    fn access(at: &A) -> Self::Field;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasField<K>> FieldAccess<A, K> for D {
    type Field = A::Field<D::Type, K>;

    fn access(at: &A) -> Self::Field {
        at.field::<D::Type, K>()
    }
}

/// What the accessor of an untagged variant returns at the place `A`: the enum itself, as what the variant holds.
pub trait UntaggedAccess<A: Context, K: Key>: HasField<K> {
    /// Whatever the place makes of it.
    type Whole;

    /// The enum at this place.
    fn untagged_access(at: &A) -> Self::Whole
    where
        A: NarrowsUntagged;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasField<K>> UntaggedAccess<A, K> for D {
    type Whole = <A::Inside as Context>::Field<D::Type, K>;

    fn untagged_access(at: &A) -> Self::Whole
    where
        A: NarrowsUntagged,
    {
        at.whole::<D::Type, K>()
    }
}

/// Writes a declared field.
#[inline]
pub fn put_field<D: HasField<K>, K: Key>(writer: &mut Writer, value: &D::Rust) -> CodecResult<()> {
    D::Type::put(K::NAME, value, writer)
}

/// Writes what a variant holds, where that is the whole value.
#[inline]
pub fn put_content<D: HasField<K>, K: Key>(writer: &mut Writer, value: &D::Rust) -> CodecResult<ElementType> {
    D::Type::write(value, writer)
}

/// Checks the documents inside a declared field.
#[inline]
pub fn check_field<D: HasField<K>, K: Key>(check: &mut Check, value: &D::Rust) {
    D::Type::check(K::NAME, value, check);
}

/// Reads a declared field if it is the next element.
#[inline]
pub fn take_field<D: HasField<K>, K: Key>(
    elements: &mut Elements<'_>,
    slot: &mut Option<D::Type>,
) -> CodecResult<()> {
    elements.take(K::NAME, slot)
}

/// Reads a declared field from an element that stands elsewhere.
#[inline]
pub fn fill_field<D: HasField<K>, K: Key>(value: Raw<'_>, slot: &mut Option<D::Type>) -> CodecResult<()> {
    Elements::put(K::NAME, value, slot)
}

/// Reads the id of a document if it is the next element: one by which the document is found.
#[inline]
pub fn take_id<D: HasField<K>, K: Key>(
    elements: &mut Elements<'_>,
    slot: &mut Option<D::Type>,
) -> CodecResult<()> {
    match elements.next_if(K::NAME)? {
        Some(value) => fill_id::<D, K>(value, slot),
        None => Ok(()),
    }
}

/// Reads the id of a document from an element that stands elsewhere.
pub fn fill_id<D: HasField<K>, K: Key>(value: Raw<'_>, slot: &mut Option<D::Type>) -> CodecResult<()> {
    if slot.is_some() {
        return Err(duplicate(K::NAME));
    }
    *slot = Some(read_id(value).map_err(|error| error.at(K::NAME))?);
    Ok(())
}

/// The value of a declared field after the whole document was read.
#[inline]
pub fn require_field<D: HasField<K>, K: Key>(slot: Option<D::Type>) -> CodecResult<D::Rust> {
    require(slot, K::NAME).map(D::Type::into_rust)
}

/// The same for a field that has a default, which takes the place of `None`.
#[inline]
pub fn given_field<D: HasField<K>, K: Key>(slot: Option<D::Type>) -> Option<D::Rust> {
    slot.map(D::Type::into_rust)
}
