//! A position that the oplog of the server no longer contains: the server itself has removed it.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database, ErrorKind,
    bson::{Document, Timestamp, doc},
    subscribe::{Incident, OnHistoryLost, Subscription},
};
use odm_test::Server;
use tokio::time::timeout;

use super::{Item, acknowledged, fast, insert, next, number, silence, stored};

/// Returns the cluster time of the oldest entry of the oplog.
async fn oldest(db: &Database) -> Timestamp {
    db.oplog_window().await.unwrap().oldest
}

/// Writes until the oplog no longer contains what it contains now.
///
/// The oplog has 128 MB. The server keeps the entries since its last checkpoint, whatever their size is (4 GB were not
/// removed), and makes a checkpoint 60 seconds after its start: the parameter `syncdelay` has an effect only after that.
async fn overtake(db: &Database) {
    let newest = db.oplog_window().await.unwrap().newest;
    let admin = db.client().database("admin");
    admin.run_command(doc! { "setParameter": 1, "syncdelay": 1 }).await.unwrap();
    let filler = db.driver().collection::<Document>("filler");
    let document = doc! { "text": "x".repeat(4_000_000) };
    for written in 0_u32.. {
        filler.insert_one(&document).await.unwrap();
        if written > 40 {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        if oldest(db).await > newest {
            break;
        }
    }
}

#[derive(Clone, Default)]
struct Lost(Arc<Mutex<Vec<(Option<i32>, OnHistoryLost)>>>);

impl Lost {
    fn record(&self, incident: &Incident) {
        if let Incident::HistoryLost { code, policy, after: Some(_), .. } = incident {
            self.0.lock().unwrap().push((*code, *policy));
        }
    }

    fn take(&self) -> Vec<(Option<i32>, OnHistoryLost)> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

async fn paused(db: &Database, name: &str) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, name).await.unwrap();
    insert(db, 0..1).await;
    assert_eq!(acknowledged(&mut changes, 1).await, [0]);
    changes.close().await.unwrap();
}

async fn numbers(changes: &mut Subscription<Item>, count: usize) -> Vec<(i32, bool)> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let change = next(changes).await;
        seen.push((number(&change), change.is_existing()));
        change.ack();
    }
    seen
}

#[odm_test::test]
async fn a_paused_subscription_that_the_oplog_has_overtaken_follows_its_policy(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("overtaken").await.unwrap();
    let items: Collection<Item> = db.collection();
    let policies = [OnHistoryLost::Fail, OnHistoryLost::SkipToNow, OnHistoryLost::DeliverExistingDocuments];
    for policy in policies {
        paused(&db, &format!("{policy:?}")).await;
    }
    let lost_by_idle = Lost::default();
    let record = lost_by_idle.clone();
    let idle = fast(&items, "idle").on_history_lost(OnHistoryLost::SkipToNow);
    let mut idle = idle.on_incident(move |incident| record.record(incident)).await.unwrap();
    insert(&db, 3..4).await;
    timeout(Duration::from_secs(300), overtake(&db)).await.expect("the oplog is truncated");

    let lost = Lost::default();
    let open = |policy: OnHistoryLost| {
        let lost = lost.clone();
        fast(&items, &format!("{policy:?}"))
            .on_history_lost(policy)
            .on_incident(move |incident| lost.record(incident))
    };
    let before = stored(&db, "Fail").await.get_document("position").unwrap().clone();
    let error = open(OnHistoryLost::Fail).await.unwrap_err();
    assert_eq!(
        (error.code(), matches!(error.kind(), ErrorKind::HistoryLost)),
        (Some(286), true),
        "{error:?}"
    );
    assert_eq!(lost.take(), [(Some(286), OnHistoryLost::Fail)]);
    assert_eq!(stored(&db, "Fail").await.get_document("position").unwrap(), &before, "the position stays");

    let mut changes = open(OnHistoryLost::SkipToNow).await.unwrap();
    assert_eq!(lost.take(), [(Some(286), OnHistoryLost::SkipToNow)]);
    insert(&db, 4..5).await;
    assert_eq!(numbers(&mut changes, 1).await, [(4, false)]);
    silence(&mut changes).await;

    let mut changes = open(OnHistoryLost::DeliverExistingDocuments).await.unwrap();
    assert_eq!(lost.take(), [(Some(286), OnHistoryLost::DeliverExistingDocuments)]);
    assert_eq!(numbers(&mut changes, 5).await, [0, 0, 0, 3, 4].map(|number| (number, true)));
    insert(&db, 5..6).await;
    assert_eq!(numbers(&mut changes, 1).await, [(5, false)]);
    silence(&mut changes).await;

    // The cursor of a subscription that was open but did not read.
    silence(&mut idle).await;
    let [(Some(136 | 286), OnHistoryLost::SkipToNow)] = lost_by_idle.take()[..] else {
        panic!("another incident")
    };
    insert(&db, 6..7).await;
    assert_eq!(numbers(&mut idle, 1).await, [(6, false)]);
    drop(server);
}
