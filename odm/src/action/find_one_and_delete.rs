//! `find_one_and_delete`: deletes a document and returns it.

use mongodb::{bson::Document, options::FindOneAndDeleteOptions};

use super::{
    ImplicitSession, action,
    deadline::deadline,
    explain::explain,
    setters::setters,
    statement_builder::{StatementBuilder, find_and_modify},
};
use crate::{
    collection::{Collection, Target},
    filter::IntoFilter,
    model::Model,
    operation::Verb,
    write::WriteKind,
};

pub(super) const FIND_ONE_AND_DELETE: Verb = Verb::writes("find_one_and_delete", "findAndModify");

impl<M: Model> Collection<M> {
    /// Deletes one document that matches a filter, and returns it.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, remove: true }`
    ///
    /// If the model has a field [`deleted_at`](macro@crate::Model#policies), the documents are kept, and the delete is an
    /// update of this field.
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_decode`](crate::Error::is_decode): the document does not fit the model. It is deleted nevertheless.
    /// - [`is_rejected`](crate::Error::is_rejected): the model has a `deleted_at`, so the delete is an update, and the
    ///   collection's validator refuses the document, which violates it already. An `update_one` of the field with
    ///   [`bypass_document_validation`](crate::action::UpdateOne::bypass_document_validation) deletes it.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> = jobs.find_one_and_delete(j.queue().eq("mail")).sort(j.priority().desc()).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn find_one_and_delete(&self, filter: impl IntoFilter<M>) -> FindOneAndDelete<M> {
        FindOneAndDelete {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::delete_one(filter)),
            view: None,
            options: FindOneAndDeleteOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Deletes a document and returns it.
///
/// Construct with [`Collection::find_one_and_delete`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndDelete<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    view: Option<Document>,
    options: FindOneAndDeleteOptions,
    state: S,
}

action!(FindOneAndDelete { target, builder, view } with FindOneAndDeleteOptions, clearing builder.problems => Option<M>);

setters!([M: Model, S] FindOneAndDelete<M, S>, of M: sort hint collation let_ comment max_time write_concern);
deadline!([M: Model] FindOneAndDelete<M>, FIND_ONE_AND_DELETE, max_time);
explain!([M: Model] FindOneAndDelete<M>);
find_and_modify!(FindOneAndDelete, FIND_ONE_AND_DELETE);
