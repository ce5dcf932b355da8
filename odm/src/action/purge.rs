//! `purge`: removes every deleted document that matches.

use mongodb::{options::DeleteOptions, results::DeleteResult};

use super::{
    ImplicitSession, action,
    deadline::deadline,
    explain::explain,
    send,
    setters::setters,
    statement_builder::{StatementBuilder, write_verb},
};
use crate::{
    collection::{Collection, Target},
    filter::IntoFilter,
    model::{Model, SoftDelete},
    operation::Verb,
    write::WriteKind,
};

pub(super) const PURGE: Verb = Verb::writes("purge", "delete");

impl<M: Model> Collection<M> {
    /// Removes every deleted document that matches a filter. It cannot be restored.
    ///
    /// `{ delete: <collection>, deletes: [{ q: { .., deleted_at: { $ne: null } }, limit: 0 }] }`
    ///
    /// It does not matter whether the handle refers to deleted documents. If the model has a tenant, only documents of
    /// the [tenant](Collection::tenant) of the handle are removed.
    ///
    /// To remove all deleted documents, pass [`Filter::all`](crate::Filter::all); an empty filter is refused. Neither
    /// the driver nor the server retries this write after a failure, and a failure can leave it partly applied.
    ///
    /// Awaiting it returns the driver's [`DeleteResult`]: the number of removed documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): the filter is empty, a value in it cannot be stored, or the handle
    ///   specifies no tenant.
    /// - [`is_outcome_unknown`](crate::Error::is_outcome_unknown): the reply was lost.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::DateTime};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, #[odm(deleted_at)] deleted_at: Option<DateTime> }
    /// # async fn f(users: Collection<User>, last_year: DateTime) -> odm::Result<()> {
    /// let removed = users.purge(User::fields().deleted_at().lt(last_year)).await?.deleted_count;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "hard_delete")]
    #[track_caller]
    pub fn purge(&self, filter: impl IntoFilter<M>) -> Purge<M>
    where
        M: SoftDelete,
    {
        Purge {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::purge(filter)),
            options: DeleteOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Removes every deleted document that matches a filter.
///
/// Construct with [`Collection::purge`].
#[must_use = "nothing is removed until the action is awaited"]
pub struct Purge<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: DeleteOptions,
    state: S,
}

action!(Purge { target, builder } with DeleteOptions, clearing builder.problems => DeleteResult);

setters!([M: Model, S] Purge<M, S>, of M: hint collation let_ comment write_concern);
deadline!([M: Model] Purge<M>, PURGE, reply);
explain!([M: Model] Purge<M>);
write_verb!(Purge, PURGE, send::delete => DeleteResult);
