//! How many documents writes were about.

use std::ops::AddAssign;

use mongodb::results::SummaryBulkWriteResult;

/// How many documents some writes stored, found, changed and removed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WriteCounts {
    /// Documents that inserts stored.
    pub inserted: u64,
    /// Documents that updates and replacements found.
    pub matched: u64,
    /// Documents that updates and replacements changed.
    pub modified: u64,
    /// Documents that updates and replacements stored, as nothing matched.
    pub upserted: u64,
    /// Documents that were removed.
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
    /// The driver's counts.
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
