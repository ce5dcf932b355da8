//! How the instances with one name share the changes.

use std::time::Duration;

use mongodb::options::FullDocumentBeforeChangeType;

use super::{super::partition::Key, Subscribe};
use crate::path::Path;

impl<M, Row> Subscribe<M, Row> {
    /// Sets that only one of the instances with this name delivers changes at a time, and for how long the others wait
    /// after its last sign of life.
    ///
    /// The lease is renewed while the subscription is open, also if it is not polled. Choose a lease that is longer
    /// than an election (10 to 15 seconds), or each election can pass the subscription to another instance. See the
    /// [module](crate::subscribe#several-instances).
    ///
    /// Without a lease, the instance that was opened last delivers the changes, and the others end with an error for
    /// which [`is_superseded`](crate::Error::is_superseded) is true.
    pub fn lease(mut self, time: Duration) -> Self {
        self.settings.lease = Some(time);
        self
    }

    /// Divides the changes into this many partitions by the `_id` of their document, which all instances with this name
    /// share.
    ///
    /// Each partition has its own position and its own [lease](Self::lease), by default of 30 seconds. With `k` instances,
    /// each delivers a `k`th of the partitions, several at the same time. If an instance comes or goes, the others
    /// notice it within a second, or when its lease has expired. They end a partition before another instance begins it,
    /// so the changes of a document stay in order, and each is handled by one instance. Events about the collection,
    /// such as a drop, are delivered in every partition.
    ///
    /// `{ $match: { $or: [{ documentKey: { $exists: false } }, { $expr: { $eq: [<hash of the key> mod n, i] } }] } }`
    ///
    /// The number cannot be changed: opening a subscription with another one returns an error. A subscription without
    /// partitions can be opened with them, and continues at its position. Each partition is a change stream, for which
    /// the server reads its oplog, so choose a small multiple of the number of instances.
    ///
    /// Call [`run`](Self::run) or [`transactional`](Self::transactional). Awaiting the subscription itself returns an
    /// error, because a stream of changes has one order.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i32 }
    /// # async fn bill(id: Option<&Id<Order>>) -> odm::Result<()> { Ok(()) }
    /// # async fn f(orders: Collection<Order>) -> odm::Result<()> {
    /// orders.subscribe("billing").partitions(8).run(async |change| bill(change.id()).await).await
    /// # }
    /// ```
    pub fn partitions(mut self, count: u32) -> Self {
        self.partitions = Some(count);
        self
    }

    /// Divides the changes by this field instead of the `_id`, so that all documents with the same value are in one
    /// partition.
    ///
    /// The field must never change, and the collection must keep
    /// [pre-images](crate::action::Watch::full_document_before_change), because the event of a delete contains no other
    /// field. The images must not [expire](https://www.mongodb.com/docs/manual/changeStreams/#change-streams-with-document-pre--and-post-images)
    /// earlier than the oplog: without one, the partition of the change is not known, and the run ends with an error of
    /// kind [`ImageMissing`](crate::ErrorKind::ImageMissing). This sets the option `Required` for them; opening the subscription with another one returns an error.
    pub fn partition_by<V>(mut self, field: &Path<M, V>) -> Self {
        self.partition_key = Key::Field(field.name().to_owned());
        self.options.full_document_before_change = Some(FullDocumentBeforeChangeType::Required);
        self
    }
}
