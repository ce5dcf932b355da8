//! Declared and live schema: planning, showing and applying the changes.

#![allow(clippy::unwrap_used)] // in the helpers too

mod collections;
mod concurrent;
mod declared_changes;
mod generated;
mod killed;
mod kinds;
mod search;
mod unique;
mod views;

use std::sync::{Arc, Mutex};

use odm::{
    Database, Id, Model,
    bson::{DateTime, Document, doc},
    error::SchemaError,
    models,
    mongodb::{
        Client,
        event::{EventHandler, command::CommandEvent},
        options::ClientOptions,
    },
    schema::SchemaChange,
};
use odm_test::Server;
use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[serde(rename_all = "camelCase")]
#[odm(collection = "orders")]
#[odm(index(customer, placed_at = -1), index(reference, unique))]
struct Order {
    id: Id<Order>,
    reference: String,
    customer: i64,
    placed_at: DateTime,
    #[odm(index(ttl = "90d", sparse))]
    expires_at: Option<DateTime>,
}

#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "customers")]
struct Customer {
    id: Id<Customer>,
    name: String,
}

/// A second model that declares the collection `orders`.
#[derive(Debug, Clone, Serialize, Deserialize, Model)]
#[odm(collection = "orders")]
struct Invoice {
    id: Id<Invoice>,
}

// --- models end here

const FIRST_PLAN: &str = "\
+ orders: create collection [safe]
+ orders: create index customer_1_placedAt_-1 [safe]
+ orders: create index reference_1 (unique) [safe]
+ orders: create index expiresAt_1 (sparse, ttl 90d) [safe]
+ customers: create collection [safe]";

fn is_create_collection(change: &SchemaChange) -> bool {
    matches!(change, SchemaChange::CreateCollection { .. })
}

/// Returns the reply of `listIndexes` without the index on `_id`.
async fn live(db: &Database, collection: &str) -> Vec<Document> {
    let answer = db.driver().run_command(doc! { "listIndexes": collection }).await.unwrap();
    let batch = answer.get_document("cursor").unwrap().get_array("firstBatch").unwrap();
    let indexes = batch.iter().map(|index| index.as_document().unwrap().clone());
    indexes.filter(|index| index.get_str("name").unwrap() != "_id_").collect()
}

/// Creates an index without odm.
async fn create(db: &Database, collection: &str, index: Document) {
    db.driver().run_command(doc! { "createIndexes": collection, "indexes": [index] }).await.unwrap();
}

/// Returns the database through a client that records the commands it sends.
async fn recorded(server: &Server, db: &Database) -> (Database, Arc<Mutex<Vec<String>>>) {
    let commands = Arc::new(Mutex::new(Vec::new()));
    let sink = Arc::clone(&commands);
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.command_event_handler = Some(EventHandler::callback(move |event| {
        if let CommandEvent::Started(event) = event {
            sink.lock().unwrap().push(event.command_name);
        }
    }));
    let client = Client::with_options(options).unwrap();
    (Database::from_driver(client.database(db.name())), commands)
}

