//! A storm: four writers change documents, while the primary of a replica set of three members and the process that
//! handles the changes are killed again and again.
//!
//! `cargo run --release -p examples --bin storm -- --changes 50000 --kills 8`. It starts the replica set itself. Its
//! last line is `storm: changes=.. primary_kills=.. consumer_kills=.. lost=0 doubled=0 longest_gap_ms=..`. It fails if
//! a change is lost, takes effect twice in the transactional subscription, or is handled out of order.

mod arguments;
mod audit;
mod child;
mod consumer;
mod item;
mod slow;
mod supervisor;
mod writer;

use std::{
    env,
    path::Path,
    process::ExitCode,
    sync::Arc,
    time::{Duration, Instant},
};

use anyhow::Context;
use odm::{
    Database, models,
    mongodb::{Client, options::WriteConcern},
};
use odm_test::ReplicaSet;
use tokio::{task::JoinSet, time::sleep};

use self::{
    arguments::Arguments,
    audit::Audit,
    child::Child,
    item::{Applied, Item, ItemCopy, Items, LAST},
    slow::Memory,
    supervisor::Supervisor,
    writer::{History, Progress, Writer},
};

const DATABASE: &str = "storm";
const WRITERS: u32 = 4;

#[tokio::main]
async fn main() -> anyhow::Result<ExitCode> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["consume", uri, file] => consumer::run(&database(uri).await?, Path::new(file)).await?,
        ["consume-slowly", uri] => slow::run(&database(uri).await?).await?,
        _ => return storm(Arguments::parse(arguments.into_iter())?).await,
    }
    Ok(ExitCode::SUCCESS)
}

async fn database(uri: &str) -> anyhow::Result<Database> {
    Ok(Database::from_driver(Client::with_uri_str(uri).await?.database(DATABASE)))
}

async fn storm(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let set = ReplicaSet::start().await?;
    println!("MongoDB {} from {}: {}", set.version(), set.source(), set.uri());
    let db = set.database(DATABASE).await?;
    let items: Items = db.collection();
    // An insert in a transaction also creates a missing collection, but such transactions conflict.
    db.schema(models![Item, ItemCopy, Applied]).plan().await?.apply().await?;
    // The subscriptions begin before the first change.
    for name in [consumer::TRANSACTIONAL, consumer::AT_LEAST_ONCE, slow::NAME] {
        items.subscribe(name).await?.close().await?;
    }
    let file = env::temp_dir().join(format!("storm-{}.log", std::process::id()));
    let outcome = weather(&set, &db, &file, arguments).await;
    // Remove the file even after an error.
    let removed = std::fs::remove_file(&file);
    set.stop().await;
    let is_clean = outcome?;
    removed?;
    Ok(if is_clean { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Writes, kills and compares. Returns whether nothing is wrong.
async fn weather(set: &ReplicaSet, db: &Database, file: &Path, arguments: Arguments) -> anyhow::Result<bool> {
    let progress = Arc::new(Progress::new(arguments.changes));
    let mut writers = JoinSet::new();
    for number in 1..=WRITERS {
        writers.spawn(Writer::new(db.clone(), number, Arc::clone(&progress)).run());
    }
    let slow = Child::start(&["consume-slowly", set.uri()])?;
    let memory = tokio::spawn(Memory::of(slow, Arc::clone(&progress)));
    let consumer = Supervisor { db: db.clone(), uri: set.uri().to_owned(), file: file.to_owned() };
    let consumer = tokio::spawn(consumer.run_and_kill(arguments));
    let primary_kills = kill_primaries(set, arguments, &progress).await?;

    let mut history = History::new();
    while let Some(writer) = writers.join_next().await {
        history.extend(writer??);
    }
    let items: Items = db.collection();
    writer::check(&items, &history).await?;
    let last = Item { id: LAST, revision: 1, text: String::new() };
    items.insert_one(&last).write_concern(WriteConcern::majority()).await?;
    let consumer_kills = consumer.await??;
    let memory = memory.await??;

    let audit = Audit::of(db, file, &history).await?;
    audit.explain();
    memory.check()?;
    println!(
        "storm: changes={} primary_kills={primary_kills} consumer_kills={consumer_kills} lost={} doubled={} \
         longest_gap_ms={}",
        progress.made(),
        audit.lost,
        audit.doubled,
        audit.longest_gap
    );
    Ok(audit.is_clean())
}

/// Kills the primary this often, at even intervals of the changes, and starts it again each time.
async fn kill_primaries(
    set: &ReplicaSet,
    Arguments { changes, kills }: Arguments,
    progress: &Progress,
) -> anyhow::Result<u32> {
    for kill in 1..=kills {
        // The changes are made before the first kill and after the last one, too.
        while u64::from(progress.made()) * u64::from(kills + 1) < u64::from(changes) * u64::from(kill) {
            sleep(Duration::from_millis(5)).await;
        }
        let killed = set.kill_primary().await?;
        let moment = Instant::now();
        let next = set.wait_for_primary().await?;
        println!(
            "{} changes: killed the primary {}; {} is the primary after {:.1} s",
            progress.made(),
            killed.address(),
            next.address(),
            moment.elapsed().as_secs_f32(),
        );
        killed.restart().await.context("a killed member does not start again")?;
    }
    Ok(kills)
}
