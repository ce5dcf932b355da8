//! A bank whose servers are killed: transfers between accounts by many tasks, while the primary of a replica set of
//! three members is killed again and again.
//!
//! `cargo run --release -p examples --bin bank -- --seconds 30 --kills 10`. It starts the replica set itself. Its last
//! line is `bank: transfers=.. retries=.. failovers=.. lost=0 doubled=0 sum=ok`. It fails if a transfer that was
//! acknowledged is lost, if one is made twice, or if the sum of all balances changes.

mod arguments;
mod audit;
mod teller;

use std::{process::ExitCode, sync::Arc, time::Instant};

use anyhow::Context;
use odm::{Id, Model};
use odm_test::ReplicaSet;
use tokio::{task::JoinSet, time::sleep_until};

use self::{
    arguments::Arguments,
    audit::Audit,
    teller::{Teller, Work},
};

const ACCOUNTS: i32 = 50;
const BALANCE: i64 = 1000;
const TELLERS: u64 = 16;

#[derive(Debug, Clone, Model)]
#[odm(collection = "accounts")]
struct Account {
    id: i32,
    balance: i64,
}

/// What a transfer has moved. It is written in the transaction that moves the money.
#[derive(Debug, Clone, Model)]
#[odm(collection = "ledger")]
struct Entry {
    /// Each run of a transaction writes another entry, so that a transfer that is made twice has two.
    id: Id<Entry>,
    transfer: Id<Transfer>,
    from: i32,
    to: i32,
    amount: i64,
}

/// The kind of the ids of transfers.
#[derive(Debug, Clone, Model)]
#[odm(collection = "transfers")]
struct Transfer {
    id: Id<Transfer>,
}

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let Arguments { time, kills } = Arguments::parse(std::env::args().skip(1))?;
    let set = ReplicaSet::start().await?;
    println!("MongoDB {} from {}: {}", set.version(), set.source(), set.uri());
    let db = set.fresh_database("bank").await?;
    let accounts: Vec<Account> = (0..ACCOUNTS).map(|id| Account { id, balance: BALANCE }).collect();
    db.collection::<Account>().insert_many(&accounts).await?;
    // An insert in a transaction also creates a missing collection, but such transactions conflict.
    db.driver().create_collection(Entry::COLLECTION).await?;

    let work = Arc::new(Work::default());
    let mut tellers = JoinSet::new();
    for seed in 1..=TELLERS {
        tellers.spawn(Teller::new(db.clone(), Arc::clone(&work), seed).run());
    }
    let failovers = fail_over(&set, &Arguments { time, kills }).await;
    work.close();
    let mut acknowledged = Vec::new();
    while let Some(teller) = tellers.join_next().await {
        acknowledged.extend(teller?);
    }
    let failovers = failovers?;

    let audit = Audit::of(&db, &acknowledged).await?;
    audit.explain();
    println!(
        "bank: transfers={} retries={} failovers={failovers} {audit}",
        acknowledged.len(),
        work.retries()
    );
    db.drop_database().await?;
    set.stop().await;
    Ok(if audit.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Kills the primary this often in this time, at even intervals, and starts it again each time. Returns how often
/// another primary was elected.
async fn fail_over(set: &ReplicaSet, Arguments { time, kills }: &Arguments) -> anyhow::Result<u32> {
    let start = Instant::now();
    for kill in 0..*kills {
        // The transfers run before the first kill and after the last one, too.
        sleep_until((start + time.mul_f64(f64::from(kill + 1) / f64::from(kills + 1))).into()).await;
        let killed = set.kill_primary().await?;
        let moment = Instant::now();
        let next = set.wait_for_primary().await?;
        println!(
            "{:4.1} s: killed {}; {} is the primary after {:.1} s",
            moment.duration_since(start).as_secs_f32(),
            killed.address(),
            next.address(),
            moment.elapsed().as_secs_f32(),
        );
        killed.restart().await.context("a killed member does not start again")?;
    }
    sleep_until((start + *time).into()).await;
    Ok(*kills)
}