#[odm_test::test]
async fn an_applied_plan_leaves_nothing_to_change(db: Database) {
    let schema = db.schema(models![Order, Customer]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), FIRST_PLAN);
    assert!(plan.is_pending() && !plan.is_empty());

    let applied = plan.apply().await.unwrap();
    assert_eq!(
        applied.to_string(),
        "created collection orders\n\
         created index orders.customer_1_placedAt_-1\n\
         created index orders.reference_1\n\
         created index orders.expiresAt_1\n\
         created collection customers"
    );
    assert_eq!(
        live(&db, "orders").await,
        [
            doc! { "v": 2, "key": { "customer": 1, "placedAt": -1 }, "name": "customer_1_placedAt_-1" },
            doc! { "v": 2, "key": { "reference": 1 }, "name": "reference_1", "unique": true },
            doc! {
                "v": 2, "key": { "expiresAt": 1 }, "name": "expiresAt_1", "sparse": true,
                "expireAfterSeconds": 7_776_000,
            },
        ]
    );

    let key = live(&db, "orders").await[0].get_document("key").unwrap().to_string();
    assert_eq!(key, r#"{ "customer": 1, "placedAt": -1 }"#, "`Document` is equal in any order, keys are not");

    let again = schema.plan().await.unwrap();
    assert!(again.is_empty() && !again.is_pending());
    assert_eq!(again.to_string(), "nothing to change");
    assert!(again.apply().await.unwrap().is_empty());
    let old = plan.apply().await.unwrap();
    assert!(!old.changes().iter().any(is_create_collection), "an old plan creates nothing again");
    assert!(schema.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn applying_reads_again_and_builds_all_indexes_of_a_collection_at_once(db: Database, server: Server) {
    let (db, commands) = recorded(&server, &db).await;
    let taken = || std::mem::take(&mut *commands.lock().unwrap());

    let schema = db.schema(models![Order, Customer]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(taken(), ["listCollections"]);
    plan.apply().await.unwrap();
    assert_eq!(taken(), ["listIndexes", "create", "createIndexes", "listIndexes", "create"]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(taken(), ["listCollections", "listIndexes", "listIndexes"]);
    plan.apply().await.unwrap();
    assert_eq!(taken(), [""; 0]);
}

#[odm_test::test]
async fn what_is_destructive_is_shown_and_left(db: Database) {
    db.driver().collection::<Document>("orders").insert_one(doc! { "reference": "NO-1" }).await.unwrap();
    create(&db, "orders", doc! { "key": { "old": 1 }, "name": "old_1" }).await;
    create(
        &db,
        "orders",
        doc! { "key": { "expiresAt": 1.0 }, "name": "expiresAt_1", "sparse": true, "expireAfterSeconds": 15_552_000_i64 },
    )
    .await;
    create(&db, "orders", doc! { "key": { "reference": 1 }, "name": "reference_1", "sparse": true }).await;
    let before = live(&db, "orders").await;

    let schema = db.schema(models![Order]);
    let plan = schema.plan().await.unwrap();
    assert_eq!(
        plan.to_string(),
        "~ orders: modify index expiresAt_1: ttl 180d -> 90d [destructive]\n\
         -/+ orders: rebuild index reference_1: unique no -> yes; sparse yes -> no [destructive]\n\
         + orders: create index customer_1_placedAt_-1 [slow]\n\
         ? orders: index old_1 is not declared\n\
         2 changes are destructive: only `apply().allow_destructive()` makes them"
    );
    let differing = plan.iter().find_map(|change| match change {
        SchemaChange::ModifyIndex { differences, .. } => Some(differences[0].clone()),
        _ => None,
    });
    let differing = differing.unwrap();
    assert_eq!((differing.what(), differing.live(), differing.declared()), ("ttl", "180d", "90d"));

    let applied = plan.apply().await.unwrap();
    assert_eq!(
        applied.to_string(),
        "created index orders.customer_1_placedAt_-1\n\
         left: ~ orders: modify index expiresAt_1: ttl 180d -> 90d [destructive]\n\
         left: -/+ orders: rebuild index reference_1: unique no -> yes; sparse yes -> no [destructive]"
    );
    assert_eq!(live(&db, "orders").await[..3], before, "nothing was dropped or altered");
    let plan = schema.plan().await.unwrap();
    assert!(plan.is_pending() && plan.is_destructive());

    let applied = plan.apply().allow_destructive().await.unwrap();
    assert_eq!(applied.to_string(), "modified index orders.expiresAt_1\nrebuilt index orders.reference_1");
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "? orders: index old_1 is not declared");
    assert!(!plan.is_pending() && !plan.is_empty());
}

#[odm_test::test]
async fn a_ttl_is_destructive_only_if_there_are_documents(db: Database) {
    create(&db, "orders", doc! { "key": { "old": 1 }, "name": "old_1" }).await;
    let schema = db.schema(models![Order]).known_index::<Order>("old_1");
    assert!(!schema.plan().await.unwrap().is_destructive());
    db.driver().collection::<Document>("orders").insert_one(doc! {}).await.unwrap();
    let plan = schema.plan().await.unwrap();
    assert!(
        plan.to_string().contains("+ orders: create index expiresAt_1 (sparse, ttl 90d) [destructive]"),
        "{plan}"
    );
    assert_eq!(plan.apply().await.unwrap().left().len(), 1);
}

#[odm_test::test]
async fn an_index_of_others_is_left_alone_known_or_dropped(db: Database) {
    create(&db, "orders", doc! { "key": { "old": 1 }, "name": "old_1" }).await;
    create(
        &db,
        "orders",
        doc! { "key": { "reference": 1 }, "name": "by_hand", "partialFilterExpression": { "x": 1 } },
    )
    .await;
    let schema = db.schema(models![Order]);
    schema.plan().await.unwrap().apply().allow_destructive().await.unwrap();
    assert_eq!(
        schema.plan().await.unwrap().to_string(),
        "? orders: index old_1 is not declared\n? orders: index by_hand is not declared"
    );
    let schema = schema.known_index::<Order>("by_hand").known_index::<Customer>("old_1");
    assert_eq!(schema.plan().await.unwrap().to_string(), "? orders: index old_1 is not declared");
    assert!(schema.clone().known_index::<Order>("old_1").plan().await.unwrap().is_empty());

    let schema = schema.drop_undeclared();
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "~ orders: hide index old_1, which is not declared [safe]");
    assert_eq!(plan.apply().await.unwrap().to_string(), "hid index orders.old_1");
    let plan = schema.plan().await.unwrap();
    assert!(
        plan.to_string().starts_with("- orders: drop index old_1, which is not declared [destructive]"),
        "{plan}"
    );
    assert_eq!(plan.apply().await.unwrap().left().len(), 1);
    assert_eq!(plan.apply().allow_destructive().await.unwrap().to_string(), "dropped index orders.old_1");
    assert!(schema.plan().await.unwrap().is_empty());
    let left: Vec<_> =
        live(&db, "orders").await.iter().map(|index| index.get_str("name").unwrap().to_owned()).collect();
    assert!(left.contains(&"by_hand".to_owned()) && left.len() == 4, "{left:?}");
}

#[odm_test::test]
async fn verifying_fails_if_the_database_lags_behind(db: Database) {
    let schema = db.schema(models![Order, Customer]);
    let error = schema.verify().await.unwrap_err();
    let words = error.to_string();
    assert!(
        words.starts_with(&format!(
            "verify on {}: the database lags behind the declared schema; plan and apply: + orders: create collection \
             [safe]; + orders: create index",
            db.name()
        )),
        "{words}"
    );
    let Some(SchemaError::Outdated { changes, .. }) = error.schema() else { panic!("{error:?}") };
    assert_eq!(changes.len(), 5);

    schema.plan().await.unwrap().apply().await.unwrap();
    create(&db, "orders", doc! { "key": { "old": 1 }, "name": "old_1" }).await;
    schema.verify().await.unwrap();
}

#[odm_test::test]
async fn an_equal_index_under_another_name_is_accepted(db: Database) {
    create(&db, "orders", doc! { "key": { "customer": 1, "placedAt": -1.0 }, "name": "mine" }).await;
    create(&db, "orders", doc! { "key": { "reference": 1_i64 }, "name": "yours", "unique": true }).await;
    create(
        &db,
        "orders",
        doc! { "key": { "expiresAt": 1 }, "name": "theirs", "sparse": true, "expireAfterSeconds": 7_776_000.0 },
    )
    .await;
    let plan = db.schema(models![Order]).plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[odm_test::test]
async fn the_known_collation_of_a_collection_is_no_difference(db: Database) {
    db.driver()
        .run_command(doc! { "create": "orders", "collation": { "locale": "nb", "strength": 2 } })
        .await
        .unwrap();
    let schema = db.schema(models![Order]).known_options::<Order>();
    schema.plan().await.unwrap().apply().await.unwrap();
    let plan = schema.plan().await.unwrap();
    assert!(plan.is_empty(), "{plan}");
}

#[odm_test::test]
async fn documents_that_break_a_unique_index_are_a_typed_error(db: Database) {
    let orders = db.driver().collection::<Document>("orders");
    orders.insert_many([doc! { "reference": "hunter2" }, doc! { "reference": "hunter2" }]).await.unwrap();
    let plan = db.schema(models![Order]).plan().await.unwrap();

    let error = plan.apply().allow_destructive().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "apply on {}.orders: the unique index `reference_1` cannot be created: several documents of `orders` \
             have the same key (code 11000, DuplicateKey)",
            db.name()
        )
    );
    let Some(SchemaError::DuplicateKeys { collection, key, .. }) = error.schema() else {
        panic!("{error:?}")
    };
    assert_eq!(
        (collection.as_str(), key.index(), key.fields()),
        ("orders", "reference_1", &["reference".to_owned()][..])
    );
    assert!(key.value().is_some_and(|value| value.contains("hunter2")));
    assert!(!format!("{error} {error:?}").contains("hunter2"));
    assert_eq!(live(&db, "orders").await, [], "the server creates all indexes of a command or none");

    orders.delete_one(doc! {}).await.unwrap();
    let applied = plan.apply().allow_destructive().await.unwrap();
    assert_eq!(applied.changes().len(), 3, "the same plan goes through now");
}

#[odm_test::test]
async fn a_different_index_created_after_planning_is_a_typed_error(db: Database) {
    let plan = db.schema(models![Order]).plan().await.unwrap();
    create(&db, "orders", doc! { "key": { "other": 1 }, "name": "reference_1" }).await;

    let error = plan.apply().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "apply on {}.orders: the index `reference_1` of `orders` differs from the declared one: keys \
             {{ \"other\": 1 }} -> {{ \"reference\": 1 }}; unique no -> yes",
            db.name()
        )
    );
    assert!(matches!(error.schema(), Some(SchemaError::Conflict { index, .. }) if index == "reference_1"));
    assert!(error.code().is_none(), "found before anything was sent: {error}");
    assert_eq!(live(&db, "orders").await.len(), 1, "nothing was created or changed");
}

