//! Subscribers that are slower than the changes.

use std::time::Duration;

use odm::{Database, Filter, bson::doc, live::OnLag};

use super::{insert, next, open, plain};
use crate::watch::soon;

/// Inserts orders with these ids, and waits until the first one has arrived everywhere.
async fn insert_all(db: &Database, ids: std::ops::Range<i32>) {
    for id in ids {
        insert(db, id, "open", 1).await;
    }
}

#[odm_test::test]
async fn the_oldest_changes_are_dropped_and_counted(db: Database) {
    let fan_out = open(&db).await;
    let mut slow = fan_out.subscriber(Filter::all()).buffer(3).open().unwrap();
    let mut fast = fan_out.subscriber(Filter::all()).open().unwrap();
    insert_all(&db, 0..10).await;
    for id in 0..10 {
        assert_eq!(*next(&mut fast).await.id().unwrap(), id);
    }
    // Each change is offered to the slow one first.
    assert_eq!(slow.waiting(), 3);
    let change = next(&mut slow).await;
    assert_eq!((*change.id().unwrap(), change.missed()), (7, 7));
    let change = next(&mut slow).await;
    assert_eq!((*change.id().unwrap(), change.missed()), (8, 0));
}

#[odm_test::test]
async fn a_subscriber_can_fail_without_holding_up_the_others(db: Database) {
    let fan_out = open(&db).await;
    let mut slow = fan_out.subscriber(Filter::all()).buffer(2).on_lag(OnLag::Fail).open().unwrap();
    let mut fast = fan_out.subscriber(Filter::all()).open().unwrap();
    insert_all(&db, 0..5).await;
    for id in 0..5 {
        assert_eq!(*next(&mut fast).await.id().unwrap(), id);
    }
    assert_eq!(fan_out.receivers(), 1);
    for id in 0..2 {
        assert_eq!(*next(&mut slow).await.id().unwrap(), id);
    }
    let error = soon(slow.next()).await.unwrap().unwrap_err();
    assert!(error.is_lagged());
    assert_eq!(
        error.to_string(),
        "the subscriber was slower than the changes, so its buffer was full: give it a larger buffer, or another policy"
    );
    assert!(soon(slow.next()).await.is_none());
}

#[odm_test::test]
async fn a_subscriber_can_hold_up_all(db: Database) {
    let fan_out = open(&db).await;
    let mut slow = fan_out.subscriber(Filter::all()).buffer(2).on_lag(OnLag::Block).open().unwrap();
    let mut other = fan_out.subscriber(Filter::all()).open().unwrap();
    insert_all(&db, 0..20).await;
    // The first two are in the buffer of the slow one, and the third waits for room there.
    for id in 0..2 {
        assert_eq!(*next(&mut other).await.id().unwrap(), id);
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!((slow.waiting(), other.waiting()), (2, 0));
    for id in 0..10 {
        assert_eq!(*next(&mut slow).await.id().unwrap(), id);
    }
    drop(slow);
    for id in 2..20 {
        assert_eq!(*next(&mut other).await.id().unwrap(), id, "a dropped subscriber holds up nobody");
    }
}

/// One reply can contain many changes, which are distributed later.
#[odm_test::test]
async fn the_lag_counts_from_the_reply_that_contains_a_change(db: Database) {
    insert(&db, 0, "open", 1).await;
    let fan_out = open(&db).await;
    let mut slow = fan_out.subscriber(Filter::all()).buffer(1).on_lag(OnLag::Block).open().unwrap();
    // The changes of a transaction are in one reply.
    let mut session = db.driver().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let documents = (1..6).map(|id| doc! { "_id": id, "status": "open", "total": 1 });
    plain(&db).insert_many(documents).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!(*next(&mut slow).await.id().unwrap(), 1);
    let held = Duration::from_millis(1500);
    tokio::time::sleep(held).await;
    assert_eq!(*next(&mut slow).await.id().unwrap(), 2);
    soon(async {
        while slow.waiting() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    // The third change was distributed just now.
    assert!(fan_out.lag() >= held, "{:?}", fan_out.lag());
}
