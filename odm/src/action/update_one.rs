//! `update_one`: change the first document that matches.

use futures_core::future::BoxFuture;
use mongodb::{ClientSession, action::Action, options::UpdateOptions, results::UpdateResult};

use super::{
    Implicit, SessionState, action,
    encode::encode,
    explain::{Explain, Explained},
    prepare::{NewDocument, Problems, UpdateCall, newer},
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    update::{IntoUpdate, Update},
};

pub(super) const UPDATE_ONE: Verb = Verb::new("update_one", "update");

impl<M: Model> Collection<M> {
    /// Changes one document that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: { .. } }] }`
    ///
    /// The rules of the model are not checked: the document as a whole is not seen on this side.
    ///
    /// `await` gives the driver's [`UpdateResult`]: how many matched, how many changed, and the `_id` of a
    /// document that [`upsert`](UpdateOne::upsert) or [`or_insert`](UpdateOne::or_insert) made.
    ///
    /// # Errors
    ///
    /// [`is_not_sent`](crate::Error::is_not_sent): the update is empty, changes one field twice, or has a value that
    /// cannot be stored. [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the new key in a
    /// unique index. [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the result.
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
        let filter = filter.into_filter();
        let filter = filter.into_filter();
        UpdateOne {
            target: self.target(),
            update: update.into_update().under(&filter),
            filter,
            on_insert: None,
            problems: Problems::default(),
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
    on_insert: NewDocument,
    problems: Problems,
    options: UpdateOptions,
    state: S,
}

action!(UpdateOne { target, filter, update, on_insert, problems } with UpdateOptions, clearing problems => UpdateResult);

impl<M: Model> Explained for UpdateOne<M> {
    fn explained(self) -> Explain {
        let filter = self.problems.or_filter(self.filter);
        let call = UpdateCall::inserting(filter, self.update, self.on_insert, self.options);
        let command = call.command(self.target.name(), false);
        Explain::new(self.target, command, None)
    }
}

impl<M: Model, S> UpdateOne<M, S> {
    /// Makes this document if nothing matches: an upsert with `{ $setOnInsert: { .. } }` of every field that the update does
    /// not write itself. The fields that the update writes begin as if they were missing: beside `inc(1)`, a count begins
    /// at 1, whatever the document says.
    ///
    /// The rules of the model are checked first. Its `_id` is the model's, unless the filter asks for one. What the
    /// update writes stays the update's, also inside a document of the model; a change inside an array that the model
    /// stores, or one that writes nothing where there is no field (`pull`, `pop_first`, `rename`), is refused.
    ///
    /// A name of the document that an update cannot use as a path (a key of a flattened map that is empty, holds `.` or starts
    /// with `$`) is refused before anything is sent; so is such a key beside a change inside its map.
    ///
    /// Let the document match the filter: else the next call does not find it, and makes another one.
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
        self.on_insert = Some(encode(model));
        self
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<UpdateResult>>
    where
        S: SessionState<'s>,
    {
        let filter = self.problems.or_filter(self.filter);
        let call = UpdateCall::inserting(filter, self.update, self.on_insert, self.options);
        Box::pin(send(self.target, call, self.state.into_option()))
    }
}

async fn send(target: Target, call: UpdateCall, session: Option<&mut ClientSession>) -> Result<UpdateResult> {
    let operation = target.operation(UPDATE_ONE);
    let (filter, update, options) = call.check(&operation)?;
    let sorted = options.sort.is_some();
    let call = target
        .driver()
        .update_one(filter, update)
        .with_options(options)
        .optional(session, mongodb::action::Update::session);
    exec::run(operation, call).await.map_err(|error| newer(error, sorted, "sort", "8.0"))
}
