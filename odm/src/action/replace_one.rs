//! `replace_one`: put a whole document in the place of the first that matches.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    action::Action,
    bson::{Document, RawDocumentBuf},
    options::ReplaceOptions,
    results::UpdateResult,
};

use super::{
    Implicit, SessionState, action, command,
    encode::encode_replacement,
    explain::{Explain, Explained},
    prepare::{Problems, newer},
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
};

pub(super) const REPLACE_ONE: Verb = Verb::new("replace_one", "update");

impl<M: Model> Collection<M> {
    /// Puts a whole document in the place of one that matches a filter.
    ///
    /// `{ update: <collection>, updates: [{ q: { .. }, u: model }] }`
    ///
    /// The rules of the model are checked first; a document that breaks one is not sent. The `_id` of a
    /// stored document cannot change: the server refuses a model with another id.
    ///
    /// `await` gives the driver's [`UpdateResult`]: how many matched, how many changed, and the `_id` of a
    /// document that [`upsert`](ReplaceOne::upsert) made.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](crate::Error::is_invalid): the document breaks rules of its model.
    /// [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has its key in a unique index.
    /// [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses it.
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
    pub fn replace_one(&self, filter: impl IntoFilter<M>, model: &M) -> ReplaceOne<M> {
        ReplaceOne {
            target: self.target(),
            filter: filter.into_filter(),
            document: encode_replacement(model),
            problems: Problems::default(),
            options: ReplaceOptions::default(),
            state: Implicit,
        }
    }
}

/// Puts a whole document in the place of one that matches a filter.
///
/// Construct with [`Collection::replace_one`]. It holds the encoded document, not the model.
#[must_use = "nothing is replaced until the action is awaited"]
pub struct ReplaceOne<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    document: Result<RawDocumentBuf>,
    problems: Problems,
    options: ReplaceOptions,
    state: S,
}

action!(ReplaceOne { target, filter, document, problems } with ReplaceOptions, clearing problems => UpdateResult);

impl<M: Model> Explained for ReplaceOne<M> {
    fn explained(self) -> Explain {
        let filter = self.problems.or_filter(self.filter);
        let command = filter
            .and_then(|filter| command::replace(self.target.name(), filter, &self.document?, self.options));
        Explain::new(self.target, command, None)
    }
}

impl<M: Model, S> ReplaceOne<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<UpdateResult>>
    where
        S: SessionState<'s>,
    {
        Box::pin(send(
            self.target,
            REPLACE_ONE,
            self.problems.or_filter(self.filter),
            self.document,
            self.options,
            self.state.into_option(),
        ))
    }
}

/// For this verb, and for what else puts a whole document in a place.
pub(super) async fn send(
    target: Target,
    verb: Verb,
    filter: Result<Document>,
    document: Result<RawDocumentBuf>,
    options: ReplaceOptions,
    session: Option<&mut ClientSession>,
) -> Result<UpdateResult> {
    let operation = target.operation(verb);
    let filter = operation.check(filter)?;
    let document = operation.check(document)?;
    let collection = target.raw();
    let sorted = options.sort.is_some();
    let call = collection
        .replace_one(filter, document)
        .with_options(options)
        .optional(session, mongodb::action::ReplaceOne::session);
    exec::run(operation, call).await.map_err(|error| newer(error, sorted, "sort", "8.0"))
}
