//! Live queries: with random writers, the result is that of `find`, and so is the one that the differences lead to.

use std::{sync::Arc, time::Duration};

use odm::{
    Collection, Database, Filter, Model, Sort,
    bson::{Document, doc},
    live::{Difference, FanOut, LiveQuery},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Order, delete, insert, open, opening, plain, set};
use crate::watch::soon;

/// Waits until the stream has distributed everything that was written before, and applies it.
async fn settle(db: &Database, query: &mut LiveQuery<Order>, copy: &mut Vec<Arc<Order>>) {
    let reply = db.driver().run_command(doc! { "ping": 1 }).await.unwrap();
    let now = reply.get_timestamp("operationTime").unwrap();
    soon(async {
        let mut rounds = 0;
        while rounds < 3 {
            match tokio::time::timeout(Duration::from_millis(60), query.next()).await {
                Ok(differences) => differences.unwrap().unwrap().iter().for_each(|step| step.apply(copy)),
                // Everything is distributed, and nothing more came.
                Err(_) if query.fan_out().cluster_time().unwrap() >= now => rounds += 1,
                Err(_) => {}
            }
        }
    })
    .await;
}

fn values(documents: &[Arc<Order>]) -> Vec<Order> {
    documents.iter().map(|order| Order::clone(order)).collect()
}

#[odm_test::test]
async fn differences_describe_each_change(db: Database) {
    for (id, total) in [(1, 10), (2, 20), (3, 30)] {
        insert(&db, id, "open", total).await;
    }
    let fan_out = open(&db).await;
    let o = Order::fields();
    let mut query = fan_out.live(o.status().eq("open")).sort(o.total().desc()).limit(2).await.unwrap();
    let ids = |query: &LiveQuery<Order>| query.documents().iter().map(|order| order.id).collect::<Vec<_>>();
    assert_eq!(ids(&query), [3, 2]);

    set(&db, 1, doc! { "total": 25 }).await;
    let steps = soon(query.next()).await.unwrap().unwrap();
    let [
        Difference::Removed { index: 1, document: gone, .. },
        Difference::Added { index: 1, document: new, .. },
    ] = &steps[..]
    else {
        panic!("{steps:?}")
    };
    assert_eq!((gone.id, new.id), (2, 1));
    set(&db, 1, doc! { "total": 35 }).await;
    let steps = soon(query.next()).await.unwrap().unwrap();
    let [Difference::Moved { from: 1, to: 0, .. }, Difference::Changed { index: 0, document, .. }] =
        &steps[..]
    else {
        panic!("{steps:?}")
    };
    assert_eq!(document.total, 35);
    set(&db, 3, doc! { "status": "paid" }).await;
    let steps = soon(query.next()).await.unwrap().unwrap();
    assert_eq!(steps.len(), 2, "3 is removed, and 2 is shown again: {steps:?}");
    assert_eq!(ids(&query), [1, 2]);
    delete(&db, 1).await;
    soon(query.next()).await.unwrap().unwrap();
    assert_eq!(ids(&query), [2]);
    plain(&db).drop().await.unwrap();
    let steps = soon(query.next()).await.unwrap().unwrap();
    assert!(matches!(&steps[..], [Difference::Removed { index: 0, .. }]), "{steps:?}");
    insert(&db, 9, "open", 1).await;
    soon(query.next()).await.unwrap().unwrap();
    assert_eq!(ids(&query), [9]);
}

/// A generator of random numbers.
struct Random(u64);

impl Random {
    fn below(&mut self, end: i32) -> i32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        i32::try_from((self.0 >> 33) % u64::try_from(end).unwrap()).unwrap()
    }
}

async fn write(db: Database, seed: u64, count: u32) {
    let mut random = Random(seed);
    for _ in 0..count {
        let (id, total) = (random.below(60), random.below(40));
        let status = ["open", "paid"][usize::try_from(random.below(2)).unwrap()];
        let orders = plain(&db);
        let one = doc! { "_id": id };
        match random.below(6) {
            0 => drop(orders.delete_one(one).await.unwrap()),
            1 => drop(orders.replace_one(one, doc! { "status": status, "total": total }).await.unwrap()),
            2 => drop(
                orders.update_many(doc! { "total": total }, doc! { "$inc": { "total": 3 } }).await.unwrap(),
            ),
            3 => drop(orders.update_one(one, doc! { "$set": { "status": status } }).await.unwrap()),
            _ => drop(
                orders
                    .update_one(one, doc! { "$set": { "status": status, "total": total } })
                    .upsert(true)
                    .await
                    .unwrap(),
            ),
        }
    }
}

