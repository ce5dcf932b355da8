//! Stages about the queries and collections of a deployment: `$querySettings $queryStats $listClusterCatalog`. They begin
//! a pipeline on a database.

use mongodb::bson::{DateTime, Decimal128, Document, Timestamp};

use crate::{
    pipeline::{Pipeline, TopLevel},
    row::document,
};

document! {
    /// The settings of the queries of one shape, as [`query_settings`](Pipeline::query_settings) returns them.
    QuerySettings, QuerySettingsFields in query_settings {
        /// The hash that identifies the shape.
        query_shape_hash "queryShapeHash": String,
        /// The settings: `indexHints`, `queryFramework`, `reject`, `comment`.
        settings "settings": Document,
        /// A query of this shape.
        representative_query "representativeQuery": Option<Document>,
        /// The shape, if it was requested.
        debug_query_shape "debugQueryShape": Option<Document>,
    }

    /// The statistics of the queries that have the same key, as [`query_stats`](Pipeline::query_stats) returns them.
    QueryStats, QueryStatsFields in query_stats {
        /// What the queries have in common: their shape, the client, the type of the collection.
        key "key": Document,
        /// The hash that identifies the key.
        key_hash "keyHash": Option<String>,
        /// The hash that identifies the shape.
        query_shape_hash "queryShapeHash": Option<String>,
        /// The numbers.
        metrics "metrics": QueryMetrics,
        /// When the server read these numbers.
        as_of "asOf": Timestamp,
    }

    /// The numbers of the queries that have the same key. Times are in microseconds.
    QueryMetrics, QueryMetricsFields in query_metrics {
        /// How long the last of the queries took.
        last_execution_micros "lastExecutionMicros": i64,
        /// How often the queries were run.
        exec_count "execCount": i64,
        /// How long they took.
        total_exec_micros "totalExecMicros": QueryMetric,
        /// How long they took until the first batch was returned.
        first_response_exec_micros "firstResponseExecMicros": Option<QueryMetric>,
        /// How many documents they returned.
        docs_returned "docsReturned": Option<QueryMetric>,
        /// How many index keys they examined.
        keys_examined "keysExamined": Option<QueryMetric>,
        /// How many documents they examined.
        docs_examined "docsExamined": Option<QueryMetric>,
        /// When the first of the queries was run since the server started.
        first_seen_timestamp "firstSeenTimestamp": Option<DateTime>,
        /// When the last of the queries was run.
        latest_seen_timestamp "latestSeenTimestamp": Option<DateTime>,
    }

    /// A number of several queries.
    QueryMetric, QueryMetricFields in query_metric {
        /// The sum over the queries.
        sum "sum": i64,
        /// The greatest number.
        max "max": i64,
        /// The smallest number.
        min "min": i64,
        /// The sum of the squares of the numbers.
        sum_of_squares "sumOfSquares": Decimal128,
    }

    /// A collection of the deployment, as [`list_cluster_catalog`](Pipeline::list_cluster_catalog) returns it.
    CatalogEntry, CatalogEntryFields in catalog_entry {
        /// The database and the collection: `"shop.orders"`.
        ns "ns": String,
        /// The database.
        db "db": String,
        /// `"collection"`, `"view"` or `"timeseries"`.
        type_ "type": String,
        /// The index of `_id`.
        id_index "idIndex": Option<Document>,
        /// The options of the collection or of the view.
        options "options": Option<Document>,
        /// `readOnly` and `uuid`, among others.
        info "info": Option<Document>,
        /// Whether the collection is sharded.
        sharded "sharded": Option<bool>,
        /// The shard key.
        shard_key "shardKey": Option<Document>,
        /// The shards that have data of the collection, if they were requested.
        shards "shards": Option<Vec<String>>,
        /// Whether the collection is balanced, if it was requested.
        balancing_enabled "balancingEnabled": Option<bool>,
        /// Why the collection is balanced or not, if it was requested.
        balancing_enabled_reason "balancingEnabledReason": Option<Document>,
        /// Whether chunks are merged automatically, if it was requested.
        auto_merging_enabled "autoMergingEnabled": Option<bool>,
        /// The size of the chunks, if it was requested.
        chunk_size "chunkSize": Option<i64>,
    }
}

impl<P: TopLevel> Pipeline<Document, Document, P> {
    /// Returns the settings that `setQuerySettings` has stored for queries. With
    /// `doc! { "showDebugQueryShape": true }`, the rows contain the shapes of the queries.
    ///
    /// `{ $querySettings: options }`
    ///
    /// Requires MongoDB 8.0.
    pub fn query_settings(self, options: Document) -> Pipeline<Document, QuerySettings, P> {
        self.then_raw("$querySettings", options)
    }

    /// Returns the statistics of the queries that the server has recorded. The option `transformIdentifiers` hashes the
    /// names in them.
    ///
    /// `{ $queryStats: options }`, on the database `admin`
    ///
    /// Requires MongoDB 6.0.7 on Atlas. MongoDB does not promise that the rows keep their form: to read all that they
    /// contain, use [`as_documents`](Self::as_documents).
    pub fn query_stats(self, options: Document) -> Pipeline<Document, QueryStats, P> {
        self.then_raw("$queryStats", options)
    }

    /// Returns the collections of the database; on the database `admin`, those of the deployment. With
    /// `doc! { "shards": true, "balancingConfiguration": true }`, the rows contain their shards, and how they are
    /// balanced.
    ///
    /// `{ $listClusterCatalog: options }`
    ///
    /// Requires MongoDB 8.0.10. MongoDB does not promise that the rows keep their form.
    pub fn list_cluster_catalog(self, options: Document) -> Pipeline<Document, CatalogEntry, P> {
        self.then_raw("$listClusterCatalog", options)
    }
}
