//! `save`: store a document, whether it is new or not.

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::ReplaceOptions,
};

use super::{
    Implicit, SessionState, action,
    deadline::deadline,
    encode::encode_replacement,
    explain::{Explain, Explained, explain},
    get::by_id,
    send,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    model::Model,
    operation::Verb,
    value::Value,
    write::{Kind, Statement},
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
            document: encode_replacement(model),
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

setters!([M: Model, S] Save<M, S>, of M: bypass_document_validation comment write_concern);
deadline!([M: Model] Save<M>, SAVE, reply);
explain!([M: Model] Save<M>);

impl<M: Model, S> super::TakesComment for Save<M, S> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.document = Err(problem)).ok()
    }
}

impl<M: Model> Explained for Save<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_write(target, statement)
    }
}

impl<M: Model, S> Save<M, S> {
    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, document, model: _, mut options, state } = self;
        options.upsert = Some(true);
        let statement = filter.and_then(|filter| {
            Ok(Statement::new::<M>(Kind::Replace { filter, document: document? }, options))
        });
        (target, statement, state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<Saved>>
    where
        S: SessionState<'s>,
    {
        let (target, statement, state) = self.into_statement();
        let sent = send::update(target, SAVE, statement, state.into_option());
        Box::pin(async move {
            let made = sent.await?.upserted_id.is_some();
            Ok(if made { Saved::Created } else { Saved::Replaced })
        })
    }
}
