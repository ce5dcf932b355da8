//! Cursors in a session.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, future::BoxFuture};
use mongodb::{ClientSession, raw_batch_cursor::SessionRawBatchCursor};

use super::{Batch, Origin, Step};
use crate::{
    action::Place,
    error::{Error, Result},
    exec::Polled,
    operation::Verb,
    value::{OwnedRow, Row},
};

/// The documents that a read in a session found, one after the other.
///
/// It borrows the session until it is dropped. In everything else it is like a [`Cursor`](super::Cursor), but for one thing:
/// a batch that is on its way when the cursor is dropped is not awaited, as nothing may hold the session any longer, and the
/// driver then closes the connection.
#[must_use = "a cursor gives its documents when it is polled"]
pub struct SessionCursor<'s, T> {
    origin: Origin,
    link: Link<'s>,
    batch: Batch,
    rows: PhantomData<fn() -> T>,
}

/// The driver's cursor and its session.
struct Ends<'s> {
    driver: SessionRawBatchCursor,
    session: &'s mut ClientSession,
}

/// What a request for a batch gives back.
struct Fetched<'s> {
    ends: Box<Ends<'s>>,
    batch: Result<Batch>,
}

/// Who has the driver's cursor. A request owns it, so that the future of [`SessionCursor::next`] can be dropped.
enum Link<'s> {
    Idle(Box<Ends<'s>>),
    Fetching(BoxFuture<'s, Fetched<'s>>),
    /// After a panic of the driver.
    Gone,
}

impl<'s, T> SessionCursor<'s, T> {
    pub(crate) fn new(
        place: impl Into<Place>,
        verb: Verb,
        driver: SessionRawBatchCursor,
        session: &'s mut ClientSession,
    ) -> Self {
        Self {
            origin: Origin { place: place.into(), verb },
            link: Link::Idle(Box::new(Ends { driver, session })),
            batch: Batch::first(),
            rows: PhantomData,
        }
    }

    /// The next document; `None` after the last one.
    ///
    /// The future may be dropped before it is done: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<T>>
    where
        T: OwnedRow,
    {
        poll_fn(|context| self.poll_row(context)).await
    }

    fn poll_row(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<T>>>
    where
        T: OwnedRow,
    {
        loop {
            if let Some(bytes) = self.batch.next() {
                return Poll::Ready(Some(self.origin.decode(bytes)));
            }
            if self.batch.is_last() {
                return Poll::Ready(None);
            }
            if let Err(error) = ready!(self.poll_batch(context)) {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }

    /// Gets the next batch; after an error there is none.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let mut request = match mem::replace(&mut self.link, Link::Gone) {
            Link::Idle(ends) => fetch(ends, self.origin.clone(), self.batch.spent()),
            Link::Fetching(request) => request,
            Link::Gone => {
                self.batch = Batch::none();
                return Poll::Ready(Ok(()));
            }
        };
        let Poll::Ready(Fetched { ends, batch }) = request.as_mut().poll(context) else {
            self.link = Link::Fetching(request);
            return Poll::Pending;
        };
        self.link = Link::Idle(ends);
        self.batch = Batch::none();
        Poll::Ready(batch.map(|batch| self.batch = batch))
    }

    /// All documents that are left, in a collection of your choice: `Vec<Order>`, `HashSet<_>`.
    ///
    /// The first error ends it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C>
    where
        T: OwnedRow,
    {
        let mut all = C::default();
        while let Some(row) = self.next().await {
            all.extend(Some(row?));
        }
        Ok(all)
    }

    /// All documents that are left and fit the declared type, and the errors of those that do not.
    ///
    /// Each error names its document: [`decode_error`](Error::decode_error). Any other error ends it.
    pub async fn try_partition<C: Default + Extend<T>>(mut self) -> Result<(C, Vec<Error>)>
    where
        T: OwnedRow,
    {
        let (mut fitting, mut misfits) = (C::default(), Vec::new());
        while let Some(row) = self.next().await {
            match row {
                Ok(row) => fitting.extend(Some(row)),
                Err(error) if error.is_decode() => misfits.push(error),
                Err(error) => return Err(error),
            }
        }
        Ok((fitting, misfits))
    }

    /// Does something with each document that is left, one after the other: as
    /// [`Cursor::for_each`](super::Cursor::for_each).
    pub async fn for_each<K, F, Done>(mut self, mut each: F) -> Result<(), Done::Error>
    where
        T: Row,
        F: FnMut(T::In<'_>) -> Done,
        Done: Step<K>,
    {
        loop {
            let step = self.batch.next().map(|bytes| Ok::<_, Error>(each(self.origin.borrow::<T>(bytes)?)));
            match step.transpose()? {
                Some(step) => step.into_done().await?,
                None if self.batch.is_last() => return Ok(()),
                None => poll_fn(|context| self.poll_batch(context)).await?,
            }
        }
    }
}

/// Requests the batch that follows `batch`.
fn fetch(mut ends: Box<Ends<'_>>, origin: Origin, batch: Batch) -> BoxFuture<'_, Fetched<'_>> {
    Box::pin(async move {
        let mut polled = Polled::default();
        let Ends { driver, session } = &mut *ends;
        let mut stream = driver.stream(session);
        let operation = origin.operation();
        let batch =
            poll_fn(|context| batch.poll_next(Pin::new(&mut stream), context, &mut polled, &operation)).await;
        drop(stream);
        Fetched { ends, batch }
    })
}

impl<T: OwnedRow> Stream for SessionCursor<'_, T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(context)
    }
}

impl<T> fmt::Debug for SessionCursor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCursor").field("on", &self.origin.place).finish_non_exhaustive()
    }
}
