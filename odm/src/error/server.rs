//! The driver's errors, sorted by what a caller can do about them: the only such mapping.

use std::borrow::Cow;

use mongodb::error::{
    Error, ErrorKind as Driver, RETRYABLE_ERROR, RETRYABLE_WRITE_ERROR, TRANSIENT_TRANSACTION_ERROR,
    WriteFailure,
};

use super::{
    ErrorKind,
    answer::Told,
    driver_text,
    duplicate_key::DuplicateKey,
    rejection::Rejection,
    selection::{pool_cleared, unavailable},
    write_concern::WriteConcernError,
};

/// What an error of the driver means to the caller; `told` is what the server's answer says beside it.
pub(super) fn kind(error: &Error, told: impl FnOnce() -> Told) -> ErrorKind {
    match &*error.kind {
        Driver::Write(WriteFailure::WriteError(write)) => answered(error, write.code, &write.message, || {
            let told = told();
            Told { details: told.details.or_else(|| write.details.clone()), ..told }
        }),
        Driver::InsertMany(many) => match (&many.write_errors.as_deref(), &many.write_concern_error) {
            (Some([first, ..]), _) => answered(error, first.code, &first.message, told),
            (_, Some(concern)) => ErrorKind::WriteConcern(WriteConcernError::new(concern)),
            _ => other(error),
        },
        Driver::Write(WriteFailure::WriteConcernError(concern)) => {
            ErrorKind::WriteConcern(WriteConcernError::new(concern))
        }
        Driver::Command(command) => answered(error, command.code, &command.message, told),
        Driver::ServerSelection { message, .. } => unavailable(message),
        Driver::DnsResolve { message, .. } => ErrorKind::Unavailable(match driver_text::known(message) {
            Some(text) => format!("the host name of the URI cannot be resolved: {text}").into(),
            None => "the host name of the URI cannot be resolved".into(),
        }),
        // The monitor lost the server while the command was on its way.
        Driver::ConnectionPoolCleared { message, .. }
            if message.ends_with(" interrupted due to server monitor timeout") =>
        {
            ErrorKind::ConnectionLost(
                "the connection was given up before the answer came; a write may have been applied".into(),
            )
        }
        Driver::ConnectionPoolCleared { message, .. } => pool_cleared(message),
        Driver::Io(io) if io.kind() == std::io::ErrorKind::TimedOut => {
            ErrorKind::Timeout("the connection timed out; a write may have been applied".into())
        }
        Driver::Io(io) if error.contains_label("NoWritesPerformed") => {
            ErrorKind::Unavailable(format!("the connection broke: {io}").into())
        }
        Driver::Io(io) => ErrorKind::ConnectionLost(
            format!("the connection broke before the answer came: {io}; a write may have been applied")
                .into(),
        ),
        Driver::Authentication { .. } => ErrorKind::Unauthorized,
        Driver::InvalidTlsConfig { message, .. } => {
            ErrorKind::Config(quoted(message, "the TLS options cannot be used"))
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

/// The driver's text where it is known to hold no values.
fn quoted(message: &str, otherwise: &'static str) -> Cow<'static, str> {
    Cow::Borrowed(driver_text::known(message).unwrap_or(otherwise))
}

/// What an answer of the server means, by its code.
fn answered(error: &Error, code: i32, message: &str, told: impl FnOnce() -> Told) -> ErrorKind {
    match code {
        11000 | 11001 | 12582 => {
            let told = told();
            ErrorKind::DuplicateKey(DuplicateKey::new(message, told.key_pattern, told.key_value))
        }
        121 => ErrorKind::Rejected(Rejection::new(told().details)),
        13 | 18 | 33 => ErrorKind::Unauthorized,
        8000 if refuses_the_user(message) => ErrorKind::Unauthorized,
        43 | 237 => ErrorKind::CursorLost,
        50 | 202 | 262 => ErrorKind::Timeout("the server's time limit for the operation passed".into()),
        286 => ErrorKind::HistoryLost,
        10334 | 17419 | 17420 => {
            ErrorKind::TooLarge("the document would be larger than the 16 MiB that the server stores".into())
        }
        _ if is_transient(error, code) => ErrorKind::Transient,
        _ => ErrorKind::Server(code),
    }
}

/// Whether an `AtlasError` is about the user. Atlas gives this one code to all that it refuses itself, a full
/// disk or a command that the tier does not have; its words tell them apart.
fn refuses_the_user(message: &str) -> bool {
    let message = message.to_ascii_lowercase();
    ["authentication failed", "not allowed to do action"].iter().any(|words| message.contains(words))
}

/// Conflicts, elections and shutdowns: by the server's own labels, and by the codes that the drivers'
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

/// What is left is named, not quoted: some of the driver's texts hold documents.
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

/// The server's error code, wherever the driver put it.
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

/// The name of the server's error code.
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

/// The server's own words.
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
