//! `Run`: a handler for each change, with retries, dead letters and a graceful end.

use std::{
    fmt,
    future::{Future, IntoFuture},
    marker::PhantomData,
    time::Duration,
};

use futures_core::future::BoxFuture;

use super::{
    builder::Subscribe,
    delivery::Item,
    runner::{Attempted, CurrentChange, Work},
};
use crate::{
    error::{Error, Result},
    model::Model,
    value::OwnedRow,
};

/// How often a change is handled again, by default.
const RETRIES: u32 = 5;
/// The pause before the first retry, and the longest one, by default.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(10));
/// How long the handler may continue after the run was stopped, by default.
const GRACE: Duration = Duration::from_secs(10);

/// How a run treats failures, and how it ends.
pub(super) struct Limits<'h> {
    pub(super) retries: u32,
    pub(super) backoff: (Duration, Duration),
    pub(super) dead_letters: Option<String>,
    pub(super) until: Option<BoxFuture<'h, ()>>,
    pub(super) grace: Duration,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        Self { retries: RETRIES, backoff: BACKOFF, dead_letters: None, until: None, grace: GRACE }
    }
}

impl<M: Model, Row> Subscribe<M, Row> {
    /// Calls the handler for each change, and acknowledges the change after the handler has returned `Ok`.
    ///
    /// Awaiting it returns when [`until`](Run::until) is complete, when [`OnInvalidate::Stop`](super::OnInvalidate)
    /// applies, or with an error. It waits while no server is available, also before the first change, but not longer
    /// than [`max_outage`](Subscribe::max_outage). The handler receives one change at a time, in order, as an [`Item`]. If it returns an
    /// error, it is called again with the same change, after a pause: see [`retries`](Run::retries) and
    /// [`dead_letters`](Run::dead_letters).
    ///
    /// # Errors
    ///
    /// Returns the error of the handler after the last retry, unless there are dead letters. Also returns the errors of
    /// [`Subscription::next`](super::Subscription::next). The position stays before the change.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, watch::Event};
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i32 }
    /// # async fn bill(order: &Order, key: &str) -> odm::Result<()> { Ok(()) }
    /// # async fn stopped() {}
    /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
    /// orders
    ///     .subscribe("billing")
    ///     .run(async |change| {
    ///         if let Event::Insert(order) = change.event() {
    ///             bill(order, change.key()).await?;
    ///         }
    ///         Ok(())
    ///     })
    ///     .dead_letters("dead_letters")
    ///     .until(stopped())
    ///     .await
    /// # }
    /// ```
    pub fn run<'h, F, Fut>(self, handler: F) -> Run<'h, M, Row, F>
    where
        F: Fn(Item<Row>) -> Fut,
        Fut: Future<Output = Result<()>>,
    {
        Run::new(self, handler)
    }

    /// Calls a handler that returns errors of a type of your own.
    ///
    /// This is [`run`](Self::run) for a handler that returns `Result<(), E>`. Errors of this crate are converted into
    /// `E`. The text of an error is stored with a dead letter.
    pub fn try_run<'h, E, F, Fut>(self, handler: F) -> Run<'h, M, Row, F, E>
    where
        F: Fn(Item<Row>) -> Fut,
        Fut: Future<Output = Result<(), E>>,
        E: From<Error> + fmt::Display,
    {
        Run::new(self, handler)
    }
}

/// Calls a handler for each change of a subscription.
///
/// Construct with [`Subscribe::run`] or [`Subscribe::try_run`]. Awaiting it returns `()`.
#[must_use = "nothing is handled until the action is awaited"]
pub struct Run<'h, M, Row, F, E = Error> {
    subscribe: Subscribe<M, Row>,
    limits: Limits<'h>,
    handler: F,
    errors: PhantomData<fn() -> E>,
}

