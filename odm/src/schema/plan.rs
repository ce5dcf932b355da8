//! `Plan`: the difference between declared and live schema, as ordered changes.

use std::{fmt, slice};

use mongodb::bson::Document;

use super::{
    applied::Applied,
    change::{SchemaChange, join},
    diff::diff,
    live,
    models::Declared,
};
use crate::{
    Database,
    error::{Error, ErrorKind, Result, SchemaError},
    exec,
    index::Index,
    operation::{Operation, Verb},
};

const CREATE: Verb = Verb::new("apply", "create");
const CREATE_INDEXES: Verb = Verb::new("apply", "createIndexes");

/// The server's code for a collection that already exists.
const NAMESPACE_EXISTS: i32 = 48;
/// The server's codes for an index that already exists with other options or under another name.
const INDEX_CONFLICTS: [i32; 2] = [85, 86];
/// The maximum number of attempts if another process changes the indexes at the same time.
const ATTEMPTS: usize = 3;

/// The difference between the declared and the live schema, as ordered changes.
///
/// You get one from [`Schema::plan`](super::Schema::plan). `Display` prints one line for each change. Iterate over
/// the plan for its [`SchemaChange`]s. [`apply`](Self::apply) creates what is missing.
#[derive(Debug, Clone)]
#[must_use = "a plan does nothing until it is applied: `.apply().await`"]
pub struct Plan {
    database: Database,
    declared: Vec<Declared>,
    changes: Vec<SchemaChange>,
}

impl Plan {
    pub(super) fn new(database: Database, declared: Vec<Declared>, changes: Vec<SchemaChange>) -> Self {
        Self { database, declared, changes }
    }

    /// Returns whether the database is exactly as declared: there is nothing to create and nothing to report.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns whether [`apply`](Self::apply) has something to create.
    pub fn is_pending(&self) -> bool {
        self.changes.iter().any(SchemaChange::is_pending)
    }

    /// Returns the changes in the order in which they are made: by model as listed, the collection before its
    /// indexes, then the differences that are only reported.
    pub fn iter(&self) -> slice::Iter<'_, SchemaChange> {
        self.changes.iter()
    }

    /// Creates the collections and indexes that are missing, with one `createIndexes` command for each collection,
    /// and returns what was created. Drops and alters nothing.
    ///
    /// Applying again, or from several processes at once, is safe. The server builds indexes without blocking reads
    /// and writes for long, and replies when they are built: see [index
    /// builds](https://www.mongodb.com/docs/manual/core/index-creation/).
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::schema`], which contains the collection and the index, if documents violate
    /// a unique index, or if another process created an index with other options after the plan was made. Changes
    /// before the failed one are kept: plan again to see the remaining ones.
    ///
    /// Returns an error for which [`is_unavailable`](Error::is_unavailable) is true if no server could be used in
    /// time, or [`is_unauthorized`](Error::is_unauthorized) if the user lacks `createCollection` or `createIndex`.
    pub async fn apply(&self) -> Result<Applied> {
        let plan = self.clone();
        exec::completed(Box::pin(async move { plan.create_missing().await })).await
    }

    async fn create_missing(&self) -> Result<Applied> {
        let mut applied = Applied::default();
        for declared in &self.declared {
            let name = declared.collection;
            let changes = || self.changes.iter().filter(move |change| change.collection() == name);
            if changes().any(|change| matches!(change, SchemaChange::CreateCollection { .. }))
                && self.create_collection(name).await?
            {
                applied.collections.push(name.to_owned());
            }
            let missing: Vec<&Index> = changes()
                .filter_map(|change| match change {
                    SchemaChange::CreateIndex { index, .. } => Some(index),
                    _ => None,
                })
                .collect();
            self.create_indexes(declared, &missing).await?;
            applied.indexes.extend(missing.iter().map(|index| (name.to_owned(), index.name())));
        }
        Ok(applied)
    }

    /// Returns whether this call created the collection, and not another process after the plan was made.
    async fn create_collection(&self, name: &str) -> Result<bool> {
        let operation =
            Operation { verb: CREATE, database: self.database.name(), collection: Some(name), names: &[] };
        match exec::run(operation, self.database.driver().create_collection(name)).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Some(NAMESPACE_EXISTS) => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn create_indexes(&self, declared: &Declared, missing: &[&Index]) -> Result<()> {
        let mut missing: Vec<Index> = missing.iter().map(|index| (*index).clone()).collect();
        for attempt in 1.. {
            if missing.is_empty() {
                break;
            }
            match self.send(declared.collection, &missing).await {
                Ok(()) => break,
                Err(error) if attempt < ATTEMPTS && is_conflict(&error) => {
                    missing = self.still_missing(declared, &missing, error).await?;
                }
                Err(error) => return Err(explained(error, declared.collection)),
            }
        }
        Ok(())
    }

    async fn send(&self, name: &str, indexes: &[Index]) -> Result<()> {
        let operation = Operation {
            verb: CREATE_INDEXES,
            database: self.database.name(),
            collection: Some(name),
            names: &[],
        };
        let collection = self.database.driver().collection::<Document>(name);
        let models = indexes.iter().map(Index::to_driver);
        exec::run(operation, collection.create_indexes(models)).await.map(|_| ())
    }

    /// Returns which of the indexes are still missing after another process created some. Returns `conflict` if that
    /// process created one of them with other options.
    async fn still_missing(
        &self,
        declared: &Declared,
        missing: &[Index],
        conflict: Error,
    ) -> Result<Vec<Index>> {
        let found = live::collections(&self.database, &[declared.collection]).await?;
        let live = match found.get(declared.collection) {
            Some(collection) => live::indexes(&self.database, collection).await?,
            None => Vec::new(),
        };
        let mut still = Vec::new();
        for change in diff(declared.collection, &declared.indexes, Some(&live)) {
            match change {
                SchemaChange::CreateIndex { index, .. } if missing.contains(&index) => still.push(index),
                SchemaChange::Differs { collection, index, differences, .. } if missing.contains(&index) => {
                    let (index, differences) = (index.name(), join(&differences));
                    return Err(conflict.in_schema(SchemaError::Conflict { collection, index, differences }));
                }
                _ => {}
            }
        }
        Ok(still)
    }
}

fn is_conflict(error: &Error) -> bool {
    error.code().is_some_and(|code| INDEX_CONFLICTS.contains(&code))
}

/// Converts the error of documents that violate a unique index: it is an error of the schema, not of a write.
fn explained(error: Error, collection: &str) -> Error {
    if let ErrorKind::DuplicateKey(key) = error.kind() {
        let (collection, key) = (collection.to_owned(), key.clone());
        error.in_schema(SchemaError::DuplicateKeys { collection, key })
    } else {
        error
    }
}

impl<'a> IntoIterator for &'a Plan {
    type Item = &'a SchemaChange;
    type IntoIter = slice::Iter<'a, SchemaChange>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}

/// Prints one line for each change.
impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing to change");
        }
        let lines: Vec<String> = self.iter().map(SchemaChange::to_string).collect();
        f.write_str(&lines.join("\n"))
    }
}
