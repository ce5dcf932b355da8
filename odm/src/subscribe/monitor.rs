//! `Monitor`: the status of a subscription, seen from outside.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use mongodb::bson::Timestamp;

use super::{Position, oplog::OplogWindow, rate::Rate, store::Term, tracker::Tracker};
use crate::watch::{ResumeToken, raw_stream::LastReply};

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
    reply: Option<LastReply>,
    delivered: u64,
    rate: Rate,
    dead_letters: u64,
    oplog: Option<OplogWindow>,
    is_falling_behind: bool,
    /// The partitions that this instance has delivered.
    parts: BTreeMap<u32, Monitor>,
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
    /// How many changes this instance has delivered per second, on average of the last minute, or since it was opened if
    /// that is shorter.
    pub per_second: f64,
    /// The time since the last change was delivered. `None` before the first one.
    pub idle: Option<Duration>,
    /// How many of the delivered changes are not acknowledged.
    pub unacknowledged: usize,
    /// How many changes were stored as dead letters.
    pub dead_letters: u64,
    /// The position after the last change that was acknowledged together with all changes before it.
    pub position: Option<Position>,
    /// The operation time of the deployment at the last reply of the change stream.
    pub server_time: Option<Timestamp>,
    /// The time since this reply. It grows while the handler is slow, while nobody calls
    /// [`next`](super::Subscription::next), and while no server is available.
    pub since_reply: Option<Duration>,
    /// The [partitions](super::Subscribe::partitions) that this instance delivers. The status is then that of all of
    /// them: `position` is the earliest one, and there is no `fence`, because each partition has its own.
    pub partitions: Vec<u32>,
    /// The time that the oplog covered when it was last [compared](super::Subscribe::check_oplog_every) with the
    /// position. `None` if the user may not see it.
    pub oplog: Option<OplogWindow>,
    /// Whether little of the oplog is left before the position, so that the subscription may lose changes soon: see
    /// [`Subscribe::warn_below`](super::Subscribe::warn_below).
    pub is_falling_behind: bool,
}

impl SubscriptionStatus {
    /// Returns the cluster time of the position.
    ///
    /// Returns `None` while the existing documents are delivered, and for a token of an unknown format.
    pub fn position_time(&self) -> Option<Timestamp> {
        self.position.as_ref()?.token().and_then(ResumeToken::cluster_time)
    }

    /// Returns the time that is left, at the present rate of writes, before the oplog no longer contains the position.
    ///
    /// Returns `None` if the [oplog](Self::oplog) or the time of the position is not known.
    pub fn slack(&self) -> Option<Duration> {
        self.oplog?.slack(self)
    }

    /// Returns how far the position can be behind the deployment: the whole seconds between the position and the time of
    /// the deployment at the last reply, and the [time since this reply](Self::since_reply).
    ///
    /// It stays small on a quiet collection, because each reply of the server advances the position, and the server
    /// replies once a second or every `max_await_time`. It grows while a handler does not return. Returns `None` if the
    /// [time of the position](Self::position_time) is not known, and before the first reply.
    pub fn lag(&self) -> Option<Duration> {
        let (server, position) = (self.server_time?, self.position_time()?);
        let behind = Duration::from_secs(u64::from(server.time.saturating_sub(position.time)));
        Some(behind + self.since_reply?)
    }
}

impl Monitor {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the status.
    pub fn status(&self) -> SubscriptionStatus {
        let inner = self.lock();
        if !inner.parts.is_empty() {
            let parts = inner.parts.iter().map(|(number, part)| (*number, part.status())).collect();
            return whole(inner.phase, parts);
        }
        let now = Instant::now();
        let tracker = inner.tracker.as_ref().filter(|_| inner.phase != Phase::Waiting);
        SubscriptionStatus {
            phase: inner.phase,
            fence: inner.term.as_ref().filter(|_| tracker.is_some()).map(Term::fence),
            delivered: inner.delivered,
            per_second: inner.rate.per_second(now),
            idle: inner.rate.last().map(|last| now.saturating_duration_since(last)),
            unacknowledged: tracker.map_or(0, |tracker| tracker.waiting()),
            dead_letters: inner.dead_letters,
            position: tracker.map(|tracker| tracker.reached()),
            server_time: inner.reply.and_then(|reply| reply.server_time),
            since_reply: inner.reply.map(|reply| now.saturating_duration_since(reply.at)),
            partitions: Vec::new(),
            oplog: inner.oplog,
            is_falling_behind: inner.is_falling_behind && tracker.is_some(),
        }
    }

