//! `ResumeState`: the position of a stream, and the reaction to a failure. It is deterministic: it does no I/O, and
//! the caller passes the time and the random numbers.

use std::time::{Duration, Instant};

use mongodb::bson::Timestamp;

use super::{classify::Classification, token::ResumeToken};

/// The position at which a cursor starts.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Start {
    /// The current time.
    Now,
    /// This cluster time. The changes at this time are included.
    AtTime(Timestamp),
    /// After the change with this token, by `resumeAfter`.
    Resume(ResumeToken),
    /// After the change with this token, by `startAfter`. The change may be an invalidate event.
    After(ResumeToken),
}

/// The reaction to a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// Open a new cursor at the position of the stream, after a pause.
    Reopen(Duration),
    /// End the stream. The error is its last item.
    End,
}

/// The number of new attempts after an error of class `Doubt`, before the error ends the stream.
const DOUBTS: u32 = 5;
/// The number of attempts to open the first cursor if the connection breaks, or if an error of class `Doubt` follows
/// the request with a token. It is one if reads are not retried.
const OPENINGS: u32 = 3;
/// The pause before the second attempt. It doubles with each further attempt.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// The position of a stream and its failures since the last reply.
#[derive(Debug)]
pub(super) struct ResumeState {
    start: Start,
    openings: u32,
    opened: bool,
    failures: u32,
    doubts: u32,
    failing_since: Option<Instant>,
    max_outage: Option<Duration>,
}

impl ResumeState {
    pub(super) fn new(start: Start, max_outage: Option<Duration>) -> Self {
        Self {
            start,
            openings: OPENINGS,
            opened: false,
            failures: 0,
            doubts: 0,
            failing_since: None,
            max_outage,
        }
    }

    /// Limits the attempts to open the first cursor to one.
    pub(super) fn opening_once(self) -> Self {
        Self { openings: 1, ..self }
    }

    /// Returns the position at which the next cursor starts.
    pub(super) fn start(&self) -> &Start {
        &self.start
    }

    /// Returns the token of the position, if the stream has one.
    pub(super) fn token(&self) -> Option<&ResumeToken> {
        match &self.start {
            Start::Resume(token) | Start::After(token) => Some(token),
            Start::Now | Start::AtTime(_) => None,
        }
    }

    /// Returns the number of failed attempts since the last reply.
    pub(super) fn failures(&self) -> u32 {
        self.failures
    }

    /// Sets the position after everything up to `token` was returned.
    ///
    /// From here on a new cursor uses `startAfter`. It does the same as `resumeAfter`, and also accepts the token of
    /// an invalidate event, which is the position of a stream that was started after one.
    pub(super) fn reached(&mut self, token: ResumeToken) {
        self.start = Start::After(token);
    }

    /// Records that a cursor was opened at the cluster time `time`, which is the position of a stream without a
    /// token.
    pub(super) fn opened(&mut self, time: Option<Timestamp>) {
        self.opened = true;
        if let (Start::Now, Some(time)) = (&self.start, time) {
            self.start = Start::AtTime(time);
        }
    }

    /// Records that the server sent a batch, and resets the failures. (A successful opening does not reset them,
    /// because some errors occur only with the first batch.)
    pub(super) fn answered(&mut self) {
        self.failures = 0;
        self.doubts = 0;
        self.failing_since = None;
    }

    /// Records that an attempt failed at `now`, and returns the reaction. `roll` is random.
    pub(super) fn failed(&mut self, class: Classification, now: Instant, roll: u32) -> Next {
        self.failures = self.failures.saturating_add(1);
        let since = *self.failing_since.get_or_insert(now);
        let patient = match class {
            Classification::End => false,
            Classification::Doubt => {
                self.doubts = self.doubts.saturating_add(1);
                let resumes = self.token().is_some() && self.failures < self.openings;
                if self.opened { self.doubts <= DOUBTS } else { resumes }
            }
            Classification::Broken => self.opened || self.failures < self.openings,
            Classification::Away => self.opened,
        };
        let outage = now.saturating_duration_since(since);
        if patient && self.max_outage.is_none_or(|most| outage < most) {
            Next::Reopen(pause(self.failures, roll))
        } else {
            Next::End
        }
    }
}

