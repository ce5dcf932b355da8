//! `.deadline(..)`: limits how long an action may take, including the network.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;

use super::{Explain, OperationTarget, explain::EXPLAIN};
use crate::{
    error::Result,
    exec::{self, Deadline, whole_millis},
    operation::Verb,
};

/// An action with a deadline.
///
/// Construct with `.deadline(..)` of an action, after its setters. Actions in a session cannot have a deadline,
/// because the task that completes the call after the deadline would have to keep the session.
///
/// # What it covers
///
/// The deadline covers the time between the `await` and its result: the selection of a server, the wait for a
/// connection, the network, and a retry of the driver. If the command accepts a limit, the server receives it too
/// (`maxTimeMS`), so that it does not continue to work on the command.
///
/// For [`find`](crate::Collection::find) and [`aggregate`](crate::Collection::aggregate), the deadline covers the
/// whole lifetime of the cursor, as in the other drivers: the cursor still returns the documents that it has
/// received, and then an error if it would have to wait for another batch. For [`watch`](crate::Collection::watch),
/// it covers the opening of the stream, not the stream.
///
/// # After the deadline
///
/// Returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. A task of its own completes the call,
/// as for a future that is [dropped](crate::action#cancelling), and its outcome is discarded. A write may have been
/// applied, or may still be applied. A write of several commands, such as a large `insert_many`, sends no further
/// command. A bulk write across collections does, because its commands are sent by the driver.
///
/// ```no_run
/// # use std::time::Duration;
/// # use odm::{Collection, Id, Model};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
/// # async fn f(users: Collection<User>, id: Id<User>) -> odm::Result<()> {
/// match users.get(id).deadline(Duration::from_millis(300)).await {
///     Err(error) if error.is_timeout() => println!("later, perhaps"),
///     found => println!("{}", found?.is_some()),
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing happens until the action is awaited"]
pub struct WithDeadline<A> {
    action: A,
    after: Duration,
    on: OperationTarget,
    verb: Verb,
}

impl<A> WithDeadline<A> {
    pub(crate) fn new(action: A, after: Duration, on: OperationTarget, verb: Verb) -> Self {
        Self { action, after, on, verb }
    }

    /// Replaces the action by one that reads the same documents as another type.
    pub(super) fn map<B>(self, change: impl FnOnce(A) -> B) -> WithDeadline<B> {
        let Self { action, after, on, verb } = self;
        WithDeadline { action: change(action), after, on, verb }
    }
}

impl<A, T> IntoFuture for WithDeadline<A>
where
    A: IntoFuture<Output = Result<T>, IntoFuture = BoxFuture<'static, Result<T>>>,
    T: Send + 'static,
{
    type Output = Result<T>;
    type IntoFuture = BoxFuture<'static, Result<T>>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { action, after, on, verb } = self;
        let call = action.into_future();
        Box::pin(async move {
            let made = exec::within(after, call).await;
            made.unwrap_or_else(|| Err(Deadline::passed(after, &on.operation(verb))))
        })
    }
}

impl<A: fmt::Debug> fmt::Debug for WithDeadline<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WithDeadline")
            .field("action", &self.action)
            .field("deadline", &self.after)
            .finish_non_exhaustive()
    }
}

/// Sets the time limit of the server to the deadline, unless the limit is already shorter. The server accepts an
/// int32.
pub(crate) fn limit(max_time: &mut Option<Duration>, deadline: Duration) {
    let time = whole_millis(deadline).max(Duration::from_millis(1));
    let sendable = i32::try_from(time.as_millis()).is_ok();
    if sendable && max_time.is_none_or(|limited| limited.is_zero() || limited > time) {
        *max_time = Some(time);
    }
}

/// Declares `.deadline(..)` of an action. The last argument is `max_time` if the server receives the limit, or
/// `reply` if only the client applies it.
macro_rules! deadline {
    ([$($generics:tt)*] $action:ty, $verb:expr, max_time) => {
        impl<$($generics)*> $action {
            /// Limits how long the call may take, including the network: see [`WithDeadline`](crate::action::WithDeadline).
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// server receives the limit too: `{ maxTimeMS: n }`.
            pub fn deadline(mut self, after: ::std::time::Duration) -> $crate::action::WithDeadline<Self> {
                use $crate::action::{Builder, HasTarget};

                $crate::action::deadline::limit(&mut self.options().max_time, after);
                let on = self.on();
                $crate::action::WithDeadline::new(self, after, on, $verb)
            }
        }
    };
    ([$($generics:tt)*] $action:ty, $verb:expr, reply) => {
        impl<$($generics)*> $action {
            /// Limits how long the call may take, including the network: see [`WithDeadline`](crate::action::WithDeadline).
            ///
            /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The
            /// write may have been applied.
            pub fn deadline(self, after: ::std::time::Duration) -> $crate::action::WithDeadline<Self> {
                let on = $crate::action::HasTarget::on(&self);
                $crate::action::WithDeadline::new(self, after, on, $verb)
            }
        }
    };
}
pub(crate) use deadline;

deadline!([] Explain, EXPLAIN, max_time);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_receives_the_shorter_limit_in_whole_milliseconds() {
        let limited = |before: Option<u64>, nanos: u64| {
            let mut max_time = before.map(Duration::from_millis);
            limit(&mut max_time, Duration::from_nanos(nanos));
            max_time.map(|time| time.as_millis())
        };
        assert_eq!(limited(None, 5_000_000), Some(5));
        assert_eq!(limited(None, 5_000_001), Some(5 + 1));
        assert_eq!(limited(None, 0), Some(1));
        assert_eq!(limited(Some(3), 5_000_000), Some(3));
        assert_eq!(limited(Some(0), 5_000_000), Some(5));
        assert_eq!(limited(Some(9), 5_000_000), Some(5));
        assert_eq!(limited(None, u64::MAX), None);
    }
}
