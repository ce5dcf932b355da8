//! The rows of stages about a server and its collections, as the server determines them.

use mongodb::bson::{Binary, Bson, DateTime, Document, Uuid};

use crate::row::document;

document! {
    /// A session of a server, as [`list_local_sessions`](crate::Pipeline::list_local_sessions) and
    /// [`list_sessions`](crate::Pipeline::list_sessions) return it.
    SessionInfo, SessionInfoFields in session_info {
        /// The id.
        id "_id": SessionKey,
        /// When the session was last used.
        last_use "lastUse": DateTime,
        /// The user, if the server knows it: `"app@admin"`.
        user "user": Option<String>,
    }

    /// The id of a session.
    SessionKey, SessionKeyFields in session_key {
        /// The id that the client chose.
        id "id": Uuid,
        /// The hash of the user.
        uid "uid": Binary,
    }

    /// An operation that is running, or an idle connection or session, as
    /// [`current_op`](crate::Pipeline::current_op) returns it. Which fields it has depends on the kind of operation.
    CurrentOp, CurrentOpFields in current_op {
        /// The kind: `"op"`, `"idleSession"` or `"idleCursor"`.
        kind "type": String,
        /// The host and port of the server.
        host "host": Option<String>,
        /// The shard, if the aggregation runs on a sharded cluster.
        shard "shard": Option<String>,
        /// The thread or connection.
        desc "desc": Option<String>,
        /// The address of the client.
        client "client": Option<String>,
        /// The name of the client application.
        app_name "appName": Option<String>,
        /// Whether the operation has started.
        active "active": Option<bool>,
        /// The id of the operation: a number, or a string with the name of the shard.
        opid "opid": Option<Bson>,
        /// How long the operation has been running, in seconds.
        secs_running "secs_running": Option<i64>,
        /// How long the operation has been running, in microseconds.
        microsecs_running "microsecs_running": Option<i64>,
        /// The kind of operation: `"insert"`, `"query"`, `"command"`, ..
        op "op": Option<String>,
        /// The namespace: database and collection.
        ns "ns": Option<String>,
        /// The command, which may be truncated.
        command "command": Option<Document>,
        /// The query plan in one line.
        plan_summary "planSummary": Option<String>,
        /// The session.
        lsid "lsid": Option<Document>,
        /// The transaction.
        transaction "transaction": Option<Document>,
        /// Whether the operation waits for a lock.
        waiting_for_lock "waitingForLock": Option<bool>,
        /// The locks that it holds.
        locks "locks": Option<Document>,
        /// How often it has yielded.
        num_yields "numYields": Option<i64>,
        /// Its progress, in words.
        msg "msg": Option<String>,
        /// Its cursor.
        cursor "cursor": Option<Document>,
    }

    /// The statistics of a collection that [`coll_stats`](crate::Pipeline::coll_stats) requests. It has no field for the
    /// namespace, which MongoDB 6.0 returns twice in one document.
    CollStats, CollStatsFields in coll_stats {
        /// The shard, if the collection is sharded.
        shard "shard": Option<String>,
        /// The host and port of the server.
        host "host": String,
        /// When the server read the statistics.
        local_time "localTime": DateTime,
        /// How long reads and writes took.
        latency_stats "latencyStats": Option<Document>,
        /// The sizes of the documents and of the indexes.
        storage_stats "storageStats": Option<Document>,
        /// The number of documents.
        count "count": Option<i64>,
        /// The number of scans.
        query_exec_stats "queryExecStats": Option<Document>,
    }

    /// A query plan that the server has stored, as [`plan_cache_stats`](crate::Pipeline::plan_cache_stats) returns it.
    PlanCacheEntry, PlanCacheEntryFields in plan_cache_entry {
        /// The version of the query engine.
        version "version": String,
        /// The hash of the shape of the query. MongoDB 8.0 also has it as `planCacheShapeHash`.
        query_hash "queryHash": Option<String>,
        /// The hash of the shape of the query, since MongoDB 8.0.
        plan_cache_shape_hash "planCacheShapeHash": Option<String>,
        /// The hash of the key in the cache.
        plan_cache_key "planCacheKey": String,
        /// Whether the server uses the plan.
        is_active "isActive": bool,
        /// How much work the plan was for the query from which it was stored.
        works "works": Option<i64>,
        /// When the plan was stored.
        time_of_creation "timeOfCreation": DateTime,
        /// The query from which it was stored.
        created_from_query "createdFromQuery": Option<Document>,
        /// The plan.
        cached_plan "cachedPlan": Document,
        /// What the candidates for the plan did.
        creation_exec_stats "creationExecStats": Option<Vec<Document>>,
        /// The scores of the candidates.
        candidate_plan_scores "candidatePlanScores": Option<Vec<f64>>,
        /// Whether an index filter exists for the query.
        index_filter_set "indexFilterSet": bool,
        /// The size of the entry in bytes.
        estimated_size_bytes "estimatedSizeBytes": Option<i64>,
        /// The host and port of the server.
        host "host": Option<String>,
        /// The shard, if the collection is sharded.
        shard "shard": Option<String>,
    }

    /// A search index, as [`list_search_indexes`](crate::Pipeline::list_search_indexes) returns it.
    SearchIndexStatus, SearchIndexStatusFields in search_index_status {
        /// The id.
        id "id": String,
        /// The name.
        name "name": String,
        /// The kind: `"search"` or `"vectorSearch"`.
        kind "type": Option<String>,
        /// The state: `"BUILDING"`, `"READY"`, `"FAILED"`, ..
        status "status": String,
        /// Whether searches can use the index.
        queryable "queryable": bool,
        /// The version of the definition.
        latest_definition_version "latestDefinitionVersion": Option<Document>,
        /// The definition.
        latest_definition "latestDefinition": Option<Document>,
        /// The state on each host.
        status_detail "statusDetail": Option<Vec<Document>>,
    }

    /// The metadata of a search, as [`search_meta`](crate::Pipeline::search_meta) returns it.
    SearchMetadata, SearchMetadataFields in search_metadata {
        /// The number of results.
        count "count": Option<SearchCount>,
        /// The buckets of each facet, by its name.
        facet "facet": Option<Document>,
    }

    /// The number of results of a search.
    SearchCount, SearchCountFields in search_count {
        /// A number that there are at least: for a count of the type `lowerBound`.
        lower_bound "lowerBound": Option<i64>,
        /// The exact number: for a count of the type `total`.
        total "total": Option<i64>,
    }
}
