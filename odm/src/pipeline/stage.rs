//! The stages, one method each.

mod bucket;
mod cluster;
mod count;
mod densify;
mod diagnostics;
mod documents;
mod facet;
mod fill;
mod geo_near;
mod graph_lookup;
mod group;
mod lookup;
mod matching;
mod nested;
mod project;
mod redact;
mod replace;
mod search;
mod set;
mod sort;
mod split_large_event;
mod table;
mod union;
pub(super) mod unwind;
mod window;
mod write;

pub use self::{
    bucket::{
        AutoBounds, Boundary, Bounds, BoundsFields, Granularity, InBucket, InBucketAuto, InPreferredBuckets,
        auto_bounds,
    },
    cluster::{
        CatalogEntry, CatalogEntryFields, QueryMetric, QueryMetricFields, QueryMetrics, QueryMetricsFields,
        QuerySettings, QuerySettingsFields, QueryStats, QueryStatsFields,
    },
    count::{ByCount, ByCountFields},
    densify::{Densify, DensifyStep},
    diagnostics::{
        CollStats, CollStatsFields, CurrentOp, CurrentOpFields, PlanCacheEntry, PlanCacheEntryFields,
        SearchCount, SearchCountFields, SearchIndexStatus, SearchIndexStatusFields, SearchMetadata,
        SearchMetadataFields, SessionInfo, SessionInfoFields, SessionKey, SessionKeyFields,
    },
    documents::{IndexAccesses, IndexAccessesFields, IndexStats, IndexStatsFields},
    facet::InFacets,
    fill::{Fill, Fractional},
    geo_near::{GeoNear, GeoNearOutput},
    graph_lookup::{GraphLookup, InGraphLookup},
    lookup::{
        InCollection, InLookup, InPipeline, Join, JoinSource, JoinsOn, LookupFrom, LookupVariable, from,
        from_documents, from_documents_of,
    },
    project::{ComputedField, Dotted, IncludedFields, computed, dotted, included},
    redact::{Redaction, descend, keep, prune},
    search::{
        Fusion, IntoSearch, IntoSearchMeta, NearestVectors, NestedScore, Rerank, ScoreNormalization,
        ScoreOptions, Search, VectorSearch, has_ancestor, has_root, nearest_vectors,
    },
    table::stages,
    union::UnionSource,
    window::{InWindow, OverWindow, Windows, partition_by, sort_by},
    write::{Merge, WhenMatched, WhenNotMatched, Written},
};
use mongodb::bson::{Bson, Document};

use crate::error::codec::{CodecError, CodecResult};
pub(super) use crate::path::paths;

/// The argument of a stage that a builder sets field by field. It keeps the first value that cannot be sent, and the stage
/// reports it.
#[derive(Debug, Default)]
struct StageArgument {
    fields: Document,
    problem: Option<CodecError>,
}

impl StageArgument {
    fn set(&mut self, name: &str, value: impl Into<Bson>) {
        self.fields.insert(name, value);
    }

    fn insert(&mut self, name: &str, value: CodecResult<impl Into<Bson>>) {
        match value {
            Ok(value) => self.set(name, value),
            Err(problem) => self.refuse(problem),
        }
    }

    fn refuse(&mut self, problem: CodecError) {
        self.problem.get_or_insert(problem);
    }

    fn finish(self) -> CodecResult<Document> {
        self.problem.map_or(Ok(self.fields), Err)
    }
}
