//! Geospatial operators: `$geoWithin $geoIntersects $near $nearSphere`.

use std::ops::{Bound, RangeBounds};

use mongodb::bson::{Bson, Document};

use super::Filter;
use crate::{
    error::codec::{CodecError, CodecResult},
    geo::{self, Area, Geometry, Geospatial, Point},
    path::{Path, Queried},
    value::Value,
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose geometry lies wholly inside an area: a [`Polygon`](crate::geo::Polygon), a
    /// [`MultiPolygon`](crate::geo::MultiPolygon), a [`BigPolygon`](crate::geo::BigPolygon), or a shape of [`Area`].
    ///
    /// `{ field: { $geoWithin: { $geometry: { .. } } } }`
    pub fn geo_within(&self, area: impl Into<Area>) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$geoWithin", area.into().render())
    }

    /// Matches documents whose geometry has a point in common with this one.
    ///
    /// `{ field: { $geoIntersects: { $geometry: { .. } } } }`
    pub fn geo_intersects(&self, geometry: impl Into<Geometry>) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$geoIntersects", geo::geometry(&geometry.into()))
    }

    /// Matches documents at a distance in metres from a point, the nearest first: `..500.0`, `100.0..=500.0`, `..`.
    ///
    /// `{ field: { $near: { $geometry: { .. }, $minDistance: 100.0, $maxDistance: 500.0 } } }`
    ///
    /// The field needs a geospatial index. The server takes it in `find` alone, neither in `count` nor beside a sort of
    /// your own.
    #[allow(clippy::needless_pass_by_value)] // mostly made in place
    pub fn near(&self, point: Point, metres: impl RangeBounds<f64>) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$near", distance(&point, &metres))
    }

    /// The same by the distance on a sphere, also for legacy pairs of coordinates.
    ///
    /// `{ field: { $nearSphere: { $geometry: { .. }, $maxDistance: 500.0 } } }`
    #[allow(clippy::needless_pass_by_value)] // mostly made in place
    pub fn near_sphere(&self, point: Point, metres: impl RangeBounds<f64>) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$nearSphere", distance(&point, &metres))
    }
}

/// The server knows both ends as included.
fn distance(point: &Point, metres: &impl RangeBounds<f64>) -> CodecResult<Bson> {
    let mut near = Document::new();
    near.insert("$geometry", point.to_bson()?);
    for (name, bound) in [("$minDistance", metres.start_bound()), ("$maxDistance", metres.end_bound())] {
        match bound {
            Bound::Included(metres) | Bound::Excluded(metres) if *metres >= 0.0 => {
                near.insert(name, *metres);
            }
            Bound::Included(_) | Bound::Excluded(_) => {
                return Err(CodecError::new("a distance of zero metres or more", "another number"));
            }
            Bound::Unbounded => {}
        }
    }
    Ok(near.into())
}
