//! Reads that contain everything that the change stream has delivered.

use mongodb::{
    bson::{Bson, Document, RawDocumentBuf, Timestamp, doc},
    options::{FindOptions, RunCursorCommandOptions},
};

use crate::{
    collection::Target,
    cursor::replies,
    error::Result,
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
    let query = Query::new(filter, FindOptions::default()).finish(target.policies())?;
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
    let database = target.database().driver();
    let (mut cursor, mut batch) = replies::open(database, command, options, operation).await?;
    let (mut documents, mut time) = (Vec::new(), None);
    while let Some(reply) = batch {
        let reply = reply.as_raw_document();
        time = time.or(replies::cursor_of(reply)?.get_timestamp("atClusterTime").ok());
        for document in replies::documents(reply)? {
            documents.push(document?.to_owned());
        }
        batch = replies::more(&mut cursor, operation.more()).await?;
    }
    Ok((documents, time))
}
