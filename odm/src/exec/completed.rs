//! Calls that are completed although their future is dropped.
//!
//! The driver does not support dropping one of its futures before it is complete: it closes the connection, and the
//! server keeps the cursor of a lost reply. Therefore the rest of a dropped call runs in its own task.

use std::{
    future::Future,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{Stream, future::BoxFuture};
use tokio::runtime::Handle;

use crate::error::Result;

tokio::task_local! {
    /// Set in the task that completes a call after its future was dropped: whether further commands are sent.
    static DROPPED: bool;
}

/// Returns `true` if the caller has dropped the future of this call and no further command is to be sent.
pub(super) fn is_dropped() -> bool {
    DROPPED.try_with(|sends_more| !sends_more).unwrap_or_default()
}

/// Returns `true` if the caller has dropped the future of this call, so nobody waits for its outcome.
pub(crate) fn is_abandoned() -> bool {
    DROPPED.try_with(|_| ()).is_ok()
}

/// Completes the call even if its future is dropped.
///
/// After the drop, the command that has been sent is completed, no further command is sent, and the outcome is
/// discarded.
pub(crate) fn completed<T: 'static>(call: BoxFuture<'static, Result<T>>) -> BoxFuture<'static, Result<T>> {
    Box::pin(Completed { call: Some(call), runtime: None, sends_more: false })
}

/// Completes several calls even if their future is dropped. Unlike [`completed`], all commands are still sent. A call that
/// waits for something other than a reply ends if [`is_abandoned`] is true.
pub(crate) fn detached<T: 'static>(calls: BoxFuture<'static, Result<T>>) -> BoxFuture<'static, Result<T>> {
    Box::pin(Completed { call: Some(calls), runtime: None, sends_more: true })
}

struct Completed<T: 'static> {
    /// `None` once the call is complete or has panicked.
    call: Option<BoxFuture<'static, Result<T>>>,
    /// The runtime that drives the call, once the call has waited for the server.
    runtime: Option<Handle>,
    /// Whether further commands are sent after the drop.
    sends_more: bool,
}

impl<T: 'static> Future for Completed<T> {
    type Output = Result<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        let Some(mut call) = this.call.take() else { return Poll::Pending };
        let outcome = call.as_mut().poll(context);
        if outcome.is_pending() {
            this.call = Some(call);
            if this.runtime.is_none() {
                this.runtime = Handle::try_current().ok();
            }
        }
        outcome
    }
}

impl<T: 'static> Drop for Completed<T> {
    fn drop(&mut self) {
        if let (Some(call), Some(runtime)) = (self.call.take(), self.runtime.take()) {
            spawn(&runtime, Box::pin(async move { drop(call.await) }), self.sends_more);
        }
    }
}

/// Spawns the rest of a call. It is not generic over the outcome, so that it is compiled only once.
fn spawn(runtime: &Handle, call: BoxFuture<'static, ()>, sends_more: bool) {
    runtime.spawn(DROPPED.scope(sends_more, call));
}

/// Receives the batch that a dropped cursor has requested, on the runtime that drives it. Then drops the driver's
/// cursor, which closes the cursor on the server.
pub(crate) fn complete_batch<S: Stream + Send + Unpin + 'static>(runtime: &Handle, mut driver: S) {
    runtime.spawn(async move {
        std::future::poll_fn(|context| Pin::new(&mut driver).poll_next(context).map(drop)).await;
    });
}
