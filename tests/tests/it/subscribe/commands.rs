//! The commands that a subscription sends.

use std::time::Duration;

use odm::{
    Collection, Database,
    bson::{Bson, DateTime, Document, doc},
    subscribe::{Beginning, MongoPositions},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Item, acknowledged, fast, insert, plain};

/// Returns the commands with this name.
fn named(commands: &[Document], name: &str) -> Vec<Document> {
    commands
        .iter()
        .filter(|command| command.keys().next().is_some_and(|first| first == name))
        .cloned()
        .collect()
}

#[odm_test::test]
async fn positions_and_leases_are_written_with_the_clock_of_the_server(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = recorded.collection();
    let mut changes = fast(&items, "billing")
        .positions(MongoPositions::new(&recorded).collection("positions"))
        .save_every(1000, Duration::from_secs(60))
        .lease(Duration::from_secs(60))
        .await
        .unwrap();
    assert!(commands.take().is_empty(), "nothing is sent before the first `next`");
    let writes = async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        insert(&db, 0..1).await;
    };
    let (numbers, ()) = tokio::join!(acknowledged(&mut changes, 1), writes);
    assert_eq!(numbers, [0]);
    let sent = commands.take();
    let [claim] = &named(&sent, "findAndModify")[..] else { panic!("{sent:?}") };
    let owner = claim.get_array("update").unwrap()[0].as_document().unwrap();
    let owner = owner.get_document("$set").unwrap().get_document("isMine").unwrap();
    let owner = owner.get_array("$eq").unwrap()[1].as_str().unwrap();
    let until = doc! { "$dateAdd": { "startDate": "$$NOW", "unit": "millisecond", "amount": 60_000_i64 } };
    let next = doc! { "$add": [{ "$ifNull": ["$fence", 0_i64] }, 1_i64] };
    assert_eq!(
        claim,
        &doc! {
            "findAndModify": "positions",
            "query": { "_id": "billing" },
            "update": [
                { "$set": {
                    "isFree": { "$lte": [{ "$ifNull": ["$until", DateTime::MIN] }, "$$NOW"] },
                    "isMine": { "$eq": ["$owner", owner] },
                } },
                { "$set": {
                    "fence": { "$cond": ["$isFree", next, "$fence"] },
                    "until": { "$cond": [{ "$or": ["$isFree", "$isMine"] }, until.clone(), "$until"] },
                    "owner": { "$cond": ["$isFree", owner, "$owner"] },
                    "session": { "$cond": ["$isFree", "$$REMOVE", "$session"] },
                } },
                { "$unset": ["isFree", "isMine"] },
            ],
            "upsert": true,
            "new": true,
            "maxTimeMS": 500_i64,
            "writeConcern": { "w": "majority", "wtimeout": 10_000_i64 },
        }
    );
    changes.flush().await.unwrap();
    let sent = commands.take();
    let updates = named(&sent, "update");
    let Some(save) = updates.last() else { panic!("{sent:?}") };
    let write_concern = save.get_document("writeConcern").unwrap();
    assert_eq!(write_concern.get_str("w").unwrap(), "majority");
    let update = save.get_array("updates").unwrap()[0].as_document().unwrap();
    assert_eq!(update.get_document("q").unwrap(), &doc! { "_id": "billing", "owner": owner, "fence": 1_i64 });
    let set = update.get_array("u").unwrap()[0].as_document().unwrap().get_document("$set").unwrap();
    assert_eq!(set.get_document("until").unwrap(), &until);
    assert_eq!(set.get_str("updatedAt").unwrap(), "$$NOW");
    let position = set.get_document("position").unwrap().get_document("$literal").unwrap();
    assert_eq!(position.keys().collect::<Vec<_>>()[..2], ["token", "setName"]);
}

