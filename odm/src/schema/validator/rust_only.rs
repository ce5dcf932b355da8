//! `RustOnly`: a rule that the server cannot check.

use std::fmt;

/// A declared rule or type that the validator of a collection cannot express, so that only the client checks it.
///
/// [`Plan::rust_only`](crate::schema::Plan::rust_only) lists them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RustOnly {
    path: String,
    rule: &'static str,
    reason: &'static str,
}

impl RustOnly {
    pub(super) fn new(path: String, rule: &'static str, reason: &'static str) -> Self {
        Self { path, rule, reason }
    }

    /// Returns the dotted stored path, without the positions of array elements, and with `*` for the keys of a map. It
    /// is empty for a rule of the whole document.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the name of the rule, as a violation has it: `type` for what a type requires.
    pub fn rule(&self) -> &'static str {
        self.rule
    }

    /// Returns why the server cannot check the rule.
    pub fn reason(&self) -> &'static str {
        self.reason
    }
}

/// `email (email: the server has no such rule)`
impl fmt::Display for RustOnly {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() { "the document" } else { &self.path };
        write!(f, "{path} ({}: {})", self.rule, self.reason)
    }
}
