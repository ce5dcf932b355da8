//! Room for the driver in builds without optimisation.
//!
//! The driver reads replies into documents by recursion: the values of `distinct`, the details of a refused write, the id of
//! an upsert. With optimisation, a thousand levels fit the stack of a tokio worker, and the server makes at most two hundred;
//! without, eighty do not. So in such a build, and in no other, each poll of the driver has a stack of its own.

use std::{
    future::Future,
    panic,
    pin::Pin,
    task::{Context, Poll},
    thread,
};

use tokio::runtime::Handle;
use tracing::dispatcher;

/// More than the deepest reply takes; memory that is not used is not taken.
const ROOM: usize = 64 << 20;

/// Polls a future of the driver.
#[inline]
pub(super) fn poll<F>(mut call: Pin<&mut F>, context: &mut Context<'_>) -> Poll<F::Output>
where
    F: Future + Send,
    F::Output: Send,
{
    let polled = if cfg!(debug_assertions) { poll_apart(call.as_mut(), context) } else { None };
    polled.unwrap_or_else(|| call.poll(context))
}

/// Polls on a thread that has the room; `None` if there is no such thread.
fn poll_apart<F>(call: Pin<&mut F>, context: &Context<'_>) -> Option<Poll<F::Output>>
where
    F: Future + Send,
    F::Output: Send,
{
    let runtime = Handle::try_current().ok()?;
    let (waker, subscriber) = (context.waker(), dispatcher::get_default(Clone::clone));
    let work = || {
        let _runtime = runtime.enter();
        dispatcher::with_default(&subscriber, || call.poll(&mut Context::from_waker(waker)))
    };
    thread::scope(|scope| {
        let thread = thread::Builder::new().stack_size(ROOM).spawn_scoped(scope, work).ok()?;
        Some(thread.join().unwrap_or_else(|payload| panic::resume_unwind(payload)))
    })
}
