//! `Tx`: the session of a transaction, which its body owns.

use std::{fmt, future::Future};

use mongodb::ClientSession;
use tokio::sync::OwnedMutexGuard;

use super::ending::Ending;
use crate::{
    error::Result,
    session::{AsSession, ExplicitSession, Inner, Session, sealed},
};

/// A transaction in progress. The body of [`Database::transaction`](crate::Database::transaction) receives it.
///
/// Pass `&mut tx` to `.session(..)` of each action that belongs to the transaction. An action without it runs outside
/// of the transaction, and takes effect at once. To a function, pass `&mut Tx`:
///
/// ```no_run
/// # use odm::{Database, Id, Model, Tx};
/// # #[derive(Model)]
/// # #[odm(collection = "accounts")]
/// # struct Account { id: Id<Account>, balance: i64 }
/// async fn pay(db: &Database, tx: &mut Tx, account: Id<Account>, amount: i64) -> odm::Result<()> {
///     let a = Account::fields();
///     db.collection::<Account>().update_one(a.id().eq(account), a.balance().inc(amount)).session(tx).await?;
///     Ok(())
/// }
/// ```
///
/// A transaction runs one action at a time, because the action borrows the `Tx`. The `Tx` must be dropped before the
/// body returns. Otherwise the transaction is aborted, and returns an error for which
/// [`is_transaction_aborted`](crate::Error::is_transaction_aborted) is true. Such a `Tx` can no longer be committed,
/// and each action in it returns the same kind of error.
pub struct Tx {
    inner: OwnedMutexGuard<Inner>,
    ending: Ending,
}

impl Tx {
    pub(super) fn new(inner: OwnedMutexGuard<Inner>, ending: Ending) -> Self {
        Self { inner, ending }
    }

    /// Runs a future after the transaction is committed, for what the database cannot undo: a message, a request to
    /// another service.
    ///
    /// The futures of `on_commit` run one after the other, before [`Database::transaction`] returns. If that future is
    /// dropped during the commit, a task of its own makes the commit and runs them. They do not run if the transaction
    /// is aborted, if the attempt is repeated (which registers them again), or if it is not known whether the
    /// transaction is committed. Nothing runs them if the process ends after the commit: store what must not be lost in
    /// a document of the transaction.
    ///
    /// [`Database::transaction`]: crate::Database::transaction
    ///
    /// ```no_run
    /// # use odm::{Collection, Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order> }
    /// # async fn send_receipt(order: Id<Order>) {}
    /// # async fn f(db: Database, order: Order) -> odm::Result<()> {
    /// let orders = db.collection::<Order>();
    /// db.transaction(async |mut tx| {
    ///     let id = orders.insert_one(&order).session(&mut tx).await?;
    ///     tx.on_commit(send_receipt(id));
    ///     Ok(())
    /// })
    /// .await
    /// # }
    /// ```
    pub fn on_commit(&mut self, effect: impl Future<Output = ()> + Send + 'static) {
        self.ending.effects.on_commit(Box::pin(effect));
    }

    /// Runs a future after this attempt is aborted, to undo what the body did outside of the database.
    ///
    /// The futures of `on_abort` run one after the other, before the next attempt or before
    /// [`Database::transaction`](crate::Database::transaction) returns. If its future is dropped, a task of its own
    /// aborts the transaction and runs them. They do not run if it is not known whether the transaction is committed.
    pub fn on_abort(&mut self, effect: impl Future<Output = ()> + Send + 'static) {
        self.ending.effects.on_abort(Box::pin(effect));
    }

    /// Aborts the transaction, for a body that returns `Ok` without a change. Returns the session, which is no longer
    /// in a transaction, and in which none can start before the body has returned.
    ///
    /// A body that returns an error aborts the transaction too. If the future of this call is dropped, a task of its
    /// own completes it, and the transaction waits for that task.
    ///
    /// # Errors
    ///
    /// Returns no error of the server: if it cannot be reached, it aborts the transaction after a minute.
    pub async fn abort(self) -> Result<Session> {
        self.ending.abort_in_body(self.inner).await
    }

    /// Commits the transaction before the body returns. Returns the session, which is no longer in a transaction, and
    /// in which none can start before the body has returned.
    ///
    /// A body rarely needs this, because the transaction is committed when the body returns `Ok`. Both commits are made
    /// again in the same way if the outcome is unknown. If the future of this call is dropped, a task of its own
    /// completes it, and the transaction waits for that task.
    ///
    /// # Errors
    ///
    /// If [`is_outcome_unknown`](crate::Error::is_outcome_unknown) is true for the error, the transaction may be
    /// committed. Otherwise it is not: return the error from the body, which then runs again if that can help. If the
    /// body returns `Ok` although its commit failed, the transaction returns the error of the commit.
    pub async fn commit(self) -> Result<Session> {
        self.ending.commit_in_body(self.inner).await
    }

    /// Returns the driver's session, for calls of the driver that belong to the transaction. Do not commit or abort
    /// through it.
    ///
    /// This crate does not see these calls. If one of them fails, the server aborts the transaction: return its error,
    /// converted by [`Error::from_driver`](crate::Error::from_driver), from the body. If the body continues, a later
    /// error does not name the call, and it has a label with which the body runs again until the time has passed.
    /// [`try_transaction`](crate::Database::try_transaction) does not run the body again because of such a call. The
    /// converted error may state an outcome that only the commit determines.
    pub fn driver(&mut self) -> &mut ClientSession {
        &mut self.inner.driver
    }
}

impl AsSession for Tx {}

impl sealed::Sealed for Tx {
    fn lend(&mut self) -> ExplicitSession<'_> {
        ExplicitSession::of(&mut self.inner)
    }
}

impl fmt::Debug for Tx {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tx").finish_non_exhaustive()
    }
}
