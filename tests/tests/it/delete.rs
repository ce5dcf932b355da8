//! `delete_one` and `delete_many`.

use odm::{Database, Filter, Model};
use odm_integration::people::{Person, person};

#[odm_test::test]
async fn one_and_many(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    people.insert_many(["ada", "bob", "eve", "eve"].map(|name| person(name, 20))).await.unwrap();

    assert_eq!(people.delete_one(p.name().eq("eve")).await.unwrap().deleted_count, 1);
    assert_eq!(people.delete_one(p.name().eq("zoe")).await.unwrap().deleted_count, 0);
    assert_eq!(people.delete_many(p.name().in_(["ada", "bob"])).await.unwrap().deleted_count, 2);
    assert_eq!(people.delete_many(Filter::all()).await.unwrap().deleted_count, 1);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
}
