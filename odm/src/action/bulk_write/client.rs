//! `bulk_write` of a database: writes to several collections in one command, since MongoDB 8.0.

mod hooked;
mod send;

use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use mongodb::{Namespace, bson::Bson, options::BulkWriteOptions};

use self::send::{ClientWrite, send};
use super::{IntoWrites, Write, result::id_of};
use crate::action::{deadline::deadline, setters::setters};
use crate::{
    action::{
        AsSession, Builder, CollectsProblems, ExplicitSession, HasTarget, ImplicitSession, OperationTarget,
        SessionState, prepare::Problems,
    },
    collection::Collection,
    database::Database,
    error::{Result, WriteCounts},
    exec,
    model::Model,
    operation::Verb,
};

pub(in crate::action) const CLIENT_BULK_WRITE: Verb = Verb::writes("bulk_write", "bulkWrite");

impl Database {
    /// Sends many writes to several collections in few commands. It needs MongoDB 8.0. For an older server, or for
    /// one collection, use [`Collection::bulk_write`](crate::Collection::bulk_write).
    ///
    /// `{ bulkWrite: 1, ops: [..], nsInfo: [..], ordered: true }`
    ///
    /// Every write is checked and encoded before the first is sent. If one of them cannot be sent, none is sent. An
    /// ordered bulk write (the default) stops at the first write that the server refuses; an
    /// [unordered](ClientBulkWrite::ordered) bulk write continues. Without writes, the action succeeds and sends
    /// nothing.
    ///
    /// A replacement or a `save` of a model with a [version](macro@crate::Model#policies) that matches nothing is no
    /// error of the server. So it is detected after the reply, and the writes after it are made, also in an ordered
    /// bulk write.
    ///
    /// Awaiting it returns a [`ClientBulkWriteResult`]: counts, and the ids of upserted documents by the position of
    /// their write.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`ErrorKind::Unsupported`](crate::ErrorKind::Unsupported) if the server is older,
    /// and one for which [`is_not_sent`](crate::Error::is_not_sent) is true if a write cannot be sent.
    /// [`bulk_write_error`](crate::Error::bulk_write_error) returns the outcome of each write, and the predicates are
    /// true as for [`Collection::bulk_write`](crate::Collection::bulk_write).
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model, Write};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, product: Id<Product> }
    /// # #[derive(Model)]
    /// # #[odm(collection = "products")]
    /// # struct Product { id: Id<Product>, stock: i64 }
    /// # async fn f(db: Database, orders: Vec<Order>) -> odm::Result<()> {
    /// let p = Product::fields();
    /// db.bulk_write()
    ///     .writes(orders.iter().map(|order| Write::update_one(p.id().eq(order.product), p.stock().inc(-1))))
    ///     .writes(orders.iter().map(Write::insert_one))
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn bulk_write(&self) -> ClientBulkWrite {
        ClientBulkWrite {
            database: self.clone(),
            writes: Vec::new(),
            problems: Problems::default(),
            options: BulkWriteOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Sends many writes to several collections.
///
/// Construct with [`Database::bulk_write`].
#[must_use = "nothing is written until the action is awaited"]
pub struct ClientBulkWrite<S = ImplicitSession> {
    database: Database,
    writes: Vec<Result<ClientWrite>>,
    problems: Problems,
    options: BulkWriteOptions,
    state: S,
}

setters!([S] ClientBulkWrite<S>, of M: ordered let_ bypass_document_validation comment write_concern);
deadline!([] ClientBulkWrite, CLIENT_BULK_WRITE, reply);

impl<S> ClientBulkWrite<S> {
    /// Adds a write to the collection of its model. For a model with a tenant, use [`writes_on`](Self::writes_on).
    pub fn write<M: Model>(self, write: impl Into<Write<M>>) -> Self {
        let collection = self.database.collection::<M>();
        self.writes_on(&collection, [write.into()])
    }

    /// Adds writes to the collection of their model. For a model with a tenant, use [`writes_on`](Self::writes_on).
    pub fn writes<M: Model, K>(self, writes: impl IntoWrites<M, K>) -> Self {
        let collection = self.database.collection::<M>();
        self.writes_on(&collection, writes)
    }

    /// Adds writes with the handle of their collection, which determines the tenant and whether deleted documents are
    /// included. The collection is the one of this database, even if the handle is one of another.
    ///
    /// ```no_run
    /// # use odm::{Database, Filter, Id, Model, Write, bson::DateTime};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, paid: bool, #[odm(deleted_at)] deleted_at: Option<DateTime> }
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let orders = db.collection::<Order>().with_deleted();
    /// db.bulk_write()
    ///     .writes_on(&orders, [Write::update_many(Filter::all(), Order::fields().paid().set(true))])
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn writes_on<M: Model, K>(
        mut self,
        collection: &Collection<M>,
        writes: impl IntoWrites<M, K>,
    ) -> Self {
        writes.into_writes(|write| self.push(collection, write));
        self
    }

    fn push<M: Model>(&mut self, collection: &Collection<M>, write: Write<M>) {
        let target = collection.target();
        let (_, statement) = write.into_statement(target.policies());
        let namespace = Namespace::new(self.database.name(), M::COLLECTION);
        let write = statement.and_then(|statement| match target.hooks() {
            Some(_) => Ok(ClientWrite::Pending { statement: Box::new(statement), namespace, target }),
            None => ClientWrite::ready(statement.finish()?, namespace, target),
        });
        self.writes.push(write);
    }

    /// Replaces all options by those of the driver's struct.
    pub fn with_options(mut self, options: BulkWriteOptions) -> Self {
        self.options = options;
        self.problems = Problems::default();
        self
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<ClientBulkWriteResult>>
    where
        S: SessionState<'s>,
    {
        let Self { database, writes, problems, options, state } = self;
        let (state, options) = (state.at(database.operation(CLIENT_BULK_WRITE)), problems.or(Ok(options)));
        if writes.iter().flatten().any(ClientWrite::is_pending) {
            return state.run_with(|lent| Box::pin(hooked::send(database, writes, options, lent)));
        }
        state.run(|session| Box::pin(send(database, writes, options, session)))
    }
}

impl ClientBulkWrite {
    /// Runs the action in this session.
    ///
    /// The action borrows the session until its future completes. An action can have only one session.
    pub fn session(self, session: &mut impl AsSession) -> ClientBulkWrite<ExplicitSession<'_>> {
        let Self { database, writes, problems, options, state: ImplicitSession } = self;
        ClientBulkWrite { database, writes, problems, options, state: ExplicitSession::new(session) }
    }
}

impl<S> HasTarget for ClientBulkWrite<S> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Database(self.database.clone())
    }
}

