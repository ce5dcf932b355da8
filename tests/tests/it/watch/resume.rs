//! Lost connections, killed cursors, elections: every change is returned exactly once.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database,
    bson::{Bson, Document, doc},
    mongodb::{
        Client,
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Item, insert, inserted, next, silence, soon};
use crate::failing::own;

/// The commands that a client has sent.
#[derive(Clone, Default)]
struct Sent(Arc<Mutex<Vec<Document>>>);

impl Sent {
    /// Returns the names of the commands: `aggregate`, `aggregate startAfter`, `getMore` and so on. The writes of the
    /// test are left out, and so is `killCursors`, which requests nothing.
    fn names(&self) -> Vec<String> {
        let sent = self.0.lock().unwrap();
        let own_commands = sent
            .iter()
            .filter(|command| !command.contains_key("insert") && !command.contains_key("killCursors"));
        let names = own_commands.map(|command| {
            let name = command.keys().next().unwrap();
            let start = command
                .get_array("pipeline")
                .ok()
                .and_then(|stages| stages[0].as_document()?.get_document("$changeStream").ok())
                .and_then(|stage| stage.keys().next());
            start.map_or_else(|| name.clone(), |start| format!("{name} {start}"))
        });
        names.collect()
    }

    fn clear(&self) {
        self.0.lock().unwrap().clear();
    }
}

/// Returns a client for the watching side only. The fail points select it by its name.
async fn watcher(server: &Server, db: &str, app: &str) -> (Database, Sent) {
    let sent = Sent::default();
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(app.to_owned());
    options.server_selection_timeout = Some(Duration::from_secs(2));
    let record = sent.clone();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(event) = event {
            record.0.lock().unwrap().push(event.command);
        }
    }));
    (Database::from_driver(Client::with_options(options).unwrap().database(db)), sent)
}

/// Closes the connection in the next `times` calls of this client.
async fn break_connections(server: &Server, app: &str, times: i32, commands: &[&str]) {
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": times },
        "data": { "failCommands": commands, "closeConnection": true, "appName": app },
    };
    server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
}

/// With the driver's own change stream, `times: 2` loses all four events without an error, and `times: 3` returns
/// error 50738 each time, because its resuming `aggregate` is retried without the token.
#[odm_test::test]
async fn four_of_four_events_arrive_however_often_the_connection_breaks(_db: Database) {
    let server = own().await;
    for times in [1, 2, 3, 6] {
        let app = format!("watcher-{times}");
        let (db, sent) = watcher(&server, &app, &app).await;
        let items: Collection<Item> = db.collection();
        let mut changes = items.watch().max_await_time(Duration::from_millis(100)).await.unwrap();
        insert(&db, 0..1).await;
        assert_eq!(inserted(&mut changes, 1).await, [0]);

        break_connections(&server, &app, times, &["getMore", "aggregate"]).await;
        sent.clear();
        insert(&db, 1..5).await;
        assert_eq!(inserted(&mut changes, 4).await, [1, 2, 3, 4], "after {times} broken connections");
        silence(&mut changes).await;

        let calls = sent.names();
        let mut expected = vec!["getMore"];
        expected.extend(vec!["aggregate startAfter"; usize::try_from(times).unwrap()]);
        assert_eq!(calls[..expected.len()], expected);
        assert!(calls[expected.len()..].iter().all(|name| name == "getMore"), "{calls:?}");
    }
    server.stop().await;
}

#[odm_test::test]
async fn a_stream_without_events_resumes_from_its_start(_db: Database) {
    let server = own().await;
    let (db, _) = watcher(&server, "early", "early").await;
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    break_connections(&server, "early", 3, &["getMore", "aggregate"]).await;
    insert(&db, 0..4).await;
    assert_eq!(inserted(&mut changes, 4).await, [0, 1, 2, 3]);
    server.stop().await;
}

