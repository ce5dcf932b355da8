//! What a caller asks an `Error`: the predicates about its kind, and the way to what the kinds carry.

use super::{
    BadParameters, BulkWriteError, DecodeError, DuplicateKey, Error, ErrorKind, Rejection, SchemaError,
    WriteConcernError, invalid::Violations,
};

impl Error {
    /// Whether another document already has this key in a unique index.
    ///
    /// For an `insert_many` or a `bulk_write`, whether that is all that went wrong.
    pub fn is_duplicate_key(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::DuplicateKey(_)))
    }

    /// Whether the document breaks rules of its model. For an `insert_many` or a `bulk_write`, whether that is all
    /// that went wrong.
    pub fn is_invalid(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::Invalid(_)))
    }

    /// Whether parameters of a request are not understood: what a web handler answers 400 to.
    pub fn is_bad_parameters(&self) -> bool {
        matches!(self.kind(), ErrorKind::BadParameters(_))
    }

    /// Whether the validator of the collection refused the document. For an `insert_many` or a `bulk_write`, whether
    /// that is all that went wrong.
    pub fn is_rejected(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::Rejected(_)))
    }

    /// Whether a stored document does not fit the declared type.
    pub fn is_decode(&self) -> bool {
        matches!(self.kind(), ErrorKind::Decode(_))
    }

    /// Whether a newer program wrote the document, with a version of its model that this one does not know: skip
    /// it, or leave it to a program that does. It is one way of [`is_decode`](Self::is_decode).
    pub fn is_newer_version(&self) -> bool {
        self.decode_error().is_some_and(DecodeError::is_newer_version)
    }

    /// Whether the URI or the client options cannot be used.
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), ErrorKind::Config(_))
    }

    /// Whether no server answered: none was found, or the connection broke.
    pub fn is_unavailable(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unavailable(_) | ErrorKind::ConnectionLost(_)))
    }

    /// Whether a time limit passed.
    pub fn is_timeout(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Timeout(_)))
    }

    /// Whether the server does not know this user, or the user may not do this.
    pub fn is_unauthorized(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unauthorized))
    }

    /// The key that another document already has, if that is what happened; of many writes, the first such key.
    pub fn duplicate_key(&self) -> Option<&DuplicateKey> {
        match self.kind() {
            ErrorKind::DuplicateKey(error) => Some(error),
            ErrorKind::BulkWrite(error) => error.causes().find_map(Self::duplicate_key),
            _ => None,
        }
    }

    /// The rules that the document breaks, if that is what happened.
    pub fn violations(&self) -> Option<&Violations> {
        if let ErrorKind::Invalid(error) = self.kind() { Some(error) } else { None }
    }

    /// The parameters that are not understood, if that is what happened.
    pub fn bad_parameters(&self) -> Option<&BadParameters> {
        if let ErrorKind::BadParameters(error) = self.kind() { Some(error) } else { None }
    }

    /// Why the validator of the collection refused the document, if that is what happened.
    pub fn rejection(&self) -> Option<&Rejection> {
        if let ErrorKind::Rejected(error) = self.kind() { Some(error) } else { None }
    }

    /// Where a stored document does not fit the declared type, if that is what happened.
    pub fn decode_error(&self) -> Option<&DecodeError> {
        if let ErrorKind::Decode(error) = self.kind() { Some(error) } else { None }
    }

    /// Why the declared schema cannot be planned or applied, if that is what happened.
    pub fn schema(&self) -> Option<&SchemaError> {
        if let ErrorKind::Schema(error) = self.kind() { Some(error) } else { None }
    }

    /// What became of each document of an `insert_many`, of each write of a `bulk_write`, if that is what failed.
    pub fn bulk_write_error(&self) -> Option<&BulkWriteError> {
        if let ErrorKind::BulkWrite(error) = self.kind() { Some(error) } else { None }
    }

    /// Which write concern was not satisfied, if that is what happened.
    ///
    /// For an `insert_many` or a `bulk_write` they are in
    /// [`write_concern_errors`](BulkWriteError::write_concern_errors).
    pub fn write_concern_error(&self) -> Option<&WriteConcernError> {
        if let ErrorKind::WriteConcern(error) = self.kind() { Some(error) } else { None }
    }

    /// Whether this kind, or for many writes the kind of every failure, is as asked.
    fn every(&self, ask: fn(&ErrorKind) -> bool) -> bool {
        match self.kind() {
            ErrorKind::BulkWrite(error) => error.causes().all(|cause| ask(cause.kind())),
            kind => ask(kind),
        }
    }

    /// Whether this kind, or for many writes the kind of any failure, is as asked.
    fn any(&self, ask: fn(&ErrorKind) -> bool) -> bool {
        match self.kind() {
            ErrorKind::BulkWrite(error) => error.causes().any(|cause| ask(cause.kind())),
            kind => ask(kind),
        }
    }
}
