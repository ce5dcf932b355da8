//! Where a new subscription begins, and what it does in the cases that no retry can solve.

use std::time::Duration;

use mongodb::bson::Timestamp;

use crate::{error::ErrorKind, watch::ResumeToken};

/// Where a subscription begins whose store has no position for its name.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Beginning {
    /// With the changes from now on. The position is stored at once.
    Now,
    /// With the changes at this cluster time and later. If the oplog no longer contains it, [`OnHistoryLost`] applies.
    At(Timestamp),
    /// After the change with this token, such as [`Change::token`](crate::watch::Change::token). If the oplog no longer
    /// contains it, [`OnHistoryLost`] applies.
    After(ResumeToken),
    /// With the existing documents, by their `_id`, as events of the type `insert`. Then with the changes, so that no
    /// change is missing and none is delivered that a document already contains.
    ExistingDocuments,
}

/// What a subscription does if the server cannot continue from its position: the oplog no longer contains it, or it
/// belongs to another history. Changes are lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnHistoryLost {
    /// Returns the error, and ends. The position stays stored.
    #[default]
    Fail,
    /// Continues with the changes from now on.
    SkipToNow,
    /// Delivers the existing documents again, then the changes. Deletes of the lost time are not reported.
    DeliverExistingDocuments,
}

/// What a subscription does after the collection was dropped or renamed, or its database was dropped. The events that
/// report it are delivered first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnInvalidate {
    /// Continues with a collection that is created with the same name. If the database is dropped, the positions in it are
    /// too, so store them [in another](super::MongoPositions::new).
    #[default]
    Continue,
    /// Ends without an error.
    Stop,
    /// Returns an error of kind [`Invalidated`](crate::ErrorKind::Invalidated), and ends.
    Fail,
}

/// What a subscription does with an event that is larger than the 16 MiB that a server sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum OnEventTooLarge {
    /// Returns the error, and ends. The position stays before the event.
    #[default]
    Fail,
    /// Skips the event.
    Skip,
}

/// What happened to a subscription, besides its changes: see [`Subscribe::on_incident`](super::Subscribe::on_incident).
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Incident {
    /// The server could not continue from the position, so changes were lost.
    #[non_exhaustive]
    HistoryLost {
        /// The last position, if it was after a change.
        after: Option<ResumeToken>,
        /// The server's code, or `None` if the position belongs to another deployment.
        code: Option<i32>,
        /// What the subscription does.
        policy: OnHistoryLost,
    },
    /// The collection was dropped or renamed.
    #[non_exhaustive]
    Invalidated {
        /// What the subscription does.
        policy: OnInvalidate,
    },
    /// An event was too large, and was skipped.
    #[non_exhaustive]
    EventSkipped {
        /// The token of the event.
        token: ResumeToken,
    },
    /// A change could not be handled, and was stored as a dead letter.
    #[non_exhaustive]
    DeadLetter {
        /// The key of the change.
        key: String,
    },
    /// Little of the oplog is left before the position, so the subscription may lose changes soon: see
    /// [`Subscribe::warn_below`](super::Subscribe::warn_below).
    #[non_exhaustive]
    FallingBehind {
        /// How far the position is behind the newest entry.
        lag: Duration,
        /// How far it is after the oldest entry.
        left: Duration,
    },
    /// Another instance has begun a term.
    Superseded,
    /// This instance has begun a term.
    #[non_exhaustive]
    TermBegan {
        /// The number of the term.
        fence: i64,
    },
}

impl Incident {
    /// Logs the incident, without stored values.
    pub(super) fn log(&self, name: &str) {
        match self {
            Self::HistoryLost { code, policy, .. } => {
                tracing::error!(subscription = name, code, ?policy, "the subscription has lost changes");
            }
            Self::Invalidated { policy } => {
                tracing::warn!(subscription = name, ?policy, "the collection was dropped or renamed");
            }
            Self::EventSkipped { .. } => {
                tracing::error!(subscription = name, "a change that is larger than 16 MiB was skipped");
            }
            // The key contains the `_id` of the document.
            Self::DeadLetter { .. } => {
                tracing::error!(subscription = name, "a change was stored as a dead letter");
            }
            Self::FallingBehind { lag, left } => {
                tracing::warn!(
                    subscription = name,
                    lag_s = lag.as_secs(),
                    left_s = left.as_secs(),
                    "the subscription is falling behind, and loses changes when the oplog no longer contains its position",
                );
            }
            Self::Superseded => {
                tracing::warn!(subscription = name, "another instance has taken over the subscription");
            }
            Self::TermBegan { fence } => {
                tracing::info!(subscription = name, fence, "this instance delivers the subscription");
            }
        }
    }
}

/// Returns `true` if the server cannot continue from a position, whatever is tried.
pub(super) fn is_history_lost(kind: &ErrorKind) -> bool {
    matches!(kind, ErrorKind::HistoryLost | ErrorKind::InvalidResumeToken)
}

/// When a position is stored.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cadence {
    /// After this many acknowledged changes.
    pub(super) every: usize,
    /// This long after an acknowledged change.
    pub(super) interval: Duration,
    /// This long after a position without changes.
    pub(super) quiet: Duration,
}

impl Default for Cadence {
    fn default() -> Self {
        Self { every: 1000, interval: Duration::from_secs(1), quiet: Duration::from_secs(10) }
    }
}
