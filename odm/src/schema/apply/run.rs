//! The changes of one collection, made so that a failure or another process at the same time does no harm.
//!
//! No command is sent twice blindly: after an error that another process may have caused, and before anything is
//! dropped, the indexes are read again, and only what is still missing is done.

use std::time::Duration;

use mongodb::bson::{Bson, Document, doc, serialize_to_bson};

use crate::{
    error::{DocumentIds, Error, ErrorKind, Result, SchemaError},
    exec,
    index::Index,
    operation::{Operation, Verb},
    schema::{
        change::{Difference, SchemaChange, join},
        compare::{Compared, Comparison},
        live::{self, LiveIndex},
        spec::{self, Spec},
    },
};

const CREATE: Verb = Verb::new("apply", "create");
const CREATE_INDEXES: Verb = Verb::new("apply", "createIndexes");
const COLL_MOD: Verb = Verb::new("apply", "collMod");
const DROP_INDEXES: Verb = Verb::new("apply", "dropIndexes");

/// The server's code for a collection that already exists.
const NAMESPACE_EXISTS: i32 = 48;
/// The server's code for an index that does not exist.
const INDEX_NOT_FOUND: i32 = 27;
/// The server's code for a collection on which an index is being built.
const BUILD_IN_PROGRESS: i32 = 12_587;
/// The server's code for documents that violate an index that is to become unique.
const CANNOT_CONVERT: i32 = 359;
/// The server's codes of what another process may have caused: a collection that was dropped; an index that is
/// missing, that is no longer prepared to be unique, that exists with other options or under another name, or whose
/// build was aborted; a conflicting operation; a command that failed, which is the server's answer to one of several
/// modifications of an index at once.
const RACES: [i32; 10] = [26, INDEX_NOT_FOUND, 72, 85, 86, 112, 117, 125, 276, BUILD_IN_PROGRESS];
/// The maximum number of attempts if another process changes the indexes at the same time.
const ATTEMPTS: u32 = 10;
/// How long to wait before the indexes are read again.
const PAUSE: Duration = Duration::from_millis(50);

/// The changes of one collection.
pub(super) struct Run<'a> {
    comparison: &'a Comparison,
    collection: &'a Compared,
    allowed: Vec<SchemaChange>,
}

impl<'a> Run<'a> {
    pub(super) fn new(
        comparison: &'a Comparison,
        collection: &'a Compared,
        allowed: Vec<SchemaChange>,
    ) -> Self {
        Self { comparison, collection, allowed }
    }

    /// Makes the changes, and adds them to `applied`.
    pub(super) async fn run(&self, applied: &mut Vec<SchemaChange>) -> Result<()> {
        let drops = |change: &SchemaChange| {
            matches!(change, SchemaChange::RebuildIndex { .. } | SchemaChange::DropIndex { .. })
        };
        let (mut pending, mut live) = if self.allowed.iter().any(drops) {
            self.still_pending(None).await?
        } else {
            (self.allowed.clone(), Vec::new())
        };
        for attempt in 1.. {
            let error = match self.make(&pending, &live, applied).await {
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
            (pending, live) = self.still_pending(Some(error)).await?;
        }
        Ok(())
    }

    /// Returns which of the allowed changes are still to be made, and the indexes. Returns an error if someone changed
    /// an index in a way that the plan does not contain.
    async fn still_pending(&self, cause: Option<Error>) -> Result<(Vec<SchemaChange>, Vec<LiveIndex>)> {
        let (now, live) = self.comparison.again(self.collection).await?;
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
            | SchemaChange::RebuildIndex { differences, .. } => join(differences),
            _ => "it is missing".to_owned(),
        };
        let index = change.index().map(Index::name).unwrap_or_default();
        let error = SchemaError::Conflict { collection: self.collection.name.to_owned(), index, differences };
        match cause {
            Some(cause) => cause.in_schema(error),
            None => Error::new(ErrorKind::Schema(error)).during(&self.operation(DROP_INDEXES)),
        }
    }

    /// Makes the changes in their order.
    async fn make(
        &self,
        pending: &[SchemaChange],
        live: &[LiveIndex],
        applied: &mut Vec<SchemaChange>,
    ) -> Result<()> {
        let mut done = |change: &SchemaChange| {
            if !applied.contains(change) {
                applied.push(change.clone());
            }
        };
        for change in pending {
            let is_made = match change {
                SchemaChange::CreateCollection { collection } => self.create_collection(collection).await?,
                SchemaChange::ModifyIndex { name, index, differences, .. } => {
                    self.modify(name, index, differences).await?;
                    true
                }
                _ => false,
            };
            if is_made {
                done(change);
            }
        }
        let built = |change: &&SchemaChange| {
            matches!(change, SchemaChange::CreateIndex { .. } | SchemaChange::RebuildIndex { .. })
        };
        self.build(pending.iter().filter(built), live).await?;
        pending.iter().filter(built).for_each(&mut done);
        for change in pending {
            match change {
                SchemaChange::HideIndex { name, .. } => {
                    self.coll_mod(doc! { "name": name, "hidden": true }).await?;
                    done(change);
                }
                SchemaChange::DropIndex { name, .. } => {
                    self.drop_index(name).await?;
                    done(change);
                }
                _ => {}
            }
        }
        Ok(())
    }

