//! Several processes that apply at once, and applying that was interrupted.

use std::time::Duration;

use odm::{
    Database, Id, Model,
    bson::{Document, doc},
    error::SchemaError,
    index::{Index, IndexType},
    mongodb::options::ClientOptions,
    schema::{Models, Schema},
};
use odm_integration::commands::Commands;
use tokio::task::JoinSet;

use super::{create, live};
use crate::failing::{fail, own};

#[derive(Debug, Clone, Model)]
#[odm(collection = "events")]
struct Event {
    id: Id<Event>,
    a: i32,
}

// --- models end here

fn on(field: &str) -> Index {
    Index::new().key(field, IndexType::Ascending)
}

fn schema(db: &Database, indexes: impl IntoIterator<Item = Index>) -> Schema {
    db.schema(Models::new().with_indexes::<Event>(indexes))
}

async fn fill(db: &Database, count: i32) {
    let documents: Vec<_> =
        (0..count).map(|n| doc! { "a": n, "b": n, "c": n, "d": format!("{n}") }).collect();
    db.driver().collection::<Document>("events").insert_many(documents).await.unwrap();
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_plan_applied_by_many_at_once_ends_well(db: Database) {
    fill(&db, 2_000).await;
    create(&db, "events", doc! { "key": { "a": 1 }, "name": "a_1" }).await;
    create(&db, "events", doc! { "key": { "b": 1 }, "name": "b_1", "sparse": true }).await;
    create(&db, "events", doc! { "key": { "c": 1 }, "name": "c_1" }).await;
    create(&db, "events", doc! { "key": { "x": 1 }, "name": "x_1", "hidden": true }).await;
    let indexes =
        [on("a").unique(), on("b"), on("c").hidden(), on("d"), Index::new().key("d", IndexType::Hashed)];
    let schema = schema(&db, indexes).drop_undeclared();
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.iter().count(), 6, "{plan}");

    let mut tasks = JoinSet::new();
    for _ in 0..6 {
        let plan = plan.clone();
        tasks.spawn(async move { plan.apply().allow_destructive().await });
    }
    for applied in tasks.join_all().await {
        if let Err(error) = applied {
            panic!("{error}: {:?}", error.server_message());
        }
    }
    let plan = schema.plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn applying_that_was_dropped_half_way_is_continued(db: Database) {
    fill(&db, 2_000).await;
    create(&db, "events", doc! { "key": { "b": 1 }, "name": "b_1", "sparse": true }).await;
    let schema = schema(&db, [on("a").unique(), on("b"), on("d")]);
    for microseconds in [0, 200, 1_000, 3_000, 6_000, 12_000, 25_000] {
        let plan = schema.plan().await.unwrap();
        let apply = std::future::IntoFuture::into_future(plan.apply().allow_destructive());
        drop(tokio::time::timeout(Duration::from_micros(microseconds), apply).await);
    }
    // The command that was being sent when the future was dropped is completed in the background.
    schema.plan().await.unwrap().apply().allow_destructive().await.unwrap();
    let plan = schema.plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[odm_test::test]
async fn a_change_that_the_plan_does_not_contain_is_not_made(db: Database) {
    create(&db, "events", doc! { "key": { "a": 1 }, "name": "a_1", "sparse": true }).await;
    let schema = schema(&db, [on("a")]);
    let plan = schema.plan().await.unwrap();
    db.driver().run_command(doc! { "dropIndexes": "events", "index": "a_1" }).await.unwrap();
    create(&db, "events", doc! { "key": { "other": 1 }, "name": "a_1" }).await;
    let before = live(&db, "events").await;

    let error = plan.apply().allow_destructive().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "apply on {}.events: the index `a_1` of `events` differs from the declared one: keys {{ \"other\": 1 }} -> \
             {{ \"a\": 1 }}",
            db.name()
        )
    );
    assert!(matches!(error.schema(), Some(SchemaError::Conflict { .. })));
    assert_eq!(live(&db, "events").await, before);

    // What someone else did already is not done again.
    db.driver().run_command(doc! { "dropIndexes": "events", "index": "a_1" }).await.unwrap();
    create(&db, "events", doc! { "key": { "a": 1 }, "name": "a_1" }).await;
    assert!(plan.apply().allow_destructive().await.unwrap().is_empty());
}

