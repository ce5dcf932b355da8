//! The collections and indexes of the database, and what the server makes of a declared collation.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use mongodb::{
    bson::{Document, RawDocumentBuf, doc},
    options::{ReadConcern, ReadPreference, SelectionCriteria},
};

use super::spec::Spec;
use crate::{
    Database,
    error::Result,
    exec,
    operation::{Operation, Verb},
};

const COLLECTIONS: Verb = Verb::new("plan", "listCollections");
const INDEXES: Verb = Verb::new("plan", "listIndexes");
const EXPLAIN: Verb = Verb::new("plan", "explain");
const FIND: Verb = Verb::new("plan", "find");
const HELLO: Verb = Verb::new("plan", "hello");

/// The server's code for a collection that does not exist.
pub(super) const NAMESPACE_NOT_FOUND: i32 = 26;

/// An existing collection.
#[derive(Debug, Clone)]
pub(super) struct LiveCollection {
    name: String,
    /// `collection`, `view` or `timeseries`.
    pub(super) kind: String,
    /// The options, as `listCollections` returns them.
    pub(super) options: Document,
    pub(super) validator: Option<LiveValidator>,
}

/// The validator of an existing collection.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct LiveValidator {
    pub(super) document: Document,
    pub(super) level: String,
    pub(super) action: String,
}

/// An existing index.
#[derive(Debug, Clone)]
pub(super) struct LiveIndex {
    pub(super) spec: Spec,
    /// The document of `listIndexes`. `createIndexes` accepts it too, except that the simple collation is not in it.
    pub(super) document: Document,
    /// The server is building the index, so queries do not use it yet.
    pub(super) is_building: bool,
}

/// Returns the collections in `names` that exist.
pub(super) async fn collections(db: &Database, names: &[&str]) -> Result<HashMap<String, LiveCollection>> {
    let operation = Operation::new(COLLECTIONS, db.name(), None);
    let filter = doc! { "name": { "$in": names } };
    let found: Vec<Document> = exec::run(operation, async {
        let cursor = db.driver().list_collections().filter(filter).await?;
        cursor.with_type().try_collect().await
    })
    .await?;
    let collections = found.iter().map(LiveCollection::read);
    Ok(collections.map(|collection| (collection.name.clone(), collection)).collect())
}

/// Returns whether the server is a router of a sharded cluster.
pub(super) async fn is_router(db: &Database) -> Result<bool> {
    let operation = Operation::new(HELLO, db.name(), None);
    let answer = exec::run(operation, db.driver().run_command(doc! { "hello": 1 })).await?;
    Ok(matches!(answer.get_str("msg"), Ok("isdbgrid")))
}

/// Returns the key by which a sharded cluster distributes the collection. Returns `None` if it does not.
pub(super) async fn shard_key(db: &Database, collection: &str) -> Result<Option<Document>> {
    let operation = Operation::new(FIND, db.name(), Some(collection));
    let config = db.driver().client().database("config").collection::<Document>("collections");
    let namespace = format!("{}.{collection}", db.name());
    let found = exec::run(operation, config.find_one(doc! { "_id": namespace })).await?;
    Ok(found.as_ref().and_then(distributed_by))
}

/// Returns the key in a document of `config.collections`.
fn distributed_by(document: &Document) -> Option<Document> {
    // A collection that is not distributed is listed too, with the shard that it is on.
    if ["dropped", "unsplittable"].iter().any(|flag| matches!(document.get_bool(flag), Ok(true))) {
        return None;
    }
    document.get_document("key").ok().cloned()
}

