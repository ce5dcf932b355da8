//! The changes of one collection, made so that a failure or another process at the same time does no harm.
//!
//! No command is sent blindly: at the start, and after an error that another process may have caused, the indexes and the
//! validator are read again, and only what is still missing and what the plan contains is done.

mod commands;

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc};

use crate::{
    error::{DocumentIds, Error, ErrorKind, Result, SchemaError},
    index::Index,
    model::Validator,
    operation::{Operation, Verb},
    schema::{
        change::{Difference, SchemaChange, join},
        compare::{Compared, Comparison},
        live::{self, LiveIndex},
        spec::{self, Spec},
    },
};

const LIST_INDEXES: Verb = Verb::new("apply", "listIndexes").reading();

/// The server's code for a collection that already exists.
const NAMESPACE_EXISTS: i32 = 48;
/// The server's code for an index that does not exist.
const INDEX_NOT_FOUND: i32 = 27;
/// The server's code for a collection on which an index is being built.
const BUILD_IN_PROGRESS: i32 = 12_587;
/// The server's code for documents that violate an index that is to become unique.
const CANNOT_CONVERT: i32 = 359;
/// The server's code for an index that "was modified by another thread" while it became unique.
const MODIFIED: i32 = 125;
/// The server's codes of what another process may have caused: a collection that was dropped; an index that is
/// missing, that is no longer prepared to be unique, that exists with other options or under another name, or whose
/// build was aborted; a conflicting operation.
const RACES: [i32; 11] =
    [26, INDEX_NOT_FOUND, NAMESPACE_EXISTS, 72, 85, 86, 112, 117, MODIFIED, 276, BUILD_IN_PROGRESS];
/// The maximum number of attempts if another process changes the indexes at the same time.
const ATTEMPTS: u32 = 10;
/// How long to wait before the indexes are read again.
const PAUSE: Duration = Duration::from_millis(50);

/// The changes of one collection.
///
/// It owns what it needs, so that it ends in a task of its own if the caller drops the future.
pub(super) struct Run {
    comparison: Comparison,
    collection: Compared,
    allowed: Vec<SchemaChange>,
}

/// What has been done so far.
#[derive(Default)]
struct Progress {
    applied: Vec<SchemaChange>,
    /// The indexes that were dropped to be built again, as long as they are not built.
    dropped: Vec<Dropped>,
}

/// An index that was dropped.
struct Dropped {
    name: String,
    /// The document of `listIndexes`.
    document: Document,
    /// The declared index that replaces it.
    replacement: Index,
}

impl Progress {
    fn done(&mut self, change: &SchemaChange) {
        if !self.applied.contains(change) {
            self.applied.push(change.clone());
        }
    }
}

impl Run {
    pub(super) fn new(comparison: Comparison, collection: Compared, allowed: Vec<SchemaChange>) -> Self {
        Self { comparison, collection, allowed }
    }

    /// Makes the changes, and returns those that were made.
    pub(super) async fn run(self) -> Result<Vec<SchemaChange>> {
        let mut progress = Progress::default();
        match self.attempts(&mut progress).await {
            Ok(()) => Ok(progress.applied),
            Err(error) => Err(self.restored(progress.dropped, error).await),
        }
    }

    async fn attempts(&self, progress: &mut Progress) -> Result<()> {
        let mut cause = None;
        for attempt in 1.. {
            let (mut pending, mut live) = self.still_pending(cause).await?;
            if pending
                .iter()
                .any(|change| matches!(change, SchemaChange::CreateIndex { is_building: true, .. }))
            {
                self.wait_for_builds().await?;
                (pending, live) = self.still_pending(None).await?;
            }
            let error = match self.make(&pending, &live, progress).await {
                Ok(()) => break,
                Err(error) => error,
            };
            let is_race = error.code().is_some_and(|code| RACES.contains(&code));
            if attempt == ATTEMPTS || !is_race {
                return Err(error);
            }
            if error.code() == Some(BUILD_IN_PROGRESS) {
                self.wait_for_builds().await?;
            } else if attempt > 1 {
                tokio::time::sleep(PAUSE * attempt).await;
            }
            cause = Some(error);
        }
        Ok(())
    }

    /// Creates the indexes again that were dropped and whose replacements could not be built. Returns the error that
    /// prevented that, or one with the indexes that are lost.
    async fn restored(&self, dropped: Vec<Dropped>, error: Error) -> Error {
        if dropped.is_empty() {
            return error;
        }
        let Ok((missing, _)) = self.comparison.again(&self.collection).await else {
            return self.not_restored(dropped.into_iter().map(|index| index.name).collect(), error);
        };
        let mut lost = Vec::new();
        for Dropped { name, mut document, replacement } in dropped {
            // Another process may have built the replacement.
            if !missing.iter().any(|change| change.index() == Some(&replacement)) {
                continue;
            }
            if self.collection.collation.is_some() && !document.contains_key("collation") {
                // `listIndexes` does not return the simple collation, and without one the index would get the default.
                document.insert("collation", doc! { "locale": "simple" });
            }
            if self.create_indexes(vec![document]).await.is_err() {
                lost.push(name);
            }
        }
        if lost.is_empty() { error } else { self.not_restored(lost, error) }
    }

