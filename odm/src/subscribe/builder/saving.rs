//! Where the position begins, where and when it is stored, and how far it may be behind.

use std::{sync::Arc, time::Duration};

use super::{
    super::{
        policy::{Beginning, Cadence},
        store::PositionStore,
    },
    Subscribe,
};

impl<M, Row> Subscribe<M, Row> {
    /// Sets where the positions are stored. The default is [`MongoPositions`](crate::subscribe::MongoPositions) in the database of the collection.
    pub fn positions(mut self, store: impl PositionStore) -> Self {
        self.settings.store = Arc::new(store);
        self
    }

    /// Sets where the subscription begins if no position is stored for its name. The default is [`Beginning::Now`].
    pub fn begin(mut self, beginning: Beginning) -> Self {
        self.settings.beginning = beginning;
        self
    }

    /// Sets when the position is stored: after this many acknowledged changes, and this long after an acknowledged
    /// change at the latest. The default is 1,000 changes and one second.
    ///
    /// After a crash, the changes since then are delivered again.
    pub fn save_every(mut self, changes: usize, interval: Duration) -> Self {
        self.settings.cadence = Cadence { every: changes.max(1), interval, ..self.settings.cadence };
        self
    }

    /// Sets how long after the last time the position is stored if there are no changes. The default is 10 seconds.
    ///
    /// It must be much shorter than the time that the oplog covers.
    pub fn save_quiet(mut self, interval: Duration) -> Self {
        self.settings.cadence.quiet = interval;
        self
    }

    /// Sets how many changes may wait for their acknowledgement. The default is 10,000.
    ///
    /// [`Subscription::next`](crate::subscribe::Subscription::next) then waits. It returns an error if the first of them was dropped.
    pub fn max_unacknowledged(mut self, changes: usize) -> Self {
        self.settings.max_unacknowledged = changes.max(1);
        self
    }

    /// Sets how often the position is compared with the [oplog](crate::Database::oplog_window). The default is one
    /// minute.
    ///
    /// `{ serverStatus: 1, oplog: 1 }`. The user needs the privileges of [`oplog_window`](crate::Database::oplog_window).
    /// Without them, there is no warning.
    pub fn check_oplog_every(mut self, interval: Duration) -> Self {
        self.settings.oplog_check = interval;
        self
    }

    /// Sets how much of the oplog must be left before the position. If it is less, the subscription is falling behind:
    /// it logs a warning, reports [`Incident::FallingBehind`](crate::subscribe::Incident::FallingBehind), and
    /// [`is_falling_behind`](crate::subscribe::SubscriptionStatus::is_falling_behind) is true.
    ///
    /// The time is that until the oplog no longer contains the position, at the present rate of writes, if the
    /// subscription stops. Choose one in which you can repair it. The default is a quarter of the time that the oplog
    /// covers. With a time of your own, the warning is also given if the whole oplog covers less, as on a new server.
    pub fn warn_below(mut self, left: Duration) -> Self {
        self.settings.warn_below = Some(left);
        self
    }
}
