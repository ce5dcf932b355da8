//! Migrations: rewriting documents, the history, the lease, and what happens beside them.

#![allow(clippy::unwrap_used)] // in the helpers too

mod history;
mod interrupted;
#[path = "../../../examples/src/bin/migrate/oplog.rs"]
mod oplog;
mod outdated;
mod refused;
mod still_written;
mod undeclared;

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use odm::{
    Database, Model,
    bson::{Bson, DateTime, Document, doc, oid::ObjectId},
    error::MigrationError,
    migrate::{Migration, MigrationState, Migrations},
    migrations,
    mongodb::Collection,
};
use odm_integration::commands::Commands;
use odm_test::Server;

/// The old form: one name.
#[derive(Debug, Model)]
#[odm(collection = "people")]
struct OldPerson {
    id: Bson,
    name: String,
    #[serde(default)]
    visits: i64,
    #[serde(default)]
    rewrites: i32,
}

/// The new form: two names.
#[derive(Debug, Model)]
#[odm(collection = "people")]
struct Person {
    id: Bson,
    first: String,
    #[odm(validate(length(max = 20)))]
    last: String,
    visits: i64,
    /// How often the document was rewritten.
    rewrites: i32,
    /// A new value in each rewrite, so that the oplog shows all of them.
    rewritten: ObjectId,
}

fn split(old: OldPerson) -> Result<Person, String> {
    let (first, last) = old.name.split_once(' ').ok_or_else(|| format!("{} is one word", old.name))?;
    let (id, visits, rewrites) = (old.id, old.visits, old.rewrites + 1);
    Ok(Person { id, first: first.into(), last: last.into(), visits, rewrites, rewritten: ObjectId::new() })
}

fn split_names() -> Migrations {
    migrations!["split-names" => Migration::rewrite(OldPerson::fields().name().exists(true), split)]
}

fn people(db: &Database) -> Collection<Document> {
    db.driver().collection("people")
}

async fn all(db: &Database, collection: &str) -> Vec<Document> {
    let collection: Collection<Document> = db.driver().collection(collection);
    let mut cursor = collection.find(doc! {}).sort(doc! { "_id": 1 }).await.unwrap();
    let mut all = Vec::new();
    while cursor.advance().await.unwrap() {
        all.push(cursor.deserialize_current().unwrap());
    }
    all
}

async fn insert_old(db: &Database, count: i32) {
    let old =
        (0..count).map(|number| doc! { "_id": number, "name": format!("A{number} B"), "visits": 0_i64 });
    people(db).insert_many(old).await.unwrap();
}

async fn count(db: &Database, filter: Document) -> u64 {
    people(db).count_documents(filter).await.unwrap()
}

/// Returns how many documents were rewritten more than once.
async fn rewritten_twice(db: &Database) -> u64 {
    oplog::updated_more_than_once(db, "people", "rewritten").await.unwrap()
}

/// Returns the error of a run about migrations.
async fn error(db: &Database, migrations: Migrations) -> odm::Error {
    let error = db.migrate(migrations).run().await.unwrap_err();
    assert!(error.migration().is_some(), "{error}");
    error
}

#[odm_test::test]
async fn documents_are_rewritten_once_and_a_second_run_does_nothing(db: Database) {
    insert_old(&db, 25).await;
    let ran = Arc::new(Mutex::new(0));
    let migrations = || {
        let ran = Arc::clone(&ran);
        migrations![
            "split-names" => Migration::rewrite(OldPerson::fields().name().exists(true), split),
            "count" => Migration::step(move |db: Database| {
                let ran = Arc::clone(&ran);
                async move {
                    *ran.lock().unwrap() += 1;
                    db.ping().await
                }
            }),
        ]
    };
    let migrate = db.migrate(migrations()).batch_size(10);
    let error = migrate.verify().await.unwrap_err();
    assert!(
        matches!(error.migration(), Some(MigrationError::Pending { migrations, .. }) if migrations.len() == 2)
    );
    let states = migrate.status().await.unwrap();
    assert!(states.iter().all(|status| *status.state() == MigrationState::Pending), "{states:?}");

    let done = migrate.run().await.unwrap();
    assert_eq!(done.to_string(), "applied split-names: 25 documents rewritten\napplied count\n");
    assert_eq!(done.applied()[0].documents(), Some(25));
    assert_eq!(
        count(&db, doc! { "rewrites": 1, "first": { "$exists": true }, "name": { "$exists": false } }).await,
        25
    );

    let again = db.migrate(migrations()).run().await.unwrap();
    assert_eq!((again.is_empty(), again.to_string().as_str()), (true, "nothing to migrate\n"));
    migrate.verify().await.unwrap();
    assert_eq!((count(&db, doc! { "rewrites": 1 }).await, *ran.lock().unwrap()), (25, 1));
    let lines: Vec<String> = migrate.status().await.unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["split-names: applied, 25 documents rewritten", "count: applied"]);
}

