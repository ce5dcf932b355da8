//! The outbox, and the window of the oplog.

use std::{sync::Mutex, time::Duration};

use odm::{
    Collection, Database, Id, Model,
    bson::{Document, doc},
    subscribe::{MemoryPositions, Outbox},
};

use super::{Item, acknowledged, fast, insert, soon};

#[derive(Debug, Clone, Model)]
#[odm(collection = "outbox")]
struct Message {
    id: Id<Message>,
    text: String,
}

fn message(text: &str) -> Message {
    Message { id: Id::new(), text: text.to_owned() }
}

async fn stored(db: &Database) -> u64 {
    db.driver().collection::<Document>("outbox").count_documents(doc! {}).await.unwrap()
}

async fn is_empty(db: &Database) {
    while stored(db).await > 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[odm_test::test]
async fn messages_are_stored_with_the_data_and_removed_when_they_are_delivered(db: Database) {
    let items: Collection<Item> = db.collection();
    let outbox = Outbox::new(db.collection::<Message>());
    db.transaction(async |mut tx| {
        items.insert_one(&Item { id: Id::new(), n: 1 }).session(&mut tx).await?;
        outbox.add(&mut tx, &message("one")).await
    })
    .await
    .unwrap();
    let aborted = db
        .transaction(async |mut tx| {
            outbox.add(&mut tx, &message("never")).await?;
            Err::<(), _>(odm::Error::position_store("no"))
        })
        .await;
    aborted.unwrap_err();
    assert_eq!(stored(&db).await, 1);
    let seen = Mutex::new(Vec::new());
    let deliver = |texts: &'static [&'static str]| {
        let (db, outbox, seen) = (&db, &outbox, &seen);
        async move {
            let add = async {
                for text in texts {
                    db.transaction(async |mut tx| outbox.add(&mut tx, &message(text)).await).await.unwrap();
                }
                is_empty(db).await;
            };
            let deliver = outbox
                .deliver("mail", async |message| {
                    seen.lock().unwrap().push(message.text.clone());
                    // Each message fails once.
                    if message.attempt() == 1 { Err(odm::Error::position_store("again")) } else { Ok(()) }
                })
                .backoff(Duration::ZERO, Duration::ZERO)
                .max_await_time(Duration::from_millis(50))
                .until(add);
            assert_eq!(deliver.monitor().status().delivered, 0);
            soon(deliver.into_future()).await.unwrap();
        }
    };
    deliver(&["two", "three"]).await;
    assert_eq!(*seen.lock().unwrap(), ["one", "one", "two", "two", "three", "three"]);
    seen.lock().unwrap().clear();
    deliver(&["four"]).await;
    assert_eq!(*seen.lock().unwrap(), ["four", "four"]);
}

#[odm_test::test]
async fn a_message_that_was_removed_is_not_delivered_again(db: Database) {
    let outbox = Outbox::new(db.collection::<Message>());
    let positions = MemoryPositions::new();
    let seen = Mutex::new(0);
    let begin = outbox
        .deliver("mail", async |_| Ok(()))
        .positions(positions.clone())
        .until(tokio::time::sleep(Duration::from_millis(300)));
    soon(begin.into_future()).await.unwrap();
    db.transaction(async |mut tx| outbox.add(&mut tx, &message("one")).await).await.unwrap();
    // Removed after it was delivered, but before the position was stored.
    db.driver().collection::<Document>("outbox").delete_many(doc! {}).await.unwrap();
    let again = outbox
        .deliver("mail", async |_| {
            *seen.lock().unwrap() += 1;
            Ok(())
        })
        .positions(positions)
        .until(tokio::time::sleep(Duration::from_millis(500)));
    soon(again.into_future()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), 0);
}

#[odm_test::test]
async fn poison_messages_are_dead_letters(db: Database) {
    let outbox = Outbox::new(db.collection::<Message>());
    db.transaction(async |mut tx| outbox.add(&mut tx, &message("poison")).await).await.unwrap();
    let deliver = outbox
        .try_deliver("mail", async |_| Err::<(), _>(odm::Error::position_store("no such address")))
        .retries(0)
        .dead_letters("letters")
        .lease(Duration::from_secs(2))
        .on_incident(|_| {})
        .until(is_empty(&db));
    soon(deliver.into_future()).await.unwrap();
    let letter = db.driver().collection::<Document>("letters").find_one(doc! {}).await.unwrap().unwrap();
    assert!(letter.get_str("reason").unwrap().contains("no such address"));
}

#[odm_test::test]
async fn the_window_of_the_oplog_is_known(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "a").await.unwrap();
    insert(&db, 0..1).await;
    acknowledged(&mut changes, 1).await;
    let window = db.oplog_window().await.unwrap();
    assert!(window.oldest <= window.newest && window.length() < Duration::from_secs(86_400));
    let slack = window.slack(&changes.status()).unwrap();
    assert!(slack <= window.length() + Duration::from_secs(60), "{slack:?} {window:?}");
}
