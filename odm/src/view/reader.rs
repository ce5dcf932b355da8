//! `Reader`: how one field of a view is read. Generated code gets one from the parent's accessor of that field.

use std::{fmt, marker::PhantomData};

use super::{Declared, FromField, InView, Projection};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::Key,
    value::{Doc, Elements, Has, Raw, Value, duplicate},
};

/// The fields of a view's parent, to be named.
pub fn parent<D: Doc>() -> <D as Value>::Fields<InView, ()> {
    D::under(InView, ())
}

/// How a `V` is read from a field of `D`.
///
/// The one place where a view's field meets its parent's: what else generated code does asks the result only, so that
/// a mistake is one message.
pub fn reads<'de, D, V, T, K, F>(_: Declared<T, F>) -> impl Reads<'de, V>
where
    D: Has<F, Type = T>,
    T: Value,
    F: Key,
    V: FromField<'de, T, K>,
{
    Reader::<T, K> { name: F::NAME, aliases: F::ALIASES, default: D::default, types: PhantomData }
}

/// How a `V` is read from a field.
pub trait Reads<'de, V> {
    /// Fills `slot` if the next element is this field.
    fn take(&self, elements: &mut Elements<'de>, slot: &mut Option<V>) -> CodecResult<()>;

    /// Fills `slot` if `key` is this field; says whether it is.
    fn fill(&self, key: &[u8], value: Raw<'de>, slot: &mut Option<V>) -> CodecResult<bool>;

    /// The field after the whole document was read.
    fn finish(&self, slot: Option<V>) -> CodecResult<V>;

    /// Names what is read.
    fn project(&self, projection: &mut Projection);
}

/// How a field of the type `T` is read; `K` says as what.
pub struct Reader<T, K> {
    name: &'static str,
    aliases: &'static [&'static str],
    default: fn() -> Option<T>,
    types: PhantomData<fn() -> K>,
}

impl<T, K> fmt::Debug for Reader<T, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).finish_non_exhaustive()
    }
}

// One outlined copy for each pair of types, whatever the names: as in `Elements::take`.
impl<'de, V: FromField<'de, T, K>, T, K> Reads<'de, V> for Reader<T, K> {
    #[inline]
    fn take(&self, elements: &mut Elements<'de>, slot: &mut Option<V>) -> CodecResult<()> {
        take::<V, T, K>(self.name, elements, slot)
    }

    #[inline]
    fn fill(&self, key: &[u8], value: Raw<'de>, slot: &mut Option<V>) -> CodecResult<bool> {
        let mut names = std::iter::once(&self.name).chain(self.aliases);
        match names.find(|name| name.as_bytes() == key) {
            Some(name) => put::<V, T, K>(name, value, slot).map(|()| true),
            None => Ok(false),
        }
    }

    #[inline(never)]
    fn finish(&self, slot: Option<V>) -> CodecResult<V> {
        slot.or_else(|| V::defaulted((self.default)()?))
            .or_else(V::missing)
            .ok_or_else(|| CodecError::missing(self.name))
    }

    fn project(&self, projection: &mut Projection) {
        for name in std::iter::once(&self.name).chain(self.aliases) {
            projection.field(name, V::project);
        }
    }
}

#[inline(never)]
fn take<'de, V: FromField<'de, T, K>, T, K>(
    name: &'static str,
    elements: &mut Elements<'de>,
    slot: &mut Option<V>,
) -> CodecResult<()> {
    match elements.next_if(name)? {
        Some(value) => put::<V, T, K>(name, value, slot),
        None => Ok(()),
    }
}

#[inline]
fn put<'de, V: FromField<'de, T, K>, T, K>(
    name: &'static str,
    value: Raw<'de>,
    slot: &mut Option<V>,
) -> CodecResult<()> {
    if slot.is_some() {
        return Err(duplicate(name));
    }
    match V::read(value) {
        Ok(value) => {
            *slot = Some(value);
            Ok(())
        }
        Err(error) => Err(error.at(name)),
    }
}
