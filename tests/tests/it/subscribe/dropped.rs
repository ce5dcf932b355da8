//! Collections and databases that are dropped or renamed.

use odm::{
    Collection, Database, ErrorKind,
    bson::doc,
    subscribe::{Incident, MongoPositions, OnInvalidate},
    watch::Event,
};
use odm_test::Server;

use super::{Item, acknowledged, fast, hard_cases::Incidents, insert, next, plain, silence, soon};

#[odm_test::test]
async fn a_dropped_collection_is_followed_by_its_successor(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let incidents = Incidents::default();
    let mut changes = incidents.of(fast(&items, "a")).await.unwrap();
    plain(&db).drop().await.unwrap();
    insert(&db, 1..2).await;
    for expected in [Event::Drop, Event::Invalidate] {
        let change = next(&mut changes).await;
        assert_eq!(change.event(), &expected);
        change.ack();
    }
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
    assert!(matches!(incidents.take()[..], [Incident::Invalidated { policy: OnInvalidate::Continue, .. }]));
    changes.close().await.unwrap();

    // The stored position may be that of the invalidate event itself.
    let mut changes = fast(&items, "a").await.unwrap();
    plain(&db).drop().await.unwrap();
    next(&mut changes).await.ack();
    next(&mut changes).await.ack();
    silence(&mut changes).await;
    changes.close().await.unwrap();
    insert(&db, 2..3).await;
    let mut changes = fast(&items, "a").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [2]);
}

#[odm_test::test]
async fn a_renamed_collection_stops_or_fails_the_subscription(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut stopping = fast(&items, "stop").on_invalidate(OnInvalidate::Stop).await.unwrap();
    let mut failing = fast(&items, "fail").on_invalidate(OnInvalidate::Fail).await.unwrap();
    let mut filtered = fast(&items, "filtered")
        .on_invalidate(OnInvalidate::Stop)
        .stage(doc! { "$match": { "operationType": "insert" } })
        .await
        .unwrap();
    let (from, to) = (format!("{}.items", db.name()), format!("{}.things", db.name()));
    let rename = doc! { "renameCollection": from, "to": to };
    db.driver().client().database("admin").run_command(rename).await.unwrap();
    for changes in [&mut stopping, &mut failing] {
        assert!(matches!(next(changes).await.event(), Event::Rename { .. }));
        assert_eq!(next(changes).await.event(), &Event::Invalidate);
    }
    assert!(soon(stopping.next()).await.is_none());
    let error = soon(failing.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
    assert!(soon(failing.next()).await.is_none());
    assert!(soon(filtered.next()).await.is_none());
}

async fn rename(db: &Database, from: &str, to: &str) {
    let (from, to) = (format!("{}.{from}", db.name()), format!("{}.{to}", db.name()));
    let rename = doc! { "renameCollection": from, "to": to, "dropTarget": true };
    db.driver().client().database("admin").run_command(rename).await.unwrap();
}

#[odm_test::test]
async fn a_renamed_collection_is_followed_by_its_successor(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let incidents = Incidents::default();
    let mut changes = incidents.of(fast(&items, "a")).await.unwrap();
    rename(&db, "items", "things").await;
    db.driver().collection("things").insert_one(doc! { "n": 9 }).await.unwrap();
    insert(&db, 1..3).await;
    assert!(matches!(next(&mut changes).await.event(), Event::Rename { .. }));
    // The process ends before the invalidate event is acknowledged.
    drop(changes);
    let mut changes = incidents.of(fast(&items, "a")).await.unwrap();
    let change = next(&mut changes).await;
    assert!(matches!(change.event(), Event::Rename { .. }));
    change.ack();
    let change = next(&mut changes).await;
    assert_eq!(change.event(), &Event::Invalidate);
    change.ack();
    assert_eq!(acknowledged(&mut changes, 2).await, [1, 2], "not the change of the renamed collection");
    silence(&mut changes).await;
    assert!(matches!(incidents.take()[..], [Incident::Invalidated { policy: OnInvalidate::Continue, .. }]));
}

#[odm_test::test]
async fn a_collection_that_takes_the_name_of_another_is_followed(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = fast(&items, "a").await.unwrap();
    db.driver().collection("prepared").insert_one(doc! { "n": 7 }).await.unwrap();
    rename(&db, "prepared", "items").await;
    insert(&db, 1..2).await;
    let mut events = Vec::new();
    loop {
        let change = next(&mut changes).await;
        events.push(change.event().clone());
        change.ack();
        if let Event::Insert(item) = events.last().unwrap() {
            assert_eq!(item.n, 1);
            break;
        }
    }
    assert_eq!(events[events.len() - 2], Event::Invalidate, "{events:?}");
}

#[odm_test::test]
async fn a_dropped_database_is_followed_if_the_positions_are_in_another(db: Database, server: Server) {
    let elsewhere = server.fresh_database("positions").await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "a").positions(MongoPositions::new(&elsewhere));
    insert(&db, 0..1).await;
    let mut changes = open().await.unwrap();
    db.driver().drop().await.unwrap();
    insert(&db, 1..2).await;
    for expected in [Event::Drop, Event::Invalidate] {
        let change = next(&mut changes).await;
        assert_eq!(change.event(), &expected);
        change.ack();
    }
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
    changes.close().await.unwrap();
    db.driver().drop().await.unwrap();
    insert(&db, 2..3).await;
    let mut changes = open().await.unwrap();
    next(&mut changes).await.ack();
    next(&mut changes).await.ack();
    assert_eq!(acknowledged(&mut changes, 1).await, [2]);
    elsewhere.driver().drop().await.unwrap();
}

#[odm_test::test]
async fn a_database_that_is_dropped_with_its_positions_ends_the_subscription(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = fast(&items, "a").await.unwrap();
    db.driver().drop().await.unwrap();
    let error = soon(async {
        loop {
            match changes.next().await.unwrap() {
                Ok(change) => change.ack(),
                Err(error) => break error,
            }
        }
    })
    .await;
    assert!(error.is_superseded(), "{error:?}");
    assert!(soon(changes.next()).await.is_none());
}