#[odm_test::test]
async fn opening_survives_two_broken_connections(_db: Database) {
    let server = own().await;
    let (db, sent) = watcher(&server, "opening", "opening").await;
    let items: Collection<Item> = db.collection();
    break_connections(&server, "opening", 2, &["aggregate"]).await;
    let mut changes = items.watch().await.unwrap();
    assert_eq!(sent.names(), ["aggregate", "aggregate", "aggregate"]);
    insert(&db, 0..1).await;
    assert_eq!(inserted(&mut changes, 1).await, [0]);

    break_connections(&server, "opening", 3, &["aggregate"]).await;
    let error = items.watch().await.unwrap_err();
    assert!(error.is_unavailable() && error.is_retryable(), "{error}");
    server.stop().await;
}

#[odm_test::test]
async fn opening_is_tried_once_if_reads_are_not_retried(_db: Database) {
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some("opening-once".to_owned());
    options.retry_reads = Some(false);
    let (db, commands) = Commands::record_with(options, "opening-once");
    let items: Collection<Item> = db.collection();
    break_connections(&server, "opening-once", 1, &["aggregate"]).await;
    let error = items.watch().await.unwrap_err();
    assert!(error.is_unavailable() && error.is_retryable(), "{error}");
    assert_eq!(commands.take().len(), 1);
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(inserted(&mut changes, 1).await, [0]);
    server.stop().await;
}

/// Errors of a server that is available but cannot continue: with transient codes, and with an unknown code.
#[odm_test::test]
async fn a_persistent_error_ends_the_stream(_db: Database) {
    let server = own().await;
    let (db, sent) = watcher(&server, "stays", "stays").await;
    let items: Collection<Item> = db.collection();
    let fail = |mode: Bson, code: i32| {
        doc! {
            "configureFailPoint": "failCommand", "mode": mode,
            "data": { "failCommands": ["getMore", "aggregate"], "errorCode": code, "appName": "stays" },
        }
    };
    let client = server.client().await.unwrap();
    let admin = client.database("admin");

    let mut changes = items.watch().await.unwrap();
    for code in [189, 10107, 43, 234, 8] {
        admin.run_command(fail(Bson::Document(doc! { "times": 3 }), code)).await.unwrap();
        insert(&db, code..code + 2).await;
        assert_eq!(inserted(&mut changes, 2).await, [code, code + 1], "after code {code}");
    }

    admin.run_command(fail("alwaysOn".into(), 8)).await.unwrap();
    sent.clear();
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert_eq!(error.code(), Some(8));
    assert_eq!(sent.names().len(), 6, "{:?}", sent.names());
    assert!(soon(changes.next()).await.is_none());
    assert!(soon(changes.next_if_any()).await.is_err());
    let token = changes.resume_token().unwrap().clone();
    admin.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    insert(&db, 100..101).await;
    let mut changes = items.watch().resume_after(token).await.unwrap();
    assert_eq!(inserted(&mut changes, 1).await, [100]);
    server.stop().await;
}

/// One call is sent, the last item is its error, and the position is kept.
#[odm_test::test]
async fn a_permanent_error_is_not_retried(_db: Database) {
    let server = own().await;
    let (db, sent) = watcher(&server, "dead", "dead").await;
    let items: Collection<Item> = db.collection();
    let admin = server.client().await.unwrap().database("admin");
    for (code, kind) in [
        (286, "HistoryLost"),
        (280, "InvalidResumeToken"),
        (260, "InvalidResumeToken"),
        (10334, "EventTooLarge"),
        (47, "ImageMissing"),
        (13, "Unauthorized"),
        (40324, "Server"),
    ] {
        let mut changes = items.watch().await.unwrap();
        let before = changes.resume_token().cloned();
        let fail = doc! {
            "configureFailPoint": "failCommand", "mode": "alwaysOn",
            "data": { "failCommands": ["getMore", "aggregate"], "errorCode": code, "appName": "dead" },
        };
        admin.run_command(fail).await.unwrap();
        sent.clear();
        let error = soon(changes.next()).await.unwrap().unwrap_err();
        assert_eq!((error.kind().name(), error.code()), (kind, Some(code)));
        assert!(soon(changes.next()).await.is_none());
        assert_eq!(sent.names(), ["getMore"], "{code}");
        assert_eq!(changes.resume_token().cloned(), before);
        admin.run_command(doc! { "configureFailPoint": "failCommand", "mode": "off" }).await.unwrap();
    }
    server.stop().await;
}

