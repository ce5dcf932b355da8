//! What no retry can solve: the policy decides.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database, ErrorKind,
    bson::{Document, doc},
    mongodb::{
        Client,
        options::{ClientOptions, FullDocumentBeforeChangeType, FullDocumentType},
    },
    subscribe::{Beginning, Incident, OnEventTooLarge, OnHistoryLost, OnInvalidate, Subscribe},
    watch::{Event, ResumeToken},
};
use odm_test::Server;

use super::{Item, acknowledged, fast, insert, next, number, plain, silence, soon, stored};

/// A token of the history of another server.
fn stranger() -> Beginning {
    let data = "826B03E2A3000000032B022C0100296E5A10042D44B4D16E4344EF8CACF24E6F2371F1461E5F6964002B020004";
    Beginning::After(ResumeToken::try_from(doc! { "_data": data }).unwrap())
}

/// Records the incidents of a subscription.
#[derive(Clone, Default)]
struct Incidents(Arc<Mutex<Vec<Incident>>>);

impl Incidents {
    fn of(&self, subscribe: Subscribe<Item>) -> Subscribe<Item> {
        let list = Arc::clone(&self.0);
        subscribe.on_incident(move |incident| list.lock().unwrap().push(incident.clone()))
    }

    /// Returns the incidents other than the beginning of a term.
    fn take(&self) -> Vec<Incident> {
        let mut list = std::mem::take(&mut *self.0.lock().unwrap());
        list.retain(|incident| !matches!(incident, Incident::TermBegan { .. }));
        list
    }
}

#[odm_test::test]
async fn a_token_of_another_history_is_an_error(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let incidents = Incidents::default();
    let error = incidents.of(fast(&items, "a").begin(stranger())).await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken | ErrorKind::HistoryLost), "{error:?}");
    let [Incident::HistoryLost { after: Some(_), code: Some(_), policy: OnHistoryLost::Fail, .. }] =
        &incidents.take()[..]
    else {
        panic!("another incident")
    };
}

#[odm_test::test]
async fn lost_history_is_skipped_if_the_policy_says_so(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..3).await;
    let incidents = Incidents::default();
    let open = || incidents.of(fast(&items, "a").begin(stranger()).on_history_lost(OnHistoryLost::SkipToNow));
    let mut changes = open().await.unwrap();
    insert(&db, 3..5).await;
    assert_eq!(acknowledged(&mut changes, 2).await, [3, 4]);
    assert!(matches!(incidents.take()[..], [Incident::HistoryLost { policy: OnHistoryLost::SkipToNow, .. }]));
    changes.close().await.unwrap();
    insert(&db, 5..6).await;
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [5]);
    assert!(incidents.take().is_empty());
}

#[odm_test::test]
async fn lost_history_is_replaced_by_the_existing_documents(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..3).await;
    let mut changes = fast(&items, "a")
        .begin(stranger())
        .on_history_lost(OnHistoryLost::DeliverExistingDocuments)
        .await
        .unwrap();
    insert(&db, 3..4).await;
    let mut seen = Vec::new();
    for _ in 0..4 {
        let change = next(&mut changes).await;
        seen.push((number(&change), change.is_existing()));
        change.ack();
    }
    assert_eq!(seen[..3], [(0, true), (1, true), (2, true)]);
    assert_eq!(seen[3].0, 3);
    silence(&mut changes).await;
}

/// Returns the database through a client that fail points select by its name.
pub(super) async fn named(server: &Server, db: &Database, app: &str) -> Database {
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(app.to_owned());
    Database::from_driver(Client::with_options(options).unwrap().database(db.name()))
}

async fn fail(server: &Server, app: &str, times: i32, code: i32, command: &str) {
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": times },
        "data": { "failCommands": [command], "errorCode": code, "appName": app },
    };
    server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
}

