//! Receivers whose history is lost, because the oplog is too small.

use std::time::Duration;

use odm::{Collection, Filter, bson::doc, live::OnLag};

use super::{Order, insert, next, opening, set};
use crate::{
    oplog::{forget, with_small_oplog},
    watch::soon,
};

/// Returns the first error.
async fn failure(mut next: impl AsyncFnMut() -> Option<odm::Error>) -> odm::Error {
    soon(async {
        loop {
            if let Some(error) = next().await {
                break error;
            }
        }
    })
    .await
}

#[tokio::test]
async fn lost_history_ends_all_receivers_and_a_cache_reads_from_the_server() {
    let server = with_small_oplog().await;
    let db = server.fresh_database("live").await.unwrap();
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 1).await;
    let fan_out = opening(&orders).await.unwrap();
    let mut other = fan_out.subscriber(Filter::all()).open().unwrap();
    let mut query = fan_out.live(Filter::all()).await.unwrap();
    let cache = fan_out.cache().open();
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 1);
    // It holds up the fan-out, which requests nothing more.
    let mut slow = fan_out.subscriber(Filter::all()).buffer(1).on_lag(OnLag::Block).open().unwrap();
    insert(&db, 2, "open", 1).await;
    insert(&db, 3, "open", 1).await;
    let change = next(&mut other).await;
    assert_eq!(*change.id().unwrap(), 2);
    let token = change.token().clone();
    soon(async {
        while fan_out.lag() < Duration::from_millis(300) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
    set(&db, 1, doc! { "total": 2 }).await;
    forget(&server, &db).await;
    assert_eq!(*next(&mut slow).await.id().unwrap(), 2);
    let error = failure(async || slow.next().await.unwrap().err()).await;
    assert_eq!((error.kind().name(), error.code()), ("HistoryLost", Some(286)));
    assert!(soon(slow.next()).await.is_none());
    let error = failure(async || other.next().await.unwrap().err()).await;
    assert_eq!(error.kind().name(), "HistoryLost");
    let error = failure(async || query.next().await.unwrap().err()).await;
    assert_eq!(error.kind().name(), "HistoryLost");
    assert!(soon(query.next()).await.is_none());
    assert_eq!(fan_out.is_running().unwrap_err().kind().name(), "HistoryLost");
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 2);
    set(&db, 1, doc! { "total": 3 }).await;
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 3);
    assert!(cache.is_empty());

    // Another fan-out cannot continue there either, and neither can one of its subscribers.
    let error = opening(&orders).start_after(token.clone()).await.unwrap_err();
    assert_eq!(error.kind().name(), "HistoryLost");
    let fan_out = opening(&orders).await.unwrap();
    let mut late = fan_out.subscriber(Filter::all()).after(token).open().unwrap();
    let error = soon(late.next()).await.unwrap().unwrap_err();
    assert_eq!(error.kind().name(), "HistoryLost");
    assert!(soon(late.next()).await.is_none());
    let query = fan_out.live(Filter::all()).await.unwrap();
    assert_eq!(query.documents().len(), 3);
    server.stop().await;
}
