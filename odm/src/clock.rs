//! `Clock`: the source of the times that policies store.

use std::{sync::Arc, time::SystemTime};

use mongodb::bson::DateTime;

/// What the function of [`Database::with_clock`](crate::Database::with_clock) returns: a BSON date, a `SystemTime`, or a
/// moment of `chrono` or `time`, with the feature of that name.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not the time of a clock",
    label = "expected a moment",
    note = "a moment is an `odm::bson::DateTime`, a `std::time::SystemTime`, a `chrono::DateTime<_>` (feature `chrono`), or a `time::OffsetDateTime` or `UtcDateTime` (feature `time`)"
)]
pub trait ClockTime {
    /// Returns the time as BSON stores it: rounded to the millisecond.
    fn into_date_time(self) -> DateTime;
}

impl ClockTime for DateTime {
    fn into_date_time(self) -> DateTime {
        self
    }
}

impl ClockTime for SystemTime {
    fn into_date_time(self) -> DateTime {
        self.into()
    }
}

/// The clock of this machine, or a function in its place.
#[derive(Clone, Default)]
pub(crate) struct Clock(Option<Arc<dyn Fn() -> DateTime + Send + Sync>>);

impl Clock {
    /// Returns a clock whose time is what the function returns.
    pub(crate) fn new<T: ClockTime>(now: impl Fn() -> T + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(move || now().into_date_time())))
    }

    /// Returns the time, in milliseconds, as BSON stores it.
    pub(crate) fn now(&self) -> DateTime {
        self.0.as_ref().map_or_else(DateTime::now, |now| now())
    }
}
