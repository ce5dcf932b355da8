//! The traits that a derive implements for fields, and the functions that generated code calls: the only module in
//! which generated code needs the type of a field.
//!
//! The functions require a declaration (`HasField`), never the bound `Value` itself. So for a type that cannot be
//! stored, rustc reports one error, at the user's declaration of the field.

use mongodb::bson::spec::ElementType;
use serde::{Deserializer, Serializer, de, ser};

use super::{Elements, Raw, SerdeWith, UnclaimedElements, Value, Writer, duplicate, read_id, require};
use crate::{
    error::codec::CodecResult,
    path::{Context, Key, NarrowsUntagged},
    rule::{Check, TypedRule, check_rules},
};

/// A document with a field `K`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no field `{K}`",
    label = "not a field of this document",
    note = "an enum is read as a whole: a view cannot have the fields of its variants"
)]
pub trait HasField<K: Key> {
    /// The type of the field in Rust.
    type Rust: 'static;
    /// The type of the field in paths: the same, or [`Encoded`](super::Encoded) if the field has another encoding.
    type Type: Stores<Self::Rust>;

    /// The rules of the field.
    const RULES: &'static [TypedRule<Self::Rust>] = &[];

    /// Returns the value of a missing field, if `#[serde(default)]` specifies one.
    fn default() -> Option<Self::Type> {
        None
    }

    /// Returns whether `#[serde(skip_serializing_if = "..")]` leaves the field out if it has this value.
    fn is_skipped(_: &Self::Rust) -> bool {
        false
    }
}

/// A path type that stores a `T`.
#[diagnostic::on_unimplemented(
    message = "`{T}` cannot be stored through serde",
    label = "this field is marked `#[odm(serde)]`",
    note = "the type must implement `serde::Serialize` and `serde::Deserialize`, own what it holds, and be `Send` and `Sync`"
)]
pub trait Stores<T>: Value {
    /// Appends the bytes of a `T` and returns their BSON type.
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType>;

    /// Writes a `T` as the element with this [`Key::HEADER`].
    #[inline]
    fn put(header: &'static str, value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.field(header, value, Self::write)
    }

    /// Reports the rules that the documents inside break. A value that serde stores has no rules.
    #[inline]
    fn check(_: &'static str, _: &T, _: &mut Check) {}

    /// See [`Value::claim`].
    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()>;

    /// Converts a `T` to the path type.
    fn from_rust(value: T) -> Self;

    /// Returns the `T` that was read.
    fn into_rust(self) -> T;
}

#[diagnostic::do_not_recommend]
impl<T: Value> Stores<T> for T {
    #[inline]
    fn write(value: &T, writer: &mut Writer) -> CodecResult<ElementType> {
        value.encode(writer)
    }

    #[inline]
    fn check(key: &'static str, value: &T, check: &mut Check) {
        check_inside(key, value, check);
    }

    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
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

/// The encoding of a field whose encoding attribute is invalid. The derive reports that error, so no value is ever
/// written or read with it; the placeholder avoids further errors about the field.
#[derive(Debug)]
pub enum Placeholder {}

#[diagnostic::do_not_recommend]
impl<T> SerdeWith<T> for Placeholder {
    fn serialize<S: Serializer>(_: &T, _: S) -> Result<S::Ok, S::Error> {
        Err(ser::Error::custom("the encoding attribute is invalid"))
    }

    fn deserialize<'de, D: Deserializer<'de>>(_: D) -> Result<T, D::Error> {
        Err(de::Error::custom("the encoding attribute is invalid"))
    }
}

/// The result of the accessor of a declared field in the context `A`.
pub trait FieldAccess<A: Context, K: Key>: HasField<K> {
    /// The return type, which the context determines: a path, an expression, ..
    type Field;

    /// Returns the field in this context.
    fn access(at: &A) -> Self::Field;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasField<K>> FieldAccess<A, K> for D {
    type Field = A::Field<D::Type, K>;

    fn access(at: &A) -> Self::Field {
        at.field::<D::Type, K>()
    }
}

/// The result of the accessor of an untagged variant in the context `A`: the enum itself, as the variant's type.
pub trait UntaggedAccess<A: Context, K: Key>: HasField<K> {
    /// The return type, which the context determines.
    type Enum;

    /// Returns the enum in this context.
    fn untagged_access(at: &A) -> Self::Enum
    where
        A: NarrowsUntagged;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasField<K>> UntaggedAccess<A, K> for D {
    type Enum = A::Whole<D::Type, K>;

    fn untagged_access(at: &A) -> Self::Enum
    where
        A: NarrowsUntagged,
    {
        at.whole::<D::Type, K>()
    }
}

/// Checks the rules of the documents inside a value. Costs nothing if the type contains no documents.
#[inline]
pub(crate) fn check_inside<V: Value>(field: &'static str, value: &V, check: &mut Check) {
    if V::RULES {
        check.within(field, |check| value.check_rules(check));
    }
}

/// Writes a declared field.
#[inline]
pub fn put_field<D: HasField<K>, K: Key>(writer: &mut Writer, value: &D::Rust) -> CodecResult<()> {
    D::Type::put(K::HEADER, value, writer)
}

/// Writes the content of a variant that is stored as the whole value.
#[inline]
pub fn put_content<D: HasField<K>, K: Key>(writer: &mut Writer, value: &D::Rust) -> CodecResult<ElementType> {
    D::Type::write(value, writer)
}

/// Checks the rules of a declared field, and then those of the documents inside.
#[inline]
pub fn check_field<D: HasField<K>, K: Key>(check: &mut Check, value: &D::Rust) {
    if D::RULES.is_empty() || !check_rules(check, K::NAME, value, D::RULES) {
        D::Type::check(K::NAME, value, check);
    }
}

/// Reads a declared field if it is the next element.
#[inline]
pub fn take_field<D: HasField<K>, K: Key>(
    elements: &mut Elements<'_>,
    slot: &mut Option<D::Type>,
) -> CodecResult<()> {
    elements.take(K::NAME, slot)
}

/// Reads a declared field from an element that is out of the declared order.
#[inline]
pub fn fill_field<D: HasField<K>, K: Key>(value: Raw<'_>, slot: &mut Option<D::Type>) -> CodecResult<()> {
    Elements::put(K::NAME, value, slot)
}

/// Reads the id of a document if it is the next element. An id that would be written as another value is an error.
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

/// Reads the id of a document from an element that is out of the declared order.
pub fn fill_id<D: HasField<K>, K: Key>(value: Raw<'_>, slot: &mut Option<D::Type>) -> CodecResult<()> {
    if slot.is_some() {
        return Err(duplicate(K::NAME));
    }
    *slot = Some(read_id(value).map_err(|error| error.at(K::NAME))?);
    Ok(())
}

/// Takes the value of a declared field out of its slot, after the whole document was read.
///
/// The slot stays valid: rustc would generate a flag for each slot that is moved, and a test of it where one is dropped.
#[inline]
pub fn require_field<D: HasField<K>, K: Key>(slot: &mut Option<D::Type>) -> CodecResult<D::Rust> {
    require(slot, K::NAME).map(D::Type::into_rust)
}

/// Returns the same for a field that has a default, which the caller uses for `None`.
#[inline]
pub fn field_or_default<D: HasField<K>, K: Key>(slot: &mut Option<D::Type>) -> Option<D::Rust> {
    slot.take().map(D::Type::into_rust)
}
