//! `ErrorKind`: one variant for each decision that a caller can make.

use std::{borrow::Cow, fmt};

use super::{
    bulk_write::BulkWriteError, codec::CodecError, decode::DecodeError, duplicate_key::DuplicateKey,
    hook::HookError, invalid::Violations, migration::MigrationError, page_token::PageTokenError,
    parameters::BadParameters, reason::reason, reference::ReferenceError, rejection::Rejection,
    schema::SchemaError, write_concern::WriteConcernError,
};

/// The kind of an [`Error`](super::Error), by what a caller can do about it.
///
/// The variants contain the data for that decision. Accessors return stored values; `Display` and `Debug` do not
/// contain them.
#[non_exhaustive]
pub enum ErrorKind {
    /// Another document already has this key in a unique index. Nothing was written, except for the documents that an
    /// `update_many` or a `$merge` changed before the failure.
    DuplicateKey(DuplicateKey),
    /// The document violates rules of its model. Nothing was sent.
    Invalid(Violations),
    /// Parameters of a request are unknown or not valid. Nothing was sent.
    BadParameters(BadParameters),
    /// The token of a page was not made by this key, or belongs to another query. Nothing was sent.
    PageToken(PageTokenError),
    /// The validator of the collection refused the document. Nothing was written, except for the documents that an
    /// `update_many` or a `$merge` changed before the failure.
    Rejected(Rejection),
    /// The stored document has another version than the one to replace it: it was changed after it was read. Nothing
    /// was written. Read it again, and make the change again.
    StaleVersion,
    /// There is no document with this `_id`: the one to save was deleted after it was read. Nothing was written.
    NotFound,
    /// A stored document does not fit the declared type.
    Decode(DecodeError),
    /// A value or a query expression (a filter, an update, a pipeline) cannot be written as BSON. Nothing was sent.
    Encode(CodecError),
    /// The call was refused because it is most likely a mistake or cannot work, for example an empty update, or an
    /// empty filter that is not `Filter::all()`. Nothing was sent.
    Refused(Cow<'static, str>),
    /// A document is larger than the 16 MiB that the server stores, or a command is larger than the server accepts.
    TooLarge(Cow<'static, str>),
    /// Some documents of an `insert_many`, or some writes of a `bulk_write`, were not applied.
    BulkWrite(BulkWriteError),
    /// The declared schema cannot be planned or applied.
    Schema(SchemaError),
    /// Migrations cannot be run, or did not end.
    Migration(MigrationError),
    /// The URI or the client options cannot be used. Nothing was sent.
    Config(Cow<'static, str>),
    /// No suitable server replied. Nothing was applied.
    Unavailable(Cow<'static, str>),
    /// The connection broke before the reply arrived. A write may or may not have been applied; a read can be made
    /// again.
    ConnectionLost(Cow<'static, str>),
    /// A time limit passed: the call's (`deadline`), the server's (`max_time`), the connection's, or that of the
    /// retries of a transaction.
    Timeout(Cow<'static, str>),
    /// A conflict or an election interrupted the operation. The same call may succeed when made again, a transaction
    /// when run again from its start. [`is_retryable`](super::Error::is_retryable) returns whether that is safe.
    Transient,
    /// The server does not know this user, or the user may not do this.
    Unauthorized,
    /// The write was applied, but not acknowledged by as many members as its write concern requires.
    WriteConcern(WriteConcernError),
    /// The server no longer has the cursor. Read again from the start, or from the last document that was read.
    CursorNotFound,
    /// The oplog no longer contains the position that a change stream resumes from.
    HistoryLost,
    /// The resume token does not belong to the history of this change stream. It was modified, it belongs to another
    /// deployment or collection, it is the token of an invalidate event, which only `start_after` accepts, or a stage
    /// of the stream's pipeline changed `_id`, which is the token.
    InvalidResumeToken,
    /// The collection was dropped or renamed, or its database was dropped, and the change stream has ended. A new
    /// stream can `start_after` the last token.
    Invalidated,
    /// A change event is larger than the 16 MiB that a server sends. The stream cannot continue after it. Open a
    /// stream without pre-images and looked-up documents, or with a stage that excludes the event.
    EventTooLarge,
    /// The change stream requires the document before or after each change, and the server does not have one: the
    /// collection does not store pre- and post-images, or this image has expired.
    ImageMissing,
    /// A reference that an include requires refers to a document that does not exist.
    Dangling(ReferenceError),
    /// A document refers to one that was to be deleted, and the delete rule of the reference is `restrict`.
    Restricted(ReferenceError),
    /// A [hook](crate::hooks) of the model returned an error. If it runs before the write, nothing was sent. If it runs
    /// after the write, the write was applied.
    Hook(HookError),
    /// Another instance has taken over the subscription: it was opened with the same name, or it leads since the lease
    /// of this instance expired. What this instance handled since its position was last stored, the other one handles
    /// again.
    Superseded,
    /// A subscriber of a fan-out was slower than the changes, and its buffer was full.
    Lagged,
    /// The position of a subscription cannot be stored or read, for a reason other than an error of a server.
    PositionStore(Cow<'static, str>),
    /// The transaction is aborted. Nothing of it was applied. An earlier call in it failed, which this names, or the
    /// future of a call was dropped, or the [`Tx`](crate::Tx) outlived its body.
    TransactionAborted(Cow<'static, str>),
    /// The server is too old for the operation, or its deployment does not support it.
    Unsupported(Cow<'static, str>),
    /// Any other error that the server returned, by its code.
    Server(i32),
    /// Any other error of the driver; see [`Error::driver`](super::Error::driver).
    Driver(Cow<'static, str>),
}

impl ErrorKind {
    /// Returns the variant's name, which is also the `error.type` of a span.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DuplicateKey(_) => "DuplicateKey",
            Self::Invalid(_) => "Invalid",
            Self::BadParameters(_) => "BadParameters",
            Self::PageToken(_) => "PageToken",
            Self::Rejected(_) => "Rejected",
            Self::StaleVersion => "StaleVersion",
            Self::NotFound => "NotFound",
            Self::Decode(_) => "Decode",
            Self::Encode(_) => "Encode",
            Self::Refused(_) => "Refused",
            Self::TooLarge(_) => "TooLarge",
            Self::BulkWrite(_) => "BulkWrite",
            Self::Schema(_) => "Schema",
            Self::Migration(_) => "Migration",
            Self::Config(_) => "Config",
            Self::Unavailable(_) => "Unavailable",
            Self::ConnectionLost(_) => "ConnectionLost",
            Self::Timeout(_) => "Timeout",
            Self::Transient => "Transient",
            Self::Unauthorized => "Unauthorized",
            Self::WriteConcern(_) => "WriteConcern",
            Self::CursorNotFound => "CursorNotFound",
            Self::HistoryLost => "HistoryLost",
            Self::InvalidResumeToken => "InvalidResumeToken",
            Self::Invalidated => "Invalidated",
            Self::EventTooLarge => "EventTooLarge",
            Self::ImageMissing => "ImageMissing",
            Self::Dangling(_) => "Dangling",
            Self::Restricted(_) => "Restricted",
            Self::Hook(_) => "Hook",
            Self::Superseded => "Superseded",
            Self::Lagged => "Lagged",
            Self::PositionStore(_) => "PositionStore",
            Self::TransactionAborted(_) => "TransactionAborted",
            Self::Unsupported(_) => "Unsupported",
            Self::Server(_) => "Server",
            Self::Driver(_) => "Driver",
        }
    }
}

/// Writes why the server refused a command, and where its message is.
pub(super) fn refused(reason: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{reason}; the server's message, which may hold stored values, is in `server_message()`")
}

impl ErrorKind {
    /// Writes the cause, without the outcome of the call.
    pub(super) fn cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateKey(error) => write!(f, "{error}"),
            Self::Invalid(violations) => write!(f, "{violations}"),
            Self::BadParameters(parameters) => write!(f, "{parameters}"),
            Self::PageToken(error) => write!(f, "{error}"),
            Self::Rejected(error) => write!(f, "{error}"),
            Self::StaleVersion => {
                f.write_str("the stored document has another version, so it was changed after it was read: read it again")
            }
            Self::NotFound => f.write_str("there is no such document, so it was deleted after it was read"),
            Self::Decode(error) => write!(f, "{error}"),
            Self::Encode(error) => write!(f, "cannot be sent: {error}"),
            Self::Refused(message)
            | Self::TooLarge(message)
            | Self::Config(message)
            | Self::Unavailable(message)
            | Self::ConnectionLost(message)
            | Self::Timeout(message)
            | Self::Unsupported(message)
            | Self::Driver(message) => f.write_str(message),
            Self::BulkWrite(error) => write!(f, "{error}"),
            Self::Schema(error) => write!(f, "{error}"),
            Self::Migration(error) => write!(f, "{error}"),
            Self::Transient => f.write_str("a conflict or an election interrupted the operation"),
            Self::Unauthorized => f.write_str(
                "not authorized: check the user name, the password, `authSource` and the user's roles",
            ),
            Self::WriteConcern(error) => write!(f, "{error}"),
            Self::CursorNotFound => f.write_str("the server no longer has the cursor; read again"),
            Self::HistoryLost => f.write_str(
                "the oplog no longer contains the resume point; read the collection again and open a new stream",
            ),
            Self::InvalidResumeToken => f.write_str(
                "the resume token does not belong to this stream's history, or a stage of its pipeline changed `_id`",
            ),
            Self::Invalidated => f.write_str(
                "the collection was dropped or renamed, so the stream has ended; a new one can `start_after` the \
                 last token",
            ),
            Self::EventTooLarge => f.write_str(
                "a change event is larger than the 16 MiB that the server sends; exclude it with a stage, or request \
                 neither pre-images nor looked-up documents",
            ),
            Self::ImageMissing => f.write_str(
                "the server does not have the document before or after a change, which the stream requires; is \
                 `changeStreamPreAndPostImages` enabled for the collection?",
            ),
            Self::Dangling(reference) | Self::Restricted(reference) => write!(f, "{reference}"),
            Self::Hook(error) => write!(f, "{error}"),
            Self::Superseded => f.write_str("another instance has taken over the subscription"),
            Self::Lagged => f.write_str(
                "the subscriber was slower than the changes, so its buffer was full: give it a larger buffer, or another \
                 policy",
            ),
            Self::PositionStore(message) => {
                write!(f, "the position of the subscription cannot be stored or read: {message}")
            }
            Self::TransactionAborted(cause) => write!(f, "the transaction is aborted: {cause}"),
            Self::Server(code) => refused(&reason(*code, "", &[]), f),
        }
    }

    /// Returns `true` if the kind alone shows that nothing was sent.
    pub(super) fn is_not_sent(&self) -> bool {
        match self {
            Self::Invalid(_)
            | Self::BadParameters(_)
            | Self::PageToken(_)
            | Self::Encode(_)
            | Self::Refused(_) => true,
            Self::Schema(error) => matches!(error, SchemaError::Declared(_)),
            Self::Migration(error) => matches!(error, MigrationError::Declared { .. }),
            Self::BulkWrite(report) => report.is_not_sent(),
            Self::Hook(error) => !error.is_after(),
            _ => false,
        }
    }
}

/// Writes the cause on one line and without stored values, and that nothing was sent, if the kind alone shows it. The
/// text of [`Error`](super::Error) also contains the operation, the collection and the outcome of a write.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause(f)?;
        match self {
            // The hook may have sent calls of its own.
            Self::Hook(error) if !error.is_after() => f.write_str("; the write was not sent"),
            _ if self.is_not_sent() => f.write_str("; nothing was sent"),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({self})", self.name())
    }
}
