//! `Pipeline<In, Row>`: an aggregation pipeline whose row type changes with its stages.
//!
//! [`Pipeline`] lists the stages, and the way to each operator.
//!
//! The documentation of a stage or an operator that MongoDB 6.0 does not have names the version that it needs. If all
//! servers are known to be older, nothing is sent. This is checked for stages, expressions, accumulators and window
//! functions, for `$$USER_ROLES`, and for newer arguments of `$convert`, `$map`, `$filter`, `$reduce`, `$split`,
//! `$replaceOne`, `$replaceAll`, `$getField` and `$out`, but not for the arguments of Atlas Search. The number of a patch is
//! not known: `7.0.3` counts as `7.0`. A client that was created by
//! [`connect`](crate::Database::connect) knows their versions from the driver, as soon as it is connected. Otherwise the
//! server refuses the command before it runs any of it. In both cases the error is of the kind
//! [`Unsupported`](crate::ErrorKind::Unsupported), and names the operator and the version.
//!
//! Each stage method renders its stage immediately and returns a pipeline with the row type after the stage. The
//! closures receive the fields of the row before the stage: as paths in `matching`, `sort` and `geo_near`, as field names
//! in `unwind`, `unset`, `densify` and the first closure of `set_field` and `set_in`, as a pipeline in `facet`, as expressions
//! in the others.

mod context;
mod newer;
mod output;
mod read;
pub(crate) mod stage;
mod view;

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document};

pub(crate) use self::newer::{check_filter, check_stages, unknown_operator};
pub use self::{
    context::{
        AllowsGroup, AllowsMatch, AllowsOut, AllowsRedact, AllowsScore, AllowsSet, ChangeStreamPipeline,
        InChangeStream, InFacet, InUpdate, SplitLargeEvents, TopLevel,
    },
    output::{OfStageOutput, StageOutput},
    read::InRow,
    stage::{
        unwind::{Field, Picks, RowField, RowFields, Unwind, UnwoundField},
        *,
    },
    view::MaterializedView,
};
#[doc(hidden)]
pub use crate::accumulator::table::accumulators;
#[doc(inline)]
pub use crate::accumulator::*;
#[doc(no_inline)]
pub use crate::expr::{Expr, Expression, cond, divide, lit, now, rand, root, switch, text_score};
pub use crate::row::{With, WithFieldType};
use crate::{
    error::{
        Result,
        codec::{CodecError, CodecResult},
    },
    extended_json::ExtendedJson,
    model::{Model, SoftDelete, Tenanted},
    path::Operand,
    policies::{Deleted, Scope, Tenant, scoped_stages},
    value::{MAX_NESTING, Value, bounded_document, one_element},
};

/// What a pipeline runs on that is not bound to a collection.
#[derive(Debug, Clone, Default)]
pub struct Detached {
    /// The documents that it reads, if it is joined with another pipeline.
    pub(crate) scope: Scope,
}

