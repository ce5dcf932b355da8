//! The history: which migrations have begun and which are applied, with their checksums.

use futures_util::TryStreamExt;
use mongodb::{
    bson::{DateTime, Document, doc},
    options::{FindOptions, ReadConcern, ReadPreference, SelectionCriteria},
};

use super::{
    HISTORY, LEASES, Settings,
    batch::options,
    lease::{Fence, Lease},
    list::{Migrations, Named},
    operation,
    report::{MigrationState, MigrationStatus},
    rewrite::RewritePosition,
};
use crate::{
    Database, Session, Tx,
    error::{Error, ErrorKind, MigrationError, Result},
    exec,
};

/// A document of the history.
#[derive(Debug)]
pub(super) struct Record {
    name: String,
    checksum: String,
    /// When the migration was applied, or `None` if it has only begun.
    applied: Option<DateTime>,
    documents: u64,
}

impl Record {
    fn read(document: &Document) -> Self {
        let text = |name| document.get_str(name).unwrap_or_default().to_owned();
        let documents = document.get_i64("documents").unwrap_or_default();
        Self {
            name: text("_id"),
            checksum: text("checksum"),
            applied: document.get_datetime("applied").ok().copied(),
            documents: u64::try_from(documents).unwrap_or_default(),
        }
    }
}

/// The history of a database, as it was read.
#[derive(Debug)]
pub(super) struct History(Vec<Record>);

impl History {
    pub(super) async fn read(database: &Database) -> Result<Self> {
        let documents = all(database, HISTORY, doc! { "number": 1 }).await?;
        Ok(Self(documents.iter().map(Record::read).collect()))
    }

    fn record(&self, name: &str) -> Option<&Record> {
        self.0.iter().find(|record| record.name == name)
    }

    fn is_applied(&self, name: &str) -> bool {
        self.record(name).is_some_and(|record| record.applied.is_some())
    }

    fn is_changed(&self, named: &Named) -> bool {
        let record = self.record(&named.name);
        record.is_some_and(|record| record.applied.is_some() && record.checksum != named.checksum)
    }

    /// Returns an error if the list does not fit the history. The settings contain the migrations that may have changed,
    /// and those that may be unfinished.
    pub(super) fn check(
        &self,
        migrations: &Migrations,
        settings: &Settings,
        database: &Database,
    ) -> Result<()> {
        let is_listed = |record: &Record| migrations.names().any(|name| name == record.name);
        let is_discarded =
            |record: &Record| record.applied.is_none() && settings.discarded.contains(&record.name);
        let unknown = self.0.iter().find(|record| !is_listed(record) && !is_discarded(record));
        let changed = migrations
            .iter()
            .find(|named| self.is_changed(named) && !settings.accepted.contains(&named.name));
        let problem = if let Some(Named { name, .. }) = changed {
            Some(MigrationError::Changed { migration: name.clone() })
        } else if let Some(Record { name, applied: None, .. }) = unknown {
            Some(MigrationError::Unfinished { migration: name.clone() })
        } else if let Some(Record { name, .. }) = unknown {
            Some(MigrationError::Unknown { migration: name.clone() })
        } else {
            let first = migrations.names().find(|name| !self.is_applied(name));
            let later = migrations.names().skip_while(|name| Some(*name) != first);
            later.into_iter().find(|name| self.is_applied(name)).zip(first).map(|(applied, first)| {
                MigrationError::OutOfOrder { migration: first.to_owned(), applied: applied.to_owned() }
            })
        };
        match problem {
            None => Ok(()),
            Some(problem) => {
                let error = Error::new(ErrorKind::Migration(problem));
                Err(error.during(&operation(database, HISTORY, "find")))
            }
        }
    }

    /// Returns the migrations that are not applied, with their numbers in the list.
    pub(super) fn pending<'m>(&self, migrations: &'m Migrations) -> Vec<(usize, &'m Named)> {
        migrations.iter().enumerate().filter(|(_, named)| !self.is_applied(&named.name)).collect()
    }

    /// Returns the names of the unfinished migrations that are not in the list and are to be discarded.
    pub(super) fn discarded(&self, migrations: &Migrations, settings: &Settings) -> Vec<&str> {
        let unfinished = self.0.iter().filter(|record| record.applied.is_none());
        let names = unfinished.map(|record| record.name.as_str());
        names
            .filter(|name| settings.discarded.iter().any(|one| one == name))
            .filter(|name| !migrations.names().any(|listed| listed == *name))
            .collect()
    }

    /// Returns the migrations that have changed since they were applied.
    pub(super) fn changed<'m>(&self, migrations: &'m Migrations) -> Vec<&'m Named> {
        migrations.iter().filter(|named| self.is_changed(named)).collect()
    }
}

