//! `Subscription`: the changes as a stream.

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::{
    delivery::{Delivery, Item},
    monitor::{Monitor, SubscriptionStatus},
    raw_subscription::{Peeked, RawSubscription},
    term_task::{save, save_last},
};
use crate::{
    error::{Error, Result},
    value::OwnedRow,
    watch::Change,
};

/// The changes of a subscription, in order, from its stored position.
///
/// [`Collection::subscribe`](crate::Collection::subscribe) opens it. [`next`](Self::next) returns a [`Delivery`], which
/// must be [acknowledged](Delivery::ack) after the work. Dropping the subscription is like a crash: what is not
/// acknowledged, and what was acknowledged since the position was last stored, is delivered again.
/// [`close`](Self::close) stores the position first.
///
/// Lost connections and elections do not end it: see [`ChangeStream`](crate::watch::ChangeStream). What no retry can
/// solve is decided by a policy: see the [module](crate::subscribe).
///
/// ```no_run
/// # use odm::{Model, watch::Event};
/// # async fn bill<M>(order: &M) -> odm::Result<()> { Ok(()) }
/// # async fn run<M: Model + std::fmt::Debug>(orders: odm::Collection<M>) -> odm::Result<()> {
/// let mut changes = orders.subscribe("billing").await?;
/// while let Some(change) = changes.next().await.transpose()? {
///     if let Event::Insert(order) = change.event() {
///         bill(order).await?;
///     }
///     change.ack();
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "the changes are received by calling `next`"]
pub struct Subscription<M, Row = Change<M>> {
    raw: RawSubscription,
    /// How often the front change was returned as an error.
    stuck: u32,
    rows: PhantomData<fn() -> (M, Row)>,
}

impl<M, Row> Subscription<M, Row> {
    pub(super) fn new(raw: RawSubscription) -> Self {
        Self { raw, stuck: 0, rows: PhantomData }
    }

    /// Waits for the next change and returns it. Returns `None` after the subscription has ended.
    ///
    /// With a lease, waits until this instance has it. The future can be dropped and `next` called again: no change is
    /// lost.
    ///
    /// # Errors
    ///
    /// - [`is_decode`](Error::is_decode): the change does not fit `Row`. The next call returns the same error again,
    ///   after an increasing pause, unless [`skip`](Self::skip) is called.
    /// - [`is_superseded`](Error::is_superseded): another instance was opened with this name, without a lease.
    /// - [`is_not_sent`](Error::is_not_sent): too many changes wait for their acknowledgement, and the first of them
    ///   was dropped.
    /// - [`HistoryLost`](crate::ErrorKind::HistoryLost), [`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken),
    ///   [`Invalidated`](crate::ErrorKind::Invalidated) and [`EventTooLarge`](crate::ErrorKind::EventTooLarge), if the
    ///   policy for it is to fail, and the other permanent errors of a change stream. They end the subscription.
    pub async fn next(&mut self) -> Option<Result<Delivery<Row>>>
    where
        Row: OwnedRow,
    {
        poll_fn(|cx| self.poll_delivery(cx)).await.transpose()
    }

    /// Skips the change that could not be decoded, and acknowledges it. Returns its key.
    ///
    /// Returns `None` and skips nothing unless the last item was an error for which
    /// [`is_decode`](Error::is_decode) is true.
    pub fn skip(&mut self) -> Option<String> {
        if self.stuck == 0 {
            return None;
        }
        self.stuck = 0;
        let key = self.raw.key()?;
        let passed = self.raw.pass()?;
        passed.tracker.acknowledge(passed.number);
        Some(key)
    }

    /// Stores the position after the last change that was acknowledged together with all changes before it.
    ///
    /// Does nothing while another instance has the lease.
    ///
    /// # Errors
    ///
    /// Returns the error of the store. If [`is_superseded`](Error::is_superseded) is true, another instance has begun
    /// a term.
    pub async fn flush(&mut self) -> Result<()> {
        let Some(current) = self.raw.current() else { return Ok(()) };
        save(&self.raw.setup, &current.term, &current.tracker).await.map(drop).map_err(|error| {
            if error.operation().is_some() { error } else { error.during(&self.raw.operation()) }
        })
    }

    /// Stores the position, ends the lease, and closes the change stream.
    ///
    /// # Errors
    ///
    /// Returns the same errors as [`flush`](Self::flush).
    pub async fn close(mut self) -> Result<()> {
        close(&mut self.raw).await
    }

    /// Returns the status of the subscription.
    pub fn status(&self) -> SubscriptionStatus {
        self.raw.monitor.status()
    }

    /// Returns a handle that shows the status at any time.
    pub fn monitor(&self) -> Monitor {
        self.raw.monitor.clone()
    }

    fn poll_delivery(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Delivery<Row>>>>
    where
        Row: OwnedRow,
    {
        match ready!(self.raw.poll_peek(cx)) {
            Peeked::Event => {}
            Peeked::Refused(error) => return Poll::Ready(Err(error)),
            Peeked::End(error) => return Poll::Ready(error.map_or(Ok(None), Err)),
        }
        match read(&self.raw) {
            Ok(item) => {
                self.stuck = 0;
                let passed = self.raw.pass();
                Poll::Ready(Ok(passed.map(|passed| Delivery::new(item, passed))))
            }
            Err(error) => {
                if self.raw.key().is_some() {
                    self.stuck = self.stuck.saturating_add(1);
                    self.raw.hold(self.stuck);
                } else {
                    self.raw.end(None);
                }
                Poll::Ready(Err(error))
            }
        }
    }
}

/// Decodes the front change.
fn read<Row: OwnedRow>(raw: &RawSubscription) -> Result<Item<Row>> {
    let Some(event) = raw.front() else { return Err(Error::refused("there is no change")) };
    Item::read(event, raw.copied_key().as_deref(), 1).map_err(|error| error.during(&raw.operation()))
}

/// Stores the position, and ends the lease.
pub(super) async fn close(raw: &mut RawSubscription) -> Result<()> {
    let Some(current) = raw.current() else { return Ok(()) };
    let saved = save_last(&raw.setup, &current.term, &current.tracker).await;
    let released = match &saved {
        Ok(()) => raw.setup.settings.store.release(&raw.setup.name, &current.term).await,
        Err(_) => Ok(()),
    };
    let operation = raw.operation();
    let outcome = saved
        .and(released)
        .map_err(|error| if error.operation().is_some() { error } else { error.during(&operation) });
    raw.end(None);
    outcome
}

impl<M, Row: OwnedRow> Stream for Subscription<M, Row> {
    type Item = Result<Delivery<Row>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_delivery(cx).map(Result::transpose)
    }
}

impl<M, Row> fmt::Debug for Subscription<M, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscription").field("raw", &self.raw).finish_non_exhaustive()
    }
}
