//! Theaters (`sample_mflix.theaters`): embedded documents, and `GeoJSON`. Questions about them.

use odm::{
    Collection, Embedded, Id, Model, Shape, Value,
    action::Aggregate,
    bson::doc,
    geo::{Geospatial, Point},
    mongodb::IndexModel,
    pipeline::{Current, GeoNear, Unbounded, add_to_set, count, first, min, partition_by, sort_by, sum, top},
};

/// A theater.
#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "theaters", index(theater_id, unique), index(location.address.state))]
#[allow(clippy::struct_field_names, reason = "the data set has a field `theaterId`")]
pub struct Theater {
    /// The id of the document.
    pub id: Id<Theater>,
    /// The number of the theater.
    pub theater_id: i32,
    /// Where the theater is.
    pub location: Location,
}

/// An address and a position.
#[derive(Debug, Embedded)]
pub struct Location {
    /// The postal address.
    pub address: Address,
    /// The position.
    pub geo: Geometry,
}

/// A postal address in the United States.
///
/// In some documents `street2` is null, in most it is missing. Both are read as `None`, which is stored as missing.
#[derive(Debug, Embedded)]
pub struct Address {
    /// The street.
    pub street1: String,
    /// The second line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub street2: Option<String>,
    /// The city.
    pub city: String,
    /// The two letters of the state.
    pub state: String,
    /// The zip code.
    pub zipcode: String,
}

/// A `GeoJSON` geometry, whose `type` is the tag. Theaters have only points; other geometries would be further
/// variants. The type `odm::geo::Geometry` has them all; this one also has paths to the coordinates.
#[derive(Debug, Value)]
#[serde(tag = "type")]
pub enum Geometry {
    /// A point.
    Point {
        /// Longitude and latitude.
        coordinates: [f64; 2],
    },
}

/// Permits the geospatial operators.
impl Geospatial for Geometry {}

#[derive(Debug, Embedded)]
struct CityKey {
    state: String,
    city: String,
}

#[derive(Debug, Shape)]
struct City {
    #[odm(id)]
    key: CityKey,
    theaters: i64,
}

/// The sums of a state, in the row of each of its cities.
#[derive(Debug, Shape)]
struct Sums {
    cities: i64,
    all: i64,
}

#[derive(Debug, Shape)]
struct Largest {
    #[odm(id)]
    state: String,
    theaters: i64,
    cities: i64,
    city: String,
    in_city: i64,
}

/// A state, and the city in it with the most theaters.
#[derive(Debug, Shape)]
pub struct LargestCity {
    /// The state.
    pub state: String,
    /// How many theaters are in the state.
    pub theaters: i64,
    /// In how many cities.
    pub cities: i64,
    /// The city with the most of them.
    pub city: String,
    /// How many theaters are in this city.
    pub in_city: i64,
    /// How many percent of the theaters of the state that is.
    pub percent: f64,
}

/// Which city has the most theaters of its state, and how many of them? The ten states with the most theaters.
pub fn largest_cities(theaters: &Collection<Theater>) -> Aggregate<Theater, LargestCity> {
    theaters
        .aggregate()
        .group(|t| CityOf {
            key: CityKeyOf { state: t.location().address().state(), city: t.location().address().city() },
            theaters: count(),
        })
        .set_window_fields(
            |c| partition_by(c.key().state()),
            |c| SumsOf { cities: count(), all: sum(c.theaters()) },
        )
        .sort(|c| c.theaters().desc().then(c.key().city().asc()))
        .group(|c| LargestOf {
            state: c.key().state(),
            theaters: first(c.all()),
            cities: first(c.cities()),
            city: first(c.key().city()),
            in_city: first(c.theaters()),
        })
        .sort(|l| l.theaters().desc().then(l.state().asc()))
        .limit(10)
        .project(|l| LargestCityOf {
            state: l.state(),
            theaters: l.theaters(),
            cities: l.cities(),
            city: l.city(),
            in_city: l.in_city(),
            percent: (100 * l.in_city()).divide(l.theaters()).round().place(1),
        })
}

#[derive(Debug, Shape)]
struct Distance {
    kilometres: f64,
}

/// The theaters at distances in a range.
#[derive(Debug, Shape)]
pub struct Ring {
    /// The least distance of the range, in kilometres.
    #[odm(id)]
    pub from: f64,
    /// How many theaters are in the range.
    pub theaters: i64,
    /// The distance of the nearest of them, in kilometres.
    pub nearest: f64,
    /// The city of the nearest of them.
    pub city: String,
}

/// Longitude and latitude.
pub const TIMES_SQUARE: [f64; 2] = [-73.9855, 40.7580];

/// Creates the geospatial index that [`distances`] needs.
pub async fn create_position_index(theaters: &Collection<Theater>) -> odm::Result<()> {
    let index = IndexModel::builder().keys(doc! { "location.geo": "2dsphere" }).build();
    theaters.driver().create_index(index).await.map_err(odm::Error::from_driver)?;
    Ok(())
}

