//! The commands that verbs become, for `explain`: what the driver sends for the same filter and the same options.
//!
//! The driver keeps its own rendering to itself. The tests compare both, for every verb and every setter. What is not
//! part of the question how (the concerns, the session, the members) is not part of these documents.

use mongodb::{
    bson::{Bson, Document, RawDocumentBuf, doc, serialize_to_bson, serialize_to_document},
    options::{
        AggregateOptions, CountOptions, CursorType, DeleteOptions, DistinctOptions,
        EstimatedDocumentCountOptions, FindOneAndDeleteOptions, FindOneAndReplaceOptions,
        FindOneAndUpdateOptions, FindOptions, ReplaceOptions, ReturnDocument, UpdateModifications,
        UpdateOptions,
    },
};
use serde::Serialize;

use crate::{
    error::{Error, Result},
    pipeline::writes,
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
    // Else the server would keep a cursor that has nothing to give.
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

pub(super) fn update(
    collection: &str,
    filter: Document,
    update: UpdateModifications,
    many: bool,
    options: UpdateOptions,
) -> Result<Document> {
    let changes = modifications(update);
    let mut update = doc! { "q": filter, "u": changes };
    put(&mut update, "upsert", options.upsert);
    put(&mut update, "arrayFilters", options.array_filters);
    put(&mut update, "hint", options.hint.map(|hint| bson(&hint)).transpose()?);
    put(&mut update, "collation", options.collation.map(|collation| bson(&collation)).transpose()?);
    put(&mut update, "sort", options.sort);
    put(&mut update, "multi", many.then_some(true));
    let mut command = doc! { "update": collection };
    put(&mut command, "bypassDocumentValidation", options.bypass_document_validation);
    put(&mut command, "let", options.let_vars);
    put(&mut command, "comment", options.comment);
    command.insert("updates", vec![update]);
    command.insert("ordered", true);
    Ok(command)
}

pub(super) fn replace(
    collection: &str,
    filter: Document,
    document: &RawDocumentBuf,
    options: ReplaceOptions,
) -> Result<Document> {
    let mut same = UpdateOptions::default();
    same.bypass_document_validation = options.bypass_document_validation;
    same.upsert = options.upsert;
    same.collation = options.collation;
    same.hint = options.hint;
    same.let_vars = options.let_vars;
    same.comment = options.comment;
    same.sort = options.sort;
    update(collection, filter, UpdateModifications::Document(whole(document)?), false, same)
}

pub(super) fn delete(
    collection: &str,
    filter: Document,
    limit: i32,
    options: DeleteOptions,
) -> Result<Document> {
    let mut delete = doc! { "q": filter, "limit": limit };
    put(&mut delete, "collation", options.collation.map(|collation| bson(&collation)).transpose()?);
    put(&mut delete, "hint", options.hint.map(|hint| bson(&hint)).transpose()?);
    let mut command = doc! { "delete": collection, "deletes": [delete], "ordered": true };
    put(&mut command, "let", options.let_vars);
    put(&mut command, "comment", options.comment);
    Ok(command)
}

/// What the three commands `findAndModify` have in common.
macro_rules! modify {
    ($command:ident, $options:ident) => {
        put(&mut $command, "sort", $options.sort);
        put(&mut $command, "fields", $options.projection);
        put(&mut $command, "collation", $options.collation.map(|collation| bson(&collation)).transpose()?);
        put(&mut $command, "hint", $options.hint.map(|hint| bson(&hint)).transpose()?);
        put(&mut $command, "let", $options.let_vars);
        put(&mut $command, "comment", $options.comment);
        put(
            &mut $command,
            "maxTimeMS",
            $options.max_time.and_then(|time| i32::try_from(time.as_millis()).ok()),
        );
    };
}

pub(super) fn find_one_and_update(
    collection: &str,
    filter: Document,
    update: UpdateModifications,
    options: FindOneAndUpdateOptions,
) -> Result<Document> {
    let changes = modifications(update);
    let mut command = doc! { "findAndModify": collection, "query": filter, "update": changes };
    put(&mut command, "new", options.return_document.map(|it| matches!(it, ReturnDocument::After)));
    put(&mut command, "upsert", options.upsert);
    put(&mut command, "bypassDocumentValidation", options.bypass_document_validation);
    put(&mut command, "arrayFilters", options.array_filters);
    modify!(command, options);
    Ok(command)
}

pub(super) fn find_one_and_replace(
    collection: &str,
    filter: Document,
    document: &RawDocumentBuf,
    options: FindOneAndReplaceOptions,
) -> Result<Document> {
    let document = whole(document)?;
    let mut command = doc! { "findAndModify": collection, "query": filter, "update": document };
    put(&mut command, "new", options.return_document.map(|it| matches!(it, ReturnDocument::After)));
    put(&mut command, "upsert", options.upsert);
    put(&mut command, "bypassDocumentValidation", options.bypass_document_validation);
    modify!(command, options);
    Ok(command)
}

pub(super) fn find_one_and_delete(
    collection: &str,
    filter: Document,
    options: FindOneAndDeleteOptions,
) -> Result<Document> {
    let mut command = doc! { "findAndModify": collection, "query": filter, "remove": true };
    modify!(command, options);
    Ok(command)
}

fn put(document: &mut Document, name: &str, value: Option<impl Into<Bson>>) {
    if let Some(value) = value {
        document.insert(name, value);
    }
}

fn modifications(update: UpdateModifications) -> Bson {
    match update {
        UpdateModifications::Document(operators) => operators.into(),
        UpdateModifications::Pipeline(stages) => stages.into(),
        _ => Bson::Null,
    }
}

fn whole(document: &RawDocumentBuf) -> Result<Document> {
    Document::try_from(document.as_ref()).map_err(unwritten)
}

fn written(options: &impl Serialize) -> Result<Document> {
    serialize_to_document(options).map_err(unwritten)
}

fn bson(option: &impl Serialize) -> Result<Bson> {
    serialize_to_bson(option).map_err(unwritten)
}

#[cold]
pub(super) fn unwritten<E>(_: E) -> Error {
    Error::refused("an option, or a document beside it, cannot be written as BSON")
}
