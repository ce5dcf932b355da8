//! `count`: the number of documents that match.

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::CountOptions};

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

pub(crate) const COUNT: Verb = Verb::reads("count", "aggregate").reading();

impl<M: Model> Collection<M> {
    /// Counts the documents that match a filter.
    ///
    /// `{ aggregate: <collection>, pipeline: [{ $match: { .. } }, { $group: { _id: 1, n: { $sum: 1 } } }] }`
    ///
    /// The count is exact, so the server examines every match. [`estimated_count`](Collection::estimated_count)
    /// returns a fast estimate for the whole collection, and [`exists`](Collection::exists) checks whether any
    /// document matches. The server refuses `$where`, `$near` and `$nearSphere` in a count.
    ///
    /// Awaiting it returns a `u64`.
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// println!("{} of {}", users.count(u.age().gte(18)).await?, users.count(Filter::all()).await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "count_documents")]
    #[track_caller]
    pub fn count(&self, filter: impl IntoFilter<M>) -> Count<M> {
        Count {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: CountOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Counts the documents that match a filter.
///
/// Construct with [`Collection::count`].
#[must_use = "nothing is counted until the action is awaited"]
pub struct Count<M, S = ImplicitSession> {
    target: Target,
    filter: Filter<M>,
    problems: Problems,
    options: CountOptions,
    state: S,
}

action!(Count { target, filter, problems } with CountOptions, clearing problems => u64);

setters!([M: Model, S] Count<M, S>, of M:
    skip limit hint collation comment max_time read_concern read_preference);
deadline!([M: Model] Count<M>, COUNT, max_time);
explain!([M: Model] Count<M>);

impl<M: Model> Explained for Count<M> {
    fn explained(self) -> Explain {
        let (target, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M: Model, S> Count<M, S> {
    fn into_query(self) -> (Target, Result<Query<Document, CountOptions>>, S) {
        let Self { target, filter, problems, options, state } = self;
        let query = problems.or_filter(filter).map(|filter| Query::new(filter, options));
        (target, query, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<u64>>
    where
        S: SessionState<'s>,
    {
        let (target, query, state) = self.into_query();
        state.at(target.operation(COUNT)).run(|session| Box::pin(read::count(target, COUNT, query, session)))
    }
}
