//! `MongoPositions`: positions in a collection, with leases.

use std::time::Duration;

use async_trait::async_trait;
use mongodb::{
    action::Action,
    bson::{Bson, DateTime, Document, doc},
    options::{Acknowledgment, ReadConcern, ReadPreference, SelectionCriteria, UpdateOptions, WriteConcern},
};

use super::{super::Position, Claim, PositionStore, Term, superseded};
use crate::{
    Tx,
    database::Database,
    error::{Error, Result},
    exec,
    operation::{Operation, Verb},
    session::{ExplicitSession, SessionState},
};

const LOAD: Verb = Verb::new("subscribe", "find");
const SAVE: Verb = Verb::new("subscribe", "update");
const CLAIM: Verb = Verb::new("subscribe", "findAndModify");
const REMOVE: Verb = Verb::new("subscribe", "delete");

/// The default collection.
const COLLECTION: &str = "odm_subscriptions";
/// How long a claim may wait for the open transaction of another instance.
const CLAIM_TIME: Duration = Duration::from_secs(2);
/// How long the members may take to replicate a position.
const REPLICATION_TIME: Duration = Duration::from_secs(10);
/// The server's codes of a claim that waited for another instance: `MaxTimeMSExpired` and `WriteConflict`.
const HELD: [i32; 2] = [50, 112];

/// Stores positions in a collection of MongoDB, `odm_subscriptions` by default, with the write concern `majority`.
///
/// `{ _id: "billing", position: { token: .. }, owner: "..", fence: 3, until: .., updatedAt: .. }`
///
/// Each instance of a subscription has a term, whose number is `fence`. Each write of an instance matches its `owner`
/// and its `fence`, so an instance whose term has ended cannot change the position. The clock of the primary decides
/// when a lease has expired. A [transactional](crate::subscribe::Subscribe::transactional) subscription also stores a
/// `version`. The user needs the role `readWrite`.
#[derive(Debug, Clone)]
pub struct MongoPositions {
    database: Database,
    collection: String,
}

impl MongoPositions {
    /// Stores the positions in `odm_subscriptions` of this database.
    pub fn new(database: &Database) -> Self {
        Self { database: database.clone(), collection: COLLECTION.to_owned() }
    }

    /// Stores the positions in the collection with this name.
    #[must_use]
    pub fn collection(mut self, name: impl Into<String>) -> Self {
        self.collection = name.into();
        self
    }

    fn driver(&self) -> mongodb::Collection<Document> {
        self.database.driver().collection(&self.collection)
    }

    fn operation(&self, verb: Verb) -> Operation<'_> {
        let collection = Some(self.collection.as_str());
        Operation::new(verb, self.database.name(), collection)
    }

    async fn find(&self, name: &str) -> Result<Option<Document>> {
        let store = self.clone();
        let filter = doc! { "_id": name };
        exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection
                .find_one(filter)
                .read_concern(ReadConcern::majority())
                .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary));
            exec::run(store.operation(LOAD), call).await
        }))
        .await
    }

    /// Saves a position in a transaction. Returns `false` if the term has ended, or if an earlier transaction with an
    /// unknown outcome was committed.
    pub(crate) async fn save_in(
        &self,
        tx: &mut Tx,
        name: &str,
        position: &Position,
        term: &Term,
    ) -> Result<bool> {
        let filter = of_term(name, term);
        let next = term.version().unwrap_or_default().saturating_add(1);
        let update = vec![renewed(position, term), doc! { "$set": { "version": next } }];
        let collection = self.driver();
        let operation = self.operation(SAVE);
        let call = ExplicitSession::new(tx).run(|session| {
            Box::pin(async move {
                let call = collection.update_one(filter, update);
                let call = call.optional(session, mongodb::action::Update::session);
                exec::run(operation, call).await.map(|result| result.matched_count)
            })
        });
        Ok(call.await? == 1)
    }

    /// Returns the number of transactions that have changed the position, if the term is still the current one.
    pub(crate) async fn version(&self, name: &str, term: &Term) -> Result<i64> {
        let stored = self.find(name).await?.ok_or_else(superseded)?;
        let is_current = stored.get_str("owner").is_ok_and(|owner| owner == term.owner())
            && stored.get_i64("fence").is_ok_and(|fence| fence == term.fence());
        if !is_current {
            return Err(superseded());
        }
        Ok(stored.get_i64("version").unwrap_or_default())
    }
}

/// The filter of a position, as long as the term is the current one, and no transaction with an unknown outcome has
/// changed it.
fn of_term(name: &str, term: &Term) -> Document {
    let mut filter = doc! { "_id": name, "owner": term.owner(), "fence": term.fence() };
    match term.version() {
        Some(0) => {
            filter.insert("version", doc! { "$in": [0_i64, Bson::Null] });
        }
        Some(version) => {
            filter.insert("version", version);
        }
        None => {}
    }
    filter
}

