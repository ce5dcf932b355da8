//! `Flatten`: documents whose elements lie in the document that holds them, `#[serde(flatten)]`.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::Document;

use super::{
    Elements, Encoded, Encoding, FieldNames, HasField, MapKey, Raw, Stores, Value, Writer,
    encoding::claim_encoded, field_names::is_one_of, stack,
};
use crate::{
    error::codec::{CodecError, CodecResult},
    model::Check,
    path::{Context, Key, Narrows, VariantTest},
};

/// A value that is a document, so that its elements can lie in the document that holds it.
///
/// Every derived document has it, enums that are stored as documents, and maps, which catch what no field takes.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a document, so it cannot be laid flat into one",
    label = "expected a document or a map",
    note = "`#[serde(flatten)]` and the variants of `#[serde(tag = \"..\")]` take documents (`odm::Embedded`), enums of documents, and maps"
)]
pub trait Flatten: Value {
    /// The elements that it is read from.
    const SHOWN: Shown = Shown::Own;

    /// Appends the elements, without a frame around them.
    fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()>;

    /// Reads the value from the elements of a document.
    fn decode_fields(elements: Elements<'_>) -> CodecResult<Self>;
}

/// What a part sees of the elements that are left for it.
#[derive(Debug, Clone, Copy)]
pub enum Shown {
    /// Those under the names that it declares, which then belong to it.
    Own,
    /// The same, if it declares more names than it reads.
    Read(&'static [&'static str]),
    /// The first under one of the names that it declares, as an enum is: a second one may be another part's.
    First,
    /// Those under the names that it declares, and those that nothing declares: [`Value::claim`] tells which of them
    /// belong to it.
    All,
}

