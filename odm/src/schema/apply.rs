//! `Apply`: making the changes of a plan.

mod collection;
mod progress;

pub use self::progress::BuildProgress;

use std::{fmt, future::IntoFuture, sync::Arc};

use futures_core::future::BoxFuture;

use self::{collection::CollectionChanges, progress::Listener};
use super::{
    change::{Impact, SchemaChange},
    plan::Plan,
};
use crate::{error::Result, exec};

/// The changes of a plan, which are made when this is awaited.
///
/// You get one from [`Plan::apply`]. Awaiting it returns an [`Applied`].
///
/// If the future is dropped, a task of its own makes the remaining changes of the collection in progress, so that no
/// index is dropped without being built again. It does not wait for an index that another process builds. The collections
/// after it are not changed.
#[derive(Clone)]
#[must_use = "nothing is applied until this is awaited"]
pub struct Apply {
    plan: Plan,
    narrowing: bool,
    destructive: bool,
    listener: Option<Listener>,
}

impl Apply {
    pub(super) fn new(plan: Plan) -> Self {
        Self { plan, narrowing: false, destructive: false, listener: None }
    }

    /// Makes the narrowing changes of the plan too: validators that may refuse writes that the server accepts now.
    pub fn allow_narrowing(mut self) -> Self {
        self.narrowing = true;
        self
    }

    /// Makes the destructive changes of the plan too: indexes that are dropped, those that are dropped and built
    /// again, search indexes that are dropped, TTL indexes and options that delete documents, validators of other
    /// programs that are replaced or dropped, and pre- and post-images that are turned off.
    ///
    /// If an index cannot be built again, for example because documents have the same key, the dropped one is
    /// restored. If that fails too, the error is [`SchemaError::NotRestored`](crate::error::SchemaError::NotRestored).
    /// A process that is killed between the drop and the end of the build restores nothing, and the next one does not
    /// know the dropped index: it builds the declared one.
    pub fn allow_destructive(mut self) -> Self {
        self.destructive = true;
        self
    }

    /// Calls a function several times a second while the server builds indexes. Another call replaces the function.
    ///
    /// The server shows the progress among its current operations: a user of a deployment with access control needs the
    /// privilege `inprog` to see it. Without it, or if the builds are fast, the function is not called.
    ///
    /// ```no_run
    /// # use odm::{Database, Id, Model, models};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order> }
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let plan = db.schema(models![Order]).plan().await?;
    /// plan.apply().on_progress(|progress| eprintln!("{progress}")).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_progress(mut self, listener: impl Fn(&BuildProgress<'_>) + Send + Sync + 'static) -> Self {
        self.listener = Some(Arc::new(listener));
        self
    }

    async fn execute(self) -> Result<Applied> {
        let mut applied = Applied::default();
        let Plan { comparison, collections, .. } = self.plan;
        for collection in collections {
            let pending = collection.changes.iter().filter(|change| change.impact().is_some());
            let (allowed, left): (Vec<SchemaChange>, Vec<SchemaChange>) =
                pending.cloned().partition(|change| match change.impact() {
                    Some(Impact::Destructive) => self.destructive,
                    Some(Impact::Narrowing) => self.narrowing,
                    Some(Impact::Manual) => false,
                    _ => true,
                });
            applied.left.extend(left);
            if !allowed.is_empty() {
                let run =
                    CollectionChanges::new(comparison.clone(), collection, allowed, self.listener.clone());
                applied.changes.extend(exec::detached(Box::pin(run.run())).await?);
            }
        }
        Ok(applied)
    }
}

impl fmt::Debug for Apply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Apply")
            .field("plan", &self.plan)
            .field("narrowing", &self.narrowing)
            .field("destructive", &self.destructive)
            .finish_non_exhaustive()
    }
}

impl IntoFuture for Apply {
    type Output = Result<Applied>;
    type IntoFuture = BoxFuture<'static, Result<Applied>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.execute())
    }
}

