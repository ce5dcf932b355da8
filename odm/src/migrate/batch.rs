//! One batch of a rewrite: a transaction that reads documents, replaces them, and stores the position after them.

use std::sync::{
    Arc, Mutex, PoisonError,
    atomic::{AtomicU32, Ordering},
};

use mongodb::{
    bson::{Bson, RawArrayBuf, RawDocument, RawDocumentBuf, doc, raw::cstr},
    options::{
        FindOptions, Hint, ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions, WriteConcern,
    },
};

use super::{lease::Fence, migration::Rewrite, rewrite::RewritePosition};
use crate::{
    Database, Session, Tx,
    error::{
        Command, Error, ErrorKind, MigrationError, RefusedDocument, RefusedDocuments, Result, WriteReply,
    },
    exec,
    operation::{Operation, Verb},
};

/// The maximum size of the elements of the command of a batch. The server accepts 16 MiB, and 16 KiB more for what
/// surrounds a single document of the maximum size.
const MAX_BYTES: usize = 16 * 1024 * 1024 - 64 * 1024;
/// The maximum size of what surrounds the id and the new document in an element: its key, the names, the lengths.
const ELEMENT_BYTES: usize = 32;
/// The maximum number of elements of a command, `maxWriteBatchSize`.
const MAX_ELEMENTS: usize = 100_000;

/// A batch, without its result.
#[derive(Clone)]
pub(super) struct Batch {
    pub(super) fence: Fence,
    pub(super) migration: Arc<str>,
    pub(super) rewrite: Rewrite,
    pub(super) position: RewritePosition,
    /// The maximum number of documents.
    pub(super) limit: u32,
}

/// The result of a batch that was committed.
#[derive(Default)]
pub(super) struct Written {
    /// The position after the batch, or `None` if no document was left to read.
    pub(super) position: Option<RewritePosition>,
    pub(super) rewritten: u64,
    pub(super) refused: Vec<RefusedDocument>,
    /// Whether the batch conflicted with other writes.
    pub(super) conflicted: bool,
}

/// What is known of a batch that was not committed, because the server refused a document.
#[derive(Default)]
struct Failed {
    /// How many documents precede the refused one in the batch.
    before: u32,
    refused: Option<(RawDocumentBuf, RefusedDocument)>,
}

impl Batch {
    /// Makes the batch. A document that the server refuses is not an error: the batch ends before it.
    pub(super) async fn write(mut self, session: &mut Session) -> Result<Written> {
        loop {
            let attempts = Arc::new(AtomicU32::new(0));
            let failed = Arc::new(Mutex::new(Failed::default()));
            let body = |mut tx: Tx| {
                let mut batch = self.clone();
                // A smaller batch has fewer conflicts.
                batch.limit = (batch.limit >> attempts.fetch_add(1, Ordering::Relaxed).min(31)).max(1);
                let failed = Arc::clone(&failed);
                async move { batch.attempt(&mut tx, &failed).await }
            };
            let database = self.fence.database().clone();
            let written = database.transaction(body).session(session).with_options(options()).await;
            let error = match written {
                Ok(written) => {
                    return Ok(Written { conflicted: attempts.load(Ordering::Relaxed) > 1, ..written });
                }
                Err(error) => error,
            };
            let Failed { before, refused } =
                std::mem::take(&mut *failed.lock().unwrap_or_else(PoisonError::into_inner));
            let Some((id, refused)) = refused else { return Err(error) };
            if before == 0 {
                let position = Some(self.position.after(id, 0));
                return Ok(Written { position, refused: vec![refused], ..Written::default() });
            }
            self.limit = before;
        }
    }

