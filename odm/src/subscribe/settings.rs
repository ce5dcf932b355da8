//! `Settings`: what is set on the builder and does not depend on the types of the model and of the rows.

use std::{sync::Arc, time::Duration};

use super::{
    policy::{Beginning, Cadence, Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate},
    store::PositionStore,
};

/// How many changes may wait for their acknowledgement, by default.
const MAX_UNACKNOWLEDGED: usize = 10_000;
/// How often the position is compared with the oplog, by default.
const OPLOG_CHECK: Duration = Duration::from_secs(60);

/// A function that is called with each incident.
pub(super) type Observer = Arc<dyn Fn(&Incident) + Send + Sync>;

/// What is set on the builder, for all partitions.
#[derive(Clone)]
pub(super) struct Settings {
    pub(super) max_outage: Option<Duration>,
    pub(super) store: Arc<dyn PositionStore>,
    pub(super) beginning: Beginning,
    pub(super) lease: Option<Duration>,
    pub(super) on_history_lost: OnHistoryLost,
    pub(super) on_invalidate: OnInvalidate,
    pub(super) on_event_too_large: OnEventTooLarge,
    pub(super) cadence: Cadence,
    pub(super) max_unacknowledged: usize,
    pub(super) observer: Option<Observer>,
    /// Whether transactions change the position.
    pub(super) is_transactional: bool,
    /// How often the position is compared with the oplog, and what is too little of it.
    pub(super) oplog_check: Duration,
    pub(super) warn_below: Option<Duration>,
}

impl Settings {
    pub(super) fn new(store: impl PositionStore) -> Self {
        Self {
            max_outage: None,
            store: Arc::new(store),
            beginning: Beginning::Now,
            lease: None,
            on_history_lost: OnHistoryLost::default(),
            on_invalidate: OnInvalidate::default(),
            on_event_too_large: OnEventTooLarge::default(),
            cadence: Cadence::default(),
            max_unacknowledged: MAX_UNACKNOWLEDGED,
            observer: None,
            is_transactional: false,
            oplog_check: OPLOG_CHECK,
            warn_below: None,
        }
    }
}
