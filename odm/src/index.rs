//! Indexes as a model declares them.

use std::time::Duration;

/// One declared index; the derive makes them from `#[odm(index(..))]`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[must_use]
pub struct Index {
    keys: Vec<(String, Direction)>,
    name: Option<String>,
    unique: bool,
    sparse: bool,
    expire_after: Option<Duration>,
}

/// The order in which an index keeps a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// `1`
    Ascending,
    /// `-1`
    Descending,
}
