//! `Journal`: what has happened in the transaction of a session, which the driver does not show.

use std::{
    future::Future,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use mongodb::error::TRANSIENT_TRANSACTION_ERROR;

use crate::error::{Error, Result};

/// The calls of the current transaction of a session.
#[derive(Debug, Default)]
pub(crate) struct Journal(Mutex<Record>);

#[derive(Debug, Default)]
#[allow(clippy::struct_excessive_bools)] // independent facts
struct Record {
    in_transaction: bool,
    /// Whether a call has started and has not returned.
    is_running: bool,
    /// Whether a call has returned.
    has_returned: bool,
    /// The first call that failed.
    failure: Option<Failure>,
    /// Whether the last call failed in such a way that the transaction can be run again.
    is_transient: bool,
}

/// A call that failed, after which the server has aborted the transaction.
#[derive(Debug, Clone)]
struct Failure {
    message: String,
    is_transient: bool,
}

impl Journal {
    /// Records that a transaction starts.
    pub(crate) fn start(&self) {
        *self.record() = Record { in_transaction: true, ..Record::default() };
    }

    /// Returns whether the future of the first call in the transaction was dropped. Then the driver believes that the
    /// server has no transaction.
    pub(super) fn lost_first_call(&self) -> bool {
        let record = self.record();
        record.is_running && !record.has_returned
    }

    /// Records that the transaction is committed or aborted.
    pub(crate) fn end(&self) {
        let mut record = self.record();
        (record.in_transaction, record.is_running) = (false, false);
    }

    /// Returns whether a transaction has started and has not ended.
    pub(crate) fn in_transaction(&self) -> bool {
        self.record().in_transaction
    }

    /// Returns whether the last call failed in such a way that the transaction can be run again.
    pub(crate) fn is_transient(&self) -> bool {
        self.record().is_transient
    }

    /// Awaits a call in the session, and records its outcome.
    ///
    /// # Errors
    ///
    /// If the server has aborted the transaction because an earlier call failed, the error names that call.
    pub(crate) async fn observe<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        self.enter()?;
        let outcome = call.await;
        self.leave(outcome)
    }

    /// Returns an error if the future of an earlier call in the transaction was dropped.
    pub(super) fn check(&self) -> Result<()> {
        if self.record().is_running {
            return Err(Error::aborted(
                "the future of an earlier call in it was dropped, so it is not known whether the transaction contains \
                 that call; abort it",
            ));
        }
        Ok(())
    }

    fn enter(&self) -> Result<()> {
        self.check()?;
        let mut record = self.record();
        record.is_running = record.in_transaction;
        Ok(())
    }

    /// Records the outcome of a call.
    pub(super) fn leave<T>(&self, outcome: Result<T>) -> Result<T> {
        let mut record = self.record();
        if !record.in_transaction {
            return outcome;
        }
        (record.is_running, record.has_returned, record.is_transient) = (false, true, false);
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        let error = match &record.failure {
            Some(failure) if error.is_no_such_transaction() => {
                error.after_failure(&failure.message, failure.is_transient)
            }
            _ => error,
        };
        record.is_transient = error.has_label(TRANSIENT_TRANSACTION_ERROR);
        if record.failure.is_none() && error.may_abort_transaction() {
            record.failure = Some(Failure { message: error.to_string(), is_transient: record.is_transient });
        }
        Err(error)
    }

    fn record(&self) -> MutexGuard<'_, Record> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The journal of a call in a session of this crate. A session of the driver has none.
#[derive(Debug, Clone, Default)]
pub(crate) struct Observer(Option<Arc<Journal>>);

impl Observer {
    pub(crate) fn new(journal: &Arc<Journal>) -> Self {
        Self(Some(Arc::clone(journal)))
    }

    /// Returns whether the session is known to be in a transaction.
    pub(crate) fn in_transaction(&self) -> bool {
        self.0.as_ref().is_some_and(|journal| journal.in_transaction())
    }

    /// Awaits a call in the session, and records its outcome.
    pub(crate) async fn observe<T>(&self, call: impl Future<Output = Result<T>>) -> Result<T> {
        match &self.0 {
            Some(journal) => journal.observe(call).await,
            None => call.await,
        }
    }
}
