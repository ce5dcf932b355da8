//! `$geoNear`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, bson};

use super::{StageArgument, lookup::path_name, paths};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, rendered::Rendered},
    filter::{DistanceRange, IntoFilter, geospatial::distances},
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
        Self::near(point.to_bson()).spherical(true)
    }

    /// Returns all documents with a location, by their distance to the location that an expression evaluates to: a variable
    /// of the aggregation, `variable::<_, Point>("here")`, or of a join, `here.over()`. A [`Point`], or a pair of coordinates
    /// as in [`legacy`](Self::legacy).
    ///
    /// `near: "$$here"`
    pub fn expr(location: impl Expression<M>) -> Self {
        Self::near(location.render().map(Rendered::into_value))
    }

    /// Returns all documents with a location, by their distance to this legacy pair of coordinates. Without
    /// [`spherical`](Self::spherical), the distance is one on a plane, in the unit of the coordinates, and the field needs a
    /// `2d` index.
    ///
    /// `near: [x, y]`
    pub fn legacy(x: f64, y: f64) -> Self {
        Self::near(Ok(bson!([x, y])))
    }

    fn near(location: CodecResult<Bson>) -> Self {
        let mut near = Self { stage: StageArgument::default(), model: PhantomData };
        near.stage.insert("near", location);
        near
    }

    /// Sets whether the distances are those on a sphere. From a legacy pair of coordinates, they are then in radians. From a
    /// [`Point`] they always are on a sphere, and `None` leaves the argument out.
    ///
    /// `spherical: true`
    pub fn spherical(mut self, spherical: impl Into<Option<bool>>) -> Self {
        match spherical.into() {
            Some(spherical) => self.stage.set("spherical", spherical),
            None => {
                self.stage.fields.remove("spherical");
            }
        }
        self
    }

    /// Returns documents at these distances: `..500`, `100..=500`. They are in metres, if the location is a [`Point`]. A
    /// negative distance is an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    ///
    /// `minDistance: metres, maxDistance: metres`
    pub fn distance(mut self, metres: impl DistanceRange) -> Self {
        match distances("minDistance", "maxDistance", metres) {
            Ok(bounds) => self.stage.fields.extend(bounds),
            Err(problem) => self.stage.refuse(problem),
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
    /// The location of the document that was used, in the form in which it is stored. Use [`cast`](StageOutput::cast) for
    /// one that is not a point: `near.location.cast::<[f64; 2]>()`, `near.location.cast::<Polygon>()`.
    pub location: StageOutput<Point>,
}

impl<M: Value, P> Pipeline<M, M, P> {
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
    ) -> Pipeline<M, With<M, L::Out>, P>
    where
        P: TopLevel,
    {
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
