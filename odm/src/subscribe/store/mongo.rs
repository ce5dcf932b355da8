//! `MongoPositions`: positions in a collection, with leases.

mod claim;
mod open_transaction;
mod partitions;

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use mongodb::{
    action::Action,
    bson::{Bson, Document, doc},
    options::{ReadConcern, ReadPreference, SelectionCriteria, UpdateOptions},
};

pub(crate) use self::partitions::{another_number, name_of};
use super::{super::Position, Claim, PositionStore, Term, superseded};
use crate::{
    Tx,
    database::Database,
    error::{Error, Result},
    exec,
    operation::{Operation, Verb},
    session::{
        ExplicitSession, Session, SessionState, StoredSession,
        lease::{majority, until},
    },
};

const LOAD: Verb = Verb::new("subscribe", "find");
const SAVE: Verb = Verb::new("subscribe", "update");
const CLAIM: Verb = Verb::new("subscribe", "findAndModify");
const REMOVE: Verb = Verb::new("subscribe", "delete");

/// The default collection.
const COLLECTION: &str = "odm_subscriptions";

/// Stores positions in a collection of MongoDB, `odm_subscriptions` by default, with the write concern `majority`.
///
/// `{ _id: "billing", position: { token: .. }, owner: "..", fence: 3, until: .., updatedAt: .. }`
///
/// Each instance of a subscription has a term, whose number is `fence`. Each write of an instance matches its `owner`
/// and its `fence`, so an instance whose term has ended cannot change the position. The clock of the primary decides
/// when a lease has expired. The user needs the role `readWrite`.
///
/// For a [transactional](crate::subscribe::Subscribe::transactional) subscription, the document also has the `session` of the
/// instance's transactions and their number, `version`. The session is used for nothing else before its id was removed,
/// when the term has ended. If an instance was paused or killed in a transaction, the next
/// one ends the transaction with `killSessions`. While a transaction takes longer than a third of the lease, its
/// instance renews the lease in `{ _id: { transaction: "billing" }, fence: 3, until: .. }`.
///
/// A subscription with [partitions](crate::subscribe::Subscribe::partitions) has a document for each partition,
/// `{ _id: "billing#0", .. }`, and one for each instance, `{ _id: { member: "billing", owner: ".." }, until: .. }`.
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

    /// Updates the stored position, if this term has not been superseded.
    async fn update_term(&self, name: &str, term: &Term, update: Vec<Document>) -> Result<()> {
        // A later position is stored than the one of this update if a transaction was committed without a reply.
        if self.update(of_term(name, term), update).await? || self.was_committed(name, term).await? {
            Ok(())
        } else {
            Err(superseded())
        }
    }

    /// Returns whether an earlier transaction of the term with an unknown outcome was committed. Renews the lease if it
    /// was: as a write that the majority has, this does not read an earlier state.
    pub(crate) async fn was_committed(&self, name: &str, term: &Term) -> Result<bool> {
        let Some(version) = term.version() else { return Ok(false) };
        let mut filter = of_owner(name, term);
        filter.insert("version", doc! { "$gt": version });
        self.update(filter, vec![doc! { "$set": alive(term) }]).await
    }

    /// Updates a position with the write concern `majority`. Returns whether there is one that matches.
    async fn update(&self, filter: Document, update: Vec<Document>) -> Result<bool> {
        let store = self.clone();
        exec::completed(Box::pin(async move {
            let mut options = UpdateOptions::default();
            options.write_concern = Some(majority());
            let collection = store.driver();
            let call = collection.update_one(filter, update).with_options(options);
            exec::run(store.operation(SAVE), call).await.map(|result| result.matched_count == 1)
        }))
        .await
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

    /// Stores the session of the transactions of the term, whose id is `id`. Returns the session, and the number of
    /// transactions that have changed the position, if the term is still the current one.
    pub(crate) async fn begin_transactions(
        &self,
        name: &str,
        term: &Term,
        session: Session,
        id: Bson,
    ) -> Result<(Arc<StoredSession>, i64)> {
        let store = self.clone();
        let (filter, update) = (of_term(name, term), doc! { "$set": { "session": id.clone() } });
        let session = Arc::new(self.stored_session(name, session, id));
        let (session, stored) = exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.find_one_and_update(filter, update).write_concern(majority());
            let stored = exec::run(store.operation(CLAIM), call).await?;
            // The session is part of this call, so that it is not dropped before the call is complete.
            Ok((session, stored))
        }))
        .await?;
        Ok((session, stored.ok_or_else(superseded)?.get_i64("version").unwrap_or_default()))
    }

    /// Returns a session that is dropped only after its id was removed from the position.
    fn stored_session(&self, name: &str, session: Session, id: Bson) -> StoredSession {
        let (store, filter) = (self.clone(), doc! { "_id": name, "session": id });
        StoredSession::new(session, move || {
            let (store, filter) = (store.clone(), filter.clone());
            Box::pin(async move {
                let collection = store.driver();
                let call = collection.update_one(filter, doc! { "$unset": { "session": "" } });
                exec::run(store.operation(SAVE), call.write_concern(majority())).await.map(drop)
            })
        })
    }
}

