//! Cursors in a session.

use std::{
    fmt,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
};

use futures_core::Stream;
use mongodb::{ClientSession, raw_batch_cursor::SessionRawBatchCursor};

use super::{Batch, Origin};
use crate::{
    collection::Target,
    error::{Error, Result},
    exec::Polled,
    trace::Verb,
    value::Decode,
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
        target: Target,
        verb: Verb,
        driver: SessionRawBatchCursor,
        session: &'s mut ClientSession,
    ) -> Self {
        Self { origin: Origin { target, verb }, driver, session, batch: Batch::first(), rows: PhantomData }
    }
}

impl<'s, T> SessionCursor<'s, T> {
    /// The next document; `None` after the last one.
    ///
    /// Await it to its end: dropped half-way, it can lose a batch that the server has sent.
    pub async fn next(&mut self) -> Option<Result<T>>
    where
        T: Decode,
    {
        loop {
            if let Some(bytes) = self.batch.next() {
                return Some(self.origin.decode(bytes));
            }
            if self.batch.is_last() {
                return None;
            }
            match self.fetch().await {
                Ok(batch) => self.batch = batch,
                Err(error) => {
                    self.batch = Batch::none();
                    return Some(Err(error));
                }
            }
        }
    }

    async fn fetch(&mut self) -> Result<Batch> {
        let mut polled = Polled::default();
        let mut stream = self.driver.stream(&mut *self.session);
        let operation = self.origin.operation();
        poll_fn(|context| self.batch.poll_next(Pin::new(&mut stream), context, &mut polled, &operation)).await
    }

    /// All documents that are left, in a collection of your choice: `Vec<Order>`, `HashSet<_>`.
    ///
    /// The first error ends it.
    pub async fn try_collect<C: Default + Extend<T>>(mut self) -> Result<C>
    where
        T: Decode,
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
        T: Decode,
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

    /// Does something with each document that is left, one after the other.
    ///
    /// The first error ends it, of the cursor or your own.
    pub async fn for_each<E, F, Done>(mut self, mut each: F) -> Result<(), E>
    where
        T: Decode,
        E: From<Error>,
        F: FnMut(T) -> Done,
        Done: Future<Output = Result<(), E>>,
    {
        while let Some(row) = self.next().await {
            each(row?).await?;
        }
        Ok(())
    }

    /// The documents that are left, as a `Stream`.
    pub fn into_stream(self) -> impl Stream<Item = Result<T>> + Send + use<'s, T>
    where
        T: Decode,
    {
        futures_util::stream::unfold(self, |mut cursor| async move {
            let row = cursor.next().await?;
            Some((row, cursor))
        })
    }
}

impl<T> fmt::Debug for SessionCursor<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCursor").field("on", &self.origin.target).finish_non_exhaustive()
    }
}
