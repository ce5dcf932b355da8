//! An instance of a subscription, in a process that tests pause and kill.
//!
//! `instance URI DATABASE LEASE`: handles the changes of the collection `items` in transactions, with a lease
//! of this many milliseconds. Each change is a document of `effects`. Before the end of a transaction for an item with a
//! `mark`, it stores the process id in `marks` and waits, so that a test can stop the process in the transaction.

use std::{env, time::Duration};

use odm::{
    Collection, Database, Id, Model,
    bson::{Document, doc},
    mongodb::Client,
    watch::Event,
};

#[derive(Debug, Clone, Model)]
#[odm(collection = "items")]
struct Item {
    id: Id<Item>,
    n: i32,
    mark: Option<String>,
}

/// What a change has led to. It has no unique index, so that a second effect is seen.
#[derive(Debug, Clone, Model)]
#[odm(collection = "effects")]
struct Effect {
    id: Id<Effect>,
    n: i32,
    process: i64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [uri, database, lease] = &arguments[..] else {
        return Err("expected `instance URI DATABASE LEASE`".into());
    };
    let db = Database::from_driver(Client::with_uri_str(uri).await?.database(database));
    let lease = Duration::from_millis(lease.parse()?);
    let (items, effects): (Collection<Item>, Collection<Effect>) = (db.collection(), db.collection());
    let marks = db.driver().collection::<Document>("marks");
    let process = i64::from(std::process::id());
    let subscribe = items.subscribe("effects").max_await_time(Duration::from_millis(50)).lease(lease);
    subscribe
        .transactional()
        .run(async |change, mut tx| {
            let Event::Insert(item) = change.event() else { return Ok(()) };
            effects.insert_one(&Effect { id: Id::new(), n: item.n, process }).session(&mut tx).await?;
            if let Some(mark) = &item.mark {
                // Only the first process that comes here.
                let marked = marks.insert_one(doc! { "_id": mark, "process": process }).await;
                if marked.is_ok() {
                    tokio::time::sleep(Duration::from_secs(2)).await;
                }
            }
            Ok(())
        })
        .backoff(Duration::from_millis(10), Duration::from_millis(200))
        .await?;
    Ok(())
}