/// Returns the indexes of a collection, except the one on `_id`. Returns `None` if the collection does not exist.
///
/// The server lists the indexes of a time series only without the state of their builds.
pub(super) async fn indexes(
    db: &Database,
    collection: &str,
    is_time_series: bool,
) -> Result<Option<Vec<LiveIndex>>> {
    let operation = Operation::new(INDEXES, db.name(), Some(collection));
    let mut command = doc! { "listIndexes": collection };
    if !is_time_series {
        command.insert("includeIndexBuildInfo", true);
    }
    let found: Result<Vec<Document>> = exec::run(operation, async {
        let cursor = db.driver().run_cursor_command(command).await?;
        cursor.with_type().try_collect().await
    })
    .await;
    match found {
        Ok(found) => Ok(Some(found.iter().filter_map(LiveIndex::read).collect())),
        Err(error) if error.code() == Some(NAMESPACE_NOT_FOUND) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Returns whether the collection contains no document. It is read on the primary, where documents would be deleted.
pub(super) async fn is_empty(db: &Database, collection: &str) -> Result<bool> {
    let operation = Operation::new(FIND, db.name(), Some(collection));
    let collection = db.driver().collection::<RawDocumentBuf>(collection);
    let found = collection
        .find_one(doc! {})
        .projection(doc! { "_id": 1 })
        .selection_criteria(SelectionCriteria::ReadPreference(ReadPreference::Primary))
        .read_concern(ReadConcern::local());
    let first = exec::run(operation, found).await?;
    Ok(first.is_none())
}

/// Returns the collation with the values that the server fills in, which depend on the locale. The server shows them
/// in the plan of any query. Returns the collation itself if the server does not show it.
pub(super) async fn completed(db: &Database, collection: &str, collation: &Document) -> Result<Document> {
    let operation = Operation::new(EXPLAIN, db.name(), Some(collection));
    let find = doc! { "find": collection, "filter": { "_id": "" }, "limit": 1, "collation": collation };
    let command = doc! { "explain": find, "verbosity": "queryPlanner" };
    let answer = exec::run(operation, db.driver().run_command(command)).await?;
    let planner = answer.get_document("queryPlanner");
    Ok(planner.ok().and_then(shown).cloned().unwrap_or_else(|| collation.clone()))
}

/// Returns the first collation in the plan. The plan of a sharded cluster has one for each shard.
fn shown(plan: &Document) -> Option<&Document> {
    if let Ok(collation) = plan.get_document("collation") {
        return Some(collation);
    }
    let shards = plan.get_document("winningPlan").ok()?.get_array("shards").ok()?;
    shards.first()?.as_document()?.get_document("collation").ok()
}

impl LiveCollection {
    /// Reads one document of `listCollections`.
    pub(super) fn read(document: &Document) -> Self {
        let text = |name| document.get_str(name).unwrap_or_default().to_owned();
        let options = document.get_document("options").cloned().unwrap_or_default();
        Self { name: text("name"), kind: text("type"), validator: LiveValidator::read(&options), options }
    }

    pub(super) fn is_view(&self) -> bool {
        self.kind == "view"
    }

    /// Returns whether it is neither a view nor a time series.
    pub(super) fn is_ordinary(&self) -> bool {
        self.kind == "collection"
    }

    pub(super) fn is_time_series(&self) -> bool {
        self.kind == "timeseries"
    }

    /// Returns the name of the index that a server since 6.3 creates for a time series, on its meta field and its time.
    pub(super) fn automatic_index(&self) -> Option<String> {
        let series = self.options.get_document("timeseries").ok()?;
        Some(format!("{}_1_{}_1", series.get_str("metaField").ok()?, series.get_str("timeField").ok()?))
    }

    /// Returns the default collation of its indexes.
    pub(super) fn collation(&self) -> Option<&Document> {
        self.options.get_document("collation").ok()
    }
}

impl LiveValidator {
    /// Reads the options of a collection. What is not listed has the server's default.
    fn read(options: &Document) -> Option<Self> {
        let document = options.get_document("validator").ok().filter(|document| !document.is_empty())?;
        let option = |name, default: &str| options.get_str(name).unwrap_or(default).to_owned();
        Some(Self {
            document: document.clone(),
            level: option("validationLevel", "strict"),
            action: option("validationAction", "error"),
        })
    }
}

impl LiveIndex {
    /// Reads one document of `listIndexes`. Returns `None` for the index on `_id`, which every collection has.
    pub(super) fn read(document: &Document) -> Option<Self> {
        // A server that does not know `includeIndexBuildInfo` returns the index itself.
        let index = document.get_document("spec").unwrap_or(document).clone();
        let keys = index.get_document("key").ok()?;
        if matches!(index.get_str("name"), Ok("_id_")) && keys.keys().eq(["_id"]) {
            return None;
        }
        let is_building = document.contains_key("indexBuildInfo");
        Some(Self { spec: Spec::read(&index), document: index, is_building })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_on_id_is_not_listed() {
        for document in [
            doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_" },
            doc! { "spec": { "v": 2, "key": { "_id": 1 }, "name": "_id_" } },
            doc! { "v": 2, "key": { "_id": 1.0 }, "name": "_id_", "ns": "shop.orders" },
            doc! { "v": 2, "key": { "_id": 1 }, "name": "_id_", "unique": true, "clustered": true },
        ] {
            assert!(LiveIndex::read(&document).is_none(), "{document}");
        }
        assert!(LiveIndex::read(&doc! { "key": { "_id": "hashed" }, "name": "h" }).is_some());
    }

    #[test]
    fn an_index_that_is_being_built_is_marked() {
        let index = doc! { "v": 2, "key": { "a": 1 }, "name": "a_1" };
        let finished = LiveIndex::read(&doc! { "spec": index.clone() }).unwrap();
        let building =
            LiveIndex::read(&doc! { "spec": index, "indexBuildInfo": { "buildUUID": 1 } }).unwrap();
        assert!(!finished.is_building && building.is_building);
        assert_eq!(finished.spec, building.spec);
    }

    #[test]
    fn collections_views_and_time_series() {
        let document =
            doc! { "name": "orders", "type": "view", "options": { "viewOn": "all", "pipeline": [] } };
        assert!(LiveCollection::read(&document).is_view());
        let document = doc! { "name": "orders", "type": "timeseries", "options": { "timeseries": {} } };
        assert!(LiveCollection::read(&document).is_time_series());
    }

    #[test]
    fn the_configuration_of_a_cluster_has_the_shard_keys() {
        let key = doc! { "customer": 1 };
        let sharded = doc! { "_id": "shop.orders", "key": key.clone(), "unique": false };
        assert_eq!(distributed_by(&sharded), Some(key.clone()));
        assert_eq!(distributed_by(&doc! { "_id": "shop.orders", "key": key, "dropped": true }), None);
        assert_eq!(
            distributed_by(&doc! { "_id": "shop.orders", "key": { "_id": 1 }, "unsplittable": true }),
            None
        );
    }

    #[test]
    fn the_plan_of_a_query_shows_its_collation() {
        let collation = doc! { "locale": "en", "strength": 3 };
        let plan = doc! { "namespace": "shop.orders", "collation": collation.clone() };
        assert_eq!(shown(&plan), Some(&collation));
        let sharded = doc! { "winningPlan": { "shards": [{ "collation": collation.clone() }] } };
        assert_eq!(shown(&sharded), Some(&collation));
        assert_eq!(shown(&doc! {}), None);
    }
}
