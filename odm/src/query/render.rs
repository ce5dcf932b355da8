//! The commands of reads, for `explain`: those that the driver sends for the same query.
//!
//! The driver's own rendering is private. `tests/tests/it/explain.rs` compares the commands with those that the
//! driver sends, for every verb and every setter. What does not change the plan (the concerns, the session, the read
//! preference) is not part of a command here.

use mongodb::{
    bson::{Bson, Document, doc, serialize_to_document},
    options::{
        AggregateOptions, CountOptions, CursorType, DistinctOptions, EstimatedDocumentCountOptions,
        FindOneOptions, FindOptions, SelectionCriteria,
    },
};
use serde::Serialize;

use super::{Ready, Values, WholeCollection};
use crate::{
    error::{Error, Result},
    pipeline::writes,
    write::unwritten,
};

/// A query that can be rendered as a command.
pub(crate) trait Render {
    /// Returns the members that may be read from, if the options specify them.
    fn members(&self) -> Option<&SelectionCriteria>;

    /// Returns the command. `from` is the name of the collection, or 1 for a database.
    fn into_command(self, from: Bson) -> Result<Document>;
}

/// Implements [`Render`] with a function that renders the selection and the options.
macro_rules! render {
    ($($selection:ty, $options:ty => $render:path;)*) => { $(
        impl Render for Ready<$selection, $options> {
            fn members(&self) -> Option<&SelectionCriteria> {
                self.options.selection_criteria.as_ref()
            }

            fn into_command(self, from: Bson) -> Result<Document> {
                let (selection, options) = self.into_parts();
                $render(from, selection, &options)
            }
        }
    )* };
}

render! {
    Document, FindOptions => find;
    Document, FindOneOptions => find_one;
    Document, CountOptions => count;
    Values, DistinctOptions => distinct;
    WholeCollection, EstimatedDocumentCountOptions => estimated_count;
    Vec<Document>, AggregateOptions => aggregate;
}

fn find(from: Bson, filter: Document, options: &FindOptions) -> Result<Document> {
    let mut options = options.clone();
    let mut command = doc! { "find": from };
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

fn find_one(from: Bson, filter: Document, options: &FindOneOptions) -> Result<Document> {
    find(from, filter, &options.clone().into())
}

fn aggregate(from: Bson, stages: Vec<Document>, options: &AggregateOptions) -> Result<Document> {
    let writes = writes(&stages);
    let mut command = doc! { "aggregate": from, "pipeline": stages, "cursor": {} };
    command.extend(written(options)?);
    if writes {
        command.insert("cursor", Document::new());
    }
    Ok(command)
}

fn count(from: Bson, filter: Document, options: &CountOptions) -> Result<Document> {
    let mut stages = vec![doc! { "$match": filter }];
    let numbers = [("$skip", options.skip), ("$limit", options.limit)];
    for (name, number) in numbers.into_iter().filter_map(|(name, number)| Some((name, number?))) {
        let number = i64::try_from(number).map_err(|_| Error::refused("a number beyond int64"))?;
        stages.push(doc! { name: number });
    }
    stages.push(doc! { "$group": { "_id": 1, "n": { "$sum": 1 } } });
    let options = AggregateOptions::builder()
        .hint(options.hint.clone())
        .max_time(options.max_time)
        .collation(options.collation.clone())
        .comment(options.comment.clone())
        .build();
    aggregate(from, stages, &options)
}

fn estimated_count(
    from: Bson,
    WholeCollection: WholeCollection,
    options: &EstimatedDocumentCountOptions,
) -> Result<Document> {
    let mut command = doc! { "count": from };
    command.extend(written(options)?);
    Ok(command)
}

fn distinct(from: Bson, Values { key, filter }: Values, options: &DistinctOptions) -> Result<Document> {
    let mut command = doc! { "distinct": from, "key": key, "query": filter };
    command.extend(written(options)?);
    Ok(command)
}

fn written(options: &impl Serialize) -> Result<Document> {
    serialize_to_document(options).map_err(unwritten)
}
