//! The existing documents, then the changes: no gap, and nothing twice.

use std::{collections::BTreeMap, time::Duration};

use odm::{
    Collection, Database, Model, Shape,
    bson::{Bson, Document, doc, oid::ObjectId},
    mongodb::change_stream::event::OperationType,
    subscribe::{Beginning, Phase, Subscription},
    watch::{Change, Event, ResumeToken},
};
use odm_test::Server;

use super::{Item, acknowledged, fast, insert, next, number, plain, silence, soon};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "counters")]
struct Counter {
    #[odm(id)]
    key: Bson,
    n: i64,
}

#[odm_test::test]
async fn existing_documents_are_inserts_by_id(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..5).await;
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).batch_size(2).await.unwrap();
    let mut keys = Vec::new();
    let mut token = None;
    for n in 0..5 {
        let change = next(&mut changes).await;
        assert_eq!((number(&change), change.is_existing()), (n, true));
        assert!(change.cluster_time().is_some() && change.wall_time().is_some());
        assert_eq!(changes.status().phase, Phase::ExistingDocuments);
        assert_eq!(change.raw().get_document("ns").unwrap().get_str("coll").unwrap(), "items");
        token = Some(change.token().clone());
        keys.push(change.key().to_owned());
        change.ack();
    }
    assert!(keys.is_sorted());
    insert(&db, 5..7).await;
    // The token of a document is the position of the stream when the documents were first read.
    let mut from_token = items.watch().start_after(token).await.unwrap();
    assert!(matches!(
        soon(from_token.next()).await.unwrap().unwrap().event(),
        Event::Insert(Item { n: 5, .. })
    ));
    let change = next(&mut changes).await;
    assert_eq!((number(&change), change.is_existing()), (5, false));
    assert!(change.key() > keys[4].as_str());
    change.ack();
    changes.close().await.unwrap();
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [6]);
    silence(&mut changes).await;
}

#[odm_test::test]
async fn a_copy_continues_in_the_middle(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..6).await;
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
    let third = next(&mut changes).await;
    let key = third.key().to_owned();
    changes.flush().await.unwrap();
    drop((third, changes));
    // Changes of documents that were copied, and of documents that were not.
    plain(&db).update_one(doc! { "n": 0 }, doc! { "$set": { "n": 10 } }).await.unwrap();
    plain(&db).update_one(doc! { "n": 5 }, doc! { "$set": { "n": 15 } }).await.unwrap();
    plain(&db).delete_one(doc! { "n": 4 }).await.unwrap();
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).await.unwrap();
    let third = next(&mut changes).await;
    assert_eq!((number(&third), third.key()), (2, key.as_str()));
    third.ack();
    assert_eq!(acknowledged(&mut changes, 2).await, [3, 15]);
    let update = next(&mut changes).await;
    assert!(matches!(update.event(), Event::Update { .. }), "{update:?}");
    assert_eq!(update.document_key(), Some(&*odm::bson::rawdoc! { "_id": id_of(&db, 10).await }));
    update.ack();
    silence(&mut changes).await;
    changes.close().await.unwrap();
    insert(&db, 7..8).await;
    let mut changes = fast(&items, "copy").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [7]);
}

/// The keys depend on the time of the first snapshot, which is saved before the first document is delivered.
#[odm_test::test]
async fn keys_are_the_same_after_a_crash_before_the_first_acknowledgement(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..3).await;
    let open = || {
        let wait = Duration::from_millis(50);
        items.subscribe("early").begin(Beginning::ExistingDocuments).max_await_time(wait)
    };
    let mut changes = open().await.unwrap();
    let first = next(&mut changes).await;
    let key = first.key().to_owned();
    drop((first, changes));
    // Another snapshot would have another time.
    insert(&db, 3..4).await;
    let mut changes = open().await.unwrap();
    let again = next(&mut changes).await;
    assert_eq!((number(&again), again.key()), (0, key.as_str()));
    again.ack();
    assert_eq!(acknowledged(&mut changes, 3).await, [1, 2, 3]);
    silence(&mut changes).await;
}

async fn id_of(db: &Database, n: i32) -> ObjectId {
    plain(db).find_one(doc! { "n": n }).await.unwrap().unwrap().get_object_id("_id").unwrap()
}

