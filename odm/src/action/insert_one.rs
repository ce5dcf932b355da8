//! `insert_one`: inserts one document.

use futures_core::future::BoxFuture;
use mongodb::options::InsertOneOptions;

use super::{
    ImplicitSession, SessionState, action, deadline::deadline, hooked, send, setters::setters,
    statement_builder::StatementBuilder,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    model::Model,
    operation::Verb,
    write::WriteKind,
};

pub(super) const INSERT_ONE: Verb = Verb::writes("insert_one", "insert").of_one_document();

impl<M: Model> Collection<M> {
    /// Inserts one document.
    ///
    /// `{ insert: <collection>, documents: [model] }`
    ///
    /// The client checks the rules of the model first, and does not send a document that violates one.
    ///
    /// Awaiting it returns the id of the document.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document violates rules of its model.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key): another document has the same `_id`, or the same key
    ///   in a unique index.
    /// - [`is_rejected`](crate::Error::is_rejected): the collection's validator refuses the document.
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
    #[track_caller]
    pub fn insert_one(&self, model: &M) -> InsertOne<M> {
        InsertOne {
            target: self.target(),
            id: model.id().clone(),
            builder: StatementBuilder::new(WriteKind::insert(model)),
            options: InsertOneOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Inserts one document.
///
/// Construct with [`Collection::insert_one`]. It contains the encoded document, not the model.
#[must_use = "nothing is inserted until the action is awaited"]
pub struct InsertOne<M: Model, S = ImplicitSession> {
    target: Target,
    id: M::Id,
    builder: StatementBuilder<M>,
    options: InsertOneOptions,
    state: S,
}

action!(InsertOne { target, id, builder } with InsertOneOptions, clearing builder.problems => M::Id);

setters!([M: Model, S] InsertOne<M, S>, of M: bypass_document_validation comment write_concern);
deadline!([M: Model] InsertOne<M>, INSERT_ONE, reply);

impl<M: Model, S> InsertOne<M, S> {
    fn execute<'s>(self) -> BoxFuture<'s, Result<M::Id>>
    where
        S: SessionState<'s>,
    {
        let Self { target, id, builder, options, state } = self;
        let statement = builder.into_statement(options, target.policies());
        let sent = hooked::run(state, target, INSERT_ONE, statement, |target, verb, ready, session| {
            Box::pin(send::insert(target, verb, ready, session))
        });
        Box::pin(async move { sent.await.map(|()| id) })
    }
}
