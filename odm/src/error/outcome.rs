//! The outcome of the write that failed. The predicates, the messages and the reports of bulk writes use the same
//! rule.

use mongodb::error::{
    Error as DriverError, ErrorKind as Driver, NO_WRITES_PERFORMED, RETRYABLE_WRITE_ERROR,
    TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

use super::{BulkWriteError, Error, ErrorKind, server};
use crate::operation::Effect;

/// The code of a statement that the server cannot parse, and so does not start to execute.
const FAILED_TO_PARSE: i32 = 9;

/// Returns `true` if a pipeline that fails with this code was not started, so that its `$merge` or `$out` wrote
/// nothing: `FailedToParse`, `Unauthorized`, `CommandNotFound`, `InvalidOptions`, `InvalidNamespace`, an unknown
/// stage.
fn refuses_a_pipeline(code: i32) -> bool {
    matches!(code, 9 | 13 | 59 | 72 | 73 | 40324)
}

impl Error {
    /// Returns what the call can have changed. An error without an operation, which the user converted, may be one of
    /// a write.
    fn effect(&self) -> Effect {
        self.0.origin.as_ref().map_or(Effect::Writes, |origin| origin.effect)
    }

    /// Returns `true` if the same call may succeed when it is made again: no server was available, an election or a
    /// conflict interrupted it, or the connection of a read broke. Making the call again applies no write twice: if a
    /// write may have been applied, this returns `false`, and [`is_outcome_unknown`](Self::is_outcome_unknown)
    /// returns `true`.
    ///
    /// The driver has already made a second attempt where that is safe. In a transaction, run the whole transaction
    /// again.
    pub fn is_retryable(&self) -> bool {
        if let ErrorKind::BulkWrite(report) = self.kind() {
            return report.is_retryable();
        }
        if self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
            return false;
        }
        if self.has_label(TRANSIENT_TRANSACTION_ERROR) {
            return true;
        }
        match self.kind() {
            ErrorKind::Unavailable(_)
            | ErrorKind::Transient
            | ErrorKind::CursorNotFound
            | ErrorKind::ConnectionLost(_) => !self.may_be_applied(),
            // A retry can help after a time-out of the connection. The server's and the caller's limit would
            // expire again.
            ErrorKind::Timeout(_) => self.is_of_connection() && !self.may_be_applied(),
            _ => false,
        }
    }

    /// Returns `true` if every write is applied although the call failed. Either the write concern was not satisfied,
    /// in which case a failover can still undo the write, or the returned document does not fit the model, or a
    /// [hook](crate::hooks) that runs after the write returned an error.
    ///
    /// Always returns `false` for a call in a transaction, because only the commit applies its writes.
    pub fn is_applied(&self) -> bool {
        if self.0.in_transaction {
            return false;
        }
        match self.kind() {
            ErrorKind::WriteConcern(_) => self.effect() != Effect::Nothing,
            ErrorKind::Decode(_) => self.is_reply_of_write(),
            ErrorKind::BulkWrite(report) => report.is_applied(),
            ErrorKind::Hook(error) => error.is_after(),
            _ => false,
        }
    }

    /// Returns `true` if a document that cannot be decoded is part of the reply to a write, which has succeeded.
    fn is_reply_of_write(&self) -> bool {
        self.is_decode() && (self.effect() == Effect::OneWrite || self.operation() == Some("bulk_write"))
    }

    /// Returns `true` if a write may have been applied although the call failed:
    ///
    /// - The reply was lost, late or unreadable, or too few members acknowledged the write.
    /// - An earlier attempt of the driver may have been applied.
    /// - An `update_many`, a `delete_many` or an aggregation with `$merge` or `$out` failed, and may have written a
    ///   part of the documents.
    ///
    /// Always returns `false` for a read, and for a call in a transaction: only the commit applies its writes, and the
    /// server aborts the transaction of a call that fails there.
    pub fn is_outcome_unknown(&self) -> bool {
        if self.effect() == Effect::Nothing || self.0.in_transaction {
            return false;
        }
        match self.kind() {
            ErrorKind::WriteConcern(_) => true,
            ErrorKind::BulkWrite(report) => report.is_outcome_unknown(),
            _ => self.may_be_applied(),
        }
    }

    /// Returns `true` if nothing was sent, because a value, a query expression, a validation rule or an option is not
    /// valid, because the server is known to be too old or to have no sessions, or because a [hook](crate::hooks) that
    /// runs before the write returned an error.
    pub fn is_not_sent(&self) -> bool {
        match self.kind() {
            ErrorKind::Config(_) => true,
            ErrorKind::TooLarge(_) => {
                self.driver().is_none_or(|error| matches!(*error.kind, Driver::InvalidArgument { .. }))
            }
            ErrorKind::Unsupported(_) => self.driver().map_or(self.attempts() == Some(0), |error| {
                matches!(*error.kind, Driver::IncompatibleServer { .. } | Driver::SessionsNotSupported)
            }),
            kind => kind.is_not_sent(),
        }
    }

    /// Returns `true` if it is unknown whether the write, or a part of it, was applied. Returns `false` if only the
    /// write concern was not satisfied, because then the write is known to be applied.
    pub(crate) fn may_be_applied(&self) -> bool {
        let effect = self.effect();
        if effect == Effect::Nothing || self.0.in_transaction {
            return false;
        }
        if let ErrorKind::BulkWrite(report) = self.kind() {
            return report.may_be_applied();
        }
        if matches!(self.kind(), ErrorKind::WriteConcern(_)) {
            return false;
        }
        if self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
            return true;
        }
        // The driver keeps `NoWritesPerformed` only if it is true for all of its attempts. After a transient
        // transaction error, the server has aborted the transaction, and so the write.
        if self.has_label(NO_WRITES_PERFORMED) || self.has_label(TRANSIENT_TRANSACTION_ERROR) {
            return false;
        }
        match (self.kind(), self.driver()) {
            (_, Some(driver)) => self.is_open(driver, effect),
            (ErrorKind::ConnectionLost(_) | ErrorKind::Timeout(_) | ErrorKind::Driver(_), None) => true,
            // The command may have written, but its reply does not fit the declared type.
            (ErrorKind::Decode(_), None) => self.operation() == Some("run_command"),
            (_, None) => false,
        }
    }

    fn is_open(&self, driver: &DriverError, effect: Effect) -> bool {
        let many = self.0.many || effect == Effect::Writes;
        match &*driver.kind {
            // The server refused the whole command at the last attempt. The driver does not return the error of an
            // earlier attempt, and it makes another attempt only if the earlier one may have been applied.
            Driver::Command(command) => {
                self.has_label(RETRYABLE_WRITE_ERROR)
                    || self.0.attempts.is_some_and(|attempts| attempts > 1)
                    || server::interrupts(command.code, many)
                    || (self.operation() == Some("aggregate")
                        && !refuses_a_pipeline(command.code)
                        && !self.is_of_unknown_operator())
            }
            // The write itself failed. So no earlier attempt was applied, because the server would have recognised it
            // and not tried the write again. A write of many documents stops at the document that fails.
            Driver::Write(WriteFailure::WriteError(error)) => {
                error.code != FAILED_TO_PARSE
                    && !self.is_of_unknown_operator()
                    && (self.0.many
                        || self.0.origin.as_ref().is_some_and(|origin| origin.effect == Effect::Writes))
            }
            Driver::Io(_) => !self.is_unsent(),
            Driver::ConnectionPoolCleared { message, .. } => server::is_interrupted(message),
            _ => server::is_unreadable(driver) && !self.is_unsent(),
        }
    }

    /// Returns `true` if the server does not know an operator or an option, which it notices before it starts to execute.
    fn is_of_unknown_operator(&self) -> bool {
        matches!(self.kind(), ErrorKind::Unsupported(_))
    }

    /// Returns `true` if the driver got no connection, and so sent nothing.
    fn is_unsent(&self) -> bool {
        self.0.attempts == Some(0)
    }

    /// Returns `true` if the connection broke or timed out.
    fn is_of_connection(&self) -> bool {
        self.driver().is_some_and(|error| matches!(*error.kind, Driver::Io(_)))
    }

    /// Returns the end of the message: the outcome of the call, and whether to try again.
    pub(super) fn consequence(&self) -> &'static str {
        if self.is_not_sent() {
            return match self.kind() {
                ErrorKind::Config(_) => "",
                // The hook may have sent calls of its own.
                ErrorKind::Hook(_) if self.has_label(TRANSIENT_TRANSACTION_ERROR) => {
                    "; the write was not sent; run the transaction again"
                }
                ErrorKind::Hook(_) => "; the write was not sent",
                _ => "; nothing was sent",
            };
        }
        if self.may_be_applied() {
            return if self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
                "; the transaction may have been committed"
            } else {
                "; a write may have been applied"
            };
        }
        if self.is_reply_of_write() || self.is_after_write() {
            return match self.kind() {
                _ if !self.0.in_transaction => "; the write was applied",
                ErrorKind::Hook(_) if self.has_label(TRANSIENT_TRANSACTION_ERROR) => {
                    "; run the transaction again"
                }
                ErrorKind::Hook(error) if error.aborts_transaction() => "; the transaction is aborted",
                _ => "; the write is applied only if its transaction is committed",
            };
        }
        if !self.is_retryable() {
            return "";
        }
        if self.0.in_transaction || self.has_label(TRANSIENT_TRANSACTION_ERROR) {
            return "; run the transaction again";
        }
        let cause = self.bulk_write_error().and_then(BulkWriteError::interruption).unwrap_or(self);
        match cause.kind() {
            ErrorKind::Transient | ErrorKind::ConnectionLost(_) | ErrorKind::Timeout(_) => "; try again",
            _ => "",
        }
    }
}
