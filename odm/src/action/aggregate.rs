//! `aggregate`: rows that the server computes, from the documents of a collection or from nothing.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    bson::{Bson, Document},
    options::AggregateOptions,
    raw_batch_cursor::{RawBatchCursor, SessionRawBatchCursor},
};

use super::{
    AsSession, Builder, Explicit, Implicit, Place, Reports, Within, command,
    deadline::limit,
    explain::{Explain, Explained, explain},
    prepare::Problems,
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
    pipeline::{self, Pipeline},
};

pub(super) const AGGREGATE: Verb = Verb::new("aggregate", "aggregate");

/// A pipeline on its collection or its database, waiting to be awaited.
///
/// `In` is the model, or `Document` of a database; `Row` is what a row is after the last stage. The stages are methods of [`Pipeline`].
pub type Aggregate<In, Row = In, S = Implicit> = Pipeline<In, Row, OnCollection<S>>;

/// The place of a pipeline that runs on a collection, or on a database.
pub struct OnCollection<S = Implicit> {
    on: Place,
    problems: Problems,
    options: AggregateOptions,
    session: S,
}

setters!([In, Row, S] Aggregate<In, Row, S>, of In:
    batch_size hint collation let_ allow_disk_use bypass_document_validation comment max_time read_concern
    read_preference write_concern);
explain!([In, Row] Aggregate<In, Row>);

impl<M: Model> Collection<M> {
    /// Begins an aggregation over the documents of the collection.
    ///
    /// `{ aggregate: <collection>, pipeline: [ .. ] }`
    ///
    /// Add stages, then await. `await` gives a [`Cursor`] of rows; with [`session`](Pipeline::session), a
    /// [`SessionCursor`]. The stages are those of the manual; one that has no method is added by
    /// [`stage`](Pipeline::stage).
    ///
    /// # Errors
    ///
    /// [`is_not_sent`](crate::Error::is_not_sent): a stage holds a value that cannot be stored. Of the cursor's
    /// items: [`is_decode`](crate::Error::is_decode), a row does not fit its type.
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
    pub fn aggregate(&self) -> Aggregate<M> {
        Pipeline::at(OnCollection::new(self.target().into()))
    }
}

impl Database {
    /// Begins an aggregation whose first stage makes its rows itself, such as `$documents` or `$currentOp`.
    ///
    /// `{ aggregate: 1, pipeline: [ .. ] }`
    ///
    /// Add the stages with [`stage`](Pipeline::stage), or with [`stage_as`](Pipeline::stage_as) where the rows have a type:
    /// they are `Document`s until then. `await` gives a [`Cursor`] of rows; with [`session`](Pipeline::session), a
    /// [`SessionCursor`].
    ///
    /// # Errors
    ///
    /// A pipeline that does not begin with such a stage is an error of the server.
    ///
    /// ```no_run
    /// # use odm::{Database, Shape, bson::doc, pipeline::sum};
    /// #[derive(Shape)]
    /// struct Item {
    ///     sku: String,
    ///     qty: i32,
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let items: Vec<Item> = db
    ///     .aggregate()
    ///     .stage_as::<Item>(doc! { "$documents": [{ "sku": "pear", "qty": 2 }, { "sku": "plum", "qty": 0 }] })
    ///     .matching(|item| item.qty().gt(0))
    ///     .await?
    ///     .try_collect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn aggregate(&self) -> Aggregate<Document> {
        Pipeline::at(OnCollection::new(Place::Database(self.clone())))
    }
}

impl OnCollection {
    fn new(on: Place) -> Self {
        Self { on, problems: Problems::default(), options: AggregateOptions::default(), session: Implicit }
    }
}

impl<In, Row, S> Aggregate<In, Row, S> {
    /// Takes all options from the driver's struct, in place of those set so far.
    pub fn with_options(self, options: AggregateOptions) -> Self {
        self.moved(|place| OnCollection { options, problems: Problems::default(), ..place })
    }
}

impl<S> fmt::Debug for OnCollection<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OnCollection").field("on", &self.on).finish_non_exhaustive()
    }
}

