//! `ErrorKind`: one variant per decision a caller can make.

use std::{borrow::Cow, fmt};

use super::{
    bulk_write::BulkWriteError, codec::CodecError, decode::DecodeError, duplicate_key::DuplicateKey,
    invalid::Violations, parameters::BadParameters, reason::reason, rejection::Rejection,
    schema::SchemaError, write_concern::WriteConcernError,
};

/// What happened, as far as a caller can act on it.
///
/// The variants carry what the decision needs. Stored values stand behind accessors and are part of no
/// `Display` or `Debug`.
#[non_exhaustive]
pub enum ErrorKind {
    /// Another document already has this key in a unique index. Nothing was written, but for what an `update_many` or
    /// a `$merge` had changed before.
    DuplicateKey(DuplicateKey),
    /// The document breaks rules of its model. Nothing was sent.
    Invalid(Violations),
    /// Parameters of a request are not understood. Nothing was sent.
    BadParameters(BadParameters),
    /// The validator of the collection refused the document. Nothing was written, but for what an `update_many` or a
    /// `$merge` had changed before.
    Rejected(Rejection),
    /// A stored document does not fit the declared type.
    Decode(DecodeError),
    /// A value or a sentence (a filter, an update, a pipeline) cannot be written as BSON. Nothing was sent.
    Encode(CodecError),
    /// The call would not do what it says, so it was not made: an empty update, an empty filter that was not
    /// said. Nothing was sent.
    Refused(Cow<'static, str>),
    /// A document is larger than the 16 MiB that the server stores, or a command than those that it takes.
    TooLarge(Cow<'static, str>),
    /// Some documents of an `insert_many`, or some writes of a `bulk_write`, were not applied.
    BulkWrite(BulkWriteError),
    /// The declared schema cannot be planned or applied.
    Schema(SchemaError),
    /// The URI or the client options cannot be used. Nothing was sent.
    Config(Cow<'static, str>),
    /// No suitable server answered. Nothing was applied.
    Unavailable(Cow<'static, str>),
    /// The connection broke before the answer came. A write may or may not have been applied; a read can be made
    /// again.
    ConnectionLost(Cow<'static, str>),
    /// A time limit passed: the call's (`deadline`), the server's (`max_time`) or the connection's.
    Timeout(Cow<'static, str>),
    /// A conflict or an election got in the way. The same call may succeed when made again, a transaction when run
    /// again from its start; [`is_retryable`](super::Error::is_retryable) tells whether that is safe.
    Transient,
    /// The server does not know this user, or the user may not do this.
    Unauthorized,
    /// The write was applied, but not acknowledged by as many members as asked for.
    WriteConcern(WriteConcernError),
    /// The server no longer has the cursor: read again from the start, or from the last document seen.
    CursorLost,
    /// The history that a change stream should continue from is gone from the oplog.
    HistoryLost,
    /// The resume token is not one of this change stream's history: it was changed, belongs to another
    /// deployment or collection, or is an invalidate's, which only `start_after` takes. Or a stage of the
    /// stream's pipeline changed `_id`, which is the token.
    InvalidResumeToken,
    /// The collection was dropped or renamed, or its database dropped: the change stream has ended. A new one
    /// can `start_after` the last token.
    Invalidated,
    /// A change event is larger than the 16 MiB that a server sends. The stream cannot pass it as it is: open
    /// one without pre-images or the looked-up document, or with a stage that leaves the event out.
    EventTooLarge,
    /// The change stream requires the document before or after each change, and the server does not have
    /// one: the collection does not keep them, or no longer has this one.
    ImageMissing,
    /// This server is too old, or of a kind, for the operation.
    Unsupported(Cow<'static, str>),
    /// Any other error that the server answered, by its code.
    Server(i32),
    /// Any other error of the driver; see [`Error::driver`](super::Error::driver).
    Driver(Cow<'static, str>),
}

impl ErrorKind {
    /// The variant's name, which is also the `error.type` of a span.
    pub fn name(&self) -> &'static str {
        match self {
            Self::DuplicateKey(_) => "DuplicateKey",
            Self::Invalid(_) => "Invalid",
            Self::BadParameters(_) => "BadParameters",
            Self::Rejected(_) => "Rejected",
            Self::Decode(_) => "Decode",
            Self::Encode(_) => "Encode",
            Self::Refused(_) => "Refused",
            Self::TooLarge(_) => "TooLarge",
            Self::BulkWrite(_) => "BulkWrite",
            Self::Schema(_) => "Schema",
            Self::Config(_) => "Config",
            Self::Unavailable(_) => "Unavailable",
            Self::ConnectionLost(_) => "ConnectionLost",
            Self::Timeout(_) => "Timeout",
            Self::Transient => "Transient",
            Self::Unauthorized => "Unauthorized",
            Self::WriteConcern(_) => "WriteConcern",
            Self::CursorLost => "CursorLost",
            Self::HistoryLost => "HistoryLost",
            Self::InvalidResumeToken => "InvalidResumeToken",
            Self::Invalidated => "Invalidated",
            Self::EventTooLarge => "EventTooLarge",
            Self::ImageMissing => "ImageMissing",
            Self::Unsupported(_) => "Unsupported",
            Self::Server(_) => "Server",
            Self::Driver(_) => "Driver",
        }
    }
}

/// What the server refuses, and where its own words are.
pub(super) fn refused(reason: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    write!(f, "{reason}; the server's own words, which may hold stored values, are in `server_message()`")
}

impl ErrorKind {
    /// Writes the cause, without what became of the call.
    pub(super) fn cause(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DuplicateKey(error) => write!(f, "{error}"),
            Self::Invalid(violations) => write!(f, "{violations}"),
            Self::BadParameters(parameters) => write!(f, "{parameters}"),
            Self::Rejected(error) => write!(f, "{error}"),
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
            Self::Transient => f.write_str("a conflict or an election got in the way"),
            Self::Unauthorized => f.write_str(
                "not authorized: check the user name, the password, `authSource` and the user's roles",
            ),
            Self::WriteConcern(error) => write!(f, "{error}"),
            Self::CursorLost => f.write_str("the server no longer has the cursor; read again"),
            Self::HistoryLost => f.write_str(
                "the oplog no longer reaches back to the resume point; read the collection again and start anew",
            ),
            Self::InvalidResumeToken => f.write_str(
                "the resume token is not one of this stream's history, or a stage of its pipeline changed `_id`",
            ),
            Self::Invalidated => f.write_str(
                "the collection was dropped or renamed, so the stream has ended; a new one can `start_after` the \
                 last token",
            ),
            Self::EventTooLarge => f.write_str(
                "a change event is larger than the 16 MiB that the server sends; leave it out with a stage, or ask \
                 for no pre-images and no looked-up documents",
            ),
            Self::ImageMissing => f.write_str(
                "the server does not have the document before or after a change, which the stream requires; does \
                 the collection keep `changeStreamPreAndPostImages`?",
            ),
            Self::Server(code) => refused(&reason(*code, "", &[]), f),
        }
    }

    /// Whether the kind alone shows that nothing was sent.
    fn is_not_sent(&self) -> bool {
        match self {
            Self::Invalid(_) | Self::BadParameters(_) | Self::Encode(_) | Self::Refused(_) => true,
            Self::Schema(error) => matches!(error, SchemaError::Declared(_)),
            Self::BulkWrite(report) => report.is_not_sent(),
            _ => false,
        }
    }
}

/// The cause, on one line and without stored values, and whether nothing was sent, where the kind alone shows it.
/// [`Error`](super::Error) has more: the place, and what became of a write.
impl fmt::Display for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause(f)?;
        if self.is_not_sent() { f.write_str("; nothing was sent") } else { Ok(()) }
    }
}

impl fmt::Debug for ErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}({self})", self.name())
    }
}
