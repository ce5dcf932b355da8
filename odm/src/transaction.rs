//! Transactions: several actions that take effect together, or not at all.
//!
//! [`Database::transaction`] runs a body, and commits its transaction. The body receives a [`Tx`], which it passes to
//! `.session(..)` of each action.
//!
//! # What is repeated
//!
//! The body runs again if a conflict with another transaction, an election or a broken connection has aborted the
//! transaction, and the commit is made again if its outcome is unknown. This is the "convenient API" of the drivers'
//! specification, with its pauses and its limit of 120 seconds ([`retry_for`](Transaction::retry_for)). So **the body
//! may run several times**. What it does outside of the database should wait for the commit: [`Tx::on_commit`].
//!
//! # Errors inside of the body
//!
//! If an action in a transaction fails on the server, the server aborts the transaction. Therefore return the error
//! from the body. If the body continues, the next action fails, or the commit, with an error for which
//! [`is_transaction_aborted`](crate::Error::is_transaction_aborted) is true and which names the first failure. (The
//! drivers run such a body again and again, until the time has passed.) An error of this crate that was reported
//! [before anything was sent](crate::Error::is_not_sent) aborts nothing.
//!
//! Only the commit applies the writes of a transaction. So [`is_applied`](crate::Error::is_applied) and
//! [`is_outcome_unknown`](crate::Error::is_outcome_unknown) are false for an error of an action in it, and of a
//! `bulk_write` that failed there no write is applied.
//!
//! # What a transaction cannot contain
//!
//! The server allows reads and writes of documents, and few other commands. Actions that it refuses are refused before
//! they are sent: aggregations with a stage such as `$out`, `$merge` or `$unionWith`, also in a pipeline of a stage,
//! most commands, and read concerns and write concerns, which belong to the transaction. `watch`, `estimated_count`
//! and `explain` have no `.session(..)`. The server aborts a transaction after a minute, by default.
//!
//! # Closures
//!
//! The body is an `async |mut tx| { .. }` closure, and borrows what it uses. It cannot be a `move` closure that owns
//! what it uses, and it cannot change captured variables, because it may run several times: return values from the
//! body instead. Clone an owned value in the body.

mod backoff;
mod effects;
mod ending;
mod run;
mod tx;

use std::{
    fmt,
    future::{Future, IntoFuture},
    time::Duration,
};

use self::run::{ErrorPolicy, Plan};
pub use self::tx::Tx;
use crate::{
    database::Database,
    error::{Error, Result},
    session::{Session, transaction_options},
};
use futures_core::future::BoxFuture;

/// How long a transaction is retried, by the drivers' specification.
const RETRY_FOR: Duration = Duration::from_secs(120);

