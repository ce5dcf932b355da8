//! The classification of errors: whether they end a stream, and their kinds.

use crate::{
    error::{Error, ErrorKind},
    pipeline::unknown_operator,
};

/// The effect of an error on the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Classification {
    /// The connection or the cursor is lost. The stream continues with a new cursor.
    Broken,
    /// No server could be selected within the time limit of server selection.
    Away,
    /// It is not known whether the error is temporary. The stream makes a few attempts.
    Doubt,
    /// The error is permanent: every attempt would fail in the same way.
    End,
}

/// The request that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum RequestKind {
    /// A request for a cursor that starts now, or at a time.
    ToOpen,
    /// A request for a cursor that starts after a token.
    ToResume,
    /// A request for the next batch.
    ForMore,
}

/// How often a read in a snapshot is made again after failures with errors that are not permanent. Among them are those of
/// a snapshot that is too old (239), or not available yet (246).
pub(crate) const SNAPSHOT_ATTEMPTS: u32 = 10;

const RESUMABLE: &str = mongodb::error::RESUMABLE_CHANGE_STREAM_ERROR;
const NOT_RESUMABLE: &str = "NonResumableChangeStreamError";

pub(crate) fn classify(error: &Error) -> Classification {
    if error.has_label(NOT_RESUMABLE) {
        return Classification::End;
    }
    if error.has_label(RESUMABLE) {
        return Classification::Broken;
    }
    match error.kind() {
        ErrorKind::Unavailable(_) => Classification::Away,
        ErrorKind::ConnectionLost(_)
        | ErrorKind::Timeout(_)
        | ErrorKind::Transient
        | ErrorKind::CursorNotFound => Classification::Broken,
        ErrorKind::Server(code) => server(*code),
        ErrorKind::Driver(_) => Classification::Doubt,
        _ => Classification::End,
    }
}

fn server(code: i32) -> Classification {
    match code {
        // The codes after which the specification of change streams resumes, besides elections and lost connections.
        // Also an operation that an administrator interrupted, and keys that a new primary has not loaded yet.
        // 136: the cursor has lost its place in the oplog. Only the server can tell whether the token is still in it.
        63 | 133 | 136 | 150 | 211 | 234 | 11601 | 13388 => Classification::Broken,
        // The request is not valid: no permission, an unknown stage, an option or a value that is not allowed.
        2 | 9 | 14 | 20 | 59 | 72 | 73 | 115 | 166 | 323 | 40323 | 40324 | 40415 => Classification::End,
        _ => Classification::Doubt,
    }
}

/// Replaces the kind of an error of the server by the kind that is specific to change streams.
pub(crate) fn with_stream_kind(error: Error, request_kind: RequestKind) -> Error {
    let Some(code) = error.code() else { return error };
    let kind = match code {
        286 => ErrorKind::HistoryLost,
        260 | 280 => ErrorKind::InvalidResumeToken,
        9 if request_kind == RequestKind::ToResume
            && error.server_message().is_some_and(|text| text.contains("resume token")) =>
        {
            ErrorKind::InvalidResumeToken
        }
        // 6.0 returns these codes for bytes that are not a token: errors of its key strings, of their UUIDs and
        // fields.
        15 | 207 | 40647 | 40649 | 50787..=50872 | 51055 | 51057 if request_kind == RequestKind::ToResume => {
            ErrorKind::InvalidResumeToken
        }
        10334 => ErrorKind::EventTooLarge,
        // An error of a `getMore`, or of the `aggregate` that starts directly before the change.
        47 => ErrorKind::ImageMissing,
        40573 => ErrorKind::Unsupported("change streams need a replica set or a sharded cluster".into()),
        _ => return unknown_operator(error),
    };
    error.with_kind(kind)
}

#[cfg(test)]
mod tests {
    use mongodb::{
        bson::doc,
        error::{CommandError, Error as Driver, ErrorKind as DriverKind},
    };

    use super::*;

    fn answer(code: i32, message: &str) -> Error {
        let command: CommandError = mongodb::bson::deserialize_from_document(
            doc! { "code": code, "codeName": "", "errmsg": message },
        )
        .unwrap();
        Error::from_driver(Driver::from(DriverKind::Command(command)))
    }

    fn judged(code: i32, request_kind: RequestKind) -> (&'static str, Classification) {
        let error = with_stream_kind(answer(code, "the resume token"), request_kind);
        (error.kind().name(), classify(&error))
    }

    #[test]
    fn what_no_attempt_can_change_ends_the_stream() {
        for (code, request_kind, kind) in [
            (286, RequestKind::ToResume, "HistoryLost"),
            (286, RequestKind::ForMore, "HistoryLost"),
            (260, RequestKind::ToResume, "InvalidResumeToken"),
            (280, RequestKind::ForMore, "InvalidResumeToken"),
            (9, RequestKind::ToResume, "InvalidResumeToken"),
            (50811, RequestKind::ToResume, "InvalidResumeToken"),
            (10334, RequestKind::ForMore, "EventTooLarge"),
            (47, RequestKind::ForMore, "ImageMissing"),
            (47, RequestKind::ToResume, "ImageMissing"),
            (13, RequestKind::ToOpen, "Unauthorized"),
            (18, RequestKind::ForMore, "Unauthorized"),
            (40324, RequestKind::ToOpen, "Server"),
            (9, RequestKind::ToOpen, "Server"),
            (40573, RequestKind::ToOpen, "Unsupported"),
        ] {
            assert_eq!(judged(code, request_kind), (kind, Classification::End), "{code}");
        }
    }

    #[test]
    fn what_passes_by_itself_does_not() {
        for code in [
            6, 7, 43, 50, 63, 89, 91, 133, 136, 150, 189, 211, 234, 237, 262, 9001, 10107, 11600, 11601,
            11602, 13388, 13435, 13436,
        ] {
            assert_eq!(judged(code, RequestKind::ForMore).1, Classification::Broken, "{code}");
        }
        let broken = Driver::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        assert_eq!(classify(&Error::from_driver(broken)), Classification::Broken);
    }

    #[test]
    fn what_nobody_knows_is_doubted() {
        for code in [8, 239, 246, 50738] {
            assert_eq!(judged(code, RequestKind::ForMore).1, Classification::Doubt, "{code}");
        }
    }
}
