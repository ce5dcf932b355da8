//! `replace_one`: replaces one document that matches.

use mongodb::{options::ReplaceOptions, results::UpdateResult};

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

pub(super) const REPLACE_ONE: Verb = Verb::writes("replace_one", "update").of_one_document();

impl<M: Model> Collection<M> {
    /// Replaces one document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: model }] }`
    ///
    /// The client checks the rules of the model first, and does not send a document that violates one. The `_id` of a
    /// stored document cannot change: the server refuses a model with another id.
    ///
    /// Awaiting it returns the driver's [`UpdateResult`]: the numbers of matched and of modified documents, and the
    /// `_id` of a document that [`upsert`](ReplaceOne::upsert) inserted.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document violates rules of its model.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the same key in a unique index.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the document.
    /// - [`is_stale_version`](crate::Error::is_stale_version): the document that the filter finds was changed after it was
    ///   read, if the model has a version.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, user: User) -> odm::Result<()> {
    /// let u = User::fields();
    /// users.replace_one(u.id().eq(user.id), &user).upsert(true).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn replace_one(&self, filter: impl IntoFilter<M>, model: &M) -> ReplaceOne<M> {
        ReplaceOne {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::replace(filter, model)),
            options: ReplaceOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Replaces one document that matches a filter.
///
/// Construct with [`Collection::replace_one`]. It contains the encoded document, not the model.
#[must_use = "nothing is replaced until the action is awaited"]
pub struct ReplaceOne<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: ReplaceOptions,
    state: S,
}

action!(ReplaceOne { target, builder } with ReplaceOptions, clearing builder.problems => UpdateResult);

setters!([M: Model, S] ReplaceOne<M, S>, of M:
    upsert sort_since_8 hint collation let_ bypass_document_validation comment write_concern);
deadline!([M: Model] ReplaceOne<M>, REPLACE_ONE, reply);
explain!([M: Model] ReplaceOne<M>);
write_verb!(ReplaceOne, REPLACE_ONE, send::update => UpdateResult);
