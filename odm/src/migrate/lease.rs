//! The lease: one runner works at a time.
//!
//! The server's clock decides when a lease has expired. A lease has a number, which grows with each owner, and each
//! write that matters is in a transaction with a [`Fence::check`]: a write to the lease that matches only the owner
//! and the number. So what a runner writes after its lease was taken over is not committed.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use mongodb::{
    bson::{Bson, DateTime, Document, doc, oid::ObjectId},
    options::UpdateOptions,
};
use tokio::{
    sync::watch,
    task::JoinHandle,
    time::{sleep, timeout},
};

use super::{LEASES, Settings, operation};
use crate::{
    Database, Session, Tx,
    error::{Error, ErrorKind, MigrationError, Result},
    exec,
    session::{
        StoredSession,
        lease::{self, is_blocked, is_free, majority, next_number},
    },
};

/// How long a claim waits for a transaction of the earlier owner.
const CLAIM_TIME: Duration = Duration::from_secs(1);
/// The longest pause between two claims.
const PAUSE: Duration = Duration::from_millis(500);

/// Returns a sender and what notices that it is dropped.
pub(super) fn stop() -> (watch::Sender<()>, Stopped) {
    let (sender, receiver) = watch::channel(());
    (sender, Stopped(receiver))
}

/// Notices that something has ended: the caller of a runner, or its lease.
#[derive(Debug, Clone)]
pub(super) struct Stopped(watch::Receiver<()>);

impl Stopped {
    pub(super) fn is_stopped(&self) -> bool {
        self.0.has_changed().is_err()
    }

    pub(super) async fn stopped(&self) {
        let mut receiver = self.0.clone();
        while receiver.changed().await.is_ok() {}
    }
}

/// A lease that this runner has claimed.
#[derive(Debug)]
pub(super) struct Lease {
    pub(super) fence: Fence,
    /// The position of an interrupted rewrite, as it was when the lease was claimed.
    pub(super) position: Option<Document>,
    renewed: Arc<Mutex<Instant>>,
    lost: Stopped,
    renewal: JoinHandle<()>,
}

/// What identifies the lease of one runner.
#[derive(Debug, Clone)]
pub(super) struct Fence {
    database: Database,
    name: String,
    owner: String,
    number: i64,
    length: Duration,
}

impl Lease {
    /// Claims the lease, and waits for it as long as the settings allow. The transactions of the runner are those of
    /// `session`, so that the next runner can end one that is left open.
    pub(super) async fn claim(
        database: &Database,
        session: &mut Session,
        name: &str,
        settings: &Settings,
    ) -> Result<Self> {
        let owner = format!("{}-{}", std::process::id(), ObjectId::new());
        let session = session.driver()?.id().clone();
        let end = Instant::now().checked_add(settings.wait);
        let mut ended = false;
        loop {
            let until = match claim(database, name, &owner, &session, settings.lease).await? {
                LeaseClaim::Held(held) => {
                    if let Some(previous) = held.previous {
                        end_session(database, previous).await;
                    }
                    let fence = Fence {
                        database: database.clone(),
                        name: name.to_owned(),
                        owner,
                        number: held.number,
                        length: settings.lease,
                    };
                    return Ok(Self::start(fence, held.position));
                }
                LeaseClaim::Blocked => {
                    let has_expired = end_expired(database, name).await?;
                    // What blocked the claim is gone, so another one succeeds.
                    if has_expired && !std::mem::replace(&mut ended, true) {
                        continue;
                    }
                    None
                }
                LeaseClaim::Busy(until) => until,
            };
            if end.is_some_and(|end| end <= Instant::now()) {
                let operation = operation(database, LEASES, "findAndModify");
                let error = Error::new(ErrorKind::Migration(MigrationError::Busy { until }));
                return Err(error.during(&operation));
            }
            sleep(PAUSE.min(settings.lease / 4)).await;
        }
    }

    fn start(fence: Fence, position: Option<Document>) -> Self {
        let renewed = Arc::new(Mutex::new(Instant::now()));
        let (sender, lost) = stop();
        let renewal = tokio::spawn(renew(fence.clone(), Arc::clone(&renewed), sender));
        Self { fence, position, renewed, lost, renewal }
    }

