//! Errors of writes that are applied, but whose write concern is not satisfied.

use std::{fmt, time::Duration};

use mongodb::bson::{Bson, Document};

/// The error of a write that is applied, but was not acknowledged by as many members as its write concern requires.
///
/// A failover may still undo the write. Writing again is safe only if applying the write twice is safe.
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

    /// Returns the server's code: 64 if members were too slow, 100 or 79 if the deployment cannot satisfy the write
    /// concern.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Returns the name of the code, such as `WriteConcernFailed`. It is empty if the server did not send it.
    pub fn code_name(&self) -> &str {
        &self.name
    }

    /// Returns `true` if the members were too slow for the `wtimeout`. They may have applied the write since.
    pub fn is_timeout(&self) -> bool {
        self.code == 64
            || self.details.as_ref().is_some_and(|details| details.get_bool("wtimeout").unwrap_or(false))
    }

    /// Returns `true` if the deployment does not have the required number of members or the required tags. Waiting
    /// does not help.
    pub fn is_unsatisfiable(&self) -> bool {
        matches!(self.code, 79 | 100)
    }

    /// Returns the required number of members, or a name such as `majority`. Returns `None` if the server did not
    /// send it.
    pub fn w(&self) -> Option<&Bson> {
        self.write_concern()?.get("w")
    }

    /// Returns the time limit for the acknowledgement. Returns `None` if there is no limit, or if the server did not
    /// send it.
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
