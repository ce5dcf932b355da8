//! `watch`: opens a change stream of a collection.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::Document, change_stream::event::ResumeToken as DriverToken, options::ChangeStreamOptions,
};

use super::{
    Builder, HasTarget, OperationTarget, WithDeadline, setters::setters, stream_setters::stream_setters,
};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    model::Model,
    operation::Verb,
    pipeline::{ChangeStreamPipeline, InChangeStream, Pipeline},
    query::Query,
    watch::{
        Change, ChangeStream, ResumeToken,
        document_filters::{DocumentFilters, document_filters},
        options::StreamOptions,
        raw_stream::RawStream,
        resume_state::Start,
    },
};

pub(super) const WATCH: Verb = Verb::reads("watch", "aggregate").reading();

impl<M: Model> Collection<M> {
    /// Opens a change stream of this collection.
    ///
    /// `{ aggregate: <collection>, pipeline: [{ $changeStream: {} }], cursor: {} }`
    ///
    /// The stream starts with the changes from now on, unless [`resume_after`](Watch::resume_after),
    /// [`start_after`](Watch::start_after) or [`start_at`](Watch::start_at) sets another start. Change streams need a
    /// replica set (with one member or more) or a sharded cluster.
    ///
    /// Awaiting it returns a [`ChangeStream`], which resumes by itself after lost connections and elections. If the
    /// connection fails while the stream is opened, opening is tried three times, or once if the client has
    /// `retryReads=false`. After that, the stream does not depend on this option.
    ///
    /// A delete that keeps the document, by the [policies](macro@crate::Model#policies) of the model, is an update of
    /// its field. For a model with a tenant, open the stream on [`all_tenants`](Collection::all_tenants).
    ///
    /// # Errors
    ///
    /// Returns one of these errors:
    ///
    /// - [`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken): the token is not one of this collection.
    /// - [`HistoryLost`](crate::ErrorKind::HistoryLost): the oplog no longer contains the start of the stream.
    /// - [`is_unauthorized`](crate::Error::is_unauthorized): the user may not watch the collection.
    /// - [`is_unavailable`](crate::Error::is_unavailable): no server is available.
    /// - [`is_not_sent`](crate::Error::is_not_sent): an argument is not valid, or the model has a tenant and the handle
    ///   is not one of all tenants.
    ///
    /// ```no_run
    /// # use odm::{Collection, Model, watch::ResumeToken};
    /// # async fn f<Order: Model>(orders: Collection<Order>, stored: Option<ResumeToken>) -> odm::Result<()> {
    /// let mut changes = orders.watch().resume_after(stored).await?;
    /// while let Some(change) = changes.next().await.transpose()? {
    ///     println!("{:?}", change.token());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn watch(&self) -> Watch<M> {
        Watch {
            target: self.target(),
            start: Ok(Start::Now),
            options: ChangeStreamOptions::default(),
            filters: DocumentFilters::default(),
            pipeline: Change::pipeline(),
            max_outage: None,
        }
    }
}

/// Opens a change stream of a collection.
///
/// Construct with [`Collection::watch`]. The stream runs in a session of its own, with the read concern `majority`
/// unless [`read_concern`](Self::read_concern) sets another one.
#[must_use = "nothing is watched until the action is awaited"]
pub struct Watch<M, Row = Change<M>> {
    target: Target,
    start: Result<Start>,
    options: ChangeStreamOptions,
    filters: DocumentFilters,
    pipeline: Pipeline<M, Row, InChangeStream>,
    max_outage: Option<Duration>,
}

setters!([M, Row] Watch<M, Row>, of M: show_expanded_events collation comment read_concern read_preference);

impl<M, Row> HasTarget for Watch<M, Row> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Collection(self.target.clone())
    }
}

impl<M, Row> Builder for Watch<M, Row> {
    type Options = ChangeStreamOptions;

    fn options(&mut self) -> &mut ChangeStreamOptions {
        &mut self.options
    }
}

impl<M, Row> super::TakesComment for Watch<M, Row> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.start = Err(problem)).ok()
    }
}

impl<M, Row> Watch<M, Row> {
    /// Replaces all options by those of the driver's struct, including the start.
    ///
    /// The read concern is `majority` unless the options contain one.
    pub fn with_options(mut self, options: ChangeStreamOptions) -> Self {
        self.start = self.start.and(start_of(&options));
        self.options = options;
        self
    }

    stream_setters!(options);
    stream_setters!(start);