async fn found(orders: &Collection<Order>, filter: Document, sort: Document, limit: usize) -> Vec<Order> {
    let limit = u64::try_from(limit).unwrap();
    orders.find(filter).sort(sort).limit(limit).await.unwrap().try_collect().await.unwrap()
}

#[odm_test::test]
async fn after_random_writes_each_result_is_that_of_find(db: Database) {
    let orders: Collection<Order> = db.collection();
    write(db.clone(), 0, 60).await;
    let fan_out = open(&db).await;
    let opened = tokio::spawn(write(db.clone(), 1, 150));
    let cases = [
        (doc! { "status": "open" }, doc! { "total": -1, "_id": 1 }, 5),
        (doc! { "total": { "$gt": 10 } }, doc! { "total": 1, "_id": -1 }, 3),
        (doc! {}, doc! { "status": 1, "total": -1, "_id": 1 }, 10),
        (doc! { "status": { "$ne": "paid" } }, doc! { "_id": 1 }, 1000),
    ];
    let mut live = Vec::new();
    for (filter, sort, limit) in cases {
        let query = fan_out.live(filter.clone()).sort(sort.clone()).limit(limit).await.unwrap();
        let copy = query.documents().to_vec();
        live.push((query, copy, filter, sort, limit));
    }
    opened.await.unwrap();
    for round in 2..5 {
        let writers: Vec<_> = (0..3).map(|n| tokio::spawn(write(db.clone(), round * 10 + n, 60))).collect();
        for writer in writers {
            writer.await.unwrap();
        }
        for (query, copy, filter, sort, limit) in &mut live {
            settle(&db, query, copy).await;
            let expected = found(&orders, filter.clone(), sort.clone(), *limit).await;
            assert_eq!(values(query.documents()), expected, "{filter}");
            assert_eq!(values(copy), expected, "{filter}: the differences");
        }
    }
}

#[odm_test::test]
async fn a_result_that_loses_its_documents_is_filled_from_the_server(db: Database) {
    let orders: Collection<Order> = db.collection();
    let documents: Vec<_> = (0..100).map(|id| doc! { "_id": id, "status": "open", "total": id }).collect();
    plain(&db).insert_many(documents).await.unwrap();
    let fan_out: FanOut<Order> = open(&db).await;
    let mut query = fan_out.live(Filter::all()).sort(Order::fields().total().asc()).limit(3).await.unwrap();
    let mut copy = query.documents().to_vec();
    for end in [2, 30, 60, 97, 98] {
        plain(&db).delete_many(doc! { "_id": { "$lt": end } }).await.unwrap();
        settle(&db, &mut query, &mut copy).await;
        assert_eq!(values(query.documents()), found(&orders, doc! {}, doc! { "total": 1 }, 3).await);
        assert_eq!(values(&copy), values(query.documents()));
    }
}

