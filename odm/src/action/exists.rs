//! `exists`: checks whether any document matches.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    bson::{Document, doc},
    options::FindOneOptions,
};

use super::{
    Implicit, SessionState, action, command,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    find_one,
    prepare::Problems,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
};

pub(super) const EXISTS: Verb = Verb::new("exists", "find");

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
    pub fn exists(&self, filter: impl IntoFilter<M>) -> Exists<M> {
        Exists {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: FindOneOptions::default(),
            state: Implicit,
        }
    }
}

/// Checks whether any document matches a filter.
///
/// Construct with [`Collection::exists`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Exists<M, S = Implicit> {
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
        let members = self.options.selection_criteria.clone();
        let filter = self.problems.or_filter(self.filter);
        let options = only_the_id(self.options);
        let command = filter.and_then(|filter| command::find(self.target.name(), filter, options.into()));
        Explain::new(self.target, command, members)
    }
}

impl<M: Model, S> Exists<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<bool>>
    where
        S: SessionState<'s>,
    {
        let filter = self.problems.or_filter(self.filter);
        Box::pin(send(self.target, filter, self.options, self.state.into_option()))
    }
}

/// Sets the projection to the `_id`, because the contents of the document are not read.
fn only_the_id(mut options: FindOneOptions) -> FindOneOptions {
    options.projection = Some(doc! { "_id": 1 });
    options
}

async fn send(
    target: Target,
    filter: Result<Document>,
    options: FindOneOptions,
    session: Option<&mut ClientSession>,
) -> Result<bool> {
    let found = find_one::send(EXISTS, &target, filter, only_the_id(options), session).await?;
    Ok(found.is_some())
}
