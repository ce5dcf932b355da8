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
    for write_first in [false, true] {
        let block = doc! { "blockConnection": true, "blockTimeMS": 100 };
        fail(&server, "odm-test", doc! { "times": 1 }, &["find"], block).await;
        let ada = person("ada", 36);
        let stuck = db.transaction(async |mut tx| {
            if write_first {
                people.insert_one(&ada).session(&mut tx).await?;
            }
            people.find_one(Filter::all()).session(&mut tx).await.map(drop)
        });
        assert!(timeout(Duration::from_millis(50), stuck.into_future()).await.is_err());
        people.insert_one(&person("ada", 36)).deadline(Duration::from_secs(20)).await.unwrap();
        people.delete_many(Filter::all()).await.unwrap();
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
