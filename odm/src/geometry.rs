//! Geometries on the earth, as GeoJSON in BSON and in JSON. The public module is `geo`, which also has the areas of
//! queries.

mod foreign_members;

use mongodb::bson::{Bson, Document, spec::ElementType};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use self::foreign_members::{Coordinates, ForeignMembers};
use crate::{
    error::codec::{CodecError, CodecResult},
    meta::TypeMeta,
    value::{Raw, Value, Writer, leaf},
};

/// `[longitude, latitude]` in degrees.
pub type Position = [f64; 2];

macro_rules! geometries {
    ($($name:ident, $words:literal: $coordinates:ty;)*) => {
        $(
            #[doc = concat!($words, ": `{ type: \"", stringify!($name), "\", coordinates: [..] }`.")]
            #[derive(Debug, Clone, PartialEq)]
            pub struct $name {
                coordinates: $coordinates,
                foreign: ForeignMembers,
            }

            impl $name {
                /// Returns the coordinates.
                pub fn coordinates(&self) -> &$coordinates {
                    &self.coordinates
                }

                /// Returns the members other than `type` and `coordinates`: `bbox`, and those of other programs.
                pub fn members(&self) -> Option<&Document> {
                    self.foreign.members()
                }
            }

            impl From<$coordinates> for $name {
                fn from(coordinates: $coordinates) -> Self {
                    Self { coordinates, foreign: ForeignMembers::default() }
                }
            }

            impl From<$name> for Geometry {
                fn from(geometry: $name) -> Self {
                    Self::$name(geometry)
                }
            }

            impl Value for $name {
                leaf!();

                const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::EmbeddedDocument);

                fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                    self.foreign.write(stringify!($name), writer, |further, writer| {
                        writer.element_with("coordinates", |writer| self.coordinates.write_all(further, writer))
                    })
                }

                fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                    let (kind, coordinates, mut foreign) = foreign_members::read(raw, "coordinates")?;
                    if kind != stringify!($name) {
                        return Err(another_kind(concat!("`", stringify!($name), "`"), kind));
                    }
                    let coordinates = foreign.read_coordinates(coordinates?)?;
                    Ok(Self { coordinates, foreign })
                }
            }

            in_json!($name);

            impl Geospatial for $name {}
        )*

        /// Any geometry.
        #[derive(Debug, Clone, PartialEq)]
        #[non_exhaustive]
        pub enum Geometry {
            $(
                #[doc = concat!($words, ".")]
                $name($name),
            )*
            /// Several geometries.
            GeometryCollection(GeometryCollection),
        }

        const KINDS: &[&str] = &[$(stringify!($name),)* "GeometryCollection"];

        impl Value for Geometry {
            leaf!();

            const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::EmbeddedDocument);

            fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
                match self {
                    $(Self::$name(geometry) => geometry.encode(writer),)*
                    Self::GeometryCollection(geometry) => geometry.encode(writer),
                }
            }

            fn decode(raw: Raw<'_>) -> CodecResult<Self> {
                match raw.elements()?.tag("type")? {
                    $(stringify!($name) => $name::decode(raw).map(Self::$name),)*
                    "GeometryCollection" => raw.level(GeometryCollection::decode).map(Self::GeometryCollection),
                    other => Err(no_geometry(other)),
                }
            }
        }
    };
}

/// Implements serde's traits: the form in JSON and other formats is that of BSON.
macro_rules! in_json {
    ($name:ident) => {
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                self.to_bson().map_err(ser::Error::custom)?.serialize(serializer)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let mut writer = Writer::new();
                Document::deserialize(deserializer)?.encode(&mut writer).map_err(de::Error::custom)?;
                Self::decode(Raw::document(writer.as_bytes())).map_err(de::Error::custom)
            }
        }
    };
}

geometries! {
    Point, "One position": Position;
    LineString, "Positions along a line": Vec<Position>;
    Polygon, "Rings, the outer one first, each with the same first and last position": Vec<Vec<Position>>;
    MultiPoint, "Several points": Vec<Position>;
    MultiLineString, "Several lines": Vec<Vec<Position>>;
    MultiPolygon, "Several polygons": Vec<Vec<Vec<Position>>>;
}

