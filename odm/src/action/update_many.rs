//! `update_many`: updates every document that matches.

use futures_core::future::BoxFuture;
use mongodb::{options::UpdateOptions, results::UpdateResult};

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
    update::{IntoUpdate, Update},
    write::{Kind, Statement, require_explicit},
};

pub(super) const UPDATE_MANY: Verb = Verb::new("update_many", "update");

impl<M: Model> Collection<M> {
    /// Updates every document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. }, multi: true }] }`
    ///
    /// To update all documents, pass [`Filter::all`]; an empty filter is refused. Neither the driver nor the server
    /// retries this write after a failure, and a failure can leave it partly applied. The rules of the model are not
    /// checked.
    ///
    /// Awaiting it returns the driver's [`UpdateResult`]: the numbers of matched and of modified documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): the update or the filter is empty, or a value cannot be stored.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key), [`is_rejected`](crate::Error::is_rejected): one of the
    ///   results cannot be stored. The documents before it are updated.
    /// - [`is_outcome_unknown`](crate::Error::is_outcome_unknown): the reply was lost.
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// users.update_many(Filter::all(), u.visits().set(0)).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn update_many(&self, filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> UpdateMany<M> {
        let filter = filter.into_filter();
        UpdateMany {
            target: self.target(),
            update: update.into_update().checked_against(&filter),
            filter,
            problems: Problems::default(),
            options: UpdateOptions::default(),
            state: Implicit,
        }
    }
}

/// Updates every document that matches a filter.
///
/// Construct with [`Collection::update_many`].
#[must_use = "nothing is changed until the action is awaited"]
pub struct UpdateMany<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    update: Update<M>,
    problems: Problems,
    options: UpdateOptions,
    state: S,
}

action!(UpdateMany { target, filter, update, problems } with UpdateOptions, clearing problems => UpdateResult);

setters!([M: Model, S] UpdateMany<M, S>, of M:
    upsert array_filters hint collation let_ bypass_document_validation comment write_concern);
deadline!([M: Model] UpdateMany<M>, UPDATE_MANY, reply);
explain!([M: Model] UpdateMany<M>);

impl<M: Model> Explained for UpdateMany<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_write(target, statement)
    }
}

impl<M: Model, S> UpdateMany<M, S> {
    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, update, problems, options, state } = self;
        let statement = problems.or(require_explicit(filter)).map(|filter| {
            let kind = Kind::Update { many: true, filter, update: update.untyped(), or_insert: None };
            Statement::new::<M>(kind, options)
        });
        (target, statement, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<UpdateResult>>
    where
        S: SessionState<'s>,
    {
        let (target, statement, state) = self.into_statement();
        Box::pin(send::update(target, UPDATE_MANY, statement, state.into_option()))
    }
}