#[odm_test::test]
async fn existing_documents_are_read_in_a_snapshot(db: Database) {
    insert(&db, 0..4).await;
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = recorded.collection();
    let open = || fast(&items, "copy").begin(Beginning::ExistingDocuments).batch_size(2);
    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 3).await, [0, 1, 2]);
    changes.close().await.unwrap();
    let snapshot = |commands: &[Document]| {
        let is_snapshot = |command: &Document| {
            let concern = command.get_document("readConcern");
            concern.is_ok_and(|concern| concern.get_str("level").is_ok_and(|level| level == "snapshot"))
        };
        named(commands, "aggregate").into_iter().find(is_snapshot).unwrap()
    };
    let first = snapshot(&commands.take());
    let event = doc! { "$replaceWith": {
        "_id": { "_data": "existing", "id": "$_id" },
        "operationType": "insert",
        "clusterTime": "$$CLUSTER_TIME",
        "wallTime": "$$NOW",
        "fullDocument": "$$ROOT",
        "ns": { "db": { "$literal": db.name() }, "coll": { "$literal": "items" } },
        "documentKey": { "_id": "$_id" },
    } };
    let command = |pipeline: Vec<Document>| {
        doc! {
            "aggregate": "items",
            "pipeline": pipeline,
            "cursor": { "batchSize": 2_i64 },
            "readConcern": { "level": "snapshot" },
            "collation": { "locale": "simple" },
            "allowDiskUse": true,
        }
    };
    assert_eq!(first, command(vec![doc! { "$sort": { "_id": 1 } }, event.clone()]));

    let mut changes = open().await.unwrap();
    assert_eq!(acknowledged(&mut changes, 1).await, [3]);
    let again = snapshot(&commands.take());
    let ids = db.driver().collection::<Document>("items");
    let third = ids.find_one(doc! { "n": 2 }).await.unwrap().unwrap().get("_id").cloned();
    let after =
        doc! { "$match": { "$expr": { "$gt": ["$_id", { "$literal": third.unwrap_or(Bson::Null) }] } } };
    assert_eq!(again, command(vec![after, doc! { "$sort": { "_id": 1 } }, event]));
    // The comparison uses the index on `_id`.
    let explain: Document = recorded
        .run_command(doc! {
            "explain": { "aggregate": "items", "pipeline": again.get_array("pipeline").unwrap().clone(), "cursor": {},
                "collation": { "locale": "simple" } },
            "verbosity": "queryPlanner",
        })
        .await
        .unwrap();
    let plan = explain.to_string();
    assert!(plan.contains("IXSCAN") && !plan.contains("COLLSCAN"), "{plan}");
}

/// The server keeps what a slow consumer has not requested, so the memory does not depend on how many changes wait.
#[odm_test::test]
async fn a_slow_consumer_requests_no_batch_before_it_needs_it(db: Database) {
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let items: Collection<Item> = recorded.collection();
    insert(&db, 0..1).await;
    let mut changes = fast(&items, "slow").batch_size(10).await.unwrap();
    let all: Vec<_> = (0..1000).map(|n| doc! { "n": n }).collect();
    plain(&db).insert_many(all).await.unwrap();
    commands.take();
    let expected: Vec<i32> = (0..35).collect();
    assert_eq!(acknowledged(&mut changes, 35).await, expected);
    tokio::time::sleep(Duration::from_millis(300)).await;
    let requests = named(&commands.take(), "getMore").len();
    // The first ones may have less than ten changes.
    assert!((4..=6).contains(&requests), "{requests} requests for 35 of 1000 changes");

    // The task that reads existing documents is two batches ahead.
    let mut changes = fast(&items, "copy").begin(Beginning::ExistingDocuments).batch_size(10).await.unwrap();
    acknowledged(&mut changes, 5).await;
    tokio::time::sleep(Duration::from_millis(300)).await;
    let requests = named(&commands.take(), "getMore").len();
    assert!(requests <= 3, "{requests} requests for 5 of 1000 documents");
}
