//! Deadlines: how long a call may take, the way to the server and back included.
//!
//! A future of the driver must not be dropped half-way, so a call with a deadline runs in a task of its own, which goes on
//! to its end whether somebody waits for it or not. Nothing more is sent from there once the deadline has passed.

use std::{
    future::Future,
    panic::resume_unwind,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use futures_core::{Stream, future::BoxFuture};
use tokio::{
    runtime::Handle,
    time::{Instant, Sleep, sleep_until, timeout_at},
};
use tracing::Instrument;

use crate::{
    error::{Error, ErrorKind, Result},
    trace::Operation,
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

    /// Nothing more is sent when it has passed.
    pub(super) fn check(operation: &Operation<'_>) -> Result<()> {
        match DEADLINE.try_with(Self::is_over) {
            Ok(true) => Err(Error::refused("the deadline has passed").during(operation)),
            _ => Ok(()),
        }
    }

    /// What the caller is told when it has passed.
    pub(crate) fn passed(after: Duration, operation: &Operation<'_>, writes: bool) -> Error {
        let unknown = if writes { "; the write may have been applied" } else { "" };
        Error::new(ErrorKind::Timeout(format!("the deadline of {after:?} passed{unknown}").into()))
            .during(operation)
    }
}

/// Makes a call in a task of its own; `None` if the deadline passes before it is done.
pub(crate) async fn within<T: Send + 'static>(
    after: Duration,
    call: BoxFuture<'static, Result<T>>,
) -> Option<Result<T>> {
    let Some(deadline) = Deadline::from_now(after) else { return Some(call.await) };
    let Ok(runtime) = Handle::try_current() else {
        return Some(Err(Error::refused("a call with a deadline needs the runtime of tokio")));
    };
    let task = runtime.spawn(DEADLINE.scope(deadline, call).in_current_span());
    match timeout_at(deadline.at, task).await.ok()? {
        // Perhaps for nothing but the deadline, on a machine that has much to do.
        Ok(Err(_)) if deadline.is_over() => None,
        Ok(result) => Some(result),
        Err(ended) => match ended.try_into_panic() {
            Ok(panic) => resume_unwind(panic),
            Err(_) => Some(Err(Error::new(ErrorKind::Unavailable("the runtime is shutting down".into())))),
        },
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
        self.sleep.as_mut().poll(context).map(|()| Deadline::passed(after, operation, false))
    }
}

/// Lets a batch arrive that nobody waits for any more, then drops the cursor, which closes it on the server.
pub(crate) fn leave<S: Stream + Send + Unpin + 'static>(mut driver: S) {
    if let Ok(runtime) = Handle::try_current() {
        runtime.spawn(async move {
            std::future::poll_fn(|context| Pin::new(&mut driver).poll_next(context).map(drop)).await;
        });
    }
}
