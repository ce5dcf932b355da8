//! The types of expanded events, and of what an update has changed.

use odm::{
    Collection, Database, Model,
    bson::{Document, doc},
    watch::{Definition, Event},
};

use super::{
    matching::{Line, Order, order},
    soon,
};

/// Each definition event is typed.
#[odm_test::test]
async fn definitions_are_typed(db: Database) {
    let orders: Collection<Order> = db.collection();
    let mut changes = orders.watch().show_expanded_events(true).await.unwrap();
    let driver = db.driver();
    let create = doc! { "create": "orders", "capped": true, "size": 4096 };
    driver.run_command(create).await.unwrap();
    // An index of a collection with documents: `createIndexes` is then an event of its own.
    orders.insert_one(&order(1, "open", 1)).await.unwrap();
    let index = doc! { "key": { "total": 1 }, "name": "total" };
    driver.run_command(doc! { "createIndexes": "orders", "indexes": [index] }).await.unwrap();
    let hide = doc! { "collMod": "orders", "index": { "name": "total", "hidden": true } };
    driver.run_command(hide).await.unwrap();
    driver.run_command(doc! { "dropIndexes": "orders", "index": "total" }).await.unwrap();

    let mut definitions = Vec::new();
    while definitions.len() < 4 {
        let change = soon(changes.next()).await.unwrap().unwrap();
        if let Event::Definition(definition) = change.into_event() {
            definitions.push(definition);
        }
    }
    let [
        Definition::Create { options, .. },
        Definition::CreateIndexes { indexes: created, .. },
        Definition::Modify { options: modified, before, .. },
        Definition::DropIndexes { indexes: dropped, .. },
    ] = &definitions[..]
    else {
        panic!("{definitions:?}")
    };
    assert!(options.get_bool("capped").unwrap());
    assert_eq!(created[0].get_str("name").unwrap(), "total");
    assert_eq!(created[0].get_document("key").unwrap(), &doc! { "total": 1 });
    let of_index = modified.get_document("index").unwrap();
    assert_eq!((of_index.get_str("name").unwrap(), of_index.get_bool("hidden").unwrap()), ("total", true));
    let before = before.as_ref().unwrap().get_document("indexOptions").unwrap();
    assert_eq!(before, &doc! { "hidden": false });
    assert_eq!(dropped[0].get_str("name").unwrap(), "total");
}

/// The updates that touch a field, in this process.
#[odm_test::test]
async fn an_update_knows_the_fields_that_it_touches(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    let plain = db.driver().collection::<Document>("orders");
    let lines: Vec<Document> = (0..4).map(|qty| doc! { "sku": "x".repeat(50), "qty": qty }).collect();
    let stored = doc! { "_id": 1, "status": "open", "total": 1_i64, "lines": lines, "text": "x".repeat(200) };
    plain.insert_one(stored).await.unwrap();
    let mut changes = orders.watch().await.unwrap();
    plain.update_one(doc! {}, doc! { "$set": { "status": "paid", "lines.1.qty": 9 } }).await.unwrap();
    let shorter = doc! { "$set": { "lines": { "$slice": ["$lines", 3] } } };
    plain.update_one(doc! {}, vec![shorter, doc! { "$unset": "total" }]).await.unwrap();
    plain.update_one(doc! {}, doc! { "$set": { "total": 1_i64 } }).await.unwrap();
    orders.replace_one(o.id().eq(1), &order(1, "open", 1)).await.unwrap();

    let change = soon(changes.next()).await.unwrap().unwrap();
    assert!(change.touches(&o.status()) && change.touches(&o.lines().qty()) && change.touches(&o.lines()));
    assert!(!change.touches(&o.total()) && !change.touches(&o.lines().sku()));
    assert!(!change.removes(&o.status()) && change.truncates(&o.lines()).is_none());
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert!(change.removes(&o.total()) && change.touches(&o.total()) && !change.removes(&o.lines()));
    assert_eq!(change.truncates(&o.lines()), Some(3));
    assert!(change.touches(&o.lines().sku()) && !change.touches(&o.status()));
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert!(change.touches(&o.total()) && !change.removes(&o.total()));
    let replaced = soon(changes.next()).await.unwrap().unwrap();
    assert!(matches!(replaced.event(), Event::Replace(_)) && !replaced.touches(&o.total()));
}

/// The new value of a field: set by itself, as a part of what was set, or not known.
#[odm_test::test]
async fn an_update_has_the_values_that_it_sets(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    let plain = db.driver().collection::<Document>("orders");
    let lines: Vec<Document> = (0..3).map(|qty| doc! { "sku": "a", "qty": qty }).collect();
    plain.insert_one(doc! { "_id": 1, "status": "open", "total": 1_i64, "lines": lines }).await.unwrap();
    let mut changes = orders.watch().await.unwrap();
    plain.update_one(doc! {}, doc! { "$set": { "status": "paid", "lines.1.qty": 9 } }).await.unwrap();
    plain.update_one(doc! {}, doc! { "$set": { "lines": [{ "sku": "b", "qty": 7 }] } }).await.unwrap();
    plain.update_one(doc! {}, doc! { "$set": { "total": "x" }, "$unset": { "status": "" } }).await.unwrap();
    plain.delete_one(doc! {}).await.unwrap();

    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(change.sets(&o.status()).unwrap().unwrap(), "paid");
    assert_eq!(change.sets(&o.lines().at(1).qty()).unwrap().unwrap(), 9);
    assert!(change.sets(&o.lines()).is_none() && change.touches(&o.lines()));
    assert!(change.sets(&o.lines().at(0).qty()).is_none() && change.sets(&o.total()).is_none());
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(change.sets(&o.lines()).unwrap().unwrap(), [Line { sku: "b".to_owned(), qty: 7 }]);
    assert_eq!(change.sets(&o.lines().at(0).sku()).unwrap().unwrap(), "b");
    assert!(change.sets(&o.lines().at(1).sku()).is_none());
    let change = soon(changes.next()).await.unwrap().unwrap();
    let error = change.sets(&o.total()).unwrap().unwrap_err();
    assert!(error.is_decode() && error.to_string().contains("total"), "{error}");
    assert!(change.sets(&o.status()).is_none() && change.removes(&o.status()));
    let deleted = soon(changes.next()).await.unwrap().unwrap();
    assert!(deleted.sets(&o.status()).is_none());
}
