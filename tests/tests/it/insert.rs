//! `insert_one` and `insert_many`.

use std::fmt::Write;

use odm::{
    Database, Error, Filter, Model,
    bson::{Document, doc},
    error::WriteOutcome,
    mongodb::options::InsertManyOptions,
};
use odm_integration::{
    people::{Person, people, person},
    story::{Order, order},
};

#[odm_test::test]
async fn insert_one_stores_a_document(db: Database) {
    let orders = db.collection::<Order>();
    let first = order(1);
    assert_eq!(orders.insert_one(&first).await.unwrap(), first.id);
    assert_eq!(orders.get(first.id).await.unwrap(), Some(first));
}

/// A document stored through the model equals the one that the driver stores for the same type.
#[odm_test::test]
async fn insert_stores_what_the_driver_stores(db: Database) {
    let orders = db.collection::<Order>();
    let (ours, theirs) = (order(1), order(2));
    orders.insert_one(&ours).await.unwrap();
    orders.driver().clone_with_type::<Order>().insert_one(&theirs).await.unwrap();
    let both: Vec<Order> = orders.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(both, [ours.clone(), theirs]);
    let read =
        orders.driver().clone_with_type::<Order>().find_one(doc! { "_id": ours.id.key() }).await.unwrap();
    assert_eq!(read, Some(ours));
}

#[odm_test::test]
async fn a_duplicate_key_is_reported_with_index_and_value(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();

    let error = people.insert_one(&person("ada", 7)).await.unwrap_err();
    assert!(error.is_duplicate_key());
    let key = error.duplicate_key().unwrap();
    assert_eq!((key.index(), key.fields()), ("email_1", &["email".to_owned()][..]));
    assert_eq!(key.value(), Some(r#"{ email: "ada@example.org" }"#));
    assert_eq!(
        error.to_string(),
        format!(
            "insert_one on {}.people: another document already has this key in the unique index `email_1` (code \
             11000)",
            db.name()
        )
    );

    let error = people.insert_one(&ada).await.unwrap_err();
    assert_eq!(error.duplicate_key().unwrap().index(), "_id_");
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1);
}

#[odm_test::test]
async fn a_document_that_the_validator_rejects_is_an_error(db: Database) {
    db.driver()
        .create_collection("people")
        .validator(doc! { "$jsonSchema": { "properties": { "age": { "maximum": 99 } } } })
        .await
        .unwrap();
    let people = db.collection::<Person>();
    let error = people.insert_one(&person("SECRET", 100)).await.unwrap_err();
    assert!(error.is_rejected());
    let rejection = error.rejection().unwrap();
    assert_eq!((rejection.rules()[0].path(), rejection.rules()[0].rule()), ("age", "maximum"));
    assert!(rejection.details().unwrap().contains_key("failingDocumentId"));
    assert_eq!(
        error.to_string(),
        format!(
            "insert_one on {}.people: the validator of the collection refused the document: `age` (maximum) (code \
             121)",
            db.name()
        )
    );
    assert!(people.insert_many([&person("a", 1), &person("b", 100)]).await.unwrap_err().is_rejected());
}

#[odm_test::test]
async fn insert_many_returns_the_ids_in_order(db: Database) {
    let people = people(&db).await;
    let all: Vec<Person> = (0..1000).map(|n| person(&n.to_string(), n % 100)).collect();
    let ids = people.insert_many(&all).await.unwrap();
    assert_eq!(ids, all.iter().map(|person| person.id).collect::<Vec<_>>());
    let stored: Vec<Person> = people.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(stored, all);
}

fn outcomes(error: &Error) -> String {
    error.bulk_write_error().unwrap().outcomes().fold(String::new(), |mut text, outcome| {
        let letter = match outcome {
            WriteOutcome::Written => 'w',
            WriteOutcome::Failed(_) => 'f',
            WriteOutcome::NotTried => '-',
            _ => '?',
        };
        text.write_char(letter).unwrap();
        text
    })
}

#[odm_test::test]
async fn insert_many_reports_duplicates_by_position(db: Database) {
    let people = people(&db).await;
    people.insert_one(&person("ada", 36)).await.unwrap();
    let four = || ["bob", "ada", "eve", "bob"].map(|name| person(name, 20));

    let error = people.insert_many(four()).await.unwrap_err();
    assert_eq!(outcomes(&error), "wf--");
    assert!(error.is_duplicate_key());
    assert_eq!(people.count(Filter::all()).await.unwrap(), 2);
    assert_eq!(
        error.to_string(),
        format!(
            "insert_many on {}.people: 1 of 4 documents were written; the one at position 1: another document \
             already has this key in the unique index `email_1` (code 11000)",
            db.name()
        )
    );

    people.delete_many(Person::fields().name().eq("bob")).await.unwrap();
    let error = people.insert_many(four()).ordered(false).await.unwrap_err();
    assert_eq!(outcomes(&error), "wfwf");
    let positions: Vec<_> =
        error.bulk_write_error().unwrap().failures().iter().map(odm::error::WriteFailure::position).collect();
    assert_eq!(positions, [1, 3]);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 3);
}

