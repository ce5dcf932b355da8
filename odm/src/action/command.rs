//! The commands of reads for `explain`: those that the driver sends for the same filter and options.
//!
//! The driver's own rendering is private. `tests/tests/it/explain.rs` compares the commands with those that the
//! driver sends, for every verb and every setter. What does not change the plan (the concerns, the session, the read
//! preference) is not part of a command here.

use mongodb::{
    bson::{Bson, Document, doc, serialize_to_document},
    options::{
        AggregateOptions, CountOptions, CursorType, DistinctOptions, EstimatedDocumentCountOptions,
        FindOptions,
    },
};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    pipeline::writes,
    write::unwritten,
};

pub(super) fn find(collection: &str, filter: Document, mut options: FindOptions) -> Result<Document> {
    let mut command = doc! { "find": collection };
    if options.limit.is_some_and(|limit| limit < 0) {
        command.insert("singleBatch", true);
    }
    if let Some(CursorType::Tailable | CursorType::TailableAwait) = options.cursor_type {
        command.insert("tailable", true);
    }
    if let Some(CursorType::TailableAwait) = options.cursor_type {
        command.insert("awaitData", true);
    }
    // The driver does the same. Otherwise the server would keep a cursor that has no more documents.
    if let (Some(size), Some(limit)) = (options.batch_size, options.limit)
        && i64::from(size) == limit
    {
        options.batch_size = Some(size.saturating_add(1));
    }
    command.extend(written(&options)?);
    command.insert("filter", filter);
    Ok(command)
}

pub(super) fn aggregate(
    from: impl Into<Bson>,
    stages: Vec<Document>,
    options: &AggregateOptions,
) -> Result<Document> {
    let writes = writes(&stages);
    let mut command = doc! { "aggregate": from.into(), "pipeline": stages, "cursor": {} };
    command.extend(written(options)?);
    if writes {
        command.insert("cursor", Document::new());
    }
    Ok(command)
}

pub(super) fn count(collection: &str, filter: Document, options: CountOptions) -> Result<Document> {
    let mut stages = vec![doc! { "$match": filter }];
    let numbers = [("$skip", options.skip), ("$limit", options.limit)];
    for (name, number) in numbers.into_iter().filter_map(|(name, number)| Some((name, number?))) {
        let number = i64::try_from(number).map_err(|_| Error::refused("a number beyond int64"))?;
        stages.push(doc! { name: number });
    }
    stages.push(doc! { "$group": { "_id": 1, "n": { "$sum": 1 } } });
    let options = AggregateOptions::builder()
        .hint(options.hint)
        .max_time(options.max_time)
        .collation(options.collation)
        .comment(options.comment)
        .build();
    aggregate(collection, stages, &options)
}

pub(super) fn estimated_count(collection: &str, options: &EstimatedDocumentCountOptions) -> Result<Document> {
    let mut command = doc! { "count": collection };
    command.extend(written(options)?);
    Ok(command)
}

pub(super) fn distinct(
    collection: &str,
    key: &str,
    filter: Document,
    options: &DistinctOptions,
) -> Result<Document> {
    let mut command = doc! { "distinct": collection, "key": key, "query": filter };
    command.extend(written(options)?);
    Ok(command)
}

fn written(options: &impl Serialize) -> Result<Document> {
    serialize_to_document(options).map_err(unwritten)
}
