//! Several instances of one subscription: one delivers the changes, the others take over.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

use odm::{
    Collection, Database, Id,
    bson::doc,
    subscribe::{Claim, Incident, MongoPositions, Phase, PositionStore, Term},
};
use odm_test::Server;
use tokio::sync::Notify;

use super::{
    Item, acknowledged, fast, hard_cases::Incidents, insert, next, number, silence, soon, stored,
    transactional::Effect,
};
use crate::failing::{fail, named_client, own};

/// Longer than a busy machine delays a renewal, which is sent after a third of it.
const LEASE: Duration = Duration::from_millis(1500);

#[odm_test::test]
async fn one_instance_delivers_and_another_takes_over(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "billing").lease(LEASE);
    let mut leader = open().await.unwrap();
    let mut other = open().await.unwrap();
    assert_eq!(leader.status().phase, Phase::Waiting);
    silence(&mut leader).await;
    insert(&db, 0..2).await;
    assert_eq!(acknowledged(&mut leader, 2).await, [0, 1]);
    assert_eq!(leader.status().fence, Some(1));
    silence(&mut other).await;
    assert_eq!((other.status().phase, other.status().fence), (Phase::Waiting, None));
    // The lease is renewed although nothing is polled.
    tokio::time::sleep(LEASE * 2).await;
    silence(&mut other).await;
    leader.flush().await.unwrap();
    // A crash: the lease expires.
    drop(leader);
    insert(&db, 2..3).await;
    assert_eq!(acknowledged(&mut other, 1).await, [2]);
    assert_eq!(other.status().fence, Some(2));
    // A regular end: the lease ends at once.
    let mut third = open().await.unwrap();
    silence(&mut third).await;
    other.close().await.unwrap();
    insert(&db, 3..4).await;
    assert_eq!(acknowledged(&mut third, 1).await, [3]);
    assert_eq!(third.status().fence, Some(3));
}

#[odm_test::test]
async fn a_paused_instance_cannot_overwrite_the_position_of_its_successor(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "billing").await.unwrap());
    insert(&db, 0..3).await;
    let store = MongoPositions::new(&db);
    let Claim::Granted(paused) = store.claim("billing", "paused", Some(LEASE)).await.unwrap() else {
        panic!("refused")
    };
    let position = store.load("billing").await.unwrap().unwrap();
    assert!(matches!(store.claim("billing", "other", Some(LEASE)).await.unwrap(), Claim::Refused));
    assert!(matches!(store.claim("billing", "paused", Some(LEASE)).await.unwrap(), Claim::Granted(_)));
    tokio::time::sleep(LEASE + Duration::from_millis(100)).await;

    let mut successor = fast(&items, "billing").lease(LEASE).await.unwrap();
    assert_eq!(acknowledged(&mut successor, 3).await, [0, 1, 2]);
    successor.flush().await.unwrap();
    let before = stored(&db, "billing").await;
    assert_eq!(before.get_i64("fence").unwrap(), paused.fence() + 1);
    let error = store.save("billing", &position, &paused).await.unwrap_err();
    assert!(error.is_superseded());
    // The same number under another owner, as after a rollback, does not match either.
    let forged = Term::new("paused", paused.fence() + 1, Some(LEASE));
    assert!(store.save("billing", &position, &forged).await.unwrap_err().is_superseded());
    store.release("billing", &forged).await.unwrap();
    let after = stored(&db, "billing").await;
    assert_eq!(after.get_document("position").unwrap(), before.get_document("position").unwrap());
    assert!(after.contains_key("until"));
}

