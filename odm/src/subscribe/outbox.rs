//! `Outbox`: messages that are stored with the data, and delivered afterwards.

use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    time::Duration,
};

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, doc};

use super::{
    builder::Subscribe,
    dead_letter::{Letter, store},
    delivery::Item,
    monitor::Monitor,
    policy::{Beginning, Incident, OnHistoryLost},
    run::{Limits, limits},
    runner::{Attempted, CurrentChange, Work},
    store::PositionStore,
};
use crate::{
    Tx,
    collection::Collection,
    error::{Error, Result},
    filter::Filter,
    model::Model,
    value::{Decode, Raw, Value},
    watch::{Change, Event},
};

/// Messages that are stored in the transaction of the data that they report, and delivered at least once.
///
/// A program that first commits and then sends a message loses the message if it ends in between. With an outbox, the
/// message is a document of the same transaction. [`deliver`](Self::deliver) calls a handler for each message, and
/// removes the message after the handler has returned `Ok`. What is in the collection is not delivered yet.
///
/// If the model of the messages has a field [`deleted_at`](macro@crate::Model#policies), delivered messages stay as
/// deleted documents. If it has a tenant, pass the handle [`all_tenants`](Collection::all_tenants).
///
/// ```no_run
/// # use odm::{Database, Id, Model, subscribe::Outbox};
/// # #[derive(Debug, Model)]
/// # #[odm(collection = "orders")]
/// # struct Order { id: Id<Order>, email: String }
/// #[derive(Debug, Model)]
/// #[odm(collection = "outbox")]
/// struct Mail {
///     id: Id<Mail>,
///     to: String,
/// }
///
/// # async fn send(mail: &Mail, key: &str) -> odm::Result<()> { Ok(()) }
/// # async fn f(db: Database, order: Order) -> odm::Result<()> {
/// let orders = db.collection::<Order>();
/// let outbox = Outbox::new(db.collection::<Mail>());
/// db.transaction(async |mut tx| {
///     orders.insert_one(&order).session(&mut tx).await?;
///     outbox.add(&mut tx, &Mail { id: Id::new(), to: order.email.clone() }).await
/// })
/// .await?;
///
/// // In this process or in another one:
/// outbox.deliver("mail", async |mail| send(&mail, mail.key()).await).await
/// # }
/// ```
pub struct Outbox<M> {
    messages: Collection<M>,
}

impl<M: Model> Outbox<M> {
    /// Creates an outbox whose messages are the documents of this collection.
    pub fn new(messages: Collection<M>) -> Self {
        Self { messages }
    }

    /// Stores a message in a transaction. It is delivered only if the transaction is committed.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`insert_one`](Collection::insert_one). Return it from the body of the transaction.
    pub async fn add(&self, tx: &mut Tx, message: &M) -> Result<()> {
        self.messages.insert_one(message).session(tx).await.map(drop)
    }

    /// Calls the handler for each message, and removes the message after the handler has returned `Ok`.
    ///
    /// It begins with the stored messages, by their `_id`, and continues with those that are added. It is a
    /// subscription with this name, and awaiting it returns as for [`Subscribe::run`]. If the history of the change
    /// stream is lost, it begins with the stored messages again, so no message is lost.
    ///
    /// A message is delivered again if the process ends after the handler and before the message is removed.
    /// [`Item::key`] is then the same, unless the history was lost in the meantime. The `_id` of the message is always
    /// the same.
    ///
    /// Open it under one name only. With two names, a message is delivered under one of them or under both.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Subscribe::run`], and those of [`exists`](Collection::exists) and
    /// [`delete_one`](Collection::delete_one). After one of these, the message is handled again, as after an error of
    /// the handler.
    pub fn deliver<'h, F, Fut>(&self, name: impl Into<String>, handler: F) -> Deliver<'h, M, F>
    where
        F: Fn(Item<M>) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        Deliver::new(self, name, handler)
    }

    /// Calls a handler that returns errors of a type of your own, as [`Subscribe::try_run`] does.
    pub fn try_deliver<'h, E, F, Fut>(&self, name: impl Into<String>, handler: F) -> Deliver<'h, M, F, E>
    where
        F: Fn(Item<M>) -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: From<Error> + fmt::Display,
    {
        Deliver::new(self, name, handler)
    }
}

impl<M> Clone for Outbox<M> {
    fn clone(&self) -> Self {
        Self { messages: self.messages.clone() }
    }
}

impl<M> fmt::Debug for Outbox<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Outbox").field("messages", &self.messages).finish()
    }
}

/// Delivers the messages of an outbox.
///
/// Construct with [`Outbox::deliver`] or [`Outbox::try_deliver`]. Awaiting it returns `()`, when
/// [`until`](Self::until) is complete.
#[must_use = "nothing is delivered until the action is awaited"]
pub struct Deliver<'h, M: Model, F, E = Error> {
    messages: Collection<M>,
    subscribe: Subscribe<M>,
    limits: Limits<'h>,
    handler: F,
    errors: PhantomData<fn() -> E>,
}

