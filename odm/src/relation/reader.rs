//! How the documents of a hop are read: whole or as a view, and with what is included of them.

use std::{borrow::Cow, fmt, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, RawDocumentBuf};

use super::{
    include::{Include, Loader},
    link_path::Loadable,
    loaded::{Loaded, Target},
    run::{Hop, IncludeRun},
};
use crate::{
    cursor::decode,
    error::{Error, Result},
    meta::DocumentMeta,
    model::Model,
    operation::Operation,
    value::{OwnedRow, to_vec},
    view::{Projection, View},
};

/// Documents are read whole.
#[derive(Debug, Clone, Copy)]
pub struct Whole;

/// Documents are read as the view `W`.
pub struct AsView<W>(PhantomData<fn() -> W>);

impl<W> Default for AsView<W> {
    fn default() -> Self {
        Self(PhantomData)
    }
}

impl<W> fmt::Debug for AsView<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AsView")
    }
}

/// A [view](crate::view) of `T` that owns its data, so that an include can load it.
///
/// [`View`](macro@crate::View) implements it.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a view of `{T}` that an include can load",
    label = "expected a view of `{T}` that owns its data",
    note = "derive it: `#[derive(odm::View)]` with `#[odm(of = {T})]`",
    note = "a view with a lifetime borrows from the cursor's buffer: hold a `String` in place of `&str`"
)]
pub trait LoadableView<T> {
    /// How the documents are read. It is a type of the view, so that rustc checks nothing that follows a wrong view.
    #[doc(hidden)]
    type Reading: Default;
}

/// How documents of `T` are read, if nothing is included of them: whole, or as a view.
#[diagnostic::on_unimplemented(
    message = "this reference has an `include` already",
    label = "a second `include`, or one before `view`",
    note = "several references are a tuple: `.include(|c| (c.company(), c.country()))`; `.view::<V>()` stands before it"
)]
pub trait Rows<T>: Send + 'static {
    /// The type of the documents.
    type Item: OwnedRow + Target<Of = T> + Loadable;

    /// Returns the projection of a view.
    #[doc(hidden)]
    fn projection() -> Option<Document>;

    /// Returns the documents from which the ids of what they refer to are read.
    #[doc(hidden)]
    fn linking<'d>(items: &[Self::Item], stored: &'d [RawDocumentBuf]) -> Result<Cow<'d, [RawDocumentBuf]>>;
}

impl<T: Model + Send + Sync> Rows<T> for Whole {
    type Item = T;

    fn projection() -> Option<Document> {
        None
    }

    /// Encodes the models again. A stored document may be of an older version, or have other names and missing fields.
    fn linking<'d>(items: &[T], _: &'d [RawDocumentBuf]) -> Result<Cow<'d, [RawDocumentBuf]>> {
        items.iter().map(encoded).collect::<Result<Vec<_>>>().map(Cow::Owned)
    }
}

impl<T: Model, W: View<T> + OwnedRow + Target<Of = T> + Loadable> Rows<T> for AsView<W> {
    type Item = W;

    fn projection() -> Option<Document> {
        Some(Projection::of::<T, W>())
    }

    fn linking<'d>(_: &[W], stored: &'d [RawDocumentBuf]) -> Result<Cow<'d, [RawDocumentBuf]>> {
        // A view refuses older versions of its model, but not of the documents inside.
        if has_versions(T::META, &mut Vec::new()) {
            return Err(Error::refused(format!(
                "an embedded document of `{}` has a `schema_version`, so the references of a view cannot be read: read \
                 the model in place of the view",
                T::META.name()
            )));
        }
        Ok(Cow::Borrowed(stored))
    }
}

/// Returns the bytes of a model.
pub(super) fn encoded<M: Model>(document: &M) -> Result<RawDocumentBuf> {
    RawDocumentBuf::from_bytes(to_vec(document)?)
        .map_err(|_| Error::refused("the document is not valid BSON"))
}

/// Returns whether a document inside a document has versions.
fn has_versions(document: &'static DocumentMeta, seen: &mut Vec<&'static DocumentMeta>) -> bool {
    use crate::meta::{ContentMeta, TypeMeta};

    fn of_type(stored: &'static TypeMeta, seen: &mut Vec<&'static DocumentMeta>) -> bool {
        match stored {
            TypeMeta::Nullable(inside)
            | TypeMeta::Array { items: inside, .. }
            | TypeMeta::Map { values: inside } => of_type(inside, seen),
            TypeMeta::Tuple(items) => items.get().iter().any(|item| of_type(item, seen)),
            TypeMeta::Document(document) => {
                let document = document.get();
                if seen.iter().any(|other| std::ptr::eq(*other, document)) {
                    return false;
                }
                seen.push(document);
                document.version().is_some() || has_versions(document, seen)
            }
            TypeMeta::Enum(of) => of.get().variants().iter().any(|variant| match variant.content() {
                ContentMeta::Single(value) => of_type(value, seen),
                ContentMeta::Tuple(items) => items.iter().any(|item| of_type(item, seen)),
                ContentMeta::Document(fields) => fields.iter().any(|field| of_type(field.stored_as(), seen)),
                ContentMeta::Unit => false,
            }),
            // A newtype that contains itself contains no other document.
            _ => false,
        }
    }

    document.fields().iter().any(|field| of_type(field.stored_as(), seen))
}

