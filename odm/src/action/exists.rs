//! `exists`: checks whether any document matches.

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, doc},
    options::FindOneOptions,
};

use super::{
    ImplicitSession, SessionState, action,
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
};

pub(super) const EXISTS: Verb = Verb::reads("exists", "find");

impl<M: Model> Collection<M> {
    /// Checks whether any document matches a filter.
    ///
    /// `{ find: <collection>, filter: { .. }, projection: { _id: 1 }, limit: 1, singleBatch: true }`
    ///
    /// The server stops at the first match, so this is cheaper than a [`count`](Collection::count). Nothing is
    /// decoded.
    ///
    /// Awaiting it returns a `bool`.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let taken = users.exists(User::fields().name().eq("ada")).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn exists(&self, filter: impl IntoFilter<M>) -> Exists<M> {
        Exists {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: FindOneOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Checks whether any document matches a filter.
///
/// Construct with [`Collection::exists`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Exists<M, S = ImplicitSession> {
    target: Target,
    filter: Filter<M>,
    problems: Problems,
    options: FindOneOptions,
    state: S,
}

action!(Exists { target, filter, problems } with FindOneOptions, clearing problems => bool);

setters!([M: Model, S] Exists<M, S>, of M: hint collation let_ comment max_time read_concern read_preference);
deadline!([M: Model] Exists<M>, EXISTS, max_time);
explain!([M: Model] Exists<M>);

impl<M: Model> Explained for Exists<M> {
    fn explained(self) -> Explain {
        let (target, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M: Model, S> Exists<M, S> {
    /// Returns the query with the `_id` as its projection, because the contents of the document are not read.
    fn into_query(self) -> (Target, Result<Query<Document, FindOneOptions>>, S) {
        let Self { target, filter, problems, mut options, state } = self;
        options.projection = Some(doc! { "_id": 1 });
        let query = problems.or_filter(filter).map(|filter| Query::new(filter, options));
        (target, query, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<bool>>
    where
        S: SessionState<'s>,
    {
        let (target, query, state) = self.into_query();
        state.at(target.operation(EXISTS)).run(|session| {
            Box::pin(async move { Ok(read::find_one(&target, EXISTS, query, session).await?.is_some()) })
        })
    }
}
