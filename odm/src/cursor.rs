//! Cursors, which decode documents one at a time from the batch that the server sent.
//!
//! A cursor decodes each document from the bytes of a batch, without a copy. It keeps one batch in memory, or two if it
//! requests the next one while it decodes (`fetch`).

mod batch;
mod fetch;
pub(crate) mod for_each_output;
mod futures;
pub(crate) mod replies;
mod session;

pub(crate) use self::for_each_output::ForEachOutput;
pub use self::{
    futures::{ForEach, Next, TryCollect, TryPartition},
    session::SessionCursor,
};

use std::{
    fmt,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use mongodb::raw_batch_cursor::RawBatchCursor;

use self::{
    batch::Batch,
    fetch::DriverCursor,
    futures::{Batches, poll_row},
};
use crate::{
    collection::OperationTarget,
    error::{Error, Result, codec::CodecResult},
    exec::Alarm,
    operation::{Operation, Verb},
    value::{OwnedRow, Raw, Row},
};

/// A cursor over the documents that a read found.
///
/// A cursor is a `Stream`. The most common methods are also methods of the cursor, so they need no import. Dropping a
/// cursor closes it on the server.
///
/// A document that does not fit the declared type is an `Err`, and the cursor continues with the next document. An
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
#[must_use = "a cursor returns its documents only when it is polled"]
pub struct Cursor<T> {
    origin: Origin,
    driver: DriverCursor,
    batch: Batch,
    /// Whether each batch is requested while the one before it is read.
    ahead: bool,
    alarm: Option<Alarm>,
    rows: PhantomData<fn() -> T>,
}

/// The call that a cursor comes from.
#[derive(Debug, Clone)]
struct Origin {
    target: OperationTarget,
    verb: Verb,
}

impl Origin {
    fn operation(&self) -> Operation<'_> {
        self.target.operation(self.verb)
    }

    /// Decodes one document as the declared type.
    fn decode<T: OwnedRow>(&self, bytes: Result<&[u8]>) -> Result<T> {
        decode(&self.operation(), self.operation().check(bytes)?)
    }

    /// Decodes one document as a row that may borrow from it.
    fn borrow<'b, T: Row>(&self, bytes: Result<&'b [u8]>) -> Result<T::In<'b>> {
        let bytes = self.operation().check(bytes)?;
        fitted(T::read_row(Raw::document(bytes)), bytes, &self.operation())
    }
}

/// Decodes one document that the server sent as the declared type.
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
    pub(crate) fn new(target: impl Into<OperationTarget>, verb: Verb, driver: RawBatchCursor) -> Self {
        Self {
            origin: Origin { target: target.into(), verb },
            driver: DriverCursor::new(driver),
            batch: Batch::first(),
            ahead: false,
            alarm: Alarm::current(),
            rows: PhantomData,
        }
    }
}

impl<T> Cursor<T> {
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
    /// [`decode_error`](Error::decode_error) of such an error identifies the document.
    ///
    /// # Errors
    ///
    /// Returns the first error that is not a decode error.
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
    pub fn try_partition<C: Default + Extend<T>>(self) -> TryPartition<Self, C>
    where
        T: OwnedRow,
    {
        TryPartition::new(self)
    }

    /// Calls a closure with each remaining document, one after the other.
    ///
    /// The closure returns `()`, a `Result<(), E>`, or a future of a `Result<(), E>`. A future is awaited before the
    /// next document. A [view](crate::view) with a lifetime borrows from the bytes of the batch, so nothing is
    /// copied.
    ///
    /// # Errors
    ///
    /// Returns the first error of the cursor or of the closure.
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
    pub fn for_each<K, F, Done>(self, each: F) -> ForEach<Self, F, Done::Done, Done::Error>
    where
        T: Row,
        F: FnMut(T::In<'_>) -> Done,
        Done: ForEachOutput<K>,
    {
        ForEach::new::<T, K, Done>(self, each)
    }

    /// Requests each batch while the documents of the one before it are read, as `try_collect`, `try_partition` and
    /// `for_each` always do. For a loop of [`next`](Self::next), and for the adapters of a `Stream`.
    ///
    /// The server then works while the documents are decoded and handled. The cursor keeps up to two batches in memory
    /// instead of one, so for large documents and slow handlers, set a `batch_size`. Has no effect on a runtime with a
    /// single thread.
    pub fn fetch_ahead(mut self) -> Self {
        self.read_ahead();
        self
    }
}

impl<T> Batches for Cursor<T> {
    fn batch(&mut self) -> (&mut Batch, &Origin) {
        (&mut self.batch, &self.origin)
    }

    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>> {
        let operation = self.origin.operation();
        if !self.batch.is_first()
            && let Some(alarm) = &mut self.alarm
            && let Poll::Ready(late) = alarm.poll(context, &operation)
        {
            self.batch = Batch::none();
            self.driver.close();
            return Poll::Ready(Err(late));
        }
        let batch = ready!(self.driver.poll_batch(&self.batch, &self.origin, context));
        self.batch = Batch::none();
        self.batch = batch?;
        if self.ahead {
            self.driver.fetch_ahead(&self.batch, &self.origin);
        }
        Poll::Ready(Ok(()))
    }

    fn read_ahead(&mut self) {
        self.ahead = true;
        if !self.batch.is_first() {
            self.driver.fetch_ahead(&self.batch, &self.origin);
        }
    }
}

impl<T: OwnedRow> Stream for Cursor<T> {
    type Item = Result<T>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        poll_row(self.get_mut(), context)
    }
}

impl<T> Drop for Cursor<T> {
    fn drop(&mut self) {
        self.driver.close();
    }
}

impl<T> fmt::Debug for Cursor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("on", &self.origin.target).finish_non_exhaustive()
    }
}
