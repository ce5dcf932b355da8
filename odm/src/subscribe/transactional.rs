//! `Transactional`: the position and the writes of the handler in one transaction.

use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};

use futures_core::future::BoxFuture;
use mongodb::options::WriteConcern;

use super::{
    builder::Subscribe,
    dead_letter::{Letter, put},
    delivery::Item,
    run::{Limits, limits},
    runner::{Attempted, CurrentChange, Work},
    store::{MongoPositions, superseded},
};
use crate::{
    Tx,
    error::{Error, Result},
    model::Model,
    session::{ExplicitSession, SessionState},
    value::OwnedRow,
};

impl<M: Model, Row> Subscribe<M, Row> {
    /// Makes the writes of the handler and the position one transaction, so that each change takes effect exactly
    /// once.
    ///
    /// The positions must be stored in the same deployment, which is the default. Each change is one transaction, with
    /// the write concern `majority`: it stores the position, and then the handler runs. If another instance has begun a
    /// term, the transaction is aborted.
    ///
    /// Only the writes that the handler makes with its [`Tx`] are part of it. Keep the handler short: the server ends a
    /// transaction after 60 seconds by default. With a [`lease`](Subscribe::lease), the lease is renewed while the
    /// handler runs. If its process is paused or killed, the instance that takes over ends the transaction
    /// (`killSessions`, for which it must be the same user).
    pub fn transactional(mut self) -> Transactional<M, Row> {
        self.set_transactional();
        Transactional(self)
    }
}

/// A subscription whose handler runs in a transaction with the position.
///
/// Construct with [`Subscribe::transactional`].
#[must_use = "nothing is handled until `run` is awaited"]
pub struct Transactional<M, Row>(Subscribe<M, Row>);

impl<M: Model, Row> Transactional<M, Row> {
    /// Calls the handler for each change, in a transaction.
    ///
    /// Awaiting it returns as for [`Subscribe::run`]. The handler receives the change and the [`Tx`], which it passes
    /// to `.session(..)` of its writes. It may run several times for one change, but the writes of only one time take
    /// effect.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`Subscribe::run`].
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, watch::Event};
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, customer: i64, total: i64 }
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "accounts")]
    /// # struct Account { id: i64, balance: i64 }
    /// # async fn f(orders: Collection<Order>, accounts: Collection<Account>) -> odm::Result<()> {
    /// let a = Account::fields();
    /// orders
    ///     .subscribe("balances")
    ///     .transactional()
    ///     .run(async |change, mut tx| {
    ///         if let Event::Insert(order) = change.event() {
    ///             let account = a.id().eq(order.customer);
    ///             accounts.update_one(account, a.balance().inc(order.total)).session(&mut tx).await?;
    ///         }
    ///         Ok(())
    ///     })
    ///     .await
    /// # }
    /// ```
    pub fn run<'h, F, Fut>(self, handler: F) -> RunTransactional<'h, M, Row, F>
    where
        F: Fn(Item<Row>, Tx) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        RunTransactional::new(self, handler)
    }

    /// Calls a handler that returns errors of a type of your own, as [`Subscribe::try_run`] does.
    pub fn try_run<'h, E, F, Fut>(self, handler: F) -> RunTransactional<'h, M, Row, F, E>
    where
        F: Fn(Item<Row>, Tx) -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: From<Error> + fmt::Display,
    {
        RunTransactional::new(self, handler)
    }
}

impl<M, Row> fmt::Debug for Transactional<M, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Transactional").field(&self.0).finish()
    }
}

/// Calls a handler for each change of a subscription, in a transaction.
///
/// Construct with [`Transactional::run`] or [`Transactional::try_run`]. Awaiting it returns `()`.
#[must_use = "nothing is handled until the action is awaited"]
pub struct RunTransactional<'h, M, Row, F, E = Error> {
    subscribe: Subscribe<M, Row>,
    limits: Limits<'h>,
    handler: F,
    errors: PhantomData<fn() -> E>,
}

impl<'h, M, Row, F, E> RunTransactional<'h, M, Row, F, E> {
    fn new(Transactional(subscribe): Transactional<M, Row>, handler: F) -> Self {
        Self { subscribe, limits: Limits::default(), handler, errors: PhantomData }
    }

