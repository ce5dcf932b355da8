//! Filters of documents, which select changes on the server.

mod resume;
mod sent;

use odm::{
    Collection, Database, Embedded, ErrorKind, Filter, Model,
    bson::{Document, doc},
    changes,
    mongodb::options::{FullDocumentBeforeChangeType, FullDocumentType},
    watch::{Change, ChangeStream, Event},
};

use super::{Item, soon};

#[derive(Debug, Clone, PartialEq, Embedded)]
pub(super) struct Line {
    pub(in crate::watch) sku: String,
    pub(in crate::watch) qty: i32,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
pub(super) struct Order {
    pub(in crate::watch) id: i32,
    pub(in crate::watch) status: String,
    pub(in crate::watch) total: i64,
    pub(in crate::watch) lines: Vec<Line>,
}

pub(super) fn order(id: i32, status: &str, total: i64) -> Order {
    let lines = vec![Line { sku: "a".to_owned(), qty: id }];
    Order { id, status: status.to_owned(), total, lines }
}

/// Creates the collection, with images.
async fn with_images(db: &Database) -> Collection<Order> {
    let create = doc! { "create": "orders", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    db.collection()
}

/// Names a change: what happened, and to which document.
fn named(change: &Change<Order>) -> String {
    let what = match change.event() {
        Event::Insert(_) => "insert",
        Event::Update { .. } => "update",
        Event::Replace(_) => "replace",
        Event::Delete { .. } => "delete",
        Event::Drop => "drop",
        Event::Invalidate => "invalidate",
        Event::Definition(_) => "definition",
        _ => "other",
    };
    change.id().map_or_else(|| what.to_owned(), |id| format!("{what} {id}"))
}

/// Returns the names of all changes that have arrived, until the end of a stream whose collection was dropped.
async fn arrived(changes: &mut ChangeStream<Order>) -> Vec<String> {
    let mut names = Vec::new();
    loop {
        match soon(changes.next_if_any()).await {
            Ok(Some(change)) => names.push(named(&change)),
            Ok(None) => return names,
            Err(error) => {
                assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
                return names;
            }
        }
    }
}

/// Writes each kind of change, of documents that match, do not match, begin to match, and cease to match.
async fn write(orders: &Collection<Order>) {
    let o = Order::fields();
    orders.insert_many([order(1, "open", 1), order(2, "paid", 2), order(3, "paid", 3)]).await.unwrap();
    orders.update_one(o.id().eq(1), o.status().set("paid")).await.unwrap();
    orders.update_one(o.id().eq(2), o.status().set("sent")).await.unwrap();
    orders.update_one(o.id().eq(3), o.total().inc(1)).await.unwrap();
    orders.update_one(o.id().eq(2), o.total().inc(1)).await.unwrap();
    orders.replace_one(o.id().eq(1), &order(1, "sent", 9)).await.unwrap();
    orders.replace_one(o.id().eq(2), &order(2, "paid", 9)).await.unwrap();
    orders.delete_one(o.id().eq(1)).await.unwrap();
    orders.delete_one(o.id().eq(2)).await.unwrap();
    orders.insert_one(&order(4, "open", 4)).await.unwrap();
    orders.delete_one(o.id().eq(4)).await.unwrap();
}

#[odm_test::test]
async fn each_filter_selects_its_changes(db: Database) {
    let orders = with_images(&db).await;
    let post_image = FullDocumentType::Required;
    let watch = || orders.watch().full_document(post_image.clone());
    let mut after = watch().matching(|o| o.status().eq("paid")).await.unwrap();
    let mut before = watch().matching_before(|o| o.status().eq("paid")).await.unwrap();
    let mut either = watch().matching_either(|o| o.status().eq("paid")).await.unwrap();
    let mut not_after = watch().matching(|o| !o.status().eq("paid")).await.unwrap();
    let mut not_before = watch().matching_before(|o| o.status().ne("paid")).await.unwrap();
    let leaving = watch().matching_before(|o| o.status().eq("paid")).matching(|o| o.status().ne("paid"));
    let mut leaving = leaving.await.unwrap();
    write(&orders).await;
    db.driver().collection::<Document>("orders").drop().await.unwrap();

    let of_after = ["insert 2", "insert 3", "update 1", "update 3", "replace 2", "drop", "invalidate"];
    assert_eq!(arrived(&mut after).await, of_after);
    let of_before = ["update 2", "update 3", "replace 1", "delete 2", "drop", "invalidate"];
    assert_eq!(arrived(&mut before).await, of_before);
    let of_either = [
        "insert 2",
        "insert 3",
        "update 1",
        "update 2",
        "update 3",
        "replace 1",
        "replace 2",
        "delete 2",
        "drop",
        "invalidate",
    ];
    assert_eq!(arrived(&mut either).await, of_either);
    let of_not_after = ["insert 1", "update 2", "update 2", "replace 1", "insert 4", "drop", "invalidate"];
    assert_eq!(arrived(&mut not_after).await, of_not_after);
    let of_not_before = ["update 1", "update 2", "replace 2", "delete 1", "delete 4", "drop", "invalidate"];
    assert_eq!(arrived(&mut not_before).await, of_not_before);
    assert_eq!(arrived(&mut leaving).await, ["update 2", "replace 1", "drop", "invalidate"]);
}

/// The end of a stream is always seen, and so are definitions.
#[odm_test::test]
async fn changes_that_are_not_of_documents_pass(db: Database) {
    let orders: Collection<Order> = db.collection();
    let mut changes =
        orders.watch().show_expanded_events(true).matching(|o| o.status().eq("paid")).await.unwrap();
    orders.insert_one(&order(1, "open", 1)).await.unwrap();
    let index = doc! { "createIndexes": "orders", "indexes": [{ "key": { "total": 1 }, "name": "total" }] };
    db.driver().run_command(index).await.unwrap();
    db.driver().collection::<Document>("orders").drop().await.unwrap();
    let mut names = Vec::new();
    let error = loop {
        match soon(changes.next()).await.unwrap() {
            Ok(change) => names.push(named(&change)),
            Err(error) => break error,
        }
    };
    assert_eq!(names, ["definition", "definition", "drop", "invalidate"]);
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
}

/// The document is looked up, unless the caller sets which one an update contains.
#[odm_test::test]
async fn without_images_the_document_is_looked_up(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    let mut changes = orders.watch().matching(|o| o.status().eq("paid")).await.unwrap();
    orders.insert_many([order(1, "open", 1), order(2, "open", 2)]).await.unwrap();
    orders.update_one(o.id().eq(1), o.status().set("paid")).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!((named(&change).as_str(), change.document()), ("update 1", Some(&order(1, "paid", 1))));

    // An update of a document that no longer exists may have matched.
    let position = changes.resume_token().cloned();
    drop(changes);
    orders.update_one(o.id().eq(2), o.total().inc(1)).await.unwrap();
    orders.delete_one(o.id().eq(2)).await.unwrap();
    let mut changes =
        orders.watch().resume_after(position).matching(|o| o.status().eq("paid")).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!((named(&change).as_str(), change.document()), ("update 2", None));
    assert!(arrived(&mut changes).await.is_empty());
}

#[odm_test::test]
async fn a_filter_has_all_conditions_of_a_document(db: Database) {
    let orders: Collection<Order> = db.collection();
    let mut streams = Vec::new();
    let filters: Vec<(Filter<Order>, &[i32])> = {
        let o = Order::fields();
        vec![
            (Filter::all(), &[1, 2, 3]),
            (o.id().eq(2), &[2]),
            (o.lines().any(|l| l.sku().eq("a") & l.qty().gt(1)), &[2, 3]),
            (o.lines().qty().gte(2) & (o.status().eq("open") | o.total().lt(30)), &[2, 3]),
            (!(o.status().eq("open") | o.total().eq(20)), &[1]),
            (Filter::<Order>::expr(|o| o.total().gt(o.id() * 10)), &[3]),
            (
                Filter::raw(doc! { "$expr": { "$eq": [{ "$getField": "status" }, "$$ROOT.status"] } }),
                &[1, 2, 3],
            ),
            (
                Filter::raw(
                    doc! { "$expr": { "$let": { "vars": { "t": "$total" }, "in": { "$eq": ["$$t", 20] } } } },
                ),
                &[2],
            ),
            (Filter::json_schema(doc! { "properties": { "total": { "maximum": 20 } } }), &[1, 2]),
            (!Filter::json_schema(doc! { "properties": { "total": { "maximum": 20 } } }), &[3]),
            (Filter::raw(doc! { "missing": null, "$comment": "why" }), &[1, 2, 3]),
            (o.status().regex("^OP", "i"), &[2, 3]),
        ]
    };
    for (filter, expected) in filters {
        streams.push((orders.watch().matching(|_| filter.clone()).await.unwrap(), filter, expected));
    }
    orders.insert_many([order(1, "paid", 10), order(2, "open", 20), order(3, "open", 31)]).await.unwrap();
    db.driver().collection::<Document>("orders").delete_many(doc! {}).await.unwrap();
    for (mut changes, filter, expected) in streams {
        let expected: Vec<String> = expected.iter().map(|id| format!("insert {id}")).collect();
        assert_eq!(arrived(&mut changes).await, expected, "{filter}");
    }
}

changes! {
    #[derive(Debug)]
    enum ShopChange {
        Item(Item),
        Order(Order),
    }
}

#[odm_test::test]
async fn a_stream_of_several_models_has_a_filter_for_each(db: Database) {
    let orders: Collection<Order> = db.collection();
    let items: Collection<Item> = db.collection();
    let mut changes = db
        .watch::<ShopChange>()
        .matching::<Order, _>(|o| o.status().eq("paid"))
        .matching::<Item, _>(|i| i.n().gt(1))
        .await
        .unwrap();
    for (n, status) in [(1, "open"), (2, "paid"), (3, "open")] {
        orders.insert_one(&order(n, status, 1)).await.unwrap();
        items.insert_one(&Item { id: odm::Id::new(), n }).await.unwrap();
    }
    let mut seen = Vec::new();
    while let Some(change) = soon(changes.next_if_any()).await.unwrap() {
        seen.push(match change {
            ShopChange::Item(change) => format!("item {:?}", change.document().map(|item| item.n)),
            ShopChange::Order(change) => named(&change),
            ShopChange::Other(change) => change.operation_type().to_owned(),
        });
    }
    assert_eq!(seen, ["insert 2", "item Some(2)", "item Some(3)"]);
}

/// Without pre-images in the collection, it is not known which changes match.
#[odm_test::test]
async fn a_missing_image_is_an_error_or_passes(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    orders.insert_one(&order(1, "open", 1)).await.unwrap();
    let watch = || orders.watch().matching_before(|o| o.status().eq("paid"));
    let mut required = watch().await.unwrap();
    let available = watch().full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable);
    let mut available = available.await.unwrap();
    orders.insert_one(&order(2, "open", 1)).await.unwrap();
    orders.update_one(o.id().eq(1), o.total().inc(1)).await.unwrap();
    let error = soon(required.next()).await.unwrap().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::ImageMissing), "{error:?}");
    assert_eq!(arrived(&mut available).await, ["update 1"]);
}
