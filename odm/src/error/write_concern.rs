//! Write concerns that were not satisfied: how far an applied write got.

use std::{fmt, time::Duration};

use mongodb::bson::{Bson, Document};

/// A write is applied, but was not acknowledged by as many members as its write concern asks for.
///
/// A failover may still undo it. Writing again is safe only if applying the write twice is.
#[derive(Clone, PartialEq)]
pub struct WriteConcernError {
    code: i32,
    name: String,
    details: Option<Document>,
}

impl WriteConcernError {
    pub(super) fn new(error: &mongodb::error::WriteConcernError) -> Self {
        Self { code: error.code, name: error.code_name.clone(), details: error.details.clone() }
    }

    /// The server's code: 64 where members were too slow, 100 or 79 where the deployment cannot satisfy it at all.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// The name of the code, `WriteConcernFailed`; empty where the server did not give it.
    pub fn code_name(&self) -> &str {
        &self.name
    }

    /// Whether the members were too slow for its `wtimeout`: they may have the write by now.
    pub fn is_timeout(&self) -> bool {
        self.code == 64
            || self.details.as_ref().is_some_and(|details| details.get_bool("wtimeout").unwrap_or(false))
    }

    /// Whether the deployment has too few members, or not the tags, that it asks for: no waiting will help.
    pub fn is_unsatisfiable(&self) -> bool {
        matches!(self.code, 79 | 100)
    }

    /// How many members it asks for, or what it calls them, `majority`; `None` where the server did not tell.
    pub fn w(&self) -> Option<&Bson> {
        self.write_concern()?.get("w")
    }

    /// How long it waits for them; `None` for ever, or where the server did not tell.
    pub fn wtimeout(&self) -> Option<Duration> {
        let limit = match self.write_concern()?.get("wtimeout")? {
            Bson::Int32(limit) => u64::try_from(*limit).ok()?,
            Bson::Int64(limit) => u64::try_from(*limit).ok()?,
            _ => return None,
        };
        (limit > 0).then(|| Duration::from_millis(limit))
    }

    fn write_concern(&self) -> Option<&Document> {
        self.details.as_ref()?.get_document("writeConcern").ok()
    }
}

impl fmt::Display for WriteConcernError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(
            "the write was applied, but not acknowledged by as many members as its write concern asks for",
        )?;
        if self.is_unsatisfiable() {
            f.write_str(", which this deployment does not have")?;
        }
        Ok(())
    }
}

impl fmt::Debug for WriteConcernError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WriteConcernError")
            .field("code", &self.code)
            .field("name", &self.name)
            .finish_non_exhaustive()
    }
}
