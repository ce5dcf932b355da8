//! Runners that are interrupted or overtaken: the lease, the position, and transactions that are left open.

use std::{
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use odm::{
    Database, Model,
    bson::{DateTime, Document, doc},
    error::MigrationError,
    migrate::{Migration, Migrations},
};

use super::{all, count, error, insert_old, people, rewritten_twice, split_names};

fn leases(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection("odm_leases")
}

/// Takes over the lease, as another runner does after it has expired.
async fn take_over(db: &Database) {
    let lease = doc! { "$set": { "owner": "other", "until": DateTime::MAX }, "$inc": { "number": 1_i64 } };
    assert_eq!(leases(db).update_one(doc! {}, lease).await.unwrap().modified_count, 1);
}

#[odm_test::test]
async fn another_runner_is_an_error_unless_the_caller_waits(db: Database) {
    insert_old(&db, 1).await;
    let until = DateTime::from_millis(DateTime::now().timestamp_millis() + 1500);
    let other = doc! { "_id": "migrations", "owner": "other", "number": 4_i64, "until": until };
    leases(&db).insert_one(other).await.unwrap();
    let busy = error(&db, split_names()).await;
    assert_eq!(
        busy.kind().to_string(),
        "another runner has the lease; wait for it with `wait_for`. The lease of a runner that was killed expires"
    );
    assert!(
        matches!(busy.migration(), Some(MigrationError::Busy { until: Some(known), .. }) if *known == until)
    );
    let done = db.migrate(split_names()).wait_for(Duration::from_secs(30)).run().await.unwrap();
    assert_eq!(done.applied().len(), 1);
    assert_eq!(all(&db, "odm_leases").await[0].get_i64("number").unwrap(), 5);
}

#[odm_test::test]
async fn a_runner_that_was_overtaken_commits_nothing(db: Database) {
    insert_old(&db, 3).await;
    let list = || {
        let pending = super::OldPerson::fields().name().exists(true);
        Migrations::new()
            .with(
                "overtake",
                "",
                Migration::step(|db: Database| async move {
                    take_over(&db).await;
                    Ok::<_, odm::Error>(())
                }),
            )
            .with("split", "", Migration::rewrite(pending, super::split))
    };
    let lost = error(&db, list()).await;
    assert!(matches!(lost.migration(), Some(MigrationError::LeaseLost)), "{lost}");
    assert_eq!(
        lost.kind().to_string(),
        "another runner has taken over the lease, because it was not renewed in time; what was not committed by then is \
         not applied"
    );
    assert_eq!(count(&db, doc! { "rewrites": { "$exists": true } }).await, 0);
    // The step is not recorded as applied.
    assert!(!all(&db, "odm_migrations").await[0].contains_key("applied"));
    assert_eq!(all(&db, "odm_leases").await[0].get_str("owner").unwrap(), "other");
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rewrite_that_was_overtaken_commits_no_further_batch(db: Database) {
    insert_old(&db, 9).await;
    let (other, handle) = (db.clone(), tokio::runtime::Handle::current());
    let migrate = db.migrate(split_names()).batch_size(2).on_progress(move |progress| {
        if progress.done() == 4 {
            let other = other.clone();
            std::thread::scope(|scope| scope.spawn(|| handle.block_on(take_over(&other))).join().unwrap());
        }
    });
    let lost = migrate.run().await.unwrap_err();
    assert!(matches!(lost.migration(), Some(MigrationError::LeaseLost)), "{lost}");
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 4);

    leases(&db).update_one(doc! {}, doc! { "$set": { "until": DateTime::MIN } }).await.unwrap();
    let done = db.migrate(split_names()).run().await.unwrap();
    assert_eq!(done.applied()[0].documents(), Some(9));
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 9);
}

