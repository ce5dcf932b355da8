//! The collections and indexes of the database, read and normalized.

use std::collections::HashMap;

use futures_util::TryStreamExt;
use mongodb::bson::{Bson, Document, doc};

use crate::{
    Database,
    error::{Error, ErrorKind, Result, SchemaError},
    exec,
    index::Index,
    operation::{Operation, Verb},
};

const COLLECTIONS: Verb = Verb::new("plan", "listCollections");
const INDEXES: Verb = Verb::new("plan", "listIndexes");

/// The server's code for a collection that does not exist.
const NAMESPACE_NOT_FOUND: i32 = 26;

/// An existing collection.
pub(super) struct LiveCollection {
    name: String,
    /// The default collation of its indexes.
    collation: Option<Document>,
}

/// An existing index, without the values that the server fills in.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct LiveIndex {
    pub(super) name: String,
    pub(super) keys: Document,
    pub(super) unique: bool,
    pub(super) sparse: bool,
    pub(super) ttl: Option<i64>,
    pub(super) hidden: bool,
    pub(super) partial: Option<Document>,
    /// `None` for the collation of the collection.
    pub(super) collation: Option<Document>,
}

/// Returns the collections in `names` that exist.
pub(super) async fn collections(db: &Database, names: &[&str]) -> Result<HashMap<String, LiveCollection>> {
    let operation = Operation { verb: COLLECTIONS, database: db.name(), collection: None, names: &[] };
    let filter = doc! { "name": { "$in": names } };
    let found: Vec<Document> = exec::run(operation, async {
        let cursor = db.driver().list_collections().filter(filter).await?;
        cursor.with_type().try_collect().await
    })
    .await?;
    let collections = found.iter().map(|document| {
        let collection = LiveCollection::read(document).map_err(|error| error.during(&operation))?;
        Ok((collection.name.clone(), collection))
    });
    collections.collect()
}

/// Returns the indexes of a collection, except the one on `_id`.
pub(super) async fn indexes(db: &Database, collection: &LiveCollection) -> Result<Vec<LiveIndex>> {
    let operation =
        Operation { verb: INDEXES, database: db.name(), collection: Some(&collection.name), names: &[] };
    let found: Result<Vec<Document>> = exec::run(operation, async {
        let cursor = db.driver().collection::<Document>(&collection.name).list_indexes().await?;
        cursor.with_type().try_collect().await
    })
    .await;
    match found {
        Ok(found) => Ok(found.iter().filter_map(|index| LiveIndex::read(index, collection)).collect()),
        // The collection was dropped after the collections were listed.
        Err(error) if error.code() == Some(NAMESPACE_NOT_FOUND) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

impl LiveCollection {
    fn read(document: &Document) -> Result<Self> {
        let name = document.get_str("name").unwrap_or_default().to_owned();
        if let Ok("view") = document.get_str("type") {
            let found = "view".to_owned();
            let error = SchemaError::NotACollection { collection: name, found };
            return Err(Error::new(ErrorKind::Schema(error)));
        }
        let options = document.get_document("options").ok();
        let collation = options.and_then(collation);
        Ok(Self { name, collation })
    }

    #[cfg(test)]
    pub(super) fn plain() -> Self {
        Self { name: "orders".to_owned(), collation: None }
    }
}

impl LiveIndex {
    /// Reads one document of `listIndexes`. Returns `None` for the index on `_id`, which every collection has.
    pub(super) fn read(document: &Document, collection: &LiveCollection) -> Option<Self> {
        let keys: Document = document.get_document("key").ok()?.iter().map(key).collect();
        if keys == doc! { "_id": 1 } {
            return None;
        }
        let flag = |name| document.get(name).is_some_and(is_true);
        let collation = collation(document);
        Some(Self {
            name: document.get_str("name").unwrap_or_default().to_owned(),
            unique: flag("unique"),
            sparse: flag("sparse"),
            hidden: flag("hidden"),
            ttl: document.get("expireAfterSeconds").and_then(seconds),
            partial: document.get_document("partialFilterExpression").ok().cloned(),
            collation: collation_beside(collation, collection.collation.as_ref()),
            keys,
        })
    }

    /// Returns whether the server treats this index as the declared one, regardless of their names.
    pub(super) fn is(&self, index: &Index) -> bool {
        // Equality of `Document`s ignores the order, but the order of an index's keys matters.
        self.keys.iter().eq(&index.to_document())
            && self.unique == index.is_unique()
            && self.sparse == index.is_sparse()
            && self.partial.is_none()
            && self.collation.is_none()
    }
}

/// `1`, `1.0` and `NumberLong(1)` are the same direction.
fn key((field, value): (&String, &Bson)) -> (String, Bson) {
    let number = match value {
        Bson::Int64(1) => Some(1),
        Bson::Int64(-1) => Some(-1),
        Bson::Double(number) if number.to_bits() == 1.0_f64.to_bits() => Some(1),
        Bson::Double(number) if number.to_bits() == (-1.0_f64).to_bits() => Some(-1),
        _ => None,
    };
    (field.clone(), number.map_or_else(|| value.clone(), Bson::Int32))
}

/// Old shells wrote `unique: 1`.
fn is_true(value: &Bson) -> bool {
    match value {
        Bson::Boolean(value) => *value,
        Bson::Int32(number) => *number != 0,
        Bson::Int64(number) => *number != 0,
        Bson::Double(number) => *number != 0.0,
        _ => false,
    }
}

/// Returns whole seconds, as the server counts them. As on the server, NaN is the maximum.
fn seconds(value: &Bson) -> Option<i64> {
    match value {
        Bson::Int32(number) => Some(i64::from(*number)),
        Bson::Int64(number) => Some(*number),
        Bson::Double(number) if number.is_nan() => Some(i64::from(i32::MAX)),
        #[allow(clippy::cast_possible_truncation)] // saturates, as the server does
        Bson::Double(number) => Some(*number as i64),
        _ => None,
    }
}

/// Returns the collation as it was chosen, without the version of the library, which the server adds. `simple` is
/// `None`.
fn collation(options: &Document) -> Option<Document> {
    let mut collation = options.get_document("collation").ok()?.clone();
    collation.remove("version");
    (!matches!(collation.get_str("locale"), Ok("simple"))).then_some(collation)
}

/// Returns the index's collation if it differs from that of the collection. If the collection has a collation and the
/// index has none, the index was created with `simple`.
fn collation_beside(index: Option<Document>, collection: Option<&Document>) -> Option<Document> {
    match (index, collection) {
        (index, collection) if index.as_ref() == collection => None,
        (None, Some(_)) => Some(doc! { "locale": "simple" }),
        (index, _) => index,
    }
}

#[cfg(test)]
mod tests;
