//! Theaters (`sample_mflix.theaters`): embedded documents, and `GeoJSON`.

use odm::{
    Collection, Embedded, Filter, Id, Model, Shape, Value, View,
    bson::doc,
    pipeline::{add_to_set, count},
};

/// A theater.
#[derive(Debug, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "theaters", index(theater_id, unique), index(location.address.state))]
#[allow(clippy::struct_field_names, reason = "the data set has a field `theaterId`")]
pub(crate) struct Theater {
    id: Id<Theater>,
    theater_id: i32,
    location: Location,
}

#[derive(Debug, Embedded)]
struct Location {
    address: Address,
    geo: Geometry,
}

/// In some documents `street2` is null, in most it is missing. Both are read as `None`, which is stored as missing.
#[derive(Debug, Embedded)]
struct Address {
    street1: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    street2: Option<String>,
    city: String,
    state: String,
    zipcode: String,
}

/// A `GeoJSON` geometry, whose `type` is the tag. Theaters have only points; other geometries would be further
/// variants.
#[derive(Debug, Value)]
#[serde(tag = "type")]
enum Geometry {
    Point {
        /// Longitude and latitude.
        coordinates: [f64; 2],
    },
}

#[derive(Debug, Shape)]
struct State {
    #[odm(id)]
    name: String,
    theaters: u64,
    cities: Vec<String>,
}

/// The location of a theater.
#[derive(Debug, View)]
#[odm(of = Theater)]
struct Place {
    theater_id: i32,
    location: PlaceLocation,
}

#[derive(Debug, View)]
#[odm(of = Location)]
struct PlaceLocation {
    address: PlaceAddress,
    geo: Geometry,
}

#[derive(Debug, View)]
#[odm(of = Address)]
struct PlaceAddress {
    city: String,
    state: String,
}

/// Longitude and latitude.
const TIMES_SQUARE: [f64; 2] = [-73.9855, 40.7580];
/// Ten kilometres in radians.
const TEN_KILOMETRES: f64 = 10.0 / 6_378.1;

pub(crate) async fn answer(theaters: &Collection<Theater>) -> odm::Result<()> {
    let t = Theater::fields();

    println!("  states with the most theaters:");
    let mut states = theaters
        .aggregate()
        .group(|t| StateOf {
            name: t.location().address().state(),
            theaters: count(),
            cities: add_to_set(t.location().address().city()),
        })
        .sort(|s| s.theaters().desc().then(s.name().asc()))
        .limit(5)
        .await?;
    while let Some(State { name, theaters, cities }) = states.next().await.transpose()? {
        println!("    {name} theaters {theaters}, cities {}", cities.len());
    }

    println!("  the northernmost:");
    let latitude = t.location().geo().point().coordinates().at(1);
    let mut north = theaters
        .find(latitude.gt(45.0))
        .sort(latitude.desc().then(t.theater_id().asc()))
        .limit(3)
        .view::<Place>()
        .await?;
    while let Some(Place { theater_id, location }) = north.next().await.transpose()? {
        let (PlaceAddress { city, state }, Geometry::Point { coordinates: [_, latitude] }) =
            (location.address, location.geo);
        println!("    {theater_id} in {city}, {state}, at {latitude}");
    }

    // The type of this field is not `odm::geo::Geometry`, so it has no geo operators. A raw filter can be combined
    // with typed ones.
    let circle = doc! { "$geoWithin": { "$centerSphere": [Vec::from(TIMES_SQUARE), TEN_KILOMETRES] } };
    let near = || Filter::<Theater>::raw(doc! { "location.geo": circle.clone() });
    let second = t.location().address().street2().is_present();
    println!(
        "  within ten kilometres of Times Square: {}, with a second line of address: {}",
        theaters.count(near()).await?,
        theaters.count(near() & second).await?,
    );
    Ok(())
}
