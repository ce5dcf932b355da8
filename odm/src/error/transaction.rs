//! Errors of the calls in a transaction.

use std::borrow::Cow;

use mongodb::error::UNKNOWN_TRANSACTION_COMMIT_RESULT;

use super::{Error, ErrorKind};

const MAX_TIME_EXPIRED: i32 = 50;
const NO_SUCH_TRANSACTION: i32 = 251;

impl Error {
    /// Creates an error of a transaction that cannot continue.
    pub(crate) fn aborted(cause: impl Into<Cow<'static, str>>) -> Self {
        Self::new(ErrorKind::TransactionAborted(cause.into()))
    }

    /// Returns an error with the same code, labels and operation, for a second caller of what failed.
    pub(crate) fn with_same_cause(&self) -> Self {
        let mut error = match (self.driver(), self.kind()) {
            (Some(driver), _) => Self::after(self.attempts(), driver.clone()),
            (None, ErrorKind::TransactionAborted(cause)) => Self::aborted(cause.clone()),
            (None, kind) => Self::aborted(kind.to_string()),
        };
        error.0.origin.clone_from(&self.0.origin);
        (error.0.label, error.0.in_transaction) = (self.0.label, self.0.in_transaction);
        error
    }

    /// Returns `true` if the server has aborted the transaction before this call.
    pub(crate) fn is_no_such_transaction(&self) -> bool {
        self.code() == Some(NO_SUCH_TRANSACTION)
    }

    /// Returns `true` if the server may have aborted the transaction because of this error: the driver or the server
    /// reported it after a command was sent. This crate's own errors leave the transaction as it is.
    pub(crate) fn may_abort_transaction(&self) -> bool {
        match self.kind() {
            ErrorKind::BulkWrite(report) => report.causes().any(|cause| !cause.is_not_sent()),
            _ => self.driver().is_some() && !self.is_not_sent(),
        }
    }

    /// Marks the error of a call in a transaction. Only the commit applies what the call has written, so the call
    /// itself has applied nothing, and its outcome is not unknown.
    #[must_use]
    pub(crate) fn in_transaction(mut self) -> Self {
        let is_aborted = self.may_abort_transaction();
        self.0.in_transaction = true;
        if let ErrorKind::BulkWrite(report) = &mut self.0.kind {
            report.causes_mut().for_each(|cause| cause.0.in_transaction = true);
            if is_aborted {
                report.undo();
            }
        }
        self
    }

    /// Names the call that failed before. The server reports each later call as an error after which the transaction
    /// can be run again; this is true only if the first failure `is_transient`.
    pub(crate) fn after_failure(mut self, first: &str, is_transient: bool) -> Self {
        if !is_transient {
            (self.0.driver, self.0.label, self.0.attempts) = (None, None, None);
        }
        self.with_kind(ErrorKind::TransactionAborted(
            format!("a call in it failed before, and its error was not returned: [{first}]").into(),
        ))
    }

    /// Returns `true` if a commit with this error is to be made again: its outcome is unknown, and not because the
    /// server's time limit has passed.
    pub(crate) fn is_commit_retryable(&self) -> bool {
        self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) && self.code() != Some(MAX_TIME_EXPIRED)
    }
}