#[odm_test::test]
async fn an_instance_that_lost_its_lease_waits_for_the_next(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || fast(&items, "billing").lease(LEASE);
    let mut paused = open().await.unwrap();
    silence(&mut paused).await;
    insert(&db, 0..1).await;
    let held = next(&mut paused).await;
    // As if this instance was paused for longer than its lease, and another one began its term.
    let positions = db.driver().collection::<odm::bson::Document>("odm_subscriptions");
    let stolen = doc! { "$set": { "owner": "another", "until": odm::bson::DateTime::now() }, "$inc": { "fence": 1_i64 } };
    positions.update_one(doc! { "_id": "billing" }, stolen).await.unwrap();
    held.ack();
    // The change was not stored as handled, so it is delivered again in the next term.
    let again = next(&mut paused).await;
    assert_eq!(number(&again), 0);
    again.ack();
    assert_eq!(paused.status().fence, Some(3));
    assert_eq!(stored(&db, "billing").await.get_i64("fence").unwrap(), 3);
}

#[odm_test::test]
async fn without_a_lease_the_last_instance_delivers(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut first = fast(&items, "billing").await.unwrap();
    insert(&db, 0..2).await;
    assert_eq!(acknowledged(&mut first, 1).await, [0]);
    first.flush().await.unwrap();
    let mut second = fast(&items, "billing").await.unwrap();
    assert_eq!(acknowledged(&mut second, 1).await, [1]);
    assert!(first.flush().await.unwrap_err().is_superseded());
    let error = soon(async {
        loop {
            match first.next().await.unwrap() {
                Ok(change) => change.ack(),
                Err(error) => break error,
            }
        }
    })
    .await;
    assert!(error.is_superseded(), "{error:?}");
    assert!(soon(first.next()).await.is_none());
}

#[odm_test::test]
async fn simultaneous_claims_have_one_winner(db: Database) {
    let store = MongoPositions::new(&db).collection("claims");
    for round in 0..10 {
        let name = format!("name{round}");
        let claims = (0..8).map(|owner| {
            let (store, name) = (store.clone(), name.clone());
            tokio::spawn(async move { store.claim(&name, &format!("owner{owner}"), Some(LEASE)).await })
        });
        let mut granted = 0;
        for claim in claims.collect::<Vec<_>>() {
            match claim.await.unwrap().unwrap() {
                Claim::Granted(term) => {
                    assert_eq!((term.fence(), term.lease()), (1, Some(LEASE)));
                    assert!(term.owner().starts_with("owner"));
                    granted += 1;
                }
                Claim::Refused => {}
                other => panic!("{other:?}"),
            }
        }
        assert_eq!(granted, 1, "{name}");
        store.remove(&name).await.unwrap();
        assert_eq!(store.load(&name).await.unwrap(), None);
    }
}