#[odm_test::test]
async fn a_second_rewrite_of_a_document_is_counted(db: Database) {
    insert_old(&db, 30).await;
    db.migrate(split_names()).batch_size(10).run().await.unwrap();
    people(&db).update_many(doc! {}, doc! { "$inc": { "visits": 1_i64 } }).await.unwrap();
    assert_eq!(rewritten_twice(&db).await, 0);
    // What a second rewrite writes: alone, and in a transaction.
    let rewritten = doc! { "$set": { "rewritten": ObjectId::new() } };
    people(&db).update_one(doc! { "_id": 1 }, rewritten).await.unwrap();
    assert_eq!(rewritten_twice(&db).await, 1);
    let mut session = db.client().start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    for id in 2..4 {
        let document = doc! { "_id": id, "rewritten": ObjectId::new() };
        people(&db).replace_one(doc! { "_id": id }, document).session(&mut session).await.unwrap();
    }
    session.commit_transaction().await.unwrap();
    assert_eq!(rewritten_twice(&db).await, 3);
}

/// A condition on the id would compare only ids of one type.
#[odm_test::test]
async fn ids_of_all_types_are_rewritten(db: Database) {
    let ids = [
        Bson::Int32(5),
        Bson::Int64(6),
        Bson::Double(6.5),
        "a".into(),
        "b".into(),
        doc! { "a": 1 }.into(),
        doc! { "a": "$b" }.into(),
        ObjectId::new().into(),
        Bson::Boolean(true),
        DateTime::now().into(),
        Bson::Null,
        Bson::MinKey,
        Bson::MaxKey,
        Bson::Double(f64::NAN),
    ];
    let total = u64::try_from(ids.len()).unwrap();
    people(&db).insert_many(ids.map(|id| doc! { "_id": id, "name": "A B" })).await.unwrap();
    for size in [1, 3] {
        let renamed = people(&db)
            .update_many(doc! {}, doc! { "$set": { "name": "A B" }, "$unset": { "rewrites": "" } })
            .await
            .unwrap();
        assert_eq!(renamed.matched_count, total);
        let name = format!("in batches of {size}");
        let pending = OldPerson::fields().name().exists(true);
        let list = if size == 1 {
            Migrations::new()
        } else {
            Migrations::new().with("in batches of 1", "", Migration::rewrite(pending.clone(), split))
        };
        let list = list.with(name, "", Migration::rewrite(pending, split));
        let done = db.migrate(list).batch_size(size).run().await.unwrap();
        assert_eq!(done.applied()[0].documents(), Some(total));
    }
    assert_eq!(count(&db, doc! { "rewrites": 1, "name": { "$exists": false } }).await, total);
}

#[odm_test::test]
async fn each_batch_is_one_transaction(db: Database, server: Server) {
    insert_old(&db, 3).await;
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    recorded.migrate(split_names()).batch_size(2).run().await.unwrap();
    let sent: Vec<String> = commands
        .take_whole()
        .into_iter()
        .filter(|command| !command.contains_key("hello"))
        .map(|command| {
            let (name, target) = command.iter().next().unwrap();
            match target.as_str() {
                Some(target) => format!("{name} {target}"),
                None => name.clone(),
            }
        })
        .collect();
    let batch = ["find people", "update people", "find people", "update odm_leases", "commitTransaction"];
    let end = ["find people", "commitTransaction"];
    let record = ["update odm_migrations", "update odm_leases", "commitTransaction"];
    let expected = [
        &["find odm_migrations", "findAndModify odm_leases", "find odm_migrations"][..],
        &record,
        &batch,
        &batch,
        &end,
        // The second pass finds nothing.
        &end,
        &record,
        &["update odm_leases"],
    ]
    .concat();
    assert_eq!(sent, expected);
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 4)]
async fn writes_during_a_rewrite_are_kept(db: Database) {
    insert_old(&db, 600).await;
    let stop = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = (0..3)
        .map(|writer| {
            let (db, stop) = (db.clone(), Arc::clone(&stop));
            tokio::spawn(async move {
                let mut written = 0_i64;
                let mut number = writer * 200;
                while !stop.load(Ordering::Relaxed) {
                    number = (number * 31 + 7) % 600;
                    let update = doc! { "$inc": { "visits": 1_i64 } };
                    written += i64::try_from(
                        people(&db).update_one(doc! { "_id": number }, update).await.unwrap().modified_count,
                    )
                    .unwrap();
                }
                written
            })
        })
        .collect();
    let done = db.migrate(split_names()).batch_size(50).run().await.unwrap();
    stop.store(true, Ordering::Relaxed);
    let mut written = 0;
    for writer in writers {
        written += writer.await.unwrap();
    }
    assert_eq!(done.applied()[0].documents(), Some(600));
    let stored: i64 = all(&db, "people").await.iter().map(|person| person.get_i64("visits").unwrap()).sum();
    assert_eq!(stored, written);
    assert_eq!(rewritten_twice(&db).await, 0);
    assert_eq!(count(&db, doc! { "rewrites": 1, "name": { "$exists": false } }).await, 600);
}

