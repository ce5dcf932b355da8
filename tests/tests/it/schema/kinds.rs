//! Every kind of index, and every option: declared, applied, and found again as declared.

use std::collections::HashMap;

use odm::{
    Database, Embedded, Id, Model, Value,
    bson::{DateTime, Document, doc},
    error::SchemaError,
    geo::Point,
    index::{Index, IndexType},
    models,
    mongodb::options::{Collation, CollationStrength},
    schema::Models,
};

use super::{create, live};

#[derive(Debug, Clone, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "places")]
#[odm(index(name, opened_at = -1, unique, collation(locale = "da", strength = 4, numeric_ordering)))]
#[odm(index(
    owner = -1,
    title = "text",
    address.city = "text",
    weights(title = 10),
    default_language = "german",
    language_override = "idioma"
))]
#[odm(index(location = "2dsphere", opened_at))]
#[odm(index(spot = "2d", owner, bounds(min = -10, max = 10.5, bits = 20), name = "on_the_map"))]
#[odm(index(every_field = "wildcard", exclude(secret, address.city), name = "all_but_secrets"))]
#[odm(index(attributes = "wildcard", hidden))]
#[odm(index(owner = "hashed", name))]
#[odm(index(
    status,
    partial = |place| place.status().in_([Status::Open, Status::Moving]) & place.address().city().exists(true),
))]
#[odm(index(rooms.beds, rooms.name, sparse), index(prices.key("NOK") = -1), index(payment.kind, payment.card().last4))]
struct Place {
    id: Id<Place>,
    owner: i64,
    #[odm(index(unique, partial = |place| place.name().gt("")))]
    name: String,
    title: String,
    address: Address,
    opened_at: DateTime,
    #[odm(index(ttl = "36h", hidden, descending))]
    closed_at: Option<DateTime>,
    location: Point,
    #[odm(index(type = "2dsphere"))]
    entrance: Option<Point>,
    spot: [f64; 2],
    #[odm(index(type = "hashed"))]
    secret: String,
    #[odm(index(collation(locale = "simple"), name = "by_status"))]
    status: Status,
    attributes: Document,
    rooms: Vec<Room>,
    prices: HashMap<String, i64>,
    payment: Payment,
}

#[derive(Debug, Clone, Copy, PartialEq, Value)]
enum Status {
    Open,
    Moving,
    Closed,
}

#[derive(Debug, Clone, Embedded)]
struct Address {
    city: String,
}

#[derive(Debug, Clone, Embedded)]
struct Room {
    name: String,
    beds: u32,
}

#[derive(Debug, Clone, Value)]
#[serde(tag = "kind", rename_all = "lowercase")]
enum Payment {
    Cash,
    Card { last4: String },
}

// --- models end here

/// Returns what the server has, without `v`.
async fn found(db: &Database) -> Vec<Document> {
    let mut found = live(db, "places").await;
    for index in &mut found {
        index.remove("v");
        index.remove("textIndexVersion");
        index.remove("2dsphereIndexVersion");
    }
    found
}

