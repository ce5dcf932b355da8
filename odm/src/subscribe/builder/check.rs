//! The check of the arguments.

use std::time::Duration;

use mongodb::{bson::oid::ObjectId, options::FullDocumentBeforeChangeType};

use super::{
    super::{
        group::{Group, RawSubscriptions},
        monitor::Monitor,
        partition::Key,
        raw_subscription::RawSubscription,
        setup::Setup,
    },
    Subscribe,
};
use crate::error::{Error, Result};

/// The shortest lease. The lease is renewed three times in this time.
const SHORTEST_LEASE: Duration = Duration::from_millis(100);
/// The shortest time between two comparisons with the oplog.
const SHORTEST_CHECK: Duration = Duration::from_millis(10);
/// The lease of a partition, by default.
const LEASE: Duration = Duration::from_secs(30);
/// The largest number of partitions. Each one is a change stream.
const MAX_PARTITIONS: u32 = 1000;

impl<M, Row> Subscribe<M, Row> {
    /// Checks the arguments, and returns the changes of a run, which waits while no server is available.
    pub(in super::super) fn into_raw(self) -> Result<RawSubscriptions> {
        let (partitions, key) = (self.partitions, self.partition_key.clone());
        let (mut template, monitor) = self.into_setup()?;
        let Some(count) = partitions else {
            return Ok(RawSubscriptions::One(Box::new(RawSubscription::new(template, monitor, true))));
        };
        template.mongo()?;
        template.settings.lease.get_or_insert(LEASE);
        Ok(RawSubscriptions::Partitions(Box::new(Group { template, count, key, monitor })))
    }

    /// Checks the arguments.
    pub(super) fn into_setup(self) -> Result<(Setup, Monitor)> {
        let Self {
            target,
            name,
            mut options,
            filters,
            pipeline,
            mut settings,
            partitions,
            partition_key,
            monitor,
        } = self;
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
        match (partitions, &partition_key) {
            (Some(count), _) if !(1..=MAX_PARTITIONS).contains(&count) => {
                return Err(Error::refused(format!(
                    "a subscription has 1 to {MAX_PARTITIONS} partitions, and not {count}"
                )));
            }
            (None, Key::Field(_)) => {
                return Err(Error::refused("`partition_by` needs `partitions`, which sets their number"));
            }
            (Some(_), Key::Field(_))
                if !matches!(
                    options.full_document_before_change,
                    Some(FullDocumentBeforeChangeType::Required)
                ) =>
            {
                return Err(Error::refused(
                    "`partition_by` needs the document before each change, because the event of a delete contains no \
                     other field than the `_id`: set `full_document_before_change` to `Required`, or leave it out",
                ));
            }
            _ => {}
        }
        let filters = filters.into_filters(&mut options)?;
        settings.oplog_check = settings.oplog_check.max(SHORTEST_CHECK);
        let setup = Setup {
            name,
            owner: ObjectId::new().to_hex(),
            target,
            options,
            filters,
            stages: pipeline.into_stages()?,
            settings,
            partition: None,
        };
        Ok((setup, monitor))
    }
}
