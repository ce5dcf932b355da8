//! The stages, one method each.

mod add;
mod bucket;
mod cluster;
mod count;
mod documents;
mod facet;
mod fill;
mod geo_near;
mod graph_lookup;
mod group;
mod lookup;
mod matching;
mod order;
mod project;
mod redact;
mod replace;
mod search;
mod split_large_event;
mod table;
mod union;
pub(super) mod unwind;
mod window;
mod write;

pub use self::{
    bucket::{AutoBounds, Bounds, BoundsFields, Granularity, InBucketAuto, auto_bounds},
    cluster::{
        CatalogEntry, CatalogEntryFields, QueryMetric, QueryMetricFields, QueryMetrics, QueryMetricsFields,
        QuerySettings, QuerySettingsFields, QueryStats, QueryStatsFields,
    },
    count::{ByCount, ByCountFields},
    documents::{IndexAccesses, IndexAccessesFields, IndexStats, IndexStatsFields},
    facet::InFacets,
    fill::{Densify, DensifyStep, Fill, Fractional},
    geo_near::{GeoNear, GeoNearOutput},
    graph_lookup::{GraphLookup, InGraphLookup},
    lookup::{InLookup, Join, JoinsOn, LookupFrom, LookupVariable, LookupVariables, from},
    redact::{Redaction, descend, keep, prune},
    search::{Fusion, IntoSearch, IntoSearchMeta, ScoreNormalization, VectorSearch},
    table::stages,
    window::{InWindow, OverWindow, Windows, partition_by, sort_by},
    write::{Merge, WhenMatched, WhenNotMatched, Written},
};
use crate::{
    path::{InQuery, One, Root},
    value::Value,
};

/// Returns the fields of a row as paths.
pub(super) fn paths<R: Value>() -> Root<R> {
    R::under(InQuery::<R, One>::root(), ())
}
