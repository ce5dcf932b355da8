//! The futures of the methods of a cursor.
//!
//! They are named types without bounds: a bound of a method is checked at the call only. rustc would check the bounds of
//! an `async fn` once more on its future, and again at `.await`, and report the same mistake three times.

use std::{
    fmt,
    future::Future,
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
};

use super::{Batch, ForEachOutput, Origin};
use crate::{
    error::{Error, Result},
    value::{OwnedRow, Row},
};

/// A cursor, of a session or of none.
pub(super) trait Batches {
    /// Returns the unread documents, and the call that they come from.
    fn batch(&mut self) -> (&mut Batch, &Origin);

    /// Fetches the next batch. After an error the cursor has no further batch.
    fn poll_batch(&mut self, context: &mut Context<'_>) -> Poll<Result<()>>;

    /// Requests each batch while the documents of the one before it are read, if the cursor can.
    fn read_ahead(&mut self) {}
}

/// Decodes the next document.
pub(super) fn poll_row<T: OwnedRow>(
    cursor: &mut impl Batches,
    context: &mut Context<'_>,
) -> Poll<Option<Result<T>>> {
    loop {
        let (batch, origin) = cursor.batch();
        if let Some(bytes) = batch.next() {
            return Poll::Ready(Some(origin.decode(bytes)));
        }
        if batch.is_last() {
            return Poll::Ready(None);
        }
        if let Err(error) = ready!(cursor.poll_batch(context)) {
            return Poll::Ready(Some(Err(error)));
        }
    }
}

/// The future of [`Cursor::next`](super::Cursor::next).
#[must_use = "futures do nothing unless they are awaited"]
pub struct Next<'c, C, T> {
    cursor: &'c mut C,
    poll: fn(&mut C, &mut Context<'_>) -> Poll<Option<Result<T>>>,
}

impl<'c, C, T> Next<'c, C, T> {
    pub(super) fn new(cursor: &'c mut C) -> Self
    where
        C: Batches,
        T: OwnedRow,
    {
        Self { cursor, poll: poll_row }
    }
}

impl<C, T> Future for Next<'_, C, T> {
    type Output = Option<Result<T>>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let this = self.get_mut();
        (this.poll)(this.cursor, context)
    }
}

/// The future of [`Cursor::try_collect`](super::Cursor::try_collect).
#[must_use = "futures do nothing unless they are awaited"]
pub struct TryCollect<C, A> {
    cursor: C,
    all: A,
    poll: fn(&mut Self, &mut Context<'_>) -> Poll<Result<A>>,
}

impl<C, A: Default> TryCollect<C, A> {
    pub(super) fn new<T: OwnedRow>(cursor: C) -> Self
    where
        C: Batches,
        A: Extend<T>,
    {
        Self { cursor, all: A::default(), poll: Self::poll_all::<T> }
    }

    fn poll_all<T: OwnedRow>(&mut self, context: &mut Context<'_>) -> Poll<Result<A>>
    where
        C: Batches,
        A: Extend<T>,
    {
        self.cursor.read_ahead();
        while let Some(row) = ready!(poll_row::<T>(&mut self.cursor, context)) {
            match row {
                Ok(row) => self.all.extend(Some(row)),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok(mem::take(&mut self.all)))
    }
}

/// The future of [`Cursor::try_partition`](super::Cursor::try_partition).
#[must_use = "futures do nothing unless they are awaited"]
pub struct TryPartition<C, A> {
    cursor: C,
    fitting: A,
    misfits: Vec<Error>,
    poll: fn(&mut Self, &mut Context<'_>) -> Poll<Result<(A, Vec<Error>)>>,
}

impl<C, A: Default> TryPartition<C, A> {
    pub(super) fn new<T: OwnedRow>(cursor: C) -> Self
    where
        C: Batches,
        A: Extend<T>,
    {
        Self { cursor, fitting: A::default(), misfits: Vec::new(), poll: Self::poll_all::<T> }
    }

    fn poll_all<T: OwnedRow>(&mut self, context: &mut Context<'_>) -> Poll<Result<(A, Vec<Error>)>>
    where
        C: Batches,
        A: Extend<T>,
    {
        self.cursor.read_ahead();
        while let Some(row) = ready!(poll_row::<T>(&mut self.cursor, context)) {
            match row {
                Ok(row) => self.fitting.extend(Some(row)),
                Err(error) if error.is_decode() => self.misfits.push(error),
                Err(error) => return Poll::Ready(Err(error)),
            }
        }
        Poll::Ready(Ok((mem::take(&mut self.fitting), mem::take(&mut self.misfits))))
    }
}

/// The future of [`Cursor::for_each`](super::Cursor::for_each).
#[must_use = "futures do nothing unless they are awaited"]
pub struct ForEach<C, F, Done, E> {
    /// The future that the closure returned. It is dropped before the closure and the cursor.
    step: Pin<Box<Option<Done>>>,
    each: F,
    cursor: C,
    poll: fn(&mut Self, &mut Context<'_>) -> Poll<Result<(), E>>,
}

impl<C, F, Done: Future<Output = Result<(), E>>, E: From<Error>> ForEach<C, F, Done, E> {
    pub(super) fn new<T, K, R>(cursor: C, each: F) -> Self
    where
        C: Batches,
        T: Row,
        F: FnMut(T::In<'_>) -> R,
        R: ForEachOutput<K, Error = E, Done = Done>,
    {
        Self { step: Box::pin(None), each, cursor, poll: Self::poll_all::<T, K, R> }
    }

    fn poll_all<T, K, R>(&mut self, context: &mut Context<'_>) -> Poll<Result<(), E>>
    where
        C: Batches,
        T: Row,
        F: FnMut(T::In<'_>) -> R,
        R: ForEachOutput<K, Error = E, Done = Done>,
    {
        self.cursor.read_ahead();
        loop {
            if let Some(step) = self.step.as_mut().as_pin_mut() {
                let done = ready!(step.poll(context));
                self.step.set(None);
                done?;
            }
            let (batch, origin) = self.cursor.batch();
            if let Some(bytes) = batch.next() {
                match (self.each)(origin.borrow::<T>(bytes)?).into_step() {
                    Step::Complete(done) => done?,
                    Step::Pending(step) => self.step.set(Some(step)),
                }
            } else if batch.is_last() {
                return Poll::Ready(Ok(()));
            } else {
                ready!(self.cursor.poll_batch(context))?;
            }
        }
    }
}

/// The result of the closure of `for_each`, for one row.
#[derive(Debug)]
pub enum Step<Done, E> {
    /// The closure is done with the row.
    Complete(Result<(), E>),
    /// The future is awaited before the next row.
    Pending(Done),
}

macro_rules! futures {
    ($($future:ident<$($parameter:ident),*> => $output:ty;)*) => { $(
        // Nothing of it is pinned in place.
        impl<$($parameter),*> Unpin for $future<$($parameter),*> {}

        impl<$($parameter),*> Future for $future<$($parameter),*> {
            type Output = $output;

            fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
                let this = self.get_mut();
                (this.poll)(this, context)
            }
        }

        impl<$($parameter),*> fmt::Debug for $future<$($parameter),*> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.debug_struct(stringify!($future)).finish_non_exhaustive()
            }
        }
    )* };
}

futures! {
    TryCollect<C, A> => Result<A>;
    TryPartition<C, A> => Result<(A, Vec<Error>)>;
    ForEach<C, F, Done, E> => Result<(), E>;
}

impl<C, T> fmt::Debug for Next<'_, C, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Next").finish_non_exhaustive()
    }
}
