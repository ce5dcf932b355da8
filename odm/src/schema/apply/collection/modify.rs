//! What the server modifies in place: options of an index, and those of a collection.

use mongodb::bson::{Bson, Document, doc};

use super::CollectionChanges;
use crate::{
    error::{DocumentIds, Result, SchemaError},
    index::Index,
    model::CollectionOptions,
    schema::{
        change::Difference,
        options::{EXPIRES, GRANULARITY, IMAGES, MAX, PIPELINE, SIZE, VIEW_ON},
        spec::Spec,
    },
};

/// The server's code for documents that violate an index that is to become unique.
const CANNOT_CONVERT: i32 = 359;
/// The number of documents of a capped collection that stands for any.
const ANY_NUMBER: i64 = -1;

impl CollectionChanges {
    /// Modifies the options of the collection that differ, with one command.
    pub(super) async fn modify_collection(
        &self,
        options: &CollectionOptions,
        differences: &[Difference],
    ) -> Result<()> {
        let declared = options.to_document();
        let value = |name: &str| declared.get(name).cloned();
        let mut changed = Document::new();
        for difference in differences {
            match difference.what() {
                SIZE => changed.extend(value("size").map(|size| ("cappedSize".to_owned(), size))),
                MAX => drop(changed.insert("cappedMax", value("max").unwrap_or(Bson::Int64(ANY_NUMBER)))),
                GRANULARITY => {
                    let granularity =
                        options.time_series.as_ref().map(|series| series.granularity.to_string());
                    changed.insert("timeseries", doc! { "granularity": granularity });
                }
                EXPIRES => {
                    let age = value("expireAfterSeconds").unwrap_or_else(|| Bson::String("off".to_owned()));
                    changed.insert("expireAfterSeconds", age);
                }
                IMAGES => {
                    let enabled = options.pre_and_post_images;
                    changed.insert("changeStreamPreAndPostImages", doc! { "enabled": enabled });
                }
                VIEW_ON | PIPELINE => {
                    for name in ["viewOn", "pipeline"] {
                        changed.extend(value(name).map(|value| (name.to_owned(), value)));
                    }
                }
                _ => {}
            }
        }
        self.coll_mod_options(changed).await
    }

    /// Modifies an index in place. It becomes unique first, because only that can fail.
    pub(super) async fn modify(&self, name: &str, index: &Index, differences: &[Difference]) -> Result<()> {
        let changed = |what| differences.iter().any(|difference| difference.what() == what);
        let is_prepared = changed(Spec::PREPARED);
        let mut options = doc! { "name": name };
        if changed("unique") {
            self.make_unique(name, is_prepared).await?;
        } else if is_prepared {
            options.insert("prepareUnique", false);
        }
        if changed("ttl")
            && let Some(ttl) = index.ttl()
        {
            options.insert("expireAfterSeconds", i64::try_from(ttl.as_secs()).unwrap_or(i64::MAX));
        }
        if changed("hidden") {
            options.insert("hidden", index.is_hidden());
        }
        if options.len() > 1 { self.coll_mod(options).await } else { Ok(()) }
    }

    /// Makes an index unique. If documents violate it, the index is as before.
    async fn make_unique(&self, name: &str, is_prepared: bool) -> Result<()> {
        if !is_prepared {
            self.coll_mod(doc! { "name": name, "prepareUnique": true }).await?;
        }
        let Err(error) = self.coll_mod(doc! { "name": name, "unique": true }).await else { return Ok(()) };
        if error.code() != Some(CANNOT_CONVERT) {
            return Err(error);
        }
        if !is_prepared {
            // The first error is the one to report. If this fails, the next plan shows that the index is prepared.
            drop(self.coll_mod(doc! { "name": name, "prepareUnique": false }).await);
        }
        let ids = DocumentIds::new(error.driver().map(duplicates).unwrap_or_default());
        let (collection, index) = (self.collection.name.to_owned(), name.to_owned());
        Err(error.in_schema(SchemaError::NotUnique { collection, index, ids }))
    }
}

/// Returns the ids of documents that have the same key as another, from the server's reply.
fn duplicates(error: &mongodb::error::Error) -> Vec<Bson> {
    let reply = error.server_response().and_then(|reply| Document::try_from(reply.as_ref()).ok());
    let violations = reply.and_then(|reply| reply.get_array("violations").ok().cloned()).unwrap_or_default();
    let ids = violations.iter().filter_map(|group| group.as_document()?.get_array("ids").ok());
    ids.flatten().cloned().collect()
}
