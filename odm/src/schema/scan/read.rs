//! Reading a stored document as its model.

use super::Problem;
use crate::{Model, from_slice};

/// Returns what is wrong with a document, and why.
pub(in crate::schema) type Read = fn(&[u8]) -> Result<(), (Problem, String)>;

/// Reads a document as `M`, and checks its rules.
pub(in crate::schema) fn read<M: Model>(bytes: &[u8]) -> Result<(), (Problem, String)> {
    let document = from_slice::<M>(bytes).map_err(|error| {
        let reason = error.decode_error().map_or_else(|| error.to_string(), ToString::to_string);
        (Problem::Unreadable, reason)
    })?;
    document.validate().map_err(|violations| (Problem::Rules, violations.to_string()))
}
