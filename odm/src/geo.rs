//! Geometries: places on the earth, as GeoJSON in BSON and in JSON.
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
//!     r#"{ "place": { "$near": { "$geometry": { "type": "Point", "coordinates": [10.75, 59.91] }, "$maxDistance": 500 } } }"#,
//! );
//! let around = c.place().geo_within(Area::circle_on_sphere([10.75, 59.91], 0.001));
//! # drop(around);
//! ```
//!
//! A position is `[longitude, latitude]`, in this order, in degrees. What the server asks of a geometry beyond its
//! form (rings that close, longitudes up to 180) it checks itself when there is a `2dsphere` index or a query.

use mongodb::bson::{Bson, doc, spec::ElementType};
use serde::{Deserialize, Serialize};

use crate::{
    error::codec::{CodecError, CodecResult},
    value::{Raw, Value, Writer, leaf},
};

/// `[longitude, latitude]` in degrees.
pub type Position = [f64; 2];

macro_rules! geometries {
    ($($name:ident, $words:literal: $coordinates:ty;)*) => {
        $(
            #[doc = concat!($words, ": `{ type: \"", stringify!($name), "\", coordinates: [..] }`.")]
            #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
            #[serde(tag = "type")]
            pub struct $name {
                coordinates: $coordinates,
            }

            impl $name {
                /// The coordinates.
                pub fn coordinates(&self) -> &$coordinates {
                    &self.coordinates
                }
            }

            impl From<$coordinates> for $name {
                fn from(coordinates: $coordinates) -> Self {
                    Self { coordinates }
                }
            }

            impl From<$name> for Geometry {
                fn from(geometry: $name) -> Self {
                    Self::$name { coordinates: geometry.coordinates }
                }
            }

            impl Value for $name {
                leaf!();

                fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                    write(stringify!($name), &self.coordinates, writer)
                }

                fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                    match Geometry::decode(raw)? {
                        Geometry::$name { coordinates } => Ok(Self { coordinates }),
                        _ => Err(CodecError::new(concat!("`", stringify!($name), "`"), "another geometry").at("type")),
                    }
                }
            }

            impl Geospatial for $name {}
        )*

        /// Any geometry.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "type")]
        #[non_exhaustive]
        pub enum Geometry {
            $(
                #[doc = concat!($words, ".")]
                $name {
                    /// Its positions.
                    coordinates: $coordinates,
                },
            )*
            /// Several of them: `{ type: "GeometryCollection", geometries: [..] }`.
            GeometryCollection {
                /// Its members.
                geometries: Vec<Geometry>,
            },
        }

        impl Value for Geometry {
            leaf!();

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                match self {
                    $(Self::$name { coordinates } => write(stringify!($name), coordinates, writer),)*
                    Self::GeometryCollection { geometries } => writer.document(|writer| {
                        writer.text_at("type", "GeometryCollection")?;
                        writer.element("geometries", geometries)
                    }),
                }
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                let elements = raw.elements()?;
                match elements.tag("type")? {
                    $(stringify!($name) => Ok(Self::$name { coordinates: elements.required("coordinates")? }),)*
                    "GeometryCollection" => {
                        Ok(Self::GeometryCollection { geometries: elements.required("geometries")? })
                    }
                    other => Err(CodecError::new("a type of geometry", "another text").with_value(other).at("type")),
                }
            }
        }
    };
}

geometries! {
    Point, "One position": Position;
    LineString, "Positions along a line": Vec<Position>;
    Polygon, "Rings, the outer one first; each ends where it begins": Vec<Vec<Position>>;
    MultiPoint, "Several points": Vec<Position>;
    MultiLineString, "Several lines": Vec<Vec<Position>>;
    MultiPolygon, "Several polygons": Vec<Vec<Vec<Position>>>;
}

fn write<C: Value>(name: &str, coordinates: &C, writer: &mut Writer) -> CodecResult<ElementType> {
    writer.document(|writer| {
        writer.text_at("type", name)?;
        writer.element("coordinates", coordinates)
    })
}

impl Point {
    /// The point at this longitude and latitude, in degrees.
    pub fn new(longitude: f64, latitude: f64) -> Self {
        Self { coordinates: [longitude, latitude] }
    }

    /// Degrees east of Greenwich.
    pub fn longitude(&self) -> f64 {
        self.coordinates[0]
    }

    /// Degrees north of the equator.
    pub fn latitude(&self) -> f64 {
        self.coordinates[1]
    }
}

/// A field with a place: what geospatial operators ask about.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a geometry",
    label = "this operator needs a geometry",
    note = "geometries are those of `odm::geo`, a legacy pair `[f64; 2]`, and `Option`s and arrays of them"
)]
pub trait Geospatial: Value {}

impl Geospatial for Geometry {}
impl Geospatial for Position {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Option<G> {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Vec<G> {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Box<G> {}

/// What `geo_within` looks inside of.
#[derive(Debug, Clone, PartialEq)]
pub struct Area(CodecResult<Bson>);

impl Area {
    /// A rectangle on the plane, from one corner to the opposite: `{ $box: [..] }`.
    pub fn rectangle(bottom_left: Position, upper_right: Position) -> Self {
        Self::shape("$box", &[bottom_left, upper_right])
    }

    /// The shape with these corners on the plane: `{ $polygon: [..] }`.
    pub fn polygon(corners: &[Position]) -> Self {
        Self::shape("$polygon", corners)
    }

    /// A circle on the plane, its radius in the units of the coordinates: `{ $center: [center, radius] }`.
    pub fn circle(center: Position, radius: f64) -> Self {
        Self(Ok(doc! { "$center": [center.to_vec(), radius] }.into()))
    }

    /// A circle on the sphere, its radius in radians (kilometres through 6,378.1): `{ $centerSphere: [center, radius] }`.
    pub fn circle_on_sphere(center: Position, radius: f64) -> Self {
        Self(Ok(doc! { "$centerSphere": [center.to_vec(), radius] }.into()))
    }

    fn shape(operator: &str, corners: &[Position]) -> Self {
        let corners: Vec<Bson> = corners.iter().map(|corner| Bson::from(corner.to_vec())).collect();
        Self(Ok(doc! { operator: corners }.into()))
    }

    pub(crate) fn render(self) -> CodecResult<Bson> {
        self.0
    }
}

/// `{ $geometry: { .. } }`
pub(crate) fn geometry(geometry: &impl Value) -> CodecResult<Bson> {
    geometry.to_bson().map(|geometry| doc! { "$geometry": geometry }.into())
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

/// A polygon larger than half of the earth: its ring runs counterclockwise around the inside, where a [`Polygon`] is the
/// smaller of the two areas that its ring parts.
///
/// Construct with `BigPolygon::from(polygon)`; `geo_within` takes it. The server takes one ring.
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
        Self(polygon.0.coordinates.to_bson().map(|coordinates| {
            let crs = doc! { "type": "name", "properties": { "name": STRICT_WINDING } };
            doc! { "$geometry": { "type": "Polygon", "coordinates": coordinates, "crs": crs } }.into()
        }))
    }
}
