//! `delete_one` and `delete_many`.

use odm::{Database, Filter, Model};
use odm_integration::people::{Person, person};

#[odm_test::test]
async fn delete_one_and_delete_many_delete_documents(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    people.insert_many(["ada", "bob", "eve", "eve"].map(|name| person(name, 20))).await.unwrap();

    assert_eq!(people.delete_one(p.name().eq("eve")).await.unwrap().deleted_count, 1);
    assert_eq!(people.delete_one(p.name().eq("zoe")).await.unwrap().deleted_count, 0);
    assert_eq!(people.delete_many(p.name().in_(["ada", "bob"])).await.unwrap().deleted_count, 2);
    assert_eq!(people.delete_many(Filter::all()).await.unwrap().deleted_count, 1);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
}

/// A filter that matches every document implicitly is refused, even with a comment or as one of several alternatives.
#[odm_test::test]
async fn everything_is_deleted_only_with_an_explicit_filter(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    people.insert_many(["ada", "bob"].map(|name| person(name, 20))).await.unwrap();
    let nothing = || Filter::<Person>::all_of([None, None::<Filter<Person>>]);
    for filter in [
        nothing(),
        nothing().comment("clean"),
        nothing() | p.name().eq("ada"),
        Filter::any_of([p.name().eq("ada"), nothing()]),
        Filter::all() | nothing(),
    ] {
        let error = people.delete_many(filter).await.unwrap_err();
        assert!(error.is_not_sent() && error.to_string().contains("the filter is empty"), "{error}");
    }
    assert_eq!(people.count(nothing() | p.name().eq("ada")).await.unwrap(), 2);
    assert_eq!(people.delete_many(p.name().eq("ada") | Filter::all()).await.unwrap().deleted_count, 2);
}
