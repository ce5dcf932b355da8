//! What the leases of migrations and of subscriptions have in common.
//!
//! A lease is a document with its owner, a number that grows with each owner, and the time `until` which it is valid.
//! The clock of the primary decides, so the clocks of the instances do not matter.

use std::time::Duration;

use mongodb::{
    bson::{DateTime, Document, doc},
    options::{Acknowledgment, WriteConcern},
};

use crate::error::Error;

/// How long the members may take to replicate a write to a lease.
const REPLICATION_TIME: Duration = Duration::from_secs(10);
/// The server's codes of a claim that waits for an open transaction of the owner: `MaxTimeMSExpired` and
/// `WriteConflict`.
const BLOCKED: [i32; 2] = [50, 112];

/// Returns the expression of the time at which a lease expires that is claimed or renewed now.
pub(crate) fn until(length: Duration) -> Document {
    doc! { "$dateAdd": { "startDate": "$$NOW", "unit": "millisecond", "amount": millis(length) } }
}

/// Returns the expression of whether the lease has expired, or was never claimed.
pub(crate) fn is_free() -> Document {
    doc! { "$lte": [{ "$ifNull": ["$until", DateTime::MIN] }, "$$NOW"] }
}

/// Returns the expression of the next number, which is stored in this field.
pub(crate) fn next_number(field: &str) -> Document {
    doc! { "$add": [{ "$ifNull": [format!("${field}"), 0_i64] }, 1_i64] }
}

/// Returns the command that claims a lease with this update. It matches in every case, so that the reply contains the
/// owner. It waits for an open transaction of the owner at most for `wait`.
///
/// The driver does not check the `writeConcernError` of the reply: without the acknowledgement of the majority, an
/// election could undo the claim, and another owner could have the same number.
pub(crate) fn claim(collection: &str, name: &str, update: Vec<Document>, wait: Duration) -> Document {
    doc! {
        "findAndModify": collection,
        "query": { "_id": name },
        "update": update,
        "upsert": true,
        "new": true,
        "maxTimeMS": millis(wait),
        "writeConcern": { "w": "majority", "wtimeout": millis(REPLICATION_TIME) },
    }
}

/// Returns whether a claim failed because it waited for an open transaction of the owner.
pub(crate) fn is_blocked(error: &Error) -> bool {
    error.code().is_some_and(|code| BLOCKED.contains(&code))
}

/// Returns the write concern of all writes to leases.
pub(crate) fn majority() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(REPLICATION_TIME).build()
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}
