//! `count`, `estimated_count` and `exists`.

use odm::{Database, Filter, Model, bson::doc};
use odm_integration::people::{Person, person};

#[odm_test::test]
async fn count_returns_the_number_of_documents(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
    people.insert_many((0..10).map(|n| person(&n.to_string(), n))).await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 10);
    assert_eq!(people.count(p.age().gte(7)).await.unwrap(), 3);
    assert_eq!(people.count(doc! { "age": 4 }).await.unwrap(), 1);
    assert_eq!(people.count(p.age().gte(3)).skip(2).limit(4).await.unwrap(), 4);
}

#[odm_test::test]
async fn estimated_count_and_exists_return_their_results(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    assert_eq!(people.estimated_count().await.unwrap(), 0);
    assert!(!people.exists(Filter::all()).await.unwrap());
    people.insert_many((0..10).map(|n| person(&n.to_string(), n))).await.unwrap();
    assert_eq!(people.estimated_count().await.unwrap(), 10);
    assert!(people.exists(p.age().eq(7)).await.unwrap());
    assert!(!people.exists(p.age().eq(70)).await.unwrap());

    let mut session = db.start_session().await.unwrap();
    assert!(people.exists(doc! { "age": 7 }).session(&mut session).await.unwrap());
}

/// A document that does not fit the model is found, too.
#[odm_test::test]
async fn exists_does_not_decode_the_document(db: Database) {
    let people = db.collection::<Person>();
    people.driver().insert_one(doc! { "age": "seven" }).await.unwrap();
    assert!(people.exists(doc! { "age": "seven" }).await.unwrap());
}