    /// Returns an error if another runner has taken over the lease, as far as this runner knows.
    pub(super) fn check(&self) -> Result<()> {
        if self.lost.is_stopped() { Err(self.fence.lost()) } else { Ok(()) }
    }

    /// Waits until the lease is lost, and returns the error.
    pub(super) async fn lost(&self) -> Error {
        self.lost.stopped().await;
        self.fence.lost()
    }

    /// Records that a transaction with a [`Fence::check`] was committed, which renews the lease.
    pub(super) fn renewed(&self) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Ends the lease, so that the next runner need not wait, and removes the id of the session. If this fails, the
    /// lease expires.
    ///
    /// The position of a rewrite stays, unless it is `done`.
    pub(super) async fn release(self, session: &StoredSession, done: bool) {
        self.renewal.abort();
        let mut unset = doc! { "session": "", "previous": "" };
        if done {
            unset.insert("position", "");
        }
        let update = doc! { "$set": { "until": DateTime::MIN }, "$unset": unset };
        if self.fence.update(update.into()).await.is_ok_and(|is_ours| is_ours) {
            session.removed();
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.renewal.abort();
    }
}

impl Fence {
    pub(super) fn database(&self) -> &Database {
        &self.database
    }

    /// Renews the lease in a transaction, and stores the position of a rewrite if there is one.
    ///
    /// # Errors
    ///
    /// Returns an error if another runner has taken over the lease. Then the transaction must not be committed.
    pub(super) async fn check(&self, tx: &mut Tx, position: Option<Document>) -> Result<()> {
        let position = position.map_or(Bson::Null, Bson::Document);
        let stages = vec![doc! { "$set": { "until": self.until(), "position": { "$literal": position } } }];
        let (operation, leases) = (operation(&self.database, LEASES, "update"), leases(&self.database));
        let update = leases.update_one(self.filter(), stages).session(tx.driver());
        let result = exec::run(operation, update).await?;
        if result.matched_count == 1 { Ok(()) } else { Err(self.lost()) }
    }

    fn filter(&self) -> Document {
        doc! { "_id": &self.name, "owner": &self.owner, "number": self.number }
    }

    /// Returns the expression of the time at which the lease expires if it is renewed now.
    fn until(&self) -> Document {
        lease::until(self.length)
    }

    /// Updates the lease if this runner still has it. Returns whether it has.
    async fn update(&self, update: mongodb::options::UpdateModifications) -> Result<bool> {
        let operation = operation(&self.database, LEASES, "update");
        let options = UpdateOptions::builder().write_concern(majority()).build();
        let leases = leases(&self.database);
        let update = leases.update_one(self.filter(), update).with_options(options);
        Ok(exec::run(operation, update).await?.matched_count == 1)
    }

