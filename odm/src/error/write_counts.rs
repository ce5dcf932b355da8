//! The numbers of documents that writes inserted, matched, modified, upserted and deleted.

use std::ops::AddAssign;

use mongodb::results::SummaryBulkWriteResult;

/// The numbers of documents that writes inserted, matched, modified, upserted and deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteCounts {
    /// The number of documents that inserts stored.
    pub inserted: u64,
    /// The number of documents that updates and replacements matched.
    pub matched: u64,
    /// The number of documents that updates and replacements changed.
    pub modified: u64,
    /// The number of documents that updates and replacements inserted, because no document matched.
    pub upserted: u64,
    /// The number of documents that were deleted.
    pub deleted: u64,
}

impl AddAssign for WriteCounts {
    fn add_assign(&mut self, more: Self) {
        self.inserted += more.inserted;
        self.matched += more.matched;
        self.modified += more.modified;
        self.upserted += more.upserted;
        self.deleted += more.deleted;
    }
}

impl WriteCounts {
    /// Converts the driver's counts.
    pub(crate) fn of_summary(summary: &SummaryBulkWriteResult) -> Self {
        let count = |count| u64::try_from(count).unwrap_or_default();
        Self {
            inserted: count(summary.inserted_count),
            matched: count(summary.matched_count),
            modified: count(summary.modified_count),
            upserted: count(summary.upserted_count),
            deleted: count(summary.deleted_count),
        }
    }
}
