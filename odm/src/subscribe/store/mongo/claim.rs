//! The claim of a term.

use std::time::Duration;

use mongodb::bson::{Document, doc};

use super::super::NOT_REPLICATED;
use super::{CLAIM, Claim, MongoPositions, Term};
use crate::{
    error::{Error, Result},
    exec,
    session::lease::{self, is_blocked, is_free, next_number, until},
};

/// How long a claim may wait for the open transaction of another instance. After that, the transaction is ended if its
/// instance gives no sign of life.
const CLAIM_TIME: Duration = Duration::from_millis(500);

impl MongoPositions {
    /// Begins a term of `owner`. Ends the transaction that an instance left open.
    pub(super) async fn claim_term(&self, name: &str, owner: &str, lease: Option<Duration>) -> Result<Claim> {
        match self.try_claim(name, owner, lease).await {
            Err(error) if is_blocked(&error) => {}
            claimed => return claimed,
        }
        if !self.end_open_transaction(name, lease.is_some()).await? {
            return Ok(Claim::Refused);
        }
        match self.try_claim(name, owner, lease).await {
            Err(error) if is_blocked(&error) => Ok(Claim::Refused),
            claimed => claimed,
        }
    }

    async fn try_claim(&self, name: &str, owner: &str, lease: Option<Duration>) -> Result<Claim> {
        let store = self.clone();
        let command = claim(&self.collection, name, owner, lease);
        let reply = exec::completed(Box::pin(async move {
            exec::run(store.operation(CLAIM), store.database.driver().run_command(command)).await
        }))
        .await?;
        // A term that may be rolled back has not begun.
        if reply.contains_key("writeConcernError") {
            return Err(Error::answered(NOT_REPLICATED, "the position was not replicated in time"));
        }
        let value = reply.get_document("value").ok();
        let fence = value.and_then(|value| value.get_i64("fence").ok());
        match (value.and_then(|value| value.get_str("owner").ok()), fence) {
            (Some(stored), Some(fence)) if stored == owner => {
                Ok(Claim::Granted(Term::new(owner, fence, lease)))
            }
            _ => Ok(Claim::Refused),
        }
    }
}

/// Returns the command that begins a term.
fn claim(collection: &str, name: &str, owner: &str, lease: Option<Duration>) -> Document {
    let next = next_number("fence");
    let update = match lease {
        None => vec![
            doc! { "$set": { "owner": owner, "fence": next, "updatedAt": "$$NOW" } },
            doc! { "$unset": ["until", "session"] },
        ],
        Some(lease) => vec![
            doc! { "$set": {
                "isFree": is_free(),
                "isMine": { "$eq": ["$owner", owner] },
            } },
            doc! { "$set": {
                "fence": { "$cond": ["$isFree", next, "$fence"] },
                "until": { "$cond": [{ "$or": ["$isFree", "$isMine"] }, until(lease), "$until"] },
                "owner": { "$cond": ["$isFree", owner, "$owner"] },
                "session": { "$cond": ["$isFree", "$$REMOVE", "$session"] },
            } },
            doc! { "$unset": ["isFree", "isMine"] },
        ],
    };
    lease::claim(collection, name, update, CLAIM_TIME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lease_is_claimed_by_the_clock_of_the_primary() {
        let command = claim("positions", "billing", "me", Some(Duration::from_secs(5)));
        let stages = command.get_array("update").unwrap();
        assert_eq!(stages.len(), 3);
        assert_eq!(command.get_document("query").unwrap(), &doc! { "_id": "billing" });
        assert_eq!(command.get_i64("maxTimeMS").unwrap(), 500);
        assert!(command.to_string().contains("$$NOW"));
    }
}
