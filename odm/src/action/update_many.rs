//! `update_many`: updates every document that matches.

use mongodb::{options::UpdateOptions, results::UpdateResult};

use super::{
    ImplicitSession, action,
    deadline::deadline,
    explain::explain,
    send,
    setters::setters,
    statement_builder::{StatementBuilder, skip_rules, write_verb},
};
use crate::{
    collection::{Collection, Target},
    filter::IntoFilter,
    model::Model,
    operation::Verb,
    update::IntoUpdate,
    write::WriteKind,
};

pub(super) const UPDATE_MANY: Verb = Verb::writes("update_many", "update");

impl<M: Model> Collection<M> {
    /// Updates every document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. }, multi: true }] }`
    ///
    /// To update all documents, pass [`Filter::all`](crate::Filter::all); an empty filter is refused. Neither the driver nor the server
    /// retries this write after a failure, and a failure can leave it partly applied.
    ///
    /// The client first checks those [rules](crate::update#rules) of the model that the values in the update can
    /// violate.
    ///
    /// Awaiting it returns the driver's [`UpdateResult`]: the numbers of matched and of modified documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): a value in the update violates a rule of the model.
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
    #[track_caller]
    pub fn update_many(&self, filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> UpdateMany<M> {
        UpdateMany {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::update_many(filter, update)),
            options: UpdateOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Updates every document that matches a filter.
///
/// Construct with [`Collection::update_many`].
#[must_use = "nothing is changed until the action is awaited"]
pub struct UpdateMany<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: UpdateOptions,
    state: S,
}

action!(UpdateMany { target, builder } with UpdateOptions, clearing builder.problems => UpdateResult);

setters!([M: Model, S] UpdateMany<M, S>, of M:
    upsert array_filters hint collation let_ bypass_document_validation comment write_concern);
deadline!([M: Model] UpdateMany<M>, UPDATE_MANY, reply);
explain!([M: Model] UpdateMany<M>);
skip_rules!([M: Model, S] UpdateMany<M, S>, builder);
write_verb!(UpdateMany, UPDATE_MANY, send::update => UpdateResult);