#[odm_test::test]
async fn an_equal_index_created_after_planning_is_no_error(db: Database) {
    let schema = db.schema(models![Order]);
    let plan = schema.plan().await.unwrap();
    create(&db, "orders", doc! { "key": { "reference": 1 }, "name": "theirs", "unique": true }).await;

    plan.apply().await.unwrap();
    assert!(schema.plan().await.unwrap().is_empty());
    assert_eq!(live(&db, "orders").await.len(), 3);
}

#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_processes_may_apply_at_once(db: Database) {
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let db = db.clone();
            tokio::spawn(async move { db.schema(models![Order, Customer]).plan().await?.apply().await })
        })
        .collect();
    let mut created = 0;
    for task in tasks {
        let applied = task.await.unwrap().unwrap();
        created += applied.changes().iter().filter(|change| is_create_collection(change)).count();
    }
    assert_eq!(created, 2, "each collection was created by one of them");
    assert!(db.schema(models![Order, Customer]).plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn a_view_instead_of_a_collection_is_a_typed_error(db: Database) {
    db.driver()
        .run_command(doc! { "create": "orders", "viewOn": "customers", "pipeline": [] })
        .await
        .unwrap();
    let error = db.schema(models![Order]).plan().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("plan on {}.orders: `orders` is a view, which can have no indexes", db.name())
    );
    assert!(matches!(error.schema(), Some(SchemaError::NotACollection { .. })));
}

#[odm_test::test]
async fn two_models_in_one_collection_are_refused_before_anything_is_sent(db: Database, server: Server) {
    let (db, commands) = recorded(&server, &db).await;
    let error = db.schema(models![Order, Customer, Invoice]).plan().await.unwrap_err();
    let words = error.to_string();
    assert!(words.contains("Order`") && words.contains("Invoice`"), "{words}");
    assert!(words.ends_with("both declare the collection `orders`; nothing was sent"), "{words}");
    assert!(error.is_not_sent());
    assert_eq!(commands.lock().unwrap().len(), 0);
}
