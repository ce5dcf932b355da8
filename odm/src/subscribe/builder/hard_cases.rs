//! What happens if the subscription cannot continue by itself, and who hears of it.

use std::sync::Arc;

use super::{
    super::policy::{Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate},
    Subscribe,
};

impl<M, Row> Subscribe<M, Row> {
    /// Sets what happens if the server cannot continue from the position. The default is [`OnHistoryLost::Fail`].
    pub fn on_history_lost(mut self, policy: OnHistoryLost) -> Self {
        self.settings.on_history_lost = policy;
        self
    }

    /// Sets what happens after the collection was dropped or renamed. The default is [`OnInvalidate::Continue`].
    pub fn on_invalidate(mut self, policy: OnInvalidate) -> Self {
        self.settings.on_invalidate = policy;
        self
    }

    /// Sets what happens with an event that is larger than 16 MiB. The default is [`OnEventTooLarge::Fail`].
    ///
    /// A server of version 6.0.9 or newer sends such an event if the pipeline ends with
    /// [`change_stream_split_large_event`](crate::Pipeline::change_stream_split_large_event).
    pub fn on_event_too_large(mut self, policy: OnEventTooLarge) -> Self {
        self.settings.on_event_too_large = policy;
        self
    }

    /// Calls this function with each [`Incident`]: lost history, skipped events, dead letters, terms. They are logged
    /// in any case.
    pub fn on_incident(mut self, observer: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Arc::new(observer));
        self
    }
}
