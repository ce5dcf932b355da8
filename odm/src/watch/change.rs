//! `Change`: one item of a change stream.

use std::fmt;

use mongodb::bson::{DateTime, RawBsonRef, RawDocument, RawDocumentBuf, Timestamp};

use super::{
    event::{Event, Parts},
    token::ResumeToken,
};
use crate::{error::codec::CodecResult, model::Model};

/// One change of a collection: what happened, when, and where the history stands after it.
#[derive(Clone)]
pub struct Change<M: Model> {
    token: ResumeToken,
    event: Event<M>,
    before: Option<M>,
    raw: RawDocumentBuf,
}

/// The decoded parts of an event, before the event's bytes join them.
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
    /// What happened.
    pub fn event(&self) -> &Event<M> {
        &self.event
    }

    /// What happened, by value.
    pub fn into_event(self) -> Event<M> {
        self.event
    }

    /// The position of this change: a stream that resumes after it gives the next one first.
    pub fn token(&self) -> &ResumeToken {
        &self.token
    }

    /// The document after the change: the inserted or replacing one, or what the server found when it looked
    /// up an updated one.
    pub fn document(&self) -> Option<&M> {
        match &self.event {
            Event::Insert(document) | Event::Replace(document) => Some(document),
            Event::Update { document, .. } => document.as_ref(),
            _ => None,
        }
    }

    /// The document before the change, where
    /// [`Watch::full_document_before_change`](crate::action::Watch::full_document_before_change) asked for it
    /// and the server has it.
    pub fn before(&self) -> Option<&M> {
        self.before.as_ref()
    }

    /// Which document was changed; `None` for changes of the whole collection.
    pub fn id(&self) -> Option<&M::Id> {
        match &self.event {
            Event::Insert(document) | Event::Replace(document) => Some(document.id()),
            Event::Update { id, .. } | Event::Delete { id } => Some(id),
            _ => None,
        }
    }

    /// The key of the changed document: its `_id`, and its shard key where the collection has one.
    pub fn document_key(&self) -> Option<&RawDocument> {
        self.get("documentKey").and_then(RawBsonRef::as_document)
    }

    /// When the change was written, in the order of the deployment. All changes of one transaction have the
    /// same.
    pub fn cluster_time(&self) -> Option<Timestamp> {
        self.get("clusterTime").and_then(RawBsonRef::as_timestamp)
    }

    /// When the change was written, by the clock of the server.
    pub fn wall_time(&self) -> Option<DateTime> {
        self.get("wallTime").and_then(RawBsonRef::as_datetime)
    }

    /// The transaction that the change is part of: its session and its number, which together name it.
    pub fn transaction(&self) -> Option<(&RawDocument, i64)> {
        let session = self.get("lsid").and_then(RawBsonRef::as_document)?;
        let number = self.get("txnNumber").and_then(RawBsonRef::as_i64)?;
        Some((session, number))
    }

    /// The event as the server sent it: the way down a floor.
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
