//! What no retry can solve: the policy decides.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database, ErrorKind,
    bson::{Document, doc},
    mongodb::{Client, options::ClientOptions},
    subscribe::{Beginning, Incident, OnHistoryLost, Subscribe},
    watch::ResumeToken,
};
use odm_test::Server;

use super::{Item, acknowledged, fast, insert, next, number, silence, soon, stored};
use crate::failing::{fail, own};

/// A token of the history of another server.
fn stranger() -> Beginning {
    let data = "826B03E2A3000000032B022C0100296E5A10042D44B4D16E4344EF8CACF24E6F2371F1461E5F6964002B020004";
    Beginning::After(ResumeToken::try_from(doc! { "_data": data }).unwrap())
}

/// Records the incidents of a subscription.
#[derive(Clone, Default)]
pub(super) struct Incidents(Arc<Mutex<Vec<Incident>>>);

impl Incidents {
    pub(super) fn of(&self, subscribe: Subscribe<Item>) -> Subscribe<Item> {
        let list = Arc::clone(&self.0);
        subscribe.on_incident(move |incident| list.lock().unwrap().push(incident.clone()))
    }

    /// Returns the incidents other than the beginning of a term.
    pub(super) fn take(&self) -> Vec<Incident> {
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
    drop(fast(&items, "a").await.unwrap());
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

/// A stream that is opened for the first time gives up after three attempts. A copy that continues does not.
#[odm_test::test]
async fn a_copy_that_continues_waits_for_a_server(_db: Database) {
    let server = own().await;
    let db = server.fresh_database("waiting").await.unwrap();
    let items: Collection<Item> = named(&server, &db, "copying").await.collection();
    insert(&db, 0..4).await;
    let open = || fast(&items, "copy").begin(Beginning::ExistingDocuments);
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [0, 1]);
    changes.close().await.unwrap();
    let broken = doc! { "closeConnection": true };
    fail(&server, "copying", doc! { "times": 5 }, &["aggregate"], broken).await;
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 2).await, [2, 3]);
    server.stop().await;
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

/// The time of the token is in the oplog, but its change is not, as with a token of another replica set.
#[odm_test::test]
async fn a_token_whose_change_is_not_in_the_oplog_is_lost_history(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..1).await;
    let mut changes = items.watch().await.unwrap();
    insert(&db, 1..2).await;
    let change = soon(changes.next()).await.unwrap().unwrap();
    let data = change.token().data().to_owned();
    // The id of the collection.
    let id = data.find("5A1004").unwrap() + 6;
    let data = format!("{}{}{}", &data[..id], "0".repeat(32), &data[id + 32..]);
    let token = ResumeToken::try_from(doc! { "_data": data }).unwrap();
    insert(&db, 2..3).await;
    let incidents = Incidents::default();
    let subscribe = fast(&items, "a").begin(Beginning::After(token));
    let mut changes = incidents.of(subscribe.on_history_lost(OnHistoryLost::SkipToNow)).await.unwrap();
    silence(&mut changes).await;
    insert(&db, 3..4).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [3]);
    assert!(matches!(incidents.take()[..], [Incident::HistoryLost { code: Some(280), .. }]));
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
