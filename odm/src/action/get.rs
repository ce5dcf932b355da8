//! `get`: the document with this id.

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::FindOneOptions};

use super::{
    Decoder, ImplicitSession, ReadAs, SessionState, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    find_one::read_one,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    filter,
    model::Model,
    operation::Verb,
    path::Operand,
    query::Query,
    value::OwnedRow,
    view::{Projection, View},
};

pub(super) const GET: Verb = Verb::reads("get", "find");

impl<M: Model> Collection<M> {
    /// Gets the document with this id.
    ///
    /// `{ find: <collection>, filter: { _id: id }, limit: 1, singleBatch: true }`
    ///
    /// `id` is any operand of the model's id: the id, a reference to it, or `&str` if the id is a string.
    ///
    /// Awaiting it returns the model, or `None` if there is no such document.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the stored document does not fit
    /// the model.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
    /// let user: Option<User> = users.get(id).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "find_by_id")]
    #[track_caller]
    pub fn get<K>(&self, id: impl Operand<M::Id, K>) -> Get<M> {
        Get {
            target: self.target(),
            filter: id.operand().map(filter::by_id).map_err(Into::into),
            model: std::marker::PhantomData,
            options: FindOneOptions::default(),
            state: ImplicitSession,
        }
    }
}

/// Gets the document with an id.
///
/// Construct with [`Collection::get`].
#[must_use = "nothing is read until the action is awaited"]
pub struct Get<M, S = ImplicitSession> {
    target: Target,
    filter: Result<Document>,
    model: std::marker::PhantomData<fn() -> M>,
    options: FindOneOptions,
    state: S,
}

impl<M: Model, S> Get<M, S> {
    /// Reads the document as a [view](crate::view): `{ projection: { .. } }`.
    ///
    /// Awaiting it returns the view, or `None` if there is no such document. The view owns its data, because there is
    /// no cursor to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> ReadAs<Self, V> {
        self.options.projection = Some(Projection::of::<M, V>());
        ReadAs::new(self, Decoder::of())
    }
}

action!(Get { target, filter, model } with FindOneOptions => Option<M>);

setters!([M: Model, S] Get<M, S>, of M: collation comment max_time read_concern read_preference);
deadline!([M: Model] Get<M>, GET, max_time);
explain!([M: Model] Get<M>);

impl<M: Model, S> super::TakesComment for Get<M, S> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.filter = Err(problem)).ok()
    }
}

impl<M: Model> Explained for Get<M> {
    fn explained(self) -> Explain {
        let (target, query, _) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M: Model, S> Get<M, S> {
    pub(super) fn into_query(self) -> (Target, Result<Query<Document, FindOneOptions>>, S) {
        let Self { target, filter, model: _, options, state } = self;
        (target, filter.map(|filter| Query::new(filter, options)), state)
    }

    fn execute<'s>(self) -> BoxFuture<'s, Result<Option<M>>>
    where
        S: SessionState<'s>,
    {
        self.execute_as(Decoder::of())
    }

    pub(super) fn execute_as<'s, T: 's>(self, decoder: Decoder<T>) -> BoxFuture<'s, Result<Option<T>>>
    where
        S: SessionState<'s>,
    {
        let (target, query, state) = self.into_query();
        read_one(GET, target, query, state, decoder)
    }
}