#[odm_test::test]
async fn a_cursor_that_the_oplog_has_overtaken_is_lost_history(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("overtaken").await.unwrap();
    let watching = named(&server, &db, "subscribe-overtaken").await;
    let items: Collection<Item> = watching.collection();
    // After the first, the server tells that the position is still in the oplog.
    for (code, is_lost) in [(136, false), (286, true)] {
        let incidents = Incidents::default();
        let name = format!("code {code}");
        let mut changes =
            incidents.of(fast(&items, &name).on_history_lost(OnHistoryLost::SkipToNow)).await.unwrap();
        insert(&db, 0..1).await;
        assert_eq!(acknowledged(&mut changes, 1).await, [0]);
        fail(&server, "subscribe-overtaken", 1, code, "getMore").await;
        silence(&mut changes).await;
        let incidents = incidents.take();
        match &incidents[..] {
            [] if !is_lost => {}
            [Incident::HistoryLost { after: Some(_), code: Some(reported), .. }] if is_lost => {
                assert_eq!(*reported, code);
            }
            _ => panic!("{code}: {incidents:?}"),
        }
        insert(&db, 1..2).await;
        assert_eq!(acknowledged(&mut changes, 1).await, [1]);
    }
    drop(server);
}

#[odm_test::test]
async fn a_position_of_another_deployment_is_refused(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "a").await.unwrap());
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    assert!(stored(&db, "a").await.get_document("position").unwrap().contains_key("setName"));
    let other = doc! { "$set": { "position.setName": "another" } };
    positions.update_one(doc! { "_id": "a" }, other).await.unwrap();
    let error = fast(&items, "a").await.unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken), "{error:?}");
    assert_eq!(error.code(), None);
    assert_eq!(error.operation(), Some("subscribe"));
    let mut changes = fast(&items, "a").on_history_lost(OnHistoryLost::SkipToNow).await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [0]);
    changes.close().await.unwrap();
    fast(&items, "a").await.unwrap();
}

#[odm_test::test]
async fn a_dropped_collection_is_followed_by_its_successor(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let incidents = Incidents::default();
    let mut changes = incidents.of(fast(&items, "a")).await.unwrap();
    plain(&db).drop().await.unwrap();
    insert(&db, 1..2).await;
    for expected in [Event::Drop, Event::Invalidate] {
        let change = next(&mut changes).await;
        assert_eq!(change.event(), &expected);
        change.ack();
    }
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
    assert!(matches!(incidents.take()[..], [Incident::Invalidated { policy: OnInvalidate::Continue, .. }]));
    changes.close().await.unwrap();

    // The stored position may be that of the invalidate event itself.
    let mut changes = fast(&items, "a").await.unwrap();
    plain(&db).drop().await.unwrap();
    next(&mut changes).await.ack();
    next(&mut changes).await.ack();
    silence(&mut changes).await;
    changes.close().await.unwrap();
    insert(&db, 2..3).await;
    let mut changes = fast(&items, "a").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [2]);
}

