//! A consumer that is 1,000 times slower than the writers, in a process of its own, whose memory is measured.

use std::{
    io::Read,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::Duration,
};

use anyhow::{Context, ensure};
use odm::Database;
use tokio::{
    sync::mpsc::unbounded_channel,
    time::{interval, sleep},
};

use crate::{child::Child, item::Items, writer::Progress};

pub(crate) const NAME: &str = "slow";
/// How many changes are made while the consumer handles one.
const FACTOR: u32 = 1000;
/// How many changes the server sends at a time. They are what a slow consumer has in memory. It handles several batches.
const BATCH: u32 = 10;
/// How much the resident memory may vary.
const TOLERANCE: u64 = 8 << 20;

/// Handles one change for each byte of the input, until the input ends.
pub(crate) async fn run(db: &Database) -> anyhow::Result<()> {
    let (sender, mut bytes) = unbounded_channel();
    thread::spawn(move || {
        for byte in std::io::stdin().lock().bytes() {
            if byte.is_err() || sender.send(()).is_err() {
                break;
            }
        }
    });
    let items: Items = db.collection();
    let mut changes = items.subscribe(NAME).batch_size(BATCH).await?;
    while let Some(change) = changes.next().await.transpose()? {
        if bytes.recv().await.is_none() {
            return Ok(());
        }
        change.ack();
    }
    Ok(())
}

/// The memory of the slow consumer.
pub(crate) struct Memory {
    handled: u32,
    made: u32,
    /// The resident memory at the first change and at most, in bytes, where the system reports it.
    resident: Option<(u64, u64)>,
}

impl Memory {
    /// Lets the consumer handle one change for 1,000 that are made, and measures it meanwhile.
    pub(crate) async fn of(mut child: Child, progress: Arc<Progress>) -> anyhow::Result<Self> {
        let handled = AtomicU64::new(0);
        let mut resident: Option<(u64, u64)> = None;
        let mut tick = interval(Duration::from_millis(20));
        loop {
            tick.tick().await;
            ensure!(!child.has_ended()?, "the slow consumer has ended");
            let made = progress.made();
            while handled.load(Ordering::Relaxed) < u64::from(made / FACTOR) {
                child.send().await?;
                handled.fetch_add(1, Ordering::Relaxed);
            }
            // From the first batch on.
            if made >= 2 * BATCH
                && let Some(bytes) = child.resident_memory()
            {
                let (first, most) = resident.unwrap_or((bytes, bytes));
                resident = Some((first, most.max(bytes)));
            }
            if progress.is_complete() {
                break;
            }
        }
        sleep(Duration::from_millis(100)).await;
        let handled = u32::try_from(handled.into_inner()).context("too many changes")?;
        child.stop().await?;
        Ok(Self { handled, made: progress.made(), resident })
    }

    /// Prints the memory. It is an error if it has grown with the number of changes.
    pub(crate) fn check(&self) -> anyhow::Result<()> {
        let Self { handled, made, resident } = self;
        let Some((first, most)) = *resident else {
            println!(
                "slow consumer: handled {handled} of {made} changes; its memory is not measured on this system"
            );
            return Ok(());
        };
        println!(
            "slow consumer: handled {handled} of {made} changes; resident memory {:.1} MiB after the first batch, \
             {:.1} MiB at most",
            mebibytes(first),
            mebibytes(most),
        );
        ensure!(most <= first + TOLERANCE, "the memory of the slow consumer has grown");
        Ok(())
    }
}

fn mebibytes(bytes: u64) -> f64 {
    f64::from(u32::try_from(bytes >> 10).unwrap_or(u32::MAX)) / 1024.0
}