/// Records that a migration begins, unless an earlier runner has.
pub(super) async fn begin(lease: &Lease, session: &mut Session, number: usize, named: &Named) -> Result<()> {
    let number = i32::try_from(number).unwrap_or(i32::MAX);
    let set = doc! { "checksum": &named.checksum, "number": number };
    let update = doc! { "$set": set, "$setOnInsert": { "begun": DateTime::now() } };
    // The position of an interrupted rewrite stays.
    update_in_transaction(lease, session, &named.name, update, lease.position.clone()).await
}

/// Records that a migration is applied.
pub(super) async fn end(lease: &Lease, session: &mut Session, named: &Named, documents: u64) -> Result<()> {
    let documents = i64::try_from(documents).unwrap_or(i64::MAX);
    let update = doc! { "$set": { "applied": DateTime::now(), "documents": documents } };
    update_in_transaction(lease, session, &named.name, update, None).await
}

/// Records the checksum of a migration that has changed.
pub(super) async fn accept(lease: &Lease, session: &mut Session, named: &Named) -> Result<()> {
    let update = doc! { "$set": { "checksum": &named.checksum } };
    update_in_transaction(lease, session, &named.name, update, lease.position.clone()).await
}

/// Removes a migration that did not end from the history, and its position.
pub(super) async fn discard(lease: &mut Lease, session: &mut Session, name: &str) -> Result<()> {
    let is_other = |position: &Document| !position.get_str("migration").is_ok_and(|one| one == name);
    lease.position = lease.position.take().filter(is_other);
    let fence = &lease.fence;
    let body = |mut tx: Tx| {
        let (fence, position) = (fence.clone(), lease.position.clone());
        let unfinished = doc! { "_id": name, "applied": { "$exists": false } };
        async move {
            let database = fence.database();
            let history: mongodb::Collection<Document> = database.driver().collection(HISTORY);
            let delete = history.delete_one(unfinished).session(tx.driver());
            exec::run(operation(database, HISTORY, "delete"), delete).await?;
            fence.check(&mut tx, position).await
        }
    };
    fence.database().transaction(body).session(session).with_options(options()).await?;
    lease.renewed();
    Ok(())
}

/// Updates a document of the history, if this runner still has the lease.
async fn update_in_transaction(
    lease: &Lease,
    session: &mut Session,
    name: &str,
    update: Document,
    position: Option<Document>,
) -> Result<()> {
    let fence = &lease.fence;
    let body = |mut tx: Tx| {
        let (fence, update, position) = (fence.clone(), update.clone(), position.clone());
        let filter = doc! { "_id": name };
        async move { update_history(&fence, &mut tx, filter, update, position).await }
    };
    fence.database().transaction(body).session(session).with_options(options()).await?;
    lease.renewed();
    Ok(())
}

async fn update_history(
    fence: &Fence,
    tx: &mut Tx,
    filter: Document,
    update: Document,
    position: Option<Document>,
) -> Result<()> {
    let database = fence.database();
    let history: mongodb::Collection<Document> = database.driver().collection(HISTORY);
    let update = history.update_one(filter, update).upsert(true).session(tx.driver());
    exec::run(operation(database, HISTORY, "update"), update).await?;
    fence.check(tx, position).await
}

/// Returns the state of each migration: those of the list, then those that are only in the history.
pub(super) async fn status(database: &Database, migrations: &Migrations) -> Result<Vec<MigrationStatus>> {
    let history = History::read(database).await?;
    let leases = all(database, LEASES, doc! { "_id": 1 }).await?;
    let position = leases.iter().find_map(|lease| lease.get_document("position").ok());
    let mut states: Vec<MigrationStatus> = Vec::new();
    for named in migrations.iter() {
        let state = match history.record(&named.name) {
            None => MigrationState::Pending,
            Some(_) if history.is_changed(named) => MigrationState::Changed,
            Some(Record { applied: Some(at), documents, .. }) => {
                MigrationState::Applied { at: *at, documents: *documents }
            }
            Some(_) => {
                MigrationState::Begun { documents: RewritePosition::stored(position, &named.name).rewritten }
            }
        };
        states.push(MigrationStatus::new(&named.name, state));
    }
    let unknown = history.0.iter().filter(|record| !migrations.names().any(|name| name == record.name));
    states.extend(unknown.map(|record| {
        let state = match record.applied {
            Some(_) => MigrationState::Unknown,
            None => MigrationState::Unfinished,
        };
        MigrationStatus::new(&record.name, state)
    }));
    Ok(states)
}

/// Reads a small collection of the migrations.
async fn all(database: &Database, collection: &str, sort: Document) -> Result<Vec<Document>> {
    let options = FindOptions::builder()
        .sort(sort)
        .read_concern(ReadConcern::majority())
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .build();
    let driver: mongodb::Collection<Document> = database.driver().collection(collection);
    exec::run(operation(database, collection, "find"), async {
        driver.find(doc! {}).with_options(options).await?.try_collect().await
    })
    .await
}
