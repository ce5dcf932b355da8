//! Durable subscriptions.

mod commands;
mod dropped;
mod existing_documents;
mod hard_cases;
mod images;
mod large_events;
mod lease;
mod outbox;
mod partitions;
mod permission;
mod position;
mod processes;
mod renewal;
mod resynced;
mod run;
mod small_oplog;
mod status;
mod stored_session;
mod transactional;

use std::time::Duration;

use odm::{
    Collection, Database, Id, Model,
    bson::{Document, doc},
    subscribe::{Delivery, Subscribe, Subscription},
    watch::{Change, Event},
};

use crate::watch::soon;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "items")]
struct Item {
    id: Id<Item>,
    n: i32,
}

/// Returns the database's items as untyped documents, for the writing side of each test.
fn plain(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection(Item::COLLECTION)
}

async fn insert(db: &Database, numbers: std::ops::Range<i32>) {
    for n in numbers {
        plain(db).insert_one(doc! { "n": n }).await.unwrap();
    }
}

/// Returns a subscription that stores positions at once, and does not wait long for changes.
fn fast(items: &Collection<Item>, name: &str) -> Subscribe<Item> {
    items
        .subscribe(name)
        .save_every(1, Duration::from_millis(10))
        .save_quiet(Duration::from_millis(50))
        .max_await_time(Duration::from_millis(50))
}

async fn next(changes: &mut Subscription<Item>) -> Delivery<Change<Item>> {
    soon(changes.next()).await.expect("a change, not the end").expect("a change, not an error")
}

/// Returns the number of an inserted item.
fn number(change: &Change<Item>) -> i32 {
    match change.event() {
        Event::Insert(item) => item.n,
        other => panic!("not an insert: {other:?}"),
    }
}

/// Acknowledges the next inserted items, and returns their numbers.
async fn acknowledged(changes: &mut Subscription<Item>, count: usize) -> Vec<i32> {
    let mut numbers = Vec::new();
    for _ in 0..count {
        let change = next(changes).await;
        numbers.push(number(&change));
        change.ack();
    }
    numbers
}

/// Asserts that no change follows within a short time.
async fn silence(changes: &mut Subscription<Item>) {
    let more = tokio::time::timeout(Duration::from_millis(400), changes.next()).await;
    assert!(more.is_err(), "{more:?}");
}

/// Returns the stored position.
async fn stored(db: &Database, name: &str) -> Document {
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    positions.find_one(doc! { "_id": name }).await.unwrap().expect("a position")
}
