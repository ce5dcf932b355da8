//! Deadlines: how long a call may take, including the time on the network.
//!
//! When a deadline passes, the future of the call is dropped, and the call is still [`completed`](super::completed).

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::future::BoxFuture;
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep_until, timeout_at},
};

use crate::{
    error::{Error, ErrorKind, Result},
    operation::Operation,
};

tokio::task_local! {
    /// The deadline of the call that this task makes.
    static DEADLINE: Deadline;
}

/// The time limit of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    after: Duration,
    at: Instant,
}

impl Deadline {
    /// Creates a deadline that starts now, or returns `None` if an `Instant` cannot represent it.
    fn from_now(after: Duration) -> Option<Self> {
        Some(Self { after, at: Instant::now().checked_add(after)? })
    }

    fn is_over(&self) -> bool {
        self.at <= Instant::now()
    }

    /// Returns an error if the deadline of this task's call has passed, so that no further command is sent.
    pub(super) fn check(operation: &Operation<'_>) -> Result<()> {
        match DEADLINE.try_with(Self::is_over) {
            Ok(true) => Err(Error::refused("the deadline has passed").during(operation)),
            _ => Ok(()),
        }
    }

    /// Creates the error that the caller gets when the deadline has passed.
    pub(crate) fn passed(after: Duration, operation: &Operation<'_>) -> Error {
        Error::new(ErrorKind::Timeout(format!("the deadline of {after:?} passed").into())).during(operation)
    }
}

/// Awaits a call, and returns `None` if the deadline passes first. `call` must come from
/// [`completed`](super::completed).
pub(crate) async fn within<T>(after: Duration, call: BoxFuture<'static, Result<T>>) -> Option<Result<T>> {
    let Some(deadline) = Deadline::from_now(after) else { return Some(call.await) };
    if Handle::try_current().is_err() {
        return Some(Err(Error::refused("a call with a deadline needs the runtime of tokio")));
    }
    match timeout_at(deadline.at, DEADLINE.scope(deadline, call)).await.ok()? {
        // On a busy machine, the call can fail in `check` before this task notices that the deadline has passed.
        Err(_) if deadline.is_over() => None,
        result => Some(result),
    }
}

/// The deadline of the call that a cursor comes from, as a timer that the cursor polls.
#[derive(Debug)]
pub(crate) struct Alarm {
    after: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    /// Creates a timer for the deadline of the call that this task makes, if the call has one.
    pub(crate) fn current() -> Option<Self> {
        let deadline = DEADLINE.try_with(|deadline| *deadline).ok()?;
        Some(Self { after: deadline.after, sleep: Box::pin(sleep_until(deadline.at)) })
    }

    /// Returns the error once the deadline has passed.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, operation: &Operation<'_>) -> Poll<Error> {
        let after = self.after;
        self.sleep.as_mut().poll(context).map(|()| Deadline::passed(after, operation))
    }
}

/// Rounds a time limit up to whole milliseconds. Rounded down, it could become zero, which means no limit to the
/// server.
pub(crate) fn whole_millis(time: Duration) -> Duration {
    if time.subsec_nanos().is_multiple_of(1_000_000) {
        time
    } else {
        time.saturating_add(Duration::from_millis(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_is_never_rounded_to_none() {
        let millis = |nanos| whole_millis(Duration::from_nanos(nanos)).as_millis();
        assert_eq!(
            [millis(0), millis(1), millis(999_999), millis(1_000_000), millis(1_000_001)],
            [0, 1, 1, 1, 2]
        );
        assert_eq!(whole_millis(Duration::MAX), Duration::MAX);
    }
}