/// The changes that were made, and those that were left.
///
/// You get one by awaiting [`Plan::apply`]. `Display` prints one line for each. Another apply, with the changes
/// allowed, makes those that were left.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Applied {
    changes: Vec<SchemaChange>,
    left: Vec<SchemaChange>,
}

impl Applied {
    /// Returns whether nothing was changed.
    pub fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    /// Returns the changes that were made, in their order. A modification in place that another process made at the same
    /// time may be among them.
    pub fn changes(&self) -> &[SchemaChange] {
        &self.changes
    }

    /// Returns the narrowing and destructive changes that were not made, because they were not allowed, and those that an
    /// administrator makes.
    pub fn left(&self) -> &[SchemaChange] {
        &self.left
    }
}

impl fmt::Display for Applied {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut lines: Vec<String> = self.changes.iter().map(line).collect();
        lines.extend(self.left.iter().map(|change| format!("left: {change}")));
        if lines.is_empty() {
            return f.write_str("nothing to change");
        }
        f.write_str(&lines.join("\n"))
    }
}

/// Returns what was done.
fn line(change: &SchemaChange) -> String {
    let collection = change.collection();
    match change {
        SchemaChange::CreateCollection { options, .. } if options.is_view() => {
            format!("created view {collection}")
        }
        SchemaChange::CreateCollection { .. } => format!("created collection {collection}"),
        SchemaChange::ModifyCollection { .. } => format!("modified collection {collection}"),
        SchemaChange::CreateSearchIndex { index, .. } => {
            format!("created search index {collection}.{}", index.name())
        }
        SchemaChange::ModifySearchIndex { index, .. } => {
            format!("modified search index {collection}.{}", index.name())
        }
        SchemaChange::DropSearchIndex { name, .. } => format!("dropped search index {collection}.{name}"),
        SchemaChange::UndeclaredSearchIndex { name, .. } => {
            format!("left search index {collection}.{name}")
        }
        SchemaChange::NoSearch { index, .. } => format!("left search index {collection}.{}", index.name()),
        SchemaChange::RecreateCollection { .. }
        | SchemaChange::ShardCollection { .. }
        | SchemaChange::UndeclaredOption { .. } => format!("left options of {collection}"),
        SchemaChange::CreateValidator { .. } => format!("created validator of {collection}"),
        SchemaChange::ModifyValidator { .. } => format!("modified validator of {collection}"),
        SchemaChange::DropValidator { .. } => format!("dropped validator of {collection}"),
        SchemaChange::UndeclaredValidator { .. } => format!("left validator of {collection}"),
        SchemaChange::CreateIndex { index, .. } => format!("created index {collection}.{}", index.name()),
        SchemaChange::ModifyIndex { name, .. } => format!("modified index {collection}.{name}"),
        SchemaChange::RebuildIndex { index, .. } => format!("rebuilt index {collection}.{}", index.name()),
        SchemaChange::HideIndex { name, .. } => format!("hid index {collection}.{name}"),
        SchemaChange::DropIndex { name, .. } => format!("dropped index {collection}.{name}"),
        SchemaChange::Undeclared { name, .. } => format!("left index {collection}.{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_each() {
        let mut applied = Applied::default();
        assert_eq!(applied.to_string(), "nothing to change");
        let (collection, name) = (|| "orders".to_owned(), || "a_1".to_owned());
        applied.changes.push(SchemaChange::CreateCollection {
            collection: collection(),
            options: Box::default(),
            validator: None,
        });
        applied.changes.push(SchemaChange::HideIndex { collection: collection(), name: name() });
        applied.left.push(SchemaChange::DropIndex { collection: collection(), name: name() });
        assert_eq!(
            applied.to_string(),
            "created collection orders\nhid index orders.a_1\n\
             left: - orders: drop index a_1, which is not declared [destructive]"
        );
    }
}
