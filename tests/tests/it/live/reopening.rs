//! Streams that are opened again after a drop, also while no server is available, and by a subscriber that catches up.

use std::time::Duration;

use odm::{
    Collection, Database, Filter, bson::doc, live::Subscriber, mongodb::options::ClientOptions,
    subscribe::OnInvalidate, watch::Event,
};
use odm_test::Server;

use super::{Order, insert, next, opening, plain};
use crate::{
    failing::{fail, own},
    watch::soon,
};

/// Returns the orders through a client that fail points select by its name.
async fn watching(server: &Server, app: &str) -> Collection<Order> {
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(app.to_owned());
    Database::connect_with(options, "reopening").unwrap().collection()
}

/// Returns the names of the next changes.
async fn kinds(changes: &mut Subscriber<Order>, count: usize) -> Vec<&'static str> {
    let mut kinds = Vec::new();
    for _ in 0..count {
        kinds.push(match next(changes).await.event() {
            Event::Insert(_) => "insert",
            Event::Drop => "drop",
            Event::Invalidate => "invalidate",
            _ => "other",
        });
    }
    kinds
}

/// The server is away longer than a stream waits that is opened for the first time.
#[tokio::test]
async fn a_fan_out_waits_for_a_server_after_a_drop() {
    let server = own().await;
    let orders = watching(&server, "reopening").await;
    let db = orders.database().clone();
    insert(&db, 1, "open", 1).await;
    let fan_out = opening(&orders).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    let broken = doc! { "closeConnection": true };
    fail(&server, "reopening", doc! { "times": 5 }, &["aggregate"], broken).await;
    let client = server.client().await.unwrap();
    let plain = client.database("reopening").collection::<odm::bson::Document>("orders");
    plain.drop().await.unwrap();
    plain.insert_one(doc! { "_id": 2, "status": "open", "total": 1 }).await.unwrap();
    assert_eq!(kinds(&mut all, 3).await, ["drop", "invalidate", "insert"]);
    assert!(fan_out.is_running().unwrap());
    server.stop().await;
}

#[tokio::test]
async fn a_fan_out_waits_no_longer_than_the_outage_may_be() {
    let server = own().await;
    let orders = watching(&server, "outage").await;
    let db = orders.database().clone();
    insert(&db, 1, "open", 1).await;
    let fan_out = opening(&orders).max_outage(Duration::from_millis(700)).await.unwrap();
    let mut all = fan_out.subscriber(Filter::all()).open().unwrap();
    let broken = doc! { "closeConnection": true };
    fail(&server, "outage", "alwaysOn", &["aggregate"], broken).await;
    plain(&db).drop().await.unwrap();
    assert_eq!(kinds(&mut all, 2).await, ["drop", "invalidate"]);
    let error = soon(all.next()).await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error:?}");
    assert!(soon(all.next()).await.is_none());
    assert!(fan_out.is_running().is_err());
    server.stop().await;
}

#[odm_test::test]
async fn a_subscriber_catches_up_across_a_drop(db: Database) {
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 1).await;
    for policy in [OnInvalidate::Continue, OnInvalidate::Stop, OnInvalidate::Fail] {
        let fan_out = opening(&orders).on_invalidate(policy).await.unwrap();
        let mut first = fan_out.subscriber(Filter::all()).open().unwrap();
        insert(&db, 2, "open", 1).await;
        let token = next(&mut first).await.token().clone();
        insert(&db, 3, "open", 1).await;
        plain(&db).drop().await.unwrap();
        insert(&db, 1, "open", 1).await;
        // The fan-out of the token, which has continued or ended, and one of the next collection.
        assert_eq!(kinds(&mut first, 3).await, ["insert", "drop", "invalidate"]);
        let next_one = opening(&orders).on_invalidate(policy).await.unwrap();
        for fan_out in [&fan_out, &next_one] {
            let mut late = fan_out.subscriber(Filter::all()).after(token.clone()).open().unwrap();
            assert_eq!(kinds(&mut late, 3).await, ["insert", "drop", "invalidate"], "{policy:?}");
            match policy {
                OnInvalidate::Stop => assert!(soon(late.next()).await.is_none()),
                OnInvalidate::Fail => {
                    let error = soon(late.next()).await.unwrap().unwrap_err();
                    assert_eq!(error.kind().name(), "Invalidated");
                    assert!(soon(late.next()).await.is_none());
                }
                _ => assert_eq!(*next(&mut late).await.id().unwrap(), 1),
            }
        }
        if policy == OnInvalidate::Continue {
            let mut late = next_one.subscriber(Filter::all()).after(token).open().unwrap();
            insert(&db, 4, "open", 1).await;
            assert_eq!(kinds(&mut late, 5).await, ["insert", "drop", "invalidate", "insert", "insert"]);
        }
    }
}
