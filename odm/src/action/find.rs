//! `find`: the documents that match.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    bson::Document,
    options::FindOptions,
    raw_batch_cursor::{RawBatchCursor, SessionRawBatchCursor},
};

use super::{Explicit, Implicit, action};
use crate::{
    collection::{Collection, Target},
    cursor::{Cursor, SessionCursor},
    error::Result,
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    sort::IntoSort,
    trace::Verb,
};

const FIND: Verb = Verb::new("find", "find");

impl<M: Model> Collection<M> {
    /// Finds the documents that match a filter.
    ///
    /// `{ find: <collection>, filter: { .. } }`
    ///
    /// `await` gives a [`Cursor`] of models; with [`session`](Find::session), a [`SessionCursor`].
    ///
    /// # Errors
    ///
    /// Of the cursor's items: [`is_decode`](crate::Error::is_decode), a stored document does not fit the
    /// model.
    ///
    /// ```no_run
    /// # use odm::{Collection, Model, Filter, bson::doc};
    /// # async fn f<User: Model>(users: Collection<User>) -> odm::Result<()> {
    /// let adults: Vec<User> =
    ///     users.find(doc! { "age": { "$gte": 18 } }).sort(doc! { "age": 1 }).limit(20).await?.try_collect().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn find(&self, filter: impl IntoFilter<M>) -> Find<M> {
        Find {
            target: self.target(),
            filter: filter.into_filter(),
            sort: Ok(None),
            options: FindOptions::default(),
            session: Implicit,
        }
    }
}

/// Finds the documents that match a filter.
///
/// Construct with [`Collection::find`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Find<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    sort: Result<Option<Document>>,
    options: FindOptions,
    session: S,
}

impl<M: Model, S> Find<M, S> {
    /// The order in which the documents come: `{ sort: { .. } }`.
    pub fn sort(mut self, sort: impl IntoSort<M>) -> Self {
        self.sort = sort.into_sort().into_document().map(Some);
        self
    }

    /// At most so many documents: `{ limit: n }`. For the server, 0 means no limit.
    pub fn limit(mut self, limit: i64) -> Self {
        self.options.limit = Some(limit);
        self
    }

    /// Leaves out the first documents: `{ skip: n }`.
    pub fn skip(mut self, skip: u64) -> Self {
        self.options.skip = Some(skip);
        self
    }

    /// How many documents the server sends at a time: `{ batchSize: n }`. The cursor holds that many.
    pub fn batch_size(mut self, size: u32) -> Self {
        self.options.batch_size = Some(size);
        self
    }
}

action! {
    Find { target, filter, sort } with FindOptions => Cursor<M>, in a session SessionCursor<'s, M>
}

impl<M: Model> Find<M> {
    fn execute(self) -> BoxFuture<'static, Result<Cursor<M>>> {
        let filter = self.filter.into_document();
        Box::pin(async move {
            let driver = send(&self.target, filter, self.sort, self.options).await?;
            Ok(Cursor::new(self.target, FIND, driver))
        })
    }
}

impl<'s, M: Model> Find<M, Explicit<'s>> {
    fn execute(self) -> BoxFuture<'s, Result<SessionCursor<'s, M>>> {
        let filter = self.filter.into_document();
        let session = self.session.0;
        Box::pin(async move {
            let driver = send_in(&self.target, filter, self.sort, self.options, session).await?;
            Ok(SessionCursor::new(self.target, FIND, driver, session))
        })
    }
}

async fn send(
    target: &Target,
    filter: Result<Document>,
    sort: Result<Option<Document>>,
    options: FindOptions,
) -> Result<RawBatchCursor> {
    let operation = target.operation(FIND);
    let (filter, options) = operation.check(assemble(filter, sort, options))?;
    exec::run(operation, target.driver().find(filter).with_options(options).batch()).await
}

async fn send_in(
    target: &Target,
    filter: Result<Document>,
    sort: Result<Option<Document>>,
    options: FindOptions,
    session: &mut ClientSession,
) -> Result<SessionRawBatchCursor> {
    let operation = target.operation(FIND);
    let (filter, options) = operation.check(assemble(filter, sort, options))?;
    exec::run(operation, target.driver().find(filter).with_options(options).session(session).batch()).await
}

fn assemble(
    filter: Result<Document>,
    sort: Result<Option<Document>>,
    mut options: FindOptions,
) -> Result<(Document, FindOptions)> {
    if let Some(sort) = sort? {
        options.sort = Some(sort);
    }
    Ok((filter?, options))
}