    /// Adds stages after `$changeStream`. The closure receives a pipeline whose rows are the events, and returns it with
    /// the stages.
    ///
    /// `{ aggregate: <collection>, pipeline: [{ $changeStream: {} }, ..] }`
    ///
    /// The stages that a change stream accepts are `$match`, `$project`, `$set`, `$unset`, `$replaceWith` and `$redact`,
    /// and `$changeStreamSplitLargeEvent` as the last one. The stream then returns the row type of the pipeline. It is
    /// [`Change`] as long as no stage changes the fields of the events.
    ///
    /// A condition on `full_document` that is looked up may no longer hold for the last change when the stream resumes,
    /// and then the server does not find it: an error of kind [`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken).
    /// [`matching`](Self::matching) does not have this problem.
    ///
    /// Each row must keep the `_id` of its event, because the stream resumes from it: declare a field
    /// `#[odm(id)] token: ResumeToken` in the shape of the rows.
    ///
    /// # Errors
    ///
    /// Awaiting it returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if a stage changes or
    /// removes `_id`.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, Shape, watch::ResumeToken};
    /// # use odm::mongodb::change_stream::event::OperationType;
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i32 }
    /// #[derive(Shape)]
    /// struct Sale {
    ///     #[odm(id)]
    ///     token: ResumeToken,
    ///     total: Option<i32>,
    /// }
    ///
    /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
    /// let mut sales = orders
    ///     .watch()
    ///     .pipeline(|changes| {
    ///         changes
    ///             .matching(|c| c.operation_type().eq(OperationType::Insert) & c.full_document().total().gt(0))
    ///             .project(|c| SaleOf { token: c.id(), total: c.full_document().total() })
    ///     })
    ///     .await?;
    /// while let Some(sale) = sales.next().await.transpose()? {
    ///     println!("{:?} at {:?}", sale.total, sale.token);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn pipeline<N, P: ChangeStreamPipeline>(
        self,
        stages: impl FnOnce(Pipeline<M, Row, InChangeStream>) -> Pipeline<M, N, P>,
    ) -> Watch<M, N> {
        Watch {
            pipeline: stages(self.pipeline).with_target(|_| InChangeStream),
            target: self.target,
            start: self.start,
            options: self.options,
            filters: self.filters,
            max_outage: self.max_outage,
        }
    }

    /// Adds a stage in the driver's form after `$changeStream`, such as `{ $match: { operationType: "insert" } }`.
    ///
    /// A stage must not change `_id`, `operationType` and the fields of its kind of event (`documentKey`,
    /// `fullDocument`, `updateDescription`, `to`). Documents that it changes must fit the model: the stream stops before
    /// an event that cannot be decoded. A stage that obviously changes `_id` is refused.
    pub fn stage(mut self, stage: Document) -> Self {
        self.pipeline = self.pipeline.stage(stage);
        self
    }
}

fn start_of(options: &ChangeStreamOptions) -> Result<Start> {
    let token = |token: &DriverToken| ResumeToken::try_from(token).map_err(Error::from);
    match (&options.resume_after, &options.start_after, options.start_at_operation_time) {
        (None, None, None) => Ok(Start::Now),
        (Some(after), None, None) => token(after).map(Start::Resume),
        (None, Some(after), None) => token(after).map(Start::After),
        (None, None, Some(time)) => Ok(Start::AtTime(time)),
        _ => Err(Error::refused(
            "the options contain more than one of `resume_after`, `start_after` and `start_at_operation_time`",
        )),
    }
}

// `Row` has no bound here, because rustc would report a row that cannot be decoded as "not a future". The methods of
// the stream have the bound, with a message of their own.
impl<M: Model, Row> IntoFuture for Watch<M, Row> {
    type Output = Result<ChangeStream<M, Row>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        // The future does not contain the type of the rows.
        let parts = self.into_parts();
        Box::pin(async move {
            let (request, start, max_outage) = parts?;
            Ok(ChangeStream::new(RawStream::open(request, start, max_outage).await?))
        })
    }
}

impl<M: Model, Row> Watch<M, Row> {
    document_filters!();

    /// Returns the request, where it starts, and how long an outage may be.
    pub(crate) fn into_parts(self) -> Result<(StreamOptions, Start, Option<Duration>)> {
        let Self { target, start, mut options, filters, pipeline, max_outage } = self;
        let filters = filters.into_filters(&mut options)?;
        let query = Query::new(pipeline.into_stages()?, options).finish(target.policies())?;
        let request = StreamOptions::new(&target, query)?.with_filters(filters);
        Ok((request, start?, max_outage))
    }
}

impl<M, Row> fmt::Debug for Watch<M, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("on", &self.target).finish_non_exhaustive()
    }
}

impl<M: Model, Row> Watch<M, Row> {
    /// Limits how long opening the stream may take: see [`WithDeadline`]. It does not limit the stream.
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true.
    pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
        let on = OperationTarget::Collection(self.target.clone());
        WithDeadline::new(self, after, on, WATCH)
    }
}
