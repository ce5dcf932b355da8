//! Positions: what is delivered again after a crash, and what is not.

use std::time::Duration;

use odm::{
    Collection, Database, ErrorKind,
    bson::{Timestamp, doc},
    mongodb::options::ChangeStreamOptions,
    subscribe::{Beginning, FilePositions, MemoryPositions, Phase, PositionStore, superseded},
    watch::Event,
};

use super::{Item, acknowledged, fast, insert, next, number, plain, silence, soon, stored};

#[odm_test::test]
async fn what_is_not_acknowledged_is_delivered_again_after_a_crash(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = fast(&items, "billing").await.unwrap();
    insert(&db, 1..5).await;
    assert_eq!(acknowledged(&mut changes, 2).await, [1, 2]);
    let third = next(&mut changes).await;
    let key = third.key().to_owned();
    assert_eq!((number(&third), third.is_existing(), third.attempt()), (3, false, 1));
    changes.flush().await.unwrap();
    drop((third, changes));

    insert(&db, 5..6).await;
    let mut changes = fast(&items, "billing").await.unwrap();
    let third = next(&mut changes).await;
    assert_eq!((number(&third), third.key()), (3, key.as_str()), "the key is the same again");
    third.ack();
    assert_eq!(acknowledged(&mut changes, 2).await, [4, 5]);
    changes.close().await.unwrap();

    let mut changes = fast(&items, "billing").await.unwrap();
    silence(&mut changes).await;
    assert_eq!(changes.status().phase, Phase::Streaming);
    let mut others = fast(&items, "shipping").begin(Beginning::Now).await.unwrap();
    insert(&db, 6..7).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [6]);
    assert_eq!(acknowledged(&mut others, 1).await, [6]);
}

#[odm_test::test]
async fn a_new_subscription_that_crashes_at_once_loses_nothing(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..3).await;
    let mut changes = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 3).await, [0, 1, 2]);
}

#[odm_test::test]
async fn changes_are_acknowledged_in_any_order(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").await.unwrap();
    insert(&db, 0..4).await;
    let first = next(&mut changes).await;
    let second = next(&mut changes).await;
    let third = next(&mut changes).await;
    third.ack();
    second.ack();
    assert_eq!(changes.status().unacknowledged, 1);
    drop(first);
    changes.flush().await.unwrap();
    drop(changes);
    let mut changes = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 4).await, [0, 1, 2, 3]);
    let status = changes.status();
    assert_eq!((status.unacknowledged, status.delivered, status.dead_letters), (0, 4, 0));
    assert!(status.lag().is_some_and(|lag| lag < Duration::from_secs(5)), "{status:?}");
    assert!(status.position.unwrap().token().is_some());
}

#[odm_test::test]
async fn every_store_keeps_the_position(db: Database) {
    let items: Collection<Item> = db.collection();
    let directory = std::env::temp_dir().join(format!("odm-positions-{}", db.name()));
    let (memory, files) = (MemoryPositions::new(), FilePositions::new(&directory));
    insert(&db, 0..1).await;
    for round in 0..2 {
        let expected: Vec<_> = if round == 0 { (1..3).collect() } else { (3..5).collect() };
        let mut in_memory = fast(&items, "a/b ü").positions(memory.clone()).await.unwrap();
        let mut in_files = fast(&items, "a/b ü").positions(files.clone()).await.unwrap();
        let mut in_collection = fast(&items, "a/b ü").await.unwrap();
        insert(&db, expected[0]..expected[1] + 1).await;
        for changes in [&mut in_memory, &mut in_files, &mut in_collection] {
            assert_eq!(acknowledged(changes, 2).await, expected);
            changes.flush().await.unwrap();
        }
    }
    assert!(directory.join("a%2Fb%20%C3%BC.position").exists());
    files.remove("a/b ü").await.unwrap();
    files.remove("a/b ü").await.unwrap();
    assert_eq!(files.load("a/b ü").await.unwrap(), None);
    std::fs::write(directory.join("x.position"), "not BSON").unwrap();
    let error = files.load("x").await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "the position of the subscription cannot be stored or read: the file is not a BSON document"
    );
    std::fs::remove_dir_all(&directory).unwrap();
    std::fs::write(&directory, "a file where the directory should be").unwrap();
    let error = fast(&items, "a").positions(files.clone()).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::PositionStore(_)), "{error:?}");
    assert!(error.to_string().contains("the file cannot be used: "), "{error}");
    std::fs::remove_file(&directory).unwrap();
    memory.remove("a/b ü").await.unwrap();
    assert_eq!(memory.load("a/b ü").await.unwrap(), None);
    assert!(superseded().is_superseded());
}