    limits!('h);
}

/// Calls the handler with each change, in a transaction that saves the position.
struct Handler<F> {
    handler: F,
    store: MongoPositions,
}

impl<F> Handler<F> {
    /// Saves the position and runs the body in one transaction.
    async fn transaction<E, B, Fut>(&self, front: &CurrentChange, body: B) -> Result<Attempted, E>
    where
        E: From<Error> + Send,
        F: Sync,
        B: Fn(Tx) -> Fut + Send + Sync,
        Fut: Future<Output = Result<(), E>> + Send,
    {
        let guard = Arc::clone(&front.tracker.saving).lock_owned().await;
        let is_unexpected = AtomicBool::new(false);
        let (flag, body) = (&is_unexpected, &body);
        let database = front.setup.target.database();
        let mut session = front.term.session().await.ok_or_else(no_session)?;
        let outcome = database
            .try_transaction(move |mut tx| async move {
                let name = &front.setup.name;
                if !self.store.save_in(&mut tx, name, &front.after, &front.term).await? {
                    flag.store(true, Ordering::SeqCst);
                    return Err(E::from(superseded()));
                }
                body(tx).await
            })
            .session(&mut session)
            .write_concern(WriteConcern::majority())
            .await;
        match outcome {
            Ok(()) => {
                front.term.committed();
                Ok(Attempted::Saved(guard))
            }
            Err(_) if is_unexpected.load(Ordering::SeqCst) => {
                if !self.store.was_committed(&front.setup.name, &front.term).await? {
                    return Ok(Attempted::Superseded);
                }
                front.term.committed();
                Ok(Attempted::Committed(guard))
            }
            Err(error) => Err(error),
        }
    }
}

#[cold]
fn no_session() -> Error {
    Error::refused("the term of this subscription has no transactions")
}

impl<Row, E, F, Fut> Work<Row, E> for Handler<F>
where
    Row: OwnedRow + Send,
    E: From<Error> + Send,
    F: Fn(Item<Row>, Tx) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), E>> + Send,
{
    fn attempt<'a>(&'a self, front: &'a CurrentChange, item: Item<Row>) -> BoxFuture<'a, Result<Attempted, E>>
    where
        Row: 'a,
        E: 'a,
    {
        Box::pin(async move {
            // The body may run several times. The change is decoded again each further time.
            let (attempt, first) = (item.attempt, Mutex::new(Some(item)));
            let first = &first;
            self.transaction(front, move |tx| async move {
                let item = first.lock().unwrap_or_else(PoisonError::into_inner).take();
                let item = item.map_or_else(|| front.item(attempt), Ok)?;
                (self.handler)(item, tx).await
            })
            .await
        })
    }

    fn store_letter<'a>(
        &'a self,
        front: &'a CurrentChange,
        letter: &'a Letter,
    ) -> BoxFuture<'a, Result<Attempted>> {
        Box::pin(async move {
            let attempted = self
                .transaction(front, move |mut tx| async move {
                    let session = ExplicitSession::new(&mut tx);
                    session.run(|session| Box::pin(put(&front.setup, letter, session))).await?;
                    letter.is_written.store(true, Ordering::SeqCst);
                    Ok::<(), Error>(())
                })
                .await?;
            Ok(match attempted {
                // Its transaction began at the same position, so it is the one that was committed.
                Attempted::Committed(guard) if letter.is_written.load(Ordering::SeqCst) => {
                    Attempted::Saved(guard)
                }
                attempted => attempted,
            })
        })
    }
}

impl<'h, M, Row, F, E, Fut> IntoFuture for RunTransactional<'h, M, Row, F, E>
where
    M: Model,
    Row: OwnedRow + Send + 'h,
    F: Fn(Item<Row>, Tx) -> Fut + Send + Sync + 'h,
    Fut: Future<Output = Result<(), E>> + Send + 'h,
    E: From<Error> + fmt::Display + Send + 'h,
{
    type Output = Result<(), E>;
    type IntoFuture = BoxFuture<'h, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { subscribe, limits, handler, .. } = self;
        let store = subscribe.store().as_mongo().cloned();
        let subscriptions = subscribe.into_raw();
        Box::pin(async move {
            let store = store.ok_or_else(|| {
                Error::refused(
                    "this store of positions has no transactions: use `MongoPositions`, or run the subscription \
                     without `transactional`",
                )
            })?;
            subscriptions?.run::<Row, E, _>(limits, &Handler { handler, store }).await
        })
    }
}

impl<M, Row, F, E> fmt::Debug for RunTransactional<'_, M, Row, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RunTransactional").field("subscribe", &self.subscribe).finish_non_exhaustive()
    }
}