/// The stages of an aggregation over documents of type `In`. `Row` is the type of the rows after the last stage.
///
/// | stage | method of [`Pipeline`] |
/// |---|---|
/// | `$match` | [`matching`](Pipeline::matching), [`matching_expr`](Pipeline::matching_expr) |
/// | `$sort` `$skip` `$limit` `$sample` | [`sort`](Pipeline::sort), [`skip`](Pipeline::skip), [`limit`](Pipeline::limit), [`sample`](Pipeline::sample) |
/// | `$set` `$addFields` `$unset` | [`set`](Pipeline::set), [`set_field`](Pipeline::set_field), [`set_in`](Pipeline::set_in), [`unset`](Pipeline::unset) |
/// | `$project` `$replaceWith` `$replaceRoot` | [`project`](Pipeline::project), [`replace_with`](Pipeline::replace_with) |
/// | `$unwind` | [`unwind`](Pipeline::unwind) |
/// | `$group` `$count` `$sortByCount` | [`group`](Pipeline::group), [`count`](Pipeline::count), [`sort_by_count`](Pipeline::sort_by_count) |
/// | `$bucket` `$bucketAuto` | [`bucket`](Pipeline::bucket), [`bucket_or`](Pipeline::bucket_or), [`bucket_auto`](Pipeline::bucket_auto), [`bucket_count`](Pipeline::bucket_count), [`bucket_auto_count`](Pipeline::bucket_auto_count) |
/// | `$lookup` `$graphLookup` `$unionWith` | [`lookup`](Pipeline::lookup), [`graph_lookup`](Pipeline::graph_lookup), [`union_with`](Pipeline::union_with) |
/// | `$facet` | [`facet`](Pipeline::facet) |
/// | `$setWindowFields` `$fill` `$densify` | [`set_window_fields`](Pipeline::set_window_fields), [`fill`](Pipeline::fill), [`densify`](Pipeline::densify) |
/// | `$geoNear` | [`geo_near`](Pipeline::geo_near) |
/// | `$redact` | [`redact`](Pipeline::redact) |
/// | `$merge` `$out` | [`merge`](Pipeline::merge), [`out`](Pipeline::out) |
/// | `$documents` `$collStats` `$indexStats` .. | [`documents`](Pipeline::documents), [`coll_stats`](Pipeline::coll_stats), [`index_stats`](Pipeline::index_stats) and others |
/// | `$querySettings` `$queryStats` `$listClusterCatalog` | [`query_settings`](Pipeline::query_settings), [`query_stats`](Pipeline::query_stats), [`list_cluster_catalog`](Pipeline::list_cluster_catalog) |
/// | `$search` `$vectorSearch` `$rankFusion` .. | [`search`](Pipeline::search), [`vector_search`](Pipeline::vector_search), [`rank_fusion`](Pipeline::rank_fusion) and others |
/// | `$changeStream` | [`Collection::watch`](crate::Collection::watch), [`change_stream`](Pipeline::change_stream) |
/// | `$changeStreamSplitLargeEvent` | [`change_stream_split_large_event`](Pipeline::change_stream_split_large_event), in [`Watch::pipeline`](crate::action::Watch::pipeline) |
///
/// Accumulators and window functions are functions of this module, such as [`sum`]; expressions are methods of
/// [`Expr`] and functions of [`expr`](crate::expr). The project has
/// [a table of all operators](https://github.com/odm-rs/odm/blob/main/docs/operators.md). Add a stage in the driver's
/// form with [`Pipeline::stage`], or with [`Pipeline::stage_as`] if the row type changes. To read rows of no declared
/// type, use [`Pipeline::view`], which checks the fields of a shape, [`Pipeline::cast`], which declares a type, or
/// [`Pipeline::as_documents`].
///
/// `P` is where the pipeline runs: [`Detached`], a collection or database, [`InFacet`], [`InUpdate`] or
/// [`InChangeStream`]. Awaiting a pipeline on a collection returns a
/// cursor of rows. Construct with [`Collection::aggregate`](crate::Collection::aggregate) or [`Pipeline::new`].
///
/// ```
/// # use odm::{Id, Model, Shape};
/// # use odm::pipeline::{count, sum, Pipeline};
/// # use serde::{Serialize, Deserialize};
/// # #[derive(Serialize, Deserialize, Model)]
/// # #[odm(collection = "zips")]
/// # struct Zip { id: Id<Zip>, state: String, pop: i32 }
/// #[derive(Shape)]
/// struct State {
///     #[odm(id)]
///     name: String,
///     people: i64,
/// }
///
/// let states = Pipeline::<Zip>::new()
///     .matching(|z| z.pop().gt(0))
///     .group(|z| StateOf { name: z.state(), people: sum(z.pop()) })
///     .sort(|s| s.people().desc());
/// assert_eq!(
///     states.to_string(),
///     r#"[{ "$match": { "pop": { "$gt": 0 } } }, { "$group": { "_id": "$state", "people": { "$sum": "$pop" } } }, { "$sort": { "people": -1 } }]"#,
/// );
/// ```
#[must_use = "a pipeline does nothing until it is awaited on a collection"]
pub struct Pipeline<In, Row = In, P = Detached> {
    stages: RawStages,
    target: P,
    rows: PhantomData<fn() -> (In, Row)>,
}

