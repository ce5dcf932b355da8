//! Geospatial operators: `$geoWithin $geoIntersects $near $nearSphere`.

use std::ops::{Bound, Range, RangeBounds, RangeFrom, RangeFull, RangeInclusive, RangeTo, RangeToInclusive};

use mongodb::bson::{Bson, Document, doc};

use super::{
    Clauses, Filter,
    area::{Area, BigPolygon},
};
use crate::{
    error::codec::{CodecError, CodecResult},
    geometry::{Geometry, Geospatial, Point},
    path::{Path, Queried},
    value::Value,
};

impl<M, V: Value, R> Path<M, V, R> {
    /// Matches documents whose geometry is completely inside an area: a [`Polygon`](crate::geo::Polygon), a
    /// [`MultiPolygon`](crate::geo::MultiPolygon), a [`BigPolygon`], or a shape of [`Area`].
    ///
    /// `{ field: { $geoWithin: { $geometry: { .. } } } }`
    pub fn geo_within(&self, area: impl Into<Area>) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$geoWithin", area.into().render())
    }

    /// Matches documents whose geometry has a point in common with this one: a [`Geometry`], one of
    /// its kinds, or a [`BigPolygon`].
    ///
    /// `{ field: { $geoIntersects: { $geometry: { .. } } } }`
    pub fn geo_intersects(&self, geometry: impl GeometryOperand) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$geoIntersects", geometry.geometry())
    }

    /// Matches documents whose distance from a point, in metres, is in a range: `..500`, `100..=500`, `0.5..`, `..`.
    /// Sorts the nearest first.
    ///
    /// `{ field: { $near: { $geometry: { .. }, $minDistance: 100.0, $maxDistance: 500.0 } } }`
    ///
    /// The field needs a geospatial index. The server accepts this operator only in `find`, not in `count`, and not
    /// together with another sort.
    #[allow(clippy::needless_pass_by_value)] // callers usually construct it in the call
    pub fn near(&self, point: Point, metres: impl DistanceRange) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$near", distance(&point, metres))
    }

    /// Does the same as [`near`](Path::near) with the distance on a sphere, also for legacy pairs of coordinates.
    ///
    /// `{ field: { $nearSphere: { $geometry: { .. }, $maxDistance: 500.0 } } }`
    #[allow(clippy::needless_pass_by_value)] // callers usually construct it in the call
    pub fn near_sphere(&self, point: Point, metres: impl DistanceRange) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        Filter::test(self.location(), "$nearSphere", distance(&point, metres))
    }
    /// Matches documents whose pair of coordinates is near another, on a plane, in the unit of the coordinates. Sorts the
    /// nearest first.
    ///
    /// `{ field: { $near: [x, y], $minDistance: 2.0, $maxDistance: 10.0 } }`
    ///
    /// The field needs a `2d` index. Use [`near`](Path::near) with a `2dsphere` index.
    pub fn near_coordinates(&self, [x, y]: [impl Metres; 2], distance: impl DistanceRange) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        let near = coordinates("$near", [x.metres(), y.metres()], distance);
        Filter::of(Clauses::tests(self.location(), near))
    }

    /// Does the same as [`near_coordinates`](Path::near_coordinates) on a sphere: the coordinates are a longitude and a
    /// latitude, and distances are in radians.
    ///
    /// `{ field: { $nearSphere: [longitude, latitude], $maxDistance: 0.5 } }`
    pub fn near_sphere_coordinates(
        &self,
        [longitude, latitude]: [impl Metres; 2],
        radians: impl DistanceRange,
    ) -> Filter<M>
    where
        V: Geospatial,
        R: Queried,
    {
        let near = coordinates("$nearSphere", [longitude.metres(), latitude.metres()], radians);
        Filter::of(Clauses::tests(self.location(), near))
    }
}

/// A geometry that `geo_intersects` accepts: a type of [`geo`](crate::geo).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a geometry to intersect with",
    label = "expected a geometry of `odm::geo`",
    note = "geometries are `Point`, `LineString`, `Polygon`, `MultiPoint`, `MultiLineString`, `MultiPolygon`, `Geometry`, and `BigPolygon`"
)]
pub trait GeometryOperand {
    /// `{ $geometry: { .. } }`
    fn geometry(self) -> CodecResult<Bson>;
}

