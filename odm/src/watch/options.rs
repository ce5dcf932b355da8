//! `StreamOptions`: the `aggregate` that opens a change stream.

use std::panic::Location;

use mongodb::{
    bson::{Bson, Document, doc, serialize_to_bson},
    options::{
        ChangeStreamOptions, FullDocumentBeforeChangeType, FullDocumentType, ReadConcern,
        RunCursorCommandOptions, SelectionCriteria,
    },
};

use serde::Serialize;

use super::{document_filters::EventFilters, resume_state::Start};
use crate::{
    collection::Target,
    database::Database,
    error::{Error, Result},
    operation::{Operation, Verb},
    query::Ready,
};

/// The options of a change stream, without the position, which changes.
#[derive(Debug, Clone)]
pub(crate) struct StreamOptions {
    database: Database,
    source: Source,
    selection: Option<SelectionCriteria>,
    options: ChangeStreamOptions,
    filters: EventFilters,
    stages: Vec<Document>,
    /// Where the method of the collection was called.
    called_at: Option<&'static Location<'static>>,
}

/// What is watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source {
    Collection(String),
    Database,
    Deployment,
}

impl StreamOptions {
    pub(crate) fn new(target: &Target, query: Ready<Vec<Document>, ChangeStreamOptions>) -> Result<Self> {
        let source = Source::Collection(target.name().to_owned());
        let selection = target.driver().selection_criteria().cloned();
        let options = Self::of(target.database().clone(), source, selection, query)?;
        Ok(Self { called_at: target.called_at(), ..options })
    }

    /// Creates the request for a source. The handle has this read preference.
    pub(crate) fn of(
        database: Database,
        source: Source,
        selection: Option<SelectionCriteria>,
        query: Ready<Vec<Document>, ChangeStreamOptions>,
    ) -> Result<Self> {
        let (stages, options) = query.into_parts();
        stages.iter().try_for_each(keeps_the_token)?;
        let selection = options.selection_criteria.clone().or(selection);
        let selection = selection.or_else(|| database.driver().selection_criteria().cloned());
        let filters = EventFilters::default();
        Ok(Self { database, source, selection, options, filters, stages, called_at: None })
    }

    /// Adds filters of the events, before the other stages.
    pub(crate) fn with_filters(self, filters: EventFilters) -> Self {
        Self { filters, ..self }
    }

    /// Returns the database that the commands are sent to.
    pub(super) fn database(&self) -> mongodb::Database {
        match self.source {
            Source::Collection(_) | Source::Database => self.database.driver().clone(),
            Source::Deployment => self.database.client().database("admin"),
        }
    }

    /// Returns the data for spans and errors of a command of the stream.
    pub(super) fn operation(&self, verb: Verb) -> Operation<'_> {
        let operation = Operation::new(verb, self.database.name(), self.collection());
        Operation { called_at: self.called_at, ..operation }
    }

    /// Returns `true` if reads are retried.
    pub(super) fn retries_reads(&self) -> bool {
        self.database.retries_reads()
    }

    pub(super) fn collection(&self) -> Option<&str> {
        match &self.source {
            Source::Collection(name) => Some(name),
            Source::Database | Source::Deployment => None,
        }
    }

    /// Returns the collection of the cursor, as `killCursors` names it.
    pub(super) fn cursor_collection(&self) -> &str {
        self.collection().unwrap_or("$cmd.aggregate")
    }

    pub(super) fn selection(&self) -> Option<&SelectionCriteria> {
        self.selection.as_ref()
    }

    /// Returns the options of the `getMore`s.
    pub(super) fn cursor_options(&self) -> RunCursorCommandOptions {
        let mut options = RunCursorCommandOptions::default();
        options.selection_criteria.clone_from(&self.selection);
        // The server accepts zero only for the first batch.
        options.batch_size = self.options.batch_size.filter(|size| *size > 0);
        options.max_time = self.options.max_await_time;
        options.comment.clone_from(&self.options.comment);
        options
    }

    /// Returns the command
    /// `{ aggregate: collection, pipeline: [{ $changeStream: { .. } }, ..], cursor: {}, readConcern: .. }`.
    pub(super) fn command(&self, start: &Start) -> Result<Document> {
        let mut pipeline = vec![Bson::Document(doc! { "$changeStream": self.stage(start)? })];
        let after = match start {
            Start::Resume(token) | Start::After(token) => Some(token),
            Start::Now | Start::AtTime(_) => None,
        };
        let stages = self.filters.stages(after).chain(self.stages.iter().cloned());
        pipeline.extend(stages.map(Bson::Document));
        let cursor =
            self.options.batch_size.map_or_else(Document::new, |size| doc! { "batchSize": i64::from(size) });
        let target = self.collection().map_or(Bson::Int32(1), Bson::from);
        let mut command = doc! { "aggregate": target, "pipeline": pipeline, "cursor": cursor };
        let majority = ReadConcern::majority();
        command.insert("readConcern", option(self.options.read_concern.as_ref().unwrap_or(&majority))?);
        if let Some(collation) = &self.options.collation {
            command.insert("collation", option(collation)?);
        }
        if let Some(comment) = &self.options.comment {
            command.insert("comment", comment.clone());
        }
        Ok(command)
    }

    fn stage(&self, start: &Start) -> Result<Document> {
        let mut stage = Document::new();
        if self.source == Source::Deployment {
            stage.insert("allChangesForCluster", true);
        }
        if let Some(full_document) = &self.options.full_document {
            stage.insert("fullDocument", after(full_document)?);
        }
        if let Some(full_document) = &self.options.full_document_before_change {
            stage.insert("fullDocumentBeforeChange", before(full_document)?);
        }
        if let Some(expanded) = self.options.show_expanded_events {
            stage.insert("showExpandedEvents", expanded);
        }
        match start {
            Start::Now => {}
            Start::AtTime(time) => {
                stage.insert("startAtOperationTime", *time);
            }
            Start::Resume(token) => {
                stage.insert("resumeAfter", token.to_document()?);
            }
            Start::After(token) => {
                stage.insert("startAfter", token.to_document()?);
            }
        }
        Ok(stage)
    }
}

