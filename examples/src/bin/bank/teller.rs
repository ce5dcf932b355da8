//! `Teller`: a task that makes one transfer after the other.

use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering},
};

use examples::random::Random;
use odm::{
    Database, Id, Model,
    mongodb::options::{ReadConcern, WriteConcern},
};

use crate::{ACCOUNTS, Account, Entry, Transfer};

/// What the tellers share.
#[derive(Default)]
pub(crate) struct Work {
    is_closed: AtomicBool,
    transactions: AtomicU64,
    runs: AtomicU64,
}

impl Work {
    /// Lets each teller end after its current transfer.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Ordering::Relaxed);
    }

    fn is_closed(&self) -> bool {
        self.is_closed.load(Ordering::Relaxed)
    }

    /// Returns how often the body of a transaction ran again.
    pub(crate) fn retries(&self) -> u64 {
        self.runs.load(Ordering::Relaxed) - self.transactions.load(Ordering::Relaxed)
    }
}

pub(crate) struct Teller {
    db: Database,
    work: Arc<Work>,
    random: Random,
}

impl Teller {
    pub(crate) fn new(db: Database, work: Arc<Work>, seed: u64) -> Self {
        Self { db, work, random: Random::new(seed) }
    }

    /// Makes random transfers until the work is closed. Returns those that were acknowledged.
    pub(crate) async fn run(mut self) -> Vec<Id<Transfer>> {
        let mut acknowledged = Vec::new();
        while !self.work.is_closed() {
            let (from, to) = self.two_accounts();
            let transfer = Id::new();
            let amount = i64::from(self.random.below(100)) + 1;
            match self.transfer(transfer, from, to, amount).await {
                Ok(true) => acknowledged.push(transfer),
                Ok(false) => {}
                // The transfer is not acknowledged. It may have been made, if the outcome of the commit is unknown.
                Err(error) => eprintln!("not acknowledged: {error}"),
            }
        }
        acknowledged
    }

    /// Moves money and writes the entry of the ledger: both or neither. Returns `false` if the balance is too low.
    async fn transfer(&self, transfer: Id<Transfer>, from: i32, to: i32, amount: i64) -> odm::Result<bool> {
        let (accounts, ledger) = (self.db.collection::<Account>(), self.db.collection::<Entry>());
        let a = Account::fields();
        self.work.transactions.fetch_add(1, Ordering::Relaxed);
        self.db
            .transaction(async |mut tx| {
                self.work.runs.fetch_add(1, Ordering::Relaxed);
                let rich = a.id().eq(from) & a.balance().gte(amount);
                let paid = accounts.update_one(rich, a.balance().inc(-amount)).session(&mut tx).await?;
                if paid.matched_count == 0 {
                    tx.abort().await?;
                    return Ok(false);
                }
                accounts.update_one(a.id().eq(to), a.balance().inc(amount)).session(&mut tx).await?;
                let entry = Entry { id: Id::new(), transfer, from, to, amount };
                ledger.insert_one(&entry).session(&mut tx).await?;
                Ok(true)
            })
            .read_concern(ReadConcern::snapshot())
            // A primary that is killed takes the writes with it that no other member has.
            .write_concern(WriteConcern::majority())
            .await
    }

    fn two_accounts(&mut self) -> (i32, i32) {
        let from = self.random.below(ACCOUNTS);
        let other = self.random.below(ACCOUNTS - 1);
        (from, if other < from { other } else { other + 1 })
    }
}
