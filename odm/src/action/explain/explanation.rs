//! `Explanation`: the server's report about a plan.

use std::{fmt, time::Duration};

use mongodb::bson::Document;

use super::{plan::Plan, stage::StageSummary};
use crate::error::{Error, Result};

/// How the server runs a command.
///
/// The numbers are `None` after [`Verbosity::QueryPlanner`](super::Verbosity::QueryPlanner), because the server does
/// not run the plan. On a sharded cluster they are sums over the shards. `Display` prints a few lines:
///
/// ```text
/// LIMIT < FETCH < IXSCAN
/// index: status_1_placedAt_-1
/// 20 returned, 20 keys and 20 documents examined, in 3 ms
/// ```
///
/// ```no_run
/// # use odm::{Collection, Id, Model};
/// # #[derive(Model)]
/// # #[odm(collection = "users")]
/// # struct User { id: Id<User>, name: String, age: u8 }
/// # async fn f(users: Collection<User>) -> odm::Result<()> {
/// let how = users.find(User::fields().name().eq("ada")).explain().await?;
/// println!("{how}");
/// assert!(!how.is_collection_scan());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone)]
#[must_use = "an explanation is only useful if it is read"]
pub struct Explanation {
    plan: Plan,
    raw: Document,
}

impl Explanation {
    /// Reads the reply to an `explain` command that was sent with
    /// [`run_command`](crate::Database::run_command), for example for a collection without a model.
    ///
    /// # Errors
    ///
    /// Returns the error of the plan if it failed, of the kind that the command itself would return. A reply without a
    /// plan is an explanation without stages.
    pub fn from_reply(raw: Document) -> Result<Self> {
        let plan = Plan::read(&raw);
        match &plan.failed {
            Some((code, message)) => Err(Error::answered(*code, message)),
            None => Ok(Self { plan, raw }),
        }
    }

    /// Returns the names of the indexes that the plan uses, each once. The name of the index of `_id` is `_id_`.
    pub fn indexes(&self) -> &[String] {
        &self.plan.indexes
    }

    /// Returns the server's names of the plan's stages, the last one first: `["LIMIT", "FETCH", "IXSCAN"]`. For a
    /// pipeline, they include the stages that are not part of the plan: `["$group", "FETCH", "IXSCAN"]`.
    pub fn stages(&self) -> &[String] {
        &self.plan.stages
    }

    /// Returns the same stages with what each did: how many documents it returned, which index it used, what it examined.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// let how = users.aggregate().matching(|u| u.age().gt(30)).sort(|u| u.name().asc()).explain().await?;
    /// for stage in how.stage_summaries() {
    ///     println!("{stage}"); // IXSCAN age_1: 5 returned, 5 keys examined, 0 ms
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn stage_summaries(&self) -> &[StageSummary] {
        &self.plan.summaries
    }

    /// Returns the names of the shards that take part. Empty if the deployment has no shards.
    pub fn shards(&self) -> &[String] {
        &self.plan.shards
    }

    /// Returns whether a whole collection is scanned, because no index is used: the collection of the command, or one
    /// that a `$lookup` joins.
    pub fn is_collection_scan(&self) -> bool {
        self.plan.collection_scan
    }

    /// Returns whether documents are sorted in memory, because no index in that order is used.
    pub fn is_sort_in_memory(&self) -> bool {
        self.plan.sort_in_memory
    }

    /// Returns whether data that did not fit in memory was written to disk.
    pub fn is_disk_used(&self) -> bool {
        self.plan.disk_used
    }

    /// Returns the number of returned documents, or of rows for a pipeline that groups. 0 for an update or a delete.
    pub fn returned(&self) -> Option<u64> {
        self.plan.returned
    }

    /// Returns the number of examined index keys.
    pub fn keys_examined(&self) -> Option<u64> {
        self.plan.keys_examined
    }

    /// Returns the number of examined documents. If it is much greater than the number of returned documents, an
    /// index may be missing.
    pub fn documents_examined(&self) -> Option<u64> {
        self.plan.documents_examined
    }

    /// Returns the number of documents that a write would change, insert or delete. `None` for a read.
    pub fn would_write(&self) -> Option<u64> {
        self.plan.would_write
    }

    /// Returns how long the server took, in whole milliseconds, including the choice of the plan.
    pub fn time(&self) -> Option<Duration> {
        self.plan.millis.map(Duration::from_millis)
    }

    /// Returns the reply of the server. Its form differs between versions and engines. It contains the values of the
    /// command.
    pub fn raw(&self) -> &Document {
        &self.raw
    }

    /// Converts into the reply of the server.
    pub fn into_raw(self) -> Document {
        self.raw
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(f)
    }
}