#[odm_test::test]
async fn a_killed_cursor_is_replaced(db: Database, server: Server) {
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(inserted(&mut changes, 1).await, [0]);
    let killed = kill_cursors(&server, &db).await;
    assert_eq!(killed, 1);
    insert(&db, 1..5).await;
    assert_eq!(inserted(&mut changes, 4).await, [1, 2, 3, 4]);
}

/// Kills every cursor on the items of `db`, and returns their number.
async fn kill_cursors(server: &Server, db: &Database) -> usize {
    let client = server.client().await.unwrap();
    let cursors = open_cursors(&client, db).await;
    let kill = doc! { "killCursors": "items", "cursors": &cursors };
    client.database(db.name()).run_command(kill).await.unwrap();
    cursors.len()
}

/// Returns the ids of the cursors on the items of `db`, in use or not.
pub(super) async fn open_cursors(client: &Client, db: &Database) -> Vec<i64> {
    open_cursors_on(client, db, "items").await
}

/// Returns the ids of the cursors on a collection of `db`, in use or not.
pub(super) async fn open_cursors_on(client: &Client, db: &Database, collection: &str) -> Vec<i64> {
    let ns = format!("{}.{collection}", db.name());
    let pipeline = [
        doc! { "$currentOp": { "idleCursors": true, "allUsers": true } },
        doc! { "$match": { "ns": ns, "cursor.cursorId": { "$exists": true } } },
    ];
    let list = doc! { "aggregate": 1, "pipeline": pipeline.to_vec(), "cursor": {} };
    let answer = client.database("admin").run_command(list).await.unwrap();
    let found = answer.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let numbers = found.iter().map(|found| {
        found.as_document().unwrap().get_document("cursor").unwrap().get_i64("cursorId").unwrap()
    });
    numbers.collect()
}

#[odm_test::test]
async fn a_stream_continues_after_an_election(_db: Database) {
    let server = own().await;
    let (db, _) = watcher(&server, "election", "election").await;
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().await.unwrap();
    insert(&db, 0..1).await;
    assert_eq!(inserted(&mut changes, 1).await, [0]);

    // The reply may be lost, because a step-down closes connections.
    let step_down = doc! { "replSetStepDown": 3, "secondaryCatchUpPeriodSecs": 0, "force": true };
    let _ = server.client().await.unwrap().database("admin").run_command(step_down).await;
    let elsewhere = server.client().await.unwrap();
    let writer = async {
        let again = Database::from_driver(elsewhere.database(db.name()));
        for n in 1..5 {
            while super::plain(&again).insert_one(doc! { "n": n }).await.is_err() {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    };
    let (read, ()) = tokio::join!(inserted(&mut changes, 4), writer);
    assert_eq!(read, [1, 2, 3, 4]);
    silence(&mut changes).await;
    server.stop().await;
}

#[odm_test::test]
async fn a_stream_ends_after_the_allowed_outage(_db: Database) {
    let server = own().await;
    let (db, _) = watcher(&server, "outage", "outage").await;
    let items: Collection<Item> = db.collection();
    let mut changes = items.watch().max_outage(Duration::from_secs(1)).await.unwrap();
    insert(&db, 0..1).await;
    next(&mut changes).await;
    let token = changes.resume_token().cloned();
    server.stop().await;
    let error = soon(changes.next()).await.unwrap().unwrap_err();
    assert!(error.is_unavailable(), "{error}");
    assert!(soon(changes.next()).await.is_none());
    assert!(changes.resume_token() >= token.as_ref());
}
