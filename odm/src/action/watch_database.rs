//! `watch` of a database or a deployment: opens a change stream of several models.

use std::{fmt, future::IntoFuture, marker::PhantomData, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, doc},
    options::ChangeStreamOptions,
};

use super::{
    Builder, HasTarget, OperationTarget, WithDeadline, setters::setters, stream_setters::stream_setters,
    watch::WATCH,
};
use crate::{
    database::Database,
    error::Result,
    filter::IntoFilter,
    model::Model,
    path::Root,
    query::Query,
    query::stream_of_all_tenants,
    watch::{
        ChangeStream, ChangesOf, ModelChanges,
        document_filters::{DocumentFilters, Image},
        options::{Source, StreamOptions},
        raw_stream::RawStream,
        resume_state::Start,
    },
};

impl Database {
    /// Opens one change stream of several models of this database.
    ///
    /// `{ aggregate: 1, pipeline: [{ $changeStream: {} }, { $match: { .. } }], cursor: {} }`
    ///
    /// [`changes!`](crate::changes) declares the type of its rows. Only the changes of the collections of these models
    /// are sent, in their order, and the drop of the database. The stream starts with the changes from now on, unless
    /// a setter sets another start.
    ///
    /// Awaiting it returns a [`ChangeStream`], which resumes by itself as that of a
    /// [collection](crate::Collection::watch). If a collection is dropped or renamed, the stream continues. It ends
    /// when the database is dropped.
    ///
    /// If documents of one of the models belong to [tenants](macro@crate::Model#policies), the stream must be opened with
    /// [`all_tenants`](WatchDatabase::all_tenants).
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Collection::watch`](crate::Collection::watch).
    pub fn watch<C: ModelChanges>(&self) -> WatchDatabase<C> {
        WatchDatabase::new(self, false)
    }

    /// Opens one change stream of several models in all databases of the deployment.
    ///
    /// `{ aggregate: 1, pipeline: [{ $changeStream: { allChangesForCluster: true } }, { $match: { .. } }], cursor: {} }`,
    /// sent to the database `admin`
    ///
    /// The changes of a model are those of the collections with its name, in every database.
    /// [`Change::namespace`](crate::watch::Change::namespace) returns the database. The user must be allowed to watch
    /// the deployment, as with the role `readAnyDatabase`. Awaiting it returns a [`ChangeStream`], which continues when
    /// a database is dropped.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Collection::watch`](crate::Collection::watch).
    pub fn watch_deployment<C: ModelChanges>(&self) -> WatchDatabase<C> {
        WatchDatabase::new(self, true)
    }
}

/// Opens a change stream of several models.
///
/// Construct with [`Database::watch`] or [`Database::watch_deployment`]. The stream runs in a session of its own, with
/// the read concern `majority` unless [`read_concern`](Self::read_concern) sets another one.
#[must_use = "nothing is watched until the action is awaited"]
pub struct WatchDatabase<C> {
    database: Database,
    source: Source,
    start: Result<Start>,
    options: ChangeStreamOptions,
    filters: DocumentFilters,
    stages: Vec<Document>,
    max_outage: Option<Duration>,
    /// Whether the stream may contain changes of all tenants.
    all_tenants: bool,
    rows: PhantomData<fn() -> C>,
}

setters!([C] WatchDatabase<C>, of C: show_expanded_events collation comment read_concern read_preference);

impl<C> HasTarget for WatchDatabase<C> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Database(self.database.clone())
    }
}

impl<C> Builder for WatchDatabase<C> {
    type Options = ChangeStreamOptions;

    fn options(&mut self) -> &mut ChangeStreamOptions {
        &mut self.options
    }
}

impl<C> super::TakesComment for WatchDatabase<C> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.start = Err(problem)).ok()
    }
}

impl<C: ModelChanges> WatchDatabase<C> {
    fn new(database: &Database, of_deployment: bool) -> Self {
        let names: Vec<&str> = C::MODELS.iter().map(|model| model.collection()).collect();
        let models = doc! { "$or": [{ "ns.coll": { "$in": names } }, { "ns.coll": { "$exists": false } }] };
        Self {
            database: database.clone(),
            source: if of_deployment { Source::Deployment } else { Source::Database },
            start: Ok(Start::Now),
            options: ChangeStreamOptions::default(),
            filters: DocumentFilters::default(),
            stages: vec![doc! { "$match": models }],
            max_outage: None,
            all_tenants: false,
            rows: PhantomData,
        }
    }
}

