//! `update_one` and `update_many`.

use odm::{Database, Filter, Model, bson::doc};
use odm_integration::{
    people::{Person, people, person},
    story::{Order, order},
};

#[odm_test::test]
async fn update_one_and_update_many_change_documents(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_many(["ada", "bob", "eve"].map(|name| person(name, 20))).await.unwrap();

    let one = people.update_one(p.name().eq("ada"), p.age().inc(1)).await.unwrap();
    assert_eq!((one.matched_count, one.modified_count, one.upserted_id), (1, 1, None));
    let same = people.update_one(p.name().eq("ada"), p.age().set(21)).await.unwrap();
    assert_eq!((same.matched_count, same.modified_count), (1, 0));
    let many = people.update_many(Filter::all(), p.age().inc(10)).await.unwrap();
    assert_eq!((many.matched_count, many.modified_count), (3, 3));
    assert_eq!(people.find_one(p.name().eq("ada")).await.unwrap().unwrap().age, 31);
    let none = people.update_one(p.name().eq("zoe"), p.age().inc(1)).await.unwrap();
    assert_eq!(none.matched_count, 0);
}

#[odm_test::test]
async fn an_upsert_inserts_a_missing_document(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let id = person("ada", 1).id;
    let update = || p.name().set("ada") + p.email().set("a@b.c") + p.age().set(1);
    let first = people.update_one(p.id().eq(id), update()).upsert(true).await.unwrap();
    assert_eq!(first.upserted_id, Some((*id.key()).into()));
    let second = people.update_one(p.id().eq(id), update()).upsert(true).await.unwrap();
    assert_eq!((second.matched_count, second.upserted_id), (1, None));
    assert_eq!(people.get(id).await.unwrap().unwrap().name, "ada");
    assert!(
        people
            .update_many(p.name().eq("bob"), p.age().set(2))
            .upsert(true)
            .await
            .unwrap()
            .upserted_id
            .is_some()
    );
}

#[odm_test::test]
async fn a_duplicate_key_is_reported(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_many([person("ada", 1), person("bob", 1)]).await.unwrap();
    let error = people.update_one(p.name().eq("bob"), p.email().set("ada@example.org")).await.unwrap_err();
    assert_eq!(error.duplicate_key().unwrap().index(), "email_1");
    assert_eq!(error.operation(), Some("update_one"));
    let error = people.update_many(Filter::all(), p.email().set("x")).await.unwrap_err();
    assert!(error.is_duplicate_key());
}

#[odm_test::test]
async fn elements_are_updated_by_a_condition(db: Database) {
    let orders = db.collection::<Order>();
    let o = Order::fields();
    orders.insert_one(&order(1)).await.unwrap();
    orders.update_one(Filter::all(), o.lines().each_where(|l| l.qty().lt(2)).price().set(9.0)).await.unwrap();
    let prices: Vec<f64> =
        orders.find_one(Filter::all()).await.unwrap().unwrap().lines.iter().map(|line| line.price).collect();
    assert_eq!(prices, [9.0, 0.75]);
}

/// A server error contains its code. The server's message is available only through a method.
#[odm_test::test]
async fn an_update_that_the_server_refuses_is_an_error(db: Database) {
    let people = people(&db).await;
    people.insert_one(&person("SECRET", 1)).await.unwrap();
    let error = people.update_one(Filter::all(), doc! { "$inc": { "name": 1 } }).await.unwrap_err();
    assert_eq!(error.code(), Some(14));
    assert!(error.server_message().unwrap().contains("non-numeric"), "{:?}", error.server_message());
    assert_eq!(
        error.to_string(),
        format!(
            "update_one on {}.people: `$inc` needs a number, and the field `name` is of type string; the server's \
             message, which may hold stored values, is in `server_message()` (code 14)",
            db.name()
        )
    );
    let error = people.update_one(Filter::all(), doc! { "name": "no operator" }).await.unwrap_err();
    assert!(error.is_not_sent(), "{error:?}");
}
