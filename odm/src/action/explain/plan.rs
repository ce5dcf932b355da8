//! Reads the reply to `explain`, in all its forms.
//!
//! For `find`, `distinct`, `count` and the writes, the reply has `queryPlanner` and `executionStats`. The same is
//! true for a pipeline that is one plan as a whole. For another pipeline it has `stages`, the first of which may
//! contain such a reply. On a sharded cluster there is one reply per shard: inside the plan of a `find`, at the top
//! level for a pipeline. A plan of the newer engine (SBE) has the same tree below `queryPlan`, with more kinds of
//! stages.

use std::fmt;

use mongodb::bson::{Bson, Document};

use super::{
    reply::{document, documents, number, sum, text},
    stage::StageSummary,
};

/// The names of the elements of a stage that contain the stages below it.
const BELOW: [&str; 5] = ["inputStage", "outerStage", "innerStage", "thenStage", "elseStage"];

/// The summary of a plan.
#[derive(Debug, Clone, Default)]
pub(super) struct Plan {
    /// The names of the stages, the last one first.
    pub(super) stages: Vec<String>,
    /// The same stages, with what each did.
    pub(super) summaries: Vec<StageSummary>,
    /// The numbers by which the newer engine identifies these stages in its own tree.
    nodes: Vec<Option<u64>>,
    pub(super) indexes: Vec<String>,
    pub(super) shards: Vec<String>,
    pub(super) collection_scan: bool,
    pub(super) sort_in_memory: bool,
    pub(super) disk_used: bool,
    pub(super) returned: Option<u64>,
    pub(super) keys_examined: Option<u64>,
    pub(super) documents_examined: Option<u64>,
    pub(super) would_write: Option<u64>,
    pub(super) millis: Option<u64>,
    /// The code and the message of the error of the plan. The server reports it in a successful reply.
    pub(super) failed: Option<(i32, String)>,
}

impl Plan {
    pub(super) fn read(answer: &Document) -> Self {
        let mut plan = Self::default();
        if let Some(planner) = document(answer, "queryPlanner") {
            plan.chosen(planner);
        }
        if let Some(stats) = document(answer, "executionStats") {
            plan.ran(stats);
        }
        for stage in documents(answer, "stages") {
            plan.stage(stage);
        }
        if let Some(shards) = document(answer, "shards") {
            plan.sharded(shards, document(answer, "splitPipeline"));
        }
        plan
    }

    fn chosen(&mut self, planner: &Document) {
        if let Some(winner) = document(planner, "winningPlan") {
            self.walk(winner);
        }
    }

    /// Adds a stage of the plan and the stages below it.
    fn walk(&mut self, stage: &Document) {
        if let Some(tree) = document(stage, "queryPlan") {
            return self.walk(tree);
        }
        if let Some(name) = text(stage, "stage") {
            self.push(StageSummary::of_plan(stage, name), number(stage, "planNodeId"));
            match name {
                "COLLSCAN" => self.collection_scan = true,
                "SORT" => self.sort_in_memory = true,
                "IDHACK" | "EXPRESS_IDHACK" => self.uses("_id_"),
                // A `$lookup`. Without an index, the server scans the other collection.
                "EQ_LOOKUP" => {
                    self.collection_scan |= text(stage, "indexName").is_none();
                }
                _ => {}
            }
        }
        if let Some(index) = text(stage, "indexName") {
            self.uses(index);
        }
        for name in BELOW {
            if let Some(below) = document(stage, name) {
                self.walk(below);
            }
        }
        for below in documents(stage, "inputStages") {
            self.walk(below);
        }
        for shard in documents(stage, "shards") {
            let mut below = Self::default();
            below.chosen(shard);
            below.shards.extend(text(shard, "shardName").map(str::to_owned));
            self.add(below);
        }
    }

    fn push(&mut self, summary: StageSummary, node: Option<u64>) {
        self.stages.push(summary.name.clone());
        self.summaries.push(summary);
        self.nodes.push(node);
    }

    /// Adds a stage that runs after the others.
    fn push_last(&mut self, summary: StageSummary) {
        self.stages.insert(0, summary.name.clone());
        self.summaries.insert(0, summary);
        self.nodes.insert(0, None);
    }

    fn uses(&mut self, index: &str) {
        if !self.indexes.iter().any(|name| name == index) {
            self.indexes.push(index.to_owned());
        }
    }

    fn ran(&mut self, stats: &Document) {
        self.returned = number(stats, "nReturned");
        self.keys_examined = number(stats, "totalKeysExamined");
        self.documents_examined = number(stats, "totalDocsExamined");
        self.millis = number(stats, "executionTimeMillis");
        if stats.get_bool("executionSuccess").is_ok_and(|success| !success) {
            let code = stats.get_i32("errorCode").unwrap_or_default();
            self.failed = Some((code, text(stats, "errorMessage").unwrap_or_default().to_owned()));
        }
        if let Some(root) = document(stats, "executionStages") {
            self.looked_through(root);
            self.executed(root);
        }
    }

    /// Adds the numbers of the executed stages. The tree of the older engine has the stages of the plan. That of the newer
    /// one has stages of its own, each with the number of the stage of the plan that it is a part of.
    fn executed(&mut self, root: &Document) {
        if self.nodes.iter().any(Option::is_some) {
            for (summary, node) in self.summaries.iter_mut().zip(&self.nodes) {
                if let Some(node) = node {
                    summary.add_parts(root, *node, true);
                }
            }
            return;
        }
        let mut executed = Self::default();
        executed.walk_executed(root);
        if executed.stages == self.stages {
            for (summary, mut numbers) in self.summaries.iter_mut().zip(executed.summaries) {
                numbers.index = summary.index.take().or(numbers.index);
                *summary = numbers;
            }
        }
    }

