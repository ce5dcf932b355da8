//! `save_changes`: stores what differs between two states of a document.

use futures_core::future::BoxFuture;
use mongodb::options::UpdateOptions;

use super::{
    ImplicitSession, SessionState, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    hooked, send,
    setters::setters,
    statement_builder::StatementBuilder,
};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    model::Model,
    operation::Verb,
    update::Update,
    write::WriteKind,
};

pub(super) const SAVE_CHANGES: Verb = Verb::writes("save_changes", "update").of_one_document();

/// The outcome of [`save_changes`](Collection::save_changes), which returns it when awaited.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
#[must_use = "the document may be gone, so that nothing was stored: `SavedChanges::NotFound`"]
pub enum SavedChanges {
    /// The two states are stored as the same document. Nothing was sent.
    Unchanged,
    /// The changes are stored.
    Stored,
    /// No document of the handle has the `_id`: it was removed, or is deleted or one of another tenant by the policies
    /// of the model. Or the model has a schema version, and the document has another one. Nothing was stored.
    NotFound,
}

impl<M: Model> Collection<M> {
    /// Stores what differs between two states of a document: as it was read, and as it is now.
    ///
    /// `{ update: <collection>, updates: [{ q: { _id: id }, u: { $set: { "shipTo.city": "Oslo" } } }] }`, with the
    /// update of [`Update::between`](crate::Update::between). The [policies](macro@crate::Model#policies) of the model
    /// add to the filter and to the update, as for [`update_one`](Collection::update_one). If nothing differs, nothing
    /// is sent.
    ///
    /// Unlike [`save`](Collection::save), it keeps fields that the model does not declare, and changes that others have
    /// made to other fields meanwhile. The last one wins only where two change the same field. If the model has a
    /// [version](macro@crate::Model#policies), only a document of the version of `before` is changed, so nobody wins over another.
    ///
    /// An element of an array whose elements have an `id` is changed where it is. If it was removed meanwhile, its change is
    /// lost, and [`Stored`](SavedChanges::Stored) is returned nevertheless; a version prevents this.
    ///
    /// The client checks the rules of the model first, for the whole document `after`. If the model has a schema version,
    /// only a document of that version is changed: an older one has other fields. [`save`](Collection::save) rewrites it.
    ///
    /// Awaiting it returns [`SavedChanges`]. That no document has the `_id` is not an error, unlike for
    /// [`save`](Collection::save) of a model with a version.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document `after` violates rules of its model.
    /// - [`is_stale_version`](crate::Error::is_stale_version): the model has a version, and the document was changed since
    ///   it was read. Nothing was stored.
    /// - [`is_not_sent`](crate::Error::is_not_sent): the models have different ids, versions or tenants, or the handle
    ///   specifies no tenant.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the same key in a unique index.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the result.
    ///
    /// The server returns an error if an embedded document that is changed inside is null or of another type by now.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// use odm::action::SavedChanges;
    ///
    /// # #[derive(Clone, Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
    /// let Some(before) = users.get(id).await? else { return Ok(()) };
    /// let mut user = before.clone();
    /// user.age += 1;
    /// match users.save_changes(&before, &user).await? { // { $set: { age: .. } }
    ///     SavedChanges::NotFound => println!("the user is gone"),
    ///     _ => println!("saved"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    #[doc(alias = "dirty")]
    pub fn save_changes(&self, before: &M, after: &M) -> SaveChanges<M> {
        // The policies maintain the times: those of the models may be older.
        let times = [M::POLICIES.created_at(), M::POLICIES.updated_at()];
        let update = Update::between(before, after).without(times.into_iter().flatten());
        SaveChanges {
            target: self.target(),
            is_unchanged: update.is_empty(),
            builder: StatementBuilder::new(WriteKind::save_changes(before, after, update)),
            options: UpdateOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Stores what differs between two states of a document.
///
/// Construct with [`Collection::save_changes`]. It contains the update, not the models.
#[must_use = "nothing is stored until the action is awaited"]
pub struct SaveChanges<M, S = ImplicitSession> {
    target: Target,
    is_unchanged: bool,
    builder: StatementBuilder<M>,
    options: UpdateOptions,
    state: S,
}

action!(SaveChanges { target, is_unchanged, builder } with UpdateOptions, clearing builder.problems => SavedChanges);

setters!([M: Model, S] SaveChanges<M, S>, of M: bypass_document_validation comment write_concern);
deadline!([M: Model] SaveChanges<M>, SAVE_CHANGES, reply);
explain!([M: Model] SaveChanges<M>);

impl<M: Model> Explained for SaveChanges<M> {
    fn explained(self) -> Explain {
        let Self { target, builder, options, .. } = self;
        let statement = builder.into_statement_with(updating(options), target.policies());
        Explain::of_write(target, statement)
    }
}

impl<M: Model, S> SaveChanges<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<SavedChanges>>
    where
        S: SessionState<'s>,
    {
        let Self { target, is_unchanged, builder, options, state } = self;
        let statement = builder.into_statement_with(updating(options), target.policies());
        if is_unchanged {
            return state.at(target.operation(SAVE_CHANGES)).run(|_| {
                Box::pin(async move {
                    target.operation(SAVE_CHANGES).check(statement).map(|_| SavedChanges::Unchanged)
                })
            });
        }
        let sent = hooked::run(state, target, SAVE_CHANGES, statement, |target, verb, ready, session| {
            Box::pin(send::update(target, verb, ready, session))
        });
        Box::pin(async move {
            let result = sent.await?;
            Ok(if result.matched_count == 0 { SavedChanges::NotFound } else { SavedChanges::Stored })
        })
    }
}

/// Refuses an upsert: it would insert a document of the changed fields alone.
fn updating(options: UpdateOptions) -> Result<UpdateOptions> {
    if options.upsert == Some(true) {
        return Err(Error::refused(
            "the options have an `upsert`, and the changes alone are not a document: use `save`, which inserts it",
        ));
    }
    Ok(options)
}
