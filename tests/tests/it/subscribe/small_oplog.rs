//! History that is lost, because the oplog is too small.

use std::sync::{Arc, Mutex};

use odm::{
    Collection, Database, ErrorKind,
    mongodb::{
        Client,
        error::ErrorKind as DriverKind,
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
    subscribe::{Beginning, Incident, OnHistoryLost},
};
use odm_test::Server;

use super::{Item, acknowledged, fast, hard_cases::Incidents, insert, next, number, silence, soon};
use crate::oplog::{forget, with_small_oplog};

#[tokio::test]
async fn a_position_that_the_oplog_no_longer_contains_is_lost_history() {
    let server = with_small_oplog().await;
    let db = server.fresh_database("positions").await.unwrap();
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    for name in ["fail", "skip", "again"] {
        let mut changes = fast(&items, name).await.unwrap();
        insert(&db, 1..2).await;
        assert_eq!(acknowledged(&mut changes, 1).await, [1]);
        changes.close().await.unwrap();
    }
    insert(&db, 2..3).await;
    forget(&server, &db).await;

    let incidents = Incidents::default();
    let error = incidents.of(fast(&items, "fail")).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::HistoryLost), "{error:?}");
    assert_eq!(error.code(), Some(286));
    let [Incident::HistoryLost { after: Some(_), code: Some(286), policy: OnHistoryLost::Fail, .. }] =
        &incidents.take()[..]
    else {
        panic!("another incident")
    };
    let mut skipping = fast(&items, "skip").on_history_lost(OnHistoryLost::SkipToNow).await.unwrap();
    let policy = OnHistoryLost::DeliverExistingDocuments;
    let mut again = incidents.of(fast(&items, "again").on_history_lost(policy)).await.unwrap();
    insert(&db, 3..4).await;
    assert_eq!(acknowledged(&mut skipping, 1).await, [3]);
    // Everything that is there now, also what was lost.
    assert_eq!(acknowledged(&mut again, 6).await, [0, 1, 1, 1, 2, 3]);
    silence(&mut again).await;
    assert!(matches!(incidents.take()[..], [Incident::HistoryLost { code: Some(286), .. }]));
    again.close().await.unwrap();
    // The new positions are in the oplog.
    insert(&db, 4..5).await;
    assert_eq!(acknowledged(&mut fast(&items, "again").await.unwrap(), 1).await, [4]);
    server.stop().await;
}

/// The codes of the commands of a client that have failed.
async fn failing(server: &Server, db: &Database) -> (Database, Arc<Mutex<Vec<i32>>>) {
    let codes = Arc::<Mutex<Vec<i32>>>::default();
    let record = Arc::clone(&codes);
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Failed(event) = event
            && let DriverKind::Command(error) = &*event.failure.kind
        {
            record.lock().unwrap().push(error.code);
        }
    }));
    (Database::from_driver(Client::with_options(options).unwrap().database(db.name())), codes)
}

/// The open cursor fails with code 136, and the attempt to continue shows whether changes are lost.
#[tokio::test]
async fn an_open_cursor_that_the_oplog_overtakes_is_lost_history() {
    let server = with_small_oplog().await;
    let db = server.fresh_database("cursors").await.unwrap();
    let (watching, codes) = failing(&server, &db).await;
    let items: Collection<Item> = watching.collection();
    let incidents = Incidents::default();
    let mut skipping =
        incidents.of(fast(&items, "skip").on_history_lost(OnHistoryLost::SkipToNow)).await.unwrap();
    let mut failing = fast(&items, "fail").await.unwrap();
    let mut stream = items.watch().await.unwrap();
    insert(&db, 0..1).await;
    for changes in [&mut skipping, &mut failing] {
        assert_eq!(acknowledged(changes, 1).await, [0]);
        changes.flush().await.unwrap();
    }
    assert!(soon(stream.next()).await.unwrap().is_ok());
    insert(&db, 1..2).await;
    forget(&server, &db).await;

    silence(&mut skipping).await;
    assert!(matches!(incidents.take()[..], [Incident::HistoryLost { code: Some(286), .. }]));
    insert(&db, 2..3).await;
    assert_eq!(acknowledged(&mut skipping, 1).await, [2]);
    for error in
        [soon(failing.next()).await.unwrap().unwrap_err(), soon(stream.next()).await.unwrap().unwrap_err()]
    {
        assert!(matches!(error.kind(), ErrorKind::HistoryLost), "{error:?}");
    }
    assert!(soon(failing.next()).await.is_none() && soon(stream.next()).await.is_none());
    let codes = codes.lock().unwrap().clone();
    assert_eq!(codes.iter().filter(|code| **code == 136).count(), 3, "{codes:?}");
    assert_eq!(codes.iter().filter(|code| **code == 286).count(), 3, "{codes:?}");
    server.stop().await;
}

/// If the documents take longer than the oplog covers, another attempt would never end.
#[tokio::test]
async fn a_second_loss_while_the_documents_are_delivered_ends_the_subscription() {
    let server = with_small_oplog().await;
    let db = server.fresh_database("twice").await.unwrap();
    let items: Collection<Item> = db.collection();
    insert(&db, 0..4).await;
    fast(&items, "a").await.unwrap().close().await.unwrap();
    forget(&server, &db).await;
    let incidents = Incidents::default();
    let open = || {
        let subscribe = fast(&items, "a").on_history_lost(OnHistoryLost::DeliverExistingDocuments);
        incidents.of(subscribe).batch_size(1)
    };
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
    changes.flush().await.unwrap();
    forget(&server, &db).await;
    assert_eq!(acknowledged(&mut changes, 2).await, [2, 3]);
    changes.flush().await.unwrap();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::HistoryLost), "{error:?}");
    assert!(soon(changes.next()).await.is_none());
    let policies: Vec<OnHistoryLost> = incidents
        .take()
        .into_iter()
        .filter_map(|incident| match incident {
            Incident::HistoryLost { policy, .. } => Some(policy),
            _ => None,
        })
        .collect();
    assert_eq!(policies, [OnHistoryLost::DeliverExistingDocuments, OnHistoryLost::Fail]);
    drop(changes);
    // A person, or a supervisor, tries again.
    let mut changes = open().await.unwrap();
    let mut seen = Vec::new();
    while seen.len() < 4 {
        let change = next(&mut changes).await;
        assert!(change.is_existing());
        seen.push(number(&change));
        change.ack();
    }
    assert_eq!(seen, [0, 1, 2, 3]);
    insert(&db, 4..5).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [4]);
    server.stop().await;
}

#[tokio::test]
async fn a_copy_that_continues_after_its_beginning_was_lost_begins_again() {
    let server = with_small_oplog().await;
    let db = server.fresh_database("copy").await.unwrap();
    let items: Collection<Item> = db.collection();
    insert(&db, 0..4).await;
    let open = |policy| fast(&items, "a").begin(Beginning::ExistingDocuments).on_history_lost(policy);
    let mut changes = open(OnHistoryLost::Fail).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
    changes.close().await.unwrap();
    forget(&server, &db).await;
    // The documents that are left can be read. The changes since the beginning cannot.
    let mut changes = open(OnHistoryLost::Fail).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [2, 3]);
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::HistoryLost), "{error:?}");
    let mut changes = open(OnHistoryLost::DeliverExistingDocuments).await.unwrap();
    assert_eq!(acknowledged(&mut changes, 4).await, [0, 1, 2, 3]);
    insert(&db, 4..5).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [4]);
    server.stop().await;
}
