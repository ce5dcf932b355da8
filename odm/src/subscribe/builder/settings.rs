//! `Settings`: what is set and does not depend on the types of the model and of the rows.

use std::{sync::Arc, time::Duration};

use super::super::{
    monitor::Monitor,
    partition::Key,
    policy::{Beginning, Cadence, OnEventTooLarge, OnHistoryLost, OnInvalidate},
    setup::Observer,
    store::PositionStore,
};

/// How many changes may wait for their acknowledgement, by default.
const MAX_UNACKNOWLEDGED: usize = 10_000;
/// How often the position is compared with the oplog, by default.
const OPLOG_CHECK: Duration = Duration::from_secs(60);

/// What does not depend on the types of the model and of the rows.
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
    pub(super) is_transactional: bool,
    pub(super) oplog_check: Duration,
    pub(super) warn_below: Option<Duration>,
    pub(super) partitions: Option<u32>,
    pub(super) partition_key: Key,
    pub(super) monitor: Monitor,
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
            partitions: None,
            partition_key: Key::default(),
            monitor: Monitor::default(),
        }
    }
}
