//! `Flatten`: documents whose elements are stored in the document around them, `#[serde(flatten)]`.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::Document;

use super::{
    Elements, Encoded, Encoding, FieldNames, HasField, MapKey, Raw, Stores, Value, Writer,
    encoding::claim_encoded, field_names::is_one_of,
};
use crate::{
    error::codec::{CodecError, CodecResult},
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
    let mut writer = Writer::new();
    writer.raw_document(rest.elements.iter().map(|element| (element.key, element.value)))?;
    flattened_access::<D, K>(rest.whole.document_of(writer.as_bytes()).elements()?)
}

/// Reads a flattened document from its elements.
fn flattened_access<D: HasFlattened<K>, K>(elements: Elements<'_>) -> CodecResult<D::Rust> {
    let elements = elements.reread()?;
    stack::with_space::<D::Rust, _>(elements.depth(), || D::Type::take(elements))
}

/// The elements of a document that none of its own fields took. They are copied when a flattened document is read.
#[derive(Debug)]
pub struct UnclaimedElements<'de> {
    elements: Vec<Element<'de>>,
    whole: Elements<'de>,
    /// The names of the variants of each enum that took an element.
    variants: Vec<&'static [&'static str]>,
    /// Whether a map took all the elements that could be read by it.
    caught: bool,
}

#[derive(Debug)]
struct Element<'de> {
    key: &'de [u8],
    value: Raw<'de>,
    /// Whether the element may be read by the flattened document that is read last.
    shown: bool,
}

impl<'de> UnclaimedElements<'de> {
    /// Returns an empty `UnclaimedElements` of the document with these elements.
    pub fn of(elements: Elements<'de>) -> Self {
        Self { elements: Vec::new(), whole: elements, variants: Vec::new(), caught: false }
    }

    /// Adds an element.
    pub fn push(&mut self, key: &'de [u8], value: Raw<'de>) {
        self.elements.push(Element { key, value, shown: false });
    }

    /// Removes the elements with these names that could be read by the last flattened document.
    pub fn take(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !(element.shown && names.contain(element.key)));
    }

    /// Removes all the elements that could be read by the last flattened document, which is or contains a map.
    pub(super) fn take_all(&mut self) {
        self.caught = true;
        self.elements.retain(|element| !element.shown);
    }

    /// Removes the elements that could be read by the last flattened document and whose names are also in `document`.
    pub(super) fn take_written(&mut self, document: Raw<'_>) -> CodecResult<()> {
        let (mut elements, mut written) = (document.elements()?, Vec::new());
        while let Some((key, _)) = elements.next()? {
            written.push(key);
        }
        self.elements.retain(|element| !(element.shown && written.contains(&element.key)));
        Ok(())
    }

    /// Removes the elements with these names, even if they could not be read by a flattened document.
    fn skip(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !names.contain(element.key));
    }

    /// Returns a document of the elements with these names, and marks them as read.
    fn document(&mut self, names: &[&str]) -> CodecResult<Vec<u8>> {
        self.show(|key| is_one_of(key, names))
    }

    /// Returns a document of the elements that the flattened document declares, and of those that nothing declares.
    /// An element with a name of the document itself stays here if its field is not read and unknown fields are
    /// denied.
    fn undeclared(&mut self, declared: &FieldNames, beside: &FieldNames) -> CodecResult<Vec<u8>> {
        self.show(|key| !beside.contain(key) || declared.contain(key))
    }

    fn show(&mut self, is_shown: impl Fn(&[u8]) -> bool) -> CodecResult<Vec<u8>> {
        for element in &mut self.elements {
            element.shown = is_shown(element.key);
        }
        let mut writer = Writer::new();
        let shown = self.elements.iter().filter(|element| element.shown);
        writer.raw_document(shown.map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Removes the first element with one of these names, and returns a document of it.
    fn first(&mut self, names: &'static [&'static str]) -> CodecResult<Vec<u8>> {
        self.variants.push(names);
        let first = self.elements.iter().position(|element| is_one_of(element.key, names));
        let first = first.map(|first| self.elements.remove(first));
        let mut writer = Writer::new();
        writer.raw_document(first.map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Refuses elements that would be lost: a second variant of an enum and, beside a map, the elements that the map
    /// must not contain and that no flattened document took.
    pub fn end(self) -> CodecResult<()> {
        let is_variant = |name: &[u8]| self.variants.iter().any(|names| is_one_of(name, names));
        if self.elements.iter().any(|element| is_variant(element.key)) {
            return Err(super::tagging::more_than_the_variant());
        }
        match self.elements.first() {
            Some(element) if self.caught => Err(not_taken(element.key)),
            _ => Ok(()),
        }
    }

    /// Refuses the remaining elements, for a document that denies unknown fields.
    pub fn refuse(self, names: &[&str]) -> CodecResult<()> {
        match self.elements.first() {
            None => Ok(()),
            Some(element) => Err(super::unknown_field(element.key, names)),
        }
    }
}

/// The error for an element of a variant that the document does not hold.
#[cold]
fn not_taken(name: &[u8]) -> CodecError {
    CodecError::new("an element of the variant that the document holds", "one of another variant")
        .at(String::from_utf8_lossy(name).into_owned())
}

impl Writer {
    /// Refuses elements that a flattened document wrote since `start` with names that are declared beside it. A name
    /// that the flattened document declares too may be that of another one: both can be enums of one type.
    fn refuse_declared(&self, start: usize, beside: &FieldNames, declared: &FieldNames) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        while let Some((key, _)) = elements.next()? {
            if beside.own_contain(key) || beside.parts_contain(key) && !declared.contain(key) {
                return Err(declared_name(key));
            }
        }
        Ok(())
    }

    /// Refuses two elements with one name among those written since `start`, because the element of one flattened
    /// document would hide that of another.
    pub fn refuse_duplicates(&self, start: usize) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        let mut seen = HashSet::new();
        while let Some((key, _)) = elements.next()? {
            if !seen.insert(key) {
                let found = "two: a flattened field writes it again";
                return Err(
                    CodecError::new("one element of this name", found).at_key(String::from_utf8_lossy(key))
                );
            }
        }
        Ok(())
    }
}

/// The error for an element of a flattened map that has the name or an alias of a declared field.
#[cold]
fn declared_name(name: &[u8]) -> CodecError {
    CodecError::new("the declared field of this name", "an element that a flattened field writes")
        .at(String::from_utf8_lossy(name).into_owned())
}