impl<M: Model, F, E> Deliver<'_, M, F, E> {
    fn new(outbox: &Outbox<M>, name: impl Into<String>, handler: F) -> Self {
        let subscribe = outbox
            .messages
            .subscribe(name)
            .begin(Beginning::ExistingDocuments)
            .on_history_lost(OnHistoryLost::DeliverExistingDocuments)
            .stage(doc! { "$match": { "operationType": "insert" } });
        let messages = outbox.messages.clone();
        Self { messages, subscribe, limits: Limits::default(), handler, errors: PhantomData }
    }
}

impl<'h, M: Model, F, E> Deliver<'h, M, F, E> {
    /// Sets where the position is stored, as [`Subscribe::positions`] does. The default is the collection
    /// `odm_subscriptions` of the database of the messages.
    pub fn positions(mut self, store: impl PositionStore) -> Self {
        self.subscribe = self.subscribe.positions(store);
        self
    }

    /// Sets that only one instance delivers messages at a time, as [`Subscribe::lease`] does.
    pub fn lease(mut self, time: Duration) -> Self {
        self.subscribe = self.subscribe.lease(time);
        self
    }

    /// Sets how long the server waits for a message, as [`Subscribe::max_await_time`] does.
    pub fn max_await_time(mut self, time: Duration) -> Self {
        self.subscribe = self.subscribe.max_await_time(time);
        self
    }

    /// Calls this function with each incident, as [`Subscribe::on_incident`] does.
    pub fn on_incident(mut self, observer: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.subscribe = self.subscribe.on_incident(observer);
        self
    }

    /// Returns a handle that shows the status at any time.
    pub fn monitor(&self) -> Monitor {
        self.subscribe.monitor()
    }

    limits!('h);
}

/// Calls the handler with each message, and removes the message.
struct Handler<M, F> {
    messages: Collection<M>,
    handler: F,
}

impl<M: Model, F> Handler<M, F> {
    /// Returns the filter of the front message.
    fn by_id(front: &CurrentChange) -> Result<Filter<M>> {
        let key = front.event.get_document("documentKey").ok();
        let key = key.and_then(|key| Document::decode(Raw::document(key.as_bytes())).ok());
        let id = key.and_then(|mut key| key.remove("_id"));
        id.map(|id| Filter::raw(doc! { "_id": { "$eq": id } }))
            .ok_or_else(|| Error::refused("the message has no `_id`"))
    }

    async fn remove(&self, front: &CurrentChange) -> Result<Attempted> {
        self.messages.delete_one(Self::by_id(front)?).await?;
        Ok(Attempted::Handled)
    }
}

impl<M, E, F, Fut> Work<Change<M>, E> for Handler<M, F>
where
    M: Model + Decode + Send + Sync,
    E: From<Error> + Send,
    F: Fn(Item<M>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), E>> + Send,
{
    fn attempt<'a>(
        &'a self,
        front: &'a CurrentChange,
        item: Item<Change<M>>,
    ) -> BoxFuture<'a, Result<Attempted, E>>
    where
        M: 'a,
        E: 'a,
    {
        Box::pin(async move {
            let Item { row, key, is_existing, attempt } = item;
            let Event::Insert(message) = row.into_event() else { return Ok(Attempted::Handled) };
            // It was delivered and removed already, and the position was not stored.
            if !self.messages.exists(Self::by_id(front)?).await? {
                return Ok(Attempted::Handled);
            }
            (self.handler)(Item { row: message, key, is_existing, attempt }).await?;
            Ok(self.remove(front).await?)
        })
    }

    fn store_letter<'a>(
        &'a self,
        front: &'a CurrentChange,
        letter: &'a Letter,
    ) -> BoxFuture<'a, Result<Attempted>> {
        Box::pin(async move {
            store(&front.setup, letter).await?;
            self.remove(front).await
        })
    }
}

impl<'h, M, F, E, Fut> IntoFuture for Deliver<'h, M, F, E>
where
    M: Model + Send + Sync + 'h,
    F: Fn(Item<M>) -> Fut + Send + Sync + 'h,
    Fut: Future<Output = Result<(), E>> + Send + 'h,
    E: From<Error> + fmt::Display + Send + 'h,
{
    type Output = Result<(), E>;
    type IntoFuture = BoxFuture<'h, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { messages, subscribe, limits, handler, .. } = self;
        let subscriptions = subscribe.into_raw();
        Box::pin(async move {
            let handler = Handler { messages, handler };
            subscriptions?.run::<Change<M>, E, _>(limits, &handler).await
        })
    }
}

impl<M: Model, F, E> fmt::Debug for Deliver<'_, M, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Deliver").field("subscribe", &self.subscribe).finish_non_exhaustive()
    }
}