/// Nothing is written for `None`, which is read where no element has a name that the value inside declares, and where a
/// value that declares no names refuses what is there.
///
/// Differs from serde where elements have such names: then they must fit.
impl<T: Flatten> Flatten for Option<T> {
    const SHOWN: Shown = T::SHOWN;

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
            const SHOWN: Shown = T::SHOWN;

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

/// Maps take whatever nothing in the document declares.
macro_rules! catch_the_rest {
    ($($type:ty where [$($generics:tt)*];)*) => { $(
        impl<$($generics)*> Flatten for $type {
            const SHOWN: Shown = Shown::All;

            fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()> {
                writer.unframed(self)
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

/// A document with a part `K` that is laid flat into it: a flattened field, or what a tagged variant holds.
#[diagnostic::on_unimplemented(message = "`{Self}` has no part `{K}`", label = "not a part of this document")]
pub trait HasFlattened<K> {
    /// The type of the part in Rust.
    type Rust;
    /// The type of the part in paths: the same, or [`Encoded`] where serde stores it.
    type Type: Value + StoresFlattened<Self::Rust>;

    /// The names that the document declares beside this part: its own, and those of its other parts.
    const BESIDE: FieldNames;
}

/// A type of a part that lays a `T` flat.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a document, so it cannot be laid flat into one",
    label = "expected a document or a map",
    note = "`#[serde(flatten)]` and the variants of `#[serde(tag = \"..\")]` take documents (`odm::Embedded`), enums of documents, and maps"
)]
pub trait StoresFlattened<T>: Sized {
    /// See [`Flatten::SHOWN`].
    const SHOWN: Shown;

    /// Appends the elements of a `T`.
    fn put(value: &T, writer: &mut Writer) -> CodecResult<()>;

    /// Reads a `T` from the elements of a document.
    fn take(elements: Elements<'_>) -> CodecResult<T>;

    /// Takes out the elements that belong to a `T`.
    fn claim(value: &T, rest: &mut Rest<'_>) -> CodecResult<()>;

    /// Reports the rules that it breaks; what serde stores has none.
    fn check(_: &T, _: &mut Check) {}
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> StoresFlattened<T> for T {
    const SHOWN: Shown = T::SHOWN;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        value.encode_fields(writer)
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        T::decode_fields(elements)
    }

    fn claim(value: &T, rest: &mut Rest<'_>) -> CodecResult<()> {
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
    const SHOWN: Shown = Shown::All;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.unframed_with(|writer| W::encode(value, writer))
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        elements.decode_whole::<Self>().map(Self::into_inner)
    }

    fn claim(value: &T, rest: &mut Rest<'_>) -> CodecResult<()> {
        claim_encoded::<W, T>(value, rest)
    }
}

/// What the accessor of a flattened field returns at the place `A`.
pub trait FlattenedAccess<A: Context, K: Key>: HasFlattened<K> {
    /// Its fields, at the place of the document that holds them.
    type Flattened;

    /// The part at this place.
    fn flattened_access(at: &A) -> Self::Flattened;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K: Key, D: HasFlattened<K>> FlattenedAccess<A, K> for D {
    type Flattened = A::Flattened<D::Type, K>;

    fn flattened_access(at: &A) -> Self::Flattened {
        at.clone().reserving(reserved::<D, K>).flattened::<D::Type, K>()
    }
}

/// What the accessor of a variant returns at the place `A`, whose document lies flat beside the tag.
pub trait VariantAccess<A: Context, K>: HasFlattened<K> {
    /// Its fields, laid over the variant.
    type Fields;

    /// The fields of the variant that the sign tells of.
    fn variant_access(at: &A, test: VariantTest) -> Self::Fields
    where
        A: Narrows;
}

#[diagnostic::do_not_recommend]
impl<A: Context, K, D: HasFlattened<K>> VariantAccess<A, K> for D {
    type Fields = <D::Type as Value>::Fields<A::Inside, A::Variant>;

    fn variant_access(at: &A, test: VariantTest) -> Self::Fields
    where
        A: Narrows,
    {
        D::Type::under(at.narrow(test).reserving(reserved::<D, K>), at.variant(test))
    }
}

/// Whether the document declares this name, itself or in a part.
fn reserved<D: HasFlattened<K>, K>(name: &[u8]) -> bool {
    D::BESIDE.contain(name) || <D::Type as Value>::DECLARED.contain(name)
}

/// The names that a part declares.
pub fn flattened_names<D: HasFlattened<K>, K>() -> FieldNames {
    <D::Type as Value>::DECLARED
}

/// The names that the value declares which a variant without a tag holds.
pub fn content_names<D: HasField<K>, K: Key>() -> FieldNames {
    <D::Type as Value>::DECLARED
}

/// Appends the elements of a part. None of them may stand under a name that the document declares beside the part.
pub fn put_flattened<D: HasFlattened<K>, K>(writer: &mut Writer, value: &D::Rust) -> CodecResult<()> {
    let start = writer.position();
    <D::Type as StoresFlattened<D::Rust>>::put(value, writer)?;
    writer.refuse_declared(start, &D::BESIDE, &<D::Type as Value>::DECLARED)
}

/// Checks a part: what it violates is named as if it stood in the document itself.
pub fn check_flattened<D: HasFlattened<K>, K>(check: &mut Check, value: &D::Rust) {
    <D::Type as StoresFlattened<D::Rust>>::check(value, check);
}

/// Reads a part from what no field took, and takes out what belongs to it.
pub fn flattened<D: HasFlattened<K>, K>(rest: &mut Rest<'_>) -> CodecResult<D::Rust> {
    let declared = <D::Type as Value>::DECLARED;
    let document = match D::Type::SHOWN {
        Shown::Own => rest.document(declared.own())?,
        Shown::Read(names) => rest.document(names)?,
        Shown::First => rest.first(declared.own())?,
        Shown::All => rest.undeclared(&declared, &D::BESIDE)?,
    };
    let value = flattened_access::<D, K>(rest.whole.document_of(&document).elements()?)?;
    match D::Type::SHOWN {
        Shown::First => {}
        Shown::Own | Shown::Read(_) => rest.pass(&declared),
        Shown::All => <D::Type as StoresFlattened<D::Rust>>::claim(&value, rest)?,
    }
    Ok(value)
}

/// Takes out what belongs to a part that is written and not read.
pub fn pass_flattened<D: HasFlattened<K>, K>(rest: &mut Rest<'_>) {
    rest.pass(&<D::Type as Value>::DECLARED);
}

/// Takes out what belongs to a part.
pub fn claim_flattened<D: HasFlattened<K>, K>(value: &D::Rust, rest: &mut Rest<'_>) -> CodecResult<()> {
    <D::Type as StoresFlattened<D::Rust>>::claim(value, rest)
}

/// Takes out what belongs to the value that a variant without a tag holds.
pub fn claim_content<D: HasField<K>, K: Key>(value: &D::Rust, rest: &mut Rest<'_>) -> CodecResult<()> {
    <D::Type as Stores<D::Rust>>::claim(value, rest)
}

/// Reads a part that is the whole document but for one element, the tag of its enum.
pub fn flattened_after_tag<D: HasFlattened<K>, K>(
    mut elements: Elements<'_>,
    tag: &str,
) -> CodecResult<D::Rust> {
    if elements.pass(tag)? {
        return flattened_access::<D, K>(elements);
    }
    let mut rest = Rest::of(elements);
    while let Some((key, value)) = elements.next()? {
        if key != tag.as_bytes() {
            rest.push(key, value);
        }
    }
    // All of it: what the part does not know is its own affair, as where the tag stands first.
    let mut writer = Writer::new();
    writer.raw_document(rest.elements.iter().map(|element| (element.key, element.value)))?;
    flattened_access::<D, K>(rest.whole.document_of(writer.as_bytes()).elements()?)
}

/// Reads a part from its elements.
fn flattened_access<D: HasFlattened<K>, K>(elements: Elements<'_>) -> CodecResult<D::Rust> {
    let elements = elements.again()?;
    stack::at::<D::Rust, _>(elements.depth(), || D::Type::take(elements))
}

/// The elements of a document that none of its own fields took; they are not copied until a part asks for its own.
#[derive(Debug)]
pub struct Rest<'de> {
    elements: Vec<Element<'de>>,
    whole: Elements<'de>,
    /// The names of the variants of each enum that took one of them.
    variants: Vec<&'static [&'static str]>,
    /// A map took everything that it was shown.
    caught: bool,
}

#[derive(Debug)]
struct Element<'de> {
    key: &'de [u8],
    value: Raw<'de>,
    /// The part that is read last sees it.
    shown: bool,
}

impl<'de> Rest<'de> {
    /// Nothing yet, of the document whose elements these are.
    pub fn of(elements: Elements<'de>) -> Self {
        Self { elements: Vec::new(), whole: elements, variants: Vec::new(), caught: false }
    }

    /// Adds an element.
    pub fn push(&mut self, key: &'de [u8], value: Raw<'de>) {
        self.elements.push(Element { key, value, shown: false });
    }

    /// Takes out the elements under these names that the part saw which was read last.
    pub fn take(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !(element.shown && names.contain(element.key)));
    }

    /// Takes out every element that the part saw which was read last: it is a map, or has one.
    pub(super) fn take_all(&mut self) {
        self.caught = true;
        self.elements.retain(|element| !element.shown);
    }

    /// Takes out the elements that the part saw which was read last and that this document has, too.
    pub(super) fn take_written(&mut self, document: Raw<'_>) -> CodecResult<()> {
        let (mut elements, mut written) = (document.elements()?, Vec::new());
        while let Some((key, _)) = elements.next()? {
            written.push(key);
        }
        self.elements.retain(|element| !(element.shown && written.contains(&element.key)));
        Ok(())
    }

    /// Takes out the elements under these names, whoever saw them.
    fn pass(&mut self, names: &FieldNames) {
        self.elements.retain(|element| !names.contain(element.key));
    }

    /// The document of the elements under these names.
    fn document(&mut self, names: &[&str]) -> CodecResult<Vec<u8>> {
        self.show(|key| is_one_of(key, names))
    }

    /// The document of the elements that the part declares, and of those that nothing declares. A name of the document
    /// itself is left here where its field is not read and unknown fields are denied.
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

    /// The document of the first element under one of these names, which is taken out.
    fn first(&mut self, names: &'static [&'static str]) -> CodecResult<Vec<u8>> {
        self.variants.push(names);
        let first = self.elements.iter().position(|element| is_one_of(element.key, names));
        let first = first.map(|first| self.elements.remove(first));
        let mut writer = Writer::new();
        writer.raw_document(first.map(|element| (element.key, element.value)))?;
        Ok(writer.into_bytes())
    }

    /// Refuses what would be lost: a second variant of an enum, and beside a map whatever the map must not have and no
    /// part took.
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

    /// Refuses what is left, for a document that denies unknown fields.
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
    /// Refuses elements written since `start`, by a part, under names that are declared beside it. Names that the part
    /// declares, too, may be those of another part, as of two enums of one type.
    fn refuse_declared(&self, start: usize, beside: &FieldNames, declared: &FieldNames) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        while let Some((key, _)) = elements.next()? {
            if beside.own_contain(key) || beside.parts_contain(key) && !declared.contain(key) {
                return Err(brought(key));
            }
        }
        Ok(())
    }

    /// Refuses two elements under one name among those written since `start`: of two parts, neither may hide what the
    /// other brings.
    pub fn refuse_twins(&self, start: usize) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        let mut seen = HashSet::new();
        while let Some((key, _)) = elements.next()? {
            if !seen.insert(key) {
                let found = "two: a flattened field brings it again";
                return Err(
                    CodecError::new("one element of this name", found).at_key(String::from_utf8_lossy(key))
                );
            }
        }
        Ok(())
    }
}

/// The error for an element that a flattened map brings under the name or an alias of a declared field.
#[cold]
fn brought(name: &[u8]) -> CodecError {
    CodecError::new("the declared field of this name", "an element that a flattened field brings")
        .at(String::from_utf8_lossy(name).into_owned())
}
