//! One change stream for many receivers: subscribers with filters, live queries, and caches.

mod cache;
mod fan_out;
mod history;
mod lag;
mod query;
mod redis_cache;
mod reopening;

use std::time::Duration;

use odm::{
    Collection, Database, Model,
    bson::{Document, doc},
    live::{FanOut, FilteredChange, OpenFanOut, Subscriber},
};

use crate::watch::soon;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    status: String,
    total: i32,
}

/// Returns the database's orders as untyped documents, for the writing side of each test.
fn plain(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection(Order::COLLECTION)
}

async fn insert(db: &Database, id: i32, status: &str, total: i32) {
    plain(db).insert_one(doc! { "_id": id, "status": status, "total": total }).await.unwrap();
}

async fn set(db: &Database, id: i32, fields: Document) {
    plain(db).update_one(doc! { "_id": id }, doc! { "$set": fields }).await.unwrap();
}

async fn delete(db: &Database, id: i32) {
    plain(db).delete_one(doc! { "_id": id }).await.unwrap();
}

fn opening(orders: &Collection<Order>) -> OpenFanOut<Order> {
    orders.fan_out().max_await_time(Duration::from_millis(50))
}

async fn open(db: &Database) -> FanOut<Order> {
    opening(&db.collection()).await.unwrap()
}

async fn next(changes: &mut Subscriber<Order>) -> FilteredChange<Order> {
    soon(changes.next()).await.expect("a change, not the end").expect("a change, not an error")
}