in_json!(Geometry);
in_json!(GeometryCollection);

/// Several geometries: `{ type: "GeometryCollection", geometries: [..] }`.
#[derive(Debug, Clone, PartialEq)]
pub struct GeometryCollection {
    geometries: Vec<Geometry>,
    foreign: ForeignMembers,
}

impl GeometryCollection {
    /// Returns the geometries.
    pub fn geometries(&self) -> &[Geometry] {
        &self.geometries
    }

    /// Returns the members other than `type` and `geometries`: `bbox`, and those of other programs.
    pub fn members(&self) -> Option<&Document> {
        self.foreign.members()
    }
}

impl From<Vec<Geometry>> for GeometryCollection {
    fn from(geometries: Vec<Geometry>) -> Self {
        Self { geometries, foreign: ForeignMembers::default() }
    }
}

impl From<GeometryCollection> for Geometry {
    fn from(geometry: GeometryCollection) -> Self {
        Self::GeometryCollection(geometry)
    }
}

impl Value for GeometryCollection {
    leaf!();

    const STORED_AS: &'static TypeMeta = &TypeMeta::Scalar(ElementType::EmbeddedDocument);

    fn encode(&self, writer: &mut Writer) -> CodecResult<ElementType> {
        self.foreign.write("GeometryCollection", writer, |_, writer| {
            writer.element_with("geometries", |writer| writer.level(&self.geometries, Vec::encode))
        })
    }

    fn decode(raw: Raw<'_>) -> CodecResult<Self> {
        let (kind, geometries, foreign) = foreign_members::read(raw, "geometries")?;
        if kind != "GeometryCollection" {
            return Err(another_kind("`GeometryCollection`", kind));
        }
        let geometries = geometries?.level(Vec::decode).map_err(|error| error.at("geometries"))?;
        Ok(Self { geometries, foreign })
    }
}

impl Geospatial for GeometryCollection {}

#[cold]
fn another_kind(expected: &'static str, kind: &str) -> CodecError {
    if KINDS.contains(&kind) {
        CodecError::new(expected, "another geometry").at("type")
    } else {
        no_geometry(kind)
    }
}

#[cold]
fn no_geometry(kind: &str) -> CodecError {
    CodecError::new("a type of geometry", "another text").with_value(kind).at("type")
}

impl Point {
    /// Returns the point at this longitude and latitude, in degrees.
    pub fn new(longitude: impl Into<f64>, latitude: impl Into<f64>) -> Self {
        Self::from([longitude.into(), latitude.into()])
    }

    /// Returns the point at this altitude, in metres. The server stores the altitude, but does not use it in queries.
    pub fn with_altitude(
        longitude: impl Into<f64>,
        latitude: impl Into<f64>,
        altitude: impl Into<f64>,
    ) -> Self {
        Self {
            coordinates: [longitude.into(), latitude.into()],
            foreign: ForeignMembers::further(vec![vec![altitude.into()]]),
        }
    }

    /// Returns the altitude, in metres, if the point has one.
    pub fn altitude(&self) -> Option<f64> {
        self.foreign.numbers_after(0).first().copied()
    }

    /// Returns the degrees east of Greenwich.
    pub fn longitude(&self) -> f64 {
        self.coordinates[0]
    }

    /// Returns the degrees north of the equator.
    pub fn latitude(&self) -> f64 {
        self.coordinates[1]
    }
}

/// A field with a geometry, for geospatial operators.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a geometry",
    label = "this operator needs a geometry",
    note = "geometries are those of `odm::geo`, a legacy pair `[f64; 2]`, and `Option`s and arrays of them"
)]
pub trait Geospatial: Value {}

impl Geospatial for Geometry {}
impl Geospatial for Position {}
#[diagnostic::do_not_recommend]
impl Geospatial for Bson {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Option<G> {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Vec<G> {}
#[diagnostic::do_not_recommend]
impl<G: Geospatial> Geospatial for Box<G> {}
