//! `$changeStream`, as a stage of a pipeline that is a value.

use mongodb::{
    bson::{Document, Timestamp},
    options::{FullDocumentBeforeChangeType, FullDocumentType},
};

use super::{
    Change, ResumeToken,
    options::{after, before},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    model::Model,
    pipeline::{InChangeStream, Pipeline},
};

/// The argument of the stage [`change_stream`](Pipeline::change_stream).
#[derive(Debug, Clone)]
#[must_use = "pass it to `change_stream`"]
pub struct ChangeStreamStage {
    argument: CodecResult<Document>,
}

impl Default for ChangeStreamStage {
    fn default() -> Self {
        Self::new()
    }
}

impl ChangeStreamStage {
    /// Returns the events from now on.
    ///
    /// `{}`
    pub fn new() -> Self {
        Self { argument: Ok(Document::new()) }
    }

    fn with(mut self, name: &str, value: CodecResult<impl Into<mongodb::bson::Bson>>) -> Self {
        self.argument = self.argument.and_then(|mut argument| {
            argument.insert(name, value?);
            Ok(argument)
        });
        self
    }

    /// Sets which document an event of an update has.
    ///
    /// `fullDocument: "updateLookup"`
    pub fn full_document(self, value: &FullDocumentType) -> Self {
        let value = after(value).map_err(|_| CodecError::new("a kind of document", "another kind"));
        self.with("fullDocument", value)
    }

    /// Sets whether events have the document before the change.
    ///
    /// `fullDocumentBeforeChange: "whenAvailable"`
    pub fn full_document_before_change(self, value: &FullDocumentBeforeChangeType) -> Self {
        let value = before(value).map_err(|_| CodecError::new("a kind of document", "another kind"));
        self.with("fullDocumentBeforeChange", value)
    }

    /// Begins after a position, which is not that of an `invalidate`.
    ///
    /// `resumeAfter: token`
    pub fn resume_after(self, token: &ResumeToken) -> Self {
        self.with("resumeAfter", token.to_document())
    }

    /// Begins after a position.
    ///
    /// `startAfter: token`
    pub fn start_after(self, token: &ResumeToken) -> Self {
        self.with("startAfter", token.to_document())
    }

    /// Begins at a time of the cluster.
    ///
    /// `startAtOperationTime: time`
    pub fn start_at_operation_time(self, time: Timestamp) -> Self {
        self.with("startAtOperationTime", Ok(time))
    }

    /// Returns the events of all collections of all databases. The aggregation runs on the database `admin`.
    ///
    /// `allChangesForCluster: true`
    pub fn all_changes_for_cluster(self, all: bool) -> Self {
        self.with("allChangesForCluster", Ok(all))
    }

    /// Returns also events about indexes, collections and options.
    ///
    /// `showExpandedEvents: true`
    pub fn show_expanded_events(self, expanded: bool) -> Self {
        self.with("showExpandedEvents", Ok(expanded))
    }
}

impl<M: Model> Pipeline<M> {
    /// Returns the changes of the collection, as a pipeline that is a value: to see or to pass on what is sent.
    /// [`Collection::watch`](crate::Collection::watch) opens a change stream, and adds this stage itself.
    ///
    /// `{ $changeStream: {} }`
    pub fn change_stream(self, stage: ChangeStreamStage) -> Pipeline<M, Change<M>, InChangeStream> {
        self.with_target(|_| InChangeStream).then("$changeStream", stage.argument.map(Into::into))
    }
}

impl Pipeline<Document> {
    /// Returns the changes of a database or of a deployment, as a pipeline that is a value: to see or to pass on what is
    /// sent. [`Database::watch`](crate::Database::watch) opens a change stream, and adds this stage itself.
    ///
    /// `{ $changeStream: { allChangesForCluster: true } }`
    pub fn change_stream(self, stage: ChangeStreamStage) -> Pipeline<Document, Document, InChangeStream> {
        self.with_target(|_| InChangeStream).then("$changeStream", stage.argument.map(Into::into))
    }
}
