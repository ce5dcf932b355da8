//! `find_one_and_replace`: replaces a document and returns it, as it was before or after.

use mongodb::{bson::Document, options::FindOneAndReplaceOptions};

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

pub(super) const FIND_ONE_AND_REPLACE: Verb = Verb::writes("find_one_and_replace", "findAndModify");

impl<M: Model> Collection<M> {
    /// Replaces one document that matches a filter, and returns it: as it was before, or with
    /// [`return_new`](FindOneAndReplace::return_new) as it is afterwards.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, update: model }`
    ///
    /// The client checks the rules of the model first, and does not send a document that violates one.
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document violates rules of its model.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key), [`is_rejected`](crate::Error::is_rejected),
    ///   [`is_stale_version`](crate::Error::is_stale_version): as for [`replace_one`](Collection::replace_one).
    /// - [`is_decode`](crate::Error::is_decode): the returned document does not fit the model. It is replaced
    ///   nevertheless.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>, next: Job) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> = jobs.find_one_and_replace(j.id().eq(next.id), &next).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn find_one_and_replace(&self, filter: impl IntoFilter<M>, model: &M) -> FindOneAndReplace<M> {
        FindOneAndReplace {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::replace(filter, model)),
            view: None,
            options: FindOneAndReplaceOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Replaces a document and returns it, as it was before or after.
///
/// Construct with [`Collection::find_one_and_replace`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndReplace<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    view: Option<Document>,
    options: FindOneAndReplaceOptions,
    state: S,
}

action!(FindOneAndReplace { target, builder, view } with FindOneAndReplaceOptions, clearing builder.problems => Option<M>);

setters!([M: Model, S] FindOneAndReplace<M, S>, of M:
    sort upsert return_new hint collation let_ bypass_document_validation comment max_time write_concern);
deadline!([M: Model] FindOneAndReplace<M>, FIND_ONE_AND_REPLACE, max_time);
explain!([M: Model] FindOneAndReplace<M>);
find_and_modify!(FindOneAndReplace, FIND_ONE_AND_REPLACE);