/// The stages without the types of the rows, so that user crates compile little code.
#[derive(Debug, Clone, Default)]
pub(crate) struct RawStages {
    list: Vec<Document>,
    problem: Option<CodecError>,
}

impl RawStages {
    pub(crate) fn push(&mut self, name: &'static str, argument: CodecResult<Bson>) {
        // One allocation is enough for most pipelines. Allocators return blocks of up to a kilobyte much faster.
        if self.list.capacity() == 0 {
            self.list.reserve(1_024 / size_of::<Document>());
        }
        match argument {
            Ok(argument) => {
                self.list.push(one_element(name, argument));
            }
            Err(problem) => {
                self.problem.get_or_insert(problem.at(name));
            }
        }
    }

    fn push_raw(&mut self, stage: Document) {
        match bounded_document(stage, MAX_NESTING) {
            Ok(stage) => self.list.push(stage),
            Err(problem) => {
                self.problem.get_or_insert(problem);
            }
        }
    }

    pub(crate) fn into_list(self) -> CodecResult<Vec<Document>> {
        match self.problem {
            Some(problem) => Err(problem),
            None => Ok(self.list),
        }
    }
}

/// Returns whether the last stage writes its rows to a collection.
pub(crate) fn writes(stages: &[Document]) -> bool {
    let last = stages.last().and_then(|stage| stage.keys().next());
    last.is_some_and(|name| matches!(name.as_str(), "$out" | "$merge"))
}

impl<In> Pipeline<In> {
    /// Returns a pipeline without stages. Its rows are the documents.
    pub fn new() -> Self {
        Self::at(Detached::default())
    }
}

impl<M: Model, Row> Pipeline<M, Row> {
    /// Reads deleted documents too, if this pipeline is an argument of a stage such as
    /// [`union_with`](Self::union_with).
    ///
    /// Without this, its stages begin with a `$match` that excludes them. For the pipeline of
    /// [`aggregate`](crate::Collection::aggregate), use [`Collection::with_deleted`](crate::Collection::with_deleted).
    pub fn with_deleted(mut self) -> Self
    where
        M: SoftDelete,
    {
        self.target.scope.deleted = Deleted::Included;
        self
    }

    /// Reads only the documents of this tenant, if this pipeline is an argument of a stage such as
    /// [`union_with`](Self::union_with). A pipeline over a model with a tenant that specifies none is then an error for
    /// which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn tenant<K>(mut self, tenant: impl Operand<M::Tenant, K>) -> Self
    where
        M: Tenanted,
    {
        self.target.scope.tenant = Tenant::of(tenant.operand());
        self
    }

    /// Reads the documents of all tenants, if this pipeline is an argument of a stage such as
    /// [`union_with`](Self::union_with).
    pub fn all_tenants(mut self) -> Self
    where
        M: Tenanted,
    {
        self.target.scope.tenant = Tenant::All;
        self
    }

    /// Returns the stages for a stage that runs them on the collection of `M`, limited to the documents that the
    /// policies of `M` let it read. `outer` is what that stage specifies about them.
    pub(crate) fn into_scoped(self, outer: &Scope) -> CodecResult<Vec<Document>> {
        scoped_stages(&self.target.scope.or(outer), M::POLICIES, self.stages.into_list()?)
    }
}

impl<M> Pipeline<M, M, InUpdate> {
    /// Returns a pipeline without stages that is an update.
    pub(crate) fn in_update() -> Self {
        Self::at(InUpdate)
    }
}

impl<In> Default for Pipeline<In> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M, P> Pipeline<M, M, P> {
    /// Returns a pipeline without stages that runs on `target`.
    pub(crate) fn at(target: P) -> Self {
        Self { stages: RawStages::default(), target, rows: PhantomData }
    }
}

