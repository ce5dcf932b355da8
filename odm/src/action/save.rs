//! `save`: store a document, whether it is new or not.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    action::Action,
    bson::{Document, RawDocumentBuf},
    options::ReplaceOptions,
};

use super::{
    Implicit, SessionState, action, command,
    encode::encode,
    explain::{Explain, Explained},
    get::by_id,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    exec,
    model::Model,
    trace::Verb,
    value::Value,
};

pub(super) const SAVE: Verb = Verb::new("save", "update");

/// What [`save`](Collection::save) did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Saved {
    /// There was no document with this `_id`: there is one now.
    Created,
    /// The document with this `_id` is now this one.
    Replaced,
}

impl Saved {
    /// Whether there was no document with this `_id`.
    pub fn is_created(self) -> bool {
        self == Self::Created
    }
}

impl<M: Model> Collection<M> {
    /// Stores a whole document in the place of the one with its `_id`, or as a new one if there is none.
    ///
    /// `{ update: <collection>, updates: [{ q: { _id: id }, u: model, upsert: true }] }`
    ///
    /// The rules of the model are checked first; a document that breaks one is not sent. The last one to save wins:
    /// what others changed since the document was read is gone. Where that matters, change single fields with
    /// [`update_one`](Collection::update_one).
    ///
    /// `await` gives [`Saved`]: whether it was created or replaced.
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
    /// if users.save(&user).await?.is_created() {
    ///     println!("welcome, {}", user.name);
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn save(&self, model: &M) -> Save<M> {
        Save {
            target: self.target(),
            filter: by_id(model.id().to_bson()),
            document: encode(model),
            model: std::marker::PhantomData,
            options: ReplaceOptions::default(),
            state: Implicit,
        }
    }
}

/// Stores a whole document, whether it is new or not.
///
/// Construct with [`Collection::save`]. It holds the encoded document, not the model.
#[must_use = "nothing is stored until the action is awaited"]
pub struct Save<M, S = Implicit> {
    target: Target,
    filter: Result<Document>,
    document: Result<RawDocumentBuf>,
    model: std::marker::PhantomData<fn() -> M>,
    options: ReplaceOptions,
    state: S,
}

action!(Save { target, filter, document, model } with ReplaceOptions => Saved);

impl<M: Model> Explained for Save<M> {
    fn explained(self) -> Explain {
        let options = upserting(self.options);
        let command = self
            .filter
            .and_then(|filter| command::replace(self.target.name(), filter, &self.document?, options));
        Explain::new(self.target, command, None)
    }
}

impl<M: Model, S> Save<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<Saved>>
    where
        S: SessionState<'s>,
    {
        Box::pin(send(self.target, self.filter, self.document, self.options, self.state.into_option()))
    }
}

async fn send(
    target: Target,
    filter: Result<Document>,
    document: Result<RawDocumentBuf>,
    options: ReplaceOptions,
    session: Option<&mut ClientSession>,
) -> Result<Saved> {
    let operation = target.operation(SAVE);
    let filter = operation.check(filter)?;
    let document = operation.check(document)?;
    let collection = target.raw();
    let call = collection
        .replace_one(filter, document)
        .with_options(upserting(options))
        .optional(session, mongodb::action::ReplaceOne::session);
    let result = exec::run(operation, call).await?;
    Ok(if result.upserted_id.is_some() { Saved::Created } else { Saved::Replaced })
}

fn upserting(mut options: ReplaceOptions) -> ReplaceOptions {
    options.upsert = Some(true);
    options
}
