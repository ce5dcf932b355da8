//! Cursors: documents as they come, decoded one at a time from the batch that the server sent.
//!
//! A cursor holds one batch and nothing more. A document is decoded where it lies in the batch: there is no
//! copy of it in between.

mod batch;
mod session;
mod step;

pub use self::{
    session::SessionCursor,
    step::{Step, steps},
};

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use mongodb::raw_batch_cursor::RawBatchCursor;

use self::batch::Batch;
use crate::{
    action::Place,
    error::{Error, Result, codec::CodecResult},
    exec::{Alarm, Polled, complete_batch},
    operation::{Operation, Verb},
    value::{OwnedRow, Raw, Row},
};

/// The documents that a read found, one after the other.
///
/// A `Stream`, with the everyday methods of its own, so that no import is needed. Dropping it closes it on
/// the server.
///
/// A document that does not fit the declared type is an `Err` of its own; the next one follows after it. An
/// error of the server ends the cursor.
///
/// ```no_run
/// # use odm::{Collection, Filter, Id, Model};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String }
/// # async fn f(users: Collection<User>) -> odm::Result<()> {
/// let mut cursor = users.find(Filter::all()).await?;
/// while let Some(user) = cursor.next().await.transpose()? {
///     println!("{}", user.name);
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "a cursor gives its documents when it is polled"]
pub struct Cursor<T> {
    origin: Origin,
    /// Gone once a deadline has passed.
    driver: Option<RawBatchCursor>,
    batch: Batch,
    polled: Polled,
    alarm: Option<Alarm>,
    rows: PhantomData<fn() -> T>,
}

/// Which call a cursor comes from.
#[derive(Debug, Clone)]
struct Origin {
    place: Place,
    verb: Verb,
}

impl Origin {
    fn operation(&self) -> Operation<'_> {
        self.place.operation(self.verb)
    }

    /// One document, as the declared type.
    fn decode<T: OwnedRow>(&self, bytes: Result<&[u8]>) -> Result<T> {
        decode(&self.operation(), self.operation().check(bytes)?)
    }

    /// One document, as a row that may borrow from it.
    fn borrow<'b, T: Row>(&self, bytes: Result<&'b [u8]>) -> Result<T::In<'b>> {
        let bytes = self.operation().check(bytes)?;
        fitted(T::read_row(Raw::document(bytes)), bytes, &self.operation())
    }
}

/// One document that came from the server, as the declared type.
pub(crate) fn decode<T: OwnedRow>(operation: &Operation<'_>, bytes: &[u8]) -> Result<T> {
    fitted(T::read_owned(Raw::document(bytes)), bytes, operation)
}

fn fitted<T>(row: CodecResult<T>, bytes: &[u8], operation: &Operation<'_>) -> Result<T> {
    match row {
        Ok(row) => Ok(row),
        Err(cause) => Err(Error::decode(bytes, cause).during(operation)),
    }
}

impl<T> Cursor<T> {
    pub(crate) fn new(place: impl Into<Place>, verb: Verb, driver: RawBatchCursor) -> Self {
        Self {
            origin: Origin { place: place.into(), verb },
            driver: Some(driver),
            batch: Batch::first(),
            polled: Polled::default(),
            alarm: Alarm::current(),
            rows: PhantomData,
        }
    }
}

impl<T> Cursor<T> {
    /// The next document; `None` after the last one.
    ///
    /// It may be dropped before it is done: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<T>>
    where
        T: OwnedRow,
    {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
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
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let (users, misfits): (Vec<User>, _) = users.find(Filter::all()).await?.try_partition().await?;
    /// for misfit in misfits {
    ///     eprintln!("left out: {misfit}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
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

    /// Does something with each document that is left, one after the other.
    ///
    /// The closure returns nothing, a `Result<(), E>`, or a future of such a `Result`, which is awaited before the next
    /// document. The first error ends it, of the cursor or your own. A [view](crate::view) with a lifetime borrows from
    /// the document where it lies in the batch: there, nothing is copied.
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// # async fn greet(name: &str) -> odm::Result<()> { Ok(()) }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// users.find(Filter::all()).await?.for_each(|user| println!("{}", user.name)).await?;
    /// users.find(Filter::all()).await?.for_each(|user| async move { greet(&user.name).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
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

    /// Closes the cursor on the server. A batch that has been requested arrives first: the driver's future of it must not
    /// be dropped.
    fn close(&mut self) {
        if let Some(driver) = self.driver.take()
            && self.polled.is_pending()
            && let Some(runtime) = self.polled.runtime()
        {
            complete_batch(runtime, driver);
        }
    }

    /// Gets the next batch; after an error there is none.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let operation = self.origin.operation();
        if !self.batch.is_first()
            && let Some(alarm) = &mut self.alarm
            && let Poll::Ready(late) = alarm.poll(context, &operation)
        {
            self.batch = Batch::none();
            self.close();
            return Poll::Ready(Err(late));
        }
        let Some(driver) = self.driver.as_mut() else { return Poll::Ready(Ok(())) };
        let driver = Pin::new(driver);
        let answer = ready!(self.batch.poll_next(driver, context, &mut self.polled, &operation));
        Poll::Ready(answer.map(|batch| self.batch = batch).inspect_err(|_| self.batch = Batch::none()))
    }
}

impl<T: OwnedRow> Stream for Cursor<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = self.get_mut();
        loop {
            if let Some(bytes) = this.batch.next() {
                return Poll::Ready(Some(this.origin.decode(bytes)));
            }
            if this.batch.is_last() {
                return Poll::Ready(None);
            }
            if let Err(error) = ready!(this.poll_batch(context)) {
                return Poll::Ready(Some(Err(error)));
            }
        }
    }
}

impl<T> Drop for Cursor<T> {
    fn drop(&mut self) {
        self.close();
    }
}

impl<T> fmt::Debug for Cursor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("on", &self.origin.place).finish_non_exhaustive()
    }
}
