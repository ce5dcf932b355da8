//! What every verb that writes says when the server refuses, from the server itself.

use std::time::Duration;

use odm::{
    Collection, Database, Error, ErrorKind, Filter, Model, Write,
    bson::{Bson, doc},
    mongodb::options::{
        Acknowledgment, BulkWriteOptions, ClientOptions, InsertManyOptions, InsertOneOptions, UpdateOptions,
        WriteConcern,
    },
};
use odm_integration::people::{Person, people, person};

use super::{
    bulk_write::outcomes,
    failing::{fail, own},
};

/// The same mistake by every verb that can make it: Bob gets this address and age.
async fn by_every_verb(
    people: &Collection<Person>,
    bob: &Person,
    email: &str,
    age: u32,
) -> Vec<(&'static str, Error)> {
    let p = Person::fields();
    let wrong = Person { email: email.to_owned(), age, ..bob.clone() };
    let other = Person { id: person("x", 1).id, ..wrong.clone() };
    let change = || p.email().set(email) + p.age().set(age);
    let by_id = || p.id().eq(bob.id);
    let mut errors = vec![
        ("insert_one", people.insert_one(&other).await.unwrap_err()),
        ("update_one", people.update_one(by_id(), change()).await.unwrap_err()),
        ("update_many", people.update_many(by_id(), change()).await.unwrap_err()),
        ("update_one", people.update_one(p.name().eq("new"), change()).or_insert(&other).await.unwrap_err()),
        ("replace_one", people.replace_one(by_id(), &wrong).await.unwrap_err()),
        ("save", people.save(&wrong).await.unwrap_err()),
        ("find_one_and_update", people.find_one_and_update(by_id(), change()).await.unwrap_err()),
        ("find_one_and_replace", people.find_one_and_replace(by_id(), &wrong).await.unwrap_err()),
    ];
    for (write, is_many) in [
        (Write::insert_one(&other), false),
        (Write::update_one(by_id(), change()), false),
        (Write::update_many(by_id(), change()), true),
        (Write::save(&wrong), false),
    ] {
        errors.push(("bulk_write", single(people.bulk_write([write]).await.unwrap_err(), is_many)));
    }
    errors.push(("insert_many", single(people.insert_many([&other]).await.unwrap_err(), false)));
    errors
}

/// The one failure of many writes that were one. An `update_many` may have changed documents before the one that failed.
fn single(error: Error, is_many: bool) -> Error {
    assert_eq!(outcomes(&error), "f");
    assert_eq!(error.is_outcome_unknown(), is_many, "{error}");
    assert!(!error.is_retryable() && !error.is_applied() && !error.is_not_sent());
    error
}

/// The error of the write itself.
fn cause(error: &Error) -> &Error {
    error.bulk_write_error().map_or(error, |report| report.failures()[0].error())
}

