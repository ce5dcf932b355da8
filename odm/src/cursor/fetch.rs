//! Requests for the next batch of a cursor: when it is needed, or while the batch before it is decoded.

use std::{
    future::{Future as _, poll_fn},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use mongodb::raw_batch_cursor::RawBatchCursor;
use tokio::{
    runtime::{Handle, RuntimeFlavor},
    task::JoinHandle,
};
use tracing::Instrument as _;

use super::{Batch, Origin};
use crate::{
    error::{Error, ErrorKind, Result},
    exec::{Polled, complete_batch},
};

/// The owner of the driver's cursor.
#[derive(Default)]
pub(super) enum DriverCursor {
    /// The cursor of this crate, which requests a batch when it is polled for one.
    Idle { driver: Box<RawBatchCursor>, polled: Polled },
    /// A task that requests the next batch. If its handle is dropped, the task receives the batch and then closes the
    /// cursor.
    Fetching(JoinHandle<Fetched>),
    /// No owner: the cursor is closed.
    #[default]
    Closed,
}

/// The result of a request for a batch.
pub(super) struct Fetched {
    driver: Box<RawBatchCursor>,
    batch: Result<Batch>,
}

impl DriverCursor {
    pub(super) fn new(driver: RawBatchCursor) -> Self {
        Self::idle(Box::new(driver))
    }

    fn idle(driver: Box<RawBatchCursor>) -> Self {
        Self::Idle { driver, polled: Polled::default() }
    }

    /// Fetches the batch after `batch`. A closed cursor has an empty one.
    pub(super) fn poll_batch(
        &mut self,
        batch: &Batch,
        origin: &Origin,
        context: &mut Context<'_>,
    ) -> Poll<Result<Batch>> {
        match self {
            Self::Idle { driver, polled } => {
                batch.poll_next(Pin::new(&mut **driver), context, polled, &origin.operation())
            }
            Self::Fetching(task) => {
                let fetched = ready!(Pin::new(task).poll(context));
                let Ok(Fetched { driver, batch }) = fetched else {
                    *self = Self::Closed;
                    return Poll::Ready(origin.operation().check(Err(interrupted())));
                };
                *self = Self::idle(driver);
                Poll::Ready(batch)
            }
            Self::Closed => Poll::Ready(Ok(Batch::none())),
        }
    }

    /// Requests the batch after `batch` in a task, so that the server and the network work while the caller decodes.
    ///
    /// A runtime with one thread would run the task only when the caller waits for it, so there is none.
    pub(super) fn fetch_ahead(&mut self, batch: &Batch, origin: &Origin) {
        let Ok(runtime) = Handle::try_current() else { return };
        if batch.is_last() || runtime.runtime_flavor() == RuntimeFlavor::CurrentThread {
            return;
        }
        *self = match mem::take(self) {
            Self::Idle { driver, polled } if !polled.is_pending() => {
                Self::Fetching(runtime.spawn(fetch(driver, batch.spent(), origin.clone()).in_current_span()))
            }
            other => other,
        };
    }

    /// Closes the cursor on the server. If a batch has been requested, it is received first, because the driver's
    /// future of it must not be dropped.
    pub(super) fn close(&mut self) {
        if let Self::Idle { driver, polled } = mem::take(self)
            && polled.is_pending()
            && let Some(runtime) = polled.runtime()
        {
            complete_batch(runtime, driver);
        }
    }
}

/// The error if the task did not end: the runtime shuts down, or the driver has panicked.
#[cold]
fn interrupted() -> Error {
    Error::new(ErrorKind::Driver("the runtime stopped before the next batch arrived".into()))
}

async fn fetch(mut driver: Box<RawBatchCursor>, batch: Batch, origin: Origin) -> Fetched {
    let mut polled = Polled::default();
    let operation = origin.operation();
    let batch =
        poll_fn(|context| batch.poll_next(Pin::new(&mut *driver), context, &mut polled, &operation)).await;
    Fetched { driver, batch }
}
