//! `Writer`: a task that changes documents, one change or one transaction after the other.

use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use anyhow::{Context, ensure};
use examples::random::Random;
use odm::{
    Database, Model, Tx,
    mongodb::options::{ReadConcern, WriteConcern},
};
use tokio::time::sleep;

use crate::item::{Item, Items, Step};

/// How many documents one writer has.
const ITEMS: i32 = 40;
/// How often a change is tried again whose outcome is unknown.
const ATTEMPTS: u32 = 20;

/// How many changes were made, and how many are to be made.
pub(crate) struct Progress {
    made: AtomicU32,
    planned: u32,
}

impl Progress {
    pub(crate) fn new(planned: u32) -> Self {
        Self { made: AtomicU32::new(0), planned }
    }

    pub(crate) fn made(&self) -> u32 {
        self.made.load(Ordering::Relaxed)
    }

    pub(crate) fn is_complete(&self) -> bool {
        self.made() >= self.planned
    }
}

/// The changes of each document, in order.
pub(crate) type History = HashMap<i64, Vec<Step>>;

/// A writer is the only one that changes its documents, so it knows what each change must find.
pub(crate) struct Writer {
    db: Database,
    items: Items,
    number: i64,
    random: Random,
    progress: Arc<Progress>,
    history: History,
}

impl Writer {
    pub(crate) fn new(db: Database, number: u32, progress: Arc<Progress>) -> Self {
        let items = db.collection();
        let random = Random::new(u64::from(number));
        Self { db, items, number: number.into(), random, progress, history: History::new() }
    }

    /// Changes documents until the progress is complete. Returns what it has done.
    pub(crate) async fn run(mut self) -> anyhow::Result<History> {
        while !self.progress.is_complete() {
            let count = if self.random.below(5) == 0 { self.random.below(3) + 2 } else { 1 };
            let mut steps: Vec<(i64, Step)> = Vec::new();
            for _ in 0..count {
                let item = self.number * 1000 + i64::from(self.random.below(ITEMS));
                if steps.iter().all(|(other, _)| *other != item) {
                    steps.push((item, self.next_step(item)));
                }
            }
            self.make(&steps).await?;
            self.progress.made.fetch_add(u32::try_from(steps.len())?, Ordering::Relaxed);
            for (item, step) in steps {
                self.history.entry(item).or_default().push(step);
            }
        }
        Ok(self.history)
    }

    /// Chooses what happens to a document next.
    fn next_step(&mut self, item: i64) -> Step {
        let steps = self.history.get(&item).map_or(&[][..], Vec::as_slice);
        let next = i64::try_from(steps.len()).unwrap_or(i64::MAX) + 1;
        match steps.last() {
            None | Some(Step::Delete) => Step::Insert(next),
            Some(_) if self.random.below(10) == 0 => Step::Delete,
            Some(_) => Step::Update(next),
        }
    }

    /// Makes the changes, in a transaction if there are several, exactly once.
    async fn make(&self, steps: &[(i64, Step)]) -> anyhow::Result<()> {
        let mut attempt = 0;
        loop {
            let made = match steps {
                [(item, step)] => self.step(*item, *step, None).await,
                _ => self.transaction(steps).await,
            };
            match made {
                Ok(()) => return Ok(()),
                Err(error) if attempt < ATTEMPTS => eprintln!("not acknowledged: {error}"),
                Err(error) => return Err(error.into()),
            }
            attempt += 1;
            sleep(Duration::from_millis(200)).await;
            // The change may have been made although it was not acknowledged.
            if let Ok(true) = self.was_made(steps).await {
                return Ok(());
            }
        }
    }

    async fn transaction(&self, steps: &[(i64, Step)]) -> odm::Result<()> {
        self.db
            .transaction(async |mut tx| {
                for (item, step) in steps {
                    self.step(*item, *step, Some(&mut tx)).await?;
                }
                Ok(())
            })
            .write_concern(WriteConcern::majority())
            .await
    }

    /// Makes one change. It matches the revision before it, so it cannot be made twice.
    async fn step(&self, item: i64, step: Step, tx: Option<&mut Tx>) -> odm::Result<()> {
        let i = Item::fields();
        let is = |revision: i64| i.id().eq(item) & i.revision().eq(revision);
        let text = |revision: i64| format!("{revision:>0$}", 100 + usize::try_from(item % 100).unwrap_or(0));
        match (step, tx) {
            (Step::Insert(revision), tx) => {
                let document = Item { id: item, revision, text: text(revision) };
                match tx {
                    Some(tx) => self.items.insert_one(&document).session(tx).await?,
                    None => self.items.insert_one(&document).write_concern(WriteConcern::majority()).await?,
                };
            }
            (Step::Update(revision), tx) => {
                let change = i.revision().set(revision) + i.text().set(text(revision));
                let update = self.items.update_one(is(revision - 1), change);
                match tx {
                    Some(tx) => update.session(tx).await?,
                    None => update.write_concern(WriteConcern::majority()).await?,
                };
            }
            (Step::Delete, tx) => {
                let delete = self.items.delete_one(i.id().eq(item));
                match tx {
                    Some(tx) => delete.session(tx).await?,
                    None => delete.write_concern(WriteConcern::majority()).await?,
                };
            }
        }
        Ok(())
    }

    /// Returns whether all these changes were made.
    async fn was_made(&self, steps: &[(i64, Step)]) -> odm::Result<bool> {
        let i = Item::fields();
        for (item, step) in steps {
            let found =
                self.items.find_one(i.id().eq(*item)).read_concern(ReadConcern::linearizable()).await?;
            if !step.has_led_to(found.map(|found| found.revision)) {
                return Ok(false);
            }
        }
        Ok(true)
    }
}

/// Compares the histories with the documents: each is as its last change left it.
pub(crate) async fn check(items: &Items, history: &History) -> anyhow::Result<()> {
    let i = Item::fields();
    for (item, steps) in history {
        let last = steps.last().context("an item without a change")?;
        let found = items.find_one(i.id().eq(*item)).read_concern(ReadConcern::majority()).await?;
        ensure!(
            last.has_led_to(found.map(|found| found.revision)),
            "the writer of item {item} expects {last}, which is not stored",
        );
    }
    Ok(())
}