#[derive(Debug, PartialEq, Shape)]
struct Large {
    #[odm(id)]
    token: ResumeToken,
    n: Option<i32>,
}

#[odm_test::test]
async fn a_pipeline_applies_to_documents_and_changes(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..4).await;
    let open = || {
        items
            .subscribe("large")
            .begin(Beginning::ExistingDocuments)
            .max_await_time(Duration::from_millis(50))
            .pipeline(|changes| {
                changes
                    .matching(|c| c.operation_type().eq(OperationType::Insert) & c.full_document().n().gte(2))
                    .project(|c| LargeOf { token: c.id(), n: c.full_document().n() })
            })
    };
    let mut changes = open().await.unwrap();
    let mut seen = Vec::new();
    for round in 0..3 {
        // The snapshot exists when the first document arrives.
        if round == 1 {
            insert(&db, 0..6).await;
        }
        let change = soon(changes.next()).await.unwrap().unwrap();
        seen.push((change.n, change.is_existing()));
        change.ack();
    }
    changes.close().await.unwrap();
    let mut changes = open().await.unwrap();
    for _ in 0..3 {
        let change = soon(changes.next()).await.unwrap().unwrap();
        seen.push((change.n, change.is_existing()));
        change.ack();
    }
    assert_eq!(
        seen,
        [
            (Some(2), true),
            (Some(3), true),
            (Some(2), false),
            (Some(3), false),
            (Some(4), false),
            (Some(5), false)
        ]
    );
}

#[odm_test::test]
async fn an_empty_collection_has_only_changes(db: Database) {
    let items: Collection<Item> = db.collection();
    plain(&db).insert_one(doc! { "n": 1 }).await.unwrap();
    plain(&db).delete_many(doc! {}).await.unwrap();
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).await.unwrap();
    silence(&mut changes).await;
    insert(&db, 7..8).await;
    let change = next(&mut changes).await;
    assert_eq!((number(&change), change.is_existing()), (7, false));
}

/// Applies a change as a consumer that counts: an insert must be new, an update must be of a known document.
fn apply(copy: &mut BTreeMap<String, i64>, change: &Change<Counter>) {
    let key = |id: &Bson| id.to_string();
    match change.event() {
        Event::Insert(counter) => {
            let before = copy.insert(key(&counter.key), counter.n);
            assert_eq!(before, None, "inserted twice: {counter:?}");
        }
        Event::Update { id, update_description, .. } => {
            let stored = copy.get_mut(&key(id)).expect("an update of a known document");
            // Each update adds one, so an update that is lost or applied twice is seen at once.
            let n = update_description.updated_fields.get_i64("n").unwrap();
            assert_eq!(n, *stored + 1, "{id}");
            *stored = n;
        }
        Event::Delete { id, .. } => {
            copy.remove(&key(id)).expect("a delete of a known document");
        }
        other => panic!("{other:?}"),
    }
}

/// The ids of several types, in a random order.
fn ids() -> Vec<Bson> {
    let mut ids: Vec<Bson> = Vec::new();
    for n in 0..60 {
        ids.push(Bson::Int32(n));
        ids.push(Bson::String(format!("id {n}")));
        ids.push(Bson::ObjectId(ObjectId::new()));
        ids.push(Bson::Document(doc! { "n": n }));
        ids.push(Bson::Double(f64::from(n) + 0.5));
    }
    ids
}

