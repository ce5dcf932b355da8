//! `Change`: one item of a change stream.

use std::fmt;

use mongodb::bson::{DateTime, RawBsonRef, RawDocument, RawDocumentBuf, Timestamp};

use super::{
    event::{Event, Parts},
    token::ResumeToken,
};
use crate::{
    error::codec::CodecResult,
    model::Model,
    pipeline::{InChangeStream, Pipeline},
};

/// One change of a collection: what happened, when, and the position after it.
#[derive(Clone)]
pub struct Change<M: Model> {
    token: ResumeToken,
    event: Event<M>,
    before: Option<M>,
    raw: RawDocumentBuf,
}

/// The decoded parts of an event, without the event's bytes.
pub(super) struct Decoded<M: Model> {
    pub(super) token: ResumeToken,
    event: Event<M>,
    before: Option<M>,
}

impl<M: Model> Decoded<M> {
    pub(super) fn of(event: &RawDocument) -> CodecResult<Self> {
        let token = ResumeToken::of_event(event)?;
        let parts = Parts::of(event.as_bytes())?;
        Ok(Self { token, event: parts.event()?, before: parts.before()? })
    }

    pub(super) fn with(self, raw: RawDocumentBuf) -> Change<M> {
        Change { token: self.token, event: self.event, before: self.before, raw }
    }
}

impl<M: Model> Change<M> {
    /// Returns a pipeline of a change stream without stages, whose rows are the events. Use it to see what stages send,
    /// without a server; a stream gets its stages from [`Watch::pipeline`](crate::action::Watch::pipeline).
    ///
    /// ```
    /// # use odm::{Id, Model, watch::Change};
    /// # use odm::mongodb::change_stream::event::OperationType;
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i32 }
    /// let stages = Change::<Order>::pipeline()
    ///     .matching(|c| c.operation_type().eq(OperationType::Insert) & c.full_document().total().gt(100));
    /// assert_eq!(
    ///     stages.to_string(),
    ///     r#"[{ "$match": { "operationType": { "$eq": "insert" }, "fullDocument.total": { "$gt": 100 } } }]"#,
    /// );
    /// ```
    pub fn pipeline() -> Pipeline<M, Self, InChangeStream> {
        Pipeline::at(InChangeStream).cast()
    }

    /// Returns what happened.
    pub fn event(&self) -> &Event<M> {
        &self.event
    }

    /// Converts the change into its event.
    pub fn into_event(self) -> Event<M> {
        self.event
    }

    /// Returns the position of this change. A stream that resumes after it starts with the next change.
    pub fn token(&self) -> &ResumeToken {
        &self.token
    }

    /// Returns the document after the change: the inserted document, the replacement, or for an update the document
    /// that the server looked up, if [`Watch::full_document`](crate::action::Watch::full_document) requests it.
    pub fn document(&self) -> Option<&M> {
        match &self.event {
            Event::Insert(document) | Event::Replace(document) => Some(document),
            Event::Update { document, .. } => document.as_ref(),
            _ => None,
        }
    }

    /// Returns the document before the change, if
    /// [`Watch::full_document_before_change`](crate::action::Watch::full_document_before_change) requests it and the
    /// server has it.
    pub fn before(&self) -> Option<&M> {
        self.before.as_ref()
    }

    /// Returns the `_id` of the changed document, or `None` for a change of the whole collection.
    pub fn id(&self) -> Option<&M::Id> {
        match &self.event {
            Event::Insert(document) | Event::Replace(document) => Some(document.id()),
            Event::Update { id, .. } | Event::Delete { id } => Some(id),
            _ => None,
        }
    }

    /// Returns the database and the collection of the change: `ns`. The collection is `None` for a change of the
    /// database.
    pub fn namespace(&self) -> Option<(&str, Option<&str>)> {
        let namespace = self.get("ns").and_then(RawBsonRef::as_document)?;
        Some((namespace.get_str("db").ok()?, namespace.get_str("coll").ok()))
    }

    /// Returns the key of the changed document: its `_id`, and its shard key if the collection has one.
    pub fn document_key(&self) -> Option<&RawDocument> {
        self.get("documentKey").and_then(RawBsonRef::as_document)
    }

    /// Returns the cluster time of the change, which orders the changes of a deployment. All changes of one
    /// transaction have the same cluster time.
    pub fn cluster_time(&self) -> Option<Timestamp> {
        self.get("clusterTime").and_then(RawBsonRef::as_timestamp)
    }

    /// Returns the time of the change by the clock of the server.
    pub fn wall_time(&self) -> Option<DateTime> {
        self.get("wallTime").and_then(RawBsonRef::as_datetime)
    }

    /// Returns the transaction that the change is part of. Its session and its number together identify it.
    pub fn transaction(&self) -> Option<(&RawDocument, i64)> {
        let session = self.get("lsid").and_then(RawBsonRef::as_document)?;
        let number = self.get("txnNumber").and_then(RawBsonRef::as_i64)?;
        Some((session, number))
    }

    /// Returns the event as the server sent it.
    pub fn raw(&self) -> &RawDocument {
        &self.raw
    }

    fn get(&self, key: &str) -> Option<RawBsonRef<'_>> {
        self.raw.get(key).ok().flatten()
    }
}

impl<M: Model + fmt::Debug> fmt::Debug for Change<M>
where
    M::Id: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Change")
            .field("event", &self.event)
            .field("before", &self.before)
            .field("token", &self.token)
            .finish_non_exhaustive()
    }
}
