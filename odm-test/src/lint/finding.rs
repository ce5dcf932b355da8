//! What the lint finds.

use std::{fmt, panic::Location};

use odm::action::Explanation;

use super::{
    index::keys_for,
    shape::{Query, keys},
};

/// More documents than this are examined for one that is returned.
const POOR_RATIO: u64 = 10;
/// A smaller number of examined documents is not reported: it depends on the few documents of the test.
const FEW_DOCUMENTS: u64 = 100;
/// So many queries of one shape from one line are reported.
pub(super) const REPEATED: usize = 10;

/// A query that will be slow once there are more documents.
#[derive(Debug, Clone)]
pub(super) struct Finding {
    query: String,
    problem: Problem,
    advice: String,
    called_at: Option<&'static Location<'static>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    CollectionScan,
    SortInMemory,
    PoorRatio { examined: u64, returned: u64 },
    Repeated { times: usize },
}

impl Finding {
    /// Returns the findings about the plan of a query.
    pub(super) fn of_plan(
        query: &Query,
        plan: &Explanation,
        called_at: Option<&'static Location<'static>>,
    ) -> Vec<Self> {
        let scans = plan.is_collection_scan() && !(query.filter.is_empty() && query.sort.is_empty());
        let mut problems = Vec::new();
        if scans {
            problems.push(Problem::CollectionScan);
        }
        if plan.is_sort_in_memory() {
            problems.push(Problem::SortInMemory);
        }
        if let (false, Some(examined), Some(returned)) = (scans, plan.documents_examined(), plan.returned())
            && query.reads
            && query.command != "aggregate"
            && examined > FEW_DOCUMENTS
            && examined > returned.saturating_mul(POOR_RATIO)
        {
            problems.push(Problem::PoorRatio { examined, returned });
        }
        let advice = match keys_for(&query.filter, &query.sort) {
            Some(index) => format!("declare an index {}", keys(&index)),
            None => "no index helps this query: change the query".to_owned(),
        };
        let finding = |problem| Self { query: query.described(), problem, advice: advice.clone(), called_at };
        // One index mends both.
        if problems.contains(&Problem::CollectionScan) {
            problems.retain(|problem| *problem != Problem::SortInMemory);
        }
        problems.into_iter().map(finding).collect()
    }

    /// Returns the finding that a query was sent again and again.
    pub(super) fn of_repetition(query: &Query, times: usize, called_at: &'static Location<'static>) -> Self {
        let advice = "load all of it with one query: by `.in_(..)`, `include` or a `lookup`".to_owned();
        Self {
            query: query.described(),
            problem: Problem::Repeated { times },
            advice,
            called_at: Some(called_at),
        }
    }
}

impl Query {
    fn described(&self) -> String {
        format!("{} on `{}`, {}", self.command, self.collection, self.shape())
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.called_at {
            Some(at) => write!(f, "{}:{}: ", at.file(), at.line())?,
            None => f.write_str("(a call of the driver): ")?,
        }
        match self.problem {
            Problem::CollectionScan => f.write_str("reads the whole collection")?,
            Problem::SortInMemory => f.write_str("sorts in memory")?,
            Problem::PoorRatio { examined, returned } => {
                write!(f, "examines {examined} documents to return {returned}")?;
            }
            Problem::Repeated { times } => write!(f, "was sent {times} times by one test")?,
        }
        write!(f, ": {}; {}", self.query, self.advice)
    }
}