/// Reads the position of a stored document.
fn position_of(stored: &Document) -> Result<Option<Position>> {
    match stored.get("position") {
        None => Ok(None),
        Some(Bson::Document(position)) => Position::from_document(position).map(Some),
        Some(_) => Err(Error::position_store("the field `position` is not a document")),
    }
}

/// The filter of a position, as long as the term is the current one, and no transaction with an unknown outcome has
/// changed it.
fn of_term(name: &str, term: &Term) -> Document {
    let mut filter = of_owner(name, term);
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

/// The filter of a position, as long as the term is the current one.
fn of_owner(name: &str, term: &Term) -> Document {
    doc! { "_id": name, "owner": term.owner(), "fence": term.fence() }
}

/// The stage that stores a position and renews the lease.
fn renewed(position: &Position, term: &Term) -> Document {
    let mut set = doc! { "position": { "$literal": position.to_document() } };
    set.extend(alive(term));
    doc! { "$set": set }
}

/// The fields that renew the lease.
fn alive(term: &Term) -> Document {
    let mut set = doc! { "updatedAt": "$$NOW" };
    if let Some(lease) = term.lease() {
        set.insert("until", until(lease));
    }
    set
}

#[async_trait]
impl PositionStore for MongoPositions {
    async fn load(&self, name: &str) -> Result<Option<Position>> {
        let Some(stored) = self.find(name).await? else { return Ok(None) };
        partitions::refuse_partitions(name, &stored)?;
        position_of(&stored)
    }

    async fn save(&self, name: &str, position: &Position, term: &Term) -> Result<()> {
        self.update_term(name, term, vec![renewed(position, term)]).await
    }

    async fn remove(&self, name: &str) -> Result<()> {
        let store = self.clone();
        let own = doc! { "_id": { "$in": [name, open_transaction::id(name)] } };
        let filter = doc! { "$or": [own, partitions::positions(name), partitions::members(name)] };
        exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.delete_many(filter).write_concern(majority());
            exec::run(store.operation(REMOVE), call).await.map(drop)
        }))
        .await
    }

    async fn claim(&self, name: &str, owner: &str, lease: Option<Duration>) -> Result<Claim> {
        self.claim_term(name, owner, lease).await
    }

    /// Ends the lease, but keeps the owner and the number of the term.
    async fn release(&self, name: &str, term: &Term) -> Result<()> {
        if term.lease().is_none() {
            return Ok(());
        }
        // Whatever the outcome of the last transaction was.
        let (store, filter) = (self.clone(), of_owner(name, term));
        let mut unset = doc! { "until": "" };
        if term.version().is_some() {
            unset.insert("session", "");
        }
        let matched = exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.update_one(filter, doc! { "$unset": unset });
            exec::run(store.operation(SAVE), call).await.map(|result| result.matched_count)
        }))
        .await?;
        if matched == 1 {
            term.session_removed();
        }
        Ok(())
    }

    fn as_mongo(&self) -> Option<&MongoPositions> {
        Some(self)
    }
}