/// How the documents of `T` are read, with what is included of them.
#[diagnostic::on_unimplemented(
    message = "documents of `{T}` cannot be read like this",
    label = "not a way to read `{T}`",
    note = "a reference is read whole, as a view, or with an `include`"
)]
pub trait Nest<T>: Send + 'static {
    /// The type of the documents.
    type Item: Target<Of = T> + Loadable;

    /// Returns the hops of the include.
    #[doc(hidden)]
    fn hops(&self) -> Vec<Hop> {
        Vec::new()
    }

    #[doc(hidden)]
    fn into_reader(self) -> Reader<Self::Item>;
}

impl<T: Model + Send + Sync> Nest<T> for Whole {
    type Item = T;

    fn into_reader(self) -> Reader<T> {
        Reader::plain::<T, Self>()
    }
}

impl<T: Model, W: View<T> + OwnedRow + Target<Of = T> + Loadable> Nest<T> for AsView<W> {
    type Item = W;

    fn into_reader(self) -> Reader<W> {
        Reader::plain::<T, Self>()
    }
}

impl<T: 'static, I: Target<Of = T> + Loadable> Nest<T> for Reader<I> {
    type Item = I;

    fn hops(&self) -> Vec<Hop> {
        self.hops.clone()
    }

    fn into_reader(self) -> Self {
        self
    }
}

/// Reads documents as `I`: a model, a view, or one of these with what is included of it.
pub struct Reader<I> {
    /// The fields that are requested, or `None` for whole documents.
    pub(crate) projection: Option<Document>,
    /// What is included.
    pub(crate) hops: Vec<Hop>,
    read: Read<I>,
}

type Read<I> = Box<
    dyn for<'a, 's> FnOnce(
            &'a IncludeRun<'s>,
            Operation<'a>,
            &'a [RawDocumentBuf],
        ) -> BoxFuture<'a, Result<Vec<I>>>
        + Send,
>;

impl<I> fmt::Debug for Reader<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reader").finish_non_exhaustive()
    }
}

impl<I: OwnedRow + Target + Loadable> Reader<I> {
    /// Reads documents of which nothing is included.
    fn plain<T, N: Rows<T, Item = I>>() -> Self {
        Self {
            projection: N::projection(),
            hops: Vec::new(),
            read: Box::new(|_, operation, stored| {
                Box::pin(std::future::ready(decode_all::<I>(operation, stored)))
            }),
        }
    }
}

impl<I: Target> Reader<I> {
    /// Requests a field too, if not everything is requested.
    pub(super) fn require(&mut self, name: &str) {
        if let Some(projection) = &mut self.projection {
            require(projection, name);
        }
    }
}

impl<I> Reader<I> {
    /// Reads the documents, and loads what is included of them.
    pub(crate) fn read<'a>(
        self,
        run: &'a IncludeRun<'_>,
        operation: Operation<'a>,
        stored: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<I>>> {
        (self.read)(run, operation, stored)
    }
}

impl<D: OwnedRow + Target + Loadable, L: Loadable> Reader<Loaded<D, L>> {
    /// Reads documents and loads what is included of them.
    pub(super) fn including<T, N, I>(include: I) -> Self
    where
        N: Rows<T, Item = D>,
        I: Include<T, Out = L> + 'static,
    {
        Self::with_loader::<T, N>(Loader::of::<T, I>(include))
    }

    pub(super) fn with_loader<T, N: Rows<T, Item = D>>(mut loader: Loader<L>) -> Self {
        let mut projection = N::projection();
        if let Some(projection) = &mut projection {
            loader.names.iter().for_each(|name| require(projection, name));
        }
        let hops = std::mem::take(&mut loader.hops);
        let read: Read<Loaded<D, L>> = Box::new(move |run, operation, stored| {
            let documents = decode_all::<D>(operation, stored);
            let linking =
                documents.as_ref().map_or(Ok(Cow::Borrowed(stored)), |items| N::linking(items, stored));
            Box::pin(async move {
                let (documents, linking) = (documents?, linking?);
                let links = loader.load(run, &linking).await?;
                Ok(documents.into_iter().zip(links).map(|(doc, links)| Loaded::new(doc, links)).collect())
            })
        });
        Self { projection, hops, read }
    }
}

fn decode_all<D: OwnedRow>(operation: Operation<'_>, stored: &[RawDocumentBuf]) -> Result<Vec<D>> {
    stored.iter().map(|document| decode(&operation, document.as_bytes())).collect()
}

/// Adds a field to a projection. The server refuses a projection that contains both a field and a field below it.
fn require(projection: &mut Document, name: &str) {
    let is_below =
        |name: &str, above: &str| name.strip_prefix(above).is_some_and(|rest| rest.starts_with('.'));
    if name != "_id" && projection.keys().any(|key| key == name || is_below(name, key)) {
        return;
    }
    let narrower: Vec<String> = projection.keys().filter(|key| is_below(key, name)).cloned().collect();
    for key in narrower {
        projection.remove(key);
    }
    projection.insert(name, 1);
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    #[test]
    fn a_projection_contains_a_field_or_fields_below_it() {
        let mut projection = doc! { "a": 1, "b.c": 1, "b.d": 1, "bc": 1, "_id": 0 };
        for name in ["a", "a.x", "b", "b.e", "n", "_id"] {
            require(&mut projection, name);
        }
        assert_eq!(projection, doc! { "a": 1, "bc": 1, "_id": 1, "b": 1, "n": 1 });
    }
}
