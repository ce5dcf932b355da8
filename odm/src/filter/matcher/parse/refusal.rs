//! The messages of filters that cannot be compiled.

use crate::error::Error;

/// The error of an operator that only the server evaluates.
#[cold]
pub(super) fn only_server(operator: &str) -> Error {
    Error::refused(format!(
        "`{operator}` is evaluated only by the server, so the filter cannot be evaluated here: remove this condition, or \
         select the documents with `find`"
    ))
}

/// The error of an operand that the server refuses.
#[cold]
pub(super) fn invalid(operator: &str, expected: &str) -> Error {
    Error::refused(format!("`{operator}` expects {expected}; the server refuses this filter, too"))
}