/// Returns the pause before attempt `failures + 1`: zero at first, then twice as long each time. The second half of
/// the pause is random.
pub(crate) fn pause(failures: u32, roll: u32) -> Duration {
    let Some(doublings) = failures.checked_sub(2) else { return Duration::ZERO };
    let whole = FIRST_PAUSE.saturating_mul(1 << doublings.min(16)).min(LONGEST_PAUSE);
    let half = whole / 2;
    half + half.mul_f64(f64::from(roll) / f64::from(u32::MAX))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::doc;

    use super::*;

    fn token(data: &str) -> ResumeToken {
        ResumeToken::try_from(doc! { "_data": data }).unwrap()
    }

    fn open(max_outage: Option<Duration>) -> (ResumeState, Instant) {
        let mut state = ResumeState::new(Start::Now, max_outage);
        state.opened(None);
        (state, Instant::now())
    }

    #[test]
    fn a_stream_without_a_token_stands_where_it_was_opened() {
        let time = Timestamp { time: 7, increment: 1 };
        let mut state = ResumeState::new(Start::Now, None);
        state.opened(Some(time));
        assert_eq!(state.start(), &Start::AtTime(time));
        state.opened(Some(Timestamp { time: 9, increment: 1 }));
        assert_eq!(state.start(), &Start::AtTime(time), "a second opening does not change the position");
        state.reached(token("82"));
        state.opened(Some(time));
        assert_eq!(state.start(), &Start::After(token("82")));
    }

    #[test]
    fn the_first_reopening_is_immediate_and_the_pauses_grow_to_a_cap() {
        let (mut state, now) = open(None);
        let mut pauses = Vec::new();
        for _ in 0..12 {
            let Next::Reopen(after) = state.failed(Classification::Broken, now, u32::MAX) else {
                panic!("ended")
            };
            pauses.push(u64::try_from(after.as_millis()).unwrap());
        }
        assert_eq!(pauses, [0, 100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000, 10_000]);
        assert_eq!(pause(3, 0), Duration::from_millis(100), "jitter takes at most half");
        assert_eq!(pause(u32::MAX, 0), Duration::from_secs(5));
    }

    #[test]
    fn only_an_answer_ends_a_row_of_failures() {
        let (mut state, now) = open(None);
        for _ in 0..4 {
            state.failed(Classification::Broken, now, 0);
            state.opened(None);
        }
        assert_eq!(state.failures(), 4);
        state.answered();
        assert_eq!(state.failed(Classification::Broken, now, 0), Next::Reopen(Duration::ZERO));
    }

    #[test]
    fn a_terminal_error_ends_at_once() {
        let (mut state, now) = open(None);
        assert_eq!(state.failed(Classification::End, now, 0), Next::End);
    }

    #[test]
    fn an_unknown_error_is_believed_after_five_attempts_without_an_answer() {
        let (mut state, now) = open(None);
        for _ in 0..5 {
            assert_ne!(state.failed(Classification::Doubt, now, 0), Next::End);
            state.opened(None);
        }
        assert_eq!(state.failed(Classification::Doubt, now, 0), Next::End);
    }

    #[test]
    fn a_dead_server_is_waited_for_as_long_as_allowed() {
        let (mut state, now) = open(None);
        for day in 1..100 {
            let now = now + Duration::from_secs(day * 86_400);
            assert_ne!(state.failed(Classification::Away, now, 0), Next::End);
        }
        let (mut state, now) = open(Some(Duration::from_secs(60)));
        assert_ne!(state.failed(Classification::Away, now, 0), Next::End);
        assert_ne!(state.failed(Classification::Away, now + Duration::from_secs(59), 0), Next::End);
        assert_eq!(state.failed(Classification::Away, now + Duration::from_secs(60), 0), Next::End);
    }

    #[test]
    fn the_first_opening_is_tried_three_times_where_the_connection_breaks_and_else_once() {
        let now = Instant::now();
        let mut state = ResumeState::new(Start::Resume(token("82")), None);
        assert_ne!(state.failed(Classification::Broken, now, 0), Next::End);
        assert_ne!(state.failed(Classification::Broken, now, 0), Next::End);
        assert_eq!(state.failed(Classification::Broken, now, 0), Next::End);
        assert_eq!(state.start(), &Start::Resume(token("82")));
        let mut once = ResumeState::new(Start::Now, None).opening_once();
        assert_eq!(once.failed(Classification::Broken, now, 0), Next::End);
        let mut doubted = ResumeState::new(Start::Resume(token("82")), None);
        assert_ne!(doubted.failed(Classification::Doubt, now, 0), Next::End);
        assert_ne!(doubted.failed(Classification::Doubt, now, 0), Next::End);
        assert_eq!(doubted.failed(Classification::Doubt, now, 0), Next::End);
        for class in [Classification::Away, Classification::Doubt] {
            assert_eq!(ResumeState::new(Start::Now, None).failed(class, now, 0), Next::End);
        }
    }
}
