//! The only mapping from the driver's errors to the kinds of this crate.

use std::borrow::Cow;

use mongodb::{
    bson,
    error::{
        Error, ErrorKind as Driver, NO_WRITES_PERFORMED, RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR,
        TRANSIENT_TRANSACTION_ERROR, WriteFailure,
    },
};

use super::{
    ErrorKind,
    codec::CodecError,
    driver_text,
    duplicate_key::DuplicateKey,
    rejection::Rejection,
    selection::{pool_cleared, unavailable},
    write_concern::WriteConcernError,
    write_reply::Details,
};

/// Returns the kind of a driver error after this number of attempts to send the command. `details` are those of the
/// server's reply.
pub(super) fn kind(error: &Error, attempts: Option<u32>, details: impl FnOnce() -> Details) -> ErrorKind {
    match &*error.kind {
        Driver::Write(WriteFailure::WriteError(write)) => answered(error, write.code, &write.message, || {
            let details = details();
            Details { info: details.info.or_else(|| write.details.clone()), ..details }
        }),
        Driver::InsertMany(many) => match (&many.write_errors.as_deref(), &many.write_concern_error) {
            (Some([first, ..]), _) => answered(error, first.code, &first.message, details),
            (_, Some(concern)) => ErrorKind::WriteConcern(WriteConcernError::new(concern)),
            _ => other(error),
        },
        Driver::Write(WriteFailure::WriteConcernError(concern)) => {
            ErrorKind::WriteConcern(WriteConcernError::new(concern))
        }
        Driver::Command(command) => answered(error, command.code, &command.message, details),
        Driver::ServerSelection { message, .. } => unavailable(message),
        Driver::DnsResolve { message, .. } => ErrorKind::Unavailable(match driver_text::known(message) {
            Some(text) => format!("the host name of the URI cannot be resolved: {text}").into(),
            None => "the host name of the URI cannot be resolved".into(),
        }),
        Driver::ConnectionPoolCleared { message, .. } if is_interrupted(message) => {
            ErrorKind::ConnectionLost("the connection was given up before the answer came".into())
        }
        Driver::ConnectionPoolCleared { message, .. } => pool_cleared(message),
        Driver::Io(io) if attempts == Some(0) => {
            ErrorKind::Unavailable(format!("the connection failed: {io}").into())
        }
        Driver::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => {
            ErrorKind::Timeout("the connection timed out".into())
        }
        Driver::Io(io) if error.contains_label(NO_WRITES_PERFORMED) => {
            ErrorKind::Unavailable(format!("the connection broke: {io}").into())
        }
        Driver::Io(io) => {
            ErrorKind::ConnectionLost(format!("the connection broke before the answer came: {io}").into())
        }
        Driver::Authentication { .. } => ErrorKind::Unauthorized,
        Driver::InvalidTlsConfig { message, .. } => {
            ErrorKind::Config(quoted(message, "the TLS options cannot be used"))
        }
        Driver::InvalidArgument { .. } if is_unreadable(error) => {
            ErrorKind::Driver("the server's answer cannot be read: the lengths in it are wrong".into())
        }
        Driver::InvalidArgument { message, .. } if message.starts_with("Message length") => {
            too_large_a_command()
        }
        // BSON that cannot be written fails before anything is sent. Errors of reading a reply have other messages.
        Driver::Bson(bson) if has_nul(bson) => {
            ErrorKind::Encode(CodecError::new("names without NUL bytes", "a name with one"))
        }
        Driver::Bson(bson) if is_unwritable(bson) => {
            ErrorKind::Encode(CodecError::new("a value that BSON can represent", "one that it cannot"))
        }
        Driver::InvalidArgument { message, .. } | Driver::Transaction { message, .. } => {
            ErrorKind::Refused(quoted(message, "the driver refuses an argument; its text is in `driver()`"))
        }
        Driver::IncompatibleServer { message, .. } => ErrorKind::Unsupported(quoted(
            message,
            "this server is too old for the call; the driver's text is in `driver()`",
        )),
        Driver::SessionsNotSupported => ErrorKind::Unsupported(
            "this server has no sessions; they need a replica set or a sharded cluster".into(),
        ),
        Driver::Shutdown => ErrorKind::Refused("the client has been shut down".into()),
        _ => other(error),
    }
}

