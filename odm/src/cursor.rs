//! Cursors: documents as they come, decoded one at a time from the batch that the server sent.
//!
//! A cursor holds one batch and nothing more. A document is decoded where it lies in the batch: there is no
//! copy of it in between.

mod batch;
mod session;

pub use self::session::SessionCursor;

use std::{
    fmt,
    future::{Future, poll_fn},
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use mongodb::raw_batch_cursor::RawBatchCursor;

use self::batch::Batch;
use crate::{
    collection::Target,
    error::{Error, Result},
    exec::Polled,
    trace::{Operation, Verb},
    value::{Decode, Raw},
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
    driver: RawBatchCursor,
    batch: Batch,
    polled: Polled,
    rows: PhantomData<fn() -> T>,
}

/// Which call a cursor comes from.
#[derive(Debug)]
struct Origin {
    target: Target,
    verb: Verb,
}

impl Origin {
    fn operation(&self) -> Operation<'_> {
        self.target.operation(self.verb)
    }

    /// One document, as the declared type.
    fn decode<T: Decode>(&self, bytes: Result<&[u8]>) -> Result<T> {
        decode(&self.operation(), self.operation().check(bytes)?)
    }
}

/// One document that came from the server, as the declared type.
pub(crate) fn decode<T: Decode>(operation: &Operation<'_>, bytes: &[u8]) -> Result<T> {
    match T::decode(Raw::document(bytes)) {
        Ok(row) => Ok(row),
        Err(cause) => Err(Error::decode(bytes, cause).during(operation)),
    }
}

impl<T> Cursor<T> {
    pub(crate) fn new(target: Target, verb: Verb, driver: RawBatchCursor) -> Self {
        Self {
            origin: Origin { target, verb },
            driver,
            batch: Batch::first(),
            polled: Polled::default(),
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
        T: Decode,
    {
        poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
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
    ///
    /// ```no_run
    /// # use odm::{Collection, Filter, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String }
    /// # async fn greet(name: &str) -> odm::Result<()> { Ok(()) }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// users.find(Filter::all()).await?.for_each(|user| async move { greet(&user.name).await }).await?;
    /// # Ok(())
    /// # }
    /// ```
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
}

impl<T: Decode> Stream for Cursor<T> {
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
            let driver = Pin::new(&mut this.driver);
            let operation = this.origin.operation();
            match ready!(this.batch.poll_next(driver, context, &mut this.polled, &operation)) {
                Ok(batch) => this.batch = batch,
                Err(error) => {
                    this.batch = Batch::none();
                    return Poll::Ready(Some(Err(error)));
                }
            }
        }
    }
}

impl<T> fmt::Debug for Cursor<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cursor").field("on", &self.origin.target).finish_non_exhaustive()
    }
}
