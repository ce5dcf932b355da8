//! `Flatten`: documents whose elements lie in the document that holds them, `#[serde(flatten)]`.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{BuildHasher, Hash},
    rc::Rc,
    sync::Arc,
};

use mongodb::bson::Document;

use super::{Elements, MapKey, Raw, Value, Via, Way, Writer, room};
use crate::{
    error::codec::{CodecError, CodecResult},
    model::Check,
    path::{At, Key, Narrows, Sign},
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
    /// The names of the elements that belong to it: it takes them out of what is left for others. `None`: it sees
    /// whatever is left, and leaves it.
    const KEYS: Option<&'static [&'static str]>;

    /// Whether it is the first of these elements alone, as an enum is: a second one may be another part's.
    const ONE: bool = false;

    /// Appends the elements, without a frame around them.
    fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()>;

    /// Reads the value from the elements of a document.
    fn decode_fields(elements: Elements<'_>) -> CodecResult<Self>;
}

/// Nothing is written for `None`, which is read where the value inside refuses what is there.
///
/// Differs from serde where the value inside has names of its own and elements stand under them: then they must fit.
impl<T: Flatten> Flatten for Option<T> {
    const KEYS: Option<&'static [&'static str]> = T::KEYS;
    const ONE: bool = T::ONE;

    fn encode_fields(&self, writer: &mut Writer) -> CodecResult<()> {
        self.as_ref().map_or(Ok(()), |value| value.encode_fields(writer))
    }

    fn decode_fields(elements: Elements<'_>) -> CodecResult<Self> {
        match T::decode_fields(elements) {
            Ok(value) => Ok(Some(value)),
            Err(error) if error.is_in_bytes() => Err(error),
            // Of a value that names no elements of its own nobody can tell whether it is there.
            Err(_) if T::KEYS.is_none() || elements.is_empty() => Ok(None),
            Err(error) => Err(error),
        }
    }
}

macro_rules! pointers {
    ($($pointer:ident),*) => { $(
        impl<T: Flatten> Flatten for $pointer<T>
        where
            Self: Value,
        {
            const KEYS: Option<&'static [&'static str]> = T::KEYS;
            const ONE: bool = T::ONE;

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

/// Maps see whatever no field of the document takes.
macro_rules! catch_the_rest {
    ($($type:ty where [$($generics:tt)*];)*) => { $(
        impl<$($generics)*> Flatten for $type {
            const KEYS: Option<&'static [&'static str]> = None;

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
pub trait HasPart<K> {
    /// The type of the part in Rust.
    type Rust;
    /// The type of the part in paths: the same, or [`Via`] where serde stores it.
    type Type: Value + Flattens<Self::Rust>;
}

/// A type of a part that lays a `T` flat.
#[diagnostic::on_unimplemented(
    message = "`{T}` is not a document, so it cannot be laid flat into one",
    label = "expected a document or a map",
    note = "`#[serde(flatten)]` and the variants of `#[serde(tag = \"..\")]` take documents (`odm::Embedded`), enums of documents, and maps"
)]
pub trait Flattens<T>: Sized {
    /// See [`Flatten::KEYS`].
    const KEYS: Option<&'static [&'static str]>;

    /// See [`Flatten::ONE`].
    const ONE: bool = false;

    /// Appends the elements of a `T`.
    fn put(value: &T, writer: &mut Writer) -> CodecResult<()>;

    /// Reads a `T` from the elements of a document.
    fn take(elements: Elements<'_>) -> CodecResult<T>;

    /// Reports the rules that it breaks; what serde stores has none.
    fn check(_: &T, _: &mut Check) {}
}

#[diagnostic::do_not_recommend]
impl<T: Flatten> Flattens<T> for T {
    const KEYS: Option<&'static [&'static str]> = T::KEYS;
    const ONE: bool = T::ONE;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        value.encode_fields(writer)
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        T::decode_fields(elements)
    }

    fn check(value: &T, check: &mut Check) {
        if T::RULES {
            value.check_rules(check);
        }
    }
}

#[diagnostic::do_not_recommend]
impl<W: Way<T>, T: 'static> Flattens<T> for Via<W, T> {
    const KEYS: Option<&'static [&'static str]> = None;

    fn put(value: &T, writer: &mut Writer) -> CodecResult<()> {
        writer.unframed_with(|writer| W::encode(value, writer))
    }

    fn take(elements: Elements<'_>) -> CodecResult<T> {
        elements.decode_whole::<Self>().map(Self::into_inner)
    }
}

/// What the accessor of a flattened field returns at the place `A`.
pub trait PartOf<A: At, K: Key>: HasPart<K> {
    /// Its fields, at the place of the document that holds them.
    type Part;

    /// The part at this place.
    fn part_of(at: &A) -> Self::Part;
}

#[diagnostic::do_not_recommend]
impl<A: At, K: Key, D: HasPart<K>> PartOf<A, K> for D {
    type Part = A::Part<D::Type, K>;

    fn part_of(at: &A) -> Self::Part {
        at.part::<D::Type, K>()
    }
}

/// What the accessor of a variant returns at the place `A`, whose document lies flat beside the tag.
pub trait PartIn<A: At, K>: HasPart<K> {
    /// Its fields, laid over the variant.
    type Fields;

    /// The fields of the variant that the sign tells of.
    fn part_in(at: &A, sign: Sign) -> Self::Fields
    where
        A: Narrows;
}

