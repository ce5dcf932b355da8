//! `Flatten`: documents whose elements are stored in the document around them, `#[serde(flatten)]`.

mod unclaimed;
mod written;

use std::{
    collections::{BTreeMap, HashMap},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::Document;

pub use self::unclaimed::UnclaimedElements;
use super::{
    Elements, Encoded, Encoding, FieldNames, HasField, MapKey, Stores, Value, Writer, encoding::claim_encoded,
};
use crate::{
    error::codec::CodecResult,
    path::{Context, Key, Narrows, VariantTest},
    rule::{Check, TypedRule},
    stack,
};

/// A value that is a document, so that it can be flattened into another document.
///
/// Derived documents implement it, enums that are stored as documents, and maps, which contain the elements that no
/// field declares.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document, so it cannot be flattened into one",
    label = "expected a document or a map",
    note = "`#[serde(flatten)]` and the variants of `#[serde(tag = \"..\")]` take documents (`odm::Embedded`), enums of documents, and maps"
)]
pub trait Flatten: Value {
    /// Which elements the value is read from.
    const READS_FROM: ReadsFrom = ReadsFrom::Own;

    /// Appends the elements, without the length and the final zero byte of a document.
    fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()>;

    /// Reads the value from the elements of a document.
    fn decode_fields(elements: Elements<'_>) -> CodecResult<Self>;
}

/// Which of the remaining elements may be read by a flattened document.
#[derive(Debug, Clone, Copy)]
pub enum ReadsFrom {
    /// Those with a name that it declares. They belong to it.
    Own,
    /// Those with one of these names, if it declares more names than it reads.
    Read(&'static [&'static str]),
    /// The first one with a name that it declares, for an enum. A second one may belong to another flattened enum.
    First,
    /// Those with a name that it declares, and those that nothing declares. [`Value::claim`] determines which of them
    /// belong to it.
    All,
}

/// Writes nothing for `None`. Reads `None` if the value cannot be read and no element has a name that it declares.
///
/// This differs from serde if an element has such a name: then a value that cannot be read is an error.
impl<T: Flatten> Flatten for Option<T> {
    const READS_FROM: ReadsFrom = T::READS_FROM;

    fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()> {
        self.as_ref().map_or(Ok(()), |value| value.encode_fields(writer))
    }

    fn decode_fields(elements: Elements<'_>) -> CodecResult<Self> {
        match T::decode_fields(elements) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_in_bytes() => Err(error),
            Err(error) if elements.have_any(&T::DECLARED)? => Err(error),
            Err(_) => Ok(None),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        impl<T: Flatten> Flatten for $pointer<T>
        where
            Self: Value,
        {
            const READS_FROM: ReadsFrom = T::READS_FROM;

            fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()> {
                T::encode_fields(self, writer)
            }

            fn decode_fields(elements: Elements<'_>) -> CodecResult<Self> {
                T::decode_fields(elements).map(Self::new)
            }
        }
    )* };
}

pointers!(Box, Arc, Rc);

/// Maps contain the elements that nothing in the document declares.
macro_rules! catch_the_rest {
    ($($type:ty where [$($generics:tt)*];)*) => { $(
        impl<$($generics)*> Flatten for $type {
            const READS_FROM: ReadsFrom = ReadsFrom::All;

            fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()> {
                writer.put_elements(self)
            }

            fn decode_fields(elements: Elements<'_>) -> CodecResult<Self> {
                elements.decode_whole()
            }
        }
    )* };
}

catch_the_rest! {
    Document where [];
    BTreeMap<K, V> where [K: MapKey + Ord, V: Value];
    HashMap<K, V, S> where [K: MapKey + Eq + Hash, V: Value, S: BuildHasher + Default + 'static];
}

/// A document into which another one, `K`, is flattened: a flattened field, or the content of a tagged variant.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no flattened document `{K}`",
    label = "not a flattened field of this document"
)]
pub trait HasFlattened<K> {
    /// The type of the flattened document in Rust.
    type Rust: 'static;
    /// The type of the flattened document in paths: the same, or [`Encoded`] if serde stores it.
    type Type: Value + StoresFlattened<Self::Rust>;

