//! `Link`: the connection of a stream to the server.

use mongodb::raw_batch_cursor::RawBatchCursor;
use tokio::task::JoinHandle;

use super::super::{classify::RequestKind, fetch::Answer};
use crate::error::Error;

/// The connection of the stream to the server. The stream sends a request only when it is polled.
pub(super) enum Link {
    /// The stream has a cursor, and no request is in progress.
    Idle { cursor: Box<RawBatchCursor>, number: i64 },
    /// The next batch has been requested.
    Fetching { task: JoinHandle<Answer>, number: i64 },
    /// The stream has no cursor.
    Closed,
    /// A cursor has been requested.
    Opening { task: JoinHandle<Answer>, request_kind: RequestKind },
    /// The stream ends with this error after `events`.
    Ending(Error),
    /// The stream has ended.
    Ended,
}

impl Link {
    /// Returns the name of the state.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::Idle { .. } => "idle",
            Self::Fetching { .. } => "fetching",
            Self::Closed => "closed",
            Self::Opening { .. } => "opening",
            Self::Ending(_) => "ending",
            Self::Ended => "ended",
        }
    }
}

/// The result of a step.
pub(super) enum Step {
    /// A request was sent to the server.
    Requested,
    /// The server replied.
    Answered,
    /// The request failed.
    Failed,
    /// The stream has ended.
    Ended(Option<Error>),
}
