//! What became of the write that an error is about: the one rule behind the predicates, the texts and the reports.

use mongodb::error::{
    Error as DriverError, ErrorKind as Driver, NO_WRITES_PERFORMED, RETRYABLE_WRITE_ERROR,
    TRANSIENT_TRANSACTION_ERROR, UNKNOWN_TRANSACTION_COMMIT_RESULT, WriteFailure,
};

use super::{BulkWriteError, Error, ErrorKind, SchemaError, server};
use crate::operation::Effect;

/// The code of a statement that the server does not begin with.
const FAILED_TO_PARSE: i32 = 9;

/// Whether a pipeline that fails with this code has not begun, so that its `$merge` or `$out` wrote nothing:
/// `FailedToParse`, `Unauthorized`, `CommandNotFound`, `InvalidOptions`, `InvalidNamespace`, an unknown stage.
fn refuses_a_pipeline(code: i32) -> bool {
    matches!(code, 9 | 13 | 59 | 72 | 73 | 40324)
}

impl Error {
    /// What the call can have left behind. A call of the user's own may have written.
    fn effect(&self) -> Effect {
        self.0.place.as_ref().map_or(Effect::Writes, |place| place.effect)
    }

    /// Whether the same call may succeed when made again: no server was there, an election or a conflict got
    /// in the way, or the connection of a read broke. Making the call again applies nothing twice: if a write may have
    /// been applied, this is false and [`is_outcome_unknown`](Self::is_outcome_unknown) is true.
    ///
    /// The driver has already tried once more where that is safe. In a transaction the whole transaction has
    /// to be run again.
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
            | ErrorKind::CursorLost
            | ErrorKind::ConnectionLost(_) => !self.may_be_applied(),
            // The connection's limit; the server's and the caller's would pass again.
            ErrorKind::Timeout(_) => self.is_of_connection() && !self.may_be_applied(),
            _ => false,
        }
    }

    /// Whether every write is applied although the call failed: its write concern was not satisfied, in which case a
    /// failover can still undo it, or the document that it gives does not fit the model.
    pub fn is_applied(&self) -> bool {
        match self.kind() {
            ErrorKind::WriteConcern(_) => self.effect() != Effect::Nothing,
            // A document that cannot be read is that of an answer.
            ErrorKind::Decode(_) => {
                self.effect() == Effect::OneWrite || self.operation() == Some("bulk_write")
            }
            ErrorKind::BulkWrite(report) => report.is_applied(),
            _ => false,
        }
    }

    /// Whether a write may have been applied although it failed: its answer was lost, late, unreadable, or came from
    /// too few members; an earlier attempt of the driver may have been applied; or an `update_many`, a `delete_many` or an
    /// aggregation with `$merge` or `$out` failed, which may have written a part of the documents. Never of a read.
    pub fn is_outcome_unknown(&self) -> bool {
        if self.effect() == Effect::Nothing {
            return false;
        }
        match self.kind() {
            ErrorKind::WriteConcern(_) => true,
            ErrorKind::BulkWrite(report) => report.is_outcome_unknown(),
            _ => self.may_be_applied(),
        }
    }

    /// Whether nothing was sent, because a value, a sentence, a rule or a setting is wrong on this side, or the server
    /// is known to be too old, or to have no sessions.
    pub fn is_not_sent(&self) -> bool {
        match self.kind() {
            ErrorKind::Encode(_)
            | ErrorKind::Invalid(_)
            | ErrorKind::BadParameters(_)
            | ErrorKind::Refused(_)
            | ErrorKind::Config(_) => true,
            ErrorKind::Schema(error) => matches!(error, SchemaError::Declared(_)),
            ErrorKind::TooLarge(_) => {
                self.driver().is_none_or(|error| matches!(*error.kind, Driver::InvalidArgument { .. }))
            }
            ErrorKind::Unsupported(_) => self.driver().is_some_and(|error| {
                matches!(*error.kind, Driver::IncompatibleServer { .. } | Driver::SessionsNotSupported)
            }),
            ErrorKind::BulkWrite(error) => error.is_not_sent(),
            _ => false,
        }
    }

    /// Whether it is open if the write was applied, or a part of it. What is known to be applied, because only its write
    /// concern was not satisfied, is not open.
    pub(crate) fn may_be_applied(&self) -> bool {
        let effect = self.effect();
        if effect == Effect::Nothing {
            return false;
        }
        if let ErrorKind::BulkWrite(report) = self.kind() {
            return report.may_be_applied();
        }
        if self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
            return true;
        }
        // The driver keeps this label only where it holds for all of its attempts. The other says that the transaction
        // has ended, and with it the write.
        if self.has_label(NO_WRITES_PERFORMED) || self.has_label(TRANSIENT_TRANSACTION_ERROR) {
            return false;
        }
        match (self.kind(), self.driver()) {
            (ErrorKind::WriteConcern(_), _) => false,
            (_, Some(driver)) => self.is_open(driver, effect),
            (ErrorKind::ConnectionLost(_) | ErrorKind::Timeout(_) | ErrorKind::Driver(_), None) => true,
            // The reply of a command that may write does not fit the type.
            (ErrorKind::Decode(_), None) => self.operation() == Some("run_command"),
            (_, None) => false,
        }
    }

    fn is_open(&self, driver: &DriverError, effect: Effect) -> bool {
        let many = self.0.many || effect == Effect::Writes;
        match &*driver.kind {
            // The server refused the whole command, at its last attempt. The driver does not keep an error of an earlier
            // one, and makes another attempt only where that error may hide a write.
            Driver::Command(command) => {
                self.has_label(RETRYABLE_WRITE_ERROR)
                    || self.0.attempts.is_some_and(|attempts| attempts > 1)
                    || server::interrupts(command.code, many)
                    || (self.operation() == Some("aggregate") && !refuses_a_pipeline(command.code))
            }
            // The write itself failed, which a server that knows an earlier attempt does not try. One of many documents
            // stops where it fails.
            Driver::Write(WriteFailure::WriteError(error)) => {
                error.code != FAILED_TO_PARSE
                    && (self.0.many
                        || self.0.place.as_ref().is_some_and(|place| place.effect == Effect::Writes))
            }
            Driver::Io(_) => !self.is_unsent(),
            Driver::ConnectionPoolCleared { message, .. } => server::is_interrupted(message),
            _ => server::is_unreadable(driver) && !self.is_unsent(),
        }
    }

    /// Whether the driver got no connection, and so sent nothing.
    fn is_unsent(&self) -> bool {
        self.0.attempts == Some(0)
    }

    /// Whether the connection broke, in whatever way.
    fn is_of_connection(&self) -> bool {
        self.driver().is_some_and(|error| matches!(*error.kind, Driver::Io(_)))
    }

    /// What a caller has to know beside the cause, as the end of the text.
    pub(super) fn consequence(&self) -> &'static str {
        if self.is_not_sent() {
            return if self.is_config() { "" } else { "; nothing was sent" };
        }
        if self.may_be_applied() {
            return if self.has_label(UNKNOWN_TRANSACTION_COMMIT_RESULT) {
                "; the transaction may have been committed"
            } else {
                "; a write may have been applied"
            };
        }
        if self.is_applied() && self.is_decode() {
            return "; the write was applied";
        }
        if !self.is_retryable() {
            return "";
        }
        if self.has_label(TRANSIENT_TRANSACTION_ERROR) {
            return "; run the transaction again";
        }
        let cause = self.bulk_write_error().and_then(BulkWriteError::interruption).unwrap_or(self);
        match cause.kind() {
            ErrorKind::Transient | ErrorKind::ConnectionLost(_) | ErrorKind::Timeout(_) => "; try again",
            _ => "",
        }
    }
}
