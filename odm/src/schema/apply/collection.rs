//! The changes of one collection, made so that a failure or another process at the same time does no harm.
//!
//! No command is sent blindly: at the start, and after an error that another process may have caused, the indexes, the
//! options and the validator are read again, and only what is still missing and what the plan contains is done.

mod build;
mod builds;
mod commands;
mod modify;
mod pending;

use std::time::Duration;

use mongodb::bson::{Document, doc};

use self::build::Dropped;
use super::progress::Listener;
use crate::{
    error::{Error, Result},
    exec,
    index::Index,
    model::Validator,
    operation::{Operation, Verb},
    schema::{
        change::SchemaChange,
        compare::{Compared, Comparison},
        live::{self, LiveIndex},
    },
};

const WAIT: Verb = Verb::new("apply", "listIndexes").reading();

/// The server's code for a collection that already exists.
const NAMESPACE_EXISTS: i32 = 48;
/// The server's code for an index that does not exist.
const INDEX_NOT_FOUND: i32 = 27;
/// The server's code for a collection on which an index is being built.
const BUILD_IN_PROGRESS: i32 = 12_587;
/// The server's code for an index that "was modified by another thread" while it became unique.
const MODIFIED: i32 = 125;
/// The server's codes of what another process may have caused: a collection that was dropped; an index that is
/// missing, that is no longer prepared to be unique, that exists with other options or under another name, or whose
/// build was aborted; a conflicting operation.
const RACES: [i32; 11] =
    [26, INDEX_NOT_FOUND, NAMESPACE_EXISTS, 72, 85, 86, 112, 117, MODIFIED, 276, BUILD_IN_PROGRESS];
/// The maximum number of attempts if another process changes the indexes at the same time.
const ATTEMPTS: u32 = 10;
/// How long to wait before the indexes are read again.
const PAUSE: Duration = Duration::from_millis(50);
/// The longest time between two looks at an index that is being built.
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

/// The changes of one collection.
///
/// It owns what it needs, so that it ends in a task of its own if the caller drops the future.
pub(super) struct CollectionChanges {
    comparison: Comparison,
    collection: Compared,
    allowed: Vec<SchemaChange>,
    listener: Option<Listener>,
}

/// What has been done so far.
#[derive(Default)]
struct Progress {
    applied: Vec<SchemaChange>,
    /// The indexes that were dropped to be built again, as long as they are not built.
    dropped: Vec<Dropped>,
}

impl Progress {
    fn done(&mut self, change: &SchemaChange) {
        if !self.applied.contains(change) {
            self.applied.push(change.clone());
        }
    }

    /// Records that the dropped indexes are built again. An index that this process neither dropped nor built is not its
    /// change. Returns the indexes that were built in place of them.
    fn replaced(&mut self, are_built_here: bool) -> Vec<Index> {
        let dropped = std::mem::take(&mut self.dropped);
        for one in dropped.iter().filter(|one| one.is_dropped_here || are_built_here) {
            self.done(&one.change);
        }
        dropped.into_iter().map(|one| one.replacement).collect()
    }
}

impl CollectionChanges {
    pub(super) fn new(
        comparison: Comparison,
        collection: Compared,
        allowed: Vec<SchemaChange>,
        listener: Option<Listener>,
    ) -> Self {
        Self { comparison, collection, allowed, listener }
    }

    /// Makes the changes, and returns those that were made.
    pub(super) async fn run(self) -> Result<Vec<SchemaChange>> {
        let mut progress = Progress::default();
        match self.attempts(&mut progress).await {
            Ok(()) => {
                progress.replaced(false);
                Ok(progress.applied)
            }
            Err(error) => Err(self.restored(progress.dropped, error).await),
        }
    }

