//! The outcome of a call that fails in a transaction: only the commit applies its writes.

use odm::{
    Collection, Database, Error, Filter, Id, Model, Write,
    bson::{Document, doc},
    error::WriteOutcome,
};
use odm_integration::people::{Person, people, person};

use super::count;
use crate::failing::{fail, own};

fn outcomes(error: &Error) -> String {
    let letter = |outcome| match outcome {
        WriteOutcome::Written => 'w',
        WriteOutcome::Failed(_) => 'f',
        WriteOutcome::NotTried => '-',
        WriteOutcome::Unknown => '?',
        _ => '!',
    };
    error.bulk_write_error().unwrap().outcomes().map(letter).collect()
}

/// Runs an `update_many` in a transaction, which fails in this way.
async fn fail_update(server: &odm_test::Server, people: &Collection<Person>, data: Document) -> Error {
    fail(server, "odm-test", doc! { "times": 1 }, &["update"], data).await;
    let p = Person::fields();
    let mut session = people.database().session().await.unwrap();
    session.start_transaction().await.unwrap();
    let update = people.update_many(Filter::all(), p.age().inc(1)).session(&mut session).await;
    session.abort_transaction().await.unwrap();
    update.unwrap_err()
}

#[odm_test::test]
async fn a_failed_write_is_not_applied(_db: Database) {
    let server = own().await;
    let db = server.database("outcome").await.unwrap();
    let people = people(&db).await;
    people.insert_one(&person("ada", 36)).await.unwrap();
    for data in [
        doc! { "errorCode": 50 },
        doc! { "errorCode": 189, "errorLabels": ["TransientTransactionError"] },
        doc! { "closeConnection": true },
    ] {
        let is_transient = !data.contains_key("errorCode") || data.contains_key("errorLabels");
        let error = fail_update(&server, &people, data).await;
        assert!(!error.is_outcome_unknown() && !error.is_applied(), "{error}");
        assert_eq!(error.is_retryable(), is_transient, "{error}");
        assert_eq!(error.to_string().contains("; run the transaction again"), is_transient, "{error}");
        assert!(!error.to_string().contains("applied"), "{error}");
    }
    assert_eq!(people.find_one(Filter::all()).await.unwrap().unwrap().age, 36);

    // Outside of a transaction, the outcome is unknown.
    fail(&server, "odm-test", doc! { "times": 1 }, &["update"], doc! { "errorCode": 50 }).await;
    let p = Person::fields();
    let error = people.update_many(Filter::all(), p.age().inc(1)).await.unwrap_err();
    assert!(error.is_outcome_unknown(), "{error}");
}

#[odm_test::test]
async fn a_failed_bulk_write_is_undone(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    let all = [person("bob", 1), ada.clone(), person("eve", 2)];
    for ordered in [true, false] {
        let inserted = db
            .transaction(async |mut tx| people.insert_many(&all).ordered(ordered).session(&mut tx).await)
            .await;
        let bulk = db
            .transaction(async |mut tx| {
                let writes = all.iter().map(Write::insert_one);
                people.bulk_write(writes).ordered(ordered).session(&mut tx).await.map(drop)
            })
            .await;
        for error in [inserted.unwrap_err(), bulk.unwrap_err()] {
            assert_eq!(outcomes(&error), "-f-", "{error}");
            assert!(error.is_duplicate_key() && !error.is_applied() && !error.is_outcome_unknown());
            let report = error.bulk_write_error().unwrap();
            assert_eq!((report.written_count(), report.counts().inserted), (0, 0));
        }
        assert_eq!(count(&people).await, 1);
    }
}

#[derive(Debug, Model)]
#[odm(collection = "people")]
struct Misfit {
    id: Id<Misfit>,
    name: i32,
    age: u32,
}

/// The reply does not fit the model. The write belongs to the transaction, and the commit applies it.
#[odm_test::test]
async fn a_reply_that_does_not_fit_depends_on_the_commit(db: Database) {
    let people = people(&db).await;
    people.insert_one(&person("ada", 36)).await.unwrap();
    let misfits = db.collection::<Misfit>();
    let m = Misfit::fields();
    let error = db
        .transaction(async |mut tx| {
            let found = misfits.find_one_and_update(Filter::all(), m.age().inc(1)).session(&mut tx).await;
            Ok(found.unwrap_err())
        })
        .await
        .unwrap();
    assert!(error.is_decode() && !error.is_applied() && !error.is_outcome_unknown(), "{error}");
    assert!(
        error.to_string().ends_with("; the write is applied only if its transaction is committed"),
        "{error}"
    );
    assert_eq!(people.find_one(Filter::all()).await.unwrap().unwrap().age, 37);
}
