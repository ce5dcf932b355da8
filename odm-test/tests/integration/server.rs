//! The server: a replica set whose only member accepts writes. The tests of a process share it; a test can end its
//! own.

use futures_util::StreamExt as _;
use odm::{
    Database,
    bson::{Document, doc},
};
use odm_test::Server;

use crate::child;

#[odm_test::test]
async fn is_a_writable_primary(db: Database) {
    let hello = db.driver().run_command(doc! { "hello": 1 }).await.unwrap();
    assert!(hello.get_bool("isWritablePrimary").unwrap(), "{hello}");
    assert!(hello.contains_key("setName"), "{hello}");
}

#[odm_test::test]
async fn runs_transactions(db: Database) {
    let things = db.driver().collection::<Document>("things");
    let mut session = db.driver().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    things.insert_one(doc! { "_id": 1 }).session(&mut session).await.unwrap();
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 0, "not yet committed");
    session.commit_transaction().await.unwrap();
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 1);
}

#[odm_test::test]
async fn streams_changes(db: Database) {
    let things = db.driver().collection::<Document>("things");
    let mut changes = things.watch().await.unwrap();
    things.insert_one(doc! { "_id": 1 }).await.unwrap();
    let change = changes.next().await.unwrap().unwrap();
    assert_eq!(change.full_document, Some(doc! { "_id": 1 }));
}

#[odm_test::test]
async fn has_fail_points() {
    // A fail point belongs to the server, not to a database. On a server of its own it affects no other test.
    let server = Server::start().await.unwrap();
    let db = server.database("failing").await.unwrap();
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": 1 },
        "data": { "failCommands": ["ping"], "errorCode": 11 },
    };
    db.driver().client().database("admin").run_command(fail).await.unwrap();
    db.driver().run_command(doc! { "ping": 1 }).await.unwrap_err();
    db.driver().run_command(doc! { "ping": 1 }).await.unwrap();
    server.stop().await;
}

#[odm_test::test]
async fn has_the_arguments_of_the_caller_instead_of_those_of_the_kit() {
    let server =
        Server::start_with(["--oplogSize", "7", "--setParameter", "ttlMonitorSleepSecs=3"]).await.unwrap();
    let client = server.client().await.unwrap();
    let stats = client.database("local").run_command(doc! { "collStats": "oplog.rs" }).await.unwrap();
    assert_eq!(stats.get("maxSize").unwrap().to_string(), (7 << 20).to_string());
    let parameters = doc! { "getParameter": 1, "ttlMonitorSleepSecs": 1, "enableTestCommands": 1 };
    let parameters = client.database("admin").run_command(parameters).await.unwrap();
    assert_eq!(parameters.get_i32("ttlMonitorSleepSecs").unwrap(), 3);
    assert!(parameters.contains_key("enableTestCommands"));
    server.stop().await;

    let error = Server::start_with(["--no-such-argument"]).await.unwrap_err();
    assert!(error.to_string().contains("no-such-argument"), "{error}");
}

#[odm_test::test]
async fn is_shared_by_the_tests_of_a_process(server: Server) {
    assert_eq!(Server::shared().await.unwrap().uri(), server.uri());
}

#[odm_test::test]
async fn says_its_version(server: Server, db: Database) {
    let build = db.driver().run_command(doc! { "buildInfo": 1 }).await.unwrap();
    assert_eq!(build.get_str("version").unwrap(), server.version());
}

#[odm_test::test]
async fn of_ones_own_is_gone_when_stopped_or_dropped(server: Server) {
    for stop in [true, false] {
        let own = Server::start().await.unwrap();
        assert_ne!(own.uri(), server.uri());
        let address = child::address(own.uri());
        let other_handle = own.clone();
        own.stop().await;
        other_handle.database("any").await.unwrap().driver().list_collection_names().await.unwrap();
        if stop {
            other_handle.stop().await;
        } else {
            drop(other_handle);
        }
        child::wait_until_gone(&address);
    }
}
