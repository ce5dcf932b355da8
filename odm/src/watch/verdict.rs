//! Which errors end a stream, and what they are called.

use crate::error::{Error, ErrorKind};

/// What an error means for the stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    /// The connection or the cursor is gone; a new one goes on.
    Broken,
    /// No server could be found, after all the time that finding one is given.
    Away,
    /// Nobody knows: a few attempts tell.
    Doubt,
    /// Every attempt would end the same way.
    End,
}

/// What the server was asked when the error came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// For a cursor from now on, or from a time.
    ToOpen,
    /// For a cursor after a token.
    ToResume,
    /// For the next batch.
    ForMore,
}

const RESUMABLE: &str = mongodb::error::RESUMABLE_CHANGE_STREAM_ERROR;
const NOT_RESUMABLE: &str = "NonResumableChangeStreamError";

pub(super) fn verdict(error: &Error) -> Verdict {
    if error.has_label(NOT_RESUMABLE) {
        return Verdict::End;
    }
    if error.has_label(RESUMABLE) {
        return Verdict::Broken;
    }
    match error.kind() {
        ErrorKind::Unavailable(_) => Verdict::Away,
        ErrorKind::ConnectionLost(_)
        | ErrorKind::Timeout(_)
        | ErrorKind::Transient
        | ErrorKind::CursorLost => Verdict::Broken,
        ErrorKind::Server(code) => server(*code),
        ErrorKind::Driver(_) => Verdict::Doubt,
        _ => Verdict::End,
    }
}

fn server(code: i32) -> Verdict {
    match code {
        // What the specification of change streams resumes on, beside elections and lost connections; and
        // operations that an administrator interrupted, keys that a new primary has yet to load.
        63 | 133 | 150 | 211 | 234 | 11601 | 13388 => Verdict::Broken,
        // The request itself: no permission, no such stage, an option or a value that cannot be.
        2 | 9 | 14 | 20 | 59 | 72 | 73 | 115 | 166 | 323 | 40323 | 40324 | 40415 => Verdict::End,
        _ => Verdict::Doubt,
    }
}

/// The same error, of the kind that says what to do about it.
pub(super) fn named(error: Error, asked: Asked) -> Error {
    let Some(code) = error.code() else { return error };
    let kind = match code {
        136 | 286 => ErrorKind::HistoryLost,
        260 | 280 => ErrorKind::InvalidResumeToken,
        9 if asked == Asked::ToResume
            && error.server_message().is_some_and(|text| text.contains("resume token")) =>
        {
            ErrorKind::InvalidResumeToken
        }
        // How 6.0 answers bytes that are no token: errors of its key strings, of their UUIDs, of their fields.
        15 | 207 | 40647 | 40649 | 50787..=50872 | 51055 | 51057 if asked == Asked::ToResume => {
            ErrorKind::InvalidResumeToken
        }
        10334 => ErrorKind::EventTooLarge,
        // Of a `getMore`, and of the `aggregate` that starts right before the change.
        47 => ErrorKind::ImageMissing,
        40573 => ErrorKind::Unsupported("change streams need a replica set or a sharded cluster".into()),
        _ => return error,
    };
    error.called(kind)
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

    fn judged(code: i32, asked: Asked) -> (&'static str, Verdict) {
        let error = named(answer(code, "the resume token"), asked);
        (error.kind().name(), verdict(&error))
    }

    #[test]
    fn what_no_attempt_can_change_ends_the_stream() {
        for (code, asked, kind) in [
            (286, Asked::ToResume, "HistoryLost"),
            (286, Asked::ForMore, "HistoryLost"),
            (136, Asked::ForMore, "HistoryLost"),
            (260, Asked::ToResume, "InvalidResumeToken"),
            (280, Asked::ForMore, "InvalidResumeToken"),
            (9, Asked::ToResume, "InvalidResumeToken"),
            (50811, Asked::ToResume, "InvalidResumeToken"),
            (10334, Asked::ForMore, "EventTooLarge"),
            (47, Asked::ForMore, "ImageMissing"),
            (47, Asked::ToResume, "ImageMissing"),
            (13, Asked::ToOpen, "Unauthorized"),
            (18, Asked::ForMore, "Unauthorized"),
            (40324, Asked::ToOpen, "Server"),
            (9, Asked::ToOpen, "Server"),
            (40573, Asked::ToOpen, "Unsupported"),
        ] {
            assert_eq!(judged(code, asked), (kind, Verdict::End), "{code}");
        }
    }

    #[test]
    fn what_passes_by_itself_does_not() {
        for code in [
            6, 7, 43, 50, 63, 89, 91, 133, 150, 189, 211, 234, 237, 262, 9001, 10107, 11600, 11601, 11602,
            13388, 13435, 13436,
        ] {
            assert_eq!(judged(code, Asked::ForMore).1, Verdict::Broken, "{code}");
        }
        let broken = Driver::from(std::io::Error::from(std::io::ErrorKind::UnexpectedEof));
        assert_eq!(verdict(&Error::from_driver(broken)), Verdict::Broken);
    }

    #[test]
    fn what_nobody_knows_is_doubted() {
        assert_eq!(judged(8, Asked::ForMore).1, Verdict::Doubt);
        assert_eq!(judged(50738, Asked::ForMore).1, Verdict::Doubt);
    }
}
