//! `delete_many`: deletes every document that matches.

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
    model::Model,
    operation::Verb,
    write::WriteKind,
};

pub(super) const DELETE_MANY: Verb = Verb::writes("delete_many", "delete");

impl<M: Model> Collection<M> {
    /// Deletes every document that matches a filter.
    ///
    /// `{ delete: <collection>, deletes: [{ q: { .. }, limit: 0 }] }`
    ///
    /// To delete all documents, pass [`Filter::all`](crate::Filter::all); an empty filter is refused. Neither the driver nor the server
    /// retries this write after a failure, and a failure can leave it partly applied.
    ///
    /// If the model has a field [`deleted_at`](macro@crate::Model#policies), the documents are kept, and the delete is an
    /// update of this field.
    ///
    /// Awaiting it returns the driver's [`DeleteResult`]: the number of deleted documents.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent): the filter is empty, or a value in it cannot be stored.
    /// - [`is_outcome_unknown`](crate::Error::is_outcome_unknown): the reply was lost.
    /// - [`is_rejected`](crate::Error::is_rejected): the model has a `deleted_at`, so the delete is an update, and the
    ///   collection's validator refuses the document, which violates it already. An `update_one` of the field with
    ///   [`bypass_document_validation`](crate::action::UpdateOne::bypass_document_validation) deletes it.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let removed = users.delete_many(u.visits().eq(0)).await?.deleted_count;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn delete_many(&self, filter: impl IntoFilter<M>) -> DeleteMany<M> {
        DeleteMany {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::delete_many(filter)),
            options: DeleteOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Deletes every document that matches a filter.
///
/// Construct with [`Collection::delete_many`].
#[must_use = "nothing is removed until the action is awaited"]
pub struct DeleteMany<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: DeleteOptions,
    state: S,
}

action!(DeleteMany { target, builder } with DeleteOptions, clearing builder.problems => DeleteResult);

setters!([M: Model, S] DeleteMany<M, S>, of M: hint collation let_ comment write_concern);
deadline!([M: Model] DeleteMany<M>, DELETE_MANY, reply);
explain!([M: Model] DeleteMany<M>);
write_verb!(DeleteMany, DELETE_MANY, send::delete => DeleteResult);
