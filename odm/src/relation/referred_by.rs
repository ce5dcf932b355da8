//! The documents that refer to others: `{ post: { $in: [ .. ] } }`, once for all documents, or a `$lookup` if each gets
//! only some.

use std::{
    collections::{BTreeSet, HashSet, VecDeque},
    fmt,
    hash::{BuildHasher, Hash},
    marker::PhantomData,
    ops::Range,
};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Bson, Document, RawDocumentBuf, doc},
    options::FindOptions,
};

use super::{
    context::{Links, links},
    include::Include,
    keys::{Keys, everywhere},
    load::id_in,
    loaded::{Loaded, Target},
    reader::{AsView, Nest, Reader, Rows, Whole},
    run::{INCLUDE, Run},
};
use crate::{
    collection::Target as Collection,
    error::{Error, Result, codec::CodecResult},
    filter::{Filter, IntoFilter},
    model::Model,
    path::{Location, Many, Narrowed, One, Path},
    sort::{IntoSort, Sort},
    value::{Id, OwnedRow, Raw, Value},
    view::View,
};

/// A field of another model that refers to documents of `M`: `Comment::fields().post()`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not refer to `{M}`",
    label = "expected a path to a field that contains an `Id<{M}>`",
    note = "pass the field that refers to this document: `m.referred_by(Comment::fields().post())`"
)]
pub trait RefersTo<M>: sealed::Field {
    /// The model with the field.
    type Model: Model + Send + Sync;
}

mod sealed {
    use crate::path::Location;

    /// A path.
    #[diagnostic::on_unimplemented(
        message = "`{Self}` is not a path",
        label = "expected a path of another model"
    )]
    pub trait Field {
        #[doc(hidden)]
        fn into_location(self) -> Location;
    }
}

impl<C, V, R> sealed::Field for Path<C, V, R> {
    fn into_location(self) -> Location {
        self.location().clone()
    }
}

/// A field type that contains ids of `M`.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` does not refer to `{M}`",
    label = "expected an `Id<{M}>`, an `Option` of one, or a list of them",
    note = "pass the field that refers to this document: `m.referred_by(Comment::fields().post())`"
)]
pub trait HoldsIdsOf<M>: Value {}

impl<M: Model> HoldsIdsOf<M> for Id<M> {}
#[diagnostic::do_not_recommend]
impl<M, V: HoldsIdsOf<M>> HoldsIdsOf<M> for Option<V> {}

macro_rules! lists {
    ($($list:ty where [$($generics:tt)*];)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<M, $($generics)*> HoldsIdsOf<M> for $list {}
    )* };
}

lists! {
    Vec<V> where [V: HoldsIdsOf<M>];
    VecDeque<V> where [V: HoldsIdsOf<M>];
    Box<[V]> where [V: HoldsIdsOf<M>];
    BTreeSet<V> where [V: HoldsIdsOf<M> + Ord];
    HashSet<V, S> where [V: HoldsIdsOf<M> + Eq + Hash, S: BuildHasher + Default + 'static];
}

/// The reach of a path for which `$lookup` and `find` find the same documents.
#[diagnostic::on_unimplemented(
    message = "documents cannot be found by this reference",
    label = "goes into a variant of an enum in an array, or selects elements for an update",
    note = "the path may go through an array, or into a variant of an enum, but not both"
)]
pub trait Findable: 'static {}

impl Findable for One {}
impl Findable for Many {}
impl Findable for Narrowed<One> {}

#[diagnostic::do_not_recommend]
impl<M: Model, C: Model + Send + Sync, V: HoldsIdsOf<M>, R: Findable> RefersTo<M> for Path<C, V, R> {
    type Model = C;
}

/// The documents of `C` that refer to a document of `M`.
///
/// Construct with [`referred_by`](super::Here::referred_by). Including it loads a `Vec` of them.
#[must_use = "it is loaded only if the closure of `include` returns it"]
pub struct ReferredBy<M, C, N = Whole> {
    request: Request<C>,
    nest: N,
    types: PhantomData<fn() -> M>,
}

/// What is requested of the documents.
struct Request<C> {
    field: Location,
    filter: Option<Filter<C>>,
    sort: Option<Sort<C>>,
    limit: Option<u32>,
}

impl<M, C> ReferredBy<M, C> {
    pub(super) fn new(field: impl sealed::Field) -> Self {
        let request = Request { field: field.into_location(), filter: None, sort: None, limit: None };
        Self { request, nest: Whole, types: PhantomData }
    }

    /// Reads the documents as a [view](crate::view): `{ projection: { .. } }`.
    pub fn view<W: View<C> + OwnedRow + Target<Of = C>>(self) -> ReferredBy<M, C, AsView<W>> {
        self.with(|Whole| AsView::new())
    }
}

