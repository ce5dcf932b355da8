//! The session of a transaction: who may use it, and what its errors name.

use std::{sync::Mutex, time::Duration};

use odm::{Database, Error, Filter, bson::Document, bson::doc};
use odm_integration::people::{Person, people, person};
use tokio::time::timeout;

use super::count;
use crate::failing::{fail, own};

/// Asserts that nothing was sent, and what the error names.
#[track_caller]
fn refused(error: &Error, operation: &str, reason: &str) {
    assert!(error.is_not_sent(), "{error}");
    assert!(error.to_string().starts_with(operation), "{error}");
    assert!(error.to_string().contains(reason), "{error}");
}

/// Every use of a session that a transaction keeps names the cause and the operation.
#[odm_test::test]
async fn a_session_in_use_is_refused(db: Database) {
    const IN_USE: &str = "the session is still in use by a transaction";
    let (people, name) = (people(&db).await, db.name().to_owned());
    let kept = Mutex::new(None);
    let mut session = db.session().await.unwrap();
    db.transaction(async |tx| {
        *kept.lock().unwrap() = Some(tx);
        Ok(())
    })
    .session(&mut session)
    .await
    .unwrap_err();

    let again = db.transaction(async |_tx| Ok(())).session(&mut session).await.unwrap_err();
    refused(&again, &format!("transaction on {name}: "), IN_USE);
    refused(
        &session.start_transaction().await.unwrap_err(),
        &format!("start_transaction on {name}: "),
        IN_USE,
    );
    refused(
        &session.commit_transaction().await.unwrap_err(),
        &format!("commit_transaction on {name}: "),
        IN_USE,
    );
    refused(
        &session.abort_transaction().await.unwrap_err(),
        &format!("abort_transaction on {name}: "),
        IN_USE,
    );
    refused(&session.driver().unwrap_err(), &format!("driver on {name}: "), IN_USE);
    let all = Filter::<Person>::all;
    let at = format!("on {name}.people: ");
    let found = people.find(all()).session(&mut session).await.map(drop).unwrap_err();
    refused(&found, &format!("find {at}"), IN_USE);
    refused(
        &people.find_one(all()).session(&mut session).await.unwrap_err(),
        &format!("find_one {at}"),
        IN_USE,
    );
    let rows = people.aggregate().session(&mut session).await.map(drop).unwrap_err();
    refused(&rows, &format!("aggregate {at}"), IN_USE);
    refused(&people.count(all()).session(&mut session).await.unwrap_err(), &format!("count {at}"), IN_USE);
    refused(&people.exists(all()).session(&mut session).await.unwrap_err(), &format!("exists {at}"), IN_USE);
    let ada = person("ada", 36);
    refused(
        &people.insert_one(&ada).session(&mut session).await.unwrap_err(),
        &format!("insert_one {at}"),
        IN_USE,
    );
    let many = people.insert_many([&ada]).session(&mut session).await.unwrap_err();
    refused(&many, &format!("insert_many {at}"), IN_USE);
    let deleted = people.delete_one(all()).session(&mut session).await.unwrap_err();
    refused(&deleted, &format!("delete_one {at}"), IN_USE);
    let ping = db.run_command::<Document>(doc! { "ping": 1 }).session(&mut session).await.unwrap_err();
    refused(&ping, &format!("run_command on {name}: "), IN_USE);
}

/// The caller of a body would otherwise commit a transaction that the body started.
#[odm_test::test]
async fn no_transaction_starts_in_the_session_of_a_body(db: Database) {
    const OWNED: &str =
        "this session belongs to a transaction: start the next one after the body has returned";
    let (people, name) = (people(&db).await, db.name().to_owned());
    db.transaction(async |tx| {
        let mut session = tx.abort().await?;
        refused(
            &session.start_transaction().await.unwrap_err(),
            &format!("start_transaction on {name}: "),
            OWNED,
        );
        let nested = db.transaction(async |_tx| Ok(())).session(&mut session).await.unwrap_err();
        refused(&nested, &format!("transaction on {name}: "), OWNED);
        people.insert_one(&person("ada", 36)).session(&mut session).await
    })
    .await
    .unwrap();
    assert_eq!(count(&people).await, 1);
}

/// A commit by hand whose future was dropped can be made again, and the session is not in a transaction.
#[odm_test::test]
async fn a_dropped_commit_by_hand_is_made_again(_db: Database) {
    let server = own().await;
    let db = server.database("by_hand").await.unwrap();
    let people = people(&db).await;
    let mut session = db.session().await.unwrap();
    for name in ["ada", "bob"] {
        session.start_transaction().await.unwrap();
        people.insert_one(&person(name, 36)).session(&mut session).await.unwrap();
        let block = doc! { "blockConnection": true, "blockTimeMS": 100 };
        fail(&server, "odm-test", doc! { "times": 1 }, &["commitTransaction"], block).await;
        let commit = timeout(Duration::from_millis(30), session.commit_transaction().into_future());
        assert!(commit.await.is_err());
        if name == "ada" {
            session.commit_transaction().await.unwrap();
        }
        // What a transaction cannot contain.
        db.run_command::<Document>(doc! { "listCollections": 1 }).session(&mut session).await.unwrap();
        let error = session.abort_transaction().await.unwrap_err();
        assert!(error.is_not_sent(), "{error}");
    }
    tokio::time::sleep(Duration::from_millis(150)).await;
    assert_eq!(count(&people).await, 2);
}
