//! The predicates about the kind of an `Error`, and the accessors of the data that the kinds contain.

use super::{
    BadParameters, BulkWriteError, DecodeError, DuplicateKey, Error, ErrorKind, MigrationError, Rejection,
    SchemaError, WriteConcernError, invalid::Violations,
};

impl Error {
    /// Returns `true` if another document already has this key in a unique index.
    ///
    /// For an `insert_many` or a `bulk_write`, returns `true` if this is the cause of every failure.
    pub fn is_duplicate_key(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::DuplicateKey(_)))
    }

    /// Returns `true` if the document violates rules of its model.
    ///
    /// For an `insert_many` or a `bulk_write`, returns `true` if this is the cause of every failure.
    pub fn is_invalid(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::Invalid(_)))
    }

    /// Returns `true` if parameters of a request are unknown or not valid. A web handler responds to it with status
    /// 400.
    pub fn is_bad_parameters(&self) -> bool {
        matches!(self.kind(), ErrorKind::BadParameters(_))
    }

    /// Returns `true` if the validator of the collection refused the document.
    ///
    /// For an `insert_many` or a `bulk_write`, returns `true` if this is the cause of every failure.
    pub fn is_rejected(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::Rejected(_)))
    }

    /// Returns `true` if a stored document does not fit the declared type.
    pub fn is_decode(&self) -> bool {
        matches!(self.kind(), ErrorKind::Decode(_))
    }

    /// Returns `true` if a newer program wrote the document, with a version of its model that this program does not
    /// know. Skip the document, or let a newer program process it. [`is_decode`](Self::is_decode) is also `true`
    /// for this error.
    pub fn is_newer_version(&self) -> bool {
        self.decode_error().is_some_and(DecodeError::is_newer_version)
    }

    /// Returns `true` if the URI or the client options cannot be used.
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), ErrorKind::Config(_))
    }

    /// Returns `true` if no server replied, because none was found or the connection broke.
    pub fn is_unavailable(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unavailable(_) | ErrorKind::ConnectionLost(_)))
    }

    /// Returns `true` if a time limit passed.
    pub fn is_timeout(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Timeout(_)))
    }

    /// Returns `true` if the server does not know the user, or the user does not have permission for the operation.
    pub fn is_unauthorized(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unauthorized))
    }

    /// Returns `true` if the transaction is aborted because of an earlier call in it. The message names that call: it
    /// failed, and the body of the transaction did not return its error, or its future was dropped.
    pub fn is_transaction_aborted(&self) -> bool {
        matches!(self.kind(), ErrorKind::TransactionAborted(_))
    }

    /// Returns the key that another document already has, if this is the cause. For many writes, returns the first
    /// key.
    pub fn duplicate_key(&self) -> Option<&DuplicateKey> {
        match self.kind() {
            ErrorKind::DuplicateKey(error) => Some(error),
            ErrorKind::BulkWrite(error) => error.causes().find_map(Self::duplicate_key),
            _ => None,
        }
    }

    /// Returns the rules that the document violates, if this is the cause.
    pub fn violations(&self) -> Option<&Violations> {
        if let ErrorKind::Invalid(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns the parameters that are unknown or not valid, if this is the cause.
    pub fn bad_parameters(&self) -> Option<&BadParameters> {
        if let ErrorKind::BadParameters(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns why the validator of the collection refused the document, if this is the cause.
    pub fn rejection(&self) -> Option<&Rejection> {
        if let ErrorKind::Rejected(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns where a stored document does not fit the declared type, if this is the cause.
    pub fn decode_error(&self) -> Option<&DecodeError> {
        if let ErrorKind::Decode(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns why the declared schema cannot be planned or applied, if this is the cause.
    pub fn schema(&self) -> Option<&SchemaError> {
        if let ErrorKind::Schema(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns why migrations cannot be run or did not end, if this is the cause.
    pub fn migration(&self) -> Option<&MigrationError> {
        if let ErrorKind::Migration(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns the outcome of each document of an `insert_many` or of each write of a `bulk_write`, if that call
    /// failed.
    pub fn bulk_write_error(&self) -> Option<&BulkWriteError> {
        if let ErrorKind::BulkWrite(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns the write concern that was not satisfied, if this is the cause.
    ///
    /// For an `insert_many` or a `bulk_write`, see [`write_concern_errors`](BulkWriteError::write_concern_errors).
    pub fn write_concern_error(&self) -> Option<&WriteConcernError> {
        if let ErrorKind::WriteConcern(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns `true` if the predicate is true for this kind, or for many writes for the kind of every failure.
    fn every(&self, ask: fn(&ErrorKind) -> bool) -> bool {
        match self.kind() {
            ErrorKind::BulkWrite(error) => error.causes().all(|cause| ask(cause.kind())),
            kind => ask(kind),
        }
    }

    /// Returns `true` if the predicate is true for this kind, or for many writes for the kind of any failure.
    fn any(&self, ask: fn(&ErrorKind) -> bool) -> bool {
        match self.kind() {
            ErrorKind::BulkWrite(error) => error.causes().any(|cause| ask(cause.kind())),
            kind => ask(kind),
        }
    }
}