    /// Returns whether this call created the collection, and not another process after the plan was made.
    async fn create_collection(&self, name: &str) -> Result<bool> {
        let created = self.comparison.database().driver().create_collection(name);
        match exec::run(self.operation(CREATE), created).await {
            Ok(()) => Ok(true),
            Err(error) if error.code() == Some(NAMESPACE_EXISTS) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Modifies an index in place.
    async fn modify(&self, name: &str, index: &Index, differences: &[Difference]) -> Result<()> {
        let changed = |what| differences.iter().any(|difference| difference.what() == what);
        let mut options = doc! { "name": name };
        if changed("ttl")
            && let Some(ttl) = index.ttl()
        {
            options.insert("expireAfterSeconds", i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        }
        if changed("hidden") {
            options.insert("hidden", index.is_hidden());
        }
        if changed("unique") {
            options.insert("prepareUnique", true);
        } else if changed(Spec::PREPARED) {
            options.insert("prepareUnique", false);
        }
        self.coll_mod(options).await?;
        if changed("unique") {
            self.make_unique(name).await?;
        }
        Ok(())
    }

    /// Makes a prepared index unique, or restores it if documents violate it.
    async fn make_unique(&self, name: &str) -> Result<()> {
        let Err(error) = self.coll_mod(doc! { "name": name, "unique": true }).await else { return Ok(()) };
        if error.code() != Some(CANNOT_CONVERT) {
            return Err(error);
        }
        self.coll_mod(doc! { "name": name, "prepareUnique": false }).await?;
        let ids = DocumentIds::new(error.driver().map(duplicates).unwrap_or_default());
        let (collection, index) = (self.collection.name.to_owned(), name.to_owned());
        Err(error.in_schema(SchemaError::NotUnique { collection, index, ids }))
    }

    /// Drops the indexes that are replaced, and creates all missing ones with one command. If that fails, restores the
    /// dropped ones.
    async fn build<'c>(
        &self,
        changes: impl Iterator<Item = &'c SchemaChange>,
        live: &[LiveIndex],
    ) -> Result<()> {
        let (mut indexes, mut replaced) = (Vec::new(), Vec::<&str>::new());
        for change in changes {
            indexes.extend(change.index().map(|index| spec::sent(index, self.collection.collation.as_ref())));
            if let SchemaChange::RebuildIndex { replaces, .. } = change {
                replaced.extend(replaces.iter().map(String::as_str));
            }
        }
        if indexes.is_empty() {
            return Ok(());
        }
        replaced.sort_unstable();
        replaced.dedup();
        for name in &replaced {
            self.drop_index(name).await?;
        }
        let Err(error) = self.create_indexes(indexes).await else { return Ok(()) };
        let is_race = error.code().is_some_and(|code| RACES.contains(&code));
        if !replaced.is_empty() && !is_race {
            let dropped = live.iter().filter(|live| replaced.contains(&live.spec.name.as_str()));
            let dropped = dropped.map(|live| live.document.clone()).collect();
            // The first error is the one to report.
            drop(self.create_indexes(dropped).await);
        }
        Err(explained(error, self.collection.name))
    }

    async fn create_indexes(&self, indexes: Vec<Document>) -> Result<()> {
        let command = doc! { "createIndexes": self.collection.name, "indexes": indexes };
        self.send(CREATE_INDEXES, command).await
    }

    async fn coll_mod(&self, index: Document) -> Result<()> {
        self.send(COLL_MOD, doc! { "collMod": self.collection.name, "index": index }).await
    }

    /// Drops the index, if it exists.
    async fn drop_index(&self, name: &str) -> Result<()> {
        let command = doc! { "dropIndexes": self.collection.name, "index": name };
        match self.send(DROP_INDEXES, command).await {
            Err(error) if error.code() == Some(INDEX_NOT_FOUND) => Ok(()),
            result => result,
        }
    }

    /// Sends a command with the write concern of the database, which `run_command` does not add.
    async fn send(&self, verb: Verb, mut command: Document) -> Result<()> {
        let database = self.comparison.database().driver();
        let concern = database.write_concern().and_then(|concern| serialize_to_bson(concern).ok());
        if let Some(Bson::Document(concern)) = concern
            && !concern.is_empty()
        {
            command.insert("writeConcern", concern);
        }
        exec::run(self.operation(verb), database.run_command(command)).await.map(drop)
    }

    fn operation(&self, verb: Verb) -> Operation<'a> {
        let database = self.comparison.database().name();
        Operation { verb, database, collection: Some(self.collection.name), names: &[] }
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

/// Returns whether both changes are about the same declared index, the same undeclared one, or the collection.
fn is_about_the_same(planned: &SchemaChange, now: &SchemaChange) -> bool {
    match (planned.index(), now.index()) {
        (Some(planned), Some(now)) => planned == now,
        (None, None) => planned == now,
        _ => false,
    }
}

/// Returns whether the planned change includes this one: the same, or the rest of it after a part was done.
fn is_covered(planned: &SchemaChange, now: &SchemaChange) -> bool {
    use SchemaChange::{CreateIndex, ModifyIndex, RebuildIndex};

    match (planned, now) {
        (RebuildIndex { differences: planned, .. }, RebuildIndex { differences: now, .. })
        | (ModifyIndex { differences: planned, .. }, ModifyIndex { differences: now, .. }) => {
            now.iter().all(|difference| {
                // An interrupted conversion leaves an index that is prepared.
                planned.contains(difference) || difference.what() == Spec::PREPARED
            })
        }
        (_, RebuildIndex { .. }) | (CreateIndex { .. }, ModifyIndex { .. }) => false,
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
