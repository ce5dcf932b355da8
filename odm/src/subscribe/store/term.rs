//! `Term`: the time in which one instance delivers the changes of a subscription.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use tokio::sync::MutexGuard;

use crate::session::{Session, StoredSession};

/// The time in which one instance delivers the changes of a subscription.
#[derive(Debug, Clone)]
pub struct Term {
    owner: String,
    fence: i64,
    lease: Option<Duration>,
    /// `None` unless transactions change the position.
    transactions: Option<Arc<Transactions>>,
}

/// What the transactions of a term have in common.
#[derive(Debug)]
struct Transactions {
    /// How many of them have changed the position.
    version: AtomicI64,
    /// The session of all of them. Its id is stored with the position, so that the next instance can end a transaction
    /// that this instance left open.
    session: Arc<StoredSession>,
}

impl Term {
    /// Creates a term. `fence` is greater than that of every earlier term of the subscription.
    pub fn new(owner: impl Into<String>, fence: i64, lease: Option<Duration>) -> Self {
        Self { owner: owner.into(), fence, lease, transactions: None }
    }

    /// Returns the instance that delivers the changes.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// Returns the number of the term. Pass it to other services that must ignore an instance whose term has ended.
    pub fn fence(&self) -> i64 {
        self.fence
    }

    /// Returns for how long a renewal of the lease is valid.
    pub fn lease(&self) -> Option<Duration> {
        self.lease
    }

    /// Returns the same term for a position that transactions change in this session. They have changed it `version`
    /// times.
    pub(in super::super) fn with_transactions(self, version: i64, session: Arc<StoredSession>) -> Self {
        let transactions = Transactions { version: AtomicI64::new(version), session };
        Self { transactions: Some(Arc::new(transactions)), ..self }
    }

    /// Returns how many transactions have changed the position, if transactions change it.
    pub(in super::super) fn version(&self) -> Option<i64> {
        self.transactions.as_ref().map(|transactions| transactions.version.load(Ordering::SeqCst))
    }

    /// Returns the session of the transactions, if transactions change the position.
    pub(in super::super) async fn session(&self) -> Option<MutexGuard<'_, Session>> {
        match &self.transactions {
            Some(transactions) => Some(transactions.session.lock().await),
            None => None,
        }
    }

    /// Records that the id of the session is no longer stored.
    pub(in super::super) fn session_removed(&self) {
        if let Some(transactions) = &self.transactions {
            transactions.session.removed();
        }
    }

    /// Records that a further transaction has changed the position.
    pub(in super::super) fn committed(&self) {
        if let Some(transactions) = &self.transactions {
            transactions.version.fetch_add(1, Ordering::SeqCst);
        }
    }
}
