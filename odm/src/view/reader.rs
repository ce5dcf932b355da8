//! `Reader`: reads one field of a view. Generated code gets it from the parent's accessor of the field.

use std::fmt;

use super::{Declared, DeclaredFlattened, FromField, FromFlattened, InView, Projection};
use crate::{
    error::codec::{CodecError, CodecResult},
    path::Key,
    value::{Doc, Elements, HasField, HasFlattened, Raw, SchemaVersion, Value, duplicate},
};

/// The fields struct of a view's parent, and the version of its documents.
pub(crate) type Parent<D> = (<D as Value>::Fields<InView, ()>, Option<SchemaVersion>);

/// A type that can be the parent of a view: a document with declared fields.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the parent of a view",
    label = "expected a model, an embedded document or a shape",
    note = "a view reads fields of a struct that derives `odm::Model`, `odm::Embedded` or `odm::Shape`",
    note = "an enum is read whole: by a field of its type, or without a view"
)]
pub trait HasViews: Doc {}

#[diagnostic::do_not_recommend]
impl<D: Doc> HasViews for D {}

/// Returns the fields struct and the version of the parent `D`.
pub fn parent<D: HasViews>() -> Parent<D> {
    (D::under(InView, ()), D::VERSION)
}

#[allow(clippy::unused_self, reason = "generated code calls it on what an accessor returns")]
impl<T: Value, F: Key> Declared<T, F> {
    /// Returns a reader of a `V` from this field of `D`.
    ///
    /// Only this call compares the types of the view and the parent. The type of the returned reader does not contain
    /// the parent, so rustc reports a mistake once.
    pub fn reads<'de, D, V, K>(self) -> Reader<'de, V>
    where
        D: HasField<F, Type = T>,
        V: FromField<'de, T, K>,
    {
        Reader(Source::Field {
            name: F::NAME,
            aliases: F::ALIASES,
            read: V::read,
            // If the parent's default cannot be converted, the field is missing. Another default would be wrong.
            absent: || D::default().map_or_else(V::missing, V::defaulted),
            project: V::add_names,
        })
    }
}

#[allow(
    clippy::unused_self,
    clippy::extra_unused_type_parameters,
    reason = "generated code calls it on what an accessor returns"
)]
impl<T: Value, F: Key> DeclaredFlattened<T, F> {
    /// Returns a reader of a `V` from this flattened field of `D`.
    pub fn reads<'de, D, V, K>(self) -> Reader<'de, V>
    where
        D: HasFlattened<F, Type = T>,
        V: FromFlattened<'de, T, K>,
    {
        Reader(Source::Flattened { read: V::read, project: V::add_names })
    }
}

/// The type of a field for the score of a text search.
#[diagnostic::on_unimplemented(
    message = "the score of a text search is not a `{Self}`",
    label = "marked `#[odm(text_score)]`: expected `f64`",
    note = "or `Option<f64>`"
)]
pub trait Score: Value {}

impl Score for f64 {}
impl Score for Option<f64> {}

/// Returns a reader of the score of a text search. It has a name of its own, because it is not a field of the parent.
pub fn text_score<'de, V: Score>() -> Reader<'de, V> {
    Reader(Source::Field {
        name: "textScore",
        aliases: &[],
        read: |raw| V::decode(raw),
        absent: V::missing,
        project: Projection::text_score,
    })
}

/// Reads a `V` from a field or a flattened field of the parent.
pub struct Reader<'de, V>(Source<'de, V>);

enum Source<'de, V> {
    Field {
        name: &'static str,
        aliases: &'static [&'static str],
        read: fn(Raw<'de>) -> CodecResult<V>,
        absent: fn() -> Option<V>,
        project: fn(&mut Projection),
    },
    /// Reads from the whole document, a second time.
    Flattened { read: fn(Raw<'de>) -> CodecResult<V>, project: fn(&mut Projection) },
}

impl<V> fmt::Debug for Reader<'_, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            Source::Field { name, .. } => Some(name),
            Source::Flattened { .. } => None,
        };
        f.debug_struct("Reader").field("name", &name).finish_non_exhaustive()
    }
}

impl<'de, V> Reader<'de, V> {
    /// Fills `slot` if the next element is this field.
    ///
    /// Not inlined, so that there is one copy per field type, as in [`Elements::take`].
    #[inline(never)]
    pub fn take(&self, elements: &mut Elements<'de>, slot: &mut Option<V>) -> CodecResult<()> {
        let Source::Field { name, read, .. } = self.0 else { return Ok(()) };
        match elements.next_if(name)? {
            Some(value) => put(read, name, value, slot),
            None => Ok(()),
        }
    }

    /// Fills `slot` if `key` is this field, and returns whether it is.
    #[inline(never)]
    pub fn fill(&self, key: &[u8], value: Raw<'de>, slot: &mut Option<V>) -> CodecResult<bool> {
        let Source::Field { name, aliases, read, .. } = self.0 else { return Ok(false) };
        match names(name, aliases).find(|name| name.as_bytes() == key) {
            Some(name) => put(read, name, value, slot).map(|()| true),
            None => Ok(false),
        }
    }

    /// Returns the field after the whole document was read.
    pub fn finish(&self, slot: Option<V>, document: Raw<'de>) -> CodecResult<V> {
        match self.0 {
            Source::Field { name, absent, .. } => {
                slot.or_else(absent).ok_or_else(|| CodecError::missing(name))
            }
            Source::Flattened { read, .. } => read(document),
        }
    }

    /// Adds the names that are read to the projection.
    pub fn add_names(&self, projection: &mut Projection) {
        match self.0 {
            Source::Field { name, aliases, project, .. } => {
                for name in names(name, aliases) {
                    projection.field(name, project);
                }
            }
            Source::Flattened { project, .. } => project(projection),
        }
    }
}

fn names(name: &'static str, aliases: &'static [&'static str]) -> impl Iterator<Item = &'static str> {
    std::iter::once(name).chain(aliases.iter().copied())
}

fn put<'de, V>(
    read: fn(Raw<'de>) -> CodecResult<V>,
    name: &'static str,
    value: Raw<'de>,
    slot: &mut Option<V>,
) -> CodecResult<()> {
    if slot.is_some() {
        return Err(duplicate(name));
    }
    match read(value) {
        Ok(value) => {
            *slot = Some(value);
            Ok(())
        }
        Err(error) => Err(error.at(name)),
    }
}
