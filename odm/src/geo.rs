//! Geometries on the earth, as GeoJSON in BSON and in JSON.
//!
//! ```
//! use odm::{Id, Model, geo::{Area, Point}};
//!
//! #[derive(Model)]
//! #[odm(collection = "cafes")]
//! struct Cafe {
//!     id: Id<Cafe>,
//!     place: Point,
//! }
//!
//! let c = Cafe::fields();
//! let oslo = Point::new(10.75, 59.91);
//! let close = c.place().near(oslo, ..500.0);
//! assert_eq!(
//!     close.to_string(),
//!     r#"{ "place": { "$near": { "$geometry": { "type": "Point", "coordinates": [10.75, 59.91] }, "$maxDistance": 500.0 } } }"#,
//! );
//! let around = c.place().geo_within(Area::circle_on_sphere([10.75, 59.91], 0.001));
//! # drop(around);
//! ```
//!
//! A position is `[longitude, latitude]`, in this order, in degrees. The server has further requirements (rings that
//! close, longitudes up to 180). It checks them if there is a `2dsphere` index, or in a query.
//!
//! Members other than `type` and `coordinates`, such as a `bbox`, and the numbers of a position after the first two,
//! such as an altitude, are kept and stored again.

pub use crate::{
    filter::area::{Area, BigPolygon},
    geometry::{
        Geometry, GeometryCollection, Geospatial, LineString, MultiLineString, MultiPoint, MultiPolygon,
        Point, Polygon, Position,
    },
};
