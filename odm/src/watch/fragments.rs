//! `Fragments`: joins the fragments of the events that `$changeStreamSplitLargeEvent` has split.
//!
//! The server sends `{ _id: .., splitEvent: { fragment: 1, of: 2 }, .. }`, `{ _id: .., splitEvent: { fragment: 2, of: 2 },
//! .. }`. Each fragment has a resume token and some of the fields of the event. No field is in two of them.

use std::collections::VecDeque;

use mongodb::bson::{RawDocument, RawDocumentBuf};

/// The fragments of an event whose last fragment has not been received. They may be in several batches.
#[derive(Debug, Default)]
pub(super) struct Fragments(Vec<RawDocumentBuf>);

impl Fragments {
    /// Returns the events of a batch. The fragments of an event are joined when its last fragment is received.
    pub(super) fn join(&mut self, batch: VecDeque<RawDocumentBuf>) -> VecDeque<RawDocumentBuf> {
        if self.0.is_empty() && !batch.iter().any(|event| split(event).is_some()) {
            return batch;
        }
        let mut events = VecDeque::with_capacity(batch.len());
        for event in batch {
            match split(&event) {
                Some((fragment, of)) if fragment < of => self.0.push(event),
                Some(_) => {
                    self.0.push(event);
                    events.push_back(joined(&self.0));
                    self.0.clear();
                }
                None => events.push_back(event),
            }
        }
        events
    }

    /// Returns `true` if no fragment waits for the rest of its event.
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Discards the fragments. A stream that resumes receives all fragments of the event again.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Returns the number of a fragment, from 1, and the number of fragments of its event. Returns `None` for an event that is
/// not split.
fn split(event: &RawDocument) -> Option<(i32, i32)> {
    let split = event.get_document("splitEvent").ok()?;
    Some((split.get_i32("fragment").ok()?, split.get_i32("of").ok()?))
}

/// Returns the event of these fragments. Its resume token is that of the last fragment: a stream that resumes after it
/// continues with the next event.
fn joined(fragments: &[RawDocumentBuf]) -> RawDocumentBuf {
    let mut event = RawDocumentBuf::new();
    for (index, fragment) in fragments.iter().enumerate() {
        let is_last = index + 1 == fragments.len();
        for element in fragment.iter_elements() {
            let Ok(element) = element else { break };
            let name = element.key();
            if name.as_str() == "splitEvent" || (name.as_str() == "_id" && !is_last) {
                continue;
            }
            if let Ok(value) = element.value() {
                event.append(name, value);
            }
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    fn fragment(token: &str, fragment: i32, of: i32) -> RawDocumentBuf {
        rawdoc! { "_id": { "_data": token }, "splitEvent": { "fragment": fragment, "of": of } }
    }

    #[test]
    fn fragments_are_joined_across_batches() {
        let whole = rawdoc! { "_id": { "_data": "81" }, "operationType": "insert" };
        let mut first = fragment("82", 1, 3);
        first.append(mongodb::bson::raw::cstr!("operationType"), "update");
        let second = fragment("83", 2, 3);
        let mut third = fragment("84", 3, 3);
        third.append(mongodb::bson::raw::cstr!("fullDocument"), rawdoc! { "n": 1 });

        let mut fragments = Fragments::default();
        assert_eq!(fragments.join([whole.clone(), first].into()), std::slice::from_ref(&whole));
        assert!(!fragments.is_empty());
        assert!(fragments.join([second].into()).is_empty());
        let event =
            rawdoc! { "operationType": "update", "_id": { "_data": "84" }, "fullDocument": { "n": 1 } };
        assert_eq!(fragments.join([third, whole.clone()].into()), [event, whole]);
        assert!(fragments.is_empty());
    }
}
