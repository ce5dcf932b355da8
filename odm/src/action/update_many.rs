//! `update_many`: change every document that matches.

use futures_core::future::BoxFuture;
use mongodb::{ClientSession, action::Action, options::UpdateOptions, results::UpdateResult};

use super::{
    Implicit, SessionState, action,
    explain::{Explain, Explained},
    prepare::{Problems, UpdateCall, require_explicit},
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    update::{IntoUpdate, Update},
};

pub(super) const UPDATE_MANY: Verb = Verb::new("update_many", "update");

impl<M: Model> Collection<M> {
    /// Changes every document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. }, multi: true }] }`
    ///
    /// To change all documents, say so with [`Filter::all`]; an empty filter is refused. Neither the driver
    /// nor the server makes this write again after a failure, and a failure can leave a part applied. The
    /// rules of the model are not checked.
    ///
    /// `await` gives the driver's [`UpdateResult`]: how many matched, how many changed.
    ///
    /// # Errors
    ///
    /// [`is_not_sent`](crate::Error::is_not_sent): the update or the filter is empty, or a value cannot be stored.
    /// [`is_duplicate_key`](crate::Error::is_duplicate_key), [`is_rejected`](crate::Error::is_rejected): one of the results
    /// cannot be stored; those before it are.
    /// [`is_outcome_unknown`](crate::Error::is_outcome_unknown): the answer was lost.
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
            update: update.into_update().under(&filter),
            filter,
            problems: Problems::default(),
            options: UpdateOptions::default(),
            state: Implicit,
        }
    }
}

/// Changes every document that matches a filter.
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

impl<M: Model> Explained for UpdateMany<M> {
    fn explained(self) -> Explain {
        let call =
            UpdateCall::new(self.problems.or(require_explicit(self.filter)), self.update, self.options);
        let command = call.command(self.target.name(), true);
        Explain::new(self.target, command, None)
    }
}

impl<M: Model, S> UpdateMany<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<UpdateResult>>
    where
        S: SessionState<'s>,
    {
        let call =
            UpdateCall::new(self.problems.or(require_explicit(self.filter)), self.update, self.options);
        Box::pin(send(self.target, call, self.state.into_option()))
    }
}

async fn send(target: Target, call: UpdateCall, session: Option<&mut ClientSession>) -> Result<UpdateResult> {
    let operation = target.operation(UPDATE_MANY);
    let (filter, update, options) = call.check(&operation)?;
    let call = target
        .driver()
        .update_many(filter, update)
        .with_options(options)
        .optional(session, mongodb::action::Update::session);
    exec::run(operation, call).await
}
