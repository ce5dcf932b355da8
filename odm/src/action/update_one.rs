//! `update_one`: updates one document that matches.

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

pub(super) const UPDATE_ONE: Verb = Verb::writes("update_one", "update").of_one_document();

impl<M: Model> Collection<M> {
    /// Updates one document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. } }] }`
    ///
    /// The client first checks those [rules](crate::update#rules) of the model that the values in the update can
    /// violate.
    ///
    /// Awaiting it returns the driver's [`UpdateResult`]: the numbers of matched and of modified documents, and the
    /// `_id` of a document that [`upsert`](UpdateOne::upsert) or [`or_insert`](UpdateOne::or_insert) inserted.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): a value in the update violates a rule of the model.
    /// - [`is_not_sent`](crate::Error::is_not_sent): the update is empty, changes one field twice, or has a value
    ///   that cannot be stored.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the new key in a unique index.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the result.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
    /// let u = User::fields();
    /// let result = users.update_one(u.id().eq(id), u.visits().inc(1)).await?;
    /// println!("{} found, {} changed", result.matched_count, result.modified_count);
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn update_one(&self, filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> UpdateOne<M> {
        UpdateOne {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::update_one(filter, update)),
            options: UpdateOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Updates one document that matches a filter.
///
/// Construct with [`Collection::update_one`].
#[must_use = "nothing is changed until the action is awaited"]
pub struct UpdateOne<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: UpdateOptions,
    state: S,
}

action!(UpdateOne { target, builder } with UpdateOptions, clearing builder.problems => UpdateResult);

setters!([M: Model, S] UpdateOne<M, S>, of M:
    upsert array_filters sort_since_8 hint collation let_ bypass_document_validation comment write_concern);
deadline!([M: Model] UpdateOne<M>, UPDATE_ONE, reply);
explain!([M: Model] UpdateOne<M>);
skip_rules!([M: Model, S] UpdateOne<M, S>, builder);
write_verb!(UpdateOne, UPDATE_ONE, send::update => UpdateResult);

impl<M: Model, S> UpdateOne<M, S> {
    /// Inserts this document if nothing matches: an upsert with `{ $setOnInsert: { .. } }` of every field that the
    /// update does not write. The update writes its fields as if they were missing: with `inc(1)`, a counter starts
    /// at 1, regardless of its value in the document.
    ///
    /// The client checks the rules of the model first. The `_id` is the model's, unless the filter specifies one. The
    /// update also takes precedence for fields inside an embedded document of the model. An update is refused if it
    /// changes something inside an array that the model stores, or if it writes nothing to a missing field (`pull`,
    /// `pop_first`, `rename`).
    ///
    /// A field name that an update cannot use as a path (a key of a flattened map that is empty, contains `.` or
    /// starts with `$`) is refused before anything is sent. If the update changes something inside a map, such a key
    /// of this map is refused too.
    ///
    /// The document should match the filter. Otherwise the next call does not find it, and inserts another one.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: User) -> odm::Result<()> {
    /// let u = User::fields();
    /// // { $inc: { visits: 1 }, $setOnInsert: { _id: .., name: .., age: .. } }
    /// users.update_one(u.name().eq(&new.name), u.visits().inc(1)).or_insert(&new).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_insert(mut self, model: &M) -> Self {
        self.builder = self.builder.or_insert(model);
        self
    }
}
