//! Reads that contain everything that the change stream has delivered.

use futures_util::StreamExt;
use mongodb::{
    bson::{Bson, Document, RawBsonRef, RawDocument, RawDocumentBuf, Timestamp, doc},
    options::{FindOptions, RunCursorCommandOptions},
    raw_batch_cursor::{RawBatch, RawBatchCursor},
};

use crate::{
    collection::Target,
    error::{Error, ErrorKind, Result},
    exec,
    operation::{Operation, Verb},
    query::Query,
};

const LIVE: Verb = Verb::new("live", "find").reading();
const CACHE: Verb = Verb::new("cache", "find").reading();

/// What a live query reads.
#[derive(Debug, Clone)]
pub(super) struct Selected {
    pub(super) target: Target,
    /// The filter with the scope of the handle.
    pub(super) filter: Document,
    pub(super) sort: Document,
}

/// Adds the scope of the handle to a filter.
pub(super) fn scoped(target: &Target, filter: Document) -> Result<Document> {
    let query = Query::new(filter, FindOptions::default()).finish(Some(target.policies()))?;
    Ok(query.into_parts().0)
}

/// Reads the documents in one snapshot, which contains at least what happened until `after`, and returns its time.
pub(super) async fn snapshot(
    selected: &Selected,
    limit: Option<usize>,
    after: Option<Timestamp>,
) -> Result<(Vec<RawDocumentBuf>, Timestamp)> {
    let Selected { target, filter, sort } = selected;
    let mut command = doc! {
        "find": target.name(),
        "filter": filter.clone(),
        "sort": sort.clone(),
        "readConcern": read_concern("snapshot", after),
        // The changes are compared in this process, which has no collations.
        "collation": { "locale": "simple" },
        "allowDiskUse": true,
    };
    if let Some(limit) = limit {
        command.insert("limit", i64::try_from(limit).unwrap_or(i64::MAX));
    }
    let (documents, time) = read(target, target.operation(LIVE), command).await?;
    // The reply for a collection that does not exist has no time. Then all later changes are applied.
    let time = time.or(after).unwrap_or(Timestamp { time: 0, increment: 0 });
    Ok((documents, time))
}

/// Reads the document that a filter by the id selects. It contains at least what happened until `after`.
pub(super) async fn one(
    target: &Target,
    filter: Document,
    after: Option<Timestamp>,
) -> Result<Option<RawDocumentBuf>> {
    let command = doc! {
        "find": target.name(),
        "filter": filter,
        "limit": 1,
        "singleBatch": true,
        "readConcern": read_concern("majority", after),
    };
    let (mut documents, _) = read(target, target.operation(CACHE), command).await?;
    Ok(documents.pop())
}

fn read_concern(level: &str, after: Option<Timestamp>) -> Document {
    let mut concern = doc! { "level": level };
    concern.extend(after.map(|time| ("afterClusterTime".to_owned(), Bson::Timestamp(time))));
    concern
}

async fn read(
    target: &Target,
    operation: Operation<'_>,
    command: Document,
) -> Result<(Vec<RawDocumentBuf>, Option<Timestamp>)> {
    let mut options = RunCursorCommandOptions::default();
    options.selection_criteria = target.driver().selection_criteria().cloned();
    let call = target.database().driver().run_cursor_command(command).with_options(options);
    let (mut cursor, mut batch): (RawBatchCursor, Option<RawBatch>) = exec::run(operation, async {
        let mut cursor = call.batch().await?;
        let batch = cursor.next().await.transpose()?;
        Ok((cursor, batch))
    })
    .await?;
    let (mut documents, mut time) = (Vec::new(), None);
    while let Some(reply) = batch {
        time = time.or(append(reply.as_raw_document(), &mut documents)?);
        batch = exec::run(operation.more(), async { cursor.next().await.transpose() }).await?;
    }
    Ok((documents, time))
}

/// Reads the documents of a reply, and returns the time of its snapshot.
fn append(reply: &RawDocument, documents: &mut Vec<RawDocumentBuf>) -> Result<Option<Timestamp>> {
    let unreadable =
        || Error::new(ErrorKind::Driver("the server's answer is not a batch of documents".into()));
    let cursor = reply.get_document("cursor").map_err(|_| unreadable())?;
    let batch = cursor.get_array("nextBatch").or_else(|_| cursor.get_array("firstBatch"));
    for document in batch.map_err(|_| unreadable())? {
        let document = document.ok().and_then(RawBsonRef::as_document).ok_or_else(unreadable)?;
        documents.push(document.to_owned());
    }
    Ok(cursor.get_timestamp("atClusterTime").ok())
}
