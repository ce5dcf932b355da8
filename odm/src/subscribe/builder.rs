//! `Subscribe`: opens a subscription.

use std::{
    fmt,
    future::{IntoFuture, poll_fn},
    sync::Arc,
    time::Duration,
};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, oid::ObjectId},
    options::{ChangeStreamOptions, FullDocumentBeforeChangeType},
};

use super::{
    group::{Group, RawSubscriptions},
    monitor::Monitor,
    partition::Key,
    policy::{Beginning, Cadence, Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate},
    raw_subscription::RawSubscription,
    setup::{Observer, Setup},
    store::{MongoPositions, PositionStore},
    subscription::Subscription,
};
use crate::{
    action::stream_setters::stream_setters,
    collection::Collection,
    error::{Error, Result},
    model::Model,
    path::Path,
    pipeline::{ChangeStreamPipeline, InChangeStream, Pipeline},
    watch::Change,
};

/// The shortest lease. The lease is renewed three times in this time.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);
/// How many changes may wait for their acknowledgement, by default.
const MAX_UNACKNOWLEDGED: usize = 10_000;
/// How often the position is compared with the oplog, by default and at most.
const OPLOG_CHECK: Duration = Duration::from_secs(60);
const SHORTEST_CHECK: Duration = Duration::from_millis(10);
/// The lease of a partition, by default.
const LEASE: Duration = Duration::from_secs(30);
/// The largest number of partitions. Each one is a change stream.
const MAX_PARTITIONS: u32 = 1000;

impl<M: Model> Collection<M> {
    /// Opens a durable subscription of the changes of this collection.
    ///
    /// Awaiting it returns a [`Subscription`], which continues from the position that is stored with this name. A new
    /// name begins [now](Beginning::Now), unless [`begin`](Subscribe::begin) sets another beginning.
    /// [`run`](Subscribe::run) calls a handler for each change instead. See the [module](crate::subscribe).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`watch`](Collection::watch), those of the store of positions, and an error for which
    /// [`is_not_sent`](Error::is_not_sent) is true if an argument is not valid. With a [`lease`](Subscribe::lease), it
    /// returns before this instance has it, and [`next`](Subscription::next) returns these errors.
    pub fn subscribe(&self, name: impl Into<String>) -> Subscribe<M> {
        Subscribe {
            collection: self.clone(),
            name: name.into(),
            options: ChangeStreamOptions::default(),
            pipeline: Change::pipeline(),
            settings: Settings::new(MongoPositions::new(self.database())),
        }
    }
}

/// Opens a durable subscription.
///
/// Construct with [`Collection::subscribe`].
#[must_use = "nothing is subscribed until the action is awaited"]
pub struct Subscribe<M, Row = Change<M>> {
    collection: Collection<M>,
    name: String,
    options: ChangeStreamOptions,
    pipeline: Pipeline<M, Row, InChangeStream>,
    settings: Settings,
}

/// What does not depend on the types of the model and of the rows.
struct Settings {
    max_outage: Option<Duration>,
    store: Arc<dyn PositionStore>,
    beginning: Beginning,
    lease: Option<Duration>,
    on_history_lost: OnHistoryLost,
    on_invalidate: OnInvalidate,
    on_event_too_large: OnEventTooLarge,
    cadence: Cadence,
    max_unacknowledged: usize,
    observer: Option<Observer>,
    is_transactional: bool,
    oplog_check: Duration,
    warn_below: Option<Duration>,
    partitions: Option<u32>,
    partition_key: Key,
    monitor: Monitor,
}

impl Settings {
    fn new(store: impl PositionStore) -> Self {
        Self {
            max_outage: None,
            store: Arc::new(store),
            beginning: Beginning::Now,
            lease: None,
            on_history_lost: OnHistoryLost::default(),
            on_invalidate: OnInvalidate::default(),
            on_event_too_large: OnEventTooLarge::default(),
            cadence: Cadence::default(),
            max_unacknowledged: MAX_UNACKNOWLEDGED,
            observer: None,
            is_transactional: false,
            oplog_check: OPLOG_CHECK,
            warn_below: None,
            partitions: None,
            partition_key: Key::default(),
            monitor: Monitor::default(),
        }
    }
}

impl<M, Row> Subscribe<M, Row> {
    /// Sets where the positions are stored. The default is [`MongoPositions`] in the database of the collection.
    pub fn positions(mut self, store: impl PositionStore) -> Self {
        self.settings.store = Arc::new(store);
        self
    }

    /// Sets where the subscription begins if no position is stored for its name. The default is [`Beginning::Now`].
    pub fn begin(mut self, beginning: Beginning) -> Self {
        self.settings.beginning = beginning;
        self
    }

