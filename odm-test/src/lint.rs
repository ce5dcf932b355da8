//! The lint: explains each query of a test once, and reports those that will be slow.

mod finding;
mod index;
mod join;
pub(crate) mod program;
mod repetition;
mod report;
mod shape;

use std::{
    collections::HashMap,
    env, mem,
    panic::Location,
    path::PathBuf,
    sync::{Mutex, PoisonError},
};

use futures_util::{TryStreamExt as _, future::join_all};
use odm::{
    Database,
    action::Explanation,
    bson::{Document, doc},
    mongodb::event::command::CommandStartedEvent,
};
use tokio::{runtime::Handle, task::JoinHandle};

pub use self::report::unused_indexes;
use self::{
    finding::{Finding, REPEATED},
    report::Indexes,
    shape::{Query, is_bulk_write, queries},
};
use crate::{error::Error, log::log};

/// What the lint does with its findings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LintMode {
    /// It does not run.
    Off,
    /// It logs them.
    Warn,
    /// The test fails, or the program.
    Fail,
}

impl LintMode {
    /// Returns the mode of a test: that of its attribute, or that of `ODM_TEST_LINT`.
    pub(crate) fn of(attribute: Option<Self>) -> Result<Self, Error> {
        if let Some(mode) = attribute {
            return Ok(mode);
        }
        match env::var("ODM_TEST_LINT").as_deref() {
            Err(_) | Ok("" | "off") => Ok(Self::Off),
            Ok("warn") => Ok(Self::Warn),
            Ok("fail") => Ok(Self::Fail),
            Ok(other) => Err(Error::new(format!(
                "ODM_TEST_LINT is `{other}`; its values are `off`, `warn` and `fail`"
            ))),
        }
    }
}

/// The lint of one test, or of one database of a program.
#[derive(Debug)]
pub(crate) struct Lint {
    mode: LintMode,
    /// The database of the test, with a client whose commands are not observed.
    database: Database,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// The queries by their shape and their line.
    seen: HashMap<(String, Option<&'static Location<'static>>), Seen>,
    explains: Vec<JoinHandle<Explained>>,
}

#[derive(Debug)]
struct Seen {
    query: Query,
    /// How often it was sent in each transaction, and outside of all: concurrent transactions that are repeated are no
    /// loop.
    times: HashMap<Option<String>, usize>,
}

impl Seen {
    fn most_times(&self) -> usize {
        self.times.values().copied().max().unwrap_or_default()
    }
}

/// What the plan of a query shows.
#[derive(Debug, Default)]
struct Explained {
    findings: Vec<Finding>,
    indexes: Vec<String>,
}

impl Lint {
    pub(crate) fn new(mode: LintMode, database: Database) -> Self {
        Self { mode, database, state: Mutex::default() }
    }

    pub(crate) fn mode(&self) -> LintMode {
        self.mode
    }

    /// Takes note of a command, and begins to explain its queries on this runtime if they are new.
    pub(crate) fn observe(
        &self,
        started: &CommandStartedEvent,
        called_at: Option<&'static Location<'static>>,
        runtime: &Handle,
    ) {
        if started.db != self.database.name() && !is_bulk_write(&started.command) {
            return;
        }
        let transaction = transaction(&started.command);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        for query in queries(&started.command, self.database.name()) {
            let key = (query.identity(), called_at);
            let State { seen, explains } = &mut *state;
            let seen = seen.entry(key).or_insert_with(|| {
                explains.push(runtime.spawn(explain(self.database.clone(), query.clone(), called_at)));
                Seen { query, times: HashMap::new() }
            });
            *seen.times.entry(transaction.clone()).or_default() += 1;
        }
    }

    /// Waits for the plans, writes the report of indexes, and returns the findings, one per line of code and query.
    pub(crate) async fn findings(&self) -> Vec<String> {
        let State { seen, explains } =
            mem::take(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner));
        let mut findings = Vec::new();
        let mut indexes = Indexes::default();
        for explained in join_all(explains).await.into_iter().flatten() {
            findings.extend(explained.findings);
            indexes.used.extend(explained.indexes);
        }
        for ((_, called_at), seen) in seen {
            let (query, times) = (&seen.query, seen.most_times());
            if let (Some(called_at), true) = (called_at, query.reads && times >= REPEATED) {
                let advice = repetition::advice(&self.database, query).await;
                findings.push(Finding::of_repetition(query, times, advice, called_at));
            }
        }
        if let Some(report) = env::var_os("ODM_TEST_LINT_REPORT").map(PathBuf::from) {
            let written = match self.declared().await {
                Ok(declared) => {
                    indexes.declared.extend(declared);
                    indexes.append(&report)
                }
                Err(error) => Err(Error::new(format!("the lint cannot list the indexes: {error}"))),
            };
            if let Err(error) = written {
                log(error);
            }
        }
        let small = small_collections();
        findings.retain(|finding| !finding.is_of_any(&small));
        let mut findings: Vec<_> = findings.iter().map(ToString::to_string).collect();
        findings.sort_unstable();
        findings.dedup();
        findings
    }

    /// Returns the indexes of the database, without those of `_id`.
    async fn declared(&self) -> odm::mongodb::error::Result<Vec<String>> {
        let mut declared = Vec::new();
        let database = self.database.driver();
        let collections = database.list_collections().filter(doc! { "type": "collection" }).await?;
        let collections: Vec<_> = collections.try_collect().await?;
        for collection in collections.iter().map(|collection| collection.name.as_str()) {
            for index in database.collection::<Document>(collection).list_index_names().await? {
                if index != "_id_" {
                    declared.push(format!("{collection}.{index}"));
                }
            }
        }
        Ok(declared)
    }
}

/// Returns what identifies the transaction of a command, if it is in one.
fn transaction(command: &Document) -> Option<String> {
    let is_in_transaction = command.get_bool("autocommit").is_ok_and(|commits| !commits);
    let (session, number) = (command.get("lsid")?, command.get("txnNumber")?);
    is_in_transaction.then(|| format!("{session} {number}"))
}

/// Returns the collections that need no index, because they stay small: those in `ODM_TEST_LINT_SMALL`.
fn small_collections() -> Vec<String> {
    let names = env::var("ODM_TEST_LINT_SMALL").unwrap_or_default();
    names.split(',').map(|name| name.trim().to_owned()).collect()
}

/// Explains a query. A query that the server does not explain has no findings: it logs why.
async fn explain(
    database: Database,
    query: Query,
    called_at: Option<&'static Location<'static>>,
) -> Explained {
    let command = doc! { "explain": query.explained.clone(), "verbosity": "executionStats" };
    let plan = match database.driver().run_command(command).await {
        Ok(reply) => Explanation::from_reply(reply).map_err(|error| error.to_string()),
        Err(error) => Err(error.kind.to_string()),
    };
    match plan {
        Ok(plan) => Explained {
            findings: Finding::of_plan(&query, &plan, called_at),
            indexes: plan.indexes().iter().map(|index| format!("{}.{index}", query.collection)).collect(),
        },
        Err(error) => {
            log(format_args!(
                "the lint could not explain a {} on `{}`: {error}",
                query.command, query.collection
            ));
            Explained::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_counted_by_transaction() {
        let of = |number: i64| {
            transaction(&doc! { "find": "a", "lsid": { "id": 1 }, "txnNumber": number, "autocommit": false })
        };
        assert!(of(1).is_some());
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
        // A write that the driver may retry has a number, too.
        let write = doc! { "update": "a", "lsid": { "id": 1 }, "txnNumber": 1_i64 };
        assert_eq!(transaction(&write), None);
    }
}
