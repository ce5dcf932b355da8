//! `$geoNear`.

use std::{fmt, marker::PhantomData, ops::Bound};

use super::{StageArgument, lookup::path_name, paths};
use crate::{
    filter::{DistanceRange, IntoFilter},
    geo::Point,
    path::{IntoBase, One, Path, Root},
    pipeline::{OfStageOutput, Pipeline, StageOutput, TopLevel, output::field_names},
    row::With,
    shape::ShapeLiteral,
    value::Value,
};

/// Which documents [`geo_near`](Pipeline::geo_near) returns, in the order of their distance to a point.
#[must_use = "pass it to `geo_near`"]
pub struct GeoNear<M> {
    stage: StageArgument,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for GeoNear<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GeoNear")
    }
}

impl<M: Value> GeoNear<M> {
    /// Returns all documents with a location, by their distance to this point in metres.
    ///
    /// `near: { type: "Point", coordinates: [..] }, spherical: true`
    pub fn new(point: &Point) -> Self {
        let mut near = Self { stage: StageArgument::default(), model: PhantomData };
        near.stage.insert("near", point.to_bson());
        near.stage.set("spherical", true);
        near
    }

    /// Returns documents at these distances in metres: `..500`, `100..=500`.
    ///
    /// `minDistance: metres, maxDistance: metres`
    pub fn distance(mut self, metres: impl DistanceRange) -> Self {
        let (least, most) = metres.bounds();
        for (name, bound) in [("minDistance", least), ("maxDistance", most)] {
            if let Bound::Included(metres) | Bound::Excluded(metres) = bound {
                self.stage.set(name, metres);
            }
        }
        self
    }

    /// Returns only documents that satisfy a condition.
    ///
    /// `query: { .. }`
    pub fn query(mut self, condition: impl IntoFilter<M>) -> Self {
        let query = condition.into_filter().into_clauses().into_document();
        self.stage.insert("query", query);
        self
    }

    /// Uses the location in this field. It is needed if several fields have a geospatial index.
    ///
    /// `key: name`
    pub fn key<F, V>(mut self, field: F) -> Self
    where
        F: IntoBase<Base = Path<M, V, One>>,
    {
        self.stage.insert("key", path_name(&field.into_base()));
        self
    }

    /// Multiplies the distances by a factor, for another unit than metres.
    ///
    /// `distanceMultiplier: factor`
    pub fn distance_multiplier(mut self, factor: f64) -> Self {
        self.stage.set("distanceMultiplier", factor);
        self
    }
}

/// The values that [`geo_near`](Pipeline::geo_near) computes: each field of a shape takes one.
#[derive(Debug)]
#[non_exhaustive]
pub struct GeoNearOutput {
    /// The distance to the point, in metres.
    pub distance: StageOutput<f64>,
    /// The location of the document that was used.
    pub location: StageOutput<Point>,
}

impl<M: Value, P: TopLevel> Pipeline<M, M, P> {
    /// Returns documents by their distance to a point, with the distance in a field of a shape:
    /// `.geo_near(|p| GeoNear::new(&oslo).distance(..500).query(p.open().eq(true)), |near| NearOf { distance: near.distance })`.
    ///
    /// `{ $geoNear: { near: .., maxDistance: 500.0, distanceField: "distance", spherical: true } }`
    ///
    /// It must be the first stage, and a field of the collection must have a geospatial index.
    pub fn geo_near<L: ShapeLiteral<OfStageOutput>>(
        self,
        near: impl FnOnce(Root<M>) -> GeoNear<M>,
        fields: impl FnOnce(GeoNearOutput) -> L,
    ) -> Pipeline<M, With<M, L::Out>, P> {
        let near = near(paths::<M>());
        let output = GeoNearOutput {
            distance: StageOutput::new("distanceField"),
            location: StageOutput::new("includeLocs"),
        };
        let names = field_names(fields(output));
        let stage = near.stage.finish().and_then(|mut stage| {
            stage.extend(names?);
            Ok(stage.into())
        });
        self.then("$geoNear", stage)
    }
}