    fn lost(&self) -> Error {
        let operation = operation(&self.database, LEASES, "update");
        Error::new(ErrorKind::Migration(MigrationError::LeaseLost)).during(&operation)
    }
}

/// Renews the lease when no transaction has done so for a third of its length, until it is lost. Drops `lost` then.
async fn renew(fence: Fence, renewed: Arc<Mutex<Instant>>, lost: watch::Sender<()>) {
    let age = || renewed.lock().unwrap_or_else(PoisonError::into_inner).elapsed();
    loop {
        sleep(fence.length / 6).await;
        if age() < fence.length / 3 {
            continue;
        }
        let (sent, own) = (Instant::now(), fence.clone());
        // The driver waits for a server that does not reply without a limit. The renewal is a task of its own, because
        // the future of a driver's call must not be dropped.
        let renewal =
            tokio::spawn(
                async move { own.update(vec![doc! { "$set": { "until": own.until() } }].into()).await },
            );
        match timeout(fence.length.saturating_sub(age()), renewal).await {
            Ok(Ok(Ok(true))) => *renewed.lock().unwrap_or_else(PoisonError::into_inner) = sent,
            Ok(Ok(Ok(false))) => break,
            // The server cannot be reached: the lease may still be ours until it expires.
            _ if age() < fence.length => {}
            _ => break,
        }
    }
    drop(lost);
}

/// Starts the session of a runner, which is dropped only after its id was removed from the lease.
pub(super) async fn start_session(database: &Database, name: &str) -> Result<StoredSession> {
    let mut session = database.session().await?;
    let id = session.driver()?.id().clone();
    let (database, name) = (database.clone(), name.to_owned());
    Ok(StoredSession::new(session, move || {
        let (database, filter) = (database.clone(), doc! { "_id": &name });
        let other_than_own = |field: &str| {
            let field = format!("${field}");
            doc! { "$cond": [{ "$eq": [&field, { "$literal": &id }] }, "$$REMOVE", &field] }
        };
        let own = ["session", "previous"].map(|field| doc! { field: &id });
        let filter = doc! { "$and": [filter, { "$or": own.to_vec() }] };
        let update = vec![doc! { "$set": {
            "session": other_than_own("session"),
            "previous": other_than_own("previous"),
        } }];
        Box::pin(async move {
            let options = UpdateOptions::builder().write_concern(majority()).build();
            let leases = leases(&database);
            let update = leases.update_one(filter, update).with_options(options);
            exec::run(operation(&database, LEASES, "update"), update).await.map(drop)
        })
    }))
}

/// The result of one claim.
enum LeaseClaim {
    Held(Held),
    Busy(Option<DateTime>),
    /// A transaction of the earlier owner has written the lease, and is open.
    Blocked,
}

struct Held {
    number: i64,
    position: Option<Document>,
    /// The session of the earlier owner.
    previous: Option<Document>,
}

async fn claim(
    database: &Database,
    name: &str,
    owner: &str,
    session: &Document,
    length: Duration,
) -> Result<LeaseClaim> {
    let operation = operation(database, LEASES, "findAndModify");
    let if_free = |new: Bson, old: &str| doc! { "$cond": ["$free", new, old] };
    let update = vec![
        doc! { "$set": { "free": is_free() } },
        doc! { "$set": {
            "number": if_free(next_number("number").into(), "$number"),
            "until": if_free(lease::until(length).into(), "$until"),
            "owner": if_free(owner.into(), "$owner"),
            "previous": if_free("$session".into(), "$previous"),
            "session": if_free(doc! { "$literal": session }.into(), "$session"),
        } },
        doc! { "$unset": "free" },
    ];
    let command = lease::claim(LEASES, name, update, CLAIM_TIME);
    let reply = match exec::run(operation, database.driver().run_command(command)).await {
        Ok(reply) => reply,
        Err(error) if is_blocked(&error) => return Ok(LeaseClaim::Blocked),
        Err(error) => return Err(error),
    };
    let Ok(lease) = reply.get_document("value") else { return Ok(LeaseClaim::Busy(None)) };
    if lease.get_str("owner").ok() != Some(owner) || reply.contains_key("writeConcernError") {
        return Ok(LeaseClaim::Busy(lease.get_datetime("until").ok().copied()));
    }
    Ok(LeaseClaim::Held(Held {
        number: lease.get_i64("number").unwrap_or_default(),
        position: lease.get_document("position").ok().cloned(),
        previous: lease.get_document("previous").ok().cloned(),
    }))
}

/// Ends the session of the owner of an expired lease, which has a transaction open. Returns whether the lease has
/// expired.
async fn end_expired(database: &Database, name: &str) -> Result<bool> {
    let operation = operation(database, LEASES, "aggregate");
    let stages = [
        doc! { "$match": { "_id": name } },
        doc! { "$project": { "session": 1, "expired": { "$lte": ["$until", "$$NOW"] } } },
    ];
    let leases = leases(database);
    let found: Option<Document> = exec::run(operation, async {
        let mut cursor = leases.aggregate(stages).await?;
        if cursor.advance().await? { cursor.deserialize_current().map(Some) } else { Ok(None) }
    })
    .await?;
    if let Some(lease) = found
        && lease.get_bool("expired").unwrap_or_default()
        && let Ok(session) = lease.get_document("session")
    {
        end_session(database, session.clone()).await;
        return Ok(true);
    }
    Ok(false)
}

/// Ends the session of a runner that has lost its lease, with its transaction. The server does this itself after a
/// minute, so an error changes nothing: the user may lack the privilege.
async fn end_session(database: &Database, session: Document) {
    let operation = operation(database, LEASES, "killSessions");
    let command = doc! { "killSessions": [session] };
    let _ = exec::run(operation, database.driver().run_command(command)).await;
}

fn leases(database: &Database) -> mongodb::Collection<Document> {
    database.driver().collection(LEASES)
}
