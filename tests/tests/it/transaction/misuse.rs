//! Bodies that make a mistake: they continue after an error, drop a call, or keep the `Tx`.

use std::{
    sync::{
        Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use odm::{Database, Filter, Id, Model, bson::doc};
use odm_integration::people::{Person, people, person};
use tokio::time::timeout;

use super::count;
use crate::failing::{fail, own};

/// The driver would run such a body for 120 seconds.
#[odm_test::test]
async fn an_error_that_the_body_ignored_is_named(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    let runs = AtomicU32::new(0);

    // The next call fails.
    let error = db
        .transaction(async |mut tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            if people.insert_one(&ada).session(&mut tx).await.is_err() {
                people.insert_one(&person("bob", 1)).session(&mut tx).await?;
            }
            Ok(())
        })
        .await
        .unwrap_err();
    let name = db.name();
    assert!(error.is_transaction_aborted() && !error.is_retryable() && !error.is_outcome_unknown());
    assert_eq!(
        error.to_string(),
        format!(
            "insert_one on {name}.people: the transaction is aborted: a call in it failed before, and its error was not \
             returned: [insert_one on {name}.people: another document already has this `_id` (code 11000)]"
        ),
    );

    // The commit fails.
    let error = db
        .transaction(async |mut tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            people.insert_one(&person("bob", 1)).session(&mut tx).await?;
            people.insert_many([&ada]).session(&mut tx).await.ok();
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    assert!(
        error.to_string().starts_with(&format!("commit_transaction on {name}: the transaction is aborted"))
    );
    assert_eq!((runs.into_inner(), count(&people).await), (2, 1));

    // By hand.
    let mut session = db.session().await.unwrap();
    session.start_transaction().await.unwrap();
    people.insert_one(&ada).session(&mut session).await.unwrap_err();
    let error = people.count(Filter::all()).session(&mut session).await.unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    session.abort_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut session).await.unwrap(), 1);
}