    /// Sets that only one of the instances with this name delivers changes at a time, and for how long the others wait
    /// after its last sign of life.
    ///
    /// The lease is renewed while the subscription is open, also if it is not polled. Choose a lease that is longer
    /// than an election (10 to 15 seconds), or each election can pass the subscription to another instance. See the
    /// [module](crate::subscribe#several-instances).
    ///
    /// Without a lease, the instance that was opened last delivers the changes, and the others end with an error for
    /// which [`is_superseded`](Error::is_superseded) is true.
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
        self.settings.partitions = Some(count);
        self
    }

    /// Divides the changes by this field instead of the `_id`, so that all documents with the same value are in one
    /// partition.
    ///
    /// The field must never change, and the collection must keep
    /// [pre-images](crate::action::Watch::full_document_before_change), because the event of a delete contains no other
    /// field. This sets the option `Required` for them.
    pub fn partition_by<V>(mut self, field: &Path<M, V>) -> Self {
        self.settings.partition_key = Key::Field(field.name().to_owned());
        self.options.full_document_before_change = Some(FullDocumentBeforeChangeType::Required);
        self
    }

    /// Sets what happens if the server cannot continue from the position. The default is [`OnHistoryLost::Fail`].
    pub fn on_history_lost(mut self, policy: OnHistoryLost) -> Self {
        self.settings.on_history_lost = policy;
        self
    }

    /// Sets what happens after the collection was dropped or renamed. The default is [`OnInvalidate::Continue`].
    pub fn on_invalidate(mut self, policy: OnInvalidate) -> Self {
        self.settings.on_invalidate = policy;
        self
    }

    /// Sets what happens with an event that is larger than 16 MiB. The default is [`OnEventTooLarge::Fail`].
    ///
    /// A server of version 6.0.9 or newer sends such an event if the pipeline ends with
    /// [`change_stream_split_large_event`](Pipeline::change_stream_split_large_event).
    pub fn on_event_too_large(mut self, policy: OnEventTooLarge) -> Self {
        self.settings.on_event_too_large = policy;
        self
    }

    /// Calls this function with each [`Incident`]: lost history, skipped events, dead letters, terms. They are logged
    /// in any case.
    pub fn on_incident(mut self, observer: impl Fn(&Incident) + Send + Sync + 'static) -> Self {
        self.settings.observer = Some(Arc::new(observer));
        self
    }

    /// Sets when the position is stored: after this many acknowledged changes, and this long after an acknowledged
    /// change at the latest. The default is 1,000 changes and one second.
    ///
    /// After a crash, the changes since then are delivered again.
    pub fn save_every(mut self, changes: usize, interval: Duration) -> Self {
        self.settings.cadence = Cadence { every: changes.max(1), interval, ..self.settings.cadence };
        self
    }

    /// Sets how long after the last time the position is stored if there are no changes. The default is 10 seconds.
    ///
    /// It must be much shorter than the time that the oplog covers.
    pub fn save_quiet(mut self, interval: Duration) -> Self {
        self.settings.cadence.quiet = interval;
        self
    }

    /// Sets how much of the oplog must be left before the position. If it is less, the subscription is falling behind:
    /// it logs a warning, reports [`Incident::FallingBehind`], and
    /// [`is_falling_behind`](super::SubscriptionStatus::is_falling_behind) is true.
    ///
    /// The time is that until the oplog no longer contains the position, at the present rate of writes, if the
    /// subscription stops. Choose one in which you can repair it. The default is a quarter of the time that the oplog
    /// covers. With a time of your own, the warning is also given if the whole oplog covers less, as on a new server.
    pub fn warn_below(mut self, left: Duration) -> Self {
        self.settings.warn_below = Some(left);
        self
    }

    /// Sets how often the position is compared with the [oplog](crate::Database::oplog_window). The default is one
    /// minute.
    ///
    /// `{ serverStatus: 1, oplog: 1 }`. The user needs the privileges of [`oplog_window`](crate::Database::oplog_window).
    /// Without them, there is no warning.
    pub fn check_oplog_every(mut self, interval: Duration) -> Self {
        self.settings.oplog_check = interval;
        self
    }

    /// Sets how many changes may wait for their acknowledgement. The default is 10,000.
    ///
    /// [`Subscription::next`] then waits. It returns an error if the first of them was dropped.
    pub fn max_unacknowledged(mut self, changes: usize) -> Self {
        self.settings.max_unacknowledged = changes.max(1);
        self
    }

    stream_setters!(options);

    /// Sets how long the subscription tries to resume while no server is available, as in
    /// [`Watch::max_outage`](crate::action::Watch::max_outage). By default there is no limit.
    pub fn max_outage(mut self, time: Duration) -> Self {
        self.settings.max_outage = Some(time);
        self
    }

    /// Replaces all options of the change stream by those of the driver's struct.
    ///
    /// Awaiting it returns an error for which [`is_not_sent`](Error::is_not_sent) is true if they contain a start:
    /// [`begin`](Self::begin) sets it.
    pub fn with_options(mut self, options: ChangeStreamOptions) -> Self {
        self.options = options;
        self
    }

    /// Adds stages after `$changeStream`, as in [`Watch::pipeline`](crate::action::Watch::pipeline). The existing
    /// documents pass the same stages.
    ///
    /// Open a subscription always with the same stages. If other stages exclude the change at the stored position, the
    /// server returns an error of kind [`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken).
    pub fn pipeline<N, P: ChangeStreamPipeline>(
        self,
        stages: impl FnOnce(Pipeline<M, Row, InChangeStream>) -> Pipeline<M, N, P>,
    ) -> Subscribe<M, N> {
        Subscribe {
            pipeline: stages(self.pipeline).with_target(|_| InChangeStream),
            collection: self.collection,
            name: self.name,
            options: self.options,
            settings: self.settings,
        }
    }

    /// Adds a stage in the driver's form after `$changeStream`, as in
    /// [`Watch::stage`](crate::action::Watch::stage).
    pub fn stage(mut self, stage: Document) -> Self {
        self.pipeline = self.pipeline.stage(stage);
        self
    }

    /// Returns a handle that shows the status at any time.
    pub fn monitor(&self) -> Monitor {
        self.settings.monitor.clone()
    }

    pub(super) fn set_transactional(&mut self) {
        self.settings.is_transactional = true;
    }

    /// Returns the store of positions.
    pub(super) fn store(&self) -> &Arc<dyn PositionStore> {
        &self.settings.store
    }

    /// Checks the arguments, and returns the changes of a run, which waits while no server is available.
    pub(super) fn into_raw(self) -> Result<RawSubscriptions> {
        let (partitions, key) = (self.settings.partitions, self.settings.partition_key.clone());
        let (mut template, monitor) = self.into_setup()?;
        let Some(count) = partitions else {
            return Ok(RawSubscriptions::One(Box::new(RawSubscription::new(template, monitor, true))));
        };
        template.mongo()?;
        template.lease.get_or_insert(LEASE);
        Ok(RawSubscriptions::Partitions(Box::new(Group { template, count, key, monitor })))
    }

    /// Checks the arguments.
    fn into_setup(self) -> Result<(Setup, Monitor)> {
        let Self { collection, name, options, pipeline, settings } = self;
        if name.is_empty() {
            return Err(Error::refused("the name of the subscription is empty"));
        }
        if options.resume_after.is_some()
            || options.start_after.is_some()
            || options.start_at_operation_time.is_some()
        {
            return Err(Error::refused(
                "the options contain the start of a change stream: set where a new subscription begins with `begin`",
            ));
        }
        if settings.lease.is_some_and(|lease| lease < SHORTEST_LEASE) {
            return Err(Error::refused("the lease is shorter than 100 milliseconds"));
        }
        match (settings.partitions, &settings.partition_key) {
            (Some(count), _) if !(1..=MAX_PARTITIONS).contains(&count) => {
                return Err(Error::refused(format!(
                    "a subscription has 1 to {MAX_PARTITIONS} partitions, and not {count}"
                )));
            }
            (None, Key::Field(_)) => {
                return Err(Error::refused("`partition_by` needs `partitions`, which sets their number"));
            }
            _ => {}
        }
        let setup = Setup {
            name,
            owner: ObjectId::new().to_hex(),
            target: collection.target(),
            options,
            stages: pipeline.into_stages()?,
            max_outage: settings.max_outage,
            store: settings.store,
            beginning: settings.beginning,
            lease: settings.lease,
            on_history_lost: settings.on_history_lost,
            on_invalidate: settings.on_invalidate,
            on_event_too_large: settings.on_event_too_large,
            cadence: settings.cadence,
            max_unacknowledged: settings.max_unacknowledged,
            observer: settings.observer,
            is_transactional: settings.is_transactional,
            oplog_check: settings.oplog_check.max(SHORTEST_CHECK),
            warn_below: settings.warn_below,
            partition: None,
        };
        Ok((setup, settings.monitor))
    }
}

// `Row` has no bound here, because rustc would report a row that cannot be decoded as "not a future". The methods of
// the subscription have the bound, with a message of their own.
impl<M: Model, Row> IntoFuture for Subscribe<M, Row> {
    type Output = Result<Subscription<M, Row>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let setup = match self.settings.partitions {
            None => self.into_setup(),
            Some(_) => Err(Error::refused(
                "a subscription with partitions has several streams of changes: handle them with `run`, or with \
                 `transactional` and `run`",
            )),
        };
        let begun = async move {
            let (setup, monitor) = setup?;
            let is_patient = setup.lease.is_some();
            let mut raw = RawSubscription::new(setup, monitor, is_patient);
            if raw.setup.lease.is_none() {
                poll_fn(|cx| raw.poll_begin(cx)).await?;
            }
            Ok(raw)
        };
        Box::pin(async move { begun.await.map(Subscription::new) })
    }
}

impl<M, Row> fmt::Debug for Subscribe<M, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscribe")
            .field("on", &self.collection)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
