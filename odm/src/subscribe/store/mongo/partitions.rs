//! The partitions of a subscription: their common beginning, and the instances that share them.
//!
//! `{ _id: "billing", position: .., partitions: 4, .. }` is where all partitions begin, `{ _id: "billing#0", .. }` the
//! position of one of them, and `{ _id: { member: "billing", owner: ".." }, until: .. }` an instance.

use std::time::Duration;

use futures_util::TryStreamExt;
use mongodb::{
    bson::{Bson, Document, doc},
    options::{FindOptions, ReadPreference, SelectionCriteria, UpdateOptions},
};

use super::{super::super::Position, LOAD, MongoPositions, REMOVE, SAVE, Term, position_of, renewed};
use crate::{
    error::{Error, Result},
    exec,
    session::lease::{majority, until},
};

/// The stored beginning of the partitions of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Beginning {
    pub(crate) position: Option<Position>,
    /// `None` if the subscription had no partitions before.
    pub(crate) partitions: Option<i64>,
}

/// Returns the name of the position of a partition.
pub(crate) fn name_of(name: &str, number: u32) -> String {
    format!("{name}#{number}")
}

impl MongoPositions {
    /// Returns where the partitions of the subscription begin.
    pub(crate) async fn beginning_of_partitions(&self, name: &str) -> Result<Option<Beginning>> {
        let Some(stored) = self.find(name).await? else { return Ok(None) };
        let partitions = stored.get_i64("partitions").ok();
        Ok(Some(Beginning { position: position_of(&stored)?, partitions }))
    }

    /// Stores where the partitions of the subscription begin.
    pub(crate) async fn begin_partitions(
        &self,
        name: &str,
        position: &Position,
        count: u32,
        term: &Term,
    ) -> Result<()> {
        let update = vec![renewed(position, term), doc! { "$set": { "partitions": i64::from(count) } }];
        self.update_term(name, term, update).await
    }

    /// Stores that this instance is alive. Returns the instances of the subscription that are, in order.
    pub(crate) async fn meet(&self, name: &str, owner: &str, lease: Duration) -> Result<Vec<String>> {
        let store = self.clone();
        let (filter, members) = (doc! { "_id": member(name, owner) }, members(name));
        exec::completed(Box::pin(async move {
            let mut options = UpdateOptions::default();
            options.upsert = Some(true);
            options.write_concern = Some(majority());
            let collection = store.driver();
            let update = vec![doc! { "$set": { "until": until(lease) } }];
            let call = collection.update_one(filter, update).with_options(options);
            exec::run(store.operation(SAVE), call).await?;
            let alive = doc! { "$and": [members, { "$expr": { "$gt": ["$until", "$$NOW"] } }] };
            let mut options = FindOptions::default();
            options.sort = Some(doc! { "_id": 1 });
            options.selection_criteria = Some(SelectionCriteria::ReadPreference(ReadPreference::Primary));
            let found: Vec<Document> = exec::run(store.operation(LOAD), async {
                collection.find(alive).with_options(options).await?.try_collect().await
            })
            .await?;
            let owner = |document: &Document| {
                document.get_document("_id").ok()?.get_str("owner").ok().map(str::to_owned)
            };
            Ok(found.iter().filter_map(owner).collect())
        }))
        .await
    }

    /// Removes this instance, and those that have ended without doing so.
    pub(crate) async fn leave(&self, name: &str, owner: &str) -> Result<()> {
        let store = self.clone();
        let ended = doc! { "$and": [members(name), { "$expr": { "$lte": ["$until", "$$NOW"] } }] };
        let filter = doc! { "$or": [{ "_id": member(name, owner) }, ended] };
        exec::completed(Box::pin(async move {
            let collection = store.driver();
            let call = collection.delete_many(filter).write_concern(majority());
            exec::run(store.operation(REMOVE), call).await.map(drop)
        }))
        .await
    }
}

fn member(name: &str, owner: &str) -> Document {
    doc! { "member": name, "owner": owner }
}

/// The filter of all instances of a subscription. A document is greater than every string.
pub(super) fn members(name: &str) -> Document {
    let end = doc! { "member": name, "owner": {} };
    doc! { "_id": { "$gte": member(name, ""), "$lt": end } }
}

/// The filter of the positions of all partitions.
pub(super) fn positions(name: &str) -> Document {
    let pattern = format!("^{}#[0-9]+$", regex::escape(name));
    doc! { "$or": [{ "_id": { "$regex": &pattern } }, { "_id.transaction": { "$regex": pattern } }] }
}

/// Returns the error of an instance that has another number of partitions than the subscription, where one is none.
#[cold]
pub(crate) fn another_number(name: &str, stored: i64, count: u32) -> Error {
    Error::refused(format!(
        "the subscription `{name}` has {stored} partitions, and this instance has {count}: open all instances with \
         `partitions({stored})`, or remove the positions of the subscription, so that it begins again",
    ))
}

/// Returns an error if the document of a subscription without partitions is the beginning of partitions.
pub(super) fn refuse_partitions(name: &str, stored: &Document) -> Result<()> {
    match stored.get("partitions") {
        Some(Bson::Int64(count)) => Err(another_number(name, *count, 1)),
        _ => Ok(()),
    }
}
