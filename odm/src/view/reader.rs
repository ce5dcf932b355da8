//! `Reader`: how one field of a view is read. Generated code gets one from the parent's accessor of that field.

use std::fmt;

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
/// The one place where a view's field meets its parent's: what else generated code does asks the result only, whose type
/// says nothing of the parent, so that a mistake is one message.
pub fn reads<'de, D, V, T, K, F>(_: Declared<T, F>) -> Reader<'de, V>
where
    D: Has<F, Type = T>,
    T: Value,
    F: Key,
    V: FromField<'de, T, K>,
{
    Reader {
        name: F::NAME,
        aliases: F::ALIASES,
        read: V::read,
        absent: || D::default().and_then(V::defaulted).or_else(V::missing),
        project: V::project,
    }
}

/// What the score of a text search is read as.
#[diagnostic::on_unimplemented(
    message = "the score of a text search is not a `{Self}`",
    label = "marked `#[odm(text_score)]`: expected `f64`",
    note = "or `Option<f64>`"
)]
pub trait Score: Value {}

impl Score for f64 {}
impl Score for Option<f64> {}

/// How the score of the text search is read: under a name of its own, since it is no field of the parent.
pub fn text_score<'de, V: Score>() -> Reader<'de, V> {
    Reader {
        name: "textScore",
        aliases: &[],
        read: |raw| V::decode(raw),
        absent: V::missing,
        project: Projection::text_score,
    }
}

/// How a `V` is read from a field.
pub struct Reader<'de, V> {
    name: &'static str,
    aliases: &'static [&'static str],
    read: fn(Raw<'de>) -> CodecResult<V>,
    absent: fn() -> Option<V>,
    project: fn(&mut Projection),
}

impl<V> fmt::Debug for Reader<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").field("name", &self.name).finish_non_exhaustive()
    }
}

impl<'de, V> Reader<'de, V> {
    /// Fills `slot` if the next element is this field.
    ///
    /// One outlined copy for each type of a field, as in [`Elements::take`].
    #[inline(never)]
    pub fn take(&self, elements: &mut Elements<'de>, slot: &mut Option<V>) -> CodecResult<()> {
        match elements.next_if(self.name)? {
            Some(value) => self.put(self.name, value, slot),
            None => Ok(()),
        }
    }

    /// Fills `slot` if `key` is this field; says whether it is.
    #[inline(never)]
    pub fn fill(&self, key: &[u8], value: Raw<'de>, slot: &mut Option<V>) -> CodecResult<bool> {
        match self.names().find(|name| name.as_bytes() == key) {
            Some(name) => self.put(name, value, slot).map(|()| true),
            None => Ok(false),
        }
    }

    fn put(&self, name: &'static str, value: Raw<'de>, slot: &mut Option<V>) -> CodecResult<()> {
        if slot.is_some() {
            return Err(duplicate(name));
        }
        match (self.read)(value) {
            Ok(value) => {
                *slot = Some(value);
                Ok(())
            }
            Err(error) => Err(error.at(name)),
        }
    }

    /// The field after the whole document was read.
    pub fn finish(&self, slot: Option<V>) -> CodecResult<V> {
        slot.or_else(self.absent).ok_or_else(|| CodecError::missing(self.name))
    }

    /// Names what is read.
    pub fn project(&self, projection: &mut Projection) {
        for name in self.names() {
            projection.field(name, self.project);
        }
    }

    fn names(&self) -> impl Iterator<Item = &'static str> {
        std::iter::once(self.name).chain(self.aliases.iter().copied())
    }
}
