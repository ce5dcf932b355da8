//! The commands of pages, and what they return: views, totals, sessions, explanations.

use std::time::Duration;

use odm::{
    Collection, Database, Filter, Model, Sort, View,
    bson::{DateTime, Document, doc},
    mongodb::IndexModel,
    page::Page,
};
use odm_integration::{
    commands::Commands,
    story::{Order, Status, order},
};
use odm_test::Server;

use super::key;

/// A view without the field that the orders are sorted by.
#[derive(Debug, PartialEq, View)]
#[odm(of = Order)]
struct Reference {
    reference: String,
}

async fn five(db: &Database) -> (Collection<Order>, Vec<Order>) {
    let orders = db.collection::<Order>();
    let five: Vec<Order> = (1..6).map(order).collect();
    orders.insert_many(&five).await.unwrap();
    (orders, five)
}

fn references(page: &Page<Order>) -> Vec<&str> {
    page.items.iter().map(|order| order.reference.as_str()).collect()
}

#[odm_test::test]
async fn a_page_is_one_command(db: Database, server: Server) {
    let (_, five) = five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (orders, o) = (db.collection::<Order>(), Order::fields());
    let page = || orders.find(o.status().eq(Status::Open)).sort(o.placed_at().desc()).page(2, &key());

    let first = page().await.unwrap();
    assert_eq!(references(&first), ["AB-000005", "AB-000004"]);
    assert!(first.is_first() && !first.is_last() && first.total.is_none());
    let sort = doc! { "placedAt": -1, "_id": -1 };
    commands.assert([doc! {
        "find": "orders", "filter": { "status": { "$eq": "open" } }, "sort": &sort, "limit": 3_i64, "batchSize": 4_i32,
    }]);

    let second = page().token(first.next.as_ref()).await.unwrap();
    assert_eq!(references(&second), ["AB-000003", "AB-000002"]);
    let (at, id) = (five[3].placed_at, *five[3].id.key());
    let earlier =
        ["minKey", "undefined", "number", "string", "symbol", "object", "binData", "objectId", "bool"];
    let before_ids = ["minKey", "undefined", "number", "string", "symbol", "object", "binData"];
    commands.assert([doc! {
        "find": "orders",
        "filter": { "status": { "$eq": "open" }, "$and": [
            { "placedAt": { "$not": { "$gt": at } } },
            { "$nor": [{ "$nor": [
                { "placedAt": { "$lt": at } },
                { "placedAt": { "$eq": null } },
                { "placedAt": { "$type": &earlier[..] } },
                { "placedAt": { "$eq": at }, "_id": { "$lt": id } },
                { "placedAt": { "$eq": at }, "_id": { "$eq": null } },
                { "placedAt": { "$eq": at }, "_id": { "$type": &before_ids[..] } },
            ] }] },
        ] },
        "sort": &sort,
        "limit": 3_i64,
        "batchSize": 4_i32,
    }]);

    let last = page().token(second.next.unwrap()).await.unwrap();
    assert_eq!(references(&last), ["AB-000001"]);
    assert!(last.is_last() && !last.is_first());
    let back = page().token(last.previous).await.unwrap();
    assert_eq!(references(&back), ["AB-000003", "AB-000002"]);
    assert_eq!(
        commands.take().last().unwrap().get_document("sort").unwrap(),
        &doc! { "placedAt": 1, "_id": 1 }
    );
    let start = page().token(back.previous.unwrap().as_str()).await.unwrap();
    assert!(start.is_first());
    assert_eq!(start.items, first.items);
    assert_eq!(start.next, first.next);
}

