//! The loop of a transaction: its attempts, its commit, and its end if it is dropped.

use std::{future::Future, sync::Arc, time::Duration};

use mongodb::{error::TRANSIENT_TRANSACTION_ERROR, options::TransactionOptions};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard},
    time::sleep,
};

use super::{
    Tx,
    backoff::{Limit, Retries},
    ending::Ending,
};
use crate::{
    database::Database,
    error::{Error, Result},
    exec,
    operation::Verb,
    session::{Inner, Session, TransactionTracker, in_use},
};

const TRANSACTION: Verb = Verb::unsent("transaction").reading();

/// How a transaction runs, and how it treats the errors of its body.
pub(super) struct Plan<'s, E> {
    pub(super) database: Database,
    pub(super) session: Option<&'s mut Session>,
    pub(super) options: Option<TransactionOptions>,
    pub(super) retry_for: Duration,
    pub(super) policy: ErrorPolicy<E>,
}

/// How a transaction treats the errors of its body.
pub(super) struct ErrorPolicy<E> {
    /// Returns whether the transaction can be run again after this error.
    is_transient: fn(&E, &TransactionTracker) -> bool,
    /// Returns the error of a transaction that cannot be retried any longer.
    after_time: fn(E, Limit) -> E,
}

impl ErrorPolicy<Error> {
    /// The policy for errors of this crate: their labels determine what can be run again.
    pub(super) const OWN: Self = Self {
        is_transient: |error, _| error.has_label(TRANSIENT_TRANSACTION_ERROR),
        after_time: |error, limit| limit.passed(error),
    };
}

impl<E> ErrorPolicy<E> {
    /// The policy for errors of another type: the last call in the transaction determines what can be run again.
    pub(super) const OTHER: Self =
        Self { is_transient: |_, tracker| tracker.is_transient(), after_time: |error, _| error };
}

/// Runs the body in transactions until one of them is committed.
pub(super) async fn run<T, E, F, Fut>(plan: Plan<'_, E>, mut body: F) -> Result<T, E>
where
    F: FnMut(Tx) -> Fut,
    Fut: Future<Output = Result<T, E>>,
    E: From<Error>,
{
    let Plan { database, session, options, retry_for, policy } = plan;
    let mut own = None;
    let session = match session {
        Some(session) => session,
        None => own.insert(database.session().await?),
    };
    let mut retries = Retries::within(retry_for);
    let limit = retries.limit();
    loop {
        let (attempt, tx) = Attempt::start(&database, session, options.clone(), limit).await?;
        let outcome = body(tx).await;
        let failure = database.operation(TRANSACTION).check(attempt.ended_body().await)?;
        let error = match outcome {
            Ok(value) => match attempt.commit(failure).await {
                Ok(()) => return Ok(value),
                Err(error) if error.has_label(TRANSIENT_TRANSACTION_ERROR) => E::from(limit.passed(error)),
                Err(error) => return Err(error.into()),
            },
            Err(error) => {
                let is_transient =
                    attempt.can_be_repeated() && (policy.is_transient)(&error, attempt.tracker());
                attempt.abort().await;
                if !is_transient {
                    return Err(error);
                }
                (policy.after_time)(error, limit)
            }
        };
        match retries.next_pause() {
            Some(pause) => sleep(pause).await,
            None => return Err(error),
        }
    }
}

/// One attempt of a transaction. If it is dropped before it has ended, a task of its own aborts it.
struct Attempt {
    inner: Arc<Mutex<Inner>>,
    tracker: Arc<TransactionTracker>,
    ending: Ending,
    has_ended: bool,
}

impl Attempt {
    /// Starts a transaction in the session.
    async fn start(
        database: &Database,
        session: &Session,
        options: Option<TransactionOptions>,
        limit: Limit,
    ) -> Result<(Self, Tx)> {
        let (inner, mut locked) = database.operation(TRANSACTION).check(session.share())?;
        locked.start(options).await?;
        let ending = Ending::new(limit);
        let tracker = Arc::clone(&locked.tracker);
        let tx = Tx::new(locked, ending.clone());
        Ok((Self { inner, tracker, ending, has_ended: false }, tx))
    }

    fn tracker(&self) -> &TransactionTracker {
        &self.tracker
    }

    /// Waits until the body has ended. Returns the error of a commit by the body.
    ///
    /// # Errors
    ///
    /// Returns an error if the `Tx` of the open transaction was not dropped. The `Tx` can then only be aborted.
    async fn ended_body(&self) -> Result<Option<Error>> {
        let mut failure = self.ending.settled().await;
        if lock(&self.inner).is_err() && self.tracker.abandon() {
            return Err(Error::aborted(
                "its `Tx` was moved out of its body; the body must drop it, or end the task that owns it",
            ));
        }
        Ok(failure.take())
    }

    /// Returns whether it is known that nothing of the attempt is committed.
    fn can_be_repeated(&self) -> bool {
        !self.tracker.may_be_committed()
    }

    /// Commits the transaction and runs its effects, unless the body has ended it. `failure` is the error of a commit by
    /// the body, which has returned `Ok` nevertheless.
    async fn commit(mut self, failure: Option<Error>) -> Result<()> {
        self.has_ended = true;
        if !self.tracker.in_transaction() {
            return failure.map_or(Ok(()), Err);
        }
        let (ending, inner) = (self.ending.clone(), lock(&self.inner)?);
        exec::detached(Box::pin(async move { ending.commit(inner).await.1 })).await
    }

    /// Aborts the transaction and runs its effects, unless the body has ended it.
    async fn abort(mut self) {
        self.has_ended = true;
        // The body keeps the session of a transaction that it has ended.
        let Ok(inner) = lock(&self.inner) else { return };
        let ending = self.ending.clone();
        let ended = exec::detached(Box::pin(async move {
            ending.abort(inner).await;
            Ok(())
        }));
        // `abort` returns no error.
        let _ = ended.await;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if self.has_ended {
            return;
        }
        self.tracker.abandon();
        if let Ok(runtime) = Handle::try_current() {
            let (inner, ending) = (Arc::clone(&self.inner), self.ending.clone());
            runtime.spawn(async move { drop(ending.abort(inner.lock_owned().await).await) });
        }
    }
}

/// Returns the session, or an error if its `Tx` or the session that remains of it is not dropped.
fn lock(inner: &Arc<Mutex<Inner>>) -> Result<OwnedMutexGuard<Inner>> {
    Arc::clone(inner).try_lock_owned().map_err(|_| in_use())
}
