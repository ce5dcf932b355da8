//! `Reply`: the server's reply to the opening `aggregate` and to each `getMore`.

use std::collections::VecDeque;

use mongodb::bson::{RawBsonRef, RawDocument, RawDocumentBuf, Timestamp};

use super::token::ResumeToken;

/// One batch of events, not yet decoded.
#[derive(Debug, Default)]
pub(super) struct Reply {
    /// The events, in order.
    pub(super) events: VecDeque<RawDocumentBuf>,
    /// The position after the batch. It can be later than the last event, if only other collections changed.
    pub(super) token: Option<ResumeToken>,
    /// The id of the cursor, or 0 if the server has closed it.
    pub(super) cursor: i64,
    /// The operation time of the deployment at the time of the reply.
    pub(super) time: Option<Timestamp>,
}

impl Reply {
    /// Reads a reply, or returns `None` if it is not a batch of events.
    pub(super) fn of(answer: &RawDocument) -> Option<Self> {
        let cursor = answer.get_document("cursor").ok()?;
        let batch = cursor.get_array("nextBatch").or_else(|_| cursor.get_array("firstBatch")).ok()?;
        let events = batch.into_iter().map(|event| Some(event.ok()?.as_document()?.to_owned()));
        Some(Self {
            events: events.collect::<Option<_>>()?,
            token: match cursor.get("postBatchResumeToken").ok()? {
                Some(RawBsonRef::Document(token)) => ResumeToken::from_raw(token).ok(),
                _ => None,
            },
            cursor: cursor.get_i64("id").ok()?,
            time: answer.get("operationTime").ok()?.and_then(RawBsonRef::as_timestamp),
        })
    }

    /// Returns `true` if the server has closed the cursor, so that no batch follows.
    pub(super) fn is_last(&self) -> bool {
        self.cursor == 0
    }
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn a_reply_is_read() {
        let reply = Reply::of(&rawdoc! {
            "cursor": { "firstBatch": [{ "a": 1 }, { "a": 2 }], "postBatchResumeToken": { "_data": "82" }, "id": 7_i64 },
            "operationTime": Timestamp { time: 3, increment: 1 },
        })
        .unwrap();
        assert_eq!(reply.events.len(), 2);
        assert_eq!(reply.token.as_ref().map(ResumeToken::data), Some("82"));
        assert_eq!(reply.time, Some(Timestamp { time: 3, increment: 1 }));
        assert!(!reply.is_last());
        let last = Reply::of(&rawdoc! { "cursor": { "nextBatch": [], "id": 0_i64 } }).unwrap();
        assert!(last.is_last() && last.token.is_none());
        assert!(Reply::of(&rawdoc! { "ok": 1 }).is_none());
        assert!(Reply::of(&rawdoc! { "cursor": { "nextBatch": [1], "id": 7_i64 } }).is_none());
    }
}
