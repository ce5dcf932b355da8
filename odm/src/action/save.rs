//! `save`: inserts a document, or replaces the one with its id.

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::ReplaceOptions,
};

use super::{
    Implicit, SessionState, action,
    deadline::deadline,
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
    write::{Kind, Statement, encode_replacement},
};

pub(super) const SAVE: Verb = Verb::new("save", "update");

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
    /// single fields with [`update_one`](Collection::update_one).
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

/// Inserts a document, or replaces the one with its `_id`.
///
/// Construct with [`Collection::save`]. It contains the encoded document, not the model.
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
