//! Several instances of one subscription: one delivers the changes, the others take over.

use std::time::Duration;

use odm::{
    Collection, Database,
    bson::doc,
    subscribe::{Claim, MongoPositions, Phase, PositionStore, Term},
};

use super::{Item, acknowledged, fast, insert, next, number, silence, soon, stored};

const LEASE: Duration = Duration::from_millis(600);

#[odm_test::test]
async fn one_instance_delivers_and_another_takes_over(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "billing").lease(LEASE);
    let mut leader = open().await.unwrap();
    let mut other = open().await.unwrap();
    assert_eq!(leader.status().phase, Phase::Waiting);
    silence(&mut leader).await;
    insert(&db, 0..2).await;
    assert_eq!(acknowledged(&mut leader, 2).await, [0, 1]);
    assert_eq!(leader.status().fence, Some(1));
    silence(&mut other).await;
    assert_eq!((other.status().phase, other.status().fence), (Phase::Waiting, None));
    // The lease is renewed although nothing is polled.
    tokio::time::sleep(LEASE * 2).await;
    silence(&mut other).await;
    leader.flush().await.unwrap();
    // A crash: the lease expires.
    drop(leader);
    insert(&db, 2..3).await;
    assert_eq!(acknowledged(&mut other, 1).await, [2]);
    assert_eq!(other.status().fence, Some(2));
    // A regular end: the lease ends at once.
    let mut third = open().await.unwrap();
    silence(&mut third).await;
    other.close().await.unwrap();
    insert(&db, 3..4).await;
    assert_eq!(acknowledged(&mut third, 1).await, [3]);
    assert_eq!(third.status().fence, Some(3));
}

#[odm_test::test]
async fn a_paused_instance_cannot_overwrite_the_position_of_its_successor(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..3).await;
    let store = MongoPositions::new(&db);
    let Claim::Granted(paused) = store.claim("billing", "paused", Some(LEASE)).await.unwrap() else {
        panic!("refused")
    };
    let position = store.load("billing").await.unwrap().unwrap();
    assert!(matches!(store.claim("billing", "other", Some(LEASE)).await.unwrap(), Claim::Refused));
    assert!(matches!(store.claim("billing", "paused", Some(LEASE)).await.unwrap(), Claim::Granted(_)));
    tokio::time::sleep(LEASE + Duration::from_millis(100)).await;

    let mut successor = fast(&items, "billing").lease(LEASE).await.unwrap();
    assert_eq!(acknowledged(&mut successor, 3).await, [0, 1, 2]);
    successor.flush().await.unwrap();
    let before = stored(&db, "billing").await;
    assert_eq!(before.get_i64("fence").unwrap(), paused.fence() + 1);
    let error = store.save("billing", &position, &paused).await.unwrap_err();
    assert!(error.is_superseded());
    // The same number under another owner, as after a rollback, does not match either.
    let forged = Term::new("paused", paused.fence() + 1, Some(LEASE));
    assert!(store.save("billing", &position, &forged).await.unwrap_err().is_superseded());
    store.release("billing", &forged).await.unwrap();
    let after = stored(&db, "billing").await;
    assert_eq!(after.get_document("position").unwrap(), before.get_document("position").unwrap());
    assert!(after.contains_key("until"));
}

#[odm_test::test]
async fn an_instance_that_lost_its_lease_waits_for_the_next(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "billing").lease(LEASE);
    let mut paused = open().await.unwrap();
    silence(&mut paused).await;
    insert(&db, 0..1).await;
    let held = next(&mut paused).await;
    // As if this instance was paused for longer than its lease, and another one began its term.
    let positions = db.driver().collection::<odm::bson::Document>("odm_subscriptions");
    let stolen = doc! { "$set": { "owner": "another", "until": odm::bson::DateTime::now() }, "$inc": { "fence": 1_i64 } };
    positions.update_one(doc! { "_id": "billing" }, stolen).await.unwrap();
    held.ack();
    // The change was not stored as handled, so it is delivered again in the next term.
    let again = next(&mut paused).await;
    assert_eq!(number(&again), 0);
    again.ack();
    assert_eq!(paused.status().fence, Some(3));
    assert_eq!(stored(&db, "billing").await.get_i64("fence").unwrap(), 3);
}

#[odm_test::test]
async fn without_a_lease_the_last_instance_delivers(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut first = fast(&items, "billing").await.unwrap();
    insert(&db, 0..2).await;
    assert_eq!(acknowledged(&mut first, 1).await, [0]);
    first.flush().await.unwrap();
    let mut second = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut second, 1).await, [1]);
    assert!(first.flush().await.unwrap_err().is_superseded());
    let error = soon(async {
        loop {
            match first.next().await.unwrap() {
                Ok(change) => change.ack(),
                Err(error) => break error,
            }
        }
    })
    .await;
    assert!(error.is_superseded(), "{error:?}");
    assert!(soon(first.next()).await.is_none());
}

#[odm_test::test]
async fn simultaneous_claims_have_one_winner(db: Database) {
    let store = MongoPositions::new(&db).collection("claims");
    for round in 0..10 {
        let name = format!("name{round}");
        let claims = (0..8).map(|owner| {
            let (store, name) = (store.clone(), name.clone());
            tokio::spawn(async move { store.claim(&name, &format!("owner{owner}"), Some(LEASE)).await })
        });
        let mut granted = 0;
        for claim in claims.collect::<Vec<_>>() {
            match claim.await.unwrap().unwrap() {
                Claim::Granted(term) => {
                    assert_eq!((term.fence(), term.lease()), (1, Some(LEASE)));
                    assert!(term.owner().starts_with("owner"));
                    granted += 1;
                }
                Claim::Refused => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(granted, 1, "{name}");
        store.remove(&name).await.unwrap();
        assert_eq!(store.load(&name).await.unwrap(), None);
    }
}
