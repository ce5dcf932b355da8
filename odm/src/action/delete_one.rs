//! `delete_one`: deletes one document that matches.

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

pub(super) const DELETE_ONE: Verb = Verb::writes("delete_one", "delete").of_one_document();

impl<M: Model> Collection<M> {
    /// Deletes one document that matches a filter.
    ///
    /// `{ delete: <collection>, deletes: [{ q: { .. }, limit: 1 }] }`
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
    /// - [`is_not_sent`](crate::Error::is_not_sent): a value in the filter cannot be stored.
    /// - [`is_rejected`](crate::Error::is_rejected): the model has a `deleted_at`, so the delete is an update, and the
    ///   collection's validator refuses the document, which violates it already. An `update_one` of the field with
    ///   [`bypass_document_validation`](crate::action::UpdateOne::bypass_document_validation) deletes it.
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
    #[track_caller]
    pub fn delete_one(&self, filter: impl IntoFilter<M>) -> DeleteOne<M> {
        DeleteOne {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::delete_one(filter)),
            options: DeleteOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Deletes one document that matches a filter.
///
/// Construct with [`Collection::delete_one`].
#[must_use = "nothing is removed until the action is awaited"]
pub struct DeleteOne<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: DeleteOptions,
    state: S,
}

action!(DeleteOne { target, builder } with DeleteOptions, clearing builder.problems => DeleteResult);

setters!([M: Model, S] DeleteOne<M, S>, of M: hint collation let_ comment write_concern);
deadline!([M: Model] DeleteOne<M>, DELETE_ONE, reply);
explain!([M: Model] DeleteOne<M>);
write_verb!(DeleteOne, DELETE_ONE, send::delete => DeleteResult);