impl<S> Builder for ClientBulkWrite<S> {
    type Options = BulkWriteOptions;

    fn options(&mut self) -> &mut BulkWriteOptions {
        &mut self.options
    }
}

impl<S> CollectsProblems for ClientBulkWrite<S> {
    fn problems(&mut self) -> &mut Problems {
        &mut self.problems
    }
}

impl IntoFuture for ClientBulkWrite {
    type Output = Result<ClientBulkWriteResult>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        exec::completed(self.execute())
    }
}

impl<'s> IntoFuture for ClientBulkWrite<ExplicitSession<'s>> {
    type Output = Result<ClientBulkWriteResult>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        self.execute()
    }
}

impl<S> fmt::Debug for ClientBulkWrite<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBulkWrite").field("on", &self.database).finish_non_exhaustive()
    }
}

/// The result of a bulk write across collections. Positions count the writes in the order in which they were added,
/// from 0.
#[derive(Default)]
pub struct ClientBulkWriteResult {
    counts: WriteCounts,
    upserted: Vec<(usize, Bson)>,
}

impl ClientBulkWriteResult {
    /// Returns the numbers of inserted, matched, modified, upserted and deleted documents in all collections.
    pub fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// Returns the id of the document of `M` that the upsert at `position` inserted. `None` if that write inserted no
    /// document.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the id does not fit the model.
    pub fn upserted_id<M: Model>(&self, position: usize) -> Result<Option<M::Id>> {
        let upserted = self.upserted.iter().find(|(at, _)| *at == position);
        upserted.map(|(_, id)| id_of::<M>(id.clone())).transpose()
    }
}

impl fmt::Debug for ClientBulkWriteResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientBulkWriteResult").field("counts", &self.counts).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
