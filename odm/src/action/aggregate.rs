//! `aggregate`: runs a pipeline on a collection or on a database.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::AggregateOptions};

use super::{
    AsSession, Builder, CollectsProblems, ExplicitSession, HasTarget, ImplicitSession, OperationTarget,
    WithDeadline,
    deadline::limit,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    read,
    setters::setters,
};
use crate::{
    collection::Collection,
    cursor::{Cursor, SessionCursor},
    database::Database,
    error::Result,
    exec,
    model::Model,
    operation::Verb,
    pipeline::{
        self, AllowsGroup, AllowsMatch, AllowsOut, AllowsRedact, AllowsScore, AllowsSet, Pipeline, TopLevel,
    },
    query::Query,
};

pub(super) const AGGREGATE: Verb = Verb::reads("aggregate", "aggregate");

/// An aggregation: a pipeline with the collection or the database that it runs on.
///
/// `In` is the model, or `Document` for a database. `Row` is the type of the rows after the last stage. The stages
/// are methods of [`Pipeline`].
pub type Aggregate<In, Row = In, S = ImplicitSession> = Pipeline<In, Row, OnCollection<S>>;

/// The target of a pipeline that runs on a collection, or on a database.
pub struct OnCollection<S = ImplicitSession> {
    on: OperationTarget,
    problems: Problems,
    options: AggregateOptions,
    session: S,
}

setters!([In, Row, S] Aggregate<In, Row, S>, of In:
    batch_size hint collation let_ allow_disk_use bypass_document_validation comment max_time read_concern
    read_preference write_concern);
explain!([In, Row] Aggregate<In, Row>);

impl<M: Model> Collection<M> {
    /// Starts an aggregation over the documents of the collection.
    ///
    /// `{ aggregate: <collection>, pipeline: [ .. ] }`
    ///
    /// Add stages, then await. Awaiting it returns a [`Cursor`] of rows, or a [`SessionCursor`] in a
    /// [`session`](Pipeline::session). A stage of the manual that has no method is added by
    /// [`stage`](Pipeline::stage).
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if a stage contains a value that
    /// cannot be stored. The cursor returns an error for which [`is_decode`](crate::Error::is_decode) is true if a
    /// row does not fit its type.
    ///
    /// ```no_run
    /// # use odm::{Collection, Model, Shape, Id, pipeline::count};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, city: String }
    /// #[derive(Shape)]
    /// struct City {
    ///     #[odm(id)]
    ///     name: String,
    ///     orders: i64,
    /// }
    ///
    /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
    /// let cities: Vec<City> = orders
    ///     .aggregate()
    ///     .group(|o| CityOf { name: o.city(), orders: count() })
    ///     .sort(|c| c.orders().desc())
    ///     .limit(10)
    ///     .await?
    ///     .try_collect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn aggregate(&self) -> Aggregate<M> {
        Pipeline::at(OnCollection::new(self.target().into()))
    }
}

impl Database {
    /// Starts an aggregation whose first stage creates the rows, such as `$documents` or `$currentOp`.
    ///
    /// `{ aggregate: 1, pipeline: [ .. ] }`
    ///
    /// Begin with [`documents`](Pipeline::documents) or [`current_op`](Pipeline::current_op), or with any stage by
    /// [`stage_as`](Pipeline::stage_as), which specifies the type of the rows. Awaiting it returns a [`Cursor`] of rows,
    /// or a [`SessionCursor`] in a [`session`](Pipeline::session).
    ///
    /// # Errors
    ///
    /// Returns an error of the server if the pipeline does not start with such a stage.
    ///
    /// ```no_run
    /// # use odm::{Database, Shape};
    /// #[derive(Shape)]
    /// struct Item {
    ///     sku: String,
    ///     qty: i32,
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let items: Vec<Item> = db
    ///     .aggregate()
    ///     .documents([Item { sku: "pear".into(), qty: 2 }, Item { sku: "plum".into(), qty: 0 }])
    ///     .matching(|item| item.qty().gt(0))
    ///     .await?
    ///     .try_collect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn aggregate(&self) -> Aggregate<Document> {
        Pipeline::at(OnCollection::new(OperationTarget::Database(self.clone())))
    }
}

