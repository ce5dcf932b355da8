//! Streams and subscriptions with filters that continue after their position.

use odm::{Collection, Database, Model, bson::doc, subscribe::Beginning};

use super::{
    super::{resume::open_cursors_on, soon},
    Order, arrived, named, order,
};

/// With a lookup, the last change may not pass the filter any more when the stream resumes.
#[odm_test::test]
async fn a_stream_resumes_after_a_change_that_does_not_match_any_more(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    let watch = || orders.watch().matching(|o| o.status().eq("paid"));
    let mut changes = watch().await.unwrap();
    orders.insert_one(&order(1, "open", 1)).await.unwrap();
    orders.update_one(o.id().eq(1), o.status().set("paid")).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(named(&change), "update 1");
    let position = change.token().clone();
    drop(changes);
    orders.update_one(o.id().eq(1), o.status().set("sent")).await.unwrap();
    orders.insert_one(&order(2, "paid", 2)).await.unwrap();
    let mut changes = watch().resume_after(position).await.unwrap();
    assert_eq!(arrived(&mut changes).await, ["insert 2"]);

    // The stream resumes by itself after its cursor was killed.
    orders.update_one(o.id().eq(2), o.total().inc(1)).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(named(&change), "update 2");
    orders.update_one(o.id().eq(2), o.status().set("sent")).await.unwrap();
    let cursors = open_cursors_on(db.driver().client(), &db, "orders").await;
    db.driver().run_command(doc! { "killCursors": "orders", "cursors": cursors }).await.unwrap();
    orders.insert_one(&order(3, "paid", 3)).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(named(&change), "insert 3");
}

/// The existing documents pass the same filter, and the position continues with it.
#[odm_test::test]
async fn a_subscription_delivers_the_documents_and_changes_that_match(db: Database) {
    let orders: Collection<Order> = db.collection();
    let o = Order::fields();
    orders.insert_many([order(1, "open", 1), order(2, "paid", 2)]).await.unwrap();
    let open = || {
        let subscribe = orders.subscribe("invoice-writer").begin(Beginning::ExistingDocuments);
        subscribe.matching(|o| o.status().eq("paid"))
    };
    let mut changes = open().await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert!(change.is_existing());
    assert_eq!(named(&change), "insert 2");
    change.ack();
    orders.insert_one(&order(3, "open", 3)).await.unwrap();
    orders.update_one(o.id().eq(1), o.status().set("paid")).await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(named(&change), "update 1");
    change.ack();
    changes.close().await.unwrap();

    orders.update_one(o.id().eq(1), o.status().set("sent")).await.unwrap();
    orders.insert_one(&order(4, "paid", 4)).await.unwrap();
    let mut changes = open().await.unwrap();
    let change = soon(changes.next()).await.unwrap().unwrap();
    assert_eq!(named(&change), "insert 4");
}