impl<M, C, N> ReferredBy<M, C, N> {
    fn with<N2>(self, change: impl FnOnce(N) -> N2) -> ReferredBy<M, C, N2> {
        ReferredBy { request: self.request, nest: change(self.nest), types: PhantomData }
    }

    /// Selects among the documents.
    pub fn filter(mut self, filter: impl IntoFilter<C>) -> Self {
        self.request.filter = Some(filter.into_filter());
        self
    }

    /// Sets the order in which each document gets them.
    pub fn sort(mut self, sort: impl IntoSort<C>) -> Self {
        self.request.sort = Some(sort.into_sort());
        self
    }

    /// Limits how many each document gets: the first in the order of [`sort`](Self::sort).
    ///
    /// The command is then an `aggregate` of the ids with a `$lookup`, which reads no more documents than are needed if
    /// an index begins with the field and continues with the sort: `#[odm(index(post, at = -1))]`. Without an index that
    /// begins with the field, it scans the collection once for each id.
    ///
    /// `{ $lookup: { from: "comments", localField: "_id", foreignField: "post", pipeline: [{ $sort: .. }, { $limit: n }] } }`
    pub fn limit(mut self, limit: u32) -> Self {
        self.request.limit = Some(limit);
        self
    }

    /// Includes what the documents refer to, and what refers to them.
    ///
    /// One more command for each reference in the closure. The documents are then [`Loaded`].
    pub fn include<I>(
        self,
        what: impl FnOnce(Links<C>) -> I,
    ) -> ReferredBy<M, C, Reader<Loaded<N::Item, I::Out>>>
    where
        C: Model + Send + Sync,
        N: Rows<C>,
        I: Include<C> + 'static,
    {
        self.with(|_| Reader::including::<C, N, I>(what(links::<C>())))
    }
}

impl<M, C, N> fmt::Debug for ReferredBy<M, C, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ReferredBy({})", self.request.field.shown())
    }
}

#[diagnostic::do_not_recommend]
impl<M, C, N> Include<M> for ReferredBy<M, C, N>
where
    M: Model,
    C: Model + Send + Sync,
    N: Nest<C>,
{
    type Out = Vec<N::Item>;

    fn add_names(&self, names: &mut Vec<String>) {
        names.push("_id".to_owned());
    }

    fn load<'a>(
        self,
        run: &'a Run<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<Self::Out>>>
    where
        Self: 'a,
    {
        let (request, mut reader) = (self.request, self.nest.into_reader());
        Box::pin(async move {
            let mut all: Vec<Vec<N::Item>> = Vec::new();
            all.resize_with(documents.len(), Vec::new);
            if documents.is_empty() {
                return Ok(all);
            }
            let target = run.database().collection::<C>().target();
            let operation = target.operation(INCLUDE);
            let ids = Ids::of::<M>(documents).map_err(|error| error.during(&operation))?;
            let name = request.field.name().to_owned();
            reader.require(&name);
            let request =
                request.render(reader.projection.take()).map_err(|error| error.during(&operation))?;
            let found = if request.limit.is_some() {
                limited(run, &target, &ids, request).await?
            } else {
                matching(run, &target, &ids, &name, request).await?
            };
            // A document that refers to several of these is read for each, because each gets it as its own.
            let (owners, stored): (Vec<usize>, Vec<RawDocumentBuf>) = found.into_iter().unzip();
            let items = reader.read(run, operation, &stored).await?;
            for (owner, item) in owners.into_iter().zip(items) {
                if let Some(of_owner) = all.get_mut(owner) {
                    of_owner.push(item);
                }
            }
            Ok(all)
        })
    }
}

/// The request as it is sent.
struct Rendered {
    /// The field, as a filter by ids.
    field: Location,
    filter: Option<Document>,
    sort: Option<Document>,
    limit: Option<u32>,
    projection: Option<Document>,
}

impl<C> Request<C> {
    fn render(self, projection: Option<Document>) -> Result<Rendered> {
        if self.limit == Some(0) {
            return Err(Error::refused("`limit(0)` of `referred_by`: the server accepts a limit from 1"));
        }
        // A condition on the variant belongs to the filter of a `$lookup`, which compares only the ids.
        let variant = (!self.field.variant_tests().is_empty() && self.limit.is_some())
            .then(|| Filter::<C>::test(&self.field, "$exists", Ok(true.into())));
        let filter = match (self.filter, variant) {
            (Some(filter), Some(variant)) => Some(variant & filter),
            (filter, variant) => filter.or(variant),
        };
        Ok(Rendered {
            field: self.field,
            filter: filter.map(Filter::into_document).transpose()?,
            sort: self.sort.map(Sort::into_document).transpose()?,
            limit: self.limit,
            projection,
        })
    }
}

