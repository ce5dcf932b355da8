//! `find_one`: the first document that matches.

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::FindOneOptions};

use super::{
    Decoder, ImplicitSession, ReadAs, SessionState, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    read,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    query::Query,
    value::OwnedRow,
    view::{Projection, View},
};

pub(super) const FIND_ONE: Verb = Verb::reads("find_one", "find");

impl<M: Model> Collection<M> {
    /// Finds one document that matches a filter: the first in the order of [`sort`](FindOne::sort).
    ///
    /// `{ find: <collection>, filter: { .. }, limit: 1, singleBatch: true }`
    ///
    /// Awaiting it returns the model, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the stored document does not fit
    /// the model.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let oldest: Option<User> = users.find_one(u.name().eq("Ada")).sort(u.age().desc()).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn find_one(&self, filter: impl IntoFilter<M>) -> FindOne<M> {
        FindOne {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: FindOneOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Finds one document that matches a filter.
///
/// Construct with [`Collection::find_one`].
#[must_use = "nothing is read until the action is awaited"]
pub struct FindOne<M, S = ImplicitSession> {
    target: Target,
    filter: Filter<M>,
    problems: Problems,
    options: FindOneOptions,
    state: S,
}

impl<M: Model, S> FindOne<M, S> {
    /// Reads the document as a [view](crate::view): `{ projection: { .. } }`.
    ///
    /// Awaiting it returns the view, or `None` if nothing matches. The view owns its data, because there is no cursor
    /// to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> ReadAs<Self, V> {
        self.options.projection = Some(Projection::of::<M, V>());
        ReadAs::new(self, Decoder::of())
    }
}

action!(FindOne { target, filter, problems } with FindOneOptions, clearing problems => Option<M>);

setters!([M: Model, S] FindOne<M, S>, of M:
    sort skip min max hint collation let_ allow_partial_results show_record_id return_key comment max_time
    read_concern read_preference);
deadline!([M: Model] FindOne<M>, FIND_ONE, max_time);
explain!([M: Model] FindOne<M>);

impl<M: Model> Explained for FindOne<M> {
    fn explained(self) -> Explain {
        let (target, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M: Model, S> FindOne<M, S> {
    pub(super) fn into_query(self) -> (Target, Result<Query<Document, FindOneOptions>>, S) {
        let Self { target, filter, problems, options, state } = self;
        let query = problems.or_filter(filter).map(|filter| Query::new(filter, options));
        (target, query, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<Option<M>>>
    where
        S: SessionState<'s>,
    {
        self.execute_as(Decoder::of())
    }

    pub(super) fn execute_as<'s, T: 's>(self, decoder: Decoder<T>) -> BoxFuture<'s, Result<Option<T>>>
    where
        S: SessionState<'s>,
    {
        let (target, query, state) = self.into_query();
        read_one(FIND_ONE, target, query, state, decoder)
    }
}

/// Finds one document and decodes it, for `find_one` and `get`.
pub(super) fn read_one<'s, T: 's>(
    verb: Verb,
    target: Target,
    query: Result<Query<Document, FindOneOptions>>,
    state: impl SessionState<'s>,
    decoder: Decoder<T>,
) -> BoxFuture<'s, Result<Option<T>>> {
    state.at(target.operation(verb)).run(move |session| {
        Box::pin(async move {
            let found = read::find_one(&target, verb, query, session).await?;
            decoder.row(&target.operation(verb), found)
        })
    })
}
