//! `Ending`: how an attempt ends, by its body or by its caller.

use std::sync::Arc;

use tokio::sync::{Mutex, OwnedMutexGuard};

use super::{backoff::Limit, effects::Effects};
use crate::{
    error::{Error, Result},
    exec,
    session::{Inner, Session},
};

/// The end of one attempt, which its body and its caller share.
#[derive(Clone)]
pub(super) struct Ending {
    pub(super) effects: Effects,
    /// How long the commit is made again.
    limit: Limit,
    /// Locked while the body ends the transaction. Contains the error of a commit by the body.
    by_body: Arc<Mutex<Option<Error>>>,
}

impl Ending {
    pub(super) fn new(limit: Limit) -> Self {
        Self { effects: Effects::default(), limit, by_body: Arc::default() }
    }

    /// Commits the transaction in its body.
    pub(super) async fn commit_in_body(self, inner: OwnedMutexGuard<Inner>) -> Result<Session> {
        exec::detached(Box::pin(async move {
            let mut failure = Arc::clone(&self.by_body).lock_owned().await;
            let (inner, committed) = self.commit(inner).await;
            *failure = committed.as_ref().err().map(Error::with_same_cause);
            committed.map(|()| Session::locked(inner))
        }))
        .await
    }

    /// Aborts the transaction in its body.
    pub(super) async fn abort_in_body(self, inner: OwnedMutexGuard<Inner>) -> Result<Session> {
        exec::detached(Box::pin(async move {
            let _ends = Arc::clone(&self.by_body).lock_owned().await;
            let inner = self.abort(inner).await;
            Ok(Session::locked(inner))
        }))
        .await
    }

    /// Waits until the body no longer ends the transaction. Returns the lock, which contains the error of a commit by
    /// the body.
    pub(super) async fn settled(&self) -> OwnedMutexGuard<Option<Error>> {
        Arc::clone(&self.by_body).lock_owned().await
    }

    /// Commits the transaction, and runs its effects.
    pub(super) async fn commit(
        &self,
        mut inner: OwnedMutexGuard<Inner>,
    ) -> (OwnedMutexGuard<Inner>, Result<()>) {
        let limit = self.limit;
        let committed = inner.commit(|error| error.is_commit_retryable() && !limit.is_over()).await;
        let committed =
            committed.map_err(|error| if error.is_commit_retryable() { limit.passed(error) } else { error });
        let inner = abort_open(inner).await;
        self.effects.run(&committed).await;
        (inner, committed)
    }

    /// Aborts the transaction, and runs its effects.
    pub(super) async fn abort(&self, inner: OwnedMutexGuard<Inner>) -> OwnedMutexGuard<Inner> {
        let inner = abort_open(inner).await;
        self.effects.aborted().await;
        inner
    }
}

/// Aborts the transaction, unless it has ended.
async fn abort_open(mut inner: OwnedMutexGuard<Inner>) -> OwnedMutexGuard<Inner> {
    if inner.tracker.in_transaction() {
        // An error changes nothing: the server aborts the transaction when its time has passed.
        let _ = inner.abort().await;
    }
    inner
}