/// An error that was reported before anything was sent, or of a document that does not fit, aborts nothing.
#[odm_test::test]
async fn an_error_of_this_crate_aborts_nothing(db: Database) {
    let people = people(&db).await;
    people.driver().insert_one(doc! { "_id": 1 }).await.unwrap();
    db.transaction(async |mut tx| {
        assert!(people.insert_one(&person("", 7)).session(&mut tx).await.unwrap_err().is_invalid());
        assert!(people.find_one(Filter::all()).session(&mut tx).await.unwrap_err().is_decode());
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(count(&people).await, 2);
}

/// It is not known whether the transaction contains a call whose future was dropped.
#[odm_test::test]
async fn a_dropped_call_aborts(_db: Database) {
    let server = own().await;
    let db = server.database("dropped").await.unwrap();
    let people = people(&db).await;
    let block = doc! { "blockConnection": true, "blockTimeMS": 200 };
    fail(&server, "odm-test", doc! { "times": 1 }, &["insert"], block).await;
    let error = db
        .transaction(async |mut tx| {
            let slow = people.insert_one(&person("ada", 36)).session(&mut tx);
            assert!(timeout(Duration::from_millis(20), slow.into_future()).await.is_err());
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    assert_eq!(
        error.to_string(),
        "commit_transaction on dropped: the transaction is aborted: the future of an earlier call in it was dropped, so \
         it is not known whether the transaction contains that call; abort it",
    );
    tokio::time::sleep(Duration::from_millis(250)).await;
    assert_eq!(count(&people).await, 0);

    // The server has no transaction that would keep the lock of the key, neither before nor after its first call.
    for before in ["nothing", "a write", "an invalid document", "no documents"] {
        let block = doc! { "blockConnection": true, "blockTimeMS": 100 };
        fail(&server, "odm-test", doc! { "times": 1 }, &["findAndModify"], block).await;
        let p = Person::fields();
        let ada = person("ada", 36);
        people.insert_one(&ada).await.unwrap();
        let stuck = db.transaction(async |mut tx| {
            match before {
                "a write" => drop(people.insert_one(&person("bob", 36)).session(&mut tx).await?),
                "an invalid document" => {
                    let error = people.insert_one(&person("", 7)).session(&mut tx).await.unwrap_err();
                    assert!(error.is_not_sent(), "{error}");
                }
                "no documents" => drop(people.insert_many([] as [Person; 0]).session(&mut tx).await?),
                _ => {}
            }
            people.find_one_and_update(p.id().eq(ada.id), p.age().inc(1)).session(&mut tx).await.map(drop)
        });
        assert!(timeout(Duration::from_millis(50), stuck.into_future()).await.is_err());
        tokio::time::sleep(Duration::from_millis(100)).await;
        let deleted = people.delete_many(Filter::all()).deadline(Duration::from_secs(20)).await.unwrap();
        assert_eq!(deleted.deleted_count, 1, "{before}");
    }
    let open = doc! { "currentOp": true, "transaction": { "$exists": true } };
    let transactions = async {
        let admin = db.client().database("admin");
        admin.run_command(open.clone()).await.unwrap().get_array("inprog").unwrap().len()
    };
    assert_eq!(transactions.await, 0);
}

/// The transaction could not be committed while somebody else may write in it.
#[odm_test::test]
async fn a_tx_that_outlives_its_body_aborts(db: Database) {
    let people = people(&db).await;
    let kept = Mutex::new(None);
    let mut session = db.session().await.unwrap();
    let error = db
        .transaction(async |mut tx| {
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            *kept.lock().unwrap() = Some(tx);
            Ok(())
        })
        .session(&mut session)
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    assert!(error.to_string().contains("its `Tx` was moved out of its body"), "{error}");

    // The session is in use until the `Tx` is dropped, and then aborts the transaction.
    let error = people.count(Filter::all()).session(&mut session).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("the session is still in use"), "{error}");
    drop(kept);
    let p = Person::fields();
    let free = async {
        while session.driver().is_err() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    timeout(Duration::from_secs(10), free).await.unwrap();
    assert_eq!(people.count(p.id().ne(Id::new())).session(&mut session).await.unwrap(), 0);
}

/// A task that owns the `Tx` can neither continue nor commit the transaction after the caller knows that it is aborted.
#[odm_test::test]
async fn a_tx_in_a_task_cannot_commit_later(db: Database) {
    let people = people(&db).await;
    let (go, wait) = tokio::sync::oneshot::channel::<()>();
    let (wait, task) = (Mutex::new(Some(wait)), Mutex::new(None));
    let error = db
        .transaction(async |mut tx| {
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            let (people, wait) = (people.clone(), wait.lock().unwrap().take());
            *task.lock().unwrap() = Some(tokio::spawn(async move {
                wait.unwrap().await.unwrap();
                let insert = people.insert_one(&person("bob", 36)).session(&mut tx).await.unwrap_err();
                let mut found = people.find(Filter::all()).session(&mut tx).await;
                let find = found.as_mut().map(drop).unwrap_err().to_string();
                drop(found);
                (insert, find, tx.commit().await.map(drop).unwrap_err())
            }));
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(error.is_transaction_aborted(), "{error}");
    let name = db.name();
    assert_eq!(
        error.to_string(),
        format!(
            "transaction on {name}: the transaction is aborted: its `Tx` was moved out of its body; the body must drop \
             it, or end the task that owns it"
        ),
    );
    go.send(()).unwrap();
    let task = task.into_inner().unwrap().unwrap();
    let (insert, find, commit) = task.await.unwrap();
    let ended =
        "the transaction is aborted: its body has ended; a `Tx` must be dropped before its body returns";
    assert_eq!(insert.to_string(), format!("insert_one on {name}.people: {ended}"));
    assert_eq!(find, format!("find on {name}.people: {ended}"));
    assert_eq!(commit.to_string(), format!("commit_transaction on {name}: {ended}"));
    assert!(commit.is_transaction_aborted() && !commit.is_outcome_unknown());
    assert_eq!(count(&people).await, 0);
}

/// A commit that a task has started is part of the transaction, which returns after it.
#[odm_test::test]
async fn a_running_commit_is_awaited(_db: Database) {
    let server = own().await;
    let db = server.database("running").await.unwrap();
    let people = people(&db).await;
    let commit_in_task = async |failure: odm::bson::Document| {
        fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], failure).await;
        let name = db.name().to_owned() + "-ada";
        db.transaction(async |mut tx| {
            people.insert_one(&person(&name, 36)).session(&mut tx).await?;
            let (started, starts) = tokio::sync::oneshot::channel();
            tokio::spawn(async move {
                started.send(()).unwrap();
                // The session that remains is kept for a while.
                let session = tx.commit().await;
                tokio::time::sleep(Duration::from_secs(1)).await;
                drop(session);
            });
            starts.await.unwrap();
            tokio::time::sleep(Duration::from_millis(50)).await;
            Ok(())
        })
        .await
    };
    commit_in_task(doc! { "blockConnection": true, "blockTimeMS": 300 }).await.unwrap();
    assert_eq!(count(&people).await, 1);
}

/// Errors of the driver before anything is sent abort nothing, so they are not the cause of a later error.
#[odm_test::test]
async fn an_unsent_error_of_the_driver_is_no_cause(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    let error = db
        .transaction(async |mut tx| {
            let majority = odm::mongodb::options::ReadConcern::majority();
            let count = people.count(Filter::all()).read_concern(majority).session(&mut tx).await;
            assert!(count.unwrap_err().is_not_sent());
            people.insert_one(&ada).session(&mut tx).await.unwrap_err();
            people.find_one(Filter::all()).session(&mut tx).await
        })
        .await
        .unwrap_err();
    assert!(error.to_string().contains("[insert_one on "), "{error}");
}

/// A body cannot report that its changes are stored if its commit failed.
#[odm_test::test]
async fn the_error_of_a_commit_that_the_body_ignored_is_returned(_db: Database) {
    let server = own().await;
    let db = server.database("ignored").await.unwrap();
    let people = people(&db).await;
    let refuse = doc! { "errorCode": 13 };
    let ignoring = async || {
        db.transaction(async |mut tx| {
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            let _ = tx.commit().await;
            Ok(())
        })
        .await
    };
    fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], refuse.clone()).await;
    let error = ignoring().await.unwrap_err();
    assert_eq!((error.code(), error.operation()), (Some(13), Some("commit_transaction")), "{error}");
    assert_eq!(count(&people).await, 0);

    // The body runs again if that can help.
    let aborted = doc! { "errorCode": 251, "errorLabels": ["TransientTransactionError"] };
    fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], aborted).await;
    ignoring().await.unwrap();
    assert_eq!(count(&people).await, 1);

    // The error of the body takes precedence.
    fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], refuse).await;
    let error = db
        .try_transaction(async |mut tx| {
            people.insert_one(&person("bob", 1)).session(&mut tx).await?;
            assert!(tx.commit().await.is_err());
            Err::<(), Box<dyn std::error::Error + Send + Sync>>("not stored".into())
        })
        .await
        .unwrap_err();
    assert_eq!(error.to_string(), "not stored");
}
