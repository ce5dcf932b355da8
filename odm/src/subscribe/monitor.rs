//! `Monitor`: the status of a subscription, seen from outside.

use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mongodb::bson::Timestamp;

use super::{Position, store::Term, tracker::Tracker};
use crate::watch::ResumeToken;

/// Returns the status of a subscription at any time, for health checks and metrics. Clones show the same subscription.
///
/// [`Subscribe::monitor`](super::Subscribe::monitor) and [`Subscription::monitor`](super::Subscription::monitor) return
/// it.
#[derive(Debug, Clone, Default)]
pub struct Monitor(Arc<Mutex<Inner>>);

#[derive(Debug, Default)]
struct Inner {
    phase: Phase,
    term: Option<Term>,
    tracker: Option<Arc<Tracker>>,
    server_time: Option<Timestamp>,
    delivered: u64,
    dead_letters: u64,
}

/// What a subscription does at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Phase {
    /// It starts, or waits until the lease of another instance ends.
    #[default]
    Waiting,
    /// It delivers the existing documents.
    ExistingDocuments,
    /// It delivers the changes.
    Streaming,
    /// It has ended.
    Ended,
}

/// The status of a subscription.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct SubscriptionStatus {
    /// What the subscription does.
    pub phase: Phase,
    /// The number of the term of this instance, or `None` while it waits for its term.
    pub fence: Option<i64>,
    /// How many changes this instance has delivered.
    pub delivered: u64,
    /// How many of them are not acknowledged.
    pub unacknowledged: usize,
    /// How many changes were stored as dead letters.
    pub dead_letters: u64,
    /// The position after the last change that was acknowledged together with all changes before it.
    pub position: Option<Position>,
    /// The operation time of the deployment at the last reply of the change stream.
    pub server_time: Option<Timestamp>,
}

impl SubscriptionStatus {
    /// Returns the cluster time of the position.
    ///
    /// Returns `None` while the existing documents are delivered, and for a token of an unknown format.
    pub fn position_time(&self) -> Option<Timestamp> {
        self.position.as_ref()?.token().and_then(ResumeToken::cluster_time)
    }

    /// Returns how far the position is behind the deployment, in whole seconds of its clock.
    ///
    /// It stays small on a quiet collection, because each reply of the server advances the position. Returns `None` if
    /// the [time of the position](Self::position_time) is not known, and before the first reply.
    pub fn lag(&self) -> Option<Duration> {
        let (server, position) = (self.server_time?, self.position_time()?);
        Some(Duration::from_secs(u64::from(server.time.saturating_sub(position.time))))
    }
}

impl Monitor {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the status.
    pub fn status(&self) -> SubscriptionStatus {
        let inner = self.lock();
        let tracker = inner.tracker.as_ref().filter(|_| inner.phase != Phase::Waiting);
        SubscriptionStatus {
            phase: inner.phase,
            fence: inner.term.as_ref().filter(|_| tracker.is_some()).map(Term::fence),
            delivered: inner.delivered,
            unacknowledged: tracker.map_or(0, |tracker| tracker.waiting()),
            dead_letters: inner.dead_letters,
            position: tracker.map(|tracker| tracker.reached()),
            server_time: inner.server_time,
        }
    }

    pub(super) fn begin(&self, term: &Term, tracker: Arc<Tracker>) {
        let mut inner = self.lock();
        inner.term = Some(term.clone());
        inner.tracker = Some(tracker);
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    pub(super) fn answered(&self, time: Option<Timestamp>) {
        self.lock().server_time = time;
    }

    pub(super) fn delivered(&self) {
        let mut inner = self.lock();
        inner.delivered = inner.delivered.saturating_add(1);
    }

    pub(super) fn dead_letter(&self) {
        let mut inner = self.lock();
        inner.dead_letters = inner.dead_letters.saturating_add(1);
    }
}