fn option(value: &impl Serialize) -> Result<Bson> {
    serialize_to_bson(value).map_err(|_| Error::refused("an option of the driver cannot be written as BSON"))
}

pub(super) fn after(value: &FullDocumentType) -> Result<&str> {
    match value {
        FullDocumentType::UpdateLookup => Ok("updateLookup"),
        FullDocumentType::WhenAvailable => Ok("whenAvailable"),
        FullDocumentType::Required => Ok("required"),
        FullDocumentType::Other(other) => Ok(other),
        _ => {
            Err(Error::refused("this `full_document` is not supported: pass it as `FullDocumentType::Other`"))
        }
    }
}

pub(super) fn before(value: &FullDocumentBeforeChangeType) -> Result<&str> {
    match value {
        FullDocumentBeforeChangeType::WhenAvailable => Ok("whenAvailable"),
        FullDocumentBeforeChangeType::Required => Ok("required"),
        FullDocumentBeforeChangeType::Off => Ok("off"),
        FullDocumentBeforeChangeType::Other(other) => Ok(other),
        _ => Err(Error::refused(
            "this `full_document_before_change` is not supported: pass it as \
             `FullDocumentBeforeChangeType::Other`",
        )),
    }
}

/// Refuses a stage that is known to change or remove the resume token.
///
/// The server detects it only with the first event, which can be days later, and then the stream cannot continue.
fn keeps_the_token(stage: &Document) -> Result<()> {
    let Some((name, body)) = stage.iter().next() else { return Ok(()) };
    let keeps = match (name.as_str(), body) {
        ("$project", Bson::Document(fields)) => !of_token(fields) || is_included(fields.get("_id")),
        ("$set" | "$addFields", Bson::Document(fields)) => !of_token(fields),
        ("$unset", Bson::String(field)) => !is_token(field),
        ("$unset", Bson::Array(fields)) => !fields.iter().filter_map(Bson::as_str).any(is_token),
        ("$replaceWith", root) => is_kept_in(root),
        ("$replaceRoot", Bson::Document(body)) => body.get("newRoot").is_none_or(is_kept_in),
        _ => true,
    };
    if keeps {
        Ok(())
    } else {
        Err(Error::refused(format!(
            "the stage `{name}` changes or removes `_id`, which is the resume token of a change: keep it, \
             in a shape as a field `#[odm(id)] token: ResumeToken`"
        )))
    }
}

fn is_token(path: &str) -> bool {
    path == "_id" || path.starts_with("_id.")
}

fn of_token(fields: &Document) -> bool {
    fields.keys().any(|key| is_token(key))
}

fn is_included(value: Option<&Bson>) -> bool {
    match value {
        Some(Bson::Boolean(yes)) => *yes,
        Some(Bson::Int32(number)) => *number != 0,
        Some(Bson::Int64(number)) => *number != 0,
        Some(Bson::Double(number)) => *number != 0.0,
        Some(Bson::String(path)) => path == "$_id",
        _ => false,
    }
}

/// Returns `true` if a new root keeps the token. A new root that is an operator is not examined and accepted.
fn is_kept_in(root: &Bson) -> bool {
    match root {
        Bson::String(path) => path == "$$ROOT" || path == "$$CURRENT",
        Bson::Document(fields) => {
            fields.keys().next().is_some_and(|key| key.starts_with('$'))
                || is_included_path(fields.get("_id"))
        }
        _ => true,
    }
}

fn is_included_path(value: Option<&Bson>) -> bool {
    matches!(value, Some(Bson::String(path)) if path == "$_id" || path == "$$ROOT._id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stage_that_takes_the_token_away_is_refused() {
        for stage in [
            doc! { "$project": { "_id": 0 } },
            doc! { "$project": { "_id": false, "fullDocument": 1 } },
            doc! { "$project": { "_id": "$documentKey._id" } },
            doc! { "$project": { "_id._data": 0 } },
            doc! { "$set": { "_id": 1 } },
            doc! { "$addFields": { "_id._data": "x" } },
            doc! { "$unset": "_id" },
            doc! { "$unset": ["ns", "_id._data"] },
            doc! { "$replaceRoot": { "newRoot": "$fullDocument" } },
            doc! { "$replaceWith": "$fullDocument" },
            doc! { "$replaceWith": { "operationType": 1 } },
        ] {
            let error = keeps_the_token(&stage).unwrap_err();
            assert!(error.is_not_sent(), "{stage}: {error}");
        }
    }

    #[test]
    fn other_stages_pass() {
        for stage in [
            doc! { "$match": { "operationType": "insert", "_id": { "$exists": true } } },
            doc! { "$project": { "fullDocument.secret": 0 } },
            doc! { "$project": { "_id": 1, "operationType": 1 } },
            doc! { "$set": { "_identity": 1 } },
            doc! { "$unset": ["fullDocument.secret"] },
            doc! { "$replaceWith": { "$mergeObjects": ["$$ROOT", { "x": 1 }] } },
            doc! { "$replaceRoot": { "newRoot": { "_id": "$_id" } } },
            doc! { "$redact": "$$KEEP" },
            doc! {},
        ] {
            assert!(keeps_the_token(&stage).is_ok(), "{stage}");
        }
    }
}
