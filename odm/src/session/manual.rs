//! Transactions by hand: `start_transaction`, `commit_transaction` and `abort_transaction` of a session.

use std::{fmt, future::IntoFuture};

use futures_core::future::BoxFuture;
use mongodb::{bson::doc, options::TransactionOptions};

use super::{Inner, Session, transaction_options};
use crate::{
    error::{Error, Result},
    exec,
    operation::Verb,
};

const START: Verb = Verb::unsent("start_transaction").reading();
const COMMIT: Verb = Verb::new("commit_transaction", "commitTransaction");
const ABORT: Verb = Verb::new("abort_transaction", "abortTransaction");

impl Session {
    /// Starts a transaction: the following actions in the session belong to it.
    ///
    /// [`Database::transaction`](crate::Database::transaction) is easier and safer, because it runs the transaction
    /// again after a conflict, and the commit after an unknown outcome. Here the caller does that:
    /// [`is_retryable`](crate::Error::is_retryable) of an error means that the whole transaction can be run again, and
    /// [`is_outcome_unknown`](crate::Error::is_outcome_unknown) of a commit that the commit can be made again.
    ///
    /// Nothing is sent: the first action starts the transaction on the server. Awaiting it returns `()`.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if a transaction is in progress,
    /// if the session is a snapshot, or if it was returned by [`Tx::commit`](crate::Tx::commit) or
    /// [`Tx::abort`](crate::Tx::abort).
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// # async fn f(db: Database, one: User, two: User) -> odm::Result<()> {
    /// let users = db.collection::<User>();
    /// let mut session = db.session().await?;
    /// session.start_transaction().await?;
    /// users.insert_one(&one).session(&mut session).await?;
    /// users.insert_one(&two).session(&mut session).await?;
    /// session.commit_transaction().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn start_transaction(&mut self) -> StartTransaction<'_> {
        StartTransaction { session: self, options: None }
    }

    /// Commits the transaction: `{ commitTransaction: 1, writeConcern: .. }`.
    ///
    /// The driver repeats the commit once if the connection breaks. Awaiting it returns `()`.
    ///
    /// If its future is dropped, the transaction may be committed: make this call again.
    ///
    /// # Errors
    ///
    /// If [`is_outcome_unknown`](crate::Error::is_outcome_unknown) is true for the error, the transaction may be
    /// committed: make this call again. It is sent with the write concern `majority`, and commits the transaction
    /// only once. If [`is_transaction_aborted`](crate::Error::is_transaction_aborted) is true, an earlier call in the
    /// transaction failed, and the server has aborted it.
    pub fn commit_transaction(&mut self) -> CommitTransaction<'_> {
        CommitTransaction(self)
    }

    /// Aborts the transaction: `{ abortTransaction: 1 }`.
    ///
    /// Succeeds even if the server cannot be reached: it aborts the transaction after a minute. Awaiting it returns
    /// `()`.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if no transaction is in progress.
    pub fn abort_transaction(&mut self) -> AbortTransaction<'_> {
        AbortTransaction(self)
    }
}

/// Starts a transaction. Construct with [`Session::start_transaction`].
#[must_use = "no transaction is started until the action is awaited"]
pub struct StartTransaction<'s> {
    session: &'s mut Session,
    options: Option<TransactionOptions>,
}

impl StartTransaction<'_> {
    transaction_options!(options);
}

impl<'s> IntoFuture for StartTransaction<'s> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { session, options } = self;
        Box::pin(async move {
            session.database.operation(START).check(session.check_owner())?;
            session.inner_for(START)?.start(options).await
        })
    }
}

/// Commits a transaction. Construct with [`Session::commit_transaction`].
#[must_use = "nothing is committed until the action is awaited"]
pub struct CommitTransaction<'s>(&'s mut Session);

impl<'s> IntoFuture for CommitTransaction<'s> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.inner_for(COMMIT)?.commit(|_| false).await })
    }
}

/// Aborts a transaction. Construct with [`Session::abort_transaction`].
#[must_use = "nothing is aborted until the action is awaited"]
pub struct AbortTransaction<'s>(&'s mut Session);

impl<'s> IntoFuture for AbortTransaction<'s> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move { self.0.inner_for(ABORT)?.abort().await })
    }
}

impl Inner {
    /// Starts a transaction. Without options, those of the session are used.
    pub(crate) async fn start(&mut self, options: Option<TransactionOptions>) -> Result<()> {
        let Self { driver, tracker, database } = self;
        exec::run(database.operation(START), driver.start_transaction().with_options(options)).await?;
        tracker.start();
        Ok(())
    }

    /// Commits the transaction, and makes the commit again after an error for which `repeats` returns `true`. After an
    /// error whose outcome is unknown, it can be called again.
    pub(crate) async fn commit(&mut self, mut repeats: impl FnMut(&Error) -> bool) -> Result<()> {
        let Self { driver, tracker, database } = self;
        let operation = database.operation(COMMIT);
        let commit = operation.check(tracker.commit())?;
        loop {
            match exec::run(operation, driver.commit_transaction()).await {
                Err(error) if repeats(&error) => {}
                outcome => return commit.end(outcome),
            }
        }
    }

    /// Aborts the transaction.
    pub(crate) async fn abort(&mut self) -> Result<()> {
        let Self { driver, tracker, database } = self;
        let operation = database.operation(ABORT);
        let has_dropped_call = tracker.abort();
        exec::run(operation, driver.abort_transaction()).await?;
        if has_dropped_call {
            // If this fails, the server aborts the transaction when its time has passed.
            let _ = self.supersede().await;
        }
        Ok(())
    }

    /// Aborts a transaction on the server that the driver may not know, because the future of a call in it was dropped,
    /// and the driver learns from the first reply that the transaction has started. It would keep its locks for a
    /// minute. The server aborts it when another one starts in the session.
    async fn supersede(&mut self) -> Result<()> {
        let Self { driver, database, .. } = self;
        let operation = database.operation(ABORT);
        let read = doc! { "find": "odm.none", "limit": 1, "singleBatch": true };
        exec::run(operation, driver.start_transaction()).await?;
        let read = exec::run(operation, database.driver().run_command(read).session(&mut *driver)).await;
        exec::run(operation, driver.abort_transaction()).await?;
        read.map(drop)
    }
}

impl fmt::Debug for StartTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartTransaction").finish_non_exhaustive()
    }
}

impl fmt::Debug for CommitTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CommitTransaction").finish_non_exhaustive()
    }
}

impl fmt::Debug for AbortTransaction<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AbortTransaction").finish_non_exhaustive()
    }
}
