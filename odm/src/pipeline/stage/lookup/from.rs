//! The documents that a join reads.

use std::{fmt, iter, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::{JoinsOn, path_name};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, rendered::Rendered},
    model::{Model, PolicyFields, SoftDelete, Tenanted},
    path::{IntoBase, Operand, Path, Root},
    pipeline::{
        GraphLookup,
        stage::{documents::constants, paths},
    },
    policies::{Deleted, Scope, Tenant, scoped_stages},
    value::{Array, Doc},
};

/// Starts a join with the collection of `F`, for the literal of [`lookup`](crate::Pipeline::lookup) or of
/// [`graph_lookup`](crate::Pipeline::graph_lookup).
///
/// The [policies](macro@crate::Model#policies) of `F` apply: its deleted documents are not joined, unless the join is
/// [`with_deleted`](LookupFrom::with_deleted), and if its documents belong to tenants, the join specifies the
/// [`tenant`](LookupFrom::tenant).
pub fn from<F: Model>() -> LookupFrom<F> {
    LookupFrom { source: InCollection::of::<F>(), model: PhantomData }
}

/// Starts a join with documents that are part of the pipeline, for the literal of [`lookup`](crate::Pipeline::lookup):
/// `from_documents([City { zip: 94301, name: "Palo Alto, CA".into() }]).equal(l.zip(), |c| c.zip())`.
///
/// `pipeline: [{ $documents: [ .. ] }]`
pub fn from_documents<F: Doc>(documents: impl IntoIterator<Item = F>) -> LookupFrom<F, InPipeline> {
    LookupFrom { source: InPipeline(constants(documents)), model: PhantomData }
}

/// Starts a join with the documents that an expression evaluates to. It reads the variables of the join by their names:
/// `from_documents_of([CityOf { zip: variable::<_, i32>("zip") }]).let_(("zip", l.zip()), |cities, _| cities)`.
///
/// `pipeline: [{ $documents: expression }]`
pub fn from_documents_of<F, X>(documents: X) -> LookupFrom<F, InPipeline>
where
    X: Expression<Document, T: Array<Item = F>>,
    F: Doc,
{
    LookupFrom { source: InPipeline(documents.render().map(Rendered::into_value)), model: PhantomData }
}

/// The documents of a join: those of the collection of `F`, or those in the pipeline, if `S` is [`InPipeline`]. Construct
/// with [`from`], [`from_documents`] or [`from_documents_of`].
pub struct LookupFrom<F, S = InCollection> {
    pub(super) source: S,
    model: PhantomData<fn() -> F>,
}

impl<F, S> fmt::Debug for LookupFrom<F, S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupFrom")
    }
}

/// The documents of a join are in a collection.
#[derive(Debug)]
pub struct InCollection {
    pub(super) name: &'static str,
    scope: Scope,
    policies: &'static PolicyFields,
}

impl InCollection {
    fn of<F: Model>() -> Self {
        Self { name: F::COLLECTION, scope: Scope::default(), policies: F::POLICIES }
    }
}

/// The documents of a join are in its pipeline.
#[derive(Debug)]
pub struct InPipeline(CodecResult<Bson>);

/// Where the documents of a join are.
#[derive(Debug)]
#[non_exhaustive]
pub enum JoinSource {
    /// In a collection.
    Collection(InCollection),
    /// In its pipeline.
    Pipeline(InPipeline),
}

impl From<InCollection> for JoinSource {
    fn from(source: InCollection) -> Self {
        Self::Collection(source)
    }
}

impl From<InPipeline> for JoinSource {
    fn from(source: InPipeline) -> Self {
        Self::Pipeline(source)
    }
}

impl JoinSource {
    /// Returns the stages of a join, limited to the documents that it may read. `inner` is what the pipeline specifies
    /// about them.
    pub(super) fn stages(self, inner: &Scope, stages: Vec<Document>) -> CodecResult<Vec<Document>> {
        match self {
            Self::Collection(InCollection { scope, policies, .. }) => {
                scoped_stages(&inner.or(&scope), policies, stages)
            }
            Self::Pipeline(InPipeline(documents)) => {
                Ok(iter::once(doc! { "$documents": documents? }).chain(stages).collect())
            }
        }
    }
}

impl<F: Model> LookupFrom<F> {
    /// Joins deleted documents too. Without this, the join has a condition that excludes them.
    #[must_use]
    pub fn with_deleted(mut self) -> Self
    where
        F: SoftDelete,
    {
        self.source.scope.deleted = Deleted::Included;
        self
    }

    /// Joins only the documents of this tenant: the join has a condition on the tenant.
    ///
    /// A join of a model with a tenant that specifies none is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true. The tenant of the handle does not apply to the join.
    #[must_use]
    pub fn tenant<K>(mut self, tenant: impl Operand<F::Tenant, K>) -> Self
    where
        F: Tenanted,
    {
        self.source.scope.tenant = Tenant::of(tenant.operand());
        self
    }

    /// Joins the documents of all tenants.
    #[must_use]
    pub fn all_tenants(mut self) -> Self
    where
        F: Tenanted,
    {
        self.source.scope.tenant = Tenant::All;
        self
    }

    /// Follows a field through the documents of the collection, from a value of the row: for
    /// [`graph_lookup`](crate::Pipeline::graph_lookup).
    ///
    /// `startWith: start, connectFromField: "friends", connectToField: "name"`
    pub fn connecting<R, X, A, U, Ra, B, V, Rb>(
        self,
        start: X,
        connect_from: impl FnOnce(Root<F>) -> A,
        connect_to: impl FnOnce(Root<F>) -> B,
    ) -> GraphLookup<R, F>
    where
        X: Expression<R>,
        A: IntoBase<Base = Path<F, U, Ra>>,
        B: IntoBase<Base = Path<F, V, Rb>>,
        X::T: JoinsOn<V>,
        U: JoinsOn<V>,
    {
        GraphLookup::new(
            self.source.scope,
            start.render(),
            path_name(&connect_from(paths::<F>()).into_base()),
            path_name(&connect_to(paths::<F>()).into_base()),
        )
    }
}
