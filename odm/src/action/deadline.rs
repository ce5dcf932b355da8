//! `.deadline(..)`: how long an action may take, the way to the server and back included.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;

use super::{
    Aggregate, Builder, BulkWrite, ClientBulkWrite, Count, DeleteMany, DeleteOne, Distinct, EstimatedCount,
    Exists, Explain, Find, FindOne, FindOneAndDelete, FindOneAndReplace, FindOneAndUpdate, Get, InsertMany,
    InsertOne, Place, ReplaceOne, RunCommand, Save, UpdateMany, UpdateOne, Viewed, Watch,
    aggregate::AGGREGATE,
    bulk_write::{BULK_WRITE, CLIENT_BULK_WRITE},
    count::COUNT,
    delete_many::DELETE_MANY,
    delete_one::DELETE_ONE,
    distinct::DISTINCT,
    estimated_count::ESTIMATED_COUNT,
    exists::EXISTS,
    explain::EXPLAIN,
    find::FIND,
    find_one::FIND_ONE,
    find_one_and_delete::FIND_ONE_AND_DELETE,
    find_one_and_replace::FIND_ONE_AND_REPLACE,
    find_one_and_update::FIND_ONE_AND_UPDATE,
    get::GET,
    insert_many::INSERT_MANY,
    insert_one::INSERT_ONE,
    replace_one::REPLACE_ONE,
    save::SAVE,
    setters::whole_millis,
    update_many::UPDATE_MANY,
    update_one::UPDATE_ONE,
    watch::WATCH,
};
use crate::{
    error::Result,
    exec::{self, Deadline},
    model::Model,
    operation::Verb,
};

/// An action with a deadline.
///
/// Construct with `.deadline(..)` of an action, after its setters. It is for actions outside of sessions: in a session, the
/// task that completes the call after the deadline would hold the session.
///
/// # What it covers
///
/// Everything between the `await` and its result: waiting for a server and for a connection, the way there and back, a
/// retry of the driver. Where the command takes it, the server is told too (`maxTimeMS`), so that it does not go on
/// for nothing. Of [`find`](crate::Collection::find) and [`aggregate`](crate::Collection::aggregate) it covers the whole
/// life of the cursor, as in the other drivers: a batch that is not there when the deadline passes is an error, and
/// what the cursor holds already is still given. Of [`watch`](crate::Collection::watch) it covers the opening, not the
/// stream.
///
/// # When it passes
///
/// `await` gives an error that [`is_timeout`](crate::Error::is_timeout). The call is completed in a task of its own, as it is
/// where its future is [dropped](crate::action#cancelling), and its outcome is discarded. A write may have been applied, or may
/// still be; one that is made of several commands, such as a large `insert_many`, sends no further one (a bulk across
/// collections does: its commands are the driver's own).
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
pub struct Within<A> {
    action: A,
    after: Duration,
    on: Place,
    verb: Verb,
}

impl<A> Within<A> {
    fn new(action: A, after: Duration, on: Place, verb: Verb) -> Self {
        Self { action, after, on, verb }
    }
}

impl<A, T> IntoFuture for Within<A>
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

impl<A: fmt::Debug> fmt::Debug for Within<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Within")
            .field("action", &self.action)
            .field("deadline", &self.after)
            .finish_non_exhaustive()
    }
}

/// What the server is told of a deadline, if it was not told less; it takes no more than int32.
fn tell(max_time: &mut Option<Duration>, deadline: Duration) {
    let time = whole_millis(deadline).max(Duration::from_millis(1));
    let sendable = i32::try_from(time.as_millis()).is_ok();
    if sendable && max_time.is_none_or(|told| told.is_zero() || told > time) {
        *max_time = Some(time);
    }
}

/// The method, for an action whose verb is `$verb`; `told` where the command takes `maxTimeMS`.
macro_rules! deadline {
    ($verb:ident, told) => {
        /// How long it may take, the way to the server and back included: see [`Within`].
        ///
        /// Then it is an error that [`is_timeout`](crate::Error::is_timeout). The server is told too: `{ maxTimeMS: n }`.
        pub fn deadline(mut self, after: Duration) -> Within<Self> {
            tell(&mut self.options().max_time, after);
            let on = self.on();
            Within::new(self, after, on, $verb)
        }
    };
    ($verb:ident, untold) => {
        /// How long it may take, the way to the server and back included: see [`Within`].
        ///
        /// Then it is an error that [`is_timeout`](crate::Error::is_timeout), and the write may have been applied.
        pub fn deadline(self, after: Duration) -> Within<Self> {
            let on = self.on();
            Within::new(self, after, on, $verb)
        }
    };
}

