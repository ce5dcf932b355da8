//! The predicates about the kind of an `Error`, and the accessors of the data that the kinds contain.

use super::{
    BadParameters, BulkWriteError, DecodeError, DuplicateKey, Error, ErrorKind, HookError, MigrationError,
    PageTokenError, ReferenceError, Rejection, SchemaError, WriteConcernError, invalid::Violations,
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

    /// Returns `true` if the token of a page was not made by its key, or belongs to another query. A web handler responds
    /// to it with status 400, or with the first page.
    pub fn is_bad_page_token(&self) -> bool {
        matches!(self.kind(), ErrorKind::PageToken(_))
    }

    /// Returns `true` if the validator of the collection refused the document.
    ///
    /// For an `insert_many` or a `bulk_write`, returns `true` if this is the cause of every failure.
    pub fn is_rejected(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::Rejected(_)))
    }

    /// Returns `true` if the stored document was changed after the program read the one to replace it: their versions
    /// differ. Read it again, and make the change again.
    ///
    /// For a `bulk_write`, returns `true` if this is the cause of every failure.
    #[doc(alias = "VersionError")]
    #[doc(alias = "optimistic_lock")]
    pub fn is_stale_version(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::StaleVersion))
    }

    /// Returns `true` if the document to save was deleted after the program read it: for a
    /// [`save`](crate::Collection::save) of a model with a version. A read or a write that finds no document is not an
    /// error: `get` and `find_one` return `None`, and `matched_count` is 0.
    ///
    /// For a `bulk_write`, returns `true` if this is the cause of every failure.
    pub fn is_not_found(&self) -> bool {
        self.every(|kind| matches!(kind, ErrorKind::NotFound))
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

    /// Returns `true` if another instance has taken over the subscription.
    pub fn is_superseded(&self) -> bool {
        matches!(self.kind(), ErrorKind::Superseded)
    }

    /// Returns `true` if the URI or the client options cannot be used.
    pub fn is_config(&self) -> bool {
        matches!(self.kind(), ErrorKind::Config(_))
    }

    /// Returns `true` if no server replied, because none was found or the connection broke.
    pub fn is_unavailable(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unavailable(_) | ErrorKind::ConnectionLost(_)))
    }

    /// Returns `true` if a time limit passed: of the call, of the server, of the connection, or of a transaction that
    /// was retried.
    pub fn is_timeout(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Timeout(_)))
    }

    /// Returns `true` if the server does not know the user, or the user does not have permission for the operation.
    pub fn is_unauthorized(&self) -> bool {
        self.any(|kind| matches!(kind, ErrorKind::Unauthorized))
    }

    /// Returns `true` if the transaction is aborted, and this call did not cause it. The message names the cause: an
    /// earlier call failed and the body of the transaction did not return its error, the future of a call was dropped,
    /// or the [`Tx`](crate::Tx) outlived its body.
    pub fn is_transaction_aborted(&self) -> bool {
        matches!(self.kind(), ErrorKind::TransactionAborted(_))
    }

    /// Returns `true` if a required reference refers to a document that does not exist.
    pub fn is_dangling(&self) -> bool {
        matches!(self.kind(), ErrorKind::Dangling(_))
    }

    /// Returns `true` if a document was not deleted, because another one refers to it and the delete rule of that
    /// reference is `restrict`.
    pub fn is_restricted(&self) -> bool {
        matches!(self.kind(), ErrorKind::Restricted(_))
    }

    /// Returns the required reference to a document that does not exist, if this is the cause.
    pub fn dangling_reference(&self) -> Option<&ReferenceError> {
        if let ErrorKind::Dangling(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns the reference that prevents the delete, if this is the cause.
    pub fn restriction(&self) -> Option<&ReferenceError> {
        if let ErrorKind::Restricted(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns the error of a [hook](crate::hooks) of the model, and which hook it was, if this is the cause. For many
    /// writes, returns the first one.
    pub fn hook_error(&self) -> Option<&HookError> {
        match self.kind() {
            ErrorKind::Hook(error) => Some(error),
            ErrorKind::BulkWrite(error) => error.causes().find_map(Self::hook_error),
            _ => None,
        }
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
    ///
    /// The violations have one form, whether the client found them before it sent the document
    /// ([`is_invalid`](Self::is_invalid)) or the validator of the collection refused it
    /// ([`is_rejected`](Self::is_rejected)). The server reports only the first invalid element of an array and the first
    /// invalid value of a map, and no other rule of a field whose type is wrong.
    pub fn violations(&self) -> Option<&Violations> {
        match self.kind() {
            ErrorKind::Invalid(violations) => Some(violations),
            ErrorKind::Rejected(rejection) => Some(rejection.violations()),
            _ => None,
        }
    }

    /// Returns the parameters that are unknown or not valid, if this is the cause.
    pub fn bad_parameters(&self) -> Option<&BadParameters> {
        if let ErrorKind::BadParameters(error) = self.kind() { Some(error) } else { None }
    }

    /// Returns why the token of a page is refused, if this is the cause.
    pub fn page_token_error(&self) -> Option<PageTokenError> {
        if let ErrorKind::PageToken(error) = self.kind() { Some(*error) } else { None }
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