impl OnCollection {
    pub(super) fn new(on: OperationTarget) -> Self {
        Self {
            on,
            problems: Problems::default(),
            options: AggregateOptions::default(),
            session: ImplicitSession,
        }
    }
}

impl<In, Row, S> Aggregate<In, Row, S> {
    /// Replaces all options by those of the driver's struct.
    pub fn with_options(self, options: AggregateOptions) -> Self {
        self.with_target(|target| OnCollection { options, problems: Problems::default(), ..target })
    }
}

impl<S> fmt::Debug for OnCollection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCollection").field("on", &self.on).finish_non_exhaustive()
    }
}

impl<In, Row, S> HasTarget for Aggregate<In, Row, S> {
    fn on(&self) -> OperationTarget {
        self.target().on.clone()
    }
}

impl<In, Row, S> Builder for Aggregate<In, Row, S> {
    type Options = AggregateOptions;

    fn options(&mut self) -> &mut AggregateOptions {
        &mut self.target_mut().options
    }
}

impl<In, Row, S> CollectsProblems for Aggregate<In, Row, S> {
    fn problems(&mut self) -> &mut Problems {
        &mut self.target_mut().problems
    }
}

impl<In, Row, S> Aggregate<In, Row, S> {
    fn into_query(self) -> (OperationTarget, Result<Query<Vec<Document>, AggregateOptions>>, S) {
        let (stages, OnCollection { on, problems, options, session }) = self.into_parts();
        (on, problems.or(stages).map(|stages| Query::new(stages, options)), session)
    }
}

impl<In, Row> Explained for Aggregate<In, Row> {
    fn explained(self) -> Explain {
        let (on, query, _) = self.into_query();
        Explain::of_read(on, query)
    }
}

impl<In, Row> Aggregate<In, Row> {
    /// Runs the aggregation in this session.
    ///
    /// The aggregation borrows the session until its cursor is dropped. It can have only one session.
    pub fn session(self, session: &mut impl AsSession) -> Aggregate<In, Row, ExplicitSession<'_>> {
        self.with_target(|target| OnCollection {
            on: target.on,
            problems: target.problems,
            options: target.options,
            session: ExplicitSession::new(session),
        })
    }
}

// `Row` has no bound here, because rustc would report a row that cannot be decoded as "not a future". The methods of
// the cursor have the bound, with a message of their own.
impl<In, Row> IntoFuture for Aggregate<In, Row> {
    type Output = Result<Cursor<Row>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (on, query, _) = self.into_query();
        let sent = exec::completed(Box::pin(read::aggregate(on.clone(), query)));
        Box::pin(async move { Ok(Cursor::new(on, AGGREGATE.reading(), sent.await?)) })
    }
}

impl<'s, In, Row> IntoFuture for Aggregate<In, Row, ExplicitSession<'s>> {
    type Output = Result<SessionCursor<'s, Row>>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (on, query, session) = self.into_query();
        Box::pin(async move {
            let mut lent = session.into_lent(on.operation(AGGREGATE))?;
            let driver = Box::pin(read::aggregate_in(&on, query, &mut lent)).await?;
            Ok(SessionCursor::new(on, AGGREGATE.reading(), driver, lent))
        })
    }
}

/// Returns the verb of these stages. Most stages only read.
pub(super) fn verb(stages: &[Document]) -> Verb {
    if pipeline::writes(stages) { AGGREGATE } else { AGGREGATE.reading() }
}

impl<S> AllowsMatch for OnCollection<S> {}
impl<S> AllowsRedact for OnCollection<S> {}
impl<S> AllowsScore for OnCollection<S> {}
impl<S> TopLevel for OnCollection<S> {}
impl<S> AllowsGroup for OnCollection<S> {}
impl<S> AllowsSet for OnCollection<S> {}
impl<S> AllowsOut for OnCollection<S> {}

impl<In, Row> Aggregate<In, Row> {
    /// Limits how long the aggregation may take, including the lifetime of the cursor: see [`WithDeadline`].
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The server
    /// receives the limit too: `{ maxTimeMS: n }`.
    pub fn deadline(mut self, after: Duration) -> WithDeadline<Self> {
        limit(&mut self.options().max_time, after);
        let on = self.on();
        let verb = if self.writes() { AGGREGATE } else { AGGREGATE.reading() };
        WithDeadline::new(self, after, on, verb)
    }
}
