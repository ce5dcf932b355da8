//! `Deleted`: what a delete with the rules of references changed.

use crate::model::Model;

/// What was changed by a delete with the rules of references: numbers of documents, by model.
///
/// Awaiting [`References::delete`](super::References::delete) returns it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The collections with the numbers of their documents that were deleted, and in which a reference was removed.
    collections: Vec<(&'static str, u64, u64)>,
}

impl Deleted {
    /// Returns how many documents of `M` were deleted.
    pub fn count<M: Model>(&self) -> u64 {
        self.of::<M>(|(_, deleted, _)| *deleted)
    }

    /// Returns in how many documents of `M` a reference was removed. A document from which several fields were removed
    /// counts once for each.
    pub fn nullified<M: Model>(&self) -> u64 {
        self.of::<M>(|(_, _, nullified)| *nullified)
    }

    /// Returns how many documents were deleted in all collections.
    pub fn total(&self) -> u64 {
        self.collections.iter().map(|(_, deleted, _)| deleted).sum()
    }

    fn of<M: Model>(&self, number: impl Fn(&(&'static str, u64, u64)) -> u64) -> u64 {
        self.collections.iter().find(|(name, ..)| *name == M::COLLECTION).map_or(0, number)
    }

    fn entry(&mut self, collection: &'static str) -> &mut (&'static str, u64, u64) {
        let known = self.collections.iter().position(|(name, ..)| *name == collection);
        let at = known.unwrap_or(self.collections.len());
        if known.is_none() {
            self.collections.push((collection, 0, 0));
        }
        &mut self.collections[at]
    }

    pub(super) fn add_deleted(&mut self, collection: &'static str, count: u64) {
        self.entry(collection).1 += count;
    }

    pub(super) fn add_nullified(&mut self, collection: &'static str, count: u64) {
        self.entry(collection).2 += count;
    }
}
