//! The questions about theaters.

use examples::theaters::{TIMES_SQUARE, by_state, distances, largest_cities, overview};
use odm::{
    Database,
    bson::{Document, doc},
};

use super::{assert_same, stored};

/// The percentage that one number is of another, with one decimal place.
fn percent(part: &str, all: &str) -> Document {
    doc! { "$round": [{ "$divide": [{ "$multiply": [100, part] }, all] }, 1] }
}

#[odm_test::test]
async fn the_city_with_the_most_theaters_of_each_state(db: Database) {
    let (_, _, theaters) = stored(&db).await;
    let by_hand = [
        doc! { "$group": {
            "_id": { "state": "$location.address.state", "city": "$location.address.city" },
            "in_city": { "$sum": 1 },
        } },
        doc! { "$sort": { "in_city": -1, "_id.city": 1 } },
        doc! { "$group": {
            "_id": "$_id.state",
            "theaters": { "$sum": "$in_city" },
            "cities": { "$sum": 1 },
            "city": { "$first": "$_id.city" },
            "in_city": { "$first": "$in_city" },
        } },
        doc! { "$sort": { "theaters": -1, "_id": 1 } },
        doc! { "$limit": 10 },
        doc! { "$project": {
            "_id": 0, "state": "$_id", "theaters": 1, "cities": 1, "city": 1, "in_city": 1,
            "percent": percent("$in_city", "$theaters"),
        } },
    ];
    assert_same(&theaters, largest_cities, by_hand).await;
}

#[odm_test::test]
async fn how_far_theaters_are_from_times_square(db: Database) {
    let (_, _, theaters) = stored(&db).await;
    let from = |kilometres: i32| doc! { "case": { "$gte": ["$kilometres", kilometres] }, "then": kilometres };
    let by_hand = [
        doc! { "$geoNear": {
            "near": { "type": "Point", "coordinates": TIMES_SQUARE.to_vec() },
            "distanceField": "metres",
            "spherical": true,
        } },
        doc! { "$set": { "kilometres": { "$multiply": ["$metres", 0.001] } } },
        doc! { "$sort": { "kilometres": 1 } },
        doc! { "$group": {
            "_id": { "$switch": {
                "branches": [from(5_000), from(1_000), from(250), from(50), from(10)],
                "default": 0,
            } },
            "theaters": { "$sum": 1 },
            "nearest": { "$first": "$kilometres" },
            "city": { "$first": "$location.address.city" },
        } },
        doc! { "$sort": { "_id": 1 } },
    ];
    assert_same(&theaters, distances, by_hand).await;
}

#[odm_test::test]
async fn several_views_of_all_theaters(db: Database) {
    let (_, _, theaters) = stored(&db).await;
    let edge = |coordinate: &str, direction: i32| {
        let places = doc! { "$sortArray": { "input": "$places", "sortBy": { coordinate: direction } } };
        doc! { "$getField": { "field": "city", "input": { "$first": places } } }
    };
    let by_hand = [doc! { "$facet": {
        "edges": [
            { "$group": { "_id": null, "places": { "$push": {
                "city": "$location.address.city",
                "longitude": { "$first": "$location.geo.coordinates" },
                "latitude": { "$last": "$location.geo.coordinates" },
            } } } },
            { "$project": {
                "north": edge("latitude", -1),
                "east": edge("longitude", -1),
                "south": edge("latitude", 1),
                "west": edge("longitude", 1),
            } },
        ],
        "namesakes": [
            { "$group": { "_id": { "city": "$location.address.city", "state": "$location.address.state" } } },
            { "$sort": { "_id.state": 1 } },
            { "$group": { "_id": "$_id.city", "states": { "$push": "$_id.state" } } },
            { "$match": { "$expr": { "$gt": [{ "$size": "$states" }, 1] } } },
            { "$sort": { "_id": 1 } },
        ],
        "forms": [
            { "$group": {
                "_id": { "$gt": ["$location.address.street2", null] },
                "theaters": { "$sum": 1 },
            } },
            { "$sort": { "_id": 1 } },
        ],
    } }];
    assert_same(&theaters, overview, by_hand).await;
}

/// The question of the program `report`.
#[odm_test::test]
async fn the_theaters_of_each_state(db: Database) {
    let (_, _, theaters) = stored(&db).await;
    let by_hand = [
        doc! { "$group": {
            "_id": "$location.address.state",
            "theaters": { "$sum": 1 },
            "cities": { "$addToSet": "$location.address.city" },
        } },
        doc! { "$sort": { "theaters": -1, "_id": 1 } },
        doc! { "$group": { "_id": null, "rows": { "$push": "$$ROOT" }, "all": { "$sum": "$theaters" } } },
        doc! { "$set": { "counts": "$rows.theaters" } },
        doc! { "$unwind": { "path": "$rows", "includeArrayIndex": "index" } },
        doc! { "$set": { "running": { "$sum": { "$slice": ["$counts", { "$add": ["$index", 1] }] } } } },
        doc! { "$project": {
            "_id": 0,
            "state": "$rows._id",
            "theaters": "$rows.theaters",
            "cities": { "$size": "$rows.cities" },
            "percent": percent("$rows.theaters", "$all"),
            "cumulative_percent": percent("$running", "$all"),
        } },
    ];
    assert_same(&theaters, by_state, by_hand).await;
}
