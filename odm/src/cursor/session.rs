//! Cursors in a session.

use std::{fmt, future::poll_fn, marker::PhantomData, pin::Pin};

use futures_core::Stream;
use mongodb::{ClientSession, raw_batch_cursor::SessionRawBatchCursor};

use super::{Batch, Origin, Step};
use crate::{
    action::Place,
    error::{Error, Result},
    exec::Polled,
    trace::Verb,
    value::{OwnedRow, Row},
};

/// The documents that a read in a session found, one after the other.
///
/// It borrows the session until it is dropped. It is no `Stream` itself; [`into_stream`](Self::into_stream)
/// makes one. In everything else it is like a [`Cursor`](super::Cursor).
#[must_use = "a cursor gives its documents when it is polled"]
pub struct SessionCursor<'s, T> {
    origin: Origin,
    driver: SessionRawBatchCursor,
    session: &'s mut ClientSession,
    batch: Batch,
    rows: PhantomData<fn() -> T>,
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
            driver,
            session,
            batch: Batch::first(),
            rows: PhantomData,
        }
    }
}

impl<'s, T> SessionCursor<'s, T> {
    /// The next document; `None` after the last one.
    ///
    /// Await it to its end: dropped half-way, it can lose a batch that the server has sent.
    pub async fn next(&mut self) -> Option<Result<T>>
    where
        T: OwnedRow,
    {
        loop {
            if let Some(bytes) = self.batch.next() {
                return Some(self.origin.decode(bytes));
            }
            if self.batch.is_last() {
                return None;
            }
            if let Err(error) = self.fetch().await {
                return Some(Err(error));
            }
        }
    }

    /// Gets the next batch; after an error there is none.
    async fn fetch(&mut self) -> Result<()> {
        let mut polled = Polled::default();
        let mut stream = self.driver.stream(&mut *self.session);
        let operation = self.origin.operation();
        let batch =
            poll_fn(|context| self.batch.poll_next(Pin::new(&mut stream), context, &mut polled, &operation))
                .await;
        batch.map(|batch| self.batch = batch).inspect_err(|_| self.batch = Batch::none())
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
                None => self.fetch().await?,
            }
        }
    }

    /// The documents that are left, as a `Stream`.
    pub fn into_stream(self) -> impl Stream<Item = Result<T>> + Send + use<'s, T>
    where
        T: OwnedRow,
    {
        futures_util::stream::unfold(self, |mut cursor| async move {
            let row = cursor.next().await?;
            Some((row, cursor))
        })
    }
}

impl<T> fmt::Debug for SessionCursor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCursor").field("on", &self.origin.place).finish_non_exhaustive()
    }
}
