//! `Retries`: how long a transaction is retried, and the pauses between its attempts.

use std::time::Duration;

use tokio::time::Instant;

use crate::{
    error::{Error, ErrorKind},
    random::roll,
};

const FIRST: Duration = Duration::from_millis(5);
const LONGEST: Duration = Duration::from_millis(500);
const FACTOR: f64 = 1.5;

/// The time in which a transaction may be retried.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limit {
    after: Duration,
    /// `None` if there is no end.
    end: Option<Instant>,
}

impl Limit {
    /// Starts the time.
    fn within(after: Duration) -> Self {
        Self { after, end: Instant::now().checked_add(after) }
    }

    /// Returns whether the time has passed.
    pub(super) fn is_over(self) -> bool {
        self.end.is_some_and(|end| end <= Instant::now())
    }

    /// Returns the error of a transaction that cannot be retried any longer. It keeps the code and the labels of the
    /// last error.
    pub(super) fn passed(self, last: Error) -> Error {
        let message = format!(
            "the transaction could not be committed within {:?}; the last error was: {}",
            self.after,
            last.kind()
        );
        last.with_kind(ErrorKind::Timeout(message.into()))
    }
}

/// The retries of a transaction. The pauses are those of the drivers' specification.
#[derive(Debug)]
pub(super) struct Retries {
    limit: Limit,
    count: i32,
}

impl Retries {
    /// Starts the time.
    pub(super) fn within(limit: Duration) -> Self {
        Self { limit: Limit::within(limit), count: 0 }
    }

    /// Returns the time in which the transaction may be retried.
    pub(super) fn limit(&self) -> Limit {
        self.limit
    }

    /// Returns the pause before the next attempt, or `None` if the time would have passed after it.
    pub(super) fn next_pause(&mut self) -> Option<Duration> {
        let pause = pause(self.count, roll());
        self.count = self.count.saturating_add(1);
        let next = Instant::now().checked_add(pause)?;
        self.limit.end.is_none_or(|end| next < end).then_some(pause)
    }
}

/// Returns the pause after this number of earlier pauses: a random part of a duration that grows.
fn pause(count: i32, roll: u32) -> Duration {
    let whole = (FIRST.as_secs_f64() * FACTOR.powi(count)).min(LONGEST.as_secs_f64());
    Duration::from_secs_f64(whole * f64::from(roll) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_half_a_second_and_are_random() {
        let longest = |count| pause(count, u32::MAX).as_micros();
        assert_eq!([0, 1, 2, 11, 12, i32::MAX].map(longest), [5000, 7500, 11250, 432_487, 500_000, 500_000]);
        assert_eq!(pause(12, 0), Duration::ZERO);
        assert_eq!(pause(12, u32::MAX / 2).as_millis(), 250);
    }

    #[tokio::test]
    async fn no_attempt_begins_after_the_end() {
        assert_eq!(Retries::within(Duration::ZERO).next_pause(), None);
        let mut endless = Retries::within(Duration::MAX);
        assert!(!endless.limit().is_over() && endless.next_pause().is_some());
    }
}
