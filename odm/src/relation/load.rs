//! Loads what references refer to: `{ _id: { $in: [ .. ] } }`, once for all documents.

use std::sync::Arc;

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Bson, Document, RawDocumentBuf, doc},
    options::FindOptions,
};

use super::{
    context::Link,
    include::Include,
    keys::{Keys, Leaf, Step, Tree, id_of, read},
    link_path::{LinkPath, Loadable},
    loaded::{OnDangling, Target},
    reader::{Nest, Reader},
    reference::Reference,
    run::{Hop, INCLUDE, IncludeRun},
};
use crate::{
    collection::Target as Collection,
    error::{Error, ErrorKind, ReferenceError, Result, codec::CodecError},
    model::Model,
    operation::Operation,
    value::Raw,
};

#[diagnostic::do_not_recommend]
impl<M, V, R, N, D> Include<M> for Link<M, V, R, N, D>
where
    M: Model,
    V: Reference,
    R: LinkPath,
    N: Nest<V::Target>,
    D: OnDangling,
{
    type Out = R::Loaded<V::Loaded<D::Loaded<N::Item>>>;

    fn add_names(&self, names: &mut Vec<String>) {
        Link::add_names(self, names);
    }

    fn add_hops(&self, hops: &mut Vec<Hop>) {
        hops.push(Hop::to::<V::Target>(self.tenant.clone(), self.nest.hops()));
    }

    fn load<'a>(
        self,
        run: &'a IncludeRun<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<Self::Out>>>
    where
        Self: 'a,
    {
        let (path, leaf) = (self.name(), Self::leaf());
        let (steps, reader, tenant) = self.into_parts();
        Box::pin(async move {
            let run = &run.with_tenant(tenant);
            let (trees, keys) = read_all::<M>(run, documents, &steps, leaf)?;
            let found = by_id::<V::Target, N::Item>(run, &keys, reader).await?;
            let mut one = |position: usize| -> Result<D::Loaded<N::Item>> {
                let id = || keys.id(position).and_then(|id| id_of(id).ok());
                D::loaded(found.get(position).cloned().flatten(), id)
                    .ok_or_else(|| dangling::<M, V::Target>(run, &path, keys.id(position)))
            };
            let place = |tree: &Tree| {
                R::build::<V::Loaded<D::Loaded<N::Item>>>(tree, &mut |tree| V::build(tree, &mut one))
            };
            trees.iter().map(place).collect()
        })
    }
}

/// Returns the documents with these ids, in the order of the ids.
async fn by_id<T: Model, I: Target + Loadable>(
    run: &IncludeRun<'_>,
    keys: &Keys,
    mut reader: Reader<I>,
) -> Result<Vec<Option<Arc<I>>>> {
    let mut found = Vec::new();
    found.resize_with(keys.len(), || None);
    if keys.len() == 0 {
        return Ok(found);
    }
    let target = run.target::<T>();
    reader.require("_id");
    let stored = fetch(run, &target, keys, reader.projection.take()).await?;
    let operation = target.operation(INCLUDE);
    let positions = positions(&stored, &operation, |id| keys.position::<T>(id))?;
    let items = reader.read(run, operation, &stored).await?;
    for (position, item) in positions.into_iter().zip(items) {
        if let Some(slot) = position.and_then(|position| found.get_mut(position)) {
            *slot = Some(Arc::new(item));
        }
    }
    Ok(found)
}

// The functions below do not depend on types, so they are compiled once.

async fn fetch(
    run: &IncludeRun<'_>,
    target: &Collection,
    keys: &Keys,
    projection: Option<Document>,
) -> Result<Vec<RawDocumentBuf>> {
    let mut stored = Vec::new();
    for chunk in run.chunks(keys) {
        let filter = doc! { "_id": { "$in": keys.ids(&chunk) } };
        let options = FindOptions::builder().projection(projection.clone()).build();
        stored.append(&mut run.find(target, filter, options).await?);
    }
    Ok(stored)
}

/// Returns the positions of the ids of the documents.
fn positions(
    stored: &[RawDocumentBuf],
    operation: &Operation<'_>,
    position: impl Fn(Raw<'_>) -> Result<Option<usize>, CodecError>,
) -> Result<Vec<Option<usize>>> {
    let of = |document: &RawDocumentBuf| {
        id_in(document)
            .and_then(&position)
            .map_err(|error| Error::decode(document.as_bytes(), error.at("_id")).during(operation))
    };
    stored.iter().map(of).collect()
}

/// Returns the `_id` of a document.
pub(super) fn id_in(document: &RawDocumentBuf) -> Result<Raw<'_>, CodecError> {
    let mut elements = Raw::document(document.as_bytes()).elements()?;
    while let Some((key, value)) = elements.next()? {
        if key == b"_id" {
            return Ok(value);
        }
    }
    Err(CodecError::missing("_id"))
}

fn read_all<M: Model>(
    run: &IncludeRun<'_>,
    documents: &[RawDocumentBuf],
    steps: &[Step],
    leaf: Leaf,
) -> Result<(Vec<Tree>, Keys)> {
    read_trees(documents, steps, leaf, || run.target::<M>())
}

fn read_trees(
    documents: &[RawDocumentBuf],
    steps: &[Step],
    leaf: Leaf,
    target: impl Fn() -> Collection,
) -> Result<(Vec<Tree>, Keys)> {
    let mut keys = Keys::default();
    let mut trees = Vec::with_capacity(documents.len());
    for document in documents {
        let tree = read(document, steps, leaf, &mut keys);
        trees.push(tree.map_err(|cause| {
            Error::decode(document.as_bytes(), cause).during(&target().operation(INCLUDE))
        })?);
    }
    Ok((trees, keys))
}

#[cold]
fn dangling<M: Model, T: Model>(run: &IncludeRun<'_>, path: &str, id: Option<&Bson>) -> Error {
    let id = id.cloned().unwrap_or(Bson::Null);
    let dangling = ReferenceError::dangling(M::COLLECTION, path, T::COLLECTION, id);
    let target = run.target::<T>();
    Error::new(ErrorKind::Dangling(dangling)).during(&target.operation(INCLUDE))
}
