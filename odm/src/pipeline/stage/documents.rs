//! Stages that create rows: `$documents $collStats $indexStats ..`. They begin a pipeline.

use mongodb::bson::{Bson, DateTime, Document, doc};

use super::diagnostics::{CollStats, CurrentOp, PlanCacheEntry, SearchIndexStatus, SessionInfo};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, rendered::Rendered},
    model::Model,
    pipeline::{Pipeline, TopLevel},
    row::document,
    value::{Array, Doc, Value},
};

document! {
    /// How often an index was used, as [`index_stats`](Pipeline::index_stats) returns it.
    IndexStats, IndexStatsFields in index_stats {
        /// The name of the index.
        name "name": String,
        /// The keys of the index.
        key "key": Document,
        /// The host and port of the server.
        host "host": String,
        /// How often the index was used.
        accesses "accesses": IndexAccesses,
        /// The options of the index.
        spec "spec": Option<Document>,
    }

    /// How often an index was used.
    IndexAccesses, IndexAccessesFields in index_accesses {
        /// The number of operations.
        ops "ops": i64,
        /// Since when the server counts.
        since "since": DateTime,
    }
}

impl<P: TopLevel> Pipeline<Document, Document, P> {
    /// Begins with these documents, for an aggregation on a database:
    /// `db.aggregate().documents([Item { sku: "pear".into() }])`.
    ///
    /// `{ $documents: [ .. ] }`
    pub fn documents<T: Doc>(self, documents: impl IntoIterator<Item = T>) -> Pipeline<Document, T, P> {
        self.then("$documents", constants(documents))
    }

    /// Begins with the documents that an expression evaluates to, such as an array of literals with expressions:
    /// `db.aggregate().documents_of([ItemOf { sku: "pear", at: now() }])`.
    ///
    /// `{ $documents: expression }`
    pub fn documents_of<X, T>(self, documents: X) -> Pipeline<Document, T, P>
    where
        X: Expression<Document, T: Array<Item = T>>,
        T: Doc,
    {
        self.then("$documents", documents.render().map(Rendered::into_value))
    }

    /// Returns the operations that are running.
    ///
    /// `{ $currentOp: options }`, on the database `admin`
    pub fn current_op(self, options: Document) -> Pipeline<Document, CurrentOp, P> {
        self.then_raw("$currentOp", options)
    }

    /// Returns the sessions of this server.
    ///
    /// `{ $listLocalSessions: options }`
    pub fn list_local_sessions(self, options: Document) -> Pipeline<Document, SessionInfo, P> {
        self.then_raw("$listLocalSessions", options)
    }

    /// Returns the queries that were sampled for the analysis of a shard key.
    ///
    /// `{ $listSampledQueries: options }`, on the database `admin`
    pub fn list_sampled_queries(self, options: Document) -> Self {
        self.then_raw("$listSampledQueries", options)
    }

    /// Returns how the data of sharded collections is distributed.
    ///
    /// `{ $shardedDataDistribution: {} }`, on the database `admin`
    pub fn sharded_data_distribution(self) -> Self {
        self.then("$shardedDataDistribution", Ok(Document::new().into()))
    }
}

/// Renders documents as the argument of `$documents`.
pub(super) fn constants<T: Doc>(documents: impl IntoIterator<Item = T>) -> CodecResult<Bson> {
    let documents = documents.into_iter().map(Value::into_bson).collect::<Result<Vec<_>, _>>();
    documents.and_then(|documents| match Bson::Array(documents) {
        plain if !has_dollar(&plain) => Ok(plain),
        documents => Rendered::constant(documents).map(Rendered::into_value),
    })
}

/// Returns whether the server could read a part of a value as a path or an operator.
fn has_dollar(value: &Bson) -> bool {
    match value {
        Bson::String(text) => text.starts_with('$'),
        Bson::Array(items) => items.iter().any(has_dollar),
        Bson::Document(fields) => fields
            .iter()
            .any(|(name, value)| name.starts_with('$') || name.contains('.') || has_dollar(value)),
        _ => false,
    }
}

impl<M: Model, P: TopLevel> Pipeline<M, M, P> {
    /// Returns statistics of the collection: those that `options` names, such as `doc! { "count": {} }`.
    ///
    /// `{ $collStats: options }`
    pub fn coll_stats(self, options: Document) -> Pipeline<M, CollStats, P> {
        self.then_raw("$collStats", options)
    }

    /// Returns how often each index of the collection was used.
    ///
    /// `{ $indexStats: {} }`
    pub fn index_stats(self) -> Pipeline<M, IndexStats, P> {
        self.then("$indexStats", Ok(Document::new().into()))
    }

    /// Returns the query plans that the server has stored for the collection.
    ///
    /// `{ $planCacheStats: {} }`
    pub fn plan_cache_stats(self) -> Pipeline<M, PlanCacheEntry, P> {
        self.then("$planCacheStats", Ok(Document::new().into()))
    }

    /// Returns the search indexes of the collection: all, or the one with this name.
    ///
    /// `{ $listSearchIndexes: { name: name } }`
    ///
    /// Requires MongoDB 6.0.7 with Atlas Search.
    pub fn list_search_indexes(self, name: Option<&str>) -> Pipeline<M, SearchIndexStatus, P> {
        let options = name.map_or_else(Document::new, |name| doc! { "name": name });
        self.then_raw("$listSearchIndexes", options)
    }

    /// Returns the search index of the collection with this id.
    ///
    /// `{ $listSearchIndexes: { id: id } }`
    ///
    /// Requires MongoDB 6.0.7 with Atlas Search.
    pub fn list_search_indexes_by_id(self, id: &str) -> Pipeline<M, SearchIndexStatus, P> {
        self.then_raw("$listSearchIndexes", doc! { "id": id })
    }

    /// Returns the sessions of the collection `config.system.sessions`.
    ///
    /// `{ $listSessions: options }`
    pub fn list_sessions(self, options: Document) -> Pipeline<M, SessionInfo, P> {
        self.then_raw("$listSessions", options)
    }
}
