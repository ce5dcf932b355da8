//! The loop of a transaction: its attempts, its commit, and its end if it is dropped.

use std::{future::Future, sync::Arc, time::Duration};

use mongodb::{error::TRANSIENT_TRANSACTION_ERROR, options::TransactionOptions};
use tokio::{
    runtime::Handle,
    sync::{Mutex, OwnedMutexGuard},
    time::{Instant, sleep},
};

use super::{Tx, backoff::Retries, effects::Effects};
use crate::{
    database::Database,
    error::{Error, ErrorKind, Result},
    exec,
    session::{Inner, Journal, Session},
};

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
    is_transient: fn(&E, &Journal) -> bool,
    /// Returns the error of a transaction that cannot be retried any longer.
    after_time: fn(E, Duration) -> E,
}

impl ErrorPolicy<Error> {
    /// The policy for errors of this crate: their labels determine what can be run again.
    pub(super) const OWN: Self = Self {
        is_transient: |error, _| error.has_label(TRANSIENT_TRANSACTION_ERROR),
        after_time: out_of_time,
    };
}

impl<E> ErrorPolicy<E> {
    /// The policy for errors of another type: the last call in the transaction determines what can be run again.
    pub(super) const OTHER: Self =
        Self { is_transient: |_, journal| journal.is_transient(), after_time: |error, _| error };
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
    loop {
        let (attempt, tx) = Attempt::start(session, options.clone()).await?;
        let outcome = body(tx).await;
        let journal = attempt.ended_body()?;
        let error = match outcome {
            Ok(value) if !journal.in_transaction() => {
                attempt.forget();
                return Ok(value);
            }
            Ok(value) => match attempt.commit(&retries, retry_for).await {
                Ok(()) => return Ok(value),
                Err(error) if error.has_label(TRANSIENT_TRANSACTION_ERROR) => {
                    E::from(out_of_time(error, retry_for))
                }
                Err(error) => return Err(error.into()),
            },
            Err(error) => {
                let is_transient = (policy.is_transient)(&error, &journal);
                attempt.abort().await;
                if !is_transient {
                    return Err(error);
                }
                (policy.after_time)(error, retry_for)
            }
        };
        match retries.next_pause() {
            Some(pause) => sleep(pause).await,
            None => return Err(error),
        }
    }
}

/// Returns the error of a transaction that cannot be retried any longer. It keeps the code and the labels of the last
/// error.
fn out_of_time(last: Error, limit: Duration) -> Error {
    let message = format!(
        "the transaction could not be committed within {limit:?}; the last error was: {}",
        last.kind()
    );
    last.with_kind(ErrorKind::Timeout(message.into()))
}

/// One attempt of a transaction. If it is dropped before it has ended, a task of its own aborts it.
struct Attempt(Option<Started>);

/// A transaction that has started and not ended.
struct Started {
    inner: Arc<Mutex<Inner>>,
    journal: Arc<Journal>,
    effects: Effects,
}

impl Attempt {
    /// Starts a transaction in the session.
    async fn start(session: &Session, options: Option<TransactionOptions>) -> Result<(Self, Tx)> {
        let inner = session.share()?;
        let mut locked = lock(&inner)?;
        locked.start(options).await?;
        let effects = Effects::default();
        let journal = Arc::clone(&locked.journal);
        let tx = Tx::new(locked, effects.clone());
        Ok((Self(Some(Started { inner, journal, effects })), tx))
    }

    /// Returns the journal after the body has returned, or an error if the `Tx` of the transaction was not dropped.
    fn ended_body(&self) -> Result<Arc<Journal>> {
        let Some(Started { inner, journal, .. }) = &self.0 else { return Ok(Arc::default()) };
        if journal.in_transaction() {
            lock(inner)?;
        }
        Ok(Arc::clone(journal))
    }

    /// Does nothing further, because the body has ended the transaction.
    fn forget(mut self) {
        self.0 = None;
    }

    /// Commits the transaction, and runs its effects.
    async fn commit(mut self, retries: &Retries, limit: Duration) -> Result<()> {
        let Some(Started { inner, effects, .. }) = self.0.take() else { return Ok(()) };
        exec::detached(Box::pin(commit(lock(&inner)?, effects, retries.end(), limit))).await
    }

    /// Aborts the transaction, and runs its effects.
    async fn abort(mut self) {
        let Some(Started { inner, effects, .. }) = self.0.take() else { return };
        let ended = exec::detached(Box::pin(async move {
            abort(lock(&inner)?, effects).await;
            Ok(())
        }));
        // There is no error: no other owner of the session is left.
        let _ = ended.await;
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        if let (Some(Started { inner, effects, .. }), Ok(runtime)) = (self.0.take(), Handle::try_current()) {
            runtime.spawn(async move { abort(inner.lock_owned().await, effects).await });
        }
    }
}

fn lock(inner: &Arc<Mutex<Inner>>) -> Result<OwnedMutexGuard<Inner>> {
    Arc::clone(inner).try_lock_owned().map_err(|_| {
        Error::aborted(
            "its `Tx` was moved out of its body; the body must drop it, or end the task that owns it",
        )
    })
}

async fn commit(
    mut inner: OwnedMutexGuard<Inner>,
    effects: Effects,
    end: Option<Instant>,
    limit: Duration,
) -> Result<()> {
    let committed = loop {
        match inner.commit().await {
            Err(error) if error.is_commit_retryable() => {
                if end.is_some_and(|end| end <= Instant::now()) {
                    break Err(out_of_time(error, limit));
                }
            }
            outcome => break outcome,
        }
    };
    abort_open(inner).await;
    effects.run(&committed).await;
    committed
}

async fn abort(inner: OwnedMutexGuard<Inner>, effects: Effects) {
    abort_open(inner).await;
    effects.aborted().await;
}

/// Aborts the transaction, unless it has ended.
async fn abort_open(mut inner: OwnedMutexGuard<Inner>) {
    if inner.journal.in_transaction() {
        // An error changes nothing: the server aborts the transaction when its time has passed.
        let _ = inner.abort().await;
    }
}
