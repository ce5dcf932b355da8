//! The cache in this process.

use std::time::Duration;

use odm::{Collection, Database, bson::doc, live::Cache};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Order, delete, insert, open, opening, plain, set};
use crate::watch::soon;

/// Waits until the cache returns this.
async fn becomes(cache: &Cache<Order>, id: i32, total: Option<i32>) {
    soon(async {
        while cache.get(&id).await.unwrap().map(|order| order.total) != total {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[odm_test::test]
async fn documents_are_read_once_until_they_change(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    insert(&db, 1, "open", 10).await;
    let cache = opening(&orders).await.unwrap().cache().open();
    let reads = || commands.take().iter().filter(|command| command.contains_key("find")).count();
    for _ in 0..5 {
        assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 10);
        assert!(cache.get(&2).await.unwrap().is_none());
    }
    assert_eq!(reads(), 2, "one of each id, also of the one without a document");
    assert_eq!(cache.len(), 2);
    set(&db, 1, doc! { "total": 11 }).await;
    becomes(&cache, 1, Some(11)).await;
    insert(&db, 2, "open", 20).await;
    becomes(&cache, 2, Some(20)).await;
    assert_eq!(reads(), 2);
    delete(&db, 1).await;
    becomes(&cache, 1, None).await;
    plain(&db).drop().await.unwrap();
    becomes(&cache, 2, None).await;
}

/// The server finds `{ _id: 3.0 }` by the id 3, and its changes contain the double.
#[odm_test::test]
async fn numbers_of_other_types_are_the_same_id(db: Database) {
    let cache = opening(&db.collection::<Order>()).await.unwrap().cache().open();
    assert!(cache.get(&3).await.unwrap().is_none());
    plain(&db).insert_one(doc! { "_id": 3.0, "status": "open", "total": 10 }).await.unwrap();
    becomes(&cache, 3, Some(10)).await;
    set(&db, 3, doc! { "total": 11 }).await;
    becomes(&cache, 3, Some(11)).await;
    delete(&db, 3).await;
    becomes(&cache, 3, None).await;
}

#[odm_test::test]
async fn a_read_contains_what_the_stream_has_delivered(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let cache = opening(&recorded.collection::<Order>()).await.unwrap().cache().open();
    cache.get(&1).await.unwrap();
    let sent = commands.take();
    let find = sent.iter().find(|command| command.contains_key("find")).unwrap();
    assert_eq!(find.get_document("filter").unwrap(), &doc! { "_id": 1 });
    let concern = find.get_document("readConcern").unwrap();
    assert_eq!(concern.get_str("level").unwrap(), "majority");
    assert!(concern.get_timestamp("afterClusterTime").is_ok(), "{find}");
}

#[odm_test::test]
async fn random_writes_leave_no_old_document_in_the_cache(db: Database) {
    let cache = std::sync::Arc::new(open(&db).await.cache().capacity(50).open());
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let cache = std::sync::Arc::clone(&cache);
            tokio::spawn(async move {
                for n in 0..400 {
                    cache.get(&((n * 7 + reader) % 20)).await.unwrap();
                }
            })
        })
        .collect();
    for n in 0..400 {
        let one = doc! { "_id": n % 20 };
        plain(&db)
            .update_one(one, doc! { "$set": { "status": "open", "total": n } })
            .upsert(true)
            .await
            .unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
    for id in 0..20 {
        becomes(&cache, id, Some(380 + id)).await;
        assert_eq!(cache.get(&id).await.unwrap().unwrap().total, 380 + id);
    }
}

#[odm_test::test]
async fn the_lag_limits_what_the_cache_returns(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    insert(&db, 1, "open", 10).await;
    let fan_out = opening(&recorded.collection::<Order>()).await.unwrap();
    let cache = fan_out.cache().max_lag(Duration::ZERO).open();
    cache.get(&1).await.unwrap();
    cache.get(&1).await.unwrap();
    assert!(cache.lag() > Duration::ZERO);
    assert_eq!(commands.take().iter().filter(|command| command.contains_key("find")).count(), 2);
    assert!(cache.is_empty());
}
