//! `bulk_write`: sends many writes of different kinds in few commands.

mod client;
mod hooked;
mod into_writes;
mod result;
mod retryable;
mod send;
mod transaction_number;
mod write;

use std::collections::BTreeMap;

use futures_core::future::BoxFuture;
use mongodb::options::BulkWriteOptions;

use self::send::Elements;
pub use self::{
    client::{ClientBulkWrite, ClientBulkWriteResult},
    into_writes::IntoWrites,
    result::BulkWriteResult,
    write::{BulkDelete, BulkReplaceOne, BulkUpdateMany, BulkUpdateOne, Write},
};
use super::{ImplicitSession, SessionState, action, deadline::deadline, prepare::Problems, setters::setters};
use crate::{
    collection::{Collection, Target},
    error::Result,
    model::Model,
    operation::Verb,
};

/// The verb without a command.
pub(super) const BULK_WRITE: Verb = Verb::unsent("bulk_write");

impl<M: Model> Collection<M> {
    /// Sends many writes of different kinds in few commands, to any version of the server.
    ///
    /// `{ insert: <collection>, documents: [..] }`, `{ update: .., updates: [..] }`, `{ delete: .., deletes: [..] }`,
    /// each `ordered: true`.
    ///
    /// Every write is checked, encoded and measured before the first is sent. If one of them cannot be sent (a
    /// document violates rules of its model, an update changes a field twice, the filter of a write of many documents
    /// is empty), none is sent. An ordered bulk write (the default) keeps the order, and stops at the first write
    /// that the server refuses; adjacent writes of one kind share a command. An [unordered](BulkWrite::ordered) bulk
    /// write continues, and sorts the writes by kind. A command contains up to 100,000 writes, and up to 47 MB of
    /// documents to insert or 16 MB of other writes. A replacement or a `save` of a model with a
    /// [version](macro@crate::Model#policies) is a command of its own. Without writes, the action succeeds and sends
    /// nothing.
    ///
    /// With `retryWrites` (the default), on a replica set or a sharded cluster and outside of transactions, a command
    /// without a reply is sent again, and the server still applies each of its writes only once. A command with an
    /// `update_many` or a `delete_many` is not sent again.
    ///
    /// Awaiting it returns a [`BulkWriteResult`]: counts, and the ids of inserted and upserted documents by the
    /// position of their write.
    ///
    /// # Errors
    ///
    /// [`bulk_write_error`](crate::Error::bulk_write_error) returns the outcome of each write. The predicates
    /// [`is_invalid`](crate::Error::is_invalid), [`is_duplicate_key`](crate::Error::is_duplicate_key),
    /// [`is_rejected`](crate::Error::is_rejected), [`is_stale_version`](crate::Error::is_stale_version) and
    /// [`is_not_found`](crate::Error::is_not_found) are true if all failures are of that kind. Others are:
    ///
    /// - [`is_outcome_unknown`](crate::Error::is_outcome_unknown): a reply was lost.
    /// - [`is_decode`](crate::Error::is_decode): an upsert inserted a document whose `_id`, taken from a plain
    ///   filter, does not fit the model. The writes are applied nevertheless.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, Write};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: User, others: Vec<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let mut bulk = users.bulk_write((
    ///     Write::insert_one(&new),
    ///     Write::update_one(u.name().eq("ada"), u.visits().inc(1)),
    ///     Write::delete_many(u.visits().eq(0)),
    /// ));
    /// bulk.extend(others.iter().map(Write::save));
    /// let result = bulk.await?;
    /// println!("{} new, {} gone", result.inserted_count() + result.upserted_count(), result.deleted_count());
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn bulk_write<K>(&self, writes: impl IntoWrites<M, K>) -> BulkWrite<M> {
        let mut bulk = BulkWrite {
            target: self.target(),
            writes: Elements::default(),
            ids: BTreeMap::new(),
            problems: Problems::default(),
            options: BulkWriteOptions::default(),
            state: ImplicitSession,
        };
        writes.into_writes(|write| bulk.push(write));
        bulk
    }
}

/// Sends many writes of different kinds.
///
/// Construct with [`Collection::bulk_write`], and add writes with [`push`](BulkWrite::push) and `extend`. It contains
/// the encoded writes.
#[must_use = "nothing is written until the action is awaited"]
pub struct BulkWrite<M: Model, S = ImplicitSession> {
    target: Target,
    writes: Elements,
    ids: BTreeMap<usize, M::Id>,
    problems: Problems,
    options: BulkWriteOptions,
    state: S,
}

impl<M: Model, S> BulkWrite<M, S> {
    /// Adds a write.
    pub fn push(&mut self, write: impl Into<Write<M>>) {
        let (id, statement) = write.into().into_statement(self.target.policies());
        if let Some(id) = id {
            self.ids.insert(self.writes.len(), id);
        }
        self.writes.push(statement, self.target.hooks().is_some());
    }
}

impl<M: Model, S, W: Into<Write<M>>> Extend<W> for BulkWrite<M, S> {
    fn extend<I: IntoIterator<Item = W>>(&mut self, writes: I) {
        for write in writes {
            self.push(write);
        }
    }
}

action!(BulkWrite { target, writes, ids, problems } with BulkWriteOptions, clearing problems => BulkWriteResult<M>);

setters!([M: Model, S] BulkWrite<M, S>, of M: ordered let_ bypass_document_validation comment write_concern);
deadline!([M: Model] BulkWrite<M>, BULK_WRITE, reply);

impl<M: Model, S> BulkWrite<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<BulkWriteResult<M>>>
    where
        S: SessionState<'s>,
    {
        let Self { target, writes, ids, problems, options, state } = self;
        let options = problems.or(Ok(options));
        let state = state.at(target.operation(BULK_WRITE));
        if target.hooks().is_some() {
            return state.run_with(|lent| {
                Box::pin(async move {
                    let options = target.operation(BULK_WRITE).check(options)?;
                    let (counts, upserted) = hooked::send(&target, writes, options, lent).await?;
                    target.operation(BULK_WRITE).check(BulkWriteResult::new(counts, ids, upserted))
                })
            });
        }
        state.run(|session| {
            Box::pin(async move {
                let options = target.operation(BULK_WRITE).check(options)?;
                let (counts, upserted) = send::send(&target, writes, options, session).await?;
                target.operation(BULK_WRITE).check(BulkWriteResult::new(counts, ids, upserted))
            })
        })
    }
}