    fn walk_executed(&mut self, stage: &Document) {
        if let Some(name) = text(stage, "stage") {
            self.push(StageSummary::of_plan(stage, name), None);
        }
        for name in BELOW {
            if let Some(below) = document(stage, name) {
                self.walk_executed(below);
            }
        }
        for below in documents(stage, "inputStages") {
            self.walk_executed(below);
        }
        for shard in documents(stage, "shards") {
            let mut below = Self::default();
            if let Some(root) = document(shard, "executionStages") {
                below.walk_executed(root);
            }
            self.add(below);
        }
    }

    /// Adds what only the executed stages report.
    fn looked_through(&mut self, stage: &Document) {
        self.disk_used |= stage.get_bool("usedDisk").unwrap_or_default();
        for name in ["nWouldModify", "nWouldUpsert", "nWouldDelete"] {
            self.would_write = sum(self.would_write, number(stage, name));
        }
        for value in stage.values() {
            match value {
                Bson::Document(below) => self.looked_through(below),
                Bson::Array(items) => {
                    items.iter().filter_map(Bson::as_document).for_each(|below| self.looked_through(below));
                }
                _ => {}
            }
        }
    }

    /// Adds a stage of a pipeline that is not part of a plan. Stages are added in the order in which they run.
    fn stage(&mut self, stage: &Document) {
        let Some((name, argument)) = stage.iter().next() else { return };
        match (name.as_str(), argument.as_document()) {
            ("$cursor" | "$geoNearCursor", Some(inside)) => self.add(Self::read(inside)),
            (name, _) => {
                self.push_last(StageSummary::of_pipeline(stage, name));
                self.sort_in_memory |= name == "$sort";
            }
        }
        self.disk_used |= stage.get_bool("usedDisk").unwrap_or_default();
        self.keys_examined = sum(self.keys_examined, number(stage, "totalKeysExamined"));
        self.documents_examined = sum(self.documents_examined, number(stage, "totalDocsExamined"));
        self.collection_scan |= number(stage, "collectionScans").is_some_and(|scans| scans > 0);
        for index in stage.get_array("indexesUsed").into_iter().flatten().filter_map(Bson::as_str) {
            self.uses(index);
        }
        // A stage reports the number of documents that it returned, and the time since the pipeline started.
        self.returned = number(stage, "nReturned").or(self.returned);
        self.millis = self.millis.max(number(stage, "executionTimeMillisEstimate"));
    }

    fn sharded(&mut self, shards: &Document, split: Option<&Document>) {
        for (name, answer) in shards {
            if let Some(answer) = answer.as_document() {
                let mut below = Self::read(answer);
                below.shards.push(name.clone());
                self.add(below);
            }
        }
        let merging: Vec<&Document> =
            split.into_iter().flat_map(|split| documents(split, "mergerPart")).collect();
        for stage in &merging {
            if let Some(name) = stage.keys().next().filter(|name| *name != "$mergeCursors") {
                self.push_last(StageSummary { name: name.clone(), ..StageSummary::default() });
                self.sort_in_memory |= name == "$sort";
            }
        }
        // The server does not report how many rows remain after the merge.
        if !merging.is_empty() {
            self.returned = None;
        }
    }

    /// Adds another part of the same plan.
    fn add(&mut self, other: Self) {
        if self.stages.ends_with(&other.stages) {
            let same = self.stages.len() - other.stages.len();
            for (summary, other) in self.summaries.iter_mut().skip(same).zip(&other.summaries) {
                summary.add_shard(other);
            }
        } else {
            self.stages.extend(other.stages);
            self.summaries.extend(other.summaries);
            self.nodes.extend(other.nodes);
        }
        other.indexes.iter().for_each(|index| self.uses(index));
        self.shards.extend(other.shards);
        self.collection_scan |= other.collection_scan;
        self.sort_in_memory |= other.sort_in_memory;
        self.disk_used |= other.disk_used;
        self.returned = sum(self.returned, other.returned);
        self.keys_examined = sum(self.keys_examined, other.keys_examined);
        self.documents_examined = sum(self.documents_examined, other.documents_examined);
        self.would_write = sum(self.would_write, other.would_write);
        self.millis = self.millis.max(other.millis);
        self.failed = self.failed.take().or(other.failed);
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.stages.join(" < "))?;
        match &*self.indexes {
            [] => {}
            [index] => write!(f, "\nindex: {index}")?,
            indexes => write!(f, "\nindexes: {}", indexes.join(", "))?,
        }
        if self.collection_scan {
            f.write_str("\na whole collection is scanned, without an index")?;
        }
        if self.sort_in_memory {
            let disk = if self.disk_used { ", and on disk" } else { "" };
            write!(f, "\nsorted in memory{disk}: no index has this order")?;
        }
        if let Some(count) = self.would_write {
            write!(f, "\n{count} would be written")?;
        }
        if let (Some(returned), Some(keys), Some(documents)) =
            (self.returned, self.keys_examined, self.documents_examined)
        {
            write!(f, "\n{returned} returned, {keys} keys and {documents} documents examined")?;
            if let Some(millis) = self.millis {
                write!(f, ", in {millis} ms")?;
            }
        }
        if !self.shards.is_empty() {
            write!(f, "\non {}", self.shards.join(", "))?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