impl<In, Row, S> Builder for Aggregate<In, Row, S> {
    type Options = AggregateOptions;

    fn on(&self) -> Place {
        self.place().on.clone()
    }

    fn options(&mut self) -> &mut AggregateOptions {
        &mut self.place_mut().options
    }
}

impl<In, Row, S> Reports for Aggregate<In, Row, S> {
    fn problems(&mut self) -> &mut Problems {
        &mut self.place_mut().problems
    }
}

impl<In, Row> Explained for Aggregate<In, Row> {
    fn explained(self) -> Explain {
        let (stages, OnCollection { on, problems, options, .. }) = self.into_parts();
        let from = match &on {
            Place::Collection(target) => target.name().into(),
            Place::Database(_) => Bson::Int32(1),
        };
        let command = problems.or(stages).and_then(|stages| command::aggregate(from, stages, &options));
        Explain::new(on, command, options.selection_criteria)
    }
}

impl<In, Row> Aggregate<In, Row> {
    /// Runs in this session.
    ///
    /// The aggregation borrows the session until its cursor is dropped, and takes only one.
    pub fn session(self, session: &mut impl AsSession) -> Aggregate<In, Row, Explicit<'_>> {
        self.moved(|place| OnCollection {
            on: place.on,
            problems: place.problems,
            options: place.options,
            session: Explicit::new(session),
        })
    }
}

// A row that cannot be decoded is told by the cursor's methods, in our words: here it would be "not a future".
impl<In, Row> IntoFuture for Aggregate<In, Row> {
    type Output = Result<Cursor<Row>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (stages, place) = self.into_parts();
        let OnCollection { on, problems, options, session: Implicit } = place;
        let sent = exec::completed(Box::pin(send(on.clone(), problems.or(stages), options)));
        Box::pin(async move { Ok(Cursor::new(on, AGGREGATE.reading(), sent.await?)) })
    }
}

impl<'s, In, Row> IntoFuture for Aggregate<In, Row, Explicit<'s>> {
    type Output = Result<SessionCursor<'s, Row>>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (stages, place) = self.into_parts();
        Box::pin(async move {
            let OnCollection { on, problems, options, session: Explicit(session) } = place;
            let driver = send_in(&on, problems.or(stages), options, session).await?;
            Ok(SessionCursor::new(on, AGGREGATE.reading(), driver, session))
        })
    }
}

async fn send(on: Place, stages: Result<Vec<Document>>, options: AggregateOptions) -> Result<RawBatchCursor> {
    let stages = on.operation(AGGREGATE).check(stages)?;
    let operation = on.operation(verb(&stages));
    exec::run(operation, call(&on, stages).with_options(options).batch()).await
}

async fn send_in(
    on: &Place,
    stages: Result<Vec<Document>>,
    options: AggregateOptions,
    session: &mut ClientSession,
) -> Result<SessionRawBatchCursor> {
    let stages = on.operation(AGGREGATE).check(stages)?;
    let operation = on.operation(verb(&stages));
    exec::run(operation, call(on, stages).with_options(options).session(session).batch()).await
}

/// The call of the driver, without its options.
fn call(on: &Place, stages: Vec<Document>) -> mongodb::action::Aggregate<'_> {
    match on {
        Place::Collection(target) => target.driver().aggregate(stages),
        Place::Database(database) => database.driver().aggregate(stages),
    }
}

/// The verb of these stages: most only read.
fn verb(stages: &[Document]) -> Verb {
    if pipeline::writes(stages) { AGGREGATE } else { AGGREGATE.reading() }
}

impl<In, Row> Aggregate<In, Row> {
    /// How long it may take, the life of the cursor included: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout). The server is told too: `{ maxTimeMS: n }`.
    pub fn deadline(mut self, after: Duration) -> Within<Self> {
        limit(&mut self.options().max_time, after);
        let on = self.on();
        let verb = if self.writes() { AGGREGATE } else { AGGREGATE.reading() };
        Within::new(self, after, on, verb)
    }
}
