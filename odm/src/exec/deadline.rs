//! Deadlines: how long a call may take, the way to the server and back included.
//!
//! When a deadline passes, the future of the call is dropped, and the call is [`completed`](super::completed) all the same.

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

/// When a call has to be done.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    after: Duration,
    at: Instant,
}

impl Deadline {
    /// From now on; `None` if that is further away than a clock can say.
    fn from_now(after: Duration) -> Option<Self> {
        Some(Self { after, at: Instant::now().checked_add(after)? })
    }

    fn is_over(&self) -> bool {
        self.at <= Instant::now()
    }

    /// Refuses to send anything more once the deadline of this task's call has passed.
    pub(super) fn check(operation: &Operation<'_>) -> Result<()> {
        match DEADLINE.try_with(Self::is_over) {
            Ok(true) => Err(Error::refused("the deadline has passed").during(operation)),
            _ => Ok(()),
        }
    }

    /// What the caller is told when it has passed.
    pub(crate) fn passed(after: Duration, operation: &Operation<'_>) -> Error {
        Error::new(ErrorKind::Timeout(format!("the deadline of {after:?} passed").into())).during(operation)
    }
}

/// Makes a call; `None` if the deadline passes before it is done. The call is one of [`completed`](super::completed).
pub(crate) async fn within<T>(after: Duration, call: BoxFuture<'static, Result<T>>) -> Option<Result<T>> {
    let Some(deadline) = Deadline::from_now(after) else { return Some(call.await) };
    if Handle::try_current().is_err() {
        return Some(Err(Error::refused("a call with a deadline needs the runtime of tokio")));
    }
    match timeout_at(deadline.at, DEADLINE.scope(deadline, call)).await.ok()? {
        // Perhaps for nothing but the deadline, on a machine that has much to do.
        Err(_) if deadline.is_over() => None,
        result => Some(result),
    }
}

/// Rings when the deadline of the call that a cursor comes from passes.
#[derive(Debug)]
pub(crate) struct Alarm {
    after: Duration,
    sleep: Pin<Box<Sleep>>,
}

impl Alarm {
    /// For the deadline of the call that this task makes, if it has one.
    pub(crate) fn current() -> Option<Self> {
        let deadline = DEADLINE.try_with(|deadline| *deadline).ok()?;
        Some(Self { after: deadline.after, sleep: Box::pin(sleep_until(deadline.at)) })
    }

    /// Gives the error once the deadline has passed.
    pub(crate) fn poll(&mut self, context: &mut Context<'_>, operation: &Operation<'_>) -> Poll<Error> {
        let after = self.after;
        self.sleep.as_mut().poll(context).map(|()| Deadline::passed(after, operation))
    }
}
