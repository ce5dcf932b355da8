//! `restore`: undoes the delete of every deleted document that matches.

use mongodb::{options::UpdateOptions, results::UpdateResult};

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

pub(super) const RESTORE: Verb = Verb::writes("restore", "update");

impl<M: Model> Collection<M> {
    /// Undoes the delete of every deleted document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .., deleted_at: { $ne: null } }, u: { $set: { deleted_at: null } },
    /// multi: true }] }`, and what the other [policies](macro@crate::Model#policies) of the model add: the time of the
    /// write, the next version, the tenant of the handle
    ///
    /// To restore all documents, pass [`Filter::all`](crate::Filter::all); an empty filter is refused. Neither the
    /// driver nor the server retries this write after a failure, and a failure can leave it partly applied.
    ///
    /// Awaiting it returns the driver's [`UpdateResult`]: `matched_count` is the number of restored documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): the filter is empty, a value in it cannot be stored, or the handle
    ///   specifies no tenant.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has taken the key of a deleted one in a
    ///   unique index. The documents before it are restored.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses a document. The documents
    ///   before it are restored.
    /// - [`is_outcome_unknown`](crate::Error::is_outcome_unknown): the reply was lost.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::DateTime};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, #[odm(deleted_at)] deleted_at: Option<DateTime> }
    /// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
    /// let found = users.restore(User::fields().id().eq(id)).await?.matched_count == 1;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "undelete")]
    #[track_caller]
    pub fn restore(&self, filter: impl IntoFilter<M>) -> Restore<M>
    where
        M: SoftDelete,
    {
        Restore {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::restore(filter)),
            options: UpdateOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Undoes the delete of every deleted document that matches a filter.
///
/// Construct with [`Collection::restore`].
#[must_use = "nothing is restored until the action is awaited"]
pub struct Restore<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: UpdateOptions,
    state: S,
}

action!(Restore { target, builder } with UpdateOptions, clearing builder.problems => UpdateResult);

setters!([M: Model, S] Restore<M, S>, of M: hint collation let_ bypass_document_validation comment write_concern);
deadline!([M: Model] Restore<M>, RESTORE, reply);
explain!([M: Model] Restore<M>);
write_verb!(Restore, RESTORE, send::update => UpdateResult);
