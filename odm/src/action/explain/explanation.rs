//! `Explanation`: what the server tells of a plan.

use std::{fmt, time::Duration};

use mongodb::bson::Document;

use super::plan::Plan;
use crate::error::{Error, Result};

/// How the server goes about a command.
///
/// The numbers are there if it ran the plan: `None` after [`Verbosity::QueryPlanner`](super::Verbosity::QueryPlanner).
/// On a sharded cluster they are sums over the shards. `Display` is a few lines:
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
pub struct Explanation {
    plan: Plan,
    raw: Document,
}

impl Explanation {
    /// What an answer says, or why the plan did not come to its end.
    pub(super) fn new(raw: Document) -> Result<Self> {
        let plan = Plan::read(&raw);
        match &plan.failed {
            Some((code, message)) => Err(Error::answered(*code, message)),
            None => Ok(Self { plan, raw }),
        }
    }

    /// The names of the indexes that the plan uses, each once; that of the `_id` is `_id_`.
    pub fn indexes(&self) -> &[String] {
        &self.plan.indexes
    }

    /// The names of the plan's stages as the server has them, the last one first: `["LIMIT", "FETCH", "IXSCAN"]`; of a
    /// pipeline those too that the server could not make part of the plan: `["$group", "FETCH", "IXSCAN"]`.
    pub fn stages(&self) -> &[String] {
        &self.plan.stages
    }

    /// The names of the shards that take part; none where there are no shards.
    pub fn shards(&self) -> &[String] {
        &self.plan.shards
    }

    /// Whether a collection is read from its first document to its last, for want of an index: that of the command, or
    /// one that a `$lookup` joins.
    pub fn is_collection_scan(&self) -> bool {
        self.plan.collection_scan
    }

    /// Whether documents are sorted in memory, for want of an index in that order.
    pub fn is_sort_in_memory(&self) -> bool {
        self.plan.sort_in_memory
    }

    /// Whether what was kept in memory became too much and went to disk.
    pub fn is_disk_used(&self) -> bool {
        self.plan.disk_used
    }

    /// How many documents it gave; of a pipeline that groups, how many rows. 0 for an update or a delete.
    pub fn returned(&self) -> Option<u64> {
        self.plan.returned
    }

    /// How many keys of indexes it looked at.
    pub fn keys_examined(&self) -> Option<u64> {
        self.plan.keys_examined
    }

    /// How many documents it looked at: where that is many more than it gave, an index may be missing.
    pub fn documents_examined(&self) -> Option<u64> {
        self.plan.documents_examined
    }

    /// How many documents a write would change, make or remove; `None` for a read.
    pub fn would_write(&self) -> Option<u64> {
        self.plan.would_write
    }

    /// How long the server took, in milliseconds, the choice of the plan included.
    pub fn time(&self) -> Option<Duration> {
        self.plan.millis.map(Duration::from_millis)
    }

    /// What the server answered. Its form differs between versions and engines; it holds the values that the command was
    /// made with.
    pub fn raw(&self) -> &Document {
        &self.raw
    }

    /// What the server answered, by value.
    pub fn into_raw(self) -> Document {
        self.raw
    }
}

impl fmt::Display for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.plan.fmt(f)
    }
}