/// The stage that stores a position and renews the lease.
fn renewed(position: &Position, term: &Term) -> Document {
    let mut set = doc! { "position": { "$literal": position.to_document() }, "updatedAt": "$$NOW" };
    if let Some(lease) = term.lease() {
        set.insert("until", until(lease));
    }
    doc! { "$set": set }
}

fn until(lease: Duration) -> Document {
    doc! { "$dateAdd": { "startDate": "$$NOW", "unit": "millisecond", "amount": millis(lease) } }
}

fn millis(time: Duration) -> i64 {
    i64::try_from(time.as_millis()).unwrap_or(i64::MAX)
}

fn majority() -> WriteConcern {
    WriteConcern::builder().w(Acknowledgment::Majority).w_timeout(REPLICATION_TIME).build()
}

/// Returns the command that begins a term.
///
/// It matches in every case, so that the reply contains the owner. `$$NOW` is the clock of the primary, so the clocks
/// of the instances do not matter.
fn claim(collection: &str, name: &str, owner: &str, lease: Option<Duration>) -> Document {
    let next = doc! { "$add": [{ "$ifNull": ["$fence", 0_i64] }, 1_i64] };
    let update = match lease {
        None => vec![
            doc! { "$set": { "owner": owner, "fence": next, "updatedAt": "$$NOW" } },
            doc! { "$unset": ["until"] },
        ],
        Some(lease) => vec![
            doc! { "$set": {
                "isFree": { "$lte": [{ "$ifNull": ["$until", DateTime::from_millis(0)] }, "$$NOW"] },
                "isMine": { "$eq": ["$owner", owner] },
            } },
            doc! { "$set": {
                "fence": { "$cond": ["$isFree", next, "$fence"] },
                "until": { "$cond": [{ "$or": ["$isFree", "$isMine"] }, until(lease), "$until"] },
                "owner": { "$cond": ["$isFree", owner, "$owner"] },
            } },
            doc! { "$unset": ["isFree", "isMine"] },
        ],
    };
    doc! {
        "findAndModify": collection,
        "query": { "_id": name },
        "update": update,
        "upsert": true,
        "new": true,
        "maxTimeMS": millis(CLAIM_TIME),
        "writeConcern": { "w": "majority", "wtimeout": millis(REPLICATION_TIME) },
    }
}

#[async_trait]
impl PositionStore for MongoPositions {
    async fn load(&self, name: &str) -> Result<Option<Position>> {
        let Some(stored) = self.find(name).await? else { return Ok(None) };
        match stored.get("position") {
            None => Ok(None),
            Some(Bson::Document(position)) => Position::from_document(position).map(Some),
            Some(_) => Err(Error::position_store("the field `position` is not a document")),
        }
    }

    async fn save(&self, name: &str, position: &Position, term: &Term) -> Result<()> {
        let store = self.clone();
        let (filter, update) = (of_term(name, term), vec![renewed(position, term)]);
        let matched = exec::completed(Box::pin(async move {
            let mut options = UpdateOptions::default();
            options.write_concern = Some(majority());
            let collection = store.driver();
            let call = collection.update_one(filter, update).with_options(options);
            exec::run(store.operation(SAVE), call).await.map(|result| result.matched_count)
        }))
        .await?;
        if matched == 1 { Ok(()) } else { Err(superseded()) }
    }

    async fn remove(&self, name: &str) -> Result<()> {
        let store = self.clone();
        let filter = doc! { "_id": name };
        exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.delete_one(filter).write_concern(majority());
            exec::run(store.operation(REMOVE), call).await.map(drop)
        }))
        .await
    }

    async fn claim(&self, name: &str, owner: &str, lease: Option<Duration>) -> Result<Claim> {
        let store = self.clone();
        let command = claim(&self.collection, name, owner, lease);
        let reply = exec::completed(Box::pin(async move {
            exec::run(store.operation(CLAIM), store.database.driver().run_command(command)).await
        }))
        .await;
        let reply = match reply {
            Err(error) if error.code().is_some_and(|code| HELD.contains(&code)) => return Ok(Claim::Refused),
            reply => reply?,
        };
        // The driver does not check it for `run_command`. A term that may be rolled back has not begun.
        if reply.contains_key("writeConcernError") {
            return Err(Error::answered(64, "the position was not replicated in time"));
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

    /// Ends the lease, but keeps the owner and the number of the term.
    async fn release(&self, name: &str, term: &Term) -> Result<()> {
        if term.lease().is_none() {
            return Ok(());
        }
        let store = self.clone();
        let filter = of_term(name, term);
        exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.update_one(filter, doc! { "$unset": { "until": "" } });
            exec::run(store.operation(SAVE), call).await.map(drop)
        }))
        .await
    }

    fn as_mongo(&self) -> Option<&MongoPositions> {
        Some(self)
    }
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
        assert_eq!(command.get_i64("maxTimeMS").unwrap(), 2000);
        assert!(command.to_string().contains("$$NOW"));
    }
}