/// Copies a collection that two writers change all the time, with crashes in the middle, and compares.
#[odm_test::test]
async fn a_copy_with_concurrent_writers_is_the_collection(db: Database) {
    for round in 0..6_u32 {
        let name = format!("copy{round}");
        let source = db.driver().collection::<Document>("counters");
        source.drop().await.unwrap();
        let ids = ids();
        let all: Vec<_> = ids.iter().map(|id| doc! { "_id": id.clone(), "n": 0_i64 }).collect();
        source.insert_many(all).await.unwrap();
        let writers: Vec<_> = (0..2)
            .map(|writer| {
                let (source, ids) = (source.clone(), ids.clone());
                tokio::spawn(async move {
                    for step in 0..250_usize {
                        // Each writer has its own documents, so that an insert never fails.
                        let id =
                            &ids[(step * 7 + usize::try_from(round).unwrap()) % (ids.len() / 2) * 2 + writer];
                        let filter = doc! { "_id": id.clone() };
                        if step % 5 == 4 {
                            source.delete_one(filter.clone()).await.unwrap();
                            source.insert_one(doc! { "_id": id.clone(), "n": 0_i64 }).await.unwrap();
                        } else {
                            source.update_one(filter, doc! { "$inc": { "n": 1_i64 } }).await.unwrap();
                        }
                    }
                })
            })
            .collect();

        let counters: Collection<Counter> = db.collection();
        let open = || {
            counters
                .subscribe(&name)
                .begin(Beginning::ExistingDocuments)
                .batch_size(10)
                .save_every(1, Duration::from_secs(60))
                .max_await_time(Duration::from_millis(50))
        };
        let mut copy = BTreeMap::new();
        let mut changes: Subscription<Counter> = open().await.unwrap();
        let mut count = 0;
        // A crash after each 40 documents. What is delivered but not acknowledged is not applied.
        loop {
            let change = soon(changes.next()).await.unwrap().unwrap();
            apply(&mut copy, &change);
            let is_existing = change.is_existing();
            change.ack();
            count += 1;
            if !is_existing {
                break;
            }
            if count % 40 == 0 {
                changes.flush().await.unwrap();
                drop(changes);
                tokio::time::sleep(Duration::from_millis(20)).await;
                changes = open().await.unwrap();
            }
        }
        for writer in writers {
            writer.await.unwrap();
        }
        source.insert_one(doc! { "_id": "the end", "n": -1_i64 }).await.unwrap();
        loop {
            let change = soon(changes.next()).await.unwrap().unwrap();
            let is_end = matches!(change.event(), Event::Insert(Counter { n: -1, .. }));
            apply(&mut copy, &change);
            change.ack();
            if is_end {
                break;
            }
        }
        let mut stored = BTreeMap::new();
        let mut cursor = source.find(doc! {}).await.unwrap();
        while cursor.advance().await.unwrap() {
            let document = cursor.deserialize_current().unwrap();
            stored.insert(document.get("_id").unwrap().to_string(), document.get_i64("n").unwrap());
        }
        assert_eq!(copy, stored, "round {round}");
    }
}

#[odm_test::test]
async fn a_lost_snapshot_continues_in_a_new_one(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("copy").await.unwrap();
    let items: Collection<Item> = db.collection();
    let admin = server.client().await.unwrap().database("admin");
    admin.run_command(doc! { "setParameter": 1, "minSnapshotHistoryWindowInSeconds": 1 }).await.unwrap();
    insert(&db, 0..40).await;
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).batch_size(5).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 5).await, [0, 1, 2, 3, 4]);
    // The task has requested up to two more batches. The snapshot of the others is lost.
    for _ in 0..50 {
        plain(&db).update_many(doc! {}, doc! { "$inc": { "n": 100 } }).await.unwrap();
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mut copy: BTreeMap<ObjectId, i32> = BTreeMap::new();
    let mut existing = 5;
    insert(&db, -1..0).await;
    // The first five were read before the updates.
    for n in 0..5 {
        copy.insert(nth(&db, n).await, i32::try_from(n).unwrap());
    }
    let mut times = std::collections::BTreeSet::new();
    loop {
        let change = next(&mut changes).await;
        existing += usize::from(change.is_existing());
        if change.is_existing() {
            times.insert(change.cluster_time().unwrap());
        }
        let id = change.document_key().unwrap().get_object_id("_id").unwrap();
        match change.event() {
            Event::Insert(item) => {
                assert_eq!(copy.insert(id, item.n), None);
                if item.n == -1 {
                    break;
                }
            }
            Event::Update { update_description, .. } => {
                let n = update_description.updated_fields.get_i32("n").unwrap();
                let stored = copy.get_mut(&id).unwrap();
                assert_eq!(n, *stored + 100);
                *stored = n;
            }
            other => panic!("{other:?}"),
        }
        change.ack();
    }
    assert!(existing >= 40, "{existing}");
    assert!(copy.values().all(|n| *n == -1 || *n >= 5000), "{copy:?}");
    server.stop().await;
}

async fn nth(db: &Database, n: u64) -> ObjectId {
    let found = plain(db).find_one(doc! {}).sort(doc! { "_id": 1 }).skip(n).await.unwrap().unwrap();
    found.get_object_id("_id").unwrap()
}
