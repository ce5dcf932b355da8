//! Events that are larger than 16 MiB.

use std::time::Duration;

use odm::{
    Collection, Database, ErrorKind, Pipeline,
    bson::{DateTime, Document, doc},
    mongodb::options::{FullDocumentBeforeChangeType, FullDocumentType},
    subscribe::{Incident, OnEventTooLarge},
    watch::Event,
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Item, acknowledged, fast, hard_cases::Incidents, insert, next, number, plain, silence, soon};

#[odm_test::test]
async fn an_event_that_is_too_large_is_skipped_alone(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = |policy| {
        fast(&items, "a")
            .full_document(FullDocumentType::WhenAvailable)
            .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
            .on_event_too_large(policy)
    };
    drop(open(OnEventTooLarge::Skip).await.unwrap());
    insert(&db, 0..1).await;
    let large = doc! { "n": 1, "text": "x".repeat(9_000_000) };
    plain(&db).insert_one(large).await.unwrap();
    insert(&db, 2..4).await;
    plain(&db).update_one(doc! { "n": 1 }, doc! { "$set": { "n": -1 } }).await.unwrap();
    insert(&db, 4..6).await;
    let error = match open(OnEventTooLarge::Fail).await {
        Err(error) => error,
        Ok(mut changes) => loop {
            if let Err(error) = soon(changes.next()).await.unwrap() {
                break error;
            }
        },
    };
    assert!(matches!(error.kind(), ErrorKind::EventTooLarge), "{error:?}");

    let incidents = Incidents::default();
    let mut changes = incidents.of(open(OnEventTooLarge::Skip)).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 6).await, [0, 1, 2, 3, 4, 5]);
    assert!(matches!(incidents.take()[..], [Incident::EventSkipped { .. }]));
    changes.close().await.unwrap();
    silence(&mut open(OnEventTooLarge::Fail).await.unwrap()).await;
}

#[odm_test::test]
async fn an_event_that_is_too_large_is_delivered_if_the_server_splits_it(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = || {
        fast(&items, "a")
            .full_document(FullDocumentType::Required)
            .full_document_before_change(FullDocumentBeforeChangeType::Required)
            .pipeline(Pipeline::change_stream_split_large_event)
    };
    let mut changes = match open().await {
        Ok(changes) => changes,
        // Servers know the stage since 6.0.9.
        Err(error) => {
            assert!(matches!(error.kind(), ErrorKind::Unsupported(_)), "{error:?}");
            assert!(error.to_string().contains("`$changeStreamSplitLargeEvent`"), "{error}");
            return;
        }
    };
    insert(&db, 0..1).await;
    plain(&db).insert_one(doc! { "n": 1, "text": "a".repeat(10 << 20) }).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
    changes.flush().await.unwrap();
    let update = doc! { "$set": { "n": 2, "text": "b".repeat(10 << 20) } };
    plain(&db).update_one(doc! { "n": 1 }, update).await.unwrap();
    insert(&db, 3..4).await;
    // It is whole, each time that it is delivered, and the position is after all of its fragments.
    for round in 0..2 {
        let change = next(&mut changes).await;
        let Event::Update { document, .. } = change.event() else { panic!("not an update") };
        assert_eq!(document.as_ref().map(|item| item.n), Some(2));
        assert_eq!(change.before().map(|item| item.n), Some(1));
        if round == 0 {
            drop(change);
            drop(changes);
            changes = open().await.unwrap();
        } else {
            change.ack();
        }
    }
    changes.flush().await.unwrap();
    drop(changes);
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [3]);
}

/// Inserts and updates documents such that the event of the update is too large with both images.
async fn write_with_a_large_update(db: &Database) {
    insert(db, 0..1).await;
    plain(db).insert_one(doc! { "n": 1, "text": "x".repeat(9_000_000) }).await.unwrap();
    insert(db, 2..4).await;
    plain(db).update_one(doc! { "n": 1 }, doc! { "$set": { "n": -1 } }).await.unwrap();
    insert(db, 4..6).await;
}

#[odm_test::test]
async fn an_event_that_is_withheld_is_delivered_in_the_next_term(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = || {
        fast(&items, "a")
            .full_document(FullDocumentType::WhenAvailable)
            .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
            .on_event_too_large(OnEventTooLarge::Skip)
    };
    drop(open().await.unwrap());
    write_with_a_large_update(&db).await;
    let incidents = Incidents::default();
    let mut changes = incidents.of(open().lease(Duration::from_secs(30))).await.unwrap();
    // From here on, the events are read one by one.
    let first = next(&mut changes).await;
    assert_eq!(number(&first), 0);
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    let stolen =
        doc! { "$set": { "owner": "another", "until": DateTime::now() }, "$inc": { "fence": 1_i64 } };
    positions.update_one(doc! { "_id": "a" }, stolen).await.unwrap();
    first.ack();
    // The position was not stored, and the first batch of the next term has all events.
    assert_eq!(acknowledged(&mut changes, 6).await, [0, 1, 2, 3, 4, 5]);
    let incidents = incidents.take();
    assert!(matches!(incidents[..], [Incident::Superseded, Incident::EventSkipped { .. }]), "{incidents:?}");
}

#[odm_test::test]
async fn the_batches_are_whole_again_after_an_event_that_was_too_large(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = recorded.collection();
    let open = || {
        fast(&items, "a")
            .full_document(FullDocumentType::UpdateLookup)
            .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable)
            .on_event_too_large(OnEventTooLarge::Skip)
    };
    drop(open().await.unwrap());
    write_with_a_large_update(&db).await;
    let incidents = Incidents::default();
    let mut changes = incidents.of(open()).await.unwrap();
    commands.take();
    next(&mut changes).await.ack();
    // The document that is looked up is small now, so the event fits.
    plain(&db).update_one(doc! { "n": -1 }, doc! { "$set": { "text": "" } }).await.unwrap();
    insert(&db, 6..7).await;
    let mut kinds = String::new();
    while kinds.len() < 8 {
        let change = next(&mut changes).await;
        kinds.push(if matches!(change.event(), Event::Insert(_)) { 'i' } else { 'u' });
        change.ack();
    }
    assert_eq!(kinds, "iiiuiiui");
    assert!(incidents.take().is_empty());
    let sent = commands.take();
    let opened = sent.iter().filter(|command| command.contains_key("aggregate"));
    let sizes: Vec<_> =
        opened.map(|it| it.get_document("cursor").unwrap().get("batchSize").cloned()).collect();
    assert_eq!(sizes.last(), Some(&None), "{sizes:?}");
}
