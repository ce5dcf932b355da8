//! `find`: the documents that match.

#[cfg(feature = "page")]
use std::time::Duration;

use futures_core::future::BoxFuture;
use mongodb::{
    bson::Document,
    options::{CursorType, FindOptions},
};

use super::{
    ExplicitSession, ImplicitSession, ReadAs, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    read,
    setters::setters,
};
#[cfg(feature = "page")]
use super::{OperationTarget, deadline::limit};
use crate::{
    collection::{Collection, Target},
    cursor::{Cursor, SessionCursor},
    error::{Error, Result},
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    query::Query,
    view::{Projection, View},
};

pub(super) const FIND: Verb = Verb::reads("find", "find");

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
    #[track_caller]
    pub fn find(&self, filter: impl IntoFilter<M>) -> Find<M> {
        Find {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: FindOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Finds the documents that match a filter.
///
/// Construct with [`Collection::find`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Find<M, S = ImplicitSession> {
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
    pub fn view<V: View<M>>(mut self) -> ReadAs<Self, V> {
        self.options.projection = Some(Projection::of::<M, V>());
        ReadAs::new(self, ())
    }
}

action! {
    Find { target, filter, problems } with FindOptions, clearing problems => Cursor<M>, in a session SessionCursor<'s, M>
}

impl<M: Model> Explained for Find<M> {
    fn explained(self) -> Explain {
        let (target, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M: Model, S> Find<M, S> {
    pub(super) fn into_query(self) -> (Target, Result<Query<Document, FindOptions>>, S) {
        let (target, parts, state) = self.into_parts();
        (target, parts.map(|(filter, options)| Query::new(filter, options)), state)
    }

    /// Applies a deadline to the server. Returns the target, for messages of the client.
    #[cfg(feature = "page")]
    pub(crate) fn limit_time(&mut self, after: Duration) -> OperationTarget {
        limit(&mut self.options.max_time, after);
        self.target.clone().into()
    }

    /// Sets the fields that are requested.
    #[cfg(feature = "page")]
    pub(crate) fn set_projection(&mut self, projection: Document) {
        self.options.projection = Some(projection);
    }

    /// Returns the collection, the filter and the options, and the session.
    pub(crate) fn into_parts(self) -> (Target, Result<(Document, FindOptions)>, S) {
        let Self { target, filter, problems, options, state } = self;
        (target, problems.or_filter(filter).map(|filter| (filter, options)), state)
    }
}

impl<M: Model> Find<M> {
    pub(super) fn execute<T: 'static>(self) -> BoxFuture<'static, Result<Cursor<T>>> {
        let awaiting = awaiting(&self.options);
        let (target, query, _) = self.into_query();
        Box::pin(async move {
            let driver = read::find(&target, FIND, awaiting.and(query)).await?;
            Ok(Cursor::new(target, FIND, driver))
        })
    }
}

impl<'s, M: Model> Find<M, ExplicitSession<'s>> {
    pub(super) fn execute<T: 'static>(self) -> BoxFuture<'s, Result<SessionCursor<'s, T>>> {
        let awaiting = awaiting(&self.options);
        let (target, query, session) = self.into_query();
        Box::pin(async move {
            let mut lent = session.into_lent(target.operation(FIND))?;
            let driver = Box::pin(read::find_in(&target, FIND, awaiting.and(query), &mut lent)).await?;
            Ok(SessionCursor::new(target, FIND, driver, lent))
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
