//! `StageSummary`: what one stage of a plan or of a pipeline did.

use std::{fmt, time::Duration};

use mongodb::bson::{Bson, Document};

use super::reply::{number, sum, text};

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
    /// The estimated time until the stage was complete, in whole milliseconds. It includes the stages before it.
    pub time: Option<Duration>,
    /// Whether the stage wrote data to disk that did not fit in memory.
    pub is_disk_used: bool,
}

impl StageSummary {
    /// Returns what a stage of a plan reports about itself.
    pub(super) fn of_plan(stage: &Document, name: &str) -> Self {
        Self {
            name: name.to_owned(),
            index: match name {
                "IDHACK" | "EXPRESS_IDHACK" => Some("_id_".to_owned()),
                _ => text(stage, "indexName").map(str::to_owned),
            },
            returned: number(stage, "nReturned"),
            keys_examined: number(stage, "keysExamined"),
            documents_examined: number(stage, "docsExamined"),
            time: number(stage, "executionTimeMillisEstimate").map(Duration::from_millis),
            is_disk_used: stage.get_bool("usedDisk").unwrap_or_default(),
        }
    }

    /// Returns what a stage of a pipeline reports about itself.
    pub(super) fn of_pipeline(stage: &Document, name: &str) -> Self {
        let indexes = stage.get_array("indexesUsed").ok();
        Self {
            index: indexes.and_then(|indexes| indexes.first()?.as_str()).map(str::to_owned),
            keys_examined: number(stage, "totalKeysExamined"),
            documents_examined: number(stage, "totalDocsExamined"),
            ..Self::of_plan(stage, name)
        }
    }

    /// Adds the numbers of the parts of a stage in the tree of the newer engine. The part that is highest in the tree returns
    /// the documents of the stage.
    pub(super) fn add_parts(&mut self, part: &Document, node: u64, mut is_above: bool) {
        if number(part, "planNodeId") == Some(node) {
            if is_above {
                self.returned = number(part, "nReturned");
                self.time = number(part, "executionTimeMillisEstimate").map(Duration::from_millis);
                is_above = false;
            }
            self.is_disk_used |= part.get_bool("usedDisk").unwrap_or_default();
            self.keys_examined = sum(self.keys_examined, number(part, "keysExamined"));
            if let Some("scan" | "seek") = text(part, "stage") {
                self.documents_examined = sum(self.documents_examined, number(part, "numReads"));
            }
        }
        for below in part.values() {
            match below {
                Bson::Document(below) => self.add_parts(below, node, is_above),
                Bson::Array(items) => {
                    items
                        .iter()
                        .filter_map(Bson::as_document)
                        .for_each(|below| self.add_parts(below, node, is_above));
                }
                _ => {}
            }
        }
    }

    /// Adds the numbers of the same stage on another shard.
    pub(super) fn add_shard(&mut self, other: &Self) {
        self.returned = sum(self.returned, other.returned);
        self.keys_examined = sum(self.keys_examined, other.keys_examined);
        self.documents_examined = sum(self.documents_examined, other.documents_examined);
        self.time = self.time.max(other.time);
        self.is_disk_used |= other.is_disk_used;
    }
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