/// A lease of one second is renewed while a step runs.
#[odm_test::test]
async fn a_long_step_keeps_its_lease(db: Database) {
    let list = || {
        Migrations::new().with(
            "long",
            "",
            Migration::step(|db: Database| async move {
                tokio::time::sleep(Duration::from_millis(2500)).await;
                db.ping().await
            }),
        )
    };
    let (runner, other) = (db.migrate(list()).lease(Duration::ZERO), db.migrate(list()));
    let late = async {
        tokio::time::sleep(Duration::from_millis(1800)).await;
        other.run().await.unwrap_err()
    };
    let (done, busy) = tokio::join!(runner.run(), late);
    assert_eq!(done.unwrap().applied().len(), 1);
    assert!(matches!(busy.migration(), Some(MigrationError::Busy { .. })), "{busy}");
}

#[odm_test::test]
async fn a_step_ends_when_the_lease_is_lost(db: Database) {
    let list = Migrations::new().with(
        "endless",
        "",
        Migration::step(|db: Database| async move {
            take_over(&db).await;
            std::future::pending::<odm::Result<()>>().await
        }),
    );
    let lost = db.migrate(list).lease(Duration::ZERO).run().await.unwrap_err();
    assert!(matches!(lost.migration(), Some(MigrationError::LeaseLost)), "{lost}");
}

static BATCHES: AtomicUsize = AtomicUsize::new(0);

#[odm_test::test]
async fn a_dropped_run_ends_after_its_batch_and_the_next_one_continues(db: Database) {
    insert_old(&db, 40).await;
    let migrate = db.migrate(split_names()).batch_size(2).on_progress(|_| {
        BATCHES.fetch_add(1, Ordering::Relaxed);
    });
    let run = tokio::spawn(async move { migrate.run().await });
    while BATCHES.load(Ordering::Relaxed) < 3 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    run.abort();
    assert!(run.await.is_err());
    // The lease is released when the batch has ended, so the next runner waits only for that.
    let migrate = db.migrate(split_names()).wait_for(Duration::from_secs(10));
    let done = migrate.run().await.unwrap();
    assert_eq!(done.applied()[0].documents(), Some(40));
    assert_eq!(count(&db, doc! { "rewrites": 1 }).await, 40);
    assert_eq!(rewritten_twice(&db).await, 0);
    assert!(BATCHES.load(Ordering::Relaxed) < 20);
}

/// The server would keep the documents of a killed runner locked for a minute.
#[odm_test::test]
async fn the_open_transaction_of_a_killed_runner_is_ended(db: Database) {
    insert_old(&db, 5).await;
    // What a runner leaves that was killed before the commit, once before and once after its check of the lease.
    for with_lease in [false, true] {
        people(&db)
            .update_many(doc! {}, doc! { "$set": { "name": "A B" }, "$unset": { "rewrites": "" } })
            .await
            .unwrap();
        let mut session = db.client().start_session().await.unwrap();
        let lease = doc! { "owner": "killed", "number": 1_i64, "until": DateTime::MIN, "session": session.id().clone() };
        leases(&db).replace_one(doc! { "_id": "migrations" }, lease).upsert(true).await.unwrap();
        session.start_transaction().await.unwrap();
        let update = doc! { "$set": { "name": "never" } };
        people(&db).update_one(doc! { "_id": 3 }, update).session(&mut session).await.unwrap();
        if with_lease {
            let renew = doc! { "$set": { "until": DateTime::MAX } };
            leases(&db).update_one(doc! {}, renew).session(&mut session).await.unwrap();
        }
        let list = if with_lease { split_names().with("again", "", again()) } else { split_names() };
        let started = std::time::Instant::now();
        let done = db.migrate(list).wait_for(Duration::from_secs(20)).run().await.unwrap();
        assert!(started.elapsed() < Duration::from_secs(20));
        assert_eq!(done.applied()[0].documents(), Some(5));
        assert_eq!(count(&db, doc! { "rewrites": 1, "first": "A" }).await, 5);
        session.commit_transaction().await.unwrap_err();
    }
}

fn again() -> Migration {
    Migration::rewrite(super::OldPerson::fields().name().exists(true), super::split)
}
