//! `Audit`: compares the ledger with the balances, and with the transfers that were acknowledged.

use std::{
    collections::{HashMap, HashSet},
    fmt,
};

use odm::{Database, Filter, Id, mongodb::options::ReadConcern};

use crate::{ACCOUNTS, Account, BALANCE, Entry, Transfer};

/// What the bank has lost, made twice or made up.
pub(crate) struct Audit {
    /// The acknowledged transfers without an entry in the ledger.
    lost: Vec<Id<Transfer>>,
    /// The transfers with more than one entry.
    doubled: Vec<Id<Transfer>>,
    /// The sum of all balances.
    sum: i64,
    /// The accounts whose balance is not that of the ledger: the number, the balance, and the one of the ledger.
    wrong: Vec<(i32, i64, i64)>,
}

impl Audit {
    /// Reads what a majority of the members has stored.
    pub(crate) async fn of(db: &Database, acknowledged: &[Id<Transfer>]) -> odm::Result<Self> {
        let (accounts, ledger) = (db.collection::<Account>(), db.collection::<Entry>());
        let accounts: Vec<Account> =
            accounts.find(Filter::all()).read_concern(ReadConcern::majority()).await?.try_collect().await?;
        let mut ledger = ledger.find(Filter::all()).read_concern(ReadConcern::majority()).await?;

        let mut expected: HashMap<i32, i64> = (0..ACCOUNTS).map(|account| (account, BALANCE)).collect();
        let (mut made, mut doubled) = (HashSet::new(), Vec::new());
        while let Some(entry) = ledger.next().await.transpose()? {
            *expected.entry(entry.from).or_default() -= entry.amount;
            *expected.entry(entry.to).or_default() += entry.amount;
            if !made.insert(entry.transfer) {
                doubled.push(entry.transfer);
            }
        }
        let wrong = accounts.iter().map(|account| {
            (account.id, account.balance, expected.get(&account.id).copied().unwrap_or_default())
        });
        Ok(Self {
            lost: acknowledged.iter().filter(|transfer| !made.contains(transfer)).copied().collect(),
            doubled,
            sum: accounts.iter().map(|account| account.balance).sum(),
            wrong: wrong.filter(|(_, balance, of_ledger)| balance != of_ledger).collect(),
        })
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.doubled.is_empty() && self.is_sum_ok()
    }

    /// Prints which transfers and accounts are wrong.
    pub(crate) fn explain(&self) {
        for transfer in &self.lost {
            println!("lost: {transfer}");
        }
        for transfer in &self.doubled {
            println!("doubled: {transfer}");
        }
        for (account, balance, of_ledger) in &self.wrong {
            println!("account {account} has {balance}, and {of_ledger} by the ledger");
        }
    }

    /// Returns whether the sum has not changed, and each balance is that of the ledger.
    fn is_sum_ok(&self) -> bool {
        self.sum == i64::from(ACCOUNTS) * BALANCE && self.wrong.is_empty()
    }
}

impl fmt::Display for Audit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sum = if self.is_sum_ok() { "ok" } else { "wrong" };
        write!(f, "lost={} doubled={} sum={sum}", self.lost.len(), self.doubled.len())
    }
}