    fn not_restored(&self, indexes: Vec<String>, error: Error) -> Error {
        let (collection, cause) = (self.collection.name.to_owned(), error.kind().to_string());
        error.in_schema(SchemaError::NotRestored { collection, indexes, cause })
    }

    /// Returns which of the allowed changes are still to be made, and the indexes. Returns an error if someone changed
    /// the collection in a way that the plan does not contain.
    async fn still_pending(&self, cause: Option<Error>) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let (now, live) = self.comparison.again(&self.collection).await?;
        let mut pending = Vec::new();
        for change in now {
            if let Some(planned) = self.allowed.iter().find(|planned| is_about_the_same(planned, &change)) {
                if !is_covered(planned, &change) {
                    return Err(self.conflict(&change, cause));
                }
                pending.push(change);
            }
        }
        Ok((pending, live))
    }

    fn conflict(&self, change: &SchemaChange, cause: Option<Error>) -> Error {
        let differences = match change {
            SchemaChange::ModifyIndex { differences, .. }
            | SchemaChange::RebuildIndex { differences, .. }
            | SchemaChange::ModifyValidator { differences, .. } => join(differences),
            SchemaChange::CreateValidator { .. } => "it is missing, and there are documents now".to_owned(),
            _ => "it is missing, and now deletes documents".to_owned(),
        };
        if change.validator().is_some() {
            let error =
                SchemaError::ValidatorConflict { collection: self.collection.name.to_owned(), differences };
            return self.caused(error, cause);
        }
        let index = change.index().map(Index::name).unwrap_or_default();
        let error = SchemaError::Conflict { collection: self.collection.name.to_owned(), index, differences };
        self.caused(error, cause)
    }

    fn caused(&self, error: SchemaError, cause: Option<Error>) -> Error {
        match cause {
            Some(cause) => cause.in_schema(error),
            None => Error::new(ErrorKind::Schema(error)).during(&self.operation(LIST_INDEXES)),
        }
    }

    /// Makes the changes in their order.
    async fn make(
        &self,
        pending: &[SchemaChange],
        live: &[LiveIndex],
        progress: &mut Progress,
    ) -> Result<()> {
        for change in pending {
            let is_made = match change {
                SchemaChange::CreateCollection { collection, validator } => {
                    self.create_collection(collection, validator.as_deref()).await?
                }
                SchemaChange::CreateValidator { validator, .. }
                | SchemaChange::ModifyValidator { validator, .. } => {
                    self.set_validator(validator.document().clone(), validator.options()).await?;
                    true
                }
                SchemaChange::DropValidator { .. } => {
                    self.set_validator(Document::new(), Validator::new()).await?;
                    true
                }
                SchemaChange::ModifyIndex { name, index, differences, .. } => {
                    self.modify(name, index, differences).await?;
                    true
                }
                _ => false,
            };
            if is_made {
                progress.done(change);
            }
        }
        let built = |change: &&SchemaChange| {
            matches!(change, SchemaChange::CreateIndex { .. } | SchemaChange::RebuildIndex { .. })
        };
        self.build(pending.iter().filter(built), live, progress).await?;
        pending.iter().filter(built).for_each(|change| progress.done(change));
        for change in pending {
            match change {
                SchemaChange::HideIndex { name, .. } => {
                    self.coll_mod(doc! { "name": name, "hidden": true }).await?;
                    progress.done(change);
                }
                SchemaChange::DropIndex { name, .. } => {
                    self.drop_index(name).await?;
                    progress.done(change);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Modifies an index in place. It becomes unique first, because only that can fail.
    async fn modify(&self, name: &str, index: &Index, differences: &[Difference]) -> Result<()> {
        let changed = |what| differences.iter().any(|difference| difference.what() == what);
        let is_prepared = changed(Spec::PREPARED);
        let mut options = doc! { "name": name };
        if changed("unique") {
            self.make_unique(name, is_prepared).await?;
        } else if is_prepared {
            options.insert("prepareUnique", false);
        }
        if changed("ttl")
            && let Some(ttl) = index.ttl()
        {
            options.insert("expireAfterSeconds", i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        }
        if changed("hidden") {
            options.insert("hidden", index.is_hidden());
        }
        if options.len() > 1 { self.coll_mod(options).await } else { Ok(()) }
    }

    /// Makes an index unique. If documents violate it, the index is as before.
    async fn make_unique(&self, name: &str, is_prepared: bool) -> Result<()> {
        if !is_prepared {
            self.coll_mod(doc! { "name": name, "prepareUnique": true }).await?;
        }
        let Err(error) = self.coll_mod(doc! { "name": name, "unique": true }).await else { return Ok(()) };
        if error.code() != Some(CANNOT_CONVERT) {
            return Err(error);
        }
        if !is_prepared {
            // The first error is the one to report. If this fails, the next plan shows that the index is prepared.
            drop(self.coll_mod(doc! { "name": name, "prepareUnique": false }).await);
        }
        let ids = DocumentIds::new(error.driver().map(duplicates).unwrap_or_default());
        let (collection, index) = (self.collection.name.to_owned(), name.to_owned());
        Err(error.in_schema(SchemaError::NotUnique { collection, index, ids }))
    }

    /// Drops the indexes that are replaced, and creates all missing ones with one command.
    async fn build<'c>(
        &self,
        changes: impl Iterator<Item = &'c SchemaChange>,
        live: &[LiveIndex],
        progress: &mut Progress,
    ) -> Result<()> {
        let (mut indexes, mut replaced) = (Vec::new(), Vec::<&str>::new());
        for change in changes {
            indexes.extend(change.index().map(|index| spec::sent(index, self.collection.collation.as_ref())));
            if let SchemaChange::RebuildIndex { replaces, index, .. } = change {
                for live in live.iter().filter(|live| replaces.contains(&live.spec.name)) {
                    if !replaced.contains(&live.spec.name.as_str()) {
                        replaced.push(&live.spec.name);
                        progress.dropped.push(Dropped {
                            name: live.spec.name.clone(),
                            document: live.document.clone(),
                            replacement: index.clone(),
                        });
                    }
                }
            }
        }
        if indexes.is_empty() {
            return Ok(());
        }
        for name in replaced {
            self.drop_index(name).await?;
        }
        match self.create_indexes(indexes).await {
            Ok(()) => {
                progress.dropped.clear();
                Ok(())
            }
            Err(error) => Err(explained(error, self.collection.name)),
        }
    }

    fn operation(&self, verb: Verb) -> Operation<'_> {
        let database = self.comparison.database().name();
        Operation::new(verb, database, Some(self.collection.name))
    }

    /// Waits until the server builds no index of the collection.
    async fn wait_for_builds(&self) -> Result<()> {
        let database = self.comparison.database();
        while let Some(indexes) = live::indexes(database, self.collection.name).await?
            && indexes.iter().any(|index| index.is_building)
        {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    }
}

/// Returns whether both changes are about the same declared index, the same undeclared one, the validator, or the
/// collection.
fn is_about_the_same(planned: &SchemaChange, now: &SchemaChange) -> bool {
    match (planned.index(), now.index()) {
        // A collection that is created with its validator may exist without it.
        (None, None) if planned.validator().is_some() && now.validator().is_some() => {
            let is_created = |change| matches!(change, &SchemaChange::CreateCollection { .. });
            is_created(planned) || !is_created(now)
        }
        (Some(planned), Some(now)) => planned == now,
        (None, None) => planned == now,
        _ => false,
    }
}

/// Returns whether the planned change includes this one: the same, or the rest of it after a part was done. A change that
/// the plan did not show as destructive never becomes destructive.
fn is_covered(planned: &SchemaChange, now: &SchemaChange) -> bool {
    use SchemaChange::{
        CreateCollection, CreateIndex, CreateValidator, ModifyIndex, ModifyValidator, RebuildIndex,
    };

    // An interrupted conversion leaves an index that is prepared.
    let contains = |planned: &[Difference], now: &[Difference]| {
        now.iter().all(|difference| planned.contains(difference) || difference.what() == Spec::PREPARED)
    };
    if now.is_destructive() && !planned.is_destructive()
        || now.is_narrowing() && !planned.is_narrowing() && !planned.is_destructive()
    {
        return false;
    }
    match (planned, now) {
        (
            RebuildIndex { differences: planned, replaces: dropped, .. },
            RebuildIndex { differences: now, replaces, .. },
        ) => contains(planned, now) && replaces.iter().all(|name| dropped.contains(name)),
        (ModifyIndex { differences: planned, .. }, ModifyIndex { differences: now, .. })
        | (ModifyValidator { differences: planned, .. }, ModifyValidator { differences: now, .. }) => {
            contains(planned, now)
        }
        (CreateCollection { .. } | CreateValidator { .. }, ModifyValidator { .. })
        | (_, RebuildIndex { .. })
        | (CreateIndex { .. }, ModifyIndex { .. }) => false,
        // The index is missing: it was dropped to be built again, or by someone else.
        _ => true,
    }
}

/// Returns the ids of documents that have the same key as another, from the server's reply.
fn duplicates(error: &mongodb::error::Error) -> Vec<Bson> {
    let reply = error.server_response().and_then(|reply| Document::try_from(reply.as_ref()).ok());
    let violations = reply.and_then(|reply| reply.get_array("violations").ok().cloned()).unwrap_or_default();
    let ids = violations.iter().filter_map(|group| group.as_document()?.get_array("ids").ok());
    ids.flatten().cloned().collect()
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