/// How many theaters are how far from Times Square? The last boundary is half of the circumference of the earth.
pub fn distances(theaters: &Collection<Theater>) -> Aggregate<Theater, Ring> {
    theaters
        .aggregate()
        .geo_near(
            |_| GeoNear::new(&Point::from(TIMES_SQUARE)).distance_multiplier(0.001),
            |near| DistanceOf { kilometres: near.distance },
        )
        .bucket([0, 10, 50, 250, 1_000, 5_000, 20_038], |t| RingOf {
            from: t.kilometres(),
            theaters: count(),
            nearest: min(t.kilometres()),
            city: first(t.location().address().city()),
        })
}

#[derive(Debug, Shape)]
struct Degrees {
    longitude: Option<f64>,
    latitude: Option<f64>,
}

/// The cities at the edges.
#[derive(Debug, Shape)]
pub struct Edges {
    /// The northernmost.
    pub north: String,
    /// The easternmost.
    pub east: String,
    /// The southernmost.
    pub south: String,
    /// The westernmost.
    pub west: String,
}

/// A name that cities of several states have.
#[derive(Debug, Shape)]
pub struct Namesakes {
    /// The name.
    #[odm(id)]
    pub city: String,
    /// The states.
    pub states: Vec<String>,
}

/// The theaters whose addresses have the same form.
#[derive(Debug, Shape)]
pub struct Form {
    /// Whether the addresses have a second line.
    #[odm(id)]
    pub second_line: bool,
    /// How many theaters.
    pub theaters: i64,
}

/// Several views of all theaters.
#[derive(Debug, Shape)]
pub struct Overview {
    /// The edges, as one element.
    pub edges: Vec<Edges>,
    /// The names of cities that are not unique.
    pub namesakes: Vec<Namesakes>,
    /// The forms of addresses.
    pub forms: Vec<Form>,
}

/// Which theaters are at the edges, in which states are cities with the same name, and how many addresses have a second
/// line?
pub fn overview(theaters: &Collection<Theater>) -> Aggregate<Theater, Overview> {
    theaters.aggregate().facet(|rows| OverviewOf {
        edges: rows
            .clone()
            .set(|t| DegreesOf {
                longitude: t.location().geo().point().coordinates().array_elem_at(0),
                latitude: t.location().geo().point().coordinates().array_elem_at(1),
            })
            .group(|t| EdgesOf {
                north: top(t.latitude().desc(), t.location().address().city()),
                east: top(t.longitude().desc(), t.location().address().city()),
                south: top(t.latitude().asc(), t.location().address().city()),
                west: top(t.longitude().asc(), t.location().address().city()),
            }),
        namesakes: rows
            .clone()
            .group(|t| NamesakesOf {
                city: t.location().address().city(),
                states: add_to_set(t.location().address().state()),
            })
            .matching(|n| n.states().at(1).exists(true))
            .project(|n| NamesakesOf { city: n.city(), states: n.states().sort_array_ascending() })
            .sort(|n| n.city().asc()),
        forms: rows
            .group(|t| FormOf {
                second_line: t.location().address().street2().type_of().eq("string"),
                theaters: count(),
            })
            .sort(|f| f.second_line().asc()),
    })
}

#[derive(Debug, Shape)]
struct StateTotal {
    #[odm(id)]
    state: String,
    theaters: i64,
    cities: i64,
}

#[derive(Debug, Shape)]
struct Totals {
    running: i64,
    all: i64,
}

/// A state, and its part of all theaters.
#[derive(Debug, Shape)]
pub struct StateShare {
    /// The state.
    pub state: String,
    /// How many theaters are in the state.
    pub theaters: i64,
    /// In how many cities.
    pub cities: i64,
    /// How many percent of all theaters that is.
    pub percent: f64,
    /// How many percent of all theaters are in the states up to this one.
    pub cumulative_percent: f64,
}

/// How are the theaters distributed over the states? The states with the most theaters, in this order.
pub fn by_state(theaters: &Collection<Theater>) -> Aggregate<Theater, StateShare> {
    theaters
        .aggregate()
        .group(|t| CityOf {
            key: CityKeyOf { state: t.location().address().state(), city: t.location().address().city() },
            theaters: count(),
        })
        .group(|c| StateTotalOf { state: c.key().state(), theaters: sum(c.theaters()), cities: count() })
        .set_window_fields(
            |s| sort_by(s.theaters().desc().then(s.state().asc())),
            |s| TotalsOf { running: sum(s.theaters()).documents(Unbounded, Current), all: sum(s.theaters()) },
        )
        .project(|s| StateShareOf {
            state: s.state(),
            theaters: s.theaters(),
            cities: s.cities(),
            percent: (100 * s.theaters()).divide(s.all()).round().place(1),
            cumulative_percent: (100 * s.running()).divide(s.all()).round().place(1),
        })
        .sort(|s| s.theaters().desc().then(s.state().asc()))
}
