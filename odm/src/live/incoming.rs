//! `Incoming`: an event while it is distributed.

use std::sync::{Arc, OnceLock};

use mongodb::bson::{RawBsonRef, RawDocument, RawDocumentBuf, Timestamp, cstr};

use super::filtered::FilteredChange;
use crate::{
    error::{Error, Result, codec::CodecError},
    filter::Matcher,
    model::Model,
    value::{OwnedRow, Raw},
    watch::Change,
};

pub(super) struct Incoming<'e, M: Model> {
    raw: &'e Arc<RawDocumentBuf>,
    kind: Kind,
    after: Option<&'e RawDocument>,
    before: Option<&'e RawDocument>,
    /// The decoded change. It is decoded once, if a subscriber receives it.
    change: OnceLock<Arc<Change<M>>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Insert,
    Replace,
    /// Whether the server looked the document up, so that a document that is not there was deleted.
    Update {
        is_looked_up: bool,
    },
    Delete,
    /// A change of the whole collection, or of one that is not known.
    Other,
}

impl<'e, M: Model> Incoming<'e, M> {
    pub(super) fn new(raw: &'e Arc<RawDocumentBuf>, is_looked_up: bool) -> Self {
        let kind = match raw.get_str("operationType") {
            Ok("insert") => Kind::Insert,
            Ok("replace") => Kind::Replace,
            Ok("update") => Kind::Update { is_looked_up },
            Ok("delete") => Kind::Delete,
            _ => Kind::Other,
        };
        let document = |name| raw.get_document(name).ok();
        Self {
            raw,
            kind,
            after: document("fullDocument"),
            before: document("fullDocumentBeforeChange"),
            change: OnceLock::new(),
        }
    }

    pub(super) fn raw(&self) -> &'e Arc<RawDocumentBuf> {
        self.raw
    }

    /// Returns whether the event is one of a document.
    pub(super) fn is_of_document(&self) -> bool {
        self.kind != Kind::Other
    }

    pub(super) fn id(&self) -> Option<RawBsonRef<'e>> {
        id_of(self.raw)
    }

    /// Returns what a subscriber receives, or `None` if the change does not concern its filter.
    pub(super) fn filtered(&self, filter: Option<&Matcher<M>>) -> Result<Option<FilteredChange<M>>> {
        let matching = |document: Option<&RawDocument>| match (document, filter) {
            (None, _) => Ok(None),
            (Some(_), None) => Ok(Some(true)),
            (Some(document), Some(filter)) => filter.matches_raw(document).map(Some),
        };
        let (matches, matched_before) = match self.kind {
            Kind::Insert => (matching(self.after)?, Some(false)),
            Kind::Replace => (matching(self.after)?, matching(self.before)?),
            Kind::Update { is_looked_up } => {
                let matches = matching(self.after)?.or(is_looked_up.then_some(false));
                (matches, matching(self.before)?)
            }
            Kind::Delete => (Some(false), matching(self.before)?),
            Kind::Other => (None, None),
        };
        if (matches, matched_before) == (Some(false), Some(false)) {
            return Ok(None);
        }
        Ok(Some(FilteredChange { change: self.change()?, matches, matched_before, missed: 0 }))
    }

    fn change(&self) -> Result<Arc<Change<M>>> {
        if let Some(change) = self.change.get() {
            return Ok(Arc::clone(change));
        }
        let change = Change::read_owned(Raw::document(self.raw.as_bytes()));
        let change = change.map_err(|cause: CodecError| Error::decode_event((**self.raw).clone(), cause))?;
        Ok(Arc::clone(self.change.get_or_init(|| Arc::new(change))))
    }
}

/// Returns the `_id` of the document that an event is about.
pub(super) fn id_of(event: &RawDocument) -> Option<RawBsonRef<'_>> {
    event.get_document("documentKey").ok()?.get("_id").ok()?
}

/// Returns the cluster time of an event.
pub(super) fn time_of(event: &RawDocument) -> Option<Timestamp> {
    event.get_timestamp("clusterTime").ok()
}

/// Returns the type and the bytes of an id. Equal integers of different types are the same id.
pub(super) fn id_bytes(id: RawBsonRef<'_>) -> Vec<u8> {
    /// The magnitude below which each integer has a double of its own.
    const EXACT: f64 = 9_007_199_254_740_992.0;
    let id = match id {
        RawBsonRef::Int32(number) => RawBsonRef::Int64(number.into()),
        #[allow(clippy::cast_possible_truncation)] // it is an integer of at most 53 bits
        RawBsonRef::Double(number) if number.fract() == 0.0 && number.abs() < EXACT => {
            RawBsonRef::Int64(number as i64)
        }
        other => other,
    };
    let mut document = RawDocumentBuf::new();
    document.append(cstr!("_id"), id);
    document.into_bytes()
}