#[odm_test::test]
async fn the_position_advances_although_the_collection_is_quiet(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").await.unwrap();
    let before = stored(&db, "billing").await;
    let waits = tokio::spawn(async move { changes.next().await.is_none() });
    let others = db.driver().collection("others");
    soon(async {
        loop {
            others.insert_one(doc! { "x": 1 }).await.unwrap();
            let now = stored(&db, "billing").await;
            if now.get_document("position").unwrap() != before.get_document("position").unwrap() {
                break;
            }
        }
    })
    .await;
    assert!(!waits.is_finished());
    waits.abort();
}

#[odm_test::test]
async fn a_subscription_begins_at_a_time_or_after_a_token(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut watch = items.watch().await.unwrap();
    insert(&db, 0..3).await;
    let mut seen = Vec::new();
    for _ in 0..3 {
        seen.push(soon(watch.next()).await.unwrap().unwrap());
    }
    let time: Timestamp = seen[1].cluster_time().unwrap();
    let mut from_time = fast(&items, "time").begin(Beginning::At(time)).await.unwrap();
    assert_eq!(acknowledged(&mut from_time, 2).await, [1, 2]);
    let after = Beginning::After(seen[1].token().clone());
    let mut from_token = fast(&items, "token").begin(after.clone()).await.unwrap();
    assert_eq!(acknowledged(&mut from_token, 1).await, [2]);
    from_token.close().await.unwrap();
    let mut again = fast(&items, "token").begin(after).await.unwrap();
    silence(&mut again).await;
}

#[odm_test::test]
async fn a_consumer_that_acknowledges_nothing_is_stopped(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").max_unacknowledged(2).await.unwrap();
    insert(&db, 0..3).await;
    let first = next(&mut changes).await;
    let second = next(&mut changes).await;
    silence(&mut changes).await;
    second.ack();
    silence(&mut changes).await;
    first.ack();
    let third = next(&mut changes).await;
    assert_eq!(number(&third), 2);
    insert(&db, 3..5).await;
    drop(third);
    drop(next(&mut changes).await);
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "subscribe on {}.items: at most 2 changes may wait for their acknowledgement, and the first of those that \
             wait was dropped: acknowledge each change with `ack()`, or open the subscription again to have it \
             delivered again; nothing was sent",
            db.name()
        )
    );
}

#[odm_test::test]
async fn arguments_that_are_not_valid_are_refused(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut options = ChangeStreamOptions::default();
    options.start_at_operation_time = Some(Timestamp { time: 1, increment: 1 });
    for (subscribe, message) in [
        (items.subscribe(""), "the name of the subscription is empty"),
        (items.subscribe("a").lease(Duration::from_millis(99)), "the lease is shorter than 100 milliseconds"),
        (
            items.subscribe("a").with_options(options),
            "the options contain the start of a change stream: set where a new subscription begins with `begin`",
        ),
    ] {
        let error = subscribe.await.unwrap_err();
        assert_eq!(error.to_string(), format!("{message}; nothing was sent"));
    }
    let mut changes =
        items.subscribe("a").positions(MemoryPositions::new()).lease(Duration::from_secs(1)).await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(
        error.to_string().contains(
            "this store of positions has no leases: use `MongoPositions`, or open the subscription without `lease`"
        ),
        "{error}"
    );
    assert!(soon(changes.next()).await.is_none());
}

#[odm_test::test]
async fn a_change_that_does_not_fit_is_returned_again_until_it_is_skipped(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").await.unwrap();
    plain(&db).insert_one(doc! { "n": "one" }).await.unwrap();
    insert(&db, 2..3).await;
    assert_eq!(changes.skip(), None);
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert!(soon(changes.next()).await.unwrap().unwrap_err().is_decode());
    assert!(changes.skip().is_some());
    assert_eq!(changes.skip(), None);
    let change = next(&mut changes).await;
    assert_eq!(change.ack_into_row().event(), &Event::Insert(Item { id: id_of(&db, 2).await, n: 2 }));
}

async fn id_of(db: &Database, n: i32) -> odm::Id<Item> {
    let found = plain(db).find_one(doc! { "n": n }).await.unwrap().unwrap();
    odm::Id::from(found.get_object_id("_id").unwrap())
}
