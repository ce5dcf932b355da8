//! `BuildProgress`: how far the server is with the indexes that it builds.

use std::{fmt, sync::Arc};

/// A function that receives the progress.
pub(super) type Listener = Arc<dyn Fn(&BuildProgress<'_>) + Send + Sync>;

/// The progress of the indexes that the server builds in one collection.
///
/// The listener of [`Apply::on_progress`](super::Apply::on_progress) receives it. `Display` prints a line: `orders:
/// scanning collection: 29144 of 200000`.
#[derive(Debug, Clone)]
pub struct BuildProgress<'a> {
    pub(super) collection: &'a str,
    pub(super) indexes: Vec<String>,
    pub(super) phase: String,
    pub(super) done: u64,
    pub(super) total: u64,
}

impl<'a> BuildProgress<'a> {
    /// Returns the name of the collection.
    pub fn collection(&self) -> &'a str {
        self.collection
    }

    /// Returns the names of the indexes, which the server builds together. Another process may have begun it.
    pub fn indexes(&self) -> &[String] {
        &self.indexes
    }

    /// Returns what the server does, in its words: `scanning collection`, and after that `inserting keys from external
    /// sorter into index`.
    pub fn phase(&self) -> &str {
        &self.phase
    }

    /// Returns how many documents or keys of this phase are done. The next phase begins at 0.
    pub fn done(&self) -> u64 {
        self.done
    }

    /// Returns how many documents or keys this phase has, as far as the server knows when it begins.
    pub fn total(&self) -> u64 {
        self.total
    }
}

impl fmt::Display for BuildProgress<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}: {} of {}", self.collection, self.phase, self.done, self.total)
    }
}
