//! `OplogWindow`: the time that the oplog covers.

use std::time::Duration;

use mongodb::bson::{Document, Timestamp, doc};

use super::monitor::SubscriptionStatus;
use crate::{
    database::Database,
    error::{Error, ErrorKind, Result},
    exec,
    operation::Verb,
};

const STATUS: Verb = Verb::new("oplog_window", "serverStatus").reading();
const FIND: Verb = Verb::new("oplog_window", "find");

/// The server's code for a user who may not do this.
const UNAUTHORIZED: i32 = 13;

/// The oldest and the newest entry of the oplog of one member. A subscription must not be further behind.
///
/// [`Database::oplog_window`] returns it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct OplogWindow {
    /// The cluster time of the oldest entry.
    pub oldest: Timestamp,
    /// The cluster time of the newest entry.
    pub newest: Timestamp,
}

impl OplogWindow {
    /// Returns the time that the oplog covers, in whole seconds.
    pub fn length(&self) -> Duration {
        Duration::from_secs(u64::from(self.newest.time.saturating_sub(self.oldest.time)))
    }

    /// Returns how far the position of the subscription is after the oldest entry, in whole seconds. This is the time
    /// that is left at the present rate of writes, if the subscription stops. Zero means that history may be lost.
    ///
    /// Returns `None` if the [time of the position](SubscriptionStatus::position_time) is not known.
    pub fn slack(&self, status: &SubscriptionStatus) -> Option<Duration> {
        let position = status.position_time()?;
        Some(Duration::from_secs(u64::from(position.time.saturating_sub(self.oldest.time))))
    }
}

impl Database {
    /// Reads the time that the oplog of the primary covers.
    ///
    /// `{ serverStatus: 1, oplog: 1 }`, or reads of `local.oplog.rs` if the user may not do that. The user needs the
    /// privilege `serverStatus` (as in the role `clusterMonitor`), or may read the database `local`. Through a mongos,
    /// there is no oplog.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_unauthorized`](Error::is_unauthorized) is true if the user may do neither, and
    /// one of kind [`Unsupported`](ErrorKind::Unsupported) if the server has no oplog.
    ///
    /// ```no_run
    /// # async fn f(db: odm::Database, monitor: odm::subscribe::Monitor) -> odm::Result<()> {
    /// let window = db.oplog_window().await?;
    /// let slack = window.slack(&monitor.status());
    /// println!("the oplog covers {:?}, and {slack:?} are left", window.length());
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "getReplicationInfo")]
    pub async fn oplog_window(&self) -> Result<OplogWindow> {
        let database = self.clone();
        exec::completed(Box::pin(async move {
            let window = match of_status(&database).await {
                Err(error) if error.code() == Some(UNAUTHORIZED) => of_entries(&database).await?,
                window => window?,
            };
            window.ok_or_else(|| {
                Error::new(ErrorKind::Unsupported(
                    "the server has no oplog: it is not a member of a replica set".into(),
                ))
                .during(&database.operation(STATUS))
            })
        }))
        .await
    }
}

async fn of_status(database: &Database) -> Result<Option<OplogWindow>> {
    let mut command = doc! { "serverStatus": 1, "oplog": 1 };
    // Sections that cost time and are not needed.
    for section in ["metrics", "wiredTiger", "locks", "repl", "tcmalloc"] {
        command.insert(section, 0);
    }
    let admin = database.client().database("admin");
    let reply = exec::run(database.operation(STATUS), admin.run_command(command)).await?;
    let time = |key| reply.get_document("oplog").ok()?.get_timestamp(key).ok();
    Ok(time("earliestOptime")
        .zip(time("latestOptime"))
        .map(|(oldest, newest)| OplogWindow { oldest, newest }))
}

async fn of_entries(database: &Database) -> Result<Option<OplogWindow>> {
    let entries = database.client().database("local").collection::<Document>("oplog.rs");
    let mut times = Vec::with_capacity(2);
    for order in [1, -1] {
        let call = entries.find_one(doc! {}).sort(doc! { "$natural": order }).projection(doc! { "ts": 1 });
        let entry = exec::run(database.operation(FIND), call).await?;
        times.extend(entry.and_then(|entry| entry.get_timestamp("ts").ok()));
    }
    Ok(match times[..] {
        [oldest, newest] => Some(OplogWindow { oldest, newest }),
        _ => None,
    })
}
