//! `StageSummary`: what one stage of a plan or of a pipeline did.

use std::{fmt, time::Duration};

/// One stage of an explained plan or pipeline.
///
/// The numbers are those that the server reports for this stage. They are `None` after
/// [`Verbosity::QueryPlanner`](super::Verbosity::QueryPlanner), and where the server reports none. On a sharded cluster
/// they are sums over the shards that run the stage. `Display` prints a line: `IXSCAN age_1: 5 returned, 5 keys examined, 0 ms`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub struct StageSummary {
    /// The server's name of the stage: `IXSCAN` in a plan, `$group` in a pipeline.
    pub name: String,
    /// The name of the index that the stage uses.
    pub index: Option<String>,
    /// The number of documents, or of index keys, that the stage returned to the next one.
    pub returned: Option<u64>,
    /// The number of index keys that the stage examined.
    pub keys_examined: Option<u64>,
    /// The number of documents that the stage examined.
    pub documents_examined: Option<u64>,
    /// The estimated time until the stage was complete, which includes the stages before it. Its unit is a millisecond.
    pub time: Option<Duration>,
    /// Whether the stage wrote data to disk that did not fit in memory.
    pub is_disk_used: bool,
}

impl fmt::Display for StageSummary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if let Some(index) = &self.index {
            write!(f, " {index}")?;
        }
        let counts = [
            (self.returned, "returned"),
            (self.keys_examined, "keys examined"),
            (self.documents_examined, "documents examined"),
        ];
        let counts = counts.into_iter().filter_map(|(count, what)| Some(format!("{} {what}", count?)));
        let time = self.time.map(|time| format!("{} ms", time.as_millis()));
        let disk = self.is_disk_used.then(|| "on disk".to_owned());
        let notes: Vec<_> = counts.chain(time).chain(disk).collect();
        if notes.is_empty() { Ok(()) } else { write!(f, ": {}", notes.join(", ")) }
    }
}
