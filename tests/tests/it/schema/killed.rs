//! A process that applies a plan is killed with SIGKILL at many points. Applying again always ends in the same state, and
//! no document is lost.

use std::{
    env,
    hash::{BuildHasher, RandomState},
    process::Stdio,
    time::{Duration, Instant},
};

use odm::{
    Database, Id, Model,
    bson::{DateTime, Document, doc, oid::ObjectId},
    models,
    mongodb::Client,
    schema::Schema,
};
use odm_test::Server;
use tokio::{
    io::{AsyncBufReadExt as _, BufReader},
    process::{Child, Command},
    time::sleep,
};

use super::{create, live};

#[derive(Debug, Clone, Model)]
#[odm(collection = "accounts", validator, capped(size = 1_048_576))]
#[odm(index(email, unique), index(name), index(name, email = -1), index(email = "hashed"))]
struct Account {
    id: Id<Account>,
    email: String,
    #[odm(validate(length(min = 1)))]
    name: String,
}

#[derive(Debug, Clone, Model)]
#[odm(collection = "visits", index(at = -1), pre_and_post_images)]
struct Visit {
    id: Id<Visit>,
    at: DateTime,
}

// --- models end here

/// The variables with which a process of this test is a child that applies the plan.
const SERVER: &str = "ODM_TEST_APPLY_SERVER";
const DATABASE: &str = "ODM_TEST_APPLY_DATABASE";
/// The line that the child prints before it applies.
const READY: &str = "ready to apply";

const DOCUMENTS: u32 = 2_000;
const KILLS: u32 = 20;

fn schema(db: &Database) -> Schema {
    db.schema(models![Account, Visit])
}

async fn apply(db: &Database) {
    let plan = schema(db).plan().await.unwrap();
    let applied = plan.apply().allow_narrowing().allow_destructive().await;
    applied.unwrap_or_else(|error| panic!("{error}: {:?}\n{plan}", error.server_message()));
}

/// What a child does. Without the variables it is no child, and there is nothing to do.
#[tokio::test]
async fn a_child_applies_the_plan() {
    let (Ok(server), Ok(database)) = (env::var(SERVER), env::var(DATABASE)) else { return };
    let client = Client::with_uri_str(server).await.unwrap();
    let db = Database::from_driver(client.database(&database));
    db.ping().await.unwrap();
    println!("\n{READY}");
    apply(&db).await;
}

/// Starts a child, and returns it when it begins to apply.
async fn child(server: &Server, db: &Database) -> Child {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "schema::killed::a_child_applies_the_plan", "--nocapture"])
        .env(SERVER, server.uri())
        .env(DATABASE, db.name())
        .stdout(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    while let Some(line) = lines.next_line().await.unwrap() {
        if line == READY {
            // The child fails if nobody reads what it prints at the end.
            tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
            return child;
        }
    }
    panic!("the child ended before it applied");
}

/// Returns the documents of the test, which the validator accepts.
fn documents() -> Vec<Document> {
    let id = |n: u32| ObjectId::parse_str(format!("{n:024x}")).unwrap();
    (0..DOCUMENTS)
        .map(
            |n| doc! { "_id": id(n), "email": format!("{n}@example.org"), "name": format!("name {}", n % 7) },
        )
        .collect()
}

/// Restores the state before the plan: indexes to rebuild, to modify, to create, and one of another program.
async fn reset(db: &Database) {
    for collection in ["accounts", "visits"] {
        db.driver().collection::<Document>(collection).drop().await.unwrap();
    }
    db.driver().run_command(doc! { "create": "accounts", "capped": true, "size": 2_097_152 }).await.unwrap();
    db.driver().collection::<Document>("accounts").insert_many(documents()).await.unwrap();
    create(db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1" }).await;
    create(db, "accounts", doc! { "key": { "name": 1 }, "name": "name_1", "sparse": true }).await;
    create(db, "accounts", doc! { "key": { "foreign": 1 }, "name": "foreign_1" }).await;
}

/// Waits until the server builds no index for a client that was killed.
async fn settle(db: &Database) {
    loop {
        let command = doc! { "listIndexes": "accounts", "includeIndexBuildInfo": true };
        let answer = db.driver().run_command(command).await.unwrap();
        let batch = answer.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
        let is_building =
            |index: &odm::bson::Bson| index.as_document().unwrap().contains_key("indexBuildInfo");
        if !batch.iter().any(is_building) {
            return;
        }
        sleep(Duration::from_millis(10)).await;
    }
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_apply_is_continued_and_loses_nothing(db: Database, server: Server) {
    let accounts = db.driver().collection::<Document>("accounts");
    reset(&db).await;
    let mut whole = child(&server, &db).await;
    // A child starts for a time that is many times as long as it applies for.
    let started = Instant::now();
    assert!(whole.wait().await.unwrap().success());
    let mut whole = started.elapsed();
    let plan = schema(&db).plan().await.unwrap();
    assert_eq!(plan.to_string(), "? accounts: index foreign_1 is not declared");
    let mut wanted = live(&db, "accounts").await;
    wanted.sort_by_key(ToString::to_string);

    let mut killed = 0;
    for number in 0..KILLS {
        reset(&db).await;
        let mut child = child(&server, &db).await;
        let started = Instant::now();
        let jitter = RandomState::new().hash_one(number) % 1_000;
        let micros = u64::try_from(whole.as_micros()).unwrap() * (u64::from(number) * 1_000 + jitter)
            / (u64::from(KILLS) * 1_000);
        sleep(Duration::from_micros(micros)).await;
        child.start_kill().unwrap();
        if child.wait().await.unwrap().success() {
            whole = whole.min(started.elapsed());
        } else {
            killed += 1;
        }
        settle(&db).await;

        apply(&db).await;
        let plan = schema(&db).plan().await.unwrap();
        assert_eq!(plan.to_string(), "? accounts: index foreign_1 is not declared", "after {micros} µs");
        let mut found = live(&db, "accounts").await;
        found.sort_by_key(ToString::to_string);
        assert_eq!(found, wanted, "after {micros} µs");
        let cursor = accounts.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
        let kept: Vec<Document> = futures_util::TryStreamExt::try_collect(cursor).await.unwrap();
        assert!(kept == documents(), "{} documents after {micros} µs", kept.len());
    }
    assert!(killed >= KILLS / 2, "{killed} of {KILLS} children were killed before they ended");
}
