//! `delete_one`: deletes one document that matches.

use futures_core::future::BoxFuture;
use mongodb::{options::DeleteOptions, results::DeleteResult};

use super::{
    Implicit, SessionState, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    prepare::Problems,
    send,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    write::{Kind, Statement},
};

pub(super) const DELETE_ONE: Verb = Verb::new("delete_one", "delete");

impl<M: Model> Collection<M> {
    /// Deletes one document that matches a filter.
    ///
    /// `{ delete: <collection>, deletes: [{ q: { .. }, limit: 1 }] }`
    ///
    /// Awaiting it returns the driver's [`DeleteResult`]: the number of deleted documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if a value in the filter cannot
    /// be stored.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let was_there = users.delete_one(u.id().eq(id)).await?.deleted_count == 1;
    /// # Ok(())
    /// # }
    /// ```
    pub fn delete_one(&self, filter: impl IntoFilter<M>) -> DeleteOne<M> {
        DeleteOne {
            target: self.target(),
            filter: filter.into_filter(),
            problems: Problems::default(),
            options: DeleteOptions::default(),
            state: Implicit,
        }
    }
}

/// Deletes one document that matches a filter.
///
/// Construct with [`Collection::delete_one`].
#[must_use = "nothing is removed until the action is awaited"]
pub struct DeleteOne<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    problems: Problems,
    options: DeleteOptions,
    state: S,
}

action!(DeleteOne { target, filter, problems } with DeleteOptions, clearing problems => DeleteResult);

setters!([M: Model, S] DeleteOne<M, S>, of M: hint collation let_ comment write_concern);
deadline!([M: Model] DeleteOne<M>, DELETE_ONE, reply);
explain!([M: Model] DeleteOne<M>);

impl<M: Model> Explained for DeleteOne<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_write(target, statement)
    }
}

impl<M: Model, S> DeleteOne<M, S> {
    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, problems, options, state } = self;
        let statement = problems
            .or_filter(filter)
            .map(|filter| Statement::new::<M>(Kind::Delete { many: false, filter }, options));
        (target, statement, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<DeleteResult>>
    where
        S: SessionState<'s>,
    {
        let (target, statement, state) = self.into_statement();
        Box::pin(send::delete(target, DELETE_ONE, statement, state.into_option()))
    }
}
