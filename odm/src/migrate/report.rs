//! What migrations report: their progress, their result, and their state.

use std::fmt;

use mongodb::bson::DateTime;

use super::rewrite::Title;
use crate::error::RefusedDocuments;

/// The progress of a rewrite, after a batch.
///
/// The listener of [`Migrate::on_progress`](super::Migrate::on_progress) receives it.
#[derive(Debug, Clone, Copy)]
pub struct Progress<'a> {
    migration: &'a str,
    number: usize,
    migrations: usize,
    done: u64,
    total: u64,
}

impl<'a> Progress<'a> {
    /// `before` is what earlier runners have done, and `pending` what was left when this one began.
    pub(super) fn new(title: &'a Title, before: u64, done: u64, pending: u64) -> Self {
        let Title { migration, number, total } = title;
        Self { migration, number: *number, migrations: *total, done, total: (before + pending).max(done) }
    }

    /// Returns the name of the migration.
    pub fn migration(&self) -> &'a str {
        self.migration
    }

    /// Returns the number of the migration in the list, which begins at 1.
    pub fn number(&self) -> usize {
        self.number
    }

    /// Returns how many migrations the list contains.
    pub fn migrations(&self) -> usize {
        self.migrations
    }

    /// Returns how many documents have been rewritten, also by earlier runners.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Returns how many documents there are to rewrite. Other programs may have added some since they were counted.
    pub fn total(&self) -> u64 {
        self.total
    }
}

/// What a run has done. `Display` prints one line for each migration.
///
/// You get one by awaiting [`Migrate::run`](super::Migrate::run).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Migrated(Vec<Applied>);

impl Migrated {
    pub(super) fn new(applied: Vec<Applied>) -> Self {
        Self(applied)
    }

    /// Returns whether nothing was to be done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the migrations that this run has applied, in their order.
    pub fn applied(&self) -> &[Applied] {
        &self.0
    }
}

impl fmt::Display for Migrated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing to migrate");
        }
        self.0.iter().try_for_each(|applied| writeln!(f, "{applied}"))
    }
}

/// A migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    migration: String,
    documents: Option<u64>,
}

impl Applied {
    pub(super) fn new(migration: &str, documents: Option<u64>) -> Self {
        Self { migration: migration.to_owned(), documents }
    }

    /// Returns the name of the migration.
    pub fn migration(&self) -> &str {
        &self.migration
    }

    /// Returns how many documents were rewritten, also by earlier runners that did not end. Returns `None` for a step.
    pub fn documents(&self) -> Option<u64> {
        self.documents
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "applied {}", self.migration)?;
        match self.documents {
            Some(documents) => write!(f, ": {} rewritten", counted(documents)),
            None => Ok(()),
        }
    }
}

/// What a run would do. `Display` prints one line for each migration.
///
/// You get one by awaiting [`Migrate::dry_run`](super::Migrate::dry_run).
#[derive(Debug, Clone, Default, PartialEq)]
#[must_use = "a dry run changes nothing: what it returns is its only result"]
pub struct DryRun(Vec<PlannedMigration>);

impl DryRun {
    pub(super) fn new(migrations: Vec<PlannedMigration>) -> Self {
        Self(migrations)
    }

    /// Returns whether nothing is to be done.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns the migrations that a run would apply, in their order.
    pub fn migrations(&self) -> &[PlannedMigration] {
        &self.0
    }
}

impl fmt::Display for DryRun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "nothing to migrate");
        }
        self.0.iter().try_for_each(|planned| writeln!(f, "{planned}"))
    }
}

/// What a run would do with one migration.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedMigration {
    migration: String,
    collection: Option<&'static str>,
    documents: u64,
    refused: RefusedDocuments,
}

impl PlannedMigration {
    pub(super) fn step(migration: &str) -> Self {
        let refused = RefusedDocuments::default();
        Self { migration: migration.to_owned(), collection: None, documents: 0, refused }
    }

    pub(super) fn rewrite(
        migration: &str,
        collection: &'static str,
        documents: u64,
        refused: RefusedDocuments,
    ) -> Self {
        Self { migration: migration.to_owned(), collection: Some(collection), documents, refused }
    }

    /// Returns the name of the migration.
    pub fn migration(&self) -> &str {
        &self.migration
    }

    /// Returns the collection of a rewrite, or `None` for a step.
    pub fn collection(&self) -> Option<&str> {
        self.collection
    }

    /// Returns how many documents the function rewrites: 0 for a step.
    pub fn documents(&self) -> u64 {
        self.documents
    }

    /// Returns the documents that cannot be rewritten.
    pub fn refused(&self) -> &RefusedDocuments {
        &self.refused
    }
}

impl fmt::Display for PlannedMigration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { migration, collection, documents, refused } = self;
        match collection {
            None => write!(f, "{migration}: a step"),
            Some(collection) => {
                write!(f, "{migration}: {} of {collection} to rewrite", counted(*documents))?;
                match refused.count() {
                    0 => Ok(()),
                    count => write!(f, ", {count} cannot be rewritten"),
                }
            }
        }
    }
}

/// A migration and its state. `Display` prints one line.
#[derive(Debug, Clone, PartialEq)]
pub struct MigrationStatus {
    migration: String,
    state: MigrationState,
}

impl MigrationStatus {
    pub(super) fn new(migration: &str, state: MigrationState) -> Self {
        Self { migration: migration.to_owned(), state }
    }

    /// Returns the name of the migration.
    pub fn migration(&self) -> &str {
        &self.migration
    }

    /// Returns the state.
    pub fn state(&self) -> &MigrationState {
        &self.state
    }
}

impl fmt::Display for MigrationStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { migration, state } = self;
        match state {
            MigrationState::Pending => write!(f, "{migration}: pending"),
            MigrationState::Begun { documents } => {
                write!(f, "{migration}: begun, {} rewritten", counted(*documents))
            }
            MigrationState::Applied { documents: 0, .. } => write!(f, "{migration}: applied"),
            MigrationState::Applied { documents, .. } => {
                write!(f, "{migration}: applied, {} rewritten", counted(*documents))
            }
            MigrationState::Changed => write!(f, "{migration}: changed since it was applied"),
            MigrationState::Unknown => write!(f, "{migration}: applied, and not in the list"),
            MigrationState::Unfinished => write!(f, "{migration}: begun, not ended, and not in the list"),
        }
    }
}

/// The state of a migration.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum MigrationState {
    /// It has not begun.
    Pending,
    /// It has begun, and a runner works or has to continue.
    #[non_exhaustive]
    Begun {
        /// How many documents have been rewritten.
        documents: u64,
    },
    /// It is applied.
    #[non_exhaustive]
    Applied {
        /// The time, by the clock of the runner.
        at: DateTime,
        /// How many documents were rewritten.
        documents: u64,
    },
    /// It is applied, and its declaration has changed since.
    Changed,
    /// It is applied, and not in the list.
    Unknown,
    /// It has begun and did not end, and is not in the list.
    /// [`discard_unfinished`](super::Migrate::discard_unfinished) removes it from the history.
    Unfinished,
}

/// Returns a number of documents as text.
fn counted(documents: u64) -> String {
    if documents == 1 { "1 document".to_owned() } else { format!("{documents} documents") }
}
