//! Cursors of reads in a session.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::{Stream, future::BoxFuture};
use mongodb::raw_batch_cursor::SessionRawBatchCursor;

use super::{
    Batch, ForEachOutput, Origin,
    futures::{Batches, ForEach, Next, TryCollect, TryPartition, poll_row},
};
use crate::{
    collection::OperationTarget,
    error::Result,
    exec::Polled,
    operation::Verb,
    session::BorrowedSession,
    value::{OwnedRow, Row},
};

/// A cursor over the documents that a read in a session found.
///
/// It borrows the session until it is dropped. It differs from a [`Cursor`](super::Cursor) in one way: a batch that
/// has been requested when the cursor is dropped is not awaited, because the borrow of the session ends. The driver
/// then closes the connection.
#[must_use = "a cursor returns its documents only when it is polled"]
pub struct SessionCursor<'s, T> {
    origin: Origin,
    state: CursorState<'s>,
    batch: Batch,
    rows: PhantomData<fn() -> T>,
}

/// The driver's cursor and its session.
struct DriverCursor<'s> {
    driver: SessionRawBatchCursor,
    session: BorrowedSession<'s>,
}

/// The result of a request for a batch.
struct Fetched<'s> {
    cursor: Box<DriverCursor<'s>>,
    batch: Result<Batch>,
}

/// The owner of the driver's cursor. A request owns it, so that the future of [`SessionCursor::next`] can be dropped.
enum CursorState<'s> {
    Idle(Box<DriverCursor<'s>>),
    Fetching(BoxFuture<'s, Fetched<'s>>),
    /// No owner, after a panic of the driver.
    Gone,
}

impl<'s, T> SessionCursor<'s, T> {
    pub(crate) fn new(
        target: impl Into<OperationTarget>,
        verb: Verb,
        driver: SessionRawBatchCursor,
        session: BorrowedSession<'s>,
    ) -> Self {
        Self {
            origin: Origin { target: target.into(), verb },
            state: CursorState::Idle(Box::new(DriverCursor { driver, session })),
            batch: Batch::first(),
            rows: PhantomData,
        }
    }

    /// Returns the next document, or `None` after the last one.
    ///
    /// The future can be dropped before it is complete: no document is lost.
    #[allow(clippy::should_implement_trait, reason = "it returns a future")]
    pub fn next(&mut self) -> Next<'_, Self, T>
    where
        T: OwnedRow,
    {
        Next::new(self)
    }

    /// Collects the remaining documents into a collection of your choice, such as `Vec<Order>` or `HashSet<_>`.
    ///
    /// # Errors
    ///
    /// Returns the first error, and drops the documents that were collected.
    pub fn try_collect<C: Default + Extend<T>>(self) -> TryCollect<Self, C>
    where
        T: OwnedRow,
    {
        TryCollect::new(self)
    }

    /// Collects the remaining documents that fit the declared type, and the errors of those that do not.
    ///
    /// [`decode_error`](crate::Error::decode_error) of such an error identifies the document.
    ///
    /// # Errors
    ///
    /// Returns the first error that is not a decode error.
    pub fn try_partition<C: Default + Extend<T>>(self) -> TryPartition<Self, C>
    where
        T: OwnedRow,
    {
        TryPartition::new(self)
    }

    /// Calls a closure with each remaining document, like [`Cursor::for_each`](super::Cursor::for_each).
    pub fn for_each<K, F, Done>(self, each: F) -> ForEach<Self, F, Done::Done, Done::Error>
    where
        T: Row,
        F: FnMut(T::In<'_>) -> Done,
        Done: ForEachOutput<K>,
    {
        ForEach::new::<T, K, Done>(self, each)
    }
}

/// Requests the batch that follows `batch`.
fn fetch(mut cursor: Box<DriverCursor<'_>>, origin: Origin, batch: Batch) -> BoxFuture<'_, Fetched<'_>> {
    Box::pin(async move {
        let mut polled = Polled::default();
        let DriverCursor { driver, session } = &mut *cursor;
        let BorrowedSession { driver: session, observer } = session;
        let mut stream = driver.stream(session);
        let operation = origin.operation();
        let fetched =
            poll_fn(|context| batch.poll_next(Pin::new(&mut stream), context, &mut polled, &operation));
        let batch = match observer.check(&operation) {
            Ok(()) => observer.observe(fetched).await,
            Err(error) => Err(error),
        };
        drop(stream);
        Fetched { cursor, batch }
    })
}

impl<T> Batches for SessionCursor<'_, T> {
    fn batch(&mut self) -> (&mut Batch, &Origin) {
        (&mut self.batch, &self.origin)
    }

    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut request = match mem::replace(&mut self.state, CursorState::Gone) {
            CursorState::Idle(cursor) => fetch(cursor, self.origin.clone(), self.batch.spent()),
            CursorState::Fetching(request) => request,
            CursorState::Gone => {
                self.batch = Batch::none();
                return Poll::Ready(Ok(()));
            }
        };
        let Poll::Ready(Fetched { cursor, batch }) = request.as_mut().poll(context) else {
            self.state = CursorState::Fetching(request);
            return Poll::Pending;
        };
        self.state = CursorState::Idle(cursor);
        self.batch = Batch::none();
        Poll::Ready(batch.map(|batch| self.batch = batch))
    }
}

impl<T: OwnedRow> Stream for SessionCursor<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        poll_row(self.get_mut(), context)
    }
}

impl<T> fmt::Debug for SessionCursor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCursor").field("on", &self.origin.target).finish_non_exhaustive()
    }
}
