//! `find_one_and_update`: updates a document and returns it, as it was before or after.

use mongodb::{bson::Document, options::FindOneAndUpdateOptions};

use super::{
    ImplicitSession, action,
    deadline::deadline,
    explain::explain,
    setters::setters,
    statement_builder::{StatementBuilder, find_and_modify, skip_rules},
};
use crate::{
    collection::{Collection, Target},
    filter::IntoFilter,
    model::Model,
    operation::Verb,
    update::IntoUpdate,
    write::WriteKind,
};

pub(super) const FIND_ONE_AND_UPDATE: Verb = Verb::writes("find_one_and_update", "findAndModify");

impl<M: Model> Collection<M> {
    /// Updates one document that matches a filter, and returns it: as it was before, or with
    /// [`return_new`](FindOneAndUpdate::return_new) as it is afterwards.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, update: { .. } }`
    ///
    /// The client first checks those [rules](crate::update#rules) of the model that the values in the update can
    /// violate.
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): a value in the update violates a rule of the model.
    /// - [`is_not_sent`](crate::Error::is_not_sent), [`is_duplicate_key`](crate::Error::is_duplicate_key),
    ///   [`is_rejected`](crate::Error::is_rejected): as for [`update_one`](Collection::update_one).
    /// - [`is_decode`](crate::Error::is_decode): the returned document does not fit the model. It is updated
    ///   nevertheless.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> =
    ///     jobs.find_one_and_update(j.taken().eq(false), j.taken().set(true)).sort(j.priority().desc()).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn find_one_and_update(
        &self,
        filter: impl IntoFilter<M>,
        update: impl IntoUpdate<M>,
    ) -> FindOneAndUpdate<M> {
        FindOneAndUpdate {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::update_one(filter, update)),
            view: None,
            options: FindOneAndUpdateOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Updates a document and returns it, as it was before or after.
///
/// Construct with [`Collection::find_one_and_update`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndUpdate<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    view: Option<Document>,
    options: FindOneAndUpdateOptions,
    state: S,
}

action!(FindOneAndUpdate { target, builder, view } with FindOneAndUpdateOptions, clearing builder.problems => Option<M>);

setters!([M: Model, S] FindOneAndUpdate<M, S>, of M:
    sort upsert return_new array_filters hint collation let_ bypass_document_validation comment max_time
    write_concern);
deadline!([M: Model] FindOneAndUpdate<M>, FIND_ONE_AND_UPDATE, max_time);
explain!([M: Model] FindOneAndUpdate<M>);
skip_rules!([M: Model, S] FindOneAndUpdate<M, S>, builder);
find_and_modify!(FindOneAndUpdate, FIND_ONE_AND_UPDATE);

impl<M: Model, S> FindOneAndUpdate<M, S> {
    /// Inserts this document, except for the fields that the update writes, if nothing matches: see
    /// [`UpdateOne::or_insert`](crate::action::UpdateOne::or_insert).
    ///
    /// With [`return_new`](Self::return_new), awaiting it then always returns a document: the updated one, or the
    /// inserted one.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::doc};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: User) -> odm::Result<()> {
    /// let u = User::fields();
    /// // An empty update: gets the document, or inserts it.
    /// let user = users.find_one_and_update(u.name().eq(&new.name), doc! {}).or_insert(&new).return_new().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_insert(mut self, model: &M) -> Self {
        self.builder = self.builder.or_insert(model);
        self
    }
}