    async fn attempt(&self, tx: &mut Tx, failed: &Mutex<Failed>) -> Result<Written> {
        *failed.lock().unwrap_or_else(PoisonError::into_inner) = Failed::default();
        let database = self.fence.database();
        let read = self.rewrite.read(database, self.position.after.as_ref(), self.limit, Some(tx)).await?;
        let Some(rewritten) = self.rewrite.apply(&read) else { return Ok(Written::default()) };
        let Transformed { writes, refused, last } = rewritten;
        let count = u64::try_from(writes.len()).unwrap_or(u64::MAX);
        let position = self.position.after(last, count);
        if !writes.is_empty() {
            self.replace(tx, &read, &writes, failed).await?;
            self.check_not_pending(tx, &writes).await?;
            self.fence.check(tx, Some(position.to_document(&self.migration)?)).await?;
        }
        Ok(Written { position: Some(position), rewritten: count, refused, conflicted: false })
    }

    /// Replaces the documents.
    async fn replace(
        &self,
        tx: &mut Tx,
        read: &[RawDocumentBuf],
        writes: &[Write],
        failed: &Mutex<Failed>,
    ) -> Result<()> {
        let operation = self.rewrite.operation(self.fence.database(), "update");
        let mut updates = RawArrayBuf::new();
        for Write { id, document, .. } in writes {
            let mut update = RawDocumentBuf::new();
            update.append(cstr!("q"), id.clone());
            update.append(cstr!("u"), document.clone());
            updates.push(update);
        }
        let mut command = RawDocumentBuf::new();
        command.append(cstr!("update"), self.rewrite.collection);
        command.append(cstr!("ordered"), true);
        command.append(cstr!("updates"), updates);
        let driver = self.fence.database().driver();
        let reply = match exec::run(operation, driver.run_raw_command(command).session(tx.driver())).await {
            Ok(reply) => operation.check(WriteReply::read_document(Command::Update, reply))?,
            Err(error) => WriteReply::of(Command::Update, &error).ok_or(error)?,
        };
        let Some((index, error)) = reply.into_first_failure() else { return Ok(()) };
        if let Some(write) = writes.get(index) {
            let refused = RefusedDocument::new(write.bson_id(), error.kind().to_string());
            let before = read.iter().position(|document| id_of(document).as_ref() == Some(&write.id));
            let before = before.and_then(|before| u32::try_from(before).ok()).unwrap_or_default();
            *failed.lock().unwrap_or_else(PoisonError::into_inner) =
                Failed { before, refused: Some((write.id.clone(), refused)) };
        }
        Err(error.during(&operation))
    }

    /// Returns an error if one of the new documents would be rewritten again.
    async fn check_not_pending(&self, tx: &mut Tx, writes: &[Write]) -> Result<()> {
        let operation = self.rewrite.operation(self.fence.database(), "find");
        let ids: Vec<Bson> = writes.iter().map(Write::bson_id).collect();
        let filter = doc! { "$and": [{ "_id": { "$in": ids } }, self.rewrite.pending.clone()] };
        let collection = self.rewrite.driver(self.fence.database());
        let find = collection.find_one(filter).projection(doc! { "_id": 1 }).session(tx.driver());
        let Some(found) = exec::run(operation, find).await? else { return Ok(()) };
        let id = found.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or_default();
        let mut documents = RefusedDocuments::default();
        documents.push(RefusedDocument::new(id, "the new document still matches the filter".to_owned()));
        let migration = self.migration.to_string();
        let error = MigrationError::StillPending { migration, documents };
        Err(Error::new(ErrorKind::Migration(error)).during(&operation))
    }
}

/// The options of the transactions of a runner, whatever those of the client are.
pub(super) fn options() -> TransactionOptions {
    TransactionOptions::builder()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .build()
}

/// A document and its replacement.
struct Write {
    /// `{ _id: .. }`
    id: RawDocumentBuf,
    document: RawDocumentBuf,
}

impl Write {
    fn bson_id(&self) -> Bson {
        bson_id(&self.id)
    }
}

/// The documents of a batch after the function.
pub(super) struct Transformed {
    writes: Vec<Write>,
    pub(super) refused: Vec<RefusedDocument>,
    /// The id of the last document that is part of the batch.
    pub(super) last: RawDocumentBuf,
}

