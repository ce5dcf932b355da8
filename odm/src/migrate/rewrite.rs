//! A rewrite: batches until no document is left.

use std::sync::Arc;

use mongodb::bson::{Document, RawDocumentBuf, doc};

use super::{
    Settings,
    batch::{Batch, Written},
    lease::{Lease, Stopped},
    migration::Rewrite,
    report::{PlannedMigration, Progress},
};
use crate::{
    Database, Session,
    error::{Error, ErrorKind, MigrationError, RefusedDocuments, Result},
    exec,
};

/// How often the collection is read again because other programs have written documents in the old form.
const PASSES: i32 = 20;

/// The position of a rewrite, which is stored in the lease.
#[derive(Debug, Clone, Default)]
pub(super) struct RewritePosition {
    /// `{ _id: .. }` of the last document, or `None` at the start of a pass.
    pub(super) after: Option<RawDocumentBuf>,
    pass: i32,
    /// How many documents were rewritten in this pass.
    in_pass: u64,
    /// How many documents were rewritten in all passes.
    pub(super) rewritten: u64,
}

impl RewritePosition {
    /// Returns the position after a batch.
    pub(super) fn after(&self, last: RawDocumentBuf, rewritten: u64) -> Self {
        Self {
            after: Some(last),
            pass: self.pass,
            in_pass: self.in_pass + rewritten,
            rewritten: self.rewritten + rewritten,
        }
    }

    /// Returns the position as it is stored.
    pub(super) fn to_document(&self, migration: &str) -> Result<Document> {
        let after = match &self.after {
            Some(after) => {
                Some(Document::try_from(after.as_ref()).map_err(|error| Error::from_driver(error.into()))?)
            }
            None => None,
        };
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        Ok(doc! {
            "migration": migration,
            "after": after,
            "pass": self.pass,
            "in_pass": number(self.in_pass),
            "rewritten": number(self.rewritten),
        })
    }

    /// Returns the stored position of this migration, or the start.
    pub(super) fn stored(position: Option<&Document>, migration: &str) -> Self {
        let Some(stored) = position.filter(|stored| stored.get_str("migration").ok() == Some(migration))
        else {
            return Self::default();
        };
        let number = |name| stored.get_i64(name).ok().and_then(|count| u64::try_from(count).ok());
        let after = stored.get_document("after").ok();
        Self {
            after: after.and_then(|after| RawDocumentBuf::try_from(after).ok()),
            pass: stored.get_i32("pass").unwrap_or_default(),
            in_pass: number("in_pass").unwrap_or_default(),
            rewritten: number("rewritten").unwrap_or_default(),
        }
    }

    /// Returns the start of the next pass.
    fn next_pass(&self) -> Self {
        Self { after: None, pass: self.pass + 1, in_pass: 0, rewritten: self.rewritten }
    }
}

/// The names of a rewrite for its listener: the migration, its number in the list, and how many there are.
#[derive(Clone)]
pub(super) struct Title {
    pub(super) migration: Arc<str>,
    pub(super) number: usize,
    pub(super) total: usize,
}

/// Rewrites the documents that match, until none is left. Returns how many were rewritten, also by earlier runners.
pub(super) async fn run(
    rewrite: &Rewrite,
    title: &Title,
    lease: &Lease,
    session: &mut Session,
    settings: &Settings,
    stopped: &Stopped,
) -> Result<u64> {
    let database = lease.fence.database().clone();
    let mut position = RewritePosition::stored(lease.position.as_ref(), &title.migration);
    // The passes of an earlier run do not count: the programs that it found may have stopped.
    let (before, first) = (position.rewritten, position.pass);
    let pending = match &settings.listener {
        Some(_) => Some(count(rewrite, &database).await?),
        None => None,
    };
    let mut refused = RefusedDocuments::default();
    let mut limit = settings.batch_size;
    loop {
        check_not_stopped(stopped, rewrite, &database)?;
        lease.check()?;
        let batch = Batch {
            fence: lease.fence.clone(),
            migration: Arc::clone(&title.migration),
            rewrite: rewrite.clone(),
            position: position.clone(),
            limit,
        };
        let Written { position: reached, rewritten, refused: more, conflicted } =
            batch.write(session).await?;
        if rewritten > 0 {
            lease.renewed();
        }
        for document in more {
            refused.push(document);
        }
        limit = if conflicted {
            u32::try_from(rewritten).unwrap_or(limit).clamp(1, settings.batch_size)
        } else {
            limit.saturating_mul(2).min(settings.batch_size)
        };
        match reached {
            Some(reached) => position = reached,
            None if position.in_pass == 0 => break,
            None if position.pass + 1 - first == PASSES => {
                let migration = title.migration.to_string();
                return Err(failed(MigrationError::StillWritten { migration }, rewrite, &database));
            }
            None => {
                position = position.next_pass();
                refused = RefusedDocuments::default();
            }
        }
        if let (Some(listener), Some(pending)) = (&settings.listener, pending) {
            listener(&Progress::new(title, before, position.rewritten, pending));
        }
    }
    if refused.is_empty() {
        return Ok(position.rewritten);
    }
    let migration = title.migration.to_string();
    Err(failed(MigrationError::Refused { migration, documents: refused }, rewrite, &database))
}

/// Passes the documents that match to the function, and writes nothing.
pub(super) async fn dry_run(
    rewrite: &Rewrite,
    title: &Title,
    database: &Database,
    settings: &Settings,
    stopped: &Stopped,
) -> Result<PlannedMigration> {
    let pending = match &settings.listener {
        Some(_) => Some(count(rewrite, database).await?),
        None => None,
    };
    let (mut after, mut fitting, mut refused) = (None, 0, RefusedDocuments::default());
    loop {
        check_not_stopped(stopped, rewrite, database)?;
        let read = rewrite.read(database, after.as_ref(), settings.batch_size, None).await?;
        let Some(transformed) = rewrite.apply(&read) else { break };
        fitting += u64::try_from(transformed.count()).unwrap_or_default();
        transformed.refused.into_iter().for_each(|document| refused.push(document));
        after = Some(transformed.last);
        if let (Some(listener), Some(pending)) = (&settings.listener, pending) {
            listener(&Progress::new(title, 0, fitting + refused.count(), pending));
        }
    }
    Ok(PlannedMigration::rewrite(&title.migration, rewrite.collection, fitting, refused))
}

/// Returns how many documents match.
async fn count(rewrite: &Rewrite, database: &Database) -> Result<u64> {
    let operation = rewrite.operation(database, "aggregate");
    let collection = rewrite.driver(database);
    exec::run(operation, collection.count_documents(rewrite.pending.clone())).await
}

fn check_not_stopped(stopped: &Stopped, rewrite: &Rewrite, database: &Database) -> Result<()> {
    if stopped.is_stopped() {
        let operation = rewrite.operation(database, "find");
        return Err(Error::refused("the future of the migration was dropped").during(&operation));
    }
    Ok(())
}

fn failed(error: MigrationError, rewrite: &Rewrite, database: &Database) -> Error {
    Error::new(ErrorKind::Migration(error)).during(&rewrite.operation(database, "update"))
}
