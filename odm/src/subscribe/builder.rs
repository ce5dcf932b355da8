//! `Subscribe`: opens a subscription.

mod check;
mod hard_cases;
mod saving;
mod sharing;

use std::{
    fmt,
    future::{IntoFuture, poll_fn},
    sync::Arc,
    time::Duration,
};

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::ChangeStreamOptions};

use super::{
    monitor::Monitor,
    partition::Key,
    raw_subscription::RawSubscription,
    settings::Settings,
    store::{MongoPositions, PositionStore},
    subscription::Subscription,
};
use crate::{
    action::stream_setters::stream_setters,
    collection::{Collection, Target},
    error::{Error, Result},
    model::Model,
    pipeline::{ChangeStreamPipeline, InChangeStream, Pipeline},
    watch::{
        Change,
        document_filters::{DocumentFilters, document_filters},
    },
};

impl<M: Model> Collection<M> {
    /// Opens a durable subscription of the changes of this collection.
    ///
    /// Awaiting it returns a [`Subscription`], which continues from the position that is stored with this name. A new
    /// name begins [now](super::Beginning::Now), unless [`begin`](Subscribe::begin) sets another beginning.
    /// [`run`](Subscribe::run) calls a handler for each change instead. See the [module](crate::subscribe).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`watch`](Collection::watch), those of the store of positions, and an error for which
    /// [`is_not_sent`](Error::is_not_sent) is true if an argument is not valid. With a [`lease`](Subscribe::lease), it
    /// returns before this instance has it, and [`next`](Subscription::next) returns these errors.
    #[track_caller]
    pub fn subscribe(&self, name: impl Into<String>) -> Subscribe<M> {
        Subscribe {
            target: self.target(),
            name: name.into(),
            options: ChangeStreamOptions::default(),
            filters: DocumentFilters::default(),
            pipeline: Change::pipeline(),
            settings: Settings::new(MongoPositions::new(self.database())),
            partitions: None,
            partition_key: Key::default(),
            monitor: Monitor::default(),
        }
    }
}

/// Opens a durable subscription.
///
/// Construct with [`Collection::subscribe`].
#[must_use = "nothing is subscribed until the action is awaited"]
pub struct Subscribe<M, Row = Change<M>> {
    target: Target,
    name: String,
    options: ChangeStreamOptions,
    filters: DocumentFilters,
    pipeline: Pipeline<M, Row, InChangeStream>,
    settings: Settings,
    partitions: Option<u32>,
    partition_key: Key,
    monitor: Monitor,
}

impl<M, Row> Subscribe<M, Row> {
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
            target: self.target,
            name: self.name,
            options: self.options,
            filters: self.filters,
            settings: self.settings,
            partitions: self.partitions,
            partition_key: self.partition_key,
            monitor: self.monitor,
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
        self.monitor.clone()
    }

    pub(super) fn set_transactional(&mut self) {
        self.settings.is_transactional = true;
    }

    /// Returns the store of positions.
    pub(super) fn store(&self) -> &Arc<dyn PositionStore> {
        &self.settings.store
    }
}

/// The existing documents pass the same filters, as inserts. Unlike the stages of [`pipeline`](Subscribe::pipeline), the
/// filters may be others when the subscription is opened again.
impl<M: Model, Row> Subscribe<M, Row> {
    document_filters!();
}

// `Row` has no bound here, because rustc would report a row that cannot be decoded as "not a future". The methods of
// the subscription have the bound, with a message of their own.
impl<M: Model, Row> IntoFuture for Subscribe<M, Row> {
    type Output = Result<Subscription<M, Row>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let setup = match self.partitions {
            None => self.into_setup(),
            Some(_) => Err(Error::refused(
                "a subscription with partitions has several streams of changes: handle them with `run`, or with \
                 `transactional` and `run`",
            )),
        };
        let begun = async move {
            let (setup, monitor) = setup?;
            let is_patient = setup.settings.lease.is_some();
            let mut raw = RawSubscription::new(setup, monitor, is_patient);
            if raw.setup.settings.lease.is_none() {
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
            .field("on", &self.target)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