#[odm_test::test]
async fn a_hint_with_the_keys_of_the_sort_bounds_the_index(db: Database, server: Server) {
    let (orders, five) = five(&db).await;
    let keys = doc! { "placedAt": 1, "_id": 1 };
    orders.driver().create_index(IndexModel::builder().keys(keys.clone()).build()).await.unwrap();
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (orders, o) = (db.collection::<Order>(), Order::fields());
    let by = |sort: Sort<Order>| orders.find(Filter::all()).sort(sort).hint(keys.clone()).page(2, &key());

    let first = by(o.placed_at().asc()).await.unwrap();
    commands.take();
    let second = by(o.placed_at().asc()).token(&first.next).await.unwrap();
    let at = doc! { "placedAt": five[1].placed_at, "_id": *five[1].id.key() };
    commands.assert([doc! {
        "find": "orders", "filter": {}, "sort": &keys, "hint": &keys, "min": &at, "limit": 4_i64, "batchSize": 5_i32,
    }]);
    assert_eq!(references(&second), ["AB-000003", "AB-000004"]);

    // The document at the bound may have been deleted.
    orders.delete_one(o.id().eq(five[1].id)).await.unwrap();
    commands.take();
    assert_eq!(by(o.placed_at().asc()).token(&first.next).await.unwrap().items, second.items);
    commands.take();

    let back = by(o.placed_at().asc()).token(&second.previous).await.unwrap();
    let at = doc! { "placedAt": five[2].placed_at, "_id": *five[2].id.key() };
    let sort = doc! { "placedAt": -1, "_id": -1 };
    commands.assert([doc! {
        "find": "orders", "filter": {}, "sort": &sort, "hint": &keys, "max": &at, "limit": 3_i64, "batchSize": 4_i32,
    }]);
    assert_eq!(references(&back), ["AB-000001"]);
}

#[odm_test::test]
async fn a_view_need_not_contain_the_sort_keys(db: Database, server: Server) {
    five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (orders, o) = (db.collection::<Order>(), Order::fields());
    let page = || {
        orders
            .find(Filter::all())
            .sort(o.ship_to().city().asc().then(o.note().asc()))
            .view::<Reference>()
            .page(2, &key())
    };
    let first: Page<Reference> = page().await.unwrap();
    assert_eq!(first.items[0], Reference { reference: "AB-000001".to_owned() });
    let sent = commands.take();
    assert_eq!(
        sent[0].get_document("projection").unwrap(),
        &doc! { "reference": 1, "shipTo.city": 1, "note": 1, "_id": 1 },
    );
    let second = page().token(first.next).await.unwrap();
    assert_eq!(second.items[0].reference, "AB-000003");
    let names = second.map(|row| row.reference);
    assert_eq!(names.into_iter().collect::<Vec<_>>(), ["AB-000003", "AB-000004"]);
}

