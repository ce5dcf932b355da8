//! The table of stages.

use crate::expr::operators::{Operator, operator};

const STAGES: &[Operator] = &[
    operator!("$addFields", set),
    operator!("$bucket", bucket),
    operator!("$bucketAuto", bucket_auto),
    operator!("$changeStream", watch),
    operator!("$changeStreamSplitLargeEvent", change_stream_split_large_event, "6.0.9"),
    operator!("$collStats", coll_stats),
    operator!("$count", count),
    operator!("$currentOp", current_op),
    operator!("$densify", densify),
    operator!("$documents", documents),
    operator!("$facet", facet),
    operator!("$fill", fill),
    operator!("$geoNear", geo_near),
    operator!("$graphLookup", graph_lookup),
    operator!("$group", group),
    operator!("$indexStats", index_stats),
    operator!("$limit", limit),
    operator!("$listClusterCatalog", list_cluster_catalog, "8.0.10"),
    operator!("$listLocalSessions", list_local_sessions),
    operator!("$listSampledQueries", list_sampled_queries, "7.0"),
    operator!("$listSearchIndexes", list_search_indexes, "6.0.7"),
    operator!("$listSessions", list_sessions),
    operator!("$lookup", lookup),
    operator!("$match", matching),
    operator!("$merge", merge),
    operator!("$out", out),
    operator!("$planCacheStats", plan_cache_stats),
    operator!("$project", project),
    operator!("$querySettings", query_settings, "8.0"),
    operator!("$queryStats", query_stats, "6.0.7"),
    operator!("$rankFusion", rank_fusion, "8.0"),
    operator!("$redact", redact),
    operator!("$replaceRoot", replace_root),
    operator!("$replaceWith", replace_with),
    operator!("$rerank", rerank, "8.3"),
    operator!("$sample", sample),
    operator!("$score", score, "8.2"),
    operator!("$scoreFusion", score_fusion, "8.2"),
    operator!("$search", search),
    operator!("$searchMeta", search_meta),
    operator!("$set", set),
    operator!("$setWindowFields", set_window_fields),
    operator!("$shardedDataDistribution", sharded_data_distribution, "6.0.3"),
    operator!("$skip", skip),
    operator!("$sort", sort),
    operator!("$sortByCount", sort_by_count),
    operator!("$unionWith", union_with),
    operator!("$unset", unset),
    operator!("$unwind", unwind),
    operator!("$vectorSearch", vector_search),
];

/// Returns all stages, with the method that renders each.
#[doc(hidden)]
pub fn stages() -> impl Iterator<Item = &'static Operator> {
    STAGES.iter()
}
