//! Members of a replica set that were copied again from others, whose oplog begins with the copy.

use odm::{
    Collection, ErrorKind,
    subscribe::{Incident, OnHistoryLost},
};
use odm_test::ReplicaSet;

use super::{Item, acknowledged, fast, hard_cases::Incidents, insert, silence, soon};

/// An election can lose the history that the position needs, although no oplog is too small. What is open has a newer
/// position, and continues.
#[tokio::test]
async fn a_resynced_primary_does_not_have_the_history_of_an_older_position() {
    let set = ReplicaSet::start().await.unwrap();
    let db = set.fresh_database("positions").await.unwrap();
    let items: Collection<Item> = db.collection();
    for name in ["fail", "skip", "again"] {
        fast(&items, name).await.unwrap().close().await.unwrap();
    }
    let mut open = fast(&items, "open").await.unwrap();
    let mut stream = items.watch().await.unwrap();
    insert(&db, 0..3).await;
    assert_eq!(acknowledged(&mut open, 3).await, [0, 1, 2]);
    for _ in 0..3 {
        assert!(soon(stream.next()).await.unwrap().is_ok());
    }

    for (id, member) in (3..).zip(set.members()) {
        member.stop().await.unwrap();
        member.resync().await.unwrap();
        // After the copy, so that the positions of what is open are newer than it.
        insert(&db, id..id + 1).await;
        assert_eq!(acknowledged(&mut open, 1).await, [id]);
        assert!(soon(stream.next()).await.unwrap().is_ok());
    }
    silence(&mut open).await;
    let incidents = Incidents::default();
    let error = incidents.of(fast(&items, "fail")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::HistoryLost), "{error:?}");
    assert_eq!(error.code(), Some(286));
    let [Incident::HistoryLost { after: Some(_), code: Some(286), policy: OnHistoryLost::Fail, .. }] =
        &incidents.take()[..]
    else {
        panic!("another incident")
    };
    let mut skipping = fast(&items, "skip").on_history_lost(OnHistoryLost::SkipToNow).await.unwrap();
    let policy = OnHistoryLost::DeliverExistingDocuments;
    let mut again = fast(&items, "again").on_history_lost(policy).await.unwrap();
    insert(&db, 6..7).await;
    assert_eq!(acknowledged(&mut skipping, 1).await, [6]);
    assert_eq!(acknowledged(&mut again, 7).await, [0, 1, 2, 3, 4, 5, 6]);
    silence(&mut again).await;
    set.stop().await;
}
