//! Tests that other tests run, each in a process of its own. Some of them fail on purpose.

use odm::{
    Database,
    bson::{Document, doc},
};
use odm_test::{ReplicaSet, Server};

/// Prints a value for the parent process, which reads it with `child::Ended::reported`.
fn report(what: &str, value: &str) {
    println!("\nsubject {what}: {value}");
}

/// Inserts a document, so that the database exists, and prints its name.
async fn fill(db: &Database) {
    db.driver().collection("things").insert_one(doc! { "a": 1 }).await.expect("the server accepts writes");
    report("database", db.name());
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn passes(db: Database) {
    fill(&db).await;
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn panics(db: Database) {
    fill(&db).await;
    panic!("as it should");
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn returns_an_error(db: Database) -> Result<(), String> {
    fill(&db).await;
    Err("as it should".to_owned())
}

#[odm_test::test]
#[ignore = "run by another test"]
#[should_panic(expected = "as it should")]
async fn panics_as_expected(db: Database) {
    fill(&db).await;
    panic!("as it should");
}

#[odm_test::test]
#[ignore = "run by another test"]
#[should_panic(expected = "it does not")]
async fn panics_never(db: Database) {
    fill(&db).await;
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn leaves_a_transaction_open(db: Database) {
    fill(&db).await;
    let mut session = db.driver().client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let things = db.driver().collection::<Document>("things");
    things.insert_one(doc! { "a": 2 }).session(&mut session).await.unwrap();
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn tells_its_server(server: Server) {
    report("source", &server.source().to_string());
    report("uri", server.uri());
}

#[tokio::test]
#[ignore = "run by another test"]
async fn starts_its_own_server() {
    match Server::start().await {
        Ok(server) => {
            report("source", &server.source().to_string());
            server.stop().await;
        }
        Err(error) => panic!("{error}"),
    }
}

#[odm_test::test]
#[ignore = "run by another test"]
async fn holds_its_server(server: Server) {
    report("uri", server.uri());
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
}

#[tokio::test]
#[ignore = "run by another test"]
async fn holds_a_replica_set() {
    let set = ReplicaSet::start().await.unwrap_or_else(|error| panic!("{error}"));
    report("uri", set.uri());
    tokio::time::sleep(std::time::Duration::from_secs(300)).await;
}