#[odm_test::test]
async fn a_slow_handler_keeps_its_lease(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "slow").await.unwrap());
    insert(&db, 0..1).await;
    let (begun, done) = (Notify::new(), Notify::new());
    let terms = Arc::new(AtomicU32::new(0));
    let open = || {
        let terms = Arc::clone(&terms);
        fast(&items, "slow").lease(LEASE).on_incident(move |incident| {
            if matches!(incident, Incident::TermBegan { .. }) {
                terms.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    let slow = open().transactional().run(async |change, _tx| {
        assert_eq!(change.attempt(), 1);
        begun.notify_one();
        tokio::time::sleep(LEASE * 5).await;
        done.notify_one();
        Ok(())
    });
    let waiting = async {
        begun.notified().await;
        let never = open().transactional().run(async |_, _tx| panic!("the leader is alive"));
        soon(never.until(done.notified()).into_future()).await.unwrap();
    };
    let slow = async {
        // The first instance returns after its change.
        tokio::time::timeout(LEASE * 10, slow.until(std::future::pending()).into_future()).await.ok();
    };
    tokio::select! {
        () = waiting => {}
        () = slow => panic!("the slow handler has ended first"),
    }
    assert_eq!(terms.load(Ordering::SeqCst), 1);
    let positions = db.driver().collection::<odm::bson::Document>("odm_subscriptions");
    let sign = positions.find_one(doc! { "_id": { "transaction": "slow" } }).await.unwrap().unwrap();
    assert_eq!(sign.get_i64("fence").unwrap(), 2);
}

/// Runs what a thread does that does nothing else, so that blocking it pauses the whole instance.
fn on_a_thread<T: Send + 'static>(
    work: impl FnOnce(tokio::runtime::Runtime) -> T + Send + 'static,
) -> std::thread::JoinHandle<T> {
    std::thread::spawn(|| work(tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()))
}

#[odm_test::test]
async fn the_open_transaction_of_a_paused_instance_is_ended(db: Database) {
    let server = Server::shared().await.unwrap();
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "effects").await.unwrap());
    db.driver().create_collection("effects").await.unwrap();
    insert(&db, 0..3).await;
    let (entered, has_entered) = std::sync::mpsc::channel();
    let (wake, woken) = std::sync::mpsc::channel::<()>();
    let woken = std::sync::Mutex::new(woken);
    let (name, uri) = (db.name().to_owned(), server.uri().to_owned());
    let paused = on_a_thread(move |runtime| {
        runtime.block_on(async {
            let client = odm::mongodb::Client::with_uri_str(&uri).await.unwrap();
            let db = Database::from_driver(client.database(&name));
            let items: Collection<Item> = db.collection();
            let effects: Collection<Effect> = db.collection();
            let has_woken = Notify::new();
            let run = fast(&items, "effects").lease(LEASE).transactional().run(async |_, mut tx| {
                effects.insert_one(&Effect { id: Id::new(), n: 1 }).session(&mut tx).await?;
                entered.send(()).unwrap();
                woken.lock().unwrap().recv().unwrap();
                has_woken.notify_one();
                effects.insert_one(&Effect { id: Id::new(), n: 2 }).session(&mut tx).await.map(drop)
            });
            let later = async {
                has_woken.notified().await;
                tokio::time::sleep(LEASE).await;
            };
            run.until(later).await
        })
    });
    tokio::task::spawn_blocking(move || has_entered.recv().unwrap()).await.unwrap();
    let handled = AtomicU32::new(0);
    let all = async {
        while handled.load(Ordering::SeqCst) < 3 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    // The server ends a transaction only after a minute.
    let successor = fast(&items, "effects").lease(LEASE).transactional().run(async |_, _tx| {
        handled.fetch_add(1, Ordering::SeqCst);
        Ok(())
    });
    soon(successor.until(all).into_future()).await.unwrap();
    wake.send(()).unwrap();
    tokio::task::spawn_blocking(move || paused.join().unwrap()).await.unwrap().unwrap();
    let effects = db.driver().collection::<odm::bson::Document>("effects");
    assert_eq!(
        effects.count_documents(doc! {}).await.unwrap(),
        0,
        "the paused instance has changed something"
    );
}

/// The driver waits for the reply without a limit, so the instance itself must notice that its lease has ended.
#[tokio::test]
async fn a_renewal_without_a_reply_ends_the_term() {
    let server = own().await;
    let hanging = named_client(&server, "hanging", "leases").await;
    let items: Collection<Item> = hanging.collection();
    let incidents = Incidents::default();
    let mut first = incidents.of(fast(&items, "billing").lease(LEASE)).await.unwrap();
    silence(&mut first).await;
    insert(&hanging, 0..1).await;
    let held = next(&mut first).await;
    assert!(first.status().fence.is_some(), "the instance delivers without a lease");
    let block = doc! { "blockConnection": true, "blockTimeMS": 20_000 };
    fail(&server, "hanging", doc! { "times": 1 }, &["update"], block).await;
    let end = tokio::time::Instant::now() + Duration::from_secs(15);
    // It may renew the same term after that, if the clock of the server is a moment behind.
    let mut has_ended = false;
    while !has_ended && tokio::time::Instant::now() < end {
        let _ = tokio::time::timeout(Duration::from_millis(50), first.next()).await;
        has_ended = incidents.take().contains(&Incident::Superseded);
    }
    assert!(has_ended, "the instance still delivers although its lease has ended");
    drop(held);
    server.stop().await;
}
