//! Copies of an error, for several receivers of one change stream.

use super::{Error, ErrorKind};

impl Error {
    /// Returns a copy for one more receiver of a stream that has ended. Of the kinds that no stream ends with, it has only
    /// the message.
    pub(crate) fn copy(&self) -> Self {
        let kind = match self.kind() {
            ErrorKind::Refused(message) => ErrorKind::Refused(message.clone()),
            ErrorKind::TooLarge(message) => ErrorKind::TooLarge(message.clone()),
            ErrorKind::Config(message) => ErrorKind::Config(message.clone()),
            ErrorKind::Unavailable(message) => ErrorKind::Unavailable(message.clone()),
            ErrorKind::ConnectionLost(message) => ErrorKind::ConnectionLost(message.clone()),
            ErrorKind::Timeout(message) => ErrorKind::Timeout(message.clone()),
            ErrorKind::Unsupported(message) => ErrorKind::Unsupported(message.clone()),
            ErrorKind::Driver(message) => ErrorKind::Driver(message.clone()),
            ErrorKind::Transient => ErrorKind::Transient,
            ErrorKind::Unauthorized => ErrorKind::Unauthorized,
            ErrorKind::CursorNotFound => ErrorKind::CursorNotFound,
            ErrorKind::HistoryLost => ErrorKind::HistoryLost,
            ErrorKind::InvalidResumeToken => ErrorKind::InvalidResumeToken,
            ErrorKind::Invalidated => ErrorKind::Invalidated,
            ErrorKind::EventTooLarge => ErrorKind::EventTooLarge,
            ErrorKind::ImageMissing => ErrorKind::ImageMissing,
            ErrorKind::Lagged => ErrorKind::Lagged,
            ErrorKind::Server(code) => ErrorKind::Server(*code),
            // No stream ends with these. They are listed, so that a new kind is not forgotten.
            other @ (ErrorKind::DuplicateKey(_)
            | ErrorKind::Invalid(_)
            | ErrorKind::BadParameters(_)
            | ErrorKind::PageToken(_)
            | ErrorKind::Rejected(_)
            | ErrorKind::StaleVersion
            | ErrorKind::NotFound
            | ErrorKind::Decode(_)
            | ErrorKind::Encode(_)
            | ErrorKind::BulkWrite(_)
            | ErrorKind::Schema(_)
            | ErrorKind::Migration(_)
            | ErrorKind::WriteConcern(_)
            | ErrorKind::Dangling(_)
            | ErrorKind::Restricted(_)
            | ErrorKind::Hook(_)
            | ErrorKind::Superseded
            | ErrorKind::PositionStore(_)
            | ErrorKind::TransactionAborted(_)) => ErrorKind::Driver(other.to_string().into()),
        };
        let mut copy = Self::new(kind).with_driver(self.0.driver.clone());
        copy.0.origin = self.0.origin.as_ref().map(|origin| super::Origin {
            verb: origin.verb,
            effect: origin.effect,
            namespace: origin.namespace.clone(),
        });
        copy.0.names = self.0.names;
        copy.0.attempts = self.0.attempts;
        copy.0.label = self.0.label;
        copy
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_has_the_kind_the_code_and_the_text() {
        for error in [
            Error::answered(286, "the resume point may no longer be in the oplog"),
            Error::answered(13, "not authorized"),
            Error::answered(8, "unknown"),
            Error::new(ErrorKind::Invalidated),
            Error::new(ErrorKind::EventTooLarge),
            Error::new(ErrorKind::ImageMissing),
            Error::new(ErrorKind::InvalidResumeToken),
            Error::new(ErrorKind::Lagged),
            Error::refused("no"),
        ] {
            let copy = error.copy();
            assert_eq!(copy.kind().name(), error.kind().name());
            assert_eq!(copy.to_string(), error.to_string());
            assert_eq!(copy.code(), error.code());
            assert_eq!(copy.is_not_sent(), error.is_not_sent());
        }
    }
}
