//! `find`: the documents that match.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    bson::Document,
    options::{CursorType, FindOptions},
    raw_batch_cursor::{RawBatchCursor, SessionRawBatchCursor},
};

use super::{
    Explicit, Implicit, Viewed, action, command,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    cursor::{Cursor, SessionCursor},
    error::{Error, Result},
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    view::{Projection, View},
};

pub(super) const FIND: Verb = Verb::new("find", "find");

impl<M: Model> Collection<M> {
    /// Finds the documents that match a filter.
    ///
    /// `{ find: <collection>, filter: { .. } }`
    ///
    /// Awaiting it returns a [`Cursor`] of models, or a [`SessionCursor`] in a [`session`](Find::session).
    ///
    /// # Errors
    ///
    /// The cursor returns an error for which [`is_decode`](crate::Error::is_decode) is true if a stored document does
    /// not fit the model.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let adults: Vec<User> = users
    ///     .find(u.age().gte(18))
    ///     .sort(u.name().asc())
    ///     .limit(20)
    ///     .await?
    ///     .try_collect()
    ///     .await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn find(&self, filter: impl IntoFilter<M>) -> Find<M> {
        Find {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: FindOptions::default(),
            state: Implicit,
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
    problems: Problems,
    options: FindOptions,
    state: S,
}

setters!([M: Model, S] Find<M, S>, of M:
    sort skip limit batch_size min max hint collation let_ allow_disk_use allow_partial_results
    no_cursor_timeout cursor_type max_await_time show_record_id return_key comment max_time read_concern
    read_preference);
deadline!([M: Model] Find<M>, FIND, max_time);
explain!([M: Model] Find<M>);

impl<M: Model, S> Find<M, S> {
    /// Reads the documents as a [view](crate::view): `{ projection: { .. } }`.
    ///
    /// Awaiting it returns a [`Cursor<V>`](Cursor).
    pub fn view<V: View<M>>(mut self) -> Viewed<Self, V> {
        self.options.projection = Some(Projection::of::<M, V>());
        Viewed::new(self)
    }
}

action! {
    Find { target, filter, problems } with FindOptions, clearing problems => Cursor<M>, in a session SessionCursor<'s, M>
}

impl<M: Model> Explained for Find<M> {
    fn explained(self) -> Explain {
        let members = self.options.selection_criteria.clone();
        let command = self
            .problems
            .or_filter(self.filter)
            .and_then(|filter| command::find(self.target.name(), filter, self.options));
        Explain::new(self.target, command, members)
    }
}

impl<M: Model> Find<M> {
    pub(super) fn execute<T: 'static>(self) -> BoxFuture<'static, Result<Cursor<T>>> {
        let filter = self.problems.or_filter(self.filter);
        Box::pin(async move {
            let driver = send(&self.target, filter, self.options).await?;
            Ok(Cursor::new(self.target, FIND, driver))
        })
    }
}

impl<'s, M: Model> Find<M, Explicit<'s>> {
    pub(super) fn execute<T: 'static>(self) -> BoxFuture<'s, Result<SessionCursor<'s, T>>> {
        let filter = self.problems.or_filter(self.filter);
        let session = self.state.0;
        Box::pin(async move {
            let driver = send_in(&self.target, filter, self.options, session).await?;
            Ok(SessionCursor::new(self.target, FIND, driver, session))
        })
    }
}

/// Checks that a cursor with `max_await_time` waits. The server refuses it otherwise, but only when the second batch
/// is requested.
fn awaiting(options: &FindOptions) -> Result<()> {
    match (options.max_await_time, options.cursor_type) {
        (None, _) | (Some(_), Some(CursorType::TailableAwait)) => Ok(()),
        _ => Err(Error::refused(
            "`max_await_time` is for cursors that wait: add `.cursor_type(CursorType::TailableAwait)`",
        )),
    }
}

async fn send(target: &Target, filter: Result<Document>, options: FindOptions) -> Result<RawBatchCursor> {
    let operation = target.operation(FIND);
    let filter = operation.check(awaiting(&options).and(filter))?;
    exec::run(operation, target.driver().find(filter).with_options(options).batch()).await
}

async fn send_in(
    target: &Target,
    filter: Result<Document>,
    options: FindOptions,
    session: &mut ClientSession,
) -> Result<SessionRawBatchCursor> {
    let operation = target.operation(FIND);
    let filter = operation.check(awaiting(&options).and(filter))?;
    exec::run(operation, target.driver().find(filter).with_options(options).session(session).batch()).await
}
