//! What the lint finds.

use std::{fmt, panic::Location};

use odm::{action::Explanation, bson::Document};

use super::{
    index::indexes_for,
    join,
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
    /// The collection that needs an index, if an index mends this.
    slow: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Problem {
    CollectionScan,
    SortInMemory,
    /// A `$lookup` without an index reads this collection.
    JoinScan {
        from: String,
    },
    PoorRatio {
        examined: u64,
        returned: u64,
    },
    Repeated {
        times: usize,
    },
}

impl Finding {
    /// Returns the findings about the plan of a query.
    pub(super) fn of_plan(
        query: &Query,
        plan: &Explanation,
        called_at: Option<&'static Location<'static>>,
    ) -> Vec<Self> {
        let scans = plan.stages().iter().any(|stage| stage == "COLLSCAN")
            && !(query.filter.is_empty() && query.sort.is_empty());
        // One index mends both.
        let mut problems = if scans {
            vec![Problem::CollectionScan]
        } else if plan.is_sort_in_memory() && query.can_sort_by_index() {
            vec![Problem::SortInMemory]
        } else {
            Vec::new()
        };
        if let (false, true, Some((examined, returned))) = (scans, query.reads, examined(query, plan))
            && examined > FEW_DOCUMENTS
            && examined > returned.saturating_mul(POOR_RATIO)
        {
            problems.push(Problem::PoorRatio { examined, returned });
        }
        let finding = |problem, advice, slow: &str| Self {
            query: query.described(),
            problem,
            advice,
            called_at,
            slow: Some(slow.to_owned()),
        };
        let advice = advice(&indexes_for(&query.filter, &query.sort));
        let joins = join::scanned(plan.raw()).into_iter().map(|join| {
            let advice = match &join.index {
                Some(index) => format!("declare an index {} on `{}`", keys(index), join.collection),
                None => "no index helps this join: change its pipeline".to_owned(),
            };
            finding(Problem::JoinScan { from: join.collection.clone() }, advice, &join.collection)
        });
        let own = problems.into_iter().map(|problem| finding(problem, advice.clone(), &query.collection));
        own.chain(joins).collect()
    }

    /// Returns the finding that a query was sent again and again.
    pub(super) fn of_repetition(
        query: &Query,
        times: usize,
        advice: String,
        called_at: &'static Location<'static>,
    ) -> Self {
        Self {
            query: query.described(),
            problem: Problem::Repeated { times },
            advice,
            called_at: Some(called_at),
            slow: None,
        }
    }

    /// Returns whether the query is slow only if one of these collections grows.
    pub(super) fn is_of_any(&self, collections: &[String]) -> bool {
        self.slow.as_ref().is_some_and(|slow| collections.contains(slow))
    }
}

/// Returns which indexes to declare.
fn advice(indexes: &[Document]) -> String {
    match indexes {
        [] => "no index helps this query: change the query".to_owned(),
        [index] => format!("declare an index {}", keys(index)),
        indexes => {
            let indexes: Vec<_> = indexes.iter().map(keys).collect();
            format!("declare an index for each branch of `$or`: {}", indexes.join(", "))
        }
    }
}

/// Returns how many documents the filter examined and returned. The rows of a pipeline are not those of its filter, and
/// joins examine documents too: the numbers of a pipeline are those of the stages that fetch documents by an index.
fn examined(query: &Query, plan: &Explanation) -> Option<(u64, u64)> {
    if query.command != "aggregate" {
        return plan.documents_examined().zip(plan.returned());
    }
    let fetches = plan.stage_summaries().iter().filter(|stage| stage.name == "FETCH");
    let numbers = fetches.filter_map(|stage| stage.documents_examined.zip(stage.returned));
    numbers.reduce(|(examined, returned), (more, of_them)| (examined + more, returned + of_them))
}

impl Query {
    /// Returns whether an index can have the order of the result. A pipeline can sort what it has computed.
    fn can_sort_by_index(&self) -> bool {
        self.command != "aggregate" || !self.sort.is_empty()
    }

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
        match &self.problem {
            Problem::CollectionScan => f.write_str("reads the whole collection")?,
            Problem::SortInMemory => f.write_str("sorts in memory")?,
            Problem::JoinScan { from } => {
                write!(f, "reads the whole collection `{from}` for a `$lookup`")?;
            }
            Problem::PoorRatio { examined, returned } => {
                write!(f, "examines {examined} documents to return {returned}")?;
            }
            Problem::Repeated { times } => write!(f, "was sent {times} times from one line")?,
        }
        write!(f, ": {}; {}", self.query, self.advice)
    }
}