/// Returns the driver's message if it is known to contain no values, and `otherwise` if not.
fn quoted(message: &str, otherwise: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(driver_text::known(message).unwrap_or(otherwise))
}

/// Returns the kind of an error that the server returned, by its code.
fn answered(error: &Error, code: i32, message: &str, details: impl FnOnce() -> Details) -> ErrorKind {
    match code {
        11000 | 11001 | 12582 => {
            let details = details();
            ErrorKind::DuplicateKey(DuplicateKey::new(message, details.key_pattern, details.key_value))
        }
        121 => ErrorKind::Rejected(Rejection::new(details().info)),
        13 | 18 | 33 => ErrorKind::Unauthorized,
        8000 if refuses_the_user(message) => ErrorKind::Unauthorized,
        43 | 237 => ErrorKind::CursorNotFound,
        50 | 202 | 262 => ErrorKind::Timeout("the server's time limit for the operation passed".into()),
        286 => ErrorKind::HistoryLost,
        10334 if is_about_the_command(message) => too_large_a_command(),
        10334 | 17419 | 17420 => {
            ErrorKind::TooLarge("the document would be larger than the 16 MiB that the server stores".into())
        }
        _ if is_transient(error, code) => ErrorKind::Transient,
        _ => ErrorKind::Server(code),
    }
}

/// Returns `true` if an `AtlasError` is about the user. Atlas uses this code for everything that it refuses itself,
/// such as a full disk or a command that the tier does not have. Only the message distinguishes them.
fn refuses_the_user(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["authentication failed", "not allowed to do action"].iter().any(|words| message.contains(words))
}

/// Returns `true` for conflicts, elections and shutdowns: by the server's labels, and by the codes that the drivers'
/// specifications retry.
fn is_transient(error: &Error, code: i32) -> bool {
    [TRANSIENT_TRANSACTION_ERROR, RETRYABLE_WRITE_ERROR, RETRYABLE_ERROR]
        .iter()
        .any(|label| error.contains_label(label))
        || matches!(
            code,
            6 | 7 | 89 | 91 | 112 | 134 | 189 | 9001 | 10058 | 10107 | 11600 | 11602 | 13435 | 13436
        )
}

/// Returns `true` if a command that fails with this code may have written something. The command was interrupted, or
/// the server is a proxy and lost the reply of another server. With any other code, the server refuses the command
/// before it writes. A command that changes many documents can write a part of them before an election or a conflict.
pub(super) fn interrupts(code: i32, many: bool) -> bool {
    match code {
        // The cause is not known: `InternalError`, `UnknownError`.
        1 | 8
        // The network between the server and other servers: `HostUnreachable`, `HostNotFound`, `NetworkTimeout`,
        // `NetworkInterfaceExceededTimeLimit`, `SocketException`.
        | 6 | 7 | 89 | 202 | 9001
        // Interrupted: `LockTimeout`, `MaxTimeMSExpired`, `CallbackCanceled`, `ShutdownInProgress`,
        // `PrimarySteppedDown`, `CursorKilled`, `ExceededTimeLimit`, `ClientDisconnect`, `Interrupted..`.
        | 24 | 50 | 90 | 91 | 189 | 237 | 262 | 279 | 290 | 334 | 11600..=11602 => true,
        // `WriteConflict`, `FailedToSatisfyReadPreference`, `QueryPlanKilled`, not the primary, no disk space.
        112 | 133 | 175 | 10058 | 10107 | 13435 | 13436 | 14031 => many,
        _ => false,
    }
}

/// Returns `true` if the monitor lost the server after the command was sent. Otherwise the pool had no connection to
/// send the command.
pub(super) fn is_interrupted(message: &str) -> bool {
    message.ends_with(" interrupted due to server monitor timeout")
}

/// Returns `true` if the driver received a reply that it could not read. The driver reports a wrong length in a reply
/// as an invalid argument, because its checked arithmetic does.
pub(super) fn is_unreadable(error: &Error) -> bool {
    match &*error.kind {
        Driver::InvalidArgument { message, .. } => {
            message == "checked arithmetic failure" || message.starts_with("out of range integral type")
        }
        Driver::Bson(bson) => !is_unwritable(bson),
        Driver::InvalidResponse { .. } | Driver::Internal { .. } => true,
        _ => false,
    }
}

