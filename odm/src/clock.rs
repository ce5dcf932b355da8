//! `Clock`: the source of the times that policies store.

use std::sync::Arc;

use mongodb::bson::DateTime;

/// The clock of this machine, or a function in its place.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> DateTime + Send + Sync>>);

impl Clock {
    /// Returns a clock whose time is what the function returns.
    pub(crate) fn new(now: impl Fn() -> DateTime + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(now)))
    }

    /// Returns the time, in milliseconds, as BSON stores it.
    pub(crate) fn now(&self) -> DateTime {
        self.0.as_ref().map_or_else(DateTime::now, |now| now())
    }
}
