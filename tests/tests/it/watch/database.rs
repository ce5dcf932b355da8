//! Change streams of several models, in a database and in the deployment.

use std::time::Duration;

use odm::{
    Database, ErrorKind, Id, Model,
    bson::doc,
    changes,
    watch::{ChangeStream, Event},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Item, insert, plain, soon};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "orders")]
struct Order {
    id: i32,
    total: i64,
}

changes! {
    /// A change of an item or of an order.
    #[derive(Debug)]
    enum ShopChange {
        Item(Item),
        /// A change of an order.
        Order(Order),
    }
}

async fn next(changes: &mut ChangeStream<Database, ShopChange>) -> ShopChange {
    soon(changes.next()).await.expect("a change, not the end").expect("a change, not an error")
}

#[odm_test::test]
async fn changes_of_several_models_arrive_in_order(db: Database) {
    let mut changes = db.watch::<ShopChange>().await.unwrap();
    insert(&db, 1..2).await;
    db.driver().collection("others").insert_one(doc! { "x": 1 }).await.unwrap();
    db.collection::<Order>().insert_one(&Order { id: 7, total: 70 }).await.unwrap();
    insert(&db, 2..3).await;
    plain(&db).drop().await.unwrap();
    insert(&db, 3..4).await;
    let mut seen = Vec::new();
    for _ in 0..5 {
        seen.push(match next(&mut changes).await {
            ShopChange::Item(change) => {
                let coll = change.namespace().unwrap().1.unwrap().to_owned();
                match change.into_event() {
                    Event::Insert(item) => format!("{coll} {}", item.n),
                    other => format!("{coll} {other:?}"),
                }
            }
            ShopChange::Order(change) => format!("order {:?}", change.document().map(|order| order.total)),
            ShopChange::Other(change) => change.operation_type().to_owned(),
        });
    }
    assert_eq!(seen, ["items 1", "order Some(70)", "items 2", "items Drop", "items 3"]);
    let token = changes.resume_token().cloned();
    drop(changes);
    insert(&db, 4..5).await;
    let mut changes = db.watch::<ShopChange>().resume_after(token).await.unwrap();
    let ShopChange::Item(change) = next(&mut changes).await else { panic!("another model") };
    assert_eq!(change.document().map(|item| item.n), Some(4));

    db.driver().drop().await.unwrap();
    let mut others = Vec::new();
    let error = loop {
        match soon(changes.next()).await.unwrap() {
            Ok(ShopChange::Other(change)) => {
                assert!(change.cluster_time().is_some() && change.raw().get_str("operationType").is_ok());
                assert!(!change.token().data().is_empty());
                others.push(change.operation_type().to_owned());
            }
            Ok(ShopChange::Item(change)) => assert_eq!(change.event(), &Event::Drop),
            Ok(ShopChange::Order(change)) => assert_eq!(change.event(), &Event::Drop),
            Err(error) => break error,
        }
    };
    assert_eq!(others, ["dropDatabase", "invalidate"]);
    assert!(matches!(error.kind(), ErrorKind::Invalidated), "{error:?}");
    assert_eq!(error.namespace(), Some(db.name()));
}

#[odm_test::test]
async fn a_stream_of_the_deployment_has_the_changes_of_all_databases(db: Database) {
    let server = Server::shared().await.unwrap();
    let other = format!("other-{}", &db.name()[db.name().len() - 16..]);
    let other = Database::from_driver(server.client().await.unwrap().database(&other));
    let of_this_test = doc! { "$match": { "ns.db": { "$in": [db.name(), other.name()] } } };
    let mut changes = db.watch_deployment::<ShopChange>().stage(of_this_test).await.unwrap();
    insert(&db, 1..2).await;
    insert(&other, 2..3).await;
    for (database, n) in [(&db, 1), (&other, 2)] {
        let ShopChange::Item(change) = next(&mut changes).await else { panic!("another model") };
        assert_eq!(change.namespace(), Some((database.name(), Some("items"))));
        assert_eq!(change.document().map(|item| item.n), Some(n));
    }
    other.drop_database().await.unwrap();
}

#[odm_test::test]
async fn the_commands_name_the_models(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let models = doc! { "$match": { "$or": [
        { "ns.coll": { "$in": ["items", "orders"] } },
        { "ns.coll": { "$exists": false } },
    ] } };
    let command = |stage: odm::bson::Document, cursor: odm::bson::Document| {
        doc! {
            "aggregate": 1,
            "pipeline": [{ "$changeStream": stage }, models.clone()],
            "cursor": cursor,
            "readConcern": { "level": "majority" },
        }
    };
    let stream = recorded.watch::<ShopChange>().await.unwrap();
    commands.assert([command(doc! {}, doc! {})]);
    drop(stream);
    let stream = recorded.watch_deployment::<ShopChange>().batch_size(7).await.unwrap();
    tokio::time::sleep(Duration::from_millis(50)).await;
    let sent = commands.take_whole();
    let sent = sent.iter().find(|command| command.contains_key("aggregate")).unwrap();
    assert_eq!(sent.get_str("$db").unwrap(), "admin");
    assert_eq!(
        sent.get_array("pipeline").unwrap()[0],
        doc! { "$changeStream": { "allChangesForCluster": true } }.into()
    );
    assert_eq!(sent.get_document("cursor").unwrap(), &doc! { "batchSize": 7_i64 });
    drop(stream);
}

#[derive(Debug, Model)]
#[odm(collection = "invoices")]
struct Invoice {
    id: Id<Invoice>,
    #[odm(tenant)]
    shop: String,
}

changes! {
    #[derive(Debug)]
    enum InvoiceChange {
        Order(Order),
        Invoice(Invoice),
    }
}

/// As for a collection: a stream cannot be limited to a tenant.
#[odm_test::test]
async fn a_stream_of_models_with_tenants_is_one_of_all_tenants(db: Database) {
    let error = db.watch::<InvoiceChange>().await.unwrap_err();
    assert!(
        error.is_not_sent()
            && error.to_string().contains(
                "a change stream contains the changes of all tenants, because the event of a delete does not contain \
                 the tenant: add `.all_tenants()`"
            ),
        "{error}"
    );
    let error = db.watch_deployment::<InvoiceChange>().await.unwrap_err();
    assert!(error.is_not_sent(), "{error}");
    let mut changes = db.watch::<InvoiceChange>().all_tenants().await.unwrap();
    let invoice = Invoice { id: Id::new(), shop: "rome".to_owned() };
    db.collection::<Invoice>().tenant("rome").insert_one(&invoice).await.unwrap();
    let change = changes.next().await.unwrap().unwrap();
    assert!(matches!(&change, InvoiceChange::Invoice(change) if change.document().is_some()), "{change:?}");
}