#[odm_test::test]
async fn a_total_is_a_count_of_the_same_filter(db: Database, server: Server) {
    five(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let (orders, o) = (db.collection::<Order>(), Order::fields());
    let find = || orders.find(o.lines().qty().gt(3)).sort(o.reference().asc()).comment("list");
    let page = find().page(1, &key()).with_total().await.unwrap();
    assert_eq!(page.total, Some(4));
    let next = find().page(1, &key()).with_total().token(page.next).await.unwrap();
    assert_eq!((next.total, references(&next)), (Some(4), vec!["AB-000003"]));

    commands.take();
    let page = find().offset_page(1, 2).await.unwrap();
    assert_eq!((page.total, page.number(), page.pages()), (4, 1, 2));
    assert_eq!(
        page.items.iter().map(|order| order.reference.as_str()).collect::<Vec<_>>(),
        ["AB-000003", "AB-000004"]
    );
    let mut sent = commands.take();
    sent.sort_by_key(|command| command.contains_key("aggregate"));
    let filter = doc! { "lines.qty": { "$gt": 3_i64 } };
    assert_eq!(sent.len(), 2);
    let mut find: Vec<(String, odm::bson::Bson)> = sent[0].clone().into_iter().collect();
    find.sort_by(|(one, _), (other, _)| one.cmp(other));
    assert_eq!(
        find.into_iter().collect::<Document>(),
        doc! {
            "batchSize": 3_i32, "comment": "list", "filter": &filter, "find": "orders", "limit": 2_i64, "skip": 1_i64,
            "sort": { "reference": 1, "_id": 1 },
        },
    );
    assert_eq!(sent[1].get_array("pipeline").unwrap()[0], doc! { "$match": filter }.into());
    assert_eq!(sent[1].get_str("comment").unwrap(), "list");
}

#[odm_test::test]
async fn an_offset_page_may_be_a_view_and_may_be_empty(db: Database) {
    let (orders, _) = five(&db).await;
    let page = orders.find(Filter::all()).view::<Reference>().offset_page(40, 20).await.unwrap();
    assert_eq!((page.items.len(), page.total, page.is_last(), page.is_first()), (0, 5, true, false));
    let page = orders.find(Filter::all()).view::<Reference>().offset_page(4, 20).await.unwrap();
    let page = page.map(|row| row.reference);
    assert_eq!(page.into_iter().collect::<Vec<_>>(), ["AB-000005"]);
}

#[odm_test::test]
async fn pages_in_a_transaction_and_a_session_belong_to_it(db: Database) {
    let (orders, _) = five(&db).await;
    let o = Order::fields();
    let key = key();
    let seen = db
        .transaction(async |mut tx| {
            orders.delete_one(o.reference().eq("AB-000001")).session(&mut tx).await?;
            let find = || orders.find(Filter::all()).sort(o.reference().asc());
            let first = find().page(2, &key).with_total().session(&mut tx).await?;
            let second = find().session(&mut tx).page(2, &key).token(first.next.as_ref()).await?;
            let numbered = find().view::<Reference>().offset_page(0, 1).session(&mut tx).await?;
            tx.abort().await?;
            Ok((first, second, numbered))
        })
        .await
        .unwrap();
    let (first, second, numbered) = seen;
    assert_eq!((references(&first), first.total), (vec!["AB-000002", "AB-000003"], Some(4)));
    assert_eq!(references(&second), ["AB-000004", "AB-000005"]);
    assert_eq!((numbered.items[0].reference.as_str(), numbered.total), ("AB-000002", 4));
    assert_eq!(orders.find(Filter::all()).page(9, &key).await.unwrap().items.len(), 5);
}

#[odm_test::test]
async fn a_page_can_have_a_deadline_and_an_explanation(db: Database, server: Server) {
    let (orders, _) = five(&db).await;
    let o = Order::fields();
    let keys = doc! { "placedAt": 1, "_id": 1 };
    orders.driver().create_index(IndexModel::builder().keys(keys.clone()).build()).await.unwrap();
    let many: Vec<Document> = (0..2_000).map(|n| doc! { "placedAt": DateTime::from_millis(n) }).collect();
    orders.driver().insert_many(many).await.unwrap();

    let page = || orders.find(Filter::all()).sort(o.placed_at().desc()).as_documents().page(10, &key());
    let mut token = None;
    for _ in 0..100 {
        token = page().token(token).await.unwrap().next;
    }
    let plan = page().token(&token).explain().await.unwrap();
    assert!(!plan.is_collection_scan() && !plan.is_sort_in_memory(), "{plan}");
    assert!(plan.keys_examined().unwrap() < 20, "{plan}");
    let plan = page().explain().await.unwrap();
    assert_eq!(plan.returned(), Some(11));
    let plan = orders.find(Filter::all()).offset_page(3, 4).explain().await.unwrap();
    assert_eq!(plan.returned(), Some(4));

    let (db, commands) = Commands::record(server.uri(), &db).await;
    let orders = db.collection::<Order>();
    let page = orders.find(o.placed_at().eq(DateTime::from_millis(1000))).page(1, &key());
    page.deadline(Duration::from_secs(90)).await.unwrap();
    assert_eq!(commands.take()[0].get_i32("maxTimeMS").unwrap(), 90_000);
    let late = orders.find(Filter::all()).offset_page(0, 1).deadline(Duration::ZERO).await.unwrap_err();
    assert!(late.is_timeout(), "{late}");
    assert!(late.to_string().starts_with("offset_page on "), "{late}");
}
