//! One property in which the live schema differs from the declared one.

use std::{borrow::Cow, fmt};

/// One property in which a live index, validator or collection differs from the declared one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    what: Cow<'static, str>,
    live: String,
    declared: String,
}

impl Difference {
    pub(in crate::schema) fn new(
        what: &'static str,
        live: impl Into<String>,
        declared: impl Into<String>,
    ) -> Self {
        Self { what: Cow::Borrowed(what), live: live.into(), declared: declared.into() }
    }

    /// Returns a difference in a part of a validator.
    pub(in crate::schema) fn of(
        what: impl Into<String>,
        live: impl Into<String>,
        declared: impl Into<String>,
    ) -> Self {
        Self { what: Cow::Owned(what.into()), live: live.into(), declared: declared.into() }
    }

    /// Returns the property: `name`, `keys`, `unique`, `sparse`, `ttl`, `hidden`, `partial filter`, `collation`,
    /// `weights` and so on; of a validator the field and the keyword, such as `` `lines.qty` minimum ``.
    pub fn what(&self) -> &str {
        &self.what
    }

    /// Returns the live value as a string.
    pub fn live(&self) -> &str {
        &self.live
    }

    /// Returns the declared value as a string.
    pub fn declared(&self) -> &str {
        &self.declared
    }
}

/// `ttl 30d -> 90d`: the live value, then the declared one.
impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} -> {}", self.what, self.live, self.declared)
    }
}

/// Returns all differences on one line.
pub(in crate::schema) fn join(differences: &[Difference]) -> String {
    differences.iter().map(Difference::to_string).collect::<Vec<_>>().join("; ")
}