/// More documents than one command can contain: the positions continue across commands, and earlier batches are
/// reported as written.
#[odm_test::test]
async fn insert_many_sends_several_commands(db: Database) {
    let people = people(&db).await;
    let text = "x".repeat(10_000_000);
    let large = |name: &str| Person { name: text.clone(), ..person(name, 1) };
    let mut all: Vec<Person> = ["a", "b", "c", "d", "e", "f"].map(large).into();
    all[5].email = "a@example.org".to_owned();
    let error = people.insert_many(&all).await.unwrap_err();
    assert_eq!(outcomes(&error), "wwwwwf");
    assert_eq!(people.count(Filter::all()).await.unwrap(), 5);

    // In unordered mode, the second batch is sent although the first one fails.
    people.delete_many(Filter::all()).await.unwrap();
    all[5].email = "f@example.org".to_owned();
    all[1].email = "a@example.org".to_owned();
    let error = people.insert_many(&all).ordered(false).await.unwrap_err();
    assert_eq!(outcomes(&error), "wfwwww");
}

#[odm_test::test]
async fn insert_accepts_options_of_the_driver(db: Database) {
    db.driver().create_collection("people").validator(doc! { "age": { "$lt": 100 } }).await.unwrap();
    let people = db.collection::<Person>();
    let options = InsertManyOptions::builder().bypass_document_validation(true).build();
    people.insert_many([&person("ada", 120)]).with_options(options).await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1);
}

/// An action owns its documents, so it can be created here and awaited in another task.
#[odm_test::test]
async fn an_insert_can_be_spawned(db: Database) {
    let action = {
        let people = db.collection::<Person>();
        let ada = person("ada", 36);
        people.insert_one(&ada)
    };
    let id = tokio::spawn(async move { action.await }).await.unwrap().unwrap();
    let people = db.collection::<Person>();
    let found = tokio::spawn(people.get(id).into_future()).await.unwrap().unwrap();
    assert_eq!(found.unwrap().name, "ada");
}

/// A transaction that is not committed leaves no document.
#[odm_test::test]
async fn an_insert_takes_part_in_a_transaction(db: Database) {
    let people = people(&db).await;
    let mut session = db.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    people.insert_many([&person("bob", 1), &person("eve", 1)]).session(&mut session).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut session).await.unwrap(), 3);
    session.abort_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
}

/// The driver still returns the same documents and replies.
#[odm_test::test]
async fn inserted_documents_have_the_declared_field_order(db: Database) {
    let people = db.collection::<Person>();
    people.insert_one(&person("ada", 36)).await.unwrap();
    let document: Document = people.driver().find_one(doc! {}).await.unwrap().unwrap();
    assert_eq!(document.keys().collect::<Vec<_>>(), ["_id", "name", "email", "age"]);
    assert_eq!(Person::COLLECTION, people.name());
    assert_eq!(people.database().name(), db.name());
}

/// Two transactions insert the same key. The second one gets a retryable error, whichever method it uses.
#[odm_test::test]
async fn a_write_conflict_in_a_transaction_is_retryable(db: Database) {
    let people = people(&db).await;
    let mut first = db.start_session().await.unwrap();
    first.start_transaction().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut first).await.unwrap();

    let mut second = db.start_session().await.unwrap();
    second.start_transaction().await.unwrap();
    let both = [&person("bob", 1), &person("ada", 1)];
    let error = people.insert_many(both).session(&mut second).await.unwrap_err();
    assert!(error.has_label("TransientTransactionError") && error.is_retryable(), "{error:?}");
    assert_eq!((error.code(), outcomes(&error).as_str()), (Some(112), "--"));
    assert!(error.driver().is_some());
    first.abort_transaction().await.unwrap();
    second.abort_transaction().await.unwrap();

    second.start_transaction().await.unwrap();
    people.insert_many(both).session(&mut second).await.unwrap();
    second.commit_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 2);
}