/// The setters that all runs have in common.
macro_rules! limits {
    ($lifetime:lifetime) => {
        /// Sets how often a change is handled again after the handler has returned an error. The default is 5.
        ///
        /// With `u32::MAX`, the handler is called until it succeeds.
        pub fn retries(mut self, retries: u32) -> Self {
            self.limits.retries = retries;
            self
        }

        /// Sets the pause before the first retry, which doubles with each retry, and the longest pause. The default is
        /// 100 milliseconds and 10 seconds. Half of a pause is random.
        pub fn backoff(mut self, first: ::std::time::Duration, longest: ::std::time::Duration) -> Self {
            self.limits.backoff = (first, longest);
            self
        }

        /// Stores a change that cannot be decoded, or that the handler still refuses after the last retry, in this
        /// collection of the same database, and continues with the next change.
        ///
        /// `{ _id: { subscription: "billing", key: ".." }, event: { .. }, reason: "..", attempts: 6, at: .. }`
        ///
        /// `subscription` is the name of the stored position: with [partitions](crate::subscribe::Subscribe::partitions),
        /// that of the partition, such as `billing#0`. `event` is the event as the server sent it. It is missing if the letter would be larger than 16 MiB.
        /// `reason` is the text of the error, up to 16 KiB of it, and can contain stored values. The letter is stored
        /// before the change is acknowledged. Storing it again replaces it. Without this, such a change ends the run
        /// with the error.
        pub fn dead_letters(mut self, collection: impl Into<String>) -> Self {
            self.limits.dead_letters = Some(collection.into());
            self
        }

        /// Stops when this future completes: a signal of the operating system, a channel, a cancellation token. Without
        /// it, the run ends only with an error, or by a policy.
        ///
        /// The handler may then finish its change, within [`grace`](Self::grace). The position is stored, and the
        /// lease ends, so that another instance continues at once.
        pub fn until(mut self, stop: impl Future<Output = ()> + Send + $lifetime) -> Self {
            self.limits.until = Some(Box::pin(stop));
            self
        }

        /// Sets how long the handler may continue after the run was [stopped](Self::until). After that, its future is
        /// dropped, and its change is delivered again. The default is 10 seconds.
        pub fn grace(mut self, time: ::std::time::Duration) -> Self {
            self.limits.grace = time;
            self
        }
    };
}
pub(super) use limits;

impl<'h, M, Row, F, E> Run<'h, M, Row, F, E> {
    fn new(subscribe: Subscribe<M, Row>, handler: F) -> Self {
        Self { subscribe, limits: Limits::default(), handler, errors: PhantomData }
    }

    limits!('h);
}

/// Calls the handler with each change.
struct Handler<F>(F);

impl<Row, E, F, Fut> Work<Row, E> for Handler<F>
where
    Row: OwnedRow + Send,
    E: From<Error> + Send,
    F: Fn(Item<Row>) -> Fut + Send + Sync,
    Fut: Future<Output = Result<(), E>> + Send,
{
    fn attempt<'a>(&'a self, _: &'a CurrentChange, item: Item<Row>) -> BoxFuture<'a, Result<Attempted, E>>
    where
        Row: 'a,
        E: 'a,
    {
        Box::pin(async move {
            (self.0)(item).await?;
            Ok(Attempted::Handled)
        })
    }
}

impl<'h, M, Row, F, E, Fut> IntoFuture for Run<'h, M, Row, F, E>
where
    M: Model,
    Row: OwnedRow + Send + 'h,
    F: Fn(Item<Row>) -> Fut + Send + Sync + 'h,
    Fut: Future<Output = Result<(), E>> + Send + 'h,
    E: From<Error> + fmt::Display + Send + 'h,
{
    type Output = Result<(), E>;
    type IntoFuture = BoxFuture<'h, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { subscribe, limits, handler, .. } = self;
        let subscriptions = subscribe.into_raw();
        Box::pin(async move { subscriptions?.run::<Row, E, _>(limits, &Handler(handler)).await })
    }
}

impl<M, Row, F, E> fmt::Debug for Run<'_, M, Row, F, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Run").field("subscribe", &self.subscribe).finish_non_exhaustive()
    }
}
