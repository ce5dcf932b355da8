//! The database of a test: it is fresh, dropped if the test passes, and kept and logged if the test fails.

use odm::{
    Database,
    bson::{Document, doc},
    mongodb::Client,
};
use odm_test::{Error, Server};

use crate::child;

#[odm_test::test]
async fn starts_empty(db: Database) {
    count_after_one_insert(&db).await;
}

#[odm_test::test]
async fn starts_empty_for_the_next_test_too(db: Database) {
    count_after_one_insert(&db).await;
}

async fn count_after_one_insert(db: &Database) {
    let things = db.driver().collection::<Document>("things");
    things.insert_one(doc! { "_id": 1 }).await.expect("nobody else writes here");
    assert_eq!(things.count_documents(doc! {}).await.unwrap(), 1);
}

#[odm_test::test]
async fn has_the_name_of_the_test(db: Database) {
    assert!(db.name().starts_with("test-database-has_the_name_of_the_test-"), "{}", db.name());
}

#[odm_test::test]
async fn is_given_with_its_server_and_its_client(
    server: Server,
    db: Database,
    client: Client,
) -> Result<(), Error> {
    count_after_one_insert(&db).await;
    let names = client.list_database_names().await.unwrap();
    assert!(names.iter().any(|name| name == db.name()));
    let elsewhere = server.database(db.name()).await?;
    assert_eq!(elsewhere.driver().list_collection_names().await.unwrap(), ["things"]);
    Ok(())
}

#[odm_test::test]
async fn need_not_be_asked_for() {
    tokio::task::yield_now().await;
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn is_given_on_several_threads(db: Database) {
    let tasks = [1, 2].map(|id| {
        let things = db.driver().collection::<Document>("things");
        tokio::spawn(async move { things.insert_one(doc! { "_id": id }).await.map(drop) })
    });
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    assert_eq!(tokio::runtime::Handle::current().metrics().num_workers(), 2);
}

mod under_another_name {
    pub(super) mod kit {
        pub(crate) use odm_test::__private;
    }

    #[odm_test::test(crate = crate::database::under_another_name::kit)]
    async fn the_kit_is_found(db: odm::Database) {
        assert!(!db.name().is_empty());
    }
}

#[odm_test::test]
async fn is_dropped_when_the_test_passed(server: Server) {
    for subject in ["passes", "panics_as_expected", "leaves_a_transaction_open"] {
        let ended = child::run(child::subject(subject).env("ODM_MONGODB_URI", server.uri()));
        assert!(ended.passed, "{}", ended.output);
        assert!(!exists(&server, ended.reported("database")).await, "{}", ended.output);
        assert!(!ended.output.contains("is kept"), "{}", ended.output);
    }
}

#[odm_test::test]
async fn is_kept_and_named_when_the_test_failed(server: Server) {
    for subject in ["panics", "returns_an_error", "panics_never"] {
        let ended = child::run(child::subject(subject).env("ODM_MONGODB_URI", server.uri()));
        assert!(!ended.passed, "{}", ended.output);
        let name = ended.reported("database");
        assert!(exists(&server, name).await, "{}", ended.output);
        let line = format!(
            "odm-test: integration::subject::{subject} failed; its database is kept: {name} at {}\n",
            server.uri()
        );
        assert!(ended.output.contains(&line), "{}", ended.output);
        server.database(name).await.unwrap().driver().drop().await.unwrap();
    }
}

#[test]
fn goes_with_its_server_and_is_named_when_the_test_failed() {
    let ended = child::run(child::subject("panics").env("ODM_MONGODB_SOURCE", "wheel"));
    assert!(!ended.passed, "{}", ended.output);
    let line = format!(
        "odm-test: integration::subject::panics failed; its database {} is removed with its server: to inspect it, run \
         the test again with ODM_MONGODB_KEEP=1\n",
        ended.reported("database")
    );
    assert!(ended.output.contains(&line), "{}", ended.output);
    assert!(!ended.output.contains("is kept"), "{}", ended.output);
}

async fn exists(server: &Server, name: &str) -> bool {
    let names = server.client().await.unwrap().list_database_names().await.unwrap();
    names.iter().any(|existing| existing == name)
}
