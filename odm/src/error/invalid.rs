//! Violations of the rules a model declares.

/// Every violation found in one document.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Violations(Vec<String>);
