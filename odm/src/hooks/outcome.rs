//! `HookOutcome`: what a write has changed, for the hooks that run after it.

use mongodb::{
    bson::Bson,
    results::{DeleteResult, UpdateResult},
};

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
}

impl Reply for () {
    fn outcome(&self) -> HookOutcome {
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
}

impl Reply for DeleteResult {
    fn outcome(&self) -> HookOutcome {
        HookOutcome { matched: Some(self.deleted_count), ..HookOutcome::default() }
    }
}

impl<T> Reply for Option<T> {
    fn outcome(&self) -> HookOutcome {
        HookOutcome::found(self.is_some())
    }
}