#[odm_test::test]
async fn duplicate_keys(db: Database) {
    let people = people(&db).await;
    let [ada, bob] = [person("ada", 36), person("bob", 20)];
    people.insert_many([&ada, &bob]).await.unwrap();
    for (verb, error) in by_every_verb(&people, &bob, "ada@example.org", 20).await {
        assert!(error.is_duplicate_key(), "{verb}: {error:?}");
        assert_eq!(error.operation(), Some(verb));
        let key = cause(&error).duplicate_key().unwrap();
        assert_eq!((key.index(), key.fields()), ("email_1", &["email".to_owned()][..]), "{verb}");
        assert_eq!(key.value(), Some(r#"{ email: "ada@example.org" }"#), "{verb}");
        assert_eq!(key.value_of("email"), Some(&"ada@example.org".into()), "{verb}");
        assert_eq!(key.value_of("name"), None, "{verb}");
        assert!(!format!("{error} {error:?} {:?}", error.kind()).contains("example.org"), "{verb}");
    }
    assert_eq!(people.count(Filter::all()).await.unwrap(), 2);
}

#[odm_test::test]
async fn refused_by_the_validator(db: Database) {
    let schema = doc! { "$jsonSchema": { "properties": {
        "age": { "bsonType": "long", "maximum": 99 }, "email": { "pattern": "@" },
    } } };
    db.driver().create_collection("people").validator(schema).await.unwrap();
    let people = db.collection::<Person>();
    let bob = person("bob", 20);
    people.insert_one(&bob).await.unwrap();
    for (verb, error) in by_every_verb(&people, &bob, "SECRET", 120).await {
        assert!(error.is_rejected(), "{verb}: {error:?}");
        let told: Vec<_> = cause(&error)
            .rejection()
            .unwrap()
            .rules()
            .iter()
            .map(|rule| {
                (rule.path(), rule.rule(), rule.expected().cloned(), rule.considered_value().cloned())
            })
            .collect();
        assert_eq!(
            told,
            [
                ("age", "maximum", Some(Bson::from(99)), Some(Bson::from(120_i64))),
                ("email", "pattern", Some("@".into()), Some("SECRET".into())),
            ],
            "{verb}"
        );
        assert!(!format!("{error} {error:?} {:?}", error.kind()).contains("SECRET"), "{verb}");
    }
}

/// The other keywords, and query operators, as the server explains them.
#[odm_test::test]
async fn rules_of_a_validator(db: Database) {
    for (validator, path, rule, expected, considered) in [
        (doc! { "age": { "$lt": 100 } }, "age", "$lt", Some(Bson::from(100)), Some(Bson::from(120_i64))),
        (doc! { "$jsonSchema": { "required": ["phone"] } }, "phone", "required", None, None),
        (
            doc! { "$jsonSchema": { "properties": { "age": { "bsonType": "int" } } } },
            "age",
            "bsonType",
            Some("int".into()),
            Some(Bson::from(120_i64)),
        ),
        (
            doc! { "$jsonSchema": { "properties": { "name": { "enum": ["ada", "bob"] } } } },
            "name",
            "enum",
            Some(Bson::from(vec!["ada", "bob"])),
            Some("eve".into()),
        ),
        (
            doc! { "$jsonSchema": { "maxProperties": 2 } },
            "",
            "maxProperties",
            Some(Bson::from(2)),
            Some(Bson::from(4)),
        ),
    ] {
        let _ = db.driver().collection::<Person>("people").drop().await;
        db.driver().create_collection("people").validator(validator.clone()).await.unwrap();
        let error = db.collection::<Person>().insert_one(&person("eve", 120)).await.unwrap_err();
        let rejection = error.rejection().unwrap();
        let [it] = rejection.rules() else { panic!("{validator}: {:?}", rejection.details()) };
        assert_eq!(
            (it.path(), it.rule(), it.expected(), it.considered_value()),
            (path, rule, expected.as_ref(), considered.as_ref()),
            "{validator}: {:?}",
            rejection.details()
        );
    }
}

/// A single server cannot satisfy a write concern of two: the write is applied all the same.
#[odm_test::test]
async fn write_concerns_that_are_not_satisfied(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let two = || Some(WriteConcern::builder().w(Acknowledgment::Nodes(2)).build());
    let mut one = InsertOneOptions::default();
    one.write_concern = two();
    let mut many = InsertManyOptions::default();
    many.write_concern = two();
    let mut update = UpdateOptions::default();
    update.write_concern = two();
    let mut bulk = BulkWriteOptions::default();
    bulk.write_concern = two();
    let errors = [
        people.insert_one(&person("ada", 1)).with_options(one).await.unwrap_err(),
        people.insert_many([&person("bob", 1), &person("eve", 1)]).with_options(many).await.unwrap_err(),
        people.update_one(p.name().eq("ada"), p.age().inc(1)).with_options(update).await.unwrap_err(),
        people
            .bulk_write([
                Write::insert_one(&person("kim", 1)),
                Write::update_one(p.name().eq("ada"), p.age().inc(1)),
                Write::delete_one(p.name().eq("eve")),
            ])
            .with_options(bulk)
            .await
            .unwrap_err(),
    ];
    for error in &errors {
        assert!(error.is_applied() && error.is_outcome_unknown() && !error.is_retryable(), "{error}");
        assert_eq!(error.code(), Some(100));
        let concern = error
            .write_concern_error()
            .or_else(|| error.bulk_write_error()?.write_concern_errors().first()?.write_concern_error())
            .unwrap();
        assert!(concern.is_unsatisfiable() && !concern.is_timeout(), "{concern:?}");
        assert_eq!((concern.code_name(), concern.w()), ("UnsatisfiableWriteConcern", Some(&Bson::from(2))));
    }
    assert_eq!(outcomes(&errors[3]), "www");
    assert_eq!(errors[3].bulk_write_error().unwrap().write_concern_errors().len(), 3);
    assert_eq!(errors[3].bulk_write_error().unwrap().counts().modified, 1);
    assert_eq!(
        errors[0].to_string().replace(db.name(), "shop"),
        "insert_one on shop.people: the write was applied, but not acknowledged by as many members as its write concern \
         asks for, which this deployment does not have (code 100, UnsatisfiableWriteConcern)"
    );
    let ages: Vec<Person> =
        people.find(Filter::all()).sort(p.name().asc()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(
        ages.iter().map(|it| (it.name.as_str(), it.age)).collect::<Vec<_>>(),
        [("ada", 3), ("bob", 1), ("kim", 1)]
    );
}

/// Members that are too slow, as the server says it where there are some.
#[odm_test::test]
async fn write_concerns_that_take_too_long(db: Database) {
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some("slow".to_owned());
    let people = Database::connect_with(options, db.name()).unwrap().collection::<Person>();
    let late = doc! { "writeConcernError": {
        "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting for replication timed out",
        "errInfo": { "wtimeout": true, "writeConcern": { "w": 3, "wtimeout": 250, "provenance": "clientSupplied" } },
    } };
    fail(&server, "slow", doc! { "times": 2 }, &["insert", "delete"], late).await;
    let one = people.insert_one(&person("ada", 1)).await.unwrap_err();
    let many = people.bulk_write([Write::delete_one(Filter::all())]).await.unwrap_err();
    for error in [&one, &many.bulk_write_error().unwrap().write_concern_errors()[0]] {
        let ErrorKind::WriteConcern(concern) = error.kind() else { panic!("{error:?}") };
        assert!(concern.is_timeout() && !concern.is_unsatisfiable());
        assert_eq!(concern.wtimeout(), Some(Duration::from_millis(250)));
        assert_eq!((concern.code(), concern.w()), (64, Some(&Bson::from(3))));
        assert!(error.is_applied());
    }
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
}

/// One document too large, far behind: nothing is sent, and it is said which.
#[odm_test::test]
async fn a_document_that_is_too_large(db: Database) {
    let people = db.collection::<Person>();
    let small = person("ada", 1);
    let huge = Person { name: "x".repeat(16 * 1024 * 1024), ..person("huge", 1) };
    let all = std::iter::repeat_n(&small, 110_000).chain([&huge, &small]);
    let error = people.insert_many(all).await.unwrap_err();
    assert!(error.is_not_sent());
    let report = error.bulk_write_error().unwrap();
    assert_eq!(
        (report.written_count(), report.failures().len(), report.failures()[0].position()),
        (0, 1, 110_000)
    );
    assert!(matches!(report.failures()[0].error().kind(), ErrorKind::TooLarge(_)));
    assert_eq!(
        error.to_string().replace(db.name(), "shop"),
        "insert_many on shop.people: 0 of 110002 documents were written; the one at position 110000: the document has \
         16777290 bytes and the server stores at most 16777216; nothing was sent"
    );
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
}
