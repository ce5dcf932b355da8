//! `update_one`: change the first document that matches.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    action::Action,
    bson::Document,
    options::{UpdateModifications, UpdateOptions},
    results::UpdateResult,
};

use super::{Implicit, SessionState, action};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    trace::Verb,
    update::{IntoUpdate, Update},
};

const UPDATE_ONE: Verb = Verb::new("update_one", "update");

impl<M: Model> Collection<M> {
    /// Changes one document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. } }] }`
    ///
    /// The rules of the model are not checked: the document as a whole is not seen on this side.
    ///
    /// `await` gives the driver's [`UpdateResult`]: how many matched, how many changed, and the `_id` of a
    /// document that [`upsert`](UpdateOne::upsert) made.
    ///
    /// # Errors
    ///
    /// [`is_not_sent`](Error::is_not_sent): the update is empty, changes one field twice, or has a value that
    /// cannot be stored. [`is_duplicate_key`](Error::is_duplicate_key): another document has the new key in a
    /// unique index. [`is_rejected`](Error::is_rejected): the collection's validator refuses the result.
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
    pub fn update_one(&self, filter: impl IntoFilter<M>, update: impl IntoUpdate<M>) -> UpdateOne<M> {
        UpdateOne {
            target: self.target(),
            filter: filter.into_filter(),
            update: update.into_update(),
            options: UpdateOptions::default(),
            state: Implicit,
        }
    }
}

/// Changes one document that matches a filter.
///
/// Construct with [`Collection::update_one`].
#[must_use = "nothing is changed until the action is awaited"]
pub struct UpdateOne<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    update: Update<M>,
    options: UpdateOptions,
    state: S,
}

impl<M: Model, S> UpdateOne<M, S> {
    /// Makes a document from the filter and the update if nothing matches: `{ upsert: true }`.
    pub fn upsert(mut self, upsert: bool) -> Self {
        self.options.upsert = Some(upsert);
        self
    }
}

action!(UpdateOne { target, filter, update } with UpdateOptions => UpdateResult);

impl<M: Model, S> UpdateOne<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<UpdateResult>>
    where
        S: SessionState<'s>,
    {
        let update = parts(self.update);
        Box::pin(send(
            self.target,
            self.filter.into_document(),
            update,
            self.options,
            self.state.into_option(),
        ))
    }
}

/// What an update sends, if it changes something.
pub(super) fn parts<M>(update: Update<M>) -> Result<(UpdateModifications, Vec<Document>)> {
    if update.is_empty() {
        return Err(Error::refused("the update is empty"));
    }
    update.into_parts()
}

async fn send(
    target: Target,
    filter: Result<Document>,
    update: Result<(UpdateModifications, Vec<Document>)>,
    mut options: UpdateOptions,
    session: Option<&mut ClientSession>,
) -> Result<UpdateResult> {
    let operation = target.operation(UPDATE_ONE);
    let filter = operation.check(filter)?;
    let (update, array_filters) = operation.check(update)?;
    if !array_filters.is_empty() {
        options.array_filters.get_or_insert_default().extend(array_filters);
    }
    let call = target
        .driver()
        .update_one(filter, update)
        .with_options(options)
        .optional(session, mongodb::action::Update::session);
    exec::run(operation, call).await
}