#[odm_test::test]
async fn every_kind_of_index_is_created_as_declared(db: Database) {
    let schema = db.schema(models![Place]);
    let plan = schema.plan().await.unwrap();
    plan.apply().await.unwrap();
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    schema.verify().await.unwrap();

    let found = found(&db).await;
    let danish = doc! {
        "locale": "da", "caseLevel": false, "caseFirst": "upper", "strength": 4, "numericOrdering": true,
        "alternate": "non-ignorable", "maxVariable": "punct", "normalization": false, "backwards": false,
        "version": "57.1",
    };
    let expected = [
        doc! { "key": { "name": 1, "openedAt": -1 }, "name": "name_1_openedAt_-1", "unique": true, "collation": danish },
        doc! {
            "key": { "owner": -1, "_fts": "text", "_ftsx": 1 }, "name": "owner_-1_title_text_address.city_text",
            "weights": { "address.city": 1, "title": 10 }, "default_language": "german", "language_override": "idioma",
        },
        doc! { "key": { "location": "2dsphere", "openedAt": 1 }, "name": "location_2dsphere_openedAt_1" },
        doc! { "key": { "spot": "2d", "owner": 1 }, "name": "on_the_map", "bits": 20, "min": -10.0, "max": 10.5 },
        doc! {
            "key": { "$**": 1 }, "name": "all_but_secrets", "wildcardProjection": { "secret": 0, "address.city": 0 },
        },
        doc! { "key": { "attributes.$**": 1 }, "name": "attributes.$**_1", "hidden": true },
        doc! { "key": { "owner": "hashed", "name": 1 }, "name": "owner_hashed_name_1" },
        doc! {
            "key": { "status": 1 }, "name": "status_1",
            "partialFilterExpression": {
                "status": { "$in": ["Open", "Moving"] }, "address.city": { "$exists": true },
            },
        },
        doc! { "key": { "rooms.beds": 1, "rooms.name": 1 }, "name": "rooms.beds_1_rooms.name_1", "sparse": true },
        doc! { "key": { "prices.NOK": -1 }, "name": "prices.NOK_-1" },
        doc! { "key": { "payment.kind": 1, "payment.last4": 1 }, "name": "payment.kind_1_payment.last4_1" },
        doc! {
            "key": { "name": 1 }, "name": "name_1", "unique": true,
            "partialFilterExpression": { "name": { "$gt": "" } },
        },
        doc! { "key": { "closedAt": -1 }, "name": "closedAt_-1", "hidden": true, "expireAfterSeconds": 129_600 },
        doc! { "key": { "entrance": "2dsphere" }, "name": "entrance_2dsphere" },
        doc! { "key": { "secret": "hashed" }, "name": "secret_hashed" },
        doc! { "key": { "status": 1 }, "name": "by_status" },
    ];
    for (found, expected) in found.iter().zip(&expected) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}

#[odm_test::test]
async fn every_kind_is_found_again_in_a_collection_with_a_collation(db: Database) {
    let collation = doc! { "locale": "fr_CA", "strength": 1, "backwards": false };
    db.driver().run_command(doc! { "create": "places", "collation": collation }).await.unwrap();
    let schema = db.schema(models![Place]).known_options::<Place>();
    schema.plan().await.unwrap().apply().allow_destructive().await.unwrap();
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
}

#[odm_test::test]
async fn indexes_that_are_written_differently_are_the_same(db: Database) {
    for index in [
        doc! {
            "key": { "status": 1_i64 }, "name": "theirs", "background": true,
            "partialFilterExpression": { "$and": [
                { "address.city": { "$exists": 1 } }, { "status": { "$in": ["Moving", "Open"] } },
            ] },
        },
        doc! {
            "key": { "owner": -1.0, "address.city": "text", "title": "text" }, "name": "words",
            "weights": { "title": 10.0 }, "default_language": "german", "language_override": "idioma",
        },
        doc! {
            "key": { "$**": 1 }, "name": "all_but_secrets",
            "wildcardProjection": { "address": { "city": false }, "secret": false },
        },
    ] {
        create(&db, "places", index).await;
    }
    let schema = db.schema(models![Place]);
    schema.plan().await.unwrap().apply().allow_destructive().await.unwrap();
    let again = schema.plan().await.unwrap();
    assert!(again.is_empty(), "{again}");
    let names: Vec<_> =
        found(&db).await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect();
    assert!(names.contains(&"theirs".to_owned()) && names.contains(&"words".to_owned()), "{names:?}");
    assert_eq!(names.len(), 16);
}

#[odm_test::test]
async fn a_collation_that_the_server_refuses_is_an_error_of_the_plan(db: Database) {
    // Danish strings are compared with upper case first, which needs a strength of 3.
    let collation = Collation::builder().locale("da").strength(CollationStrength::Secondary).build();
    let index = Index::new().key("name", IndexType::Ascending).collation(collation).named("danish");
    let error = db.schema(Models::new().with_indexes::<Place>([index])).plan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "plan on {}.places: the server refuses the collation of the index `danish` of `places`; its message is in \
             `server_message()` (code 2, BadValue)",
            db.name()
        )
    );
    assert!(matches!(error.schema(), Some(SchemaError::Collation { .. })));
    assert!(error.server_message().unwrap().contains("caseFirst"));
}
