//! The position of a stream: it can be stored and resumed, advances without events, and is kept if a future is
//! dropped.

use std::time::Duration;

use odm::{
    Collection, Database, Model,
    bson::{
        Document, Timestamp, deserialize_from_bson, deserialize_from_slice, doc, serialize_to_bson,
        serialize_to_vec,
    },
    mongodb::{Client, options::ChangeStreamOptions},
    watch::{ChangeStream, Event, ResumeToken},
};
use odm_test::Server;

use super::{Item, insert, inserted, next, silence, soon};

#[odm_test::test]
async fn a_new_stream_continues_after_a_token(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..6).await;
    assert_eq!(inserted(&mut changes, 2).await, [0, 1]);
    let third = next(&mut changes).await;
    assert_eq!(changes.resume_token(), Some(third.token()), "in the middle of a batch");
    let token = changes.resume_token().cloned();
    drop(changes);
    insert(&db, 6..8).await;

    let mut changes = items.watch().resume_after(token.clone()).await.unwrap();
    assert_eq!(inserted(&mut changes, 5).await, [3, 4, 5, 6, 7]);
    silence(&mut changes).await;

    let mut options = ChangeStreamOptions::default();
    options.resume_after = Some(token.unwrap().to_driver().unwrap());
    let mut changes = items.watch().with_options(options.clone()).await.unwrap();
    assert_eq!(inserted(&mut changes, 5).await, [3, 4, 5, 6, 7]);
    options.start_at_operation_time = Some(Timestamp { time: 1, increment: 1 });
    assert!(items.watch().with_options(options).await.unwrap_err().is_not_sent());
}

#[odm_test::test]
async fn a_token_can_be_stored_as_a_string(db: Database) {
    let items: Collection<Item> = db.collection();
    let changes = items.watch().await.unwrap();
    let token = changes.resume_token().unwrap();
    let text = serde_json::to_string(token).unwrap();
    assert_eq!(text, format!(r#"{{"_data":"{}"}}"#, token.data()));
    assert_eq!(&serde_json::from_str::<ResumeToken>(&text).unwrap(), token);
    assert!(serde_json::from_str::<ResumeToken>("{}").is_err());
}

/// The server adds the types of numbers to the token as binary data, for which JSON has no type.
#[odm_test::test]
async fn a_token_with_numbers_can_be_resumed_from_any_format(db: Database) {
    #[derive(Debug, PartialEq, Model)]
    #[odm(collection = "items")]
    struct Numbered {
        id: i64,
        n: u32,
    }
    let items: Collection<Numbered> = db.collection();
    let mut changes = items.watch().await.unwrap();
    for id in 0..3_i64 {
        items.insert_one(&Numbered { id: id << 40, n: 1 }).await.unwrap();
    }
    let token = soon(changes.next()).await.unwrap().unwrap().token().clone();
    assert!(token.as_raw().get_binary("_typeBits").is_ok(), "{token:?}");

    let json = serde_json::to_string(&token).unwrap();
    let bson = serialize_to_vec(&doc! { "at": serialize_to_bson(&token).unwrap() }).unwrap();
    let binary = postcard::to_allocvec(&token).unwrap();
    // The JSON that earlier versions wrote.
    let bits = &token.as_raw().get_binary("_typeBits").unwrap().bytes;
    let numbers = serde_json::json!({ "_data": token.data(), "_typeBits": bits }).to_string();
    for back in [
        serde_json::from_str(&json).unwrap(),
        serde_json::from_value(serde_json::from_str(&json).unwrap()).unwrap(),
        deserialize_from_bson(deserialize_from_slice::<Document>(&bson).unwrap().remove("at").unwrap())
            .unwrap(),
        postcard::from_bytes(&binary).unwrap(),
        serde_json::from_str::<ResumeToken>(&numbers).unwrap(),
        // A string that was stored in BSON before.
        ResumeToken::try_from(serde_json::from_str::<Document>(&numbers).unwrap()).unwrap(),
    ] {
        assert_eq!(back, token);
        let mut changes = items.watch().resume_after(back).await.unwrap();
        assert_eq!(soon(changes.next()).await.unwrap().unwrap().id(), Some(&(1 << 40)));
    }
}

#[odm_test::test]
async fn a_stream_starts_at_a_time(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..3).await;
    next(&mut changes).await;
    let second = next(&mut changes).await.cluster_time().unwrap();
    let mut changes = items.watch().start_at(second).await.unwrap();
    assert_eq!(inserted(&mut changes, 2).await, [1, 2]);
}

#[odm_test::test]
async fn the_position_advances_while_only_other_collections_are_written(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().max_await_time(Duration::from_millis(50)).await.unwrap();
    let first = changes.resume_token().cloned().unwrap();
    db.driver().collection("others").insert_one(doc! { "x": 1 }).await.unwrap();
    soon(async {
        while changes.resume_token().unwrap() <= &first {
            assert!(changes.next_if_any().await.unwrap().is_none());
        }
    })
    .await;
    let token = changes.resume_token().cloned();
    insert(&db, 0..1).await;
    let mut changes = items.watch().resume_after(token).await.unwrap();
    assert_eq!(inserted(&mut changes, 1).await, [0]);
}

#[odm_test::test]
async fn a_dropped_future_loses_no_event(db: Database, server: Server) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().max_await_time(Duration::from_millis(20)).await.unwrap();
    let writer = server.database(db.name()).await.unwrap();
    let writing = tokio::spawn(async move { insert(&writer, 0..200).await });
    let mut seen = Vec::new();
    let mut cancelled = 0;
    soon(async {
        while seen.len() < 200 {
            tokio::select! {
                biased;
                change = changes.next() => match change.unwrap().unwrap().into_event() {
                    Event::Insert(item) => seen.push(item.n),
                    other => panic!("{other:?}"),
                },
                () = tokio::time::sleep(Duration::from_micros(300)) => cancelled += 1,
            }
        }
    })
    .await;
    writing.await.unwrap();
    assert_eq!(seen, (0..200).collect::<Vec<_>>());
    assert!(cancelled >= 20, "only {cancelled} futures were dropped");
    silence(&mut changes).await;
}

/// No thread panics, even if the runtime is shut down.
#[test]
fn a_stream_outlives_its_runtime() {
    let runtime =
        || tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let first = runtime();
    let (mut changes, dropped): (ChangeStream<Item>, ChangeStream<Item>) = first.block_on(async {
        let server = Server::shared().await.unwrap();
        let client = Client::with_uri_str(server.uri()).await.unwrap();
        let items: Collection<Item> = Database::from_driver(client.database("outlives")).collection();
        (items.watch().await.unwrap(), items.watch().await.unwrap())
    });
    drop(dropped);
    first.shutdown_timeout(Duration::from_secs(5));
    let second = runtime();
    let error = second.block_on(async { soon(changes.next()).await }).unwrap().unwrap_err();
    assert_eq!(
        error.to_string(),
        "watch on outlives.items: the tokio runtime of the change stream has been shut down; nothing was sent"
    );
    assert!(second.block_on(changes.next()).is_none());
    drop(second);
    drop(changes);
}
