//! One change stream for a whole process: subscribers with filters, live queries, and caches. With the feature `live`.
//!
//! A server reads the whole oplog for each change stream. A [`FanOut`] opens one, and distributes its changes to any
//! number of subscribers in the same process, each with a typed filter, which is [evaluated
//! here](crate::filter::Matcher), and with a bounded buffer:
//!
//! ```no_run
//! # use odm::{Collection, Id, Model};
//! # #[derive(Debug, Model)]
//! # #[odm(collection = "orders")]
//! # struct Order { id: Id<Order>, status: String, total: i32 }
//! # async fn f(orders: Collection<Order>) -> odm::Result<()> {
//! let changes = orders.fan_out().await?;
//! let o = Order::fields();
//!
//! let mut open = changes.subscriber(o.status().eq("open")).open()?;
//! while let Some(change) = open.next().await.transpose()? {
//!     if change.matches() == Some(false) {
//!         println!("no longer open: {:?}", change.id());
//!     }
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Two more things are kept fresh by the same stream:
//!
//! - A [`LiveQuery`]: the result of a filter with a sort and a limit, and its differences.
//! - A [`Cache`] of models by their ids, in process; with the feature `redis` also a `RedisCache`.
//!
//! # Scope
//!
//! The change stream has the changes of all documents. The receivers have the scope of the handle that the fan-out was
//! opened on, or of another one: [`OpenSubscriber::scope`], [`OpenLiveQuery::scope`]. So a document that is deleted by
//! its field `deleted_at` no longer matches the filter of a subscriber, unless its scope is
//! [`with_deleted`](crate::Collection::with_deleted).
//!
//! # Changes, documents and filters
//!
//! A filter is about a document, and a change is not one. The event of an insert or a replacement contains the document.
//! That of an update contains it because the fan-out lets the server look it up, unless
//! [another option](OpenFanOut::full_document) is set. So a subscriber receives a change if the document matches after
//! it, and also if the document does not match any more: [`FilteredChange::matches`] tells the two apart. Without
//! pre-images it is not known whether a document matched before. Then a subscriber also receives the updates of documents
//! that do not match, and all deletes, for which [`FilteredChange::matched_before`] is `None`. With
//! [pre-images](OpenFanOut::full_document_before_change) it receives only those of documents that matched before.
//!
//! # Failures
//!
//! The change stream resumes by itself, like that of [`watch`](crate::Collection::watch). An error that ends it is the
//! last item of every subscriber. A new fan-out can [start after](OpenFanOut::start_after) its
//! [last position](FanOut::resume_token). When the [`FanOut`] and everything that was opened with it is dropped, the cursor
//! is closed.

mod buffer;
mod cache;
mod catch_up;
mod difference;
mod fan_out;
mod filtered;
mod hub;
mod inbox;
mod incoming;
mod lag;
mod open;
mod query;
mod read;
#[cfg(feature = "redis")]
mod redis;
mod subscriber;
mod window;

#[cfg(feature = "redis")]
pub use self::redis::{OpenRedisCache, RedisCache};
pub use self::{
    cache::{Cache, OpenCache},
    difference::Difference,
    fan_out::FanOut,
    filtered::FilteredChange,
    lag::OnLag,
    open::OpenFanOut,
    query::{LiveQuery, OpenLiveQuery},
    subscriber::{OpenSubscriber, Subscriber},
};
