//! Leases while a term begins and ends.

use std::time::Duration;

use odm::{Collection, Database, bson::doc, subscribe::Phase};

use super::{Item, acknowledged, fast, hard_cases::named, insert, silence, soon, stored};
use crate::failing::{fail, own};

const LEASE: Duration = Duration::from_millis(1500);

/// The server may search a long part of the oplog before it replies.
#[tokio::test]
async fn a_lease_is_renewed_while_the_source_opens() {
    let server = own().await;
    let db = server.fresh_database("opening").await.unwrap();
    let slow = named(&server, &db, "opening").await;
    let items: Collection<Item> = db.collection();
    fast(&items, "billing").await.unwrap().close().await.unwrap();
    let block = doc! { "blockConnection": true, "blockTimeMS": 3000 };
    fail(&server, "opening", doc! { "times": 1 }, &["aggregate"], block).await;
    let first = tokio::spawn(async move {
        let items: Collection<Item> = slow.collection();
        let mut first = fast(&items, "billing").lease(LEASE).await.unwrap();
        let numbers = acknowledged(&mut first, 1).await;
        (numbers, first.status().fence)
    });
    let claimed = async {
        while stored(&db, "billing").await.get_i64("fence").unwrap() < 2 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(claimed).await;
    let mut other = fast(&items, "billing").lease(LEASE).await.unwrap();
    let waiting = tokio::time::timeout(LEASE * 3, other.next()).await;
    assert!(waiting.is_err(), "{waiting:?}");
    assert_eq!((other.status().phase, other.status().fence), (Phase::Waiting, None));
    insert(&db, 0..1).await;
    assert_eq!(soon(first).await.unwrap(), (vec![0], Some(2)));
    server.stop().await;
}

/// A renewal that waits while the last position is saved must not follow the release, or the next instance waits.
#[tokio::test]
async fn a_lease_is_not_renewed_after_a_close() {
    let server = own().await;
    let db = server.fresh_database("closing").await.unwrap();
    let slow = named(&server, &db, "closing").await;
    let items: Collection<Item> = slow.collection();
    // Each save takes longer than a third of the lease, so that a renewal is due during the last one.
    let block = doc! { "blockConnection": true, "blockTimeMS": 600 };
    fail(&server, "closing", "alwaysOn", &["update"], block).await;
    for round in 0..6 {
        let mut changes = fast(&items, "billing").lease(LEASE).await.unwrap();
        let begun = async {
            while changes.status().fence.is_none() {
                let waiting = tokio::time::timeout(Duration::from_millis(20), changes.next()).await;
                assert!(waiting.is_err(), "{waiting:?}");
            }
        };
        soon(begun).await;
        tokio::time::sleep(Duration::from_millis(100 * round)).await;
        changes.close().await.unwrap();
        tokio::time::sleep(Duration::from_millis(800)).await;
        let stored = stored(&db, "billing").await;
        assert!(!stored.contains_key("until"), "round {round}: {stored}");
    }
    server.stop().await;
}

/// The times are those of the server: the end of the lease of a dropped instance, and the claim of its successor.
#[odm_test::test]
async fn a_successor_claims_when_the_lease_has_ended(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "billing").lease(LEASE);
    let mut leader = open().await.unwrap();
    silence(&mut leader).await;
    let mut other = open().await.unwrap();
    let waiting = tokio::spawn(async move { acknowledged(&mut other, 1).await });
    tokio::time::sleep(LEASE).await;
    drop(leader);
    insert(&db, 0..1).await;
    let mut ended = None;
    let until = soon(async {
        loop {
            let stored = stored(&db, "billing").await;
            let until = stored.get_datetime("until").unwrap().timestamp_millis();
            match stored.get_i64("fence").unwrap() {
                1 => ended = Some(until),
                _ => break until,
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    // A claim sets the end of the lease, so it was made one lease before that. On a slow machine, the lease may have ended
    // before it was read.
    let claimed = until - i64::try_from(LEASE.as_millis()).unwrap();
    assert!(ended.is_none_or(|ended| claimed >= ended), "claimed at {claimed}, before {ended:?}");
    assert_eq!(soon(waiting).await.unwrap(), [0]);
}