macro_rules! deadlines {
    ($($action:ident $verb:ident $told:ident;)*) => { $(
        impl<M: Model> $action<M> {
            deadline!($verb, $told);
        }
    )* };
}

deadlines! {
    Find FIND told;
    FindOne FIND_ONE told;
    Get GET told;
    Exists EXISTS told;
    Count COUNT told;
    InsertOne INSERT_ONE untold;
    InsertMany INSERT_MANY untold;
    Save SAVE untold;
    UpdateOne UPDATE_ONE untold;
    UpdateMany UPDATE_MANY untold;
    ReplaceOne REPLACE_ONE untold;
    DeleteOne DELETE_ONE untold;
    DeleteMany DELETE_MANY untold;
    FindOneAndUpdate FIND_ONE_AND_UPDATE told;
    FindOneAndReplace FIND_ONE_AND_REPLACE told;
    FindOneAndDelete FIND_ONE_AND_DELETE told;
}

impl<M: Model> BulkWrite<M> {
    deadline!(BULK_WRITE, untold);
}

impl<T> RunCommand<T> {
    /// How long it may take, the way to the server and back included: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout), and what the command writes may have been applied.
    pub fn deadline(self, after: Duration) -> Within<Self> {
        let (on, verb) = (self.on(), self.verb());
        Within::new(self, after, on, verb)
    }
}

impl ClientBulkWrite {
    deadline!(CLIENT_BULK_WRITE, untold);
}

impl<M: Model, T> Distinct<M, T> {
    deadline!(DISTINCT, told);
}

impl<M: Model> EstimatedCount<M> {
    deadline!(ESTIMATED_COUNT, told);
}

impl Explain {
    deadline!(EXPLAIN, told);
}

impl<In, Row> Aggregate<In, Row> {
    /// How long it may take, the life of the cursor included: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout). The server is told too: `{ maxTimeMS: n }`.
    pub fn deadline(mut self, after: Duration) -> Within<Self> {
        tell(&mut self.options().max_time, after);
        let on = self.on();
        let verb = if self.writes() { AGGREGATE } else { AGGREGATE.reading() };
        Within::new(self, after, on, verb)
    }
}

macro_rules! viewed {
    ($($action:ident)*) => { $(
        impl<M: Model, V> Viewed<$action<M>, V> {
            /// How long it may take, the way to the server and back included: see [`Within`].
            ///
            /// Then it is an error that [`is_timeout`](crate::Error::is_timeout). The server is told too: `{ maxTimeMS: n }`.
            pub fn deadline(self, after: Duration) -> Within<Self> {
                let Within { action, on, verb, .. } = self.into_action().deadline(after);
                Within::new(Viewed::new(action), after, on, verb)
            }
        }
    )* };
}

viewed!(Find FindOne Get FindOneAndUpdate FindOneAndReplace FindOneAndDelete);

impl<M: Model> Watch<M> {
    /// How long opening the stream may take; it does not limit the stream: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout).
    pub fn deadline(self, after: Duration) -> Within<Self> {
        let on = Place::Collection(self.target());
        Within::new(self, after, on, WATCH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_server_is_told_the_shorter_limit_in_whole_milliseconds() {
        let told = |before: Option<u64>, nanos: u64| {
            let mut max_time = before.map(Duration::from_millis);
            tell(&mut max_time, Duration::from_nanos(nanos));
            max_time.map(|time| time.as_millis())
        };
        assert_eq!(told(None, 5_000_000), Some(5));
        assert_eq!(told(None, 5_000_001), Some(5 + 1));
        assert_eq!(told(None, 0), Some(1));
        assert_eq!(told(Some(3), 5_000_000), Some(3));
        assert_eq!(told(Some(0), 5_000_000), Some(5));
        assert_eq!(told(Some(9), 5_000_000), Some(5));
        assert_eq!(told(None, u64::MAX), None);
    }
}