/// Returns `true` if a value to send cannot be written, such as a time limit whose milliseconds exceed an int64.
fn is_unwritable(error: &bson::error::Error) -> bool {
    matches!(error.kind, bson::error::ErrorKind::Serialization { .. }) || has_nul(error)
}

fn has_nul(error: &bson::error::Error) -> bool {
    error.message.as_deref().is_some_and(|message| message.starts_with("cstring with interior null"))
}

fn too_large_a_command() -> ErrorKind {
    ErrorKind::TooLarge(
        "the command is larger than the 16 MiB that the server takes: its filter, its update or its pipeline holds too \
         much, such as a long list for `in_`; make several calls, each with a part of it"
            .into(),
    )
}

/// Returns `true` if a command is too large, not a document. The server's message contains the first element of it.
fn is_about_the_command(message: &str) -> bool {
    const COMMANDS: [&str; 9] = [
        "aggregate",
        "bulkWrite",
        "count",
        "delete",
        "distinct",
        "explain",
        "find",
        "findAndModify",
        "update",
    ];
    let first = message.split_once("First element: ").and_then(|(_, element)| element.split_once(':'));
    first.is_some_and(|(name, _)| COMMANDS.contains(&name))
}

/// Describes the remaining errors without their messages, because some of the driver's messages contain documents.
fn other(error: &Error) -> ErrorKind {
    let message: Cow<'static, str> = match &*error.kind {
        Driver::Bson(_) => "BSON that the driver cannot read or write".into(),
        Driver::InvalidResponse { .. } => {
            "the server's answer cannot be read; why is in `driver()`, whose text may hold stored values"
                .into()
        }
        Driver::Internal { .. } => "internal error of the driver; its text is in `driver()`".into(),
        Driver::MissingResumeToken => {
            "a change stream event came without its `_id`, the resume token; a stage must not remove it"
                .into()
        }
        Driver::Custom(_) => "an error made by `mongodb::error::Error::custom`".into(),
        _ => "an error of the driver; it is in `driver()`".into(),
    };
    ErrorKind::Driver(message)
}

/// Returns the server's error code, from any kind of driver error that contains one.
pub(super) fn code(error: &Error) -> Option<i32> {
    match &*error.kind {
        Driver::Command(command) => Some(command.code),
        Driver::Write(WriteFailure::WriteError(write)) => Some(write.code),
        Driver::Write(WriteFailure::WriteConcernError(concern)) => Some(concern.code),
        Driver::InsertMany(many) => many
            .write_errors
            .as_deref()
            .and_then(|errors| errors.first())
            .map(|error| error.code)
            .or(many.write_concern_error.as_ref().map(|concern| concern.code)),
        _ => None,
    }
}

/// Returns the name of the server's error code.
pub(super) fn code_name(error: &Error) -> Option<&str> {
    match &*error.kind {
        Driver::Command(command) => Some(&command.code_name),
        Driver::Write(WriteFailure::WriteError(write)) => write.code_name.as_deref(),
        Driver::Write(WriteFailure::WriteConcernError(concern)) => Some(&concern.code_name),
        Driver::InsertMany(many) => match many.write_errors.as_deref() {
            Some([first, ..]) => first.code_name.as_deref(),
            _ => many.write_concern_error.as_ref().map(|concern| concern.code_name.as_str()),
        },
        _ => None,
    }
}

/// Returns the server's message.
pub(super) fn message(error: &Error) -> Option<&str> {
    match &*error.kind {
        Driver::Command(command) => Some(&command.message),
        Driver::Write(WriteFailure::WriteError(write)) => Some(&write.message),
        Driver::Write(WriteFailure::WriteConcernError(concern)) => Some(&concern.message),
        Driver::InsertMany(many) => match many.write_errors.as_deref() {
            Some([first, ..]) => Some(&first.message),
            _ => many.write_concern_error.as_ref().map(|concern| concern.message.as_str()),
        },
        _ => None,
    }
}
