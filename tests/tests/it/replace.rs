//! `replace_one`.

use odm::{Database, Model};
use odm_integration::people::{Person, people, person};

#[odm_test::test]
async fn replace_one_replaces_a_document(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();

    let older = Person { age: 37, ..ada.clone() };
    let result = people.replace_one(p.id().eq(ada.id), &older).await.unwrap();
    assert_eq!((result.matched_count, result.modified_count), (1, 1));
    assert_eq!(people.get(ada.id).await.unwrap(), Some(older));

    let bob = person("bob", 1);
    let result = people.replace_one(p.id().eq(bob.id), &bob).await.unwrap();
    assert_eq!(result.matched_count, 0);
    let result = people.replace_one(p.id().eq(bob.id), &bob).upsert(true).await.unwrap();
    assert_eq!(result.upserted_id, Some((*bob.id.key()).into()));
}

#[odm_test::test]
async fn replace_one_refuses_invalid_documents(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let (ada, bob) = (person("ada", 36), person("bob", 1));
    people.insert_many([&ada, &bob]).await.unwrap();

    let error = people.replace_one(p.id().eq(ada.id), &Person { age: 151, ..ada.clone() }).await.unwrap_err();
    assert!(error.is_invalid() && error.is_not_sent());
    let clash = Person { email: bob.email.clone(), ..ada.clone() };
    assert!(people.replace_one(p.id().eq(ada.id), &clash).await.unwrap_err().is_duplicate_key());
    // The `_id` of a stored document cannot be changed.
    let error = people.replace_one(p.name().eq("ada"), &person("ada", 1)).await.unwrap_err();
    assert_eq!(error.code(), Some(66));
    assert_eq!(people.get(ada.id).await.unwrap(), Some(ada));
}
