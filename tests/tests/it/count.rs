//! `count`.

use odm::{Database, Filter, Model, bson::doc};
use odm_integration::people::{Person, person};

#[odm_test::test]
async fn counts(db: Database) {
    let people = db.collection::<Person>();
    let p = Person::fields();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
    people.insert_many((0..10).map(|n| person(&n.to_string(), n))).await.unwrap();
    assert_eq!(people.count(Filter::all()).await.unwrap(), 10);
    assert_eq!(people.count(p.age().gte(7)).await.unwrap(), 3);
    assert_eq!(people.count(doc! { "age": 4 }).await.unwrap(), 1);
    assert_eq!(people.count(p.age().gte(3)).skip(2).limit(4).await.unwrap(), 4);
}
