//! What runs after a commit, and after an abort.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{Collection, Database, Tx, bson::doc};
use odm_integration::people::{Person, people, person};
use odm_test::Server;
use tokio::time::{sleep, timeout};

use super::count;
use crate::failing::{fail, own};

/// A list of what has happened.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<&'static str>>>);

impl Log {
    /// Registers both effects.
    fn watch(&self, tx: &mut Tx) {
        let (one, other) = (self.clone(), self.clone());
        tx.on_commit(async move { one.add("committed") });
        tx.on_abort(async move { other.add("aborted") });
    }

    fn add(&self, entry: &'static str) {
        self.0.lock().unwrap().push(entry);
    }

    fn take(&self) -> Vec<&'static str> {
        std::mem::take(&mut self.0.lock().unwrap())
    }

    /// Waits for an entry.
    async fn next(&self) -> Vec<&'static str> {
        let entry = async {
            while self.0.lock().unwrap().is_empty() {
                sleep(Duration::from_millis(5)).await;
            }
            self.take()
        };
        timeout(Duration::from_secs(10), entry).await.unwrap()
    }
}

async fn start(name: &str) -> (Server, Database, Collection<Person>, Log) {
    let server = own().await;
    let db = server.database(name).await.unwrap();
    let people = people(&db).await;
    (server, db, people, Log::default())
}

#[odm_test::test]
async fn effects_follow_the_end_of_the_transaction(_db: Database) {
    let (server, db, people, log) = start("effects").await;
    db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        log.add("body");
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(log.take(), ["body", "committed"]);

    // An error of the body, and an abort by the body.
    let aborted = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await
    });
    assert!(aborted.await.unwrap_err().is_duplicate_key());
    assert_eq!(log.take(), ["aborted"]);
    let aborted = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        tx.abort().await.map(drop)
    });
    aborted.await.unwrap();
    assert_eq!(log.take(), ["aborted"]);
    let committed = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        tx.commit().await.map(drop)
    });
    committed.await.unwrap();
    assert_eq!(log.take(), ["committed"]);

    // Each attempt registers its own effects.
    let conflict = doc! { "errorCode": 112, "errorLabels": ["TransientTransactionError"] };
    fail(&server, "odm-test", doc! { "times": 1 }, &["insert"], conflict).await;
    let repeated = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("bob", 1)).session(&mut tx).await
    });
    repeated.await.unwrap();
    assert_eq!(log.take(), ["aborted", "committed"]);

    // The commit fails: with a known outcome, and with an unknown one.
    for (failure, expected) in
        [(doc! { "errorCode": 51 }, &["aborted"] as &[_]), (doc! { "errorCode": 50 }, &[])]
    {
        fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], failure).await;
        let failed = db.transaction(async |mut tx| {
            log.watch(&mut tx);
            people.insert_one(&person("eve", 1)).session(&mut tx).await
        });
        let error = failed.await.unwrap_err();
        assert_eq!(error.is_outcome_unknown(), expected.is_empty(), "{error}");
        assert_eq!(log.take(), expected);
    }
}

/// The future may be dropped: in the body, and during the commit.
#[odm_test::test]
async fn effects_run_if_the_future_is_dropped(_db: Database) {
    let (server, db, people, log) = start("dropped").await;
    let stuck = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        std::future::pending::<odm::Result<()>>().await
    });
    assert!(timeout(Duration::from_millis(100), stuck.into_future()).await.is_err());
    assert_eq!(log.next().await, ["aborted"]);
    // The lock of the transaction is gone.
    people.insert_one(&person("ada", 36)).await.unwrap();
    people.delete_many(odm::Filter::all()).await.unwrap();

    let block = doc! { "blockConnection": true, "blockTimeMS": 200 };
    fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], block).await;
    let slow = db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await
    });
    assert!(timeout(Duration::from_millis(100), slow.into_future()).await.is_err());
    assert_eq!(log.next().await, ["committed"]);
    assert_eq!(count(&people).await, 1);
}

/// A body drops the future of its commit. The transaction waits for the commit, and returns its error.
#[odm_test::test]
async fn a_commit_that_the_body_drops_is_completed(_db: Database) {
    let (server, db, people, log) = start("dropped_by_body").await;
    let run = async |failure: odm::bson::Document| {
        let mut failure = failure;
        failure.extend(doc! { "blockConnection": true, "blockTimeMS": 150 });
        fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], failure).await;
        db.transaction(async |mut tx| {
            log.watch(&mut tx);
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            assert!(timeout(Duration::from_millis(50), tx.commit()).await.is_err());
            log.add("body");
            Ok(())
        })
        .await
    };
    run(doc! {}).await.unwrap();
    assert_eq!(log.take(), ["body", "committed"]);
    assert_eq!(count(&people).await, 1);
    people.delete_many(odm::Filter::all()).await.unwrap();

    let error = run(doc! { "errorCode": 51 }).await.unwrap_err();
    assert_eq!((error.code(), error.operation()), (Some(51), Some("commit_transaction")));
    assert_eq!(log.take(), ["body", "aborted"]);
    assert_eq!(count(&people).await, 0);

    // A commit by the body is made again after an unknown outcome.
    fail(&server, "odm-test", doc! { "times": 2 }, &["commitTransaction"], doc! { "closeConnection": true })
        .await;
    db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        tx.commit().await.map(drop)
    })
    .await
    .unwrap();
    assert_eq!(log.take(), ["committed"]);
    assert_eq!(count(&people).await, 1);
}

/// A body is not repeated after its transaction is committed, even if its error is one after which it could be.
#[odm_test::test]
async fn a_committed_body_is_not_repeated(_db: Database) {
    let (server, db, people, log) = start("committed").await;
    // Without the collection, the insert would make the server read documents, too.
    people.insert_one(&person("kim", 50)).await.unwrap();
    let conflict = doc! { "errorCode": 112, "errorLabels": ["TransientTransactionError"] };
    fail(&server, "odm-test", doc! { "times": 1 }, &["find"], conflict).await;
    let error = db
        .transaction(async |mut tx| {
            log.watch(&mut tx);
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            tx.commit().await?;
            let mut other = db.session().await?;
            other.start_transaction().await?;
            people.find_one(odm::Filter::all()).session(&mut other).await
        })
        .await
        .unwrap_err();
    assert!(error.has_label("TransientTransactionError"), "{error}");
    assert_eq!(log.take(), ["committed"]);
    assert_eq!(count(&people).await, 2);
}

/// The effects of an abort by the body run, and the transaction waits for them, even if the body drops the future.
#[odm_test::test]
async fn an_abort_that_the_body_drops_is_completed(_db: Database) {
    let (server, db, people, log) = start("dropped_abort").await;
    let block = doc! { "blockConnection": true, "blockTimeMS": 150 };
    fail(&server, "odm-test", doc! { "times": 1 }, &["abortTransaction"], block).await;
    db.transaction(async |mut tx| {
        log.watch(&mut tx);
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        assert!(timeout(Duration::from_millis(50), tx.abort()).await.is_err());
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(log.take(), ["aborted"]);
    assert_eq!(count(&people).await, 0);
}