impl<In, Row, P> Pipeline<In, Row, P> {
    /// Adds a stage, after which the row type is `N`.
    pub(crate) fn then<N>(mut self, name: &'static str, argument: CodecResult<Bson>) -> Pipeline<In, N, P> {
        self.stages.push(name, argument);
        self.retyped()
    }

    /// Adds a stage with an argument in the driver's form.
    fn then_raw<N>(self, name: &'static str, argument: Document) -> Pipeline<In, N, P> {
        self.then(name, bounded_document(argument, MAX_NESTING - 1).map(Into::into))
    }

    /// Changes the row type, unless a check of it has failed.
    fn checked<N>(mut self, check: CodecResult<()>) -> Pipeline<In, N, P> {
        if let Err(problem) = check {
            self.stages.problem.get_or_insert(problem);
        }
        self.retyped()
    }

    fn retyped<N>(self) -> Pipeline<In, N, P> {
        Pipeline { stages: self.stages, target: self.target, rows: PhantomData }
    }

    /// Returns the stages as they are sent.
    pub(crate) fn into_rendered(self) -> CodecResult<Vec<Document>> {
        self.stages.into_list()
    }

    /// Changes what the pipeline runs on.
    pub(crate) fn with_target<Q>(self, target: impl FnOnce(P) -> Q) -> Pipeline<In, Row, Q> {
        Pipeline { stages: self.stages, target: target(self.target), rows: PhantomData }
    }

    /// Returns what the pipeline runs on.
    pub(crate) fn target(&self) -> &P {
        &self.target
    }

    /// Returns what the pipeline runs on, for a setter to change.
    pub(crate) fn target_mut(&mut self) -> &mut P {
        &mut self.target
    }

    /// Returns whether the last stage writes its rows to a collection: `$out` or `$merge`.
    pub(crate) fn writes(&self) -> bool {
        writes(&self.stages.list)
    }

    /// Returns the stages as they are sent, and what the pipeline runs on.
    pub(crate) fn into_parts(self) -> (Result<Vec<Document>>, P) {
        (self.stages.into_list().map_err(Into::into), self.target)
    }

    /// Adds a stage in the driver's form that does not change the row type.
    pub fn stage(mut self, stage: Document) -> Self {
        self.stages.push_raw(stage);
        self
    }

    /// Adds a stage in the driver's form. You specify the row type after it: `.stage_as::<Nearby>(doc! { .. })`.
    pub fn stage_as<N>(self, stage: Document) -> Pipeline<In, N, P> {
        self.stage(stage).retyped()
    }

    /// Declares that the rows are `N`s, for example after a stage in the driver's form: `.unset(|o| o.notes()).cast::<Brief>()`.
    /// What is sent does not change. Nothing is checked: a row that is not an `N` is an error when it is read.
    /// [`view`](Self::view) checks the fields.
    pub fn cast<N: Value>(self) -> Pipeline<In, N, P> {
        self.retyped()
    }

    /// Reads the rows as `Document`s, without a declared type.
    pub fn as_documents(self) -> Pipeline<In, Document, P> {
        self.retyped()
    }

    /// Returns the stages as they are sent.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if an operand cannot be stored.
    pub fn into_stages(self) -> Result<Vec<Document>> {
        self.into_parts().0
    }
}

impl<In, Row, P: Clone> Clone for Pipeline<In, Row, P> {
    fn clone(&self) -> Self {
        Self { stages: self.stages.clone(), target: self.target.clone(), rows: PhantomData }
    }
}

/// Displays the stages as they are sent, in relaxed extended JSON and with their values. Log them only if the values may be
/// logged. A pipeline that cannot be sent displays its error.
impl<In, Row, P> fmt::Display for Pipeline<In, Row, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.stages.clone().into_list() {
            Ok(stages) => ExtendedJson(&*stages).fmt(f),
            Err(problem) => write!(f, "<{problem}>"),
        }
    }
}

impl<In, Row, P> fmt::Debug for Pipeline<In, Row, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pipeline").finish_non_exhaustive()
    }
}