/// The ids of the documents that are referred to.
struct Ids {
    keys: Keys,
    /// The documents with each id. A caller may pass a document twice.
    owners: Vec<Vec<usize>>,
    position: fn(&Keys, Raw<'_>) -> CodecResult<Option<usize>>,
}

impl Ids {
    fn of<M: Model>(documents: &[RawDocumentBuf]) -> Result<Self> {
        Self::read(documents, Keys::add::<M>, Keys::position::<M>)
    }

    fn read(
        documents: &[RawDocumentBuf],
        add: fn(&mut Keys, Raw<'_>) -> CodecResult<usize>,
        position: fn(&Keys, Raw<'_>) -> CodecResult<Option<usize>>,
    ) -> Result<Self> {
        let (mut keys, mut owners): (Keys, Vec<Vec<usize>>) = (Keys::default(), Vec::new());
        for (at, document) in documents.iter().enumerate() {
            let key = id_in(document).and_then(|id| add(&mut keys, id).map_err(|error| error.at("_id")));
            let key = key.map_err(|error| Error::decode(document.as_bytes(), error))?;
            if owners.len() <= key {
                owners.resize_with(key + 1, Vec::new);
            }
            owners[key].push(at);
        }
        Ok(Self { keys, owners, position })
    }

    /// Adds the documents with an id to the list, each once, if the id is one of the command with these positions: a
    /// document that refers to ids of several commands is found by each.
    fn owners_of(&self, id: Raw<'_>, command: &Range<usize>, list: &mut Vec<usize>) -> CodecResult<()> {
        let position = (self.position)(&self.keys, id)?.filter(|position| command.contains(position));
        let owners = position.and_then(|position| self.owners.get(position)).map_or(&[][..], Vec::as_slice);
        for owner in owners {
            if !list.contains(owner) {
                list.push(*owner);
            }
        }
        Ok(())
    }
}

/// Finds all documents that refer to the ids, each with the position of the document that it refers to.
async fn matching(
    run: &Run<'_>,
    target: &Collection,
    ids: &Ids,
    name: &str,
    request: Rendered,
) -> Result<Vec<(usize, RawDocumentBuf)>> {
    let operation = target.operation(INCLUDE);
    let mut found = Vec::new();
    for chunk in run.chunks(&ids.keys) {
        let by_ids =
            Filter::<()>::test(&request.field, "$in", Ok(Bson::Array(ids.keys.ids(&chunk).to_vec())));
        let filter = match request.filter.clone() {
            Some(filter) => by_ids & Filter::raw(filter),
            None => by_ids,
        };
        let filter = filter.into_document().map_err(|error| error.during(&operation))?;
        let options =
            FindOptions::builder().sort(request.sort.clone()).projection(request.projection.clone()).build();
        for document in run.find(target, filter, options).await? {
            let mut owners = Vec::new();
            let read = everywhere(Raw::document(document.as_bytes()), name, &mut |id| {
                ids.owners_of(id, &chunk, &mut owners)
            });
            read.map_err(|error| Error::decode(document.as_bytes(), error).during(&operation))?;
            found.extend(owners.into_iter().map(|owner| (owner, document.clone())));
        }
    }
    Ok(found)
}

/// Finds the first documents that refer to each id.
async fn limited(
    run: &Run<'_>,
    target: &Collection,
    ids: &Ids,
    request: Rendered,
) -> Result<Vec<(usize, RawDocumentBuf)>> {
    let operation = target.operation(INCLUDE);
    let mut inner = Vec::new();
    inner.extend(request.filter.map(|filter| doc! { "$match": filter }));
    inner.extend(request.sort.map(|sort| doc! { "$sort": sort }));
    inner.extend(request.limit.map(|limit| doc! { "$limit": i64::from(limit) }));
    inner.extend(request.projection.map(|projection| doc! { "$project": projection }));
    let lookup = doc! { "$lookup": {
        "from": target.name(), "localField": "_id", "foreignField": request.field.name(),
        "pipeline": inner, "as": "child",
    } };
    let mut found = Vec::new();
    for chunk in run.chunks(&ids.keys) {
        // An id may be a text with a leading `$`.
        let documents = ids.keys.ids(&chunk).iter();
        let documents: Vec<Bson> = documents.map(|id| doc! { "_id": { "$literal": id } }.into()).collect();
        // `$unwind` directly after `$lookup` avoids a document with all of them, which could be too large.
        let stages = vec![doc! { "$documents": documents }, lookup.clone(), doc! { "$unwind": "$child" }];
        for row in run.aggregate(stages).await? {
            let (mut owners, child) = (Vec::new(), row.get_document("child"));
            let owner = id_in(&row)
                .and_then(|id| ids.owners_of(id, &chunk, &mut owners).map_err(|error| error.at("_id")));
            owner.map_err(|error| Error::decode(row.as_bytes(), error).during(&operation))?;
            let Ok(child) = child.map(ToOwned::to_owned) else { continue };
            found.extend(owners.into_iter().map(|owner| (owner, child.clone())));
        }
    }
    Ok(found)
}