/// A program of the old version inserts documents behind the position.
#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn documents_that_are_written_in_the_old_form_meanwhile_are_rewritten(db: Database) {
    insert_old(&db, 20).await;
    let inserted = AtomicBool::new(false);
    let (later, handle) = (db.clone(), tokio::runtime::Handle::current());
    let migrate = db.migrate(split_names()).batch_size(5).on_progress(move |progress| {
        if progress.done() == 10 && !inserted.swap(true, Ordering::Relaxed) {
            let later = later.clone();
            std::thread::scope(|scope| {
                scope.spawn(|| {
                    let insert = async { people(&later).insert_one(doc! { "_id": -1, "name": "C D" }).await };
                    handle.block_on(insert).unwrap();
                });
            });
        }
    });
    assert_eq!(migrate.run().await.unwrap().applied()[0].documents(), Some(21));
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 21);
}

#[odm_test::test]
async fn progress_is_reported_after_each_batch(db: Database) {
    insert_old(&db, 5).await;
    let seen = Arc::new(Mutex::new(Vec::new()));
    let listened = Arc::clone(&seen);
    let migrate = db.migrate(split_names()).batch_size(2).on_progress(move |progress| {
        let names = (progress.migration().to_owned(), progress.number(), progress.migrations());
        assert_eq!(names, ("split-names".to_owned(), 1, 1));
        listened.lock().unwrap().push((progress.done(), progress.total()));
    });
    migrate.run().await.unwrap();
    let mut seen = seen.lock().unwrap().clone();
    seen.dedup();
    assert_eq!(seen, [(2, 5), (4, 5), (5, 5)]);
}

#[odm_test::test]
async fn a_dry_run_writes_nothing(db: Database) {
    insert_old(&db, 7).await;
    people(&db).insert_one(doc! { "_id": "x", "name": "Voltaire" }).await.unwrap();
    let before = all(&db, "people").await;
    let list =
        split_names().with("later", "", Migration::step(|db: Database| async move { db.ping().await }));
    let migrate = db.migrate(list).batch_size(3);
    let dry = migrate.dry_run().await.unwrap();
    assert_eq!(
        dry.to_string(),
        "split-names: 7 documents of people to rewrite, 1 cannot be rewritten\nlater: a step\n"
    );
    let refused = &dry.migrations()[0].refused().samples()[0];
    assert_eq!((refused.id(), refused.reason()), (&"x".into(), "Voltaire is one word"));
    assert!(!format!("{dry:?}").contains("Voltaire"));
    assert_eq!(all(&db, "people").await, before);
    assert_eq!((all(&db, "odm_migrations").await, all(&db, "odm_leases").await), (vec![], vec![]));
}

/// Two processes deploy at once.
#[odm_test::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_several_runners_one_works_and_the_others_wait(db: Database, server: Server) {
    insert_old(&db, 300).await;
    let runners: Vec<_> = (0..4)
        .map(|_| {
            let (uri, name) = (server.uri().to_owned(), db.name().to_owned());
            tokio::spawn(async move {
                let (db, _) = Commands::record_with(
                    odm::mongodb::options::ClientOptions::parse(uri).await.unwrap(),
                    &name,
                );
                let wait = std::time::Duration::from_secs(60);
                db.migrate(split_names()).batch_size(20).wait_for(wait).run().await.unwrap()
            })
        })
        .collect();
    let mut applied = 0;
    for runner in runners {
        applied += runner.await.unwrap().applied().len();
    }
    assert_eq!(applied, 1);
    assert_eq!(rewritten_twice(&db).await, 0);
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 300);
}

/// The documents of a batch and what surrounds them fit into one command.
#[odm_test::test]
async fn a_batch_is_not_larger_than_a_command(db: Database) {
    let people = people(&db);
    let name = format!("{} b", "x".repeat(16_900));
    let documents = (0..1_100).map(|n| doc! { "_id": n, "name": &name, "visits": 0_i64 });
    people.insert_many(documents.collect::<Vec<_>>()).await.unwrap();
    let done = db.migrate(split_names()).batch_size(2_000).run().await.unwrap();
    assert_eq!(done.applied()[0].documents(), Some(1_100));
}
