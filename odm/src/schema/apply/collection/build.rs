//! Building indexes, also in place of others, which are restored if that fails.

use mongodb::bson::{Document, doc};

use super::{CollectionChanges, Progress};
use crate::{
    error::{Error, ErrorKind, Result, SchemaError},
    index::Index,
    schema::{change::SchemaChange, live::LiveIndex, spec},
};

/// An index that was dropped.
pub(super) struct Dropped {
    name: String,
    /// The document of `listIndexes`.
    document: Document,
    /// The declared index that replaces it.
    pub(super) replacement: Index,
    /// The change that drops it.
    pub(super) change: SchemaChange,
    /// Whether this process dropped it, and not another one.
    pub(super) is_dropped_here: bool,
}

impl CollectionChanges {
    /// Drops the indexes that are replaced, and creates all missing ones with one command.
    pub(super) async fn build<'c>(
        &self,
        changes: impl Iterator<Item = &'c SchemaChange> + Clone,
        live: &[LiveIndex],
        progress: &mut Progress,
    ) -> Result<()> {
        let (mut indexes, mut replaced) = (Vec::new(), Vec::<&str>::new());
        for change in changes.clone() {
            indexes.extend(change.index().map(|index| spec::sent(index, self.collection.collation.as_ref())));
            if let SchemaChange::RebuildIndex { replaces, index, .. } = change {
                for live in live.iter().filter(|live| replaces.contains(&live.spec.name)) {
                    if !replaced.contains(&live.spec.name.as_str()) {
                        replaced.push(&live.spec.name);
                        progress.dropped.push(Dropped {
                            name: live.spec.name.clone(),
                            document: live.document.clone(),
                            replacement: index.clone(),
                            change: change.clone(),
                            is_dropped_here: false,
                        });
                    }
                }
            }
        }
        if indexes.is_empty() {
            return Ok(());
        }
        for name in replaced {
            let is_dropped_here = self.drop_index(name).await?;
            let mut entries = progress.dropped.iter_mut();
            if let Some(entry) = entries.find(|dropped| dropped.name == name) {
                entry.is_dropped_here |= is_dropped_here;
            }
        }
        let is_built_here =
            self.create_indexes(indexes).await.map_err(|error| explained(error, self.collection.name))?;
        let replaced = progress.replaced(is_built_here);
        // After a failed attempt, an index that was dropped is missing. Building it is a part of replacing it.
        let is_new = |change: &&SchemaChange| change.index().is_some_and(|index| !replaced.contains(index));
        if is_built_here {
            changes.filter(is_new).for_each(|change| progress.done(change));
        }
        Ok(())
    }

    /// Creates the indexes again that were dropped and whose replacements could not be built. Returns the error that
    /// prevented that, or one with the indexes that are lost.
    pub(super) async fn restored(&self, dropped: Vec<Dropped>, error: Error) -> Error {
        if dropped.is_empty() {
            return error;
        }
        let Ok((missing, _)) = self.comparison.again(&self.collection).await else {
            return self.not_restored(dropped.into_iter().map(|index| index.name).collect(), error);
        };
        let mut lost = Vec::new();
        for Dropped { name, mut document, replacement, .. } in dropped {
            // Another process may have built the replacement.
            if !missing.iter().any(|change| change.index() == Some(&replacement)) {
                continue;
            }
            if self.collection.collation.is_some() && !document.contains_key("collation") {
                // `listIndexes` does not return the simple collation, and without one the index would get the default.
                document.insert("collation", doc! { "locale": "simple" });
            }
            if self.create_indexes(vec![document]).await.is_err() {
                lost.push(name);
            }
        }
        if lost.is_empty() { error } else { self.not_restored(lost, error) }
    }

    fn not_restored(&self, indexes: Vec<String>, error: Error) -> Error {
        let (collection, cause) = (self.collection.name.to_owned(), error.kind().to_string());
        error.in_schema(SchemaError::NotRestored { collection, indexes, cause })
    }
}

/// Converts the error of documents that violate a unique index: it is an error of the schema, not of a write.
fn explained(error: Error, collection: &str) -> Error {
    if let ErrorKind::DuplicateKey(key) = error.kind() {
        let (collection, key) = (collection.to_owned(), key.clone());
        error.in_schema(SchemaError::DuplicateKeys { collection, key })
    } else {
        error
    }
}