    /// The rules of the field.
    const RULES: &'static [TypedRule<Self::Rust>] = &[];

    /// The names that the document declares beside this one: its own, and those of its other flattened documents.
    const OTHER_NAMES: FieldNames;
}

/// A path type that stores a `T` as a flattened document.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a document, so it cannot be flattened into one",
    label = "expected a document or a map",
    note = "`#[serde(flatten)]` and the variants of `#[serde(tag = \"..\")]` take documents (`odm::Embedded`), enums of documents, and maps"
)]
pub trait StoresFlattened<T>: Sized {
    /// See [`Flatten::READS_FROM`].
    const READS_FROM: ReadsFrom;

    /// Appends the elements of a `T`.
    fn put(value: &T, writer: &mut Writer) -> CodecResult<()>;

    /// Reads a `T` from the elements of a document.
    fn take(elements: Elements<'_>) -> CodecResult<T>;

    /// Removes the elements that belong to a `T`.
    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()>;

    /// Reports the rules that the value breaks. A value that serde stores has no rules.
    fn check(_: &T, _: &mut Check) {}
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> StoresFlattened<T> for T {
    const READS_FROM: ReadsFrom = T::READS_FROM;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        value.encode_fields(writer)
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        T::decode_fields(elements)
    }

    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        <T as Value>::claim(value, rest)
    }

    fn check(value: &T, check: &mut Check) {
        if T::RULES {
            value.check_rules(check);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<W: Encoding<T>, T: 'static> StoresFlattened<T> for Encoded<W, T> {
    const READS_FROM: ReadsFrom = ReadsFrom::All;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.put_elements_with(|writer| W::encode(value, writer))
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        elements.decode_whole::<Self>().map(Self::into_inner)
    }

    fn claim(value: &T, rest: &mut UnclaimedElements<'_>) -> CodecResult<()> {
        claim_encoded::<W, T>(value, rest)
    }
}

/// The result of the accessor of a flattened field in the context `A`.
pub trait FlattenedAccess<A: Context, K: Key>: HasFlattened<K> {
    /// The fields of the flattened document, in the context of the document around it.
    type Flattened;

    /// Returns the flattened document in this context.
    fn flattened_access(at: &A) -> Self::Flattened;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasFlattened<K>> FlattenedAccess<A, K> for D {
    type Flattened = A::Flattened<D::Type, K>;

    fn flattened_access(at: &A) -> Self::Flattened {
        at.clone().reserving(reserved::<D, K>).flattened::<D::Type, K>()
    }
}

/// The result of the accessor of a variant in the context `A`, if the variant is a document that is flattened beside
/// the tag.
pub trait VariantAccess<A: Context, K>: HasFlattened<K> {
    /// The fields struct of the variant, which dereferences to the variant.
    type Fields;

