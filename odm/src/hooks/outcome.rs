//! `HookOutcome`: what a write has changed, for the hooks that run after it.

use mongodb::{
    bson::Bson,
    results::{DeleteResult, UpdateResult},
};

use crate::error::{Command, Error, WriteReply};

/// What a write has changed, as far as the server's reply shows it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct HookOutcome {
    matched: Option<u64>,
    modified: Option<u64>,
    inserted: bool,
    upserted_id: Option<Bson>,
}

impl HookOutcome {
    /// Returns how many documents the write replaced, updated or deleted: those that matched the filter, also if they
    /// were as they are now.
    ///
    /// Returns `None` for a write of a `bulk_write`, because a command with several writes returns only their sum, and
    /// for a `find_one_and_*` that inserted a document or found none.
    pub fn matched(&self) -> Option<u64> {
        self.matched
    }

    /// Returns how many documents the write changed. Returns `None` for a delete and a `save`, and for a write of a
    /// `bulk_write` or a `find_one_and_*`.
    pub fn modified(&self) -> Option<u64> {
        self.modified
    }

    /// Returns whether the write inserted a document. A `find_one_and_*` with an upsert does not show it, and returns
    /// `false`.
    pub fn is_inserted(&self) -> bool {
        self.inserted
    }

    /// Returns the `_id` of the document that an update with an upsert inserted.
    pub fn upserted_id(&self) -> Option<&Bson> {
        self.upserted_id.as_ref()
    }

    /// Returns the outcome of an insert.
    pub(crate) fn inserted() -> Self {
        Self { inserted: true, ..Self::default() }
    }

    /// Returns the outcome of a save.
    pub(crate) fn saved(is_created: bool) -> Self {
        Self { matched: Some(u64::from(!is_created)), inserted: is_created, ..Self::default() }
    }

    /// Returns the outcome of a write that returns the document that it found.
    pub(crate) fn found(is_found: bool) -> Self {
        Self { matched: is_found.then_some(1), ..Self::default() }
    }

    /// Returns the outcome of a write of a bulk write, which inserted a document with this `_id` if there is one.
    pub(crate) fn of_bulk(upserted_id: Option<Bson>) -> Self {
        Self { inserted: upserted_id.is_some(), upserted_id, ..Self::default() }
    }
}

/// The result of a verb that writes.
pub(crate) trait Reply {
    fn outcome(&self) -> HookOutcome;

    /// Returns the outcome of a write that was applied, and whose error is that of its write concern.
    fn outcome_of_applied(error: &Error) -> HookOutcome;
}

impl Reply for () {
    fn outcome(&self) -> HookOutcome {
        HookOutcome::inserted()
    }

    fn outcome_of_applied(_: &Error) -> HookOutcome {
        HookOutcome::inserted()
    }
}

impl Reply for UpdateResult {
    fn outcome(&self) -> HookOutcome {
        HookOutcome {
            matched: Some(self.matched_count),
            modified: Some(self.modified_count),
            inserted: self.upserted_id.is_some(),
            upserted_id: self.upserted_id.clone(),
        }
    }

    fn outcome_of_applied(error: &Error) -> HookOutcome {
        let Some(reply) = WriteReply::of(Command::Update, error) else { return HookOutcome::default() };
        let (counts, upserted_id) = reply.into_parts();
        HookOutcome {
            matched: Some(counts.matched),
            modified: Some(counts.modified),
            inserted: upserted_id.is_some(),
            upserted_id,
        }
    }
}

impl Reply for DeleteResult {
    fn outcome(&self) -> HookOutcome {
        HookOutcome { matched: Some(self.deleted_count), ..HookOutcome::default() }
    }

    fn outcome_of_applied(error: &Error) -> HookOutcome {
        let matched = WriteReply::of(Command::Delete, error).map(|reply| reply.into_parts().0.deleted);
        HookOutcome { matched, ..HookOutcome::default() }
    }
}

impl<T> Reply for Option<T> {
    fn outcome(&self) -> HookOutcome {
        HookOutcome::found(self.is_some())
    }

    fn outcome_of_applied(error: &Error) -> HookOutcome {
        HookOutcome::found(WriteReply::has_document(error))
    }
}