#[odm_test::test]
async fn a_renamed_collection_stops_or_fails_the_subscription(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut stopping = fast(&items, "stop").on_invalidate(OnInvalidate::Stop).await.unwrap();
    let mut failing = fast(&items, "fail").on_invalidate(OnInvalidate::Fail).await.unwrap();
    let mut filtered = fast(&items, "filtered")
        .on_invalidate(OnInvalidate::Stop)
        .stage(doc! { "$match": { "operationType": "insert" } })
        .await
        .unwrap();
    let (from, to) = (format!("{}.items", db.name()), format!("{}.things", db.name()));
    let rename = doc! { "renameCollection": from, "to": to };
    db.driver().client().database("admin").run_command(rename).await.unwrap();
    for changes in [&mut stopping, &mut failing] {
        assert!(matches!(next(changes).await.event(), Event::Rename { .. }));
        assert_eq!(next(changes).await.event(), &Event::Invalidate);
    }
    assert!(soon(stopping.next()).await.is_none());
    let error = soon(failing.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
    assert!(soon(failing.next()).await.is_none());
    assert!(soon(filtered.next()).await.is_none());
}

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
async fn lost_connections_lose_nothing(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("connections").await.unwrap();
    let watching = named(&server, &db, "subscribe-connections").await;
    let items: Collection<Item> = watching.collection();
    let mut changes = fast(&items, "a").await.unwrap();
    for round in 0..10 {
        let fail = doc! {
            "configureFailPoint": "failCommand",
            "mode": { "times": round % 4 + 1 },
            "data": {
                "failCommands": ["getMore", "aggregate", "update"],
                "closeConnection": true,
                "appName": "subscribe-connections",
            },
        };
        server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
        insert(&db, round * 10..round * 10 + 10).await;
        assert_eq!(acknowledged(&mut changes, 10).await, (round * 10..round * 10 + 10).collect::<Vec<_>>());
    }
    let off = doc! { "configureFailPoint": "failCommand", "mode": "off" };
    server.client().await.unwrap().database("admin").run_command(off).await.unwrap();
    changes.close().await.unwrap();
    silence(&mut fast(&items, "a").await.unwrap()).await;
}

#[odm_test::test]
async fn a_subscription_that_falls_behind_warns_before_it_loses_history(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = |name: &str| fast(&items, name).check_oplog_every(Duration::from_millis(20));
    let incidents = Incidents::default();
    let mut behind = incidents.of(open("behind").warn_below(Duration::from_secs(1 << 30))).await.unwrap();
    let mut safe = open("safe").warn_below(Duration::ZERO).await.unwrap();
    insert(&db, 0..1).await;
    for changes in [&mut behind, &mut safe] {
        assert_eq!(acknowledged(changes, 1).await, [0]);
        let compared = async {
            while changes.status().oplog.is_none() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        };
        soon(compared).await;
    }
    let status = behind.status();
    assert!(status.is_falling_behind);
    let (window, slack) = (status.oplog.unwrap(), status.slack().unwrap());
    assert!(slack <= window.length(), "{slack:?} of {window:?}");
    let incidents = incidents.take();
    let [Incident::FallingBehind { left, .. }] = &incidents[..] else { panic!("{incidents:?}") };
    assert!(*left < Duration::from_secs(1 << 30));
    let status = safe.status();
    assert!(!status.is_falling_behind && status.slack().is_some());
}

#[odm_test::test]
async fn images_that_have_expired_are_an_error_and_the_position_stays(db: Database) {
    let create = doc! { "create": "items", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "a").full_document_before_change(FullDocumentBeforeChangeType::Required);
    insert(&db, 0..1).await;
    drop(open().await.unwrap());
    plain(&db).update_one(doc! { "n": 0 }, doc! { "$set": { "n": 1 } }).await.unwrap();
    // As when `expireAfterSeconds` has passed.
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

#[odm_test::test]
async fn a_permission_that_is_lost_ends_the_subscription_and_keeps_the_position(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("permission").await.unwrap();
    let watching = named(&server, &db, "subscribe-permission").await;
    let items: Collection<Item> = watching.collection();
    let mut changes = fast(&items, "a").await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [0]);
    changes.flush().await.unwrap();
    // Error 13 in the reply for the next batch, as after `revokeRolesFromUser`.
    fail(&server, "subscribe-permission", 1, 13, "getMore").await;
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    assert!(soon(changes.next()).await.is_none());
    insert(&db, 1..2).await;
    // A run does not try again either: a loop would go on without end.
    fail(&server, "subscribe-permission", 1, 13, "aggregate").await;
    let run = fast(&items, "a").run(async |_| panic!("no change can be read"));
    let error = soon(run.into_future()).await.unwrap_err();
    assert!(error.is_unauthorized(), "{error:?}");
    let mut changes = fast(&items, "a").await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [1]);
}

#[odm_test::test]
async fn a_stored_token_that_the_server_refuses_is_lost_history(db: Database) {
    let items: Collection<Item> = db.collection();
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    for (name, data) in [("text", "zz"), ("cut", "82")] {
        drop(fast(&items, name).await.unwrap());
        let bad = doc! { "$set": { "position.token": { "_data": data } } };
        positions.update_one(doc! { "_id": name }, bad).await.unwrap();
        let incidents = Incidents::default();
        let error = incidents.of(fast(&items, name)).await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::InvalidResumeToken), "{name}: {error:?}");
        let reported = incidents.take();
        let [Incident::HistoryLost { code: Some(_), policy: OnHistoryLost::Fail, .. }] = &reported[..] else {
            panic!("{name}: {reported:?}")
        };
        let mut changes = fast(&items, name).on_history_lost(OnHistoryLost::SkipToNow).await.unwrap();
        insert(&db, 7..8).await;
        assert_eq!(acknowledged(&mut changes, 1).await, [7]);
    }
}