    /// Returns the fields of the variant that `test` identifies.
    fn variant_access(at: &A, test: VariantTest) -> Self::Fields
    where
        A: Narrows;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K, D: HasFlattened<K>> VariantAccess<A, K> for D {
    type Fields = <D::Type as Value>::Fields<A::InVariant, A::Variant>;

    fn variant_access(at: &A, test: VariantTest) -> Self::Fields
    where
        A: Narrows,
    {
        D::Type::under(at.narrow(test).reserving(reserved::<D, K>), at.variant(test))
    }
}

/// Returns whether the document declares this name, itself or in a flattened document.
fn reserved<D: HasFlattened<K>, K>(name: &[u8]) -> bool {
    D::OTHER_NAMES.contain(name) || <D::Type as Value>::DECLARED.contain(name)
}

/// Returns the names that a flattened document declares.
pub fn flattened_names<D: HasFlattened<K>, K>() -> FieldNames {
    <D::Type as Value>::DECLARED
}

/// Returns the names that the content of an untagged variant declares.
pub fn content_names<D: HasField<K>, K: Key>() -> FieldNames {
    <D::Type as Value>::DECLARED
}

/// Appends the elements of a flattened document. Refuses an element with a name that the document around it declares
/// beside it.
pub fn put_flattened<D: HasFlattened<K>, K>(writer: &mut Writer, value: &D::Rust) -> CodecResult<()> {
    let start = writer.position();
    <D::Type as StoresFlattened<D::Rust>>::put(value, writer)?;
    writer.refuse_declared(start, &D::OTHER_NAMES, &<D::Type as Value>::DECLARED)
}

/// Checks a flattened document. Violations have the paths of fields of the document around it.
pub fn check_flattened<D: HasFlattened<K>, K>(check: &mut Check, value: &D::Rust) {
    <D::Type as StoresFlattened<D::Rust>>::check(value, check);
}

/// Reads a flattened document from the elements that no field took, and removes those that belong to it.
pub fn flattened<D: HasFlattened<K>, K>(rest: &mut UnclaimedElements<'_>) -> CodecResult<D::Rust> {
    let declared = <D::Type as Value>::DECLARED;
    let document = match D::Type::READS_FROM {
        ReadsFrom::Own => rest.document(declared.own())?,
        ReadsFrom::Read(names) => rest.document(names)?,
        ReadsFrom::First => rest.first(declared.own())?,
        ReadsFrom::All => rest.undeclared(&declared, &D::OTHER_NAMES)?,
    };
    let value = flattened_access::<D, K>(rest.whole.document_of(&document).elements()?)?;
    match D::Type::READS_FROM {
        ReadsFrom::First => {}
        ReadsFrom::Own | ReadsFrom::Read(_) => rest.skip(&declared),
        ReadsFrom::All => <D::Type as StoresFlattened<D::Rust>>::claim(&value, rest)?,
    }
    Ok(value)
}

/// Removes the elements of a flattened document that is written and not read.
pub fn skip_flattened<D: HasFlattened<K>, K>(rest: &mut UnclaimedElements<'_>) {
    rest.skip(&<D::Type as Value>::DECLARED);
}

/// Removes the elements that belong to a flattened document.
pub fn claim_flattened<D: HasFlattened<K>, K>(
    value: &D::Rust,
    rest: &mut UnclaimedElements<'_>,
) -> CodecResult<()> {
    <D::Type as StoresFlattened<D::Rust>>::claim(value, rest)
}

/// Removes the elements that belong to the content of an untagged variant.
pub fn claim_content<D: HasField<K>, K: Key>(
    value: &D::Rust,
    rest: &mut UnclaimedElements<'_>,
) -> CodecResult<()> {
    <D::Type as Stores<D::Rust>>::claim(value, rest)
}

/// Reads a flattened document that is the whole document except for one element, the tag of its enum.
pub fn flattened_after_tag<D: HasFlattened<K>, K>(
    mut elements: Elements<'_>,
    tag: &str,
) -> CodecResult<D::Rust> {
    if elements.skip(tag)? {
        return flattened_access::<D, K>(elements);
    }
    let mut rest = UnclaimedElements::of(elements);
    while let Some((key, value)) = elements.next()? {
        if key != tag.as_bytes() {
            rest.push(key, value);
        }
    }
    // All other elements: the content decides about unknown ones itself, as it does if the tag is the first element.
    flattened_access::<D, K>(rest.whole.document_of(&rest.all()?).elements()?)
}

/// Reads a flattened document from its elements.
fn flattened_access<D: HasFlattened<K>, K>(elements: Elements<'_>) -> CodecResult<D::Rust> {
    let elements = elements.reread()?;
    stack::with_space::<D::Rust, _>(elements.depth(), || D::Type::take(elements))
}
