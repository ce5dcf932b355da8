//! `save`: inserts a document, or replaces the one with its id.

use mongodb::options::ReplaceOptions;

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
    model::Model,
    operation::Verb,
    write::WriteKind,
};

pub(super) const SAVE: Verb = Verb::writes("save", "update").of_one_document();

/// The outcome of [`save`](Collection::save).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// The document was inserted. There was none with its `_id`.
    Created,
    /// The document replaced the one with its `_id`.
    Replaced,
}

impl Saved {
    /// Returns whether the document was inserted.
    pub fn is_created(self) -> bool {
        self == Self::Created
    }
}

impl<M: Model> Collection<M> {
    /// Replaces the document with the model's `_id`, or inserts the model if there is no such document.
    ///
    /// `{ update: <collection>, updates: [{ q: { _id: id }, u: model, upsert: true }] }`
    ///
    /// The client checks the rules of the model first, and does not send a document that violates one. The last
    /// `save` wins: it overwrites what others have changed since the document was read. To keep their changes, update
    /// single fields with [`update_one`](Collection::update_one), or give the model a
    /// [version](macro@crate::Model#policies). Then a `save` replaces only the version that was read, and inserts only a
    /// document of the version 0, which was never stored.
    ///
    /// Awaiting it returns [`Saved`]: whether the document was inserted or replaced another.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document violates rules of its model.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the same key in a unique index.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the document.
    /// - [`is_stale_version`](crate::Error::is_stale_version), [`is_not_found`](crate::Error::is_not_found): the document
    ///   was changed or deleted after it was read, if the model has a version.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, user: User) -> odm::Result<()> {
    /// if users.save(&user).await?.is_created() {
    ///     println!("welcome, {}", user.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "upsert")]
    #[track_caller]
    pub fn save(&self, model: &M) -> Save<M> {
        Save {
            target: self.target(),
            builder: StatementBuilder::new(WriteKind::save(model)),
            options: ReplaceOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Inserts a document, or replaces the one with its `_id`.
///
/// Construct with [`Collection::save`]. It contains the encoded document, not the model.
#[must_use = "nothing is stored until the action is awaited"]
pub struct Save<M, S = ImplicitSession> {
    target: Target,
    builder: StatementBuilder<M>,
    options: ReplaceOptions,
    state: S,
}

action!(Save { target, builder } with ReplaceOptions, clearing builder.problems => Saved);

setters!([M: Model, S] Save<M, S>, of M: bypass_document_validation comment write_concern);
deadline!([M: Model] Save<M>, SAVE, reply);
explain!([M: Model] Save<M>);
write_verb!(Save, SAVE, send::save => Saved);