#[odm_test::test]
async fn a_query_that_is_too_slow_reads_its_documents_again(db: Database) {
    let orders: Collection<Order> = db.collection();
    let fan_out = open(&db).await;
    let mut query = fan_out.live(Filter::all()).limit(10).await.unwrap();
    let mut copy = Vec::new();
    let documents: Vec<_> = (0..6000).map(|id| doc! { "_id": -id, "status": "open", "total": id }).collect();
    plain(&db).insert_many(documents).await.unwrap();
    let reply = db.driver().run_command(doc! { "ping": 1 }).await.unwrap();
    let now = reply.get_timestamp("operationTime").unwrap();
    soon(async {
        while fan_out.cluster_time().unwrap() < now {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    settle(&db, &mut query, &mut copy).await;
    assert_eq!(values(query.documents()), found(&orders, doc! {}, doc! { "_id": 1 }, 10).await);
    assert_eq!(values(&copy), values(query.documents()));
}

#[odm_test::test]
async fn a_query_reads_in_a_snapshot_after_the_changes_that_were_distributed(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    insert(&db, 1, "open", 1).await;
    let fan_out = opening(&orders).await.unwrap();
    let sort: Sort<Order> = Order::fields().total().desc();
    let query = fan_out.live(Order::fields().status().eq("open")).sort(sort).limit(4).await.unwrap();
    assert_eq!(query.documents().len(), 1);
    let sent = commands.take();
    let find = sent.iter().find(|command| command.contains_key("find")).unwrap();
    let concern = find.get_document("readConcern").unwrap();
    assert_eq!(concern.get_str("level").unwrap(), "snapshot");
    assert!(concern.get_timestamp("afterClusterTime").is_ok(), "{find}");
    assert_eq!(find.get_document("sort").unwrap(), &doc! { "total": -1, "_id": 1 });
    assert_eq!(find.get_i64("limit").unwrap(), 12);
    assert_eq!(sent.iter().filter(|command| command.contains_key("aggregate")).count(), 1);
}

#[odm_test::test]
async fn a_query_can_have_its_own_stream_and_is_checked_when_it_is_opened(db: Database) {
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 1).await;
    let mut query = orders.live(Filter::all()).await.unwrap();
    assert_eq!(query.documents().len(), 1);
    delete(&db, 1).await;
    assert_eq!(soon(query.next()).await.unwrap().unwrap().len(), 1);
    assert!(query.documents().is_empty());

    let error = orders.live(Filter::all()).limit(0).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "a live query with the limit 0 has no documents: set a limit of at least 1; nothing was sent"
    );
    assert!(orders.live(doc! { "$where": "true" }).await.unwrap_err().is_not_sent());
    assert!(orders.live(Filter::all()).sort(doc! { "a.0": 1 }).await.unwrap_err().is_not_sent());
}

#[odm_test::test]
async fn a_document_that_does_not_fit_the_model_is_an_error_until_it_is_repaired(db: Database) {
    let fan_out = open(&db).await;
    let mut query = fan_out.live(Filter::all()).await.unwrap();
    plain(&db).insert_one(doc! { "_id": 1, "status": 7, "total": 1 }).await.unwrap();
    assert!(soon(query.next()).await.unwrap().unwrap_err().is_decode());
    set(&db, 1, doc! { "status": "open" }).await;
    soon(async {
        while query.documents().is_empty() {
            let _ = query.next().await.unwrap();
        }
    })
    .await;
    assert_eq!(query.documents()[0].status, "open");
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "tasks")]
struct Task {
    id: i32,
    #[odm(tenant)]
    team: String,
    #[odm(deleted_at)]
    deleted_at: Option<odm::bson::DateTime>,
}

#[odm_test::test]
async fn a_query_has_the_scope_of_its_handle(db: Database) {
    let tasks: Collection<Task> = db.collection();
    let (red, blue) = (tasks.tenant("red"), tasks.tenant("blue"));
    red.insert_one(&Task { id: 1, team: "red".into(), deleted_at: None }).await.unwrap();
    let fan_out = tasks.all_tenants().fan_out().max_await_time(Duration::from_millis(50)).await.unwrap();
    let mut query = fan_out.live(Filter::all()).scope(&red).await.unwrap();
    let ids = |query: &LiveQuery<Task>| query.documents().iter().map(|task| task.id).collect::<Vec<_>>();
    assert_eq!(ids(&query), [1]);
    blue.insert_one(&Task { id: 2, team: "blue".into(), deleted_at: None }).await.unwrap();
    red.insert_one(&Task { id: 3, team: "red".into(), deleted_at: None }).await.unwrap();
    soon(query.next()).await.unwrap().unwrap();
    assert_eq!(ids(&query), [1, 3]);
    red.delete_one(Task::fields().id().eq(1)).await.unwrap();
    soon(query.next()).await.unwrap().unwrap();
    assert_eq!(ids(&query), [3], "a delete that keeps the document");
    let own = blue.live(Filter::all()).await.unwrap();
    assert_eq!(ids(&own), [2]);
}

#[odm_test::test]
async fn a_result_is_read_again_although_next_is_dropped_all_the_time(db: Database) {
    let documents = (0..6000).map(|id| doc! { "_id": id, "status": "open", "total": 1 });
    plain(&db).insert_many(documents).await.unwrap();
    let mut query = open(&db).await.live(Filter::all()).await.unwrap();
    assert_eq!(query.documents().len(), 6000);
    // More events than wait.
    plain(&db).update_many(doc! {}, doc! { "$set": { "total": 2 } }).await.unwrap();
    insert(&db, 6000, "open", 2).await;
    soon(async {
        while query.documents().len() < 6001 || query.documents().iter().any(|order| order.total != 2) {
            // The read takes longer than this.
            if let Ok(next) = tokio::time::timeout(Duration::from_millis(2), query.next()).await {
                next.unwrap().unwrap();
            }
        }
    })
    .await;
}