    async fn attempts(&self, progress: &mut Progress) -> Result<()> {
        let mut cause = None;
        for attempt in 1.. {
            let (mut pending, mut live) = self.still_pending(cause).await?;
            if pending
                .iter()
                .any(|change| matches!(change, SchemaChange::CreateIndex { is_building: true, .. }))
            {
                self.wait_for_builds().await?;
                (pending, live) = self.still_pending(None).await?;
            }
            let error = match self.make(&pending, &live, progress).await {
                Ok(()) => break,
                Err(error) => error,
            };
            let is_race = error.code().is_some_and(|code| RACES.contains(&code));
            if attempt == ATTEMPTS || !is_race {
                return Err(error);
            }
            if error.code() == Some(BUILD_IN_PROGRESS) {
                self.wait_for_builds().await?;
            } else if attempt > 1 {
                tokio::time::sleep(PAUSE * attempt).await;
            }
            cause = Some(error);
        }
        Ok(())
    }

    /// Makes the changes in their order.
    async fn make(
        &self,
        pending: &[SchemaChange],
        live: &[LiveIndex],
        progress: &mut Progress,
    ) -> Result<()> {
        for change in pending {
            let is_made = match change {
                SchemaChange::CreateCollection { collection, options, validator } => {
                    self.create_collection(collection, options, validator.as_deref()).await?
                }
                SchemaChange::ModifyCollection { options, differences, .. } => {
                    self.modify_collection(options, differences).await?;
                    true
                }
                SchemaChange::CreateValidator { validator, .. }
                | SchemaChange::ModifyValidator { validator, .. } => {
                    self.set_validator(validator.document().clone(), validator.options()).await?;
                    true
                }
                SchemaChange::DropValidator { .. } => {
                    self.set_validator(Document::new(), Validator::new()).await?;
                    true
                }
                SchemaChange::ModifyIndex { name, index, differences, .. } => {
                    self.modify(name, index, differences).await?;
                    true
                }
                _ => false,
            };
            if is_made {
                progress.done(change);
            }
        }
        let built = |change: &&SchemaChange| {
            matches!(change, SchemaChange::CreateIndex { .. } | SchemaChange::RebuildIndex { .. })
        };
        self.build(pending.iter().filter(built), live, progress).await?;
        for change in pending {
            match change {
                SchemaChange::HideIndex { name, .. } => {
                    self.coll_mod(doc! { "name": name, "hidden": true }).await?;
                    progress.done(change);
                }
                SchemaChange::DropIndex { name, .. } => {
                    let is_dropped = self.drop_index(name).await?;
                    if is_dropped {
                        progress.done(change);
                    }
                }
                SchemaChange::CreateSearchIndex { index, .. } => {
                    self.create_search_index(index).await?;
                    progress.done(change);
                }
                SchemaChange::ModifySearchIndex { index, .. } => {
                    self.update_search_index(index).await?;
                    progress.done(change);
                }
                SchemaChange::DropSearchIndex { name, .. } => {
                    self.drop_search_index(name).await?;
                    progress.done(change);
                }
                _ => {}
            }
        }
        Ok(())
    }

    fn operation(&self, verb: Verb) -> Operation<'_> {
        let database = self.comparison.database().name();
        Operation::new(verb, database, Some(self.collection.name))
    }

    /// Waits until the server builds no index of the collection. A build may never end, so it stops waiting if the caller
    /// no longer does.
    async fn wait_for_builds(&self) -> Result<()> {
        let (database, is_time_series) = (self.comparison.database(), self.collection.is_time_series);
        let mut pause = PAUSE;
        while let Some(indexes) = live::indexes(database, self.collection.name, is_time_series).await?
            && indexes.iter().any(|index| index.is_building)
        {
            if exec::is_abandoned() {
                let abandoned = "the future of the call was dropped, and an index is still being built";
                return Err(Error::refused(abandoned).during(&self.operation(WAIT)));
            }
            self.reporting(tokio::time::sleep(pause)).await;
            pause = LONGEST_PAUSE.min(pause * 2);
        }
        Ok(())
    }
}