impl Transformed {
    pub(super) fn count(&self) -> usize {
        self.writes.len()
    }
}

impl Rewrite {
    /// Reads the next documents in the order of their ids.
    ///
    /// The condition on the id is an expression, because that compares values of all types, and reads exactly the part
    /// of the index. The operator `$gt` of queries would match only ids of the same type.
    pub(super) async fn read(
        &self,
        database: &Database,
        after: Option<&RawDocumentBuf>,
        limit: u32,
        tx: Option<&mut Tx>,
    ) -> Result<Vec<RawDocumentBuf>> {
        let operation = self.operation(database, "find");
        let filter = match after {
            Some(after) => {
                let follows = doc! { "$expr": { "$gt": ["$_id", { "$literal": bson_id(after) }] } };
                doc! { "$and": [follows, self.pending.clone()] }
            }
            None => self.pending.clone(),
        };
        // A negative limit requests a single batch, which the server ends at 16 MB. Without its size, it ends it at 101
        // documents.
        let options = FindOptions::builder()
            .sort(doc! { "_id": 1 })
            .hint(Hint::Keys(doc! { "_id": 1 }))
            .limit(-i64::from(limit))
            .batch_size(limit);
        let collection = self.driver(database);
        let find = collection.find(filter);
        let mut found = Vec::new();
        exec::run(operation, async {
            match tx {
                Some(tx) => {
                    let mut cursor = find.with_options(options.build()).session(tx.driver()).await?;
                    while cursor.advance(tx.driver()).await? {
                        found.push(cursor.current().to_owned());
                    }
                }
                None => {
                    let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
                    let options =
                        options.selection_criteria(primary).read_concern(ReadConcern::majority()).build();
                    let mut cursor = find.with_options(options).await?;
                    while cursor.advance().await? {
                        found.push(cursor.current().to_owned());
                    }
                }
            }
            Ok(())
        })
        .await?;
        Ok(found)
    }

    /// Passes the documents to the function, as many as fit into one batch. Returns `None` if there are none.
    pub(super) fn apply(&self, documents: &[RawDocumentBuf]) -> Option<Transformed> {
        let (mut writes, mut refused, mut last, mut bytes) = (Vec::new(), Vec::new(), None, 0);
        for old in documents {
            let id = id_of(old).unwrap_or_default();
            match (self.transform)(old) {
                Ok(document) if id_of(&document).as_ref() == Some(&id) => {
                    bytes += id.as_bytes().len() + document.as_bytes().len() + ELEMENT_BYTES;
                    if (bytes > MAX_BYTES && !writes.is_empty()) || writes.len() == MAX_ELEMENTS {
                        break;
                    }
                    writes.push(Write { id: id.clone(), document });
                }
                Ok(_) => refused.push(RefusedDocument::new(
                    bson_id(&id),
                    "the function changes the `_id`, which must stay the same".to_owned(),
                )),
                Err(reason) => refused.push(RefusedDocument::new(bson_id(&id), reason)),
            }
            last = Some(id);
        }
        Some(Transformed { writes, refused, last: last? })
    }

    pub(super) fn driver(&self, database: &Database) -> mongodb::Collection<RawDocumentBuf> {
        database.driver().collection(self.collection)
    }

    pub(super) fn operation<'a>(&self, database: &'a Database, command: &'static str) -> Operation<'a> {
        let verb = Verb::new("migrate", command);
        Operation {
            verb,
            database: database.name(),
            collection: Some(self.collection),
            names: self.names,
            called_at: None,
        }
    }
}

/// Returns `{ _id: .. }` of a document.
fn id_of(document: &RawDocument) -> Option<RawDocumentBuf> {
    let id = document.get("_id").ok()??;
    let mut only = RawDocumentBuf::new();
    only.append(cstr!("_id"), id);
    Some(only)
}

fn bson_id(id: &RawDocument) -> Bson {
    id.get("_id").ok().flatten().and_then(|id| Bson::try_from(id).ok()).unwrap_or_default()
}
