//! `insert_one`: store one new document.

use futures_core::future::BoxFuture;
use mongodb::{bson::RawDocumentBuf, options::InsertOneOptions};

use super::{Implicit, SessionState, action, deadline::deadline, encode::encode, send, setters::setters};
use crate::{
    collection::{Collection, Target},
    error::Result,
    model::Model,
    operation::Verb,
    write::{Kind, Statement},
};

pub(super) const INSERT_ONE: Verb = Verb::new("insert_one", "insert");

impl<M: Model> Collection<M> {
    /// Stores one new document.
    ///
    /// `{ insert: <collection>, documents: [model] }`
    ///
    /// The rules of the model are checked first; a document that breaks one is not sent.
    ///
    /// `await` gives the id of the document.
    ///
    /// # Errors
    ///
    /// [`is_invalid`](crate::Error::is_invalid): the document breaks rules of its model.
    /// [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has its `_id`, or its key in a
    /// unique index. [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses it.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, user: User) -> odm::Result<()> {
    /// match users.insert_one(&user).await {
    ///     Ok(id) => println!("welcome, {id}"),
    ///     Err(error) if error.is_duplicate_key() => println!("this name is taken"),
    ///     Err(error) => return Err(error),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn insert_one(&self, model: &M) -> InsertOne<M> {
        InsertOne {
            target: self.target(),
            id: model.id().clone(),
            document: encode(model),
            options: InsertOneOptions::default(),
            state: Implicit,
        }
    }
}

/// Stores one new document.
///
/// Construct with [`Collection::insert_one`]. It holds the encoded document, not the model.
#[must_use = "nothing is inserted until the action is awaited"]
pub struct InsertOne<M: Model, S = Implicit> {
    target: Target,
    id: M::Id,
    document: Result<RawDocumentBuf>,
    options: InsertOneOptions,
    state: S,
}

action!(InsertOne { target, id, document } with InsertOneOptions => M::Id);

setters!([M: Model, S] InsertOne<M, S>, of M: bypass_document_validation comment write_concern);
deadline!([M: Model] InsertOne<M>, INSERT_ONE, reply);

impl<M: Model, S> super::TakesComment for InsertOne<M, S> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.document = Err(problem)).ok()
    }
}

impl<M: Model, S> InsertOne<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<M::Id>>
    where
        S: SessionState<'s>,
    {
        let Self { target, id, document, options, state } = self;
        let statement = document.map(|document| Statement::new::<M>(Kind::Insert { document }, options));
        let sent = send::insert(target, INSERT_ONE, statement, state.into_option());
        Box::pin(async move { sent.await.map(|()| id) })
    }
}