#[diagnostic::do_not_recommend]
impl<A: At, K, D: HasPart<K>> PartIn<A, K> for D {
    type Fields = <D::Type as Value>::Fields<A::Inside, A::Variant>;

    fn part_in(at: &A, sign: Sign) -> Self::Fields
    where
        A: Narrows,
    {
        D::Type::under(at.narrow(sign), at.variant(sign))
    }
}

/// Appends the elements of a part.
pub fn put_part<D: HasPart<K>, K>(writer: &mut Writer, value: &D::Rust) -> CodecResult<()> {
    D::Type::put(value, writer)
}

/// Checks a part: what it violates is named as if it stood in the document itself.
pub fn check_part<D: HasPart<K>, K>(check: &mut Check, value: &D::Rust) {
    D::Type::check(value, check);
}

/// Reads a part from what no field took.
pub fn part<D: HasPart<K>, K>(rest: &mut Rest<'_>) -> CodecResult<D::Rust> {
    let document = match D::Type::KEYS {
        Some(keys) if D::Type::ONE => rest.variant(keys)?,
        keys => rest.document(keys)?,
    };
    part_of::<D, K>(rest.whole.document_of(&document).elements()?)
}

/// Reads a part that is the whole document but for one element, the tag of its enum.
pub fn part_behind<D: HasPart<K>, K>(mut elements: Elements<'_>, tag: &str) -> CodecResult<D::Rust> {
    if elements.pass(tag)? {
        return part_of::<D, K>(elements);
    }
    let mut rest = Rest::of(elements);
    while let Some((key, value)) = elements.next()? {
        if key != tag.as_bytes() {
            rest.push(key, value);
        }
    }
    // All of it: what the part does not know is its own affair, as where the tag stands first.
    let document = rest.document(None)?;
    part_of::<D, K>(rest.whole.document_of(&document).elements()?)
}

/// Reads a part from its elements.
fn part_of<D: HasPart<K>, K>(elements: Elements<'_>) -> CodecResult<D::Rust> {
    let elements = elements.again()?;
    room::at::<D::Rust, _>(elements.depth(), || D::Type::take(elements))
}

/// The elements of a document that none of its own fields took; they are not copied until a part asks for its own.
#[derive(Debug)]
pub struct Rest<'de> {
    elements: Vec<(&'de [u8], Raw<'de>)>,
    whole: Elements<'de>,
    /// The names of the variants of each enum that took one of them.
    variants: Vec<&'static [&'static str]>,
    /// Some part saw all that was left.
    seen: bool,
}

impl<'de> Rest<'de> {
    /// Nothing yet, of the document whose elements these are.
    pub fn of(elements: Elements<'de>) -> Self {
        Self { elements: Vec::new(), whole: elements, variants: Vec::new(), seen: false }
    }

    /// Adds an element.
    pub fn push(&mut self, key: &'de [u8], value: Raw<'de>) {
        self.elements.push((key, value));
    }

    /// The document of the elements under these names, which are taken out; of all elements, which stay, for `None`.
    fn document(&mut self, keys: Option<&[&str]>) -> CodecResult<Vec<u8>> {
        let mut writer = Writer::new();
        match keys {
            None => {
                self.seen = true;
                writer.raw_document(self.elements.iter().copied())?;
            }
            Some(keys) => {
                let own = |key: &[u8]| is_one_of(key, keys);
                writer.raw_document(self.elements.iter().copied().filter(|(key, _)| own(key)))?;
                self.elements.retain(|(key, _)| !own(key));
            }
        }
        Ok(writer.into_bytes())
    }

    /// The document of the first element under one of these names, which is taken out.
    fn variant(&mut self, keys: &'static [&'static str]) -> CodecResult<Vec<u8>> {
        self.variants.push(keys);
        let first = self.elements.iter().position(|(key, _)| is_one_of(key, keys));
        let mut writer = Writer::new();
        writer.raw_document(first.map(|first| self.elements.remove(first)))?;
        Ok(writer.into_bytes())
    }

    /// Refuses a second variant of an enum, where nothing can have taken it.
    pub fn end(self) -> CodecResult<()> {
        let is_variant = |key: &[u8]| self.variants.iter().any(|names| is_one_of(key, names));
        if !self.seen && self.elements.iter().any(|(key, _)| is_variant(key)) {
            return Err(super::variant::more_than_the_variant());
        }
        Ok(())
    }

    /// Refuses what is left, for a document that denies unknown fields.
    pub fn refuse(self, names: &[&str]) -> CodecResult<()> {
        match self.elements.first() {
            None => Ok(()),
            Some((key, _)) => Err(super::unknown_field(key, names)),
        }
    }
}

fn is_one_of(key: &[u8], names: &[&str]) -> bool {
    names.iter().any(|name| name.as_bytes() == key)
}

impl Writer {
    /// Refuses the tag of an enum that what its variant holds brings again; both are written since `start`.
    pub fn refuse_second(&self, start: usize, tag: &'static str) -> CodecResult<()> {
        let mut elements = Elements::written(self.as_bytes().get(start..).unwrap_or_default());
        let mut seen = false;
        while let Some((key, _)) = elements.next()? {
            if key == tag.as_bytes() {
                Elements::once(&mut seen, tag)?;
            }
        }
        Ok(())
    }

    /// Refuses two elements under one name among those written since `start`: what a map or a part brings must not
    /// hide a field.
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
