//! The keys of TTL indexes.

use crate::{path::Path, value::Dated};

/// Returns the name of a date field, for the key of a TTL index.
pub fn date<M, V: Dated, R>(path: &Path<M, V, R>) -> &str {
    path.name()
}
