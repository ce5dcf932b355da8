//! `TransactionTracker`: what has happened in the transaction of a session, which the driver does not show.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mongodb::error::TRANSIENT_TRANSACTION_ERROR;

use crate::{
    error::{Error, Result},
    operation::Operation,
};

/// The calls of the current transaction of a session.
#[derive(Debug, Default)]
pub(crate) struct TransactionTracker(Mutex<Record>);

#[derive(Debug, Default)]
struct Record {
    state: State,
    /// Whether a call has started and has not returned.
    is_running: bool,
    /// The first call that failed.
    failure: Option<Failure>,
    /// Whether the last call failed in such a way that the transaction can be run again.
    is_transient: bool,
}

/// The state of the transaction.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum State {
    /// No transaction has started, or it is aborted.
    #[default]
    Idle,
    /// The calls in the session belong to the transaction.
    Open,
    /// The transaction is open, but its body has ended without it. It can only be aborted.
    Abandoned,
    /// A commit was sent, and is not known to have failed. The calls in the session do not belong to the transaction.
    Committing,
}

impl State {
    /// Returns whether the calls in the session belong to a transaction.
    fn is_open(self) -> bool {
        matches!(self, Self::Open | Self::Abandoned)
    }
}

/// A call that failed, after which the server has aborted the transaction.
#[derive(Debug, Clone)]
struct Failure {
    message: String,
    is_transient: bool,
}

impl TransactionTracker {
    /// Records that a transaction starts.
    pub(super) fn start(&self) {
        *self.record() = Record { state: State::Open, ..Record::default() };
    }

    /// Records that the transaction is aborted. Returns whether the future of a call in it was dropped.
    pub(super) fn abort(&self) -> bool {
        let mut record = self.record();
        if record.state.is_open() {
            record.state = State::Idle;
        }
        std::mem::take(&mut record.is_running)
    }

    /// Records that nothing may continue the transaction. Returns whether one was open.
    pub(crate) fn abandon(&self) -> bool {
        let mut record = self.record();
        if record.state == State::Open {
            record.state = State::Abandoned;
        }
        record.state == State::Abandoned
    }

    /// Records that a commit is sent.
    ///
    /// # Errors
    ///
    /// Returns an error if the transaction cannot be committed.
    pub(super) fn commit(&self) -> Result<Commit<'_>> {
        self.check()?;
        let mut record = self.record();
        let before = record.state;
        if before == State::Open {
            record.state = State::Committing;
        }
        Ok(Commit { tracker: self, before })
    }

    /// Returns whether a transaction has started, and neither its commit nor its abort.
    pub(crate) fn in_transaction(&self) -> bool {
        self.record().state.is_open()
    }

    /// Returns whether the transaction is committed, or may be.
    pub(crate) fn may_be_committed(&self) -> bool {
        self.record().state == State::Committing
    }

    /// Returns whether the last call failed in such a way that the transaction can be run again.
    pub(crate) fn is_transient(&self) -> bool {
        self.record().is_transient
    }

    /// Returns an error if the transaction cannot continue: the future of an earlier call in it was dropped, or its
    /// body has ended.
    pub(super) fn check(&self) -> Result<()> {
        let record = self.record();
        if record.state == State::Abandoned {
            return Err(Error::aborted("its body has ended; a `Tx` must be dropped before its body returns"));
        }
        if record.is_running {
            return Err(Error::aborted(
                "the future of an earlier call in it was dropped, so it is not known whether the transaction contains \
                 that call; abort it",
            ));
        }
        Ok(())
    }

    /// Awaits a call in the session, and records its outcome.
    ///
    /// # Errors
    ///
    /// If the server has aborted the transaction because an earlier call failed, the error names that call.
    async fn observe<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        {
            let mut record = self.record();
            record.is_running = record.state.is_open();
        }
        let outcome = call.await;
        let mut record = self.record();
        if !record.state.is_open() {
            return outcome;
        }
        (record.is_running, record.is_transient) = (false, false);
        outcome.map_err(|error| record.failed(error.in_transaction()))
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Record {
    /// Records an error of a call or of the commit, and names the call that failed before, if that is its cause.
    fn failed(&mut self, error: Error) -> Error {
        let error = match &self.failure {
            Some(failure) if error.is_no_such_transaction() => {
                error.after_failure(&failure.message, failure.is_transient)
            }
            _ => error,
        };
        self.is_transient = error.has_label(TRANSIENT_TRANSACTION_ERROR);
        if self.failure.is_none() && error.may_abort_transaction() {
            self.failure = Some(Failure { message: error.to_string(), is_transient: self.is_transient });
        }
        error
    }
}

/// A commit that is sent. If it is dropped, its outcome is unknown, and the commit can be made again.
pub(super) struct Commit<'j> {
    tracker: &'j TransactionTracker,
    before: State,
}

impl Commit<'_> {
    /// Records the outcome of the commit.
    pub(super) fn end(self, outcome: Result<()>) -> Result<()> {
        let mut record = self.tracker.record();
        record.is_transient = false;
        let error = match outcome {
            Ok(()) => return Ok(()),
            Err(error) => record.failed(error),
        };
        if error.is_not_sent() {
            record.state = self.before;
        } else if !error.is_outcome_unknown() {
            record.state = State::Idle;
        }
        Err(error)
    }
}

/// The tracker of the session in which a call is made. A session of the driver has none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observer(Option<Arc<TransactionTracker>>);

impl Observer {
    pub(crate) fn new(tracker: &Arc<TransactionTracker>) -> Self {
        Self(Some(Arc::clone(tracker)))
    }

    /// Returns whether the session is known to be in a transaction.
    pub(crate) fn in_transaction(&self) -> bool {
        self.0.as_ref().is_some_and(|tracker| tracker.in_transaction())
    }

    /// Returns an error if the transaction cannot continue.
    pub(crate) fn check(&self, operation: &Operation<'_>) -> Result<()> {
        match &self.0 {
            Some(tracker) => operation.check(tracker.check()),
            None => Ok(()),
        }
    }

    /// Awaits a call in the session, and records its outcome.
    pub(crate) async fn observe<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        match &self.0 {
            Some(tracker) => tracker.observe(call).await,
            None => call.await,
        }
    }
}