    /// Records a comparison with the oplog.
    pub(super) fn compared(&self, window: OplogWindow, is_falling_behind: bool) {
        let mut inner = self.lock();
        inner.oplog = Some(window);
        inner.is_falling_behind = is_falling_behind;
    }

    /// Returns the monitor of a partition.
    pub(super) fn part(&self, number: u32) -> Self {
        let part = self.lock().parts.entry(number).or_default().clone();
        part.set_phase(Phase::Waiting);
        part
    }

    pub(super) fn begin(&self, term: &Term, tracker: Arc<Tracker>) {
        let mut inner = self.lock();
        inner.term = Some(term.clone());
        inner.is_falling_behind = false;
        inner.tracker = Some(tracker);
    }

    pub(super) fn set_phase(&self, phase: Phase) {
        self.lock().phase = phase;
    }

    /// Records the last reply of the change stream.
    pub(super) fn replied(&self, reply: LastReply) {
        self.lock().reply = Some(reply);
    }

    /// Records that a change was delivered.
    pub(super) fn delivered(&self) {
        let mut inner = self.lock();
        inner.delivered = inner.delivered.saturating_add(1);
        inner.rate.count(Instant::now());
    }

    /// Logs the status with its numbers.
    pub(super) fn log(&self, name: &str) {
        if !tracing::enabled!(tracing::Level::DEBUG) {
            return;
        }
        let status = self.status();
        tracing::debug!(
            subscription = name,
            phase = ?status.phase,
            delivered = status.delivered,
            per_second = status.per_second,
            unacknowledged = status.unacknowledged,
            dead_letters = status.dead_letters,
            position = status.position_time().map(|position| position.time),
            lag = status.lag().map(|lag| lag.as_secs()),
            slack = status.slack().map(|slack| slack.as_secs()),
            is_falling_behind = status.is_falling_behind,
            "the status of the subscription",
        );
    }

    pub(super) fn dead_letter(&self) {
        let mut inner = self.lock();
        inner.dead_letters = inner.dead_letters.saturating_add(1);
    }
}

/// Returns the status of a subscription from those of its partitions.
fn whole(phase: Phase, parts: Vec<(u32, SubscriptionStatus)>) -> SubscriptionStatus {
    let sum = |count: fn(&SubscriptionStatus) -> u64| parts.iter().map(|(_, part)| count(part)).sum();
    let per_second = parts.iter().map(|(_, part)| part.per_second).sum();
    let idle = parts.iter().filter_map(|(_, part)| part.idle).min();
    let (delivered, dead_letters) = (sum(|part| part.delivered), sum(|part| part.dead_letters));
    let current: Vec<(u32, SubscriptionStatus)> = parts
        .into_iter()
        .filter(|(_, part)| matches!(part.phase, Phase::ExistingDocuments | Phase::Streaming))
        .collect();
    let newest = current.iter().map(|(_, part)| part).max_by_key(|part| part.server_time);
    let is_in = |phase| current.iter().any(|(_, part)| part.phase == phase);
    let phase = match phase {
        Phase::Ended => Phase::Ended,
        _ if is_in(Phase::ExistingDocuments) => Phase::ExistingDocuments,
        _ if is_in(Phase::Streaming) => Phase::Streaming,
        _ => Phase::Waiting,
    };
    SubscriptionStatus {
        phase,
        fence: None,
        delivered,
        per_second,
        idle,
        unacknowledged: current.iter().map(|(_, part)| part.unacknowledged).sum(),
        dead_letters,
        server_time: newest.and_then(|part| part.server_time),
        since_reply: newest.and_then(|part| part.since_reply),
        partitions: current.iter().map(|(number, _)| *number).collect(),
        oplog: current.iter().find_map(|(_, part)| part.oplog),
        is_falling_behind: current.iter().any(|(_, part)| part.is_falling_behind),
        position: current
            .into_iter()
            .map(|(_, part)| part)
            .min_by_key(SubscriptionStatus::position_time)
            .and_then(|part| part.position),
    }
}
