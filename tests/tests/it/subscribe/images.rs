//! Images of documents that the server no longer has.

use std::time::Duration;

use odm::{
    Collection, Database,
    bson::{Document, doc},
    mongodb::options::FullDocumentBeforeChangeType,
    watch::Event,
};
use odm_test::Server;

use super::{Item, fast, insert, next, plain, soon};

#[odm_test::test]
async fn images_that_are_missing_are_an_error_and_the_position_stays(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "a").full_document_before_change(FullDocumentBeforeChangeType::Required);
    insert(&db, 0..1).await;
    drop(open().await.unwrap());
    plain(&db).update_one(doc! { "n": 0 }, doc! { "$set": { "n": 1 } }).await.unwrap();
    let off = doc! { "collMod": "items", "changeStreamPreAndPostImages": { "enabled": false } };
    db.driver().run_command(off).await.unwrap();
    plain(&db).update_one(doc! { "n": 1 }, doc! { "$set": { "n": 2 } }).await.unwrap();
    let error = match open().await {
        Err(error) => error,
        Ok(mut changes) => loop {
            match soon(changes.next()).await.unwrap() {
                Ok(change) => change.ack(),
                Err(error) => break error,
            }
        },
    };
    assert_eq!(error.code(), Some(47), "{error:?}");
    assert!(!error.is_retryable(), "{error:?}");
    // Without the images, or with those that exist, the subscription continues.
    let mut changes = fast(&items, "a")
        .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
        .await
        .unwrap();
    let last = soon(async {
        loop {
            let change = next(&mut changes).await;
            let Event::Update { update_description, .. } = change.event() else { panic!("not an update") };
            let (n, before) =
                (update_description.updated_fields.get_i32("n").unwrap(), change.before().cloned());
            change.ack();
            if n == 2 {
                return before;
            }
        }
    })
    .await;
    assert_eq!(last, None);
}

#[tokio::test]
async fn images_that_have_expired_are_an_error_and_the_position_stays() {
    let often = ["--setParameter", "expiredChangeStreamPreImageRemovalJobSleepSecs=1"];
    let server = Server::start_with(often).await.unwrap();
    let db = server.fresh_database("images").await.unwrap();
    let client = server.client().await.unwrap();
    let expire = doc! { "changeStreamOptions": { "preAndPostImages": { "expireAfterSeconds": 1 } } };
    client.database("admin").run_command(doc! { "setClusterParameter": expire }).await.unwrap();
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = |images| fast(&items, "a").full_document_before_change(images);
    insert(&db, 0..1).await;
    drop(open(FullDocumentBeforeChangeType::Required).await.unwrap());
    plain(&db).update_one(doc! { "n": 0 }, doc! { "$set": { "n": 1 } }).await.unwrap();
    let images = client.database("config").collection::<Document>("system.preimages");
    let expired = async {
        while images.count_documents(doc! {}).await.unwrap() > 0 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    soon(expired).await;
    // A change stream reads them as they were a moment ago.
    let error = soon(async {
        loop {
            let mut changes = match open(FullDocumentBeforeChangeType::Required).await {
                Ok(changes) => changes,
                Err(error) => break error,
            };
            if let Err(error) = changes.next().await.unwrap() {
                break error;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    })
    .await;
    assert_eq!((error.kind().name(), error.code()), ("ImageMissing", Some(47)));
    // So no policy can skip the change.
    let message = error.server_message().unwrap();
    assert!(!message.contains("_data"), "the message has a token: {message}");
    let mut changes = open(FullDocumentBeforeChangeType::WhenAvailable).await.unwrap();
    let change = next(&mut changes).await;
    assert!(matches!(change.event(), Event::Update { .. }), "{change:?}");
    assert_eq!(change.before(), None);
    server.stop().await;
}
