//! Validation: the rules a document must satisfy before it is written.

use crate::error::invalid::Violations;

/// A document type with rules; the derive implements it from `#[odm(validate(..))]`.
pub trait Validate {
    /// Checks every rule and reports every violation to `check`.
    fn check(&self, check: &mut Check);
}

/// Collects violations while a document is walked; knows the dotted path it stands at.
#[derive(Debug, Default)]
pub struct Check {
    path: Vec<String>,
    violations: Violations,
}

impl Check {
    /// Nothing found so far.
    pub fn new() -> Self {
        Self::default()
    }
}
