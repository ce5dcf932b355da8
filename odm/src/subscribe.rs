//! Durable subscriptions: the changes of a collection, across restarts, crashes and failovers.
//!
//! A [change stream](crate::watch) ends with its process. A subscription has a name, and a stored position:
//!
//! ```no_run
//! # use odm::{Collection, Id, Model, watch::Event};
//! # #[derive(Debug, Model)]
//! # #[odm(collection = "orders")]
//! # struct Order { id: Id<Order>, total: i32 }
//! # async fn bill(order: &Order) -> odm::Result<()> { Ok(()) }
//! # async fn f(orders: Collection<Order>) -> odm::Result<()> {
//! let mut changes = orders.subscribe("billing").await?;
//! while let Some(change) = changes.next().await.transpose()? {
//!     if let Event::Insert(order) = change.event() {
//!         bill(order).await?;
//!     }
//!     change.ack();
//! }
//! # Ok(())
//! # }
//! ```
//!
//! # What is promised
//!
//! - **At least once.** Each change is delivered until it is acknowledged. No change is missing, from the beginning of
//!   the subscription on. After a crash, the changes since the position was last stored are delivered again.
//!   [`Item::key`] identifies a change each time.
//! - **In order.** Changes are delivered in the order of the deployment.
//! - **Bounded.** At most one batch of changes is in memory, or four of existing documents: one that is delivered, one
//!   that waits, and two that are read. With [partitions](Subscribe::partitions), this is for each partition. Of the
//!   changes that the caller has not acknowledged, only the positions are, and their number is
//!   [limited](Subscribe::max_unacknowledged). A slow consumer slows only itself. It must
//!   not be slower than the time that the oplog covers.
//!
//! # Where it begins
//!
//! [`Subscribe::begin`] sets it for a new name: now, at a time, after a token, or with the
//! [existing documents](Beginning::ExistingDocuments). These are read in snapshots, by `_id`, and delivered as inserts
//! for which [`Item::is_existing`] is true. The changes follow from the time of the first snapshot on, without those
//! that a later snapshot contains. So the documents and the changes together give the collection: nothing is missing,
//! and nothing is delivered twice. The subscription continues after a restart in the middle of the documents, too.
//!
//! The stream and the existing documents are those of the whole collection, whatever the
//! [policies](macro@crate::Model#policies) of the model are. A delete that keeps the document is an update of its
//! field, and the documents that were deleted so are existing documents. For a model with a tenant, subscribe on the
//! handle [`all_tenants`](crate::Collection::all_tenants). Change streams need a replica set (with one member or more)
//! or a sharded cluster.
//!
//! # Which changes
//!
//! [`Subscribe::matching`] selects the changes whose document matches a filter, [`Subscribe::matching_before`] those whose
//! document matched before, and [`Subscribe::matching_either`] both. The server evaluates them, also for the existing
//! documents. [`Subscribe::pipeline`] adds conditions on the events, and other stages.
//!
//! # What no retry can solve
//!
//! - [`OnHistoryLost`]: the oplog no longer contains the position, or the position belongs to another history. Fail,
//!   skip to now, or deliver the existing documents.
//! - [`OnInvalidate`]: the collection was dropped or renamed. Continue with a new collection of the same name, stop, or
//!   fail.
//! - [`OnEventTooLarge`]: an event is larger than 16 MiB. Fail, or skip it.
//! - [`full_document_before_change`](Subscribe::full_document_before_change) and
//!   [`full_document`](Subscribe::full_document): the server no longer has an image of a document. With `Required`, the
//!   subscription fails, each time that it is opened, because the position stays before the change. Open it with
//!   `WhenAvailable`, and the change is delivered without the image. The server's error does not contain the token of the
//!   change, so no policy can skip it.
//! - A change that does not fit the model is an error, which is returned again until
//!   [`Subscription::skip`] is called. A [run](Subscribe::run) with dead letters stores it.
//!
//! [`Subscribe::on_incident`] reports what a policy did. [`Monitor`] shows the position and the lag.
//!
//! # Several instances
//!
//! Only one instance delivers the changes of a name: its *term* has a number, which is greater than that of each
//! earlier term. All writes of the position match this number, so an instance that was paused cannot overwrite the
//! position of its successor. With [`Subscribe::lease`], the other instances wait, and one of them takes over when the
//! lease has expired. Without, the instance that was opened last takes over at once.
//!
//! An instance that was paused may still handle the change that it had received. Effects in the same deployment are
//! undone if they are in a transaction with the position. Other services need the [key](Item::key) of the change, or
//! the [number of the term](SubscriptionStatus::fence).
//!
//! With [`Subscribe::partitions`], all instances deliver changes: those of one document are always in the same
//! partition, each partition has its own position and lease, and each instance delivers its share of them. An instance
//! that comes or goes changes the shares within seconds. The order of the changes of a document is kept.
//!
//! # Closures
//!
//! A handler is an `async |change| { .. }` closure, which borrows what it uses. It cannot be an `async move` closure
//! that owns what it uses, because it is called several times: clone the value before, and write
//! `|change| { let value = value.clone(); async move { .. } }`.
//!
//! # Where positions are stored
//!
//! In the collection `odm_subscriptions` of the same database ([`MongoPositions`]), in [files](FilePositions), in
//! [memory](MemoryPositions), or in a [`PositionStore`] of your own.

mod builder;
mod copy;
mod dead_letter;
mod delivery;
mod group;
mod lag;
mod monitor;
mod oplog;
mod outbox;
mod partition;
mod policy;
mod position;
mod rate;
mod raw_subscription;
mod run;
mod runner;
mod settings;
mod setup;
mod start;
mod store;
mod subscription;
mod term_task;
mod tracker;
mod transactional;

pub use self::{
    builder::Subscribe,
    delivery::{Delivery, Item},
    monitor::{Monitor, Phase, SubscriptionStatus},
    oplog::OplogWindow,
    outbox::{Deliver, Outbox},
    policy::{Beginning, Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate},
    position::Position,
    run::Run,
    store::{Claim, FilePositions, MemoryPositions, MongoPositions, PositionStore, Term, superseded},
    subscription::Subscription,
    transactional::{RunTransactional, Transactional},
};