impl Database {
    /// Runs a transaction: the body, then the commit.
    ///
    /// Awaiting it returns the value that the body returns. If the body returns an error, the transaction is aborted.
    /// The body may run several times: see the [module](crate::transaction).
    ///
    /// # Errors
    ///
    /// Returns the error of the body, or of the commit. If the transaction was retried until the
    /// [time](Transaction::retry_for) had passed, [`is_timeout`](Error::is_timeout) is true. If
    /// [`is_outcome_unknown`](Error::is_outcome_unknown) is true for an error of the commit, the transaction may be
    /// committed. If [`is_transaction_aborted`](Error::is_transaction_aborted) is true, the body continued after an
    /// error.
    ///
    /// Transactions need a replica set (with one member or more) or a sharded cluster.
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "accounts")]
    /// # struct Account { id: Id<Account>, balance: i64 }
    /// # async fn f(db: Database, from: Id<Account>, to: Id<Account>) -> odm::Result<()> {
    /// let accounts = db.collection::<Account>();
    /// let a = Account::fields();
    /// db.transaction(async |mut tx| {
    ///     accounts.update_one(a.id().eq(from), a.balance().inc(-100)).session(&mut tx).await?;
    ///     accounts.update_one(a.id().eq(to), a.balance().inc(100)).session(&mut tx).await?;
    ///     Ok(())
    /// })
    /// .await?;
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "with_transaction")]
    pub fn transaction<'s, T, F, Fut>(&self, body: F) -> Transaction<'s, F, T>
    where
        F: FnMut(Tx) -> Fut + Send + 's,
        Fut: Future<Output = Result<T>> + Send + 's,
        T: Send + 's,
    {
        Transaction::new(self, body, ErrorPolicy::OWN)
    }

    /// Runs a transaction whose body returns errors of a type of your own.
    ///
    /// This is [`transaction`](Database::transaction) for a body that returns `Result<T, E>`. The operator `?` converts
    /// the errors of this crate into `E`, which implements `From<odm::Error>`.
    ///
    /// The body runs again if it returns an error, and the last action in the transaction failed for a reason that
    /// passes.
    ///
    /// # Errors
    ///
    /// Returns the error of the body, or the error of the commit converted into `E`. If the transaction was retried
    /// until the [time](Transaction::retry_for) had passed, returns the last error of the body unchanged.
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "accounts")]
    /// # struct Account { id: Id<Account>, balance: i64 }
    /// enum Refusal {
    ///     NotEnoughMoney,
    ///     Database(odm::Error),
    /// }
    ///
    /// impl From<odm::Error> for Refusal {
    ///     fn from(error: odm::Error) -> Self {
    ///         Self::Database(error)
    ///     }
    /// }
    ///
    /// async fn withdraw(db: &Database, from: Id<Account>, amount: i64) -> Result<(), Refusal> {
    ///     let accounts = db.collection::<Account>();
    ///     let a = Account::fields();
    ///     db.try_transaction(async |mut tx| {
    ///         let rich = a.id().eq(from) & a.balance().gte(amount);
    ///         let result = accounts.update_one(rich, a.balance().inc(-amount)).session(&mut tx).await?;
    ///         if result.matched_count == 0 {
    ///             return Err(Refusal::NotEnoughMoney);
    ///         }
    ///         Ok(())
    ///     })
    ///     .await
    /// }
    /// ```
    pub fn try_transaction<'s, T, E, F, Fut>(&self, body: F) -> Transaction<'s, F, T, E>
    where
        F: FnMut(Tx) -> Fut + Send + 's,
        Fut: Future<Output = Result<T, E>> + Send + 's,
        T: Send + 's,
        E: From<Error> + Send + 's,
    {
        Transaction::new(self, body, ErrorPolicy::OTHER)
    }
}

/// Runs a transaction.
///
/// Construct with [`Database::transaction`] or [`Database::try_transaction`]. Awaiting it returns the value of the
/// body.
#[must_use = "nothing happens until the transaction is awaited"]
pub struct Transaction<'s, F, T, E = Error> {
    plan: Plan<'s, E>,
    body: F,
    /// It has the bounds of the body, so that they are checked once.
    run: fn(Plan<'s, E>, F) -> BoxFuture<'s, Result<T, E>>,
}

impl<'s, F, T, E> Transaction<'s, F, T, E> {
    fn new<Fut>(database: &Database, body: F, policy: ErrorPolicy<E>) -> Self
    where
        F: FnMut(Tx) -> Fut + Send + 's,
        Fut: Future<Output = Result<T, E>> + Send + 's,
        T: Send + 's,
        E: From<Error> + Send + 's,
    {
        let database = database.clone();
        let plan = Plan { database, session: None, options: None, retry_for: RETRY_FOR, policy };
        Self { plan, body, run: |plan, body| Box::pin(run::run(plan, body)) }
    }

    /// Runs the transaction in this session, so that it includes the effects of the earlier actions in the session, and
    /// uses its [default options](crate::session::StartSession::default_transaction_options). Without it, a transaction
    /// has a session of its own.
    ///
    /// The transaction returns an error for which [`is_not_sent`](Error::is_not_sent) is true if another one is in
    /// progress in the session, or if it is a [snapshot](crate::session::StartSession::snapshot).
    pub fn session(mut self, session: &'s mut Session) -> Self {
        self.plan.session = Some(session);
        self
    }

    /// Sets for how long the body or the commit is tried again. The default is 120 seconds.
    ///
    /// It does not interrupt the body or the commit. With zero, the body runs once, and the commit is made once, except
    /// that the driver sends it once more if the connection breaks.
    pub fn retry_for(mut self, limit: Duration) -> Self {
        self.plan.retry_for = limit;
        self
    }

    transaction_options!(plan.options);
}

impl<'s, F, T, E> IntoFuture for Transaction<'s, F, T, E> {
    type Output = Result<T, E>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        (self.run)(self.plan, self.body)
    }
}

impl<F, T, E> fmt::Debug for Transaction<'_, F, T, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transaction").field("on", &self.plan.database).finish_non_exhaustive()
    }
}
