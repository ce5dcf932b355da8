//! The policies of models: what they add to every write and every read.

mod soft_delete;
mod table;
mod tenant;
mod timestamps;
mod version;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use odm::{
    Collection, Database, Model,
    bson::{DateTime, Document, doc},
};

/// A clock that the test sets.
#[derive(Clone, Default)]
struct Clock(Arc<AtomicI64>);

impl Clock {
    /// Returns the database with this clock.
    fn of(db: &Database) -> (Database, Self) {
        let clock = Self::default();
        let own = clock.clone();
        (db.clone().with_clock(move || DateTime::from_millis(own.0.load(Ordering::Relaxed))), clock)
    }

    /// Sets the time, in milliseconds, and returns it.
    fn set(&self, millis: i64) -> DateTime {
        self.0.store(millis, Ordering::Relaxed);
        DateTime::from_millis(millis)
    }
}

fn at(millis: i64) -> DateTime {
    DateTime::from_millis(millis)
}

/// Returns the stored documents, in the order of their `_id`s.
pub(crate) async fn all<M: Model>(collection: &Collection<M>) -> Vec<Document> {
    let mut cursor = collection.driver().find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    let mut documents = Vec::new();
    while cursor.advance().await.unwrap() {
        documents.push(cursor.deserialize_current().unwrap());
    }
    documents
}

/// Returns the only stored document.
async fn only<M: Model>(collection: &Collection<M>) -> Document {
    let mut documents = all(collection).await;
    assert_eq!(documents.len(), 1, "{documents:?}");
    documents.remove(0)
}
