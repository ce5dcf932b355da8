//! The documents that refer to others: `{ post: { $in: [ .. ] } }`, once for all documents, or a `$lookup` if each gets
//! only some.

mod request;

use std::{fmt, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::bson::RawDocumentBuf;

use self::request::{Ids, ReferrersQuery, limited, matching};
use super::{
    context::{Links, links},
    include::Include,
    loaded::Loaded,
    reader::{LoadableView, Nest, Reader, Rows, Whole},
    refers_to::sealed,
    run::{Hop, INCLUDE, IncludeRun},
};
use crate::{
    error::Result,
    filter::IntoFilter,
    model::{Model, Tenanted},
    path::Operand,
    policies::Tenant,
    sort::IntoSort,
};

/// The documents of `C` that refer to a document of `M`.
///
/// Construct with [`referred_by`](super::LinkBase::referred_by). Including it loads a `Vec` of them.
#[must_use = "it is loaded only if the closure of `include` returns it"]
pub struct ReferredBy<M, C, N = Whole> {
    request: ReferrersQuery<C>,
    nest: N,
    tenant: Tenant,
    types: PhantomData<fn() -> M>,
}

impl<M, C> ReferredBy<M, C> {
    pub(super) fn new(field: impl sealed::Field) -> Self {
        let request = ReferrersQuery { field: field.into_location(), filter: None, sort: None, limit: None };
        Self { request, nest: Whole, tenant: Tenant::Unspecified, types: PhantomData }
    }

    /// Reads the documents as a [view](crate::view): `{ projection: { .. } }`.
    pub fn view<W: LoadableView<C>>(self) -> ReferredBy<M, C, W::Reading> {
        self.with(|Whole| W::Reading::default())
    }
}

impl<M, C, N> ReferredBy<M, C, N> {
    fn with<N2>(self, change: impl FnOnce(N) -> N2) -> ReferredBy<M, C, N2> {
        ReferredBy { request: self.request, nest: change(self.nest), tenant: self.tenant, types: PhantomData }
    }

    /// Loads only the documents that match this filter too. Another call replaces the filter.
    pub fn filter(mut self, filter: impl IntoFilter<C>) -> Self {
        self.request.filter = Some(filter.into_filter());
        self
    }

    /// Reads only the documents of this tenant: see [`Link::tenant`](super::Link::tenant).
    pub fn tenant<K>(mut self, tenant: impl Operand<C::Tenant, K>) -> Self
    where
        C: Tenanted,
    {
        self.tenant = Tenant::of(tenant.operand());
        self
    }

    /// Reads the documents of all tenants, here and in what they include.
    pub fn all_tenants(mut self) -> Self
    where
        C: Tenanted,
    {
        self.tenant = Tenant::All;
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
    /// an index begins with the field and continues with the sort: `#[odm(index(post, at = -1))]`. Without an index
    /// that begins with the field, it scans the collection once for each id.
    ///
    /// A limit of 0, and a field in an array inside of an array, are an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
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

    fn add_hops(&self, hops: &mut Vec<Hop>) {
        hops.push(Hop::to::<C>(self.tenant.clone(), self.nest.hops()));
    }

    fn load<'a>(
        self,
        run: &'a IncludeRun<'_>,
        documents: &'a [RawDocumentBuf],
    ) -> BoxFuture<'a, Result<Vec<Self::Out>>>
    where
        Self: 'a,
    {
        let (request, mut reader, tenant) = (self.request, self.nest.into_reader(), self.tenant);
        Box::pin(async move {
            let run = &run.with_tenant(tenant);
            let mut all: Vec<Vec<N::Item>> = Vec::new();
            all.resize_with(documents.len(), Vec::new);
            if documents.is_empty() {
                return Ok(all);
            }
            let target = run.target::<C>();
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
