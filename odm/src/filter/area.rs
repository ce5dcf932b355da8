//! The areas of `$geoWithin`, and the polygons that only queries accept.

use mongodb::bson::{Bson, doc};

use super::geospatial::geometry;
use crate::{
    error::codec::CodecResult,
    geometry::{MultiPolygon, Polygon},
    value::Value as _,
};

/// The area of a `geo_within`.
#[derive(Debug, Clone, PartialEq)]
pub struct Area(CodecResult<Bson>);

impl Area {
    /// Returns a rectangle on the plane, from one corner to the opposite: `{ $box: [..] }`.
    pub fn rectangle<N: Into<f64>>(bottom_left: [N; 2], upper_right: [N; 2]) -> Self {
        Self::shape("$box", [bottom_left, upper_right])
    }

    /// Returns the shape with these corners on the plane: `{ $polygon: [..] }`.
    pub fn polygon<N: Into<f64> + Copy>(corners: &[[N; 2]]) -> Self {
        Self::shape("$polygon", corners.iter().copied())
    }

    /// Returns a circle on the plane, with the radius in the units of the coordinates:
    /// `{ $center: [center, radius] }`.
    pub fn circle<N: Into<f64>>(center: [N; 2], radius: impl Into<f64>) -> Self {
        Self(Ok(doc! { "$center": [position(center), radius.into()] }.into()))
    }

    /// Returns a circle on the sphere, with the radius in radians (kilometres divided by 6,378.1):
    /// `{ $centerSphere: [center, radius] }`.
    pub fn circle_on_sphere<N: Into<f64>>(center: [N; 2], radius: impl Into<f64>) -> Self {
        Self(Ok(doc! { "$centerSphere": [position(center), radius.into()] }.into()))
    }

    fn shape<N: Into<f64>>(operator: &str, corners: impl IntoIterator<Item = [N; 2]>) -> Self {
        let corners: Vec<Bson> = corners.into_iter().map(position).collect();
        Self(Ok(doc! { operator: corners }.into()))
    }

    pub(crate) fn render(self) -> CodecResult<Bson> {
        self.0
    }
}

/// `[longitude, latitude]`
fn position<N: Into<f64>>(position: [N; 2]) -> Bson {
    Bson::from(position.map(Into::into).to_vec())
}

impl From<Polygon> for Area {
    fn from(polygon: Polygon) -> Self {
        Self(geometry(&polygon))
    }
}

impl From<MultiPolygon> for Area {
    fn from(polygons: MultiPolygon) -> Self {
        Self(geometry(&polygons))
    }
}

/// A polygon larger than half of the earth. Its ring runs counterclockwise around its interior. A [`Polygon`], in
/// contrast, is the smaller of the two areas that its ring separates.
///
/// Construct with `BigPolygon::from(polygon)`. `geo_within` and `geo_intersects` accept it. The server accepts only
/// one ring.
#[derive(Debug, Clone, PartialEq)]
pub struct BigPolygon(Polygon);

impl From<Polygon> for BigPolygon {
    fn from(polygon: Polygon) -> Self {
        Self(polygon)
    }
}

/// `{ $geometry: { type: "Polygon", coordinates: [..], crs: { .. } } }`
impl From<BigPolygon> for Area {
    fn from(polygon: BigPolygon) -> Self {
        const STRICT_WINDING: &str = "urn:x-mongodb:crs:strictwinding:EPSG:4326";
        Self(polygon.0.coordinates().to_bson().map(|coordinates| {
            let crs = doc! { "type": "name", "properties": { "name": STRICT_WINDING } };
            doc! { "$geometry": { "type": "Polygon", "coordinates": coordinates, "crs": crs } }.into()
        }))
    }
}
