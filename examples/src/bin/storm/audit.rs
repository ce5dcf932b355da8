//! `Audit`: compares what was handled with what the writers have done.

use std::{
    collections::{HashMap, HashSet},
    path::Path,
};

use odm::{Database, Filter, Model, mongodb::options::ReadConcern};

use crate::{
    consumer::{self, Line},
    item::{Applied, Item, ItemCopy, LAST},
    writer::History,
};

/// What was lost or applied twice.
#[derive(Default)]
pub(crate) struct Audit {
    pub(crate) lost: usize,
    pub(crate) doubled: usize,
    /// The changes of a document that were handled in another order than they were made.
    disordered: usize,
    /// The documents of the derived collection that differ from those of the source.
    different: usize,
    /// The longest time without a change, in milliseconds.
    pub(crate) longest_gap: i64,
    /// How often a change was handled again by the subscription without transactions.
    repeated: usize,
}

impl Audit {
    pub(crate) async fn of(db: &Database, file: &Path, history: &History) -> anyhow::Result<Self> {
        let mut audit = Self::default();
        audit.transactional(db, history).await?;
        audit.at_least_once(&consumer::lines(file)?, history);
        Ok(audit)
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.lost + self.doubled + self.disordered + self.different == 0
    }

    pub(crate) fn explain(&self) {
        let Self { disordered, different, repeated, .. } = self;
        println!("at least once: {repeated} changes were handled again after a kill");
        println!("out of order: {disordered}; documents that differ from the source: {different}");
    }

    /// Each change took effect once, and the derived collection is equal to the source.
    async fn transactional(&mut self, db: &Database, history: &History) -> odm::Result<()> {
        let mut applied = db
            .collection::<Applied>()
            .find(Filter::all())
            .sort(Applied::fields().key().asc())
            .read_concern(ReadConcern::majority())
            .await?;
        let (mut keys, mut steps, mut times) =
            (HashSet::new(), HashMap::<i64, Vec<String>>::new(), Vec::new());
        while let Some(applied) = applied.next().await.transpose()? {
            times.push(applied.at.timestamp_millis());
            if !keys.insert(applied.key.clone()) {
                println!("doubled: {} of item {}", applied.step, applied.item);
                self.doubled += 1;
            } else if applied.item != LAST {
                steps.entry(applied.item).or_default().push(applied.step);
            }
        }
        self.compare(&steps, history);
        self.gap(times);

        let (source, copies) = (db.collection::<Item>(), db.collection::<ItemCopy>());
        let source: Vec<Item> =
            source.find(Filter::all()).read_concern(ReadConcern::majority()).await?.try_collect().await?;
        let copies: Vec<ItemCopy> =
            copies.find(Filter::all()).read_concern(ReadConcern::majority()).await?.try_collect().await?;
        let expected: HashMap<i64, ItemCopy> =
            source.iter().map(|item| (item.id, ItemCopy::from(item))).collect();
        let missing = expected.len().abs_diff(copies.len());
        let wrong = copies.iter().filter(|copy| expected.get(&copy.id) != Some(copy)).count();
        self.different += missing.max(wrong);
        Ok(())
    }

    /// Each change was handled, and the changes of a document in their order, apart from repetitions.
    fn at_least_once(&mut self, lines: &[Line], history: &History) {
        let (mut keys, mut steps) = (HashSet::new(), HashMap::<i64, Vec<String>>::new());
        // The last key of each document in one process. Keys increase.
        let mut last: HashMap<(u32, i64), &str> = HashMap::new();
        for line in lines {
            if let Some(before) = last.insert((line.process, line.item), &line.key)
                && before >= line.key.as_str()
            {
                self.disordered += 1;
            }
            if !keys.insert(&line.key) {
                self.repeated += 1;
            } else if line.item != LAST {
                steps.entry(line.item).or_default().push(line.step.clone());
            }
        }
        self.compare(&steps, history);
        self.gap(lines.iter().map(|line| line.at).collect());
    }

    /// Compares the changes of each document.
    fn compare(&mut self, handled: &HashMap<i64, Vec<String>>, history: &History) {
        for (item, steps) in history {
            let expected: Vec<String> = steps.iter().map(ToString::to_string).collect();
            let handled = handled.get(item).map_or(&[][..], Vec::as_slice);
            if handled.len() < expected.len() {
                println!("lost: {} changes of item {item}", expected.len() - handled.len());
                self.lost += expected.len() - handled.len();
            } else if handled.len() > expected.len() {
                println!("too many: {} changes of item {item}", handled.len() - expected.len());
                self.doubled += handled.len() - expected.len();
            } else if handled != expected {
                self.disordered += 1;
            }
        }
    }

    fn gap(&mut self, mut times: Vec<i64>) {
        times.sort_unstable();
        let longest = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or_default();
        self.longest_gap = self.longest_gap.max(longest);
    }
}