impl<C> WatchDatabase<C> {
    /// Lets the stream contain the changes of all tenants, if documents of one of the models belong to
    /// [tenants](macro@crate::Model#policies). A stream cannot be limited to one of them, because the change of a delete
    /// does not contain the tenant.
    pub fn all_tenants(mut self) -> Self {
        self.all_tenants = true;
        self
    }

    /// Selects those changes of a model whose document matches after the change, as
    /// [`Watch::matching`](super::Watch::matching). The changes of the other models are not affected.
    ///
    /// `{ $match: { $or: [{ "ns.coll": { $ne: "orders" } }, ..] } }`
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model, changes};
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, status: String }
    /// changes! {
    ///     #[derive(Debug)]
    ///     enum ShopChange { Order(Order) }
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let mut changes = db.watch::<ShopChange>().matching::<Order, _>(|o| o.status().eq("paid")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn matching<M: Model, F: IntoFilter<M>>(self, condition: impl FnOnce(Root<M>) -> F) -> Self
    where
        C: ChangesOf<M>,
    {
        self.filtered(Image::After, condition(M::fields()))
    }

    /// Selects those changes of a model whose document matched before the change, as
    /// [`Watch::matching_before`](super::Watch::matching_before). Unless `full_document_before_change` is set, all
    /// collections of the stream must keep pre-images.
    pub fn matching_before<M: Model, F: IntoFilter<M>>(self, condition: impl FnOnce(Root<M>) -> F) -> Self
    where
        C: ChangesOf<M>,
    {
        self.filtered(Image::Before, condition(M::fields()))
    }

    /// Selects those changes of a model whose document matches after the change, or matched before it, as
    /// [`Watch::matching_either`](super::Watch::matching_either). Unless `full_document_before_change` is set, all
    /// collections of the stream must keep pre-images.
    pub fn matching_either<M: Model, F: IntoFilter<M>>(self, condition: impl FnOnce(Root<M>) -> F) -> Self
    where
        C: ChangesOf<M>,
    {
        self.filtered(Image::Either, condition(M::fields()))
    }

    fn filtered<M: Model>(mut self, image: Image, filter: impl IntoFilter<M>) -> Self {
        self.filters.add(image, Some(M::COLLECTION), filter.into_filter());
        self
    }

    stream_setters!(options);
    stream_setters!(start);

    /// Adds a stage in the driver's form, such as `{ $match: { operationType: "insert" } }`, as in
    /// [`Watch::stage`](super::Watch::stage).
    pub fn stage(mut self, stage: Document) -> Self {
        self.stages.push(stage);
        self
    }

    /// Limits how long opening the stream may take: see [`WithDeadline`]. It does not limit the stream.
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true.
    pub fn deadline(self, after: Duration) -> WithDeadline<Self> {
        let on = OperationTarget::Database(self.database.clone());
        WithDeadline::new(self, after, on, WATCH)
    }
}

impl<C: ModelChanges> IntoFuture for WatchDatabase<C> {
    type Output = Result<ChangeStream<Database, C>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { database, source, start, mut options, filters, stages, max_outage, all_tenants, .. } =
            self;
        let filters = filters.into_filters(&mut options);
        let has_tenants = C::MODELS.iter().any(|model| model.policies().tenant().is_some());
        Box::pin(async move {
            if has_tenants && !all_tenants {
                return database.operation(WATCH).check(Err(stream_of_all_tenants("add `.all_tenants()`")));
            }
            // The models of a database have no policies in common.
            let query = Query::new(stages, options).unscoped(database.servers())?;
            let request = StreamOptions::of(database, source, None, query)?.with_filters(filters?);
            Ok(ChangeStream::new(RawStream::open(request, start?, max_outage).await?))
        })
    }
}

impl<C> fmt::Debug for WatchDatabase<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WatchDatabase").field("on", &self.database).finish_non_exhaustive()
    }
}