#[diagnostic::do_not_recommend]
impl<G: Into<Geometry>> GeometryOperand for G {
    fn geometry(self) -> CodecResult<Bson> {
        geometry(&self.into())
    }
}

impl GeometryOperand for BigPolygon {
    fn geometry(self) -> CodecResult<Bson> {
        Area::from(self).render()
    }
}

/// A range of distances in metres, of any number type: `..500`, `100..=500`, `0.5..`, `..`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a range of distances",
    label = "expected a range of metres, such as `..500` or `100..=500`"
)]
pub trait DistanceRange {
    /// Returns the bounds. The server treats both as inclusive.
    fn bounds(self) -> (Bound<f64>, Bound<f64>);
}

/// A number of metres: an integer of at most 64 bits, or a float.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number of metres",
    label = "expected an integer or a float"
)]
pub trait Metres: Copy {
    /// Returns the number as it is sent.
    fn metres(self) -> f64;
}

macro_rules! metres {
    ($($number:ty)*) => { $(
        #[diagnostic::do_not_recommend]
        impl Metres for $number {
            // Every distance on the earth is small enough to be exact.
            #[allow(clippy::cast_lossless, clippy::cast_precision_loss, clippy::unnecessary_cast)]
            fn metres(self) -> f64 {
                self as f64
            }
        }
    )* };
}

metres!(i8 i16 i32 i64 isize u8 u16 u32 u64 usize f32 f64);

macro_rules! distances {
    ($($range:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<N: Metres> DistanceRange for $range {
            fn bounds(self) -> (Bound<f64>, Bound<f64>) {
                let metres = |bound: Bound<&N>| bound.map(|metres| metres.metres());
                (metres(self.start_bound()), metres(self.end_bound()))
            }
        }
    )* };
}

distances!(Range<N>, RangeInclusive<N>, RangeFrom<N>, RangeTo<N>, RangeToInclusive<N>, (Bound<N>, Bound<N>));

impl DistanceRange for RangeFull {
    fn bounds(self) -> (Bound<f64>, Bound<f64>) {
        (Bound::Unbounded, Bound::Unbounded)
    }
}

/// Returns `{ $geometry: { .. } }` with the members that the server uses.
pub(super) fn geometry(geometry: &impl Value) -> CodecResult<Bson> {
    within(geometry).map(Bson::Document)
}

/// Returns the same as a document, to which other elements can be added.
fn within(geometry: &impl Value) -> CodecResult<Document> {
    const USED: [&str; 4] = ["type", "coordinates", "geometries", "crs"];
    let Bson::Document(geometry) = geometry.to_bson()? else {
        return Err(CodecError::new("a geometry", "another value"));
    };
    let geometry: Document = geometry.into_iter().filter(|(name, _)| USED.contains(&name.as_str())).collect();
    Ok(doc! { "$geometry": geometry })
}

fn distance(point: &Point, range: impl DistanceRange) -> CodecResult<Bson> {
    let mut near = within(point)?;
    near.extend(distances("$minDistance", "$maxDistance", range)?);
    Ok(near.into())
}

/// Returns `{ operator: [x, y], $minDistance: .., $maxDistance: .. }`, the form for pairs of coordinates.
fn coordinates(operator: &'static str, point: [f64; 2], range: impl DistanceRange) -> CodecResult<Document> {
    let mut near = doc! { operator: point.to_vec() };
    near.extend(distances("$minDistance", "$maxDistance", range)?);
    Ok(near)
}

/// Renders a range of distances: `{ least: 100.0, most: 500.0 }`. Returns an error for a distance that the server refuses.
pub(crate) fn distances(least: &str, most: &str, range: impl DistanceRange) -> CodecResult<Document> {
    let (low, high) = range.bounds();
    let mut bounds = Document::new();
    for (name, bound) in [(least, low), (most, high)] {
        match bound {
            Bound::Included(metres) | Bound::Excluded(metres) if metres >= 0.0 => {
                bounds.insert(name, metres);
            }
            Bound::Included(_) | Bound::Excluded(_) => {
                let problem = CodecError::new("a distance of zero or more", "another number");
                return Err(problem.in_value());
            }
            Bound::Unbounded => {}
        }
    }
    Ok(bounds)
}