#[odm_test::test]
async fn documents_that_came_after_the_plan_are_not_deleted(db: Database) {
    db.driver().create_collection("events").await.unwrap();
    let schema = schema(&db, [on("a").expire_after(Duration::from_secs(1))]);
    let plan = schema.plan().await.unwrap();
    assert!(!plan.is_destructive(), "the collection is empty: {plan}");
    fill(&db, 1).await;
    let error = plan.apply().allow_destructive().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "apply on {}.events: the index `a_1` of `events` differs from the declared one: it is missing, and now \
             deletes documents",
            db.name()
        )
    );
    assert!(live(&db, "events").await.is_empty());
    assert!(schema.plan().await.unwrap().is_destructive());
}

#[odm_test::test]
async fn a_ttl_that_someone_extended_after_the_plan_is_not_shortened(db: Database) {
    let ttl = |days: i32| doc! { "key": { "a": 1 }, "name": "a_1", "expireAfterSeconds": days * 86_400 };
    fill(&db, 1).await;
    create(&db, "events", ttl(30)).await;
    let schema = schema(&db, [on("a").expire_after(Duration::from_secs(90 * 86_400))]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "~ events: modify index a_1: ttl 30d -> 90d [safe]");
    let longer = doc! { "name": "a_1", "expireAfterSeconds": 365 * 86_400 };
    db.driver().run_command(doc! { "collMod": "events", "index": longer }).await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::Conflict { .. })), "{error}");
    assert_eq!(
        live(&db, "events").await,
        [doc! { "v": 2 }.into_iter().chain(ttl(365)).collect::<Document>()]
    );
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_was_being_rebuilt_is_built_after_the_future_is_dropped(db: Database) {
    fill(&db, 2_000).await;
    let schema = schema(&db, [on("b")]);
    for microseconds in (0..12).map(|step| step * 700) {
        let command = doc! { "dropIndexes": "events", "index": "*" };
        db.driver().run_command(command).await.unwrap();
        create(&db, "events", doc! { "key": { "b": 1 }, "name": "b_1", "sparse": true }).await;
        let plan = schema.plan().await.unwrap();
        let apply = std::future::IntoFuture::into_future(plan.apply().allow_destructive());
        drop(tokio::time::timeout(Duration::from_micros(microseconds), apply).await);
        // Nothing of the run is left after a while, and an index is always there.
        let (mut seen, mut times) = (Vec::new(), 0);
        for _ in 0..400 {
            let now = live(&db, "events").await;
            times = if !now.is_empty() && now == seen { times + 1 } else { 0 };
            seen = now;
            // On a busy machine, a run may pause between two of its commands.
            if times == 20 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        assert_eq!(seen.len(), 1, "after {microseconds} µs");
    }
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_index_that_is_never_built_is_not_waited_for_after_the_future_is_dropped() {
    let server = own().await;
    let options = ClientOptions::parse(server.uri()).await.unwrap();
    let (db, commands) = Commands::record_with(options, &format!("never{}", std::process::id()));
    let admin = server.client().await.unwrap().database("admin");
    let hang = |mode: &str| doc! { "configureFailPoint": "hangAfterStartingIndexBuild", "mode": mode };
    fill(&db, 10).await;
    admin.run_command(hang("alwaysOn")).await.unwrap();
    let other = server.client().await.unwrap().database(db.name());
    let build = tokio::spawn(async move {
        let index = doc! { "key": { "a": 1 }, "name": "a_1" };
        other.run_command(doc! { "createIndexes": "events", "indexes": [index] }).await
    });
    let schema = schema(&db, [on("a"), on("b")]);
    let mut plan = schema.plan().await.unwrap();
    while !plan.to_string().contains("wait for index a_1") {
        plan = schema.plan().await.unwrap();
    }

    let apply = std::future::IntoFuture::into_future(plan.apply());
    assert!(tokio::time::timeout(Duration::from_millis(300), apply).await.is_err(), "it waits for the index");
    let (mut quiet, mut sent) = (0, Vec::new());
    for _ in 0..400 {
        sent = commands.take();
        quiet = if sent.is_empty() { quiet + 1 } else { 0 };
        if quiet == 100 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(quiet, 100, "commands are still sent: {sent:?}");

    admin.run_command(hang("off")).await.unwrap();
    build.await.unwrap().unwrap();
    let applied = schema.plan().await.unwrap().apply().await.unwrap();
    assert_eq!(applied.to_string(), "created index events.b_1");
    db.drop_database().await.unwrap();
    server.stop().await;
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuild_is_one_change_if_it_takes_several_attempts() {
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some("rebuild".to_owned());
    let (db, commands) = Commands::record_with(options, &format!("rebuild{}", std::process::id()));
    fill(&db, 10).await;
    create(&db, "events", doc! { "key": { "a": 1 }, "name": "a_1", "sparse": true }).await;
    let schema = schema(&db, [on("a"), on("b")]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.iter().count(), 2, "{plan}");
    // The error of an index build that another process aborted.
    let data = doc! { "errorCode": 276 };
    fail(&server, "rebuild", doc! { "times": 2 }, &["createIndexes"], data).await;
    commands.take();
    let applied = plan.apply().allow_destructive().await.unwrap();
    let commands = commands.take();
    let attempts = commands.iter().filter(|command| command.contains_key("createIndexes"));
    assert_eq!(attempts.count(), 3, "{commands:?}");
    let mut lines: Vec<String> = applied.to_string().lines().map(ToOwned::to_owned).collect();
    lines.sort();
    assert_eq!(lines, ["created index events.b_1", "rebuilt index events.a_1"]);
    db.drop_database().await.unwrap();
    server.stop().await;
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_index_is_the_change_of_one_process(db: Database) {
    for round in 0..5 {
        fill(&db, 200).await;
        create(&db, "events", doc! { "key": { "x": 1 }, "name": "x_1", "hidden": true }).await;
        let schema = schema(&db, [on("a"), on("b"), on("d")]).drop_undeclared();
        let plan = schema.plan().await.unwrap();
        let mut tasks = JoinSet::new();
        for _ in 0..4 {
            let plan = plan.clone();
            tasks.spawn(async move { plan.apply().allow_destructive().await.unwrap().to_string() });
        }
        let applied = tasks.join_all().await;
        let mut lines: Vec<&str> = applied.iter().flat_map(|applied| applied.lines()).collect();
        lines.retain(|line| *line != "nothing to change");
        lines.sort_unstable();
        assert_eq!(
            lines,
            [
                "created index events.a_1",
                "created index events.b_1",
                "created index events.d_1",
                "dropped index events.x_1"
            ],
            "in round {round}: {applied:?}"
        );
        db.drop_database().await.unwrap();
    }
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_progress_of_a_build_is_reported_to_who_builds_and_to_who_waits() {
    let server = own().await;
    let db = server.database(&format!("progress{}", std::process::id())).await.unwrap();
    let admin = server.client().await.unwrap().database("admin");
    let fail_point = "hangAfterStartingIndexBuild";
    fill(&db, 300).await;
    let hang = doc! { "configureFailPoint": fail_point, "mode": "alwaysOn" };
    admin.run_command(hang).await.unwrap();

    let schema = schema(&db, [on("a"), on("b").named("by_b")]);
    let (sender, mut reports) = tokio::sync::mpsc::unbounded_channel();
    let apply = |plan: odm::schema::Plan, who: &'static str| {
        let sender = sender.clone();
        let report = move |progress: &odm::schema::BuildProgress<'_>| {
            let indexes = progress.indexes().to_vec();
            let numbers = (progress.done(), progress.total());
            sender
                .send((who, progress.collection().to_owned(), indexes, progress.phase().to_owned(), numbers))
                .unwrap();
        };
        tokio::spawn(async move { plan.apply().on_progress(report).await.unwrap().to_string() })
    };
    let expected = |who| {
        let indexes = vec!["a_1".to_owned(), "by_b".to_owned()];
        (who, "events".to_owned(), indexes, "scanning collection".to_owned(), (300, 300))
    };
    let first = apply(schema.plan().await.unwrap(), "builds");
    assert_eq!(reports.recv().await.unwrap(), expected("builds"));
    let plan = schema.plan().await.unwrap();
    assert!(plan.to_string().contains("wait for index a_1"), "{plan}");
    let second = apply(plan, "waits");
    let report = loop {
        let report = reports.recv().await.unwrap();
        if report.0 == "waits" {
            break report;
        }
    };
    assert_eq!(report, expected("waits"));

    admin.run_command(doc! { "configureFailPoint": fail_point, "mode": "off" }).await.unwrap();
    assert_eq!(first.await.unwrap(), "created index events.a_1\ncreated index events.by_b");
    assert_eq!(second.await.unwrap(), "nothing to change");
    assert!(schema.plan().await.unwrap().is_empty());
    db.drop_database().await.unwrap();
    server.stop().await;
}
