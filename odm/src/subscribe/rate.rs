//! `Rate`: how many changes were delivered lately.

use std::time::Instant;

/// The seconds over which the rate is averaged.
const SECONDS: u32 = 60;

/// Counts events by the second in which they happened.
#[derive(Debug)]
pub(super) struct Rate {
    began: Instant,
    /// The second of each count, and the count. A second is stored at its remainder.
    counts: [(u64, u64); SECONDS as usize],
    last: Option<Instant>,
}

impl Default for Rate {
    fn default() -> Self {
        Self { began: Instant::now(), counts: [(0, 0); SECONDS as usize], last: None }
    }
}

impl Rate {
    /// Counts one event.
    pub(super) fn count(&mut self, now: Instant) {
        self.last = Some(now);
        let second = self.second(now);
        let Some(entry) = self.counts.get_mut(place(second)) else { return };
        if entry.0 == second {
            entry.1 = entry.1.saturating_add(1);
        } else {
            *entry = (second, 1);
        }
    }

    /// Returns the events for each second, on average of the last minute or since the beginning.
    pub(super) fn per_second(&self, now: Instant) -> f64 {
        let second = self.second(now);
        let is_recent = |(at, _): &&(u64, u64)| at.saturating_add(u64::from(SECONDS)) > second;
        let events: u64 = self.counts.iter().filter(is_recent).map(|(_, count)| count).sum();
        let seconds = u32::try_from(second.saturating_add(1)).unwrap_or(SECONDS).min(SECONDS);
        f64::from(u32::try_from(events).unwrap_or(u32::MAX)) / f64::from(seconds)
    }

    /// Returns when the last event happened.
    pub(super) fn last(&self) -> Option<Instant> {
        self.last
    }

    fn second(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs()
    }
}

fn place(second: u64) -> usize {
    usize::try_from(second % u64::from(SECONDS)).unwrap_or_default()
}

#[cfg(test)]
#[allow(clippy::float_cmp)] // the numbers are exact
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_rate_is_that_of_the_last_minute() {
        let mut rate = Rate::default();
        let began = rate.began;
        let at = |seconds| began + Duration::from_secs(seconds);
        assert_eq!((rate.per_second(at(0)), rate.last()), (0.0, None));
        for second in 0..10 {
            rate.count(at(second));
            rate.count(at(second));
        }
        assert_eq!(rate.per_second(at(9)), 2.0);
        assert_eq!(rate.per_second(at(19)), 1.0);
        assert_eq!(rate.per_second(at(64)), 10.0 / 60.0, "five seconds are more than a minute ago");
        rate.count(at(120));
        assert_eq!(rate.per_second(at(120)), 1.0 / 60.0);
        assert_eq!(rate.last(), Some(at(120)));
    }
}
