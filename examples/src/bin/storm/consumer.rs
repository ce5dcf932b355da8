//! The consumer: a process with two subscriptions, which is killed again and again.
//!
//! The effects of the first one are in the same deployment, and in one transaction with the position. Those of the
//! second one are elsewhere, in a file, so a change may be written to it twice, with the same key.

use std::{
    fs::{File, OpenOptions},
    io::Write,
    path::Path,
    sync::{Mutex, PoisonError},
};

use anyhow::{Context, bail};
use odm::{
    Database, Id, Model, Tx, Update,
    bson::{DateTime, doc},
    subscribe,
    watch::{Change, Event},
};

use crate::{
    child::stdin_closed,
    item::{Applied, Item, ItemCopy, Items, Step},
};

pub(crate) const TRANSACTIONAL: &str = "transactional";
pub(crate) const AT_LEAST_ONCE: &str = "at-least-once";

/// Handles the changes until the parent closes the input of this process.
pub(crate) async fn run(db: &Database, file: &Path) -> anyhow::Result<()> {
    let items: Items = db.collection();
    let log = Log::append(file)?;
    let stopped = stdin_closed();
    let transactional = items
        .subscribe(TRANSACTIONAL)
        .transactional()
        .run(async |change, tx| apply(db, &change, tx).await)
        .until(stopped.clone().wait());
    let at_least_once = items
        .subscribe(AT_LEAST_ONCE)
        .try_run(async |change| -> anyhow::Result<()> {
            if let Some((item, step)) = Step::of(&change) {
                log.write(change.key(), item, step)?;
            }
            Ok(())
        })
        .until(stopped.wait());
    let transactional = async { transactional.await.context(TRANSACTIONAL) };
    let at_least_once = async { at_least_once.await.context(AT_LEAST_ONCE) };
    tokio::try_join!(transactional, at_least_once)?;
    Ok(())
}

/// Makes the change to the derived collection, and records that it took effect.
async fn apply(db: &Database, change: &subscribe::Item<Change<Item>>, mut tx: Tx) -> odm::Result<()> {
    let Some((item, step)) = Step::of(change) else { return Ok(()) };
    let (copies, c) = (db.collection::<ItemCopy>(), ItemCopy::fields());
    match change.event() {
        Event::Insert(item) => {
            copies.insert_one(&ItemCopy::from(item)).session(&mut tx).await?;
        }
        Event::Update { id, update_description, .. } => {
            // The fields of the copy have the names of those of the source.
            let set = Update::raw(doc! { "$set": update_description.updated_fields.clone() });
            copies.update_one(c.id().eq(*id), set).session(&mut tx).await?;
        }
        Event::Delete { id, .. } => {
            copies.delete_one(c.id().eq(*id)).session(&mut tx).await?;
        }
        _ => {}
    }
    let key = change.key().to_owned();
    let applied = Applied { id: Id::new(), key, item, step: step.to_string(), at: DateTime::now() };
    db.collection::<Applied>().insert_one(&applied).session(&mut tx).await.map(drop)
}

/// A file with one line for each time that a change was handled.
struct Log(Mutex<File>);

/// A line of the file.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    /// The process that wrote the line.
    pub(crate) process: u32,
    /// When, in milliseconds.
    pub(crate) at: i64,
    pub(crate) key: String,
    pub(crate) item: i64,
    pub(crate) step: String,
}

impl Log {
    fn append(path: &Path) -> anyhow::Result<Self> {
        let mut file = OpenOptions::new().create(true).append(true).open(path)?;
        // The line before may be incomplete, because its process was killed.
        file.write_all(b"\n")?;
        Ok(Self(Mutex::new(file)))
    }

    fn write(&self, key: &str, item: i64, step: Step) -> anyhow::Result<()> {
        let line =
            format!("{} {} {key} {item} {step}\n", std::process::id(), DateTime::now().timestamp_millis());
        self.0.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes())?;
        Ok(())
    }
}

/// Reads the complete lines of the file.
pub(crate) fn lines(path: &Path) -> anyhow::Result<Vec<Line>> {
    let text = std::fs::read_to_string(path)?;
    let complete = text.rsplit_once('\n').map_or("", |(complete, _)| complete);
    complete.lines().filter(|line| !line.is_empty()).filter_map(|line| line_of(line).transpose()).collect()
}

/// Reads a line. Returns `None` for the beginning of one whose process was killed.
fn line_of(line: &str) -> anyhow::Result<Option<Line>> {
    let [process, at, key, item, step] = line.split(' ').collect::<Vec<_>>()[..] else { return Ok(None) };
    let (Ok(process), Ok(at), Ok(item)) = (process.parse(), at.parse(), item.parse()) else {
        bail!("not a line of a consumer: {line}")
    };
    Ok(Some(Line { process, at, key: key.to_owned(), item, step: step.to_owned() }))
}
