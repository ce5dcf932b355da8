//! Indexes as a model declares them.

use std::time::Duration;

/// One declared index; the derive makes them from `#[odm(index(..))]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Index {
    pub(crate) keys: Vec<(String, Direction)>,
    pub(crate) name: Option<String>,
    pub(crate) unique: bool,
    pub(crate) sparse: bool,
    pub(crate) expire_after: Option<Duration>,
}

/// The order in which an index keeps a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `1`
    Ascending,
    /// `-1`
    Descending,
}
