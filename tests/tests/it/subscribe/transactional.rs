//! The position and the writes of the handler in one transaction: each change takes effect exactly once.

use std::{
    collections::BTreeMap,
    sync::{
        Mutex,
        atomic::{AtomicBool, AtomicU32, Ordering},
    },
    time::Duration,
};

use odm::{
    Collection, Database, ErrorKind, Id, Model,
    bson::{Document, doc},
    subscribe::{Beginning, Incident, MemoryPositions, Subscribe},
    watch::Event,
};
use odm_test::Server;

use super::{Item, fast, hard_cases::Incidents, insert, plain, soon, stored};

/// What the handler writes. It has no unique index, so that a second effect is seen.
#[derive(Debug, Clone, Model)]
#[odm(collection = "effects")]
pub(super) struct Effect {
    pub(super) id: Id<Effect>,
    pub(super) n: i32,
}

/// Returns how often each change took effect.
async fn effects(db: &Database) -> BTreeMap<i32, u32> {
    let mut counts = BTreeMap::new();
    let mut cursor = db.driver().collection::<Document>("effects").find(doc! {}).await.unwrap();
    while cursor.advance().await.unwrap() {
        let n = cursor.deserialize_current().unwrap().get_i32("n").unwrap();
        *counts.entry(n).or_default() += 1;
    }
    counts
}

async fn all_took_effect(db: &Database, count: usize) {
    while effects(db).await.len() < count {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

fn once(numbers: std::ops::Range<i32>) -> BTreeMap<i32, u32> {
    numbers.map(|n| (n, 1)).collect()
}

/// Runs until all changes took effect. The handler stops in the middle with this probability in percent.
async fn run(
    db: &Database,
    subscribe: Subscribe<Item>,
    until: impl Future<Output = ()> + Send,
) -> odm::Result<()> {
    let results: Collection<Effect> = db.collection();
    subscribe
        .transactional()
        .run(async |change, mut tx| {
            if let Event::Insert(item) = change.event() {
                results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
            }
            Ok(())
        })
        .backoff(Duration::from_millis(1), Duration::from_millis(50))
        .until(until)
        .await
}

#[odm_test::test]
async fn each_change_takes_effect_once(db: Database) {
    let items: Collection<Item> = db.collection();
    insert(&db, 0..5).await;
    let open = || fast(&items, "effects").begin(Beginning::ExistingDocuments);
    soon(run(&db, open(), all_took_effect(&db, 5))).await.unwrap();
    assert_eq!(effects(&db).await, once(0..5));
    insert(&db, 5..10).await;
    soon(run(&db, open(), all_took_effect(&db, 10))).await.unwrap();
    assert_eq!(effects(&db).await, once(0..10));
    assert_eq!(stored(&db, "effects").await.get_i64("version").unwrap(), 10);
}

#[odm_test::test]
async fn a_crash_after_the_effect_does_not_repeat_it(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "effects").await.unwrap());
    insert(&db, 0..30).await;
    let results: Collection<Effect> = db.collection();
    let count = AtomicU32::new(0);
    for _ in 0..12 {
        // The future is dropped in the middle of something, at different times.
        let time = Duration::from_millis(u64::from(count.fetch_add(1, Ordering::SeqCst)) * 7 + 20);
        let run = fast(&items, "effects").transactional().run(async |change, mut tx| {
            if let Event::Insert(item) = change.event() {
                results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            Ok(())
        });
        tokio::time::timeout(time, run.into_future()).await.ok();
    }
    // The claim of an instance that was dropped may arrive later than the claim of the next one.
    loop {
        match soon(run(&db, fast(&items, "effects"), all_took_effect(&db, 30))).await {
            Err(error) if matches!(error.kind(), ErrorKind::Superseded) => {}
            outcome => break outcome.unwrap(),
        }
    }
    assert_eq!(effects(&db).await, once(0..30));
}

#[odm_test::test]
async fn a_failed_handler_leaves_no_effect(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "effects").await.unwrap());
    insert(&db, 0..3).await;
    plain(&db).insert_one(doc! { "n": "three" }).await.unwrap();
    insert(&db, 4..5).await;
    let results: Collection<Effect> = db.collection();
    let attempts = Mutex::new(Vec::new());
    soon(
        fast(&items, "effects")
            .transactional()
            .run(async |change, mut tx| {
                let Event::Insert(item) = change.event() else { return Ok(()) };
                results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
                attempts.lock().unwrap().push(item.n);
                if item.n == 1 {
                    return Err(odm::Error::position_store("the handler failed"));
                }
                Ok(())
            })
            .retries(2)
            .backoff(Duration::from_millis(1), Duration::from_millis(2))
            .dead_letters("letters")
            .until(all_took_effect(&db, 3))
            .into_future(),
    )
    .await
    .unwrap();
    assert_eq!(effects(&db).await, [(0, 1), (2, 1), (4, 1)].into());
    assert_eq!(*attempts.lock().unwrap(), [0, 1, 1, 1, 2, 4]);
    let letters = db.driver().collection::<Document>("letters");
    assert_eq!(letters.count_documents(doc! {}).await.unwrap(), 2);
    assert_eq!(stored(&db, "effects").await.get_i64("version").unwrap(), 5);
}

#[odm_test::test]
async fn a_commit_with_an_unknown_outcome_is_not_repeated(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("effects").await.unwrap();
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "effects").await.unwrap());
    insert(&db, 0..4).await;
    db.driver().create_collection("effects").await.unwrap();
    // The commits are applied, but the client learns of a failed write concern, which leaves the outcome open.
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": 3 },
        "data": {
            "failCommands": ["commitTransaction"],
            "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "waiting timed out" },
        },
    };
    server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
    soon(run(&db, fast(&items, "effects"), all_took_effect(&db, 4))).await.unwrap();
    assert_eq!(effects(&db).await, once(0..4));
}

#[odm_test::test]
async fn two_instances_without_a_lease_do_not_double_effects(db: Database) {
    let items: Collection<Item> = db.collection();
    drop(fast(&items, "effects").await.unwrap());
    insert(&db, 0..20).await;
    let results: Collection<Effect> = db.collection();
    let has_begun = AtomicBool::new(false);
    let first = fast(&items, "effects").transactional().run(async |change, mut tx| {
        if let Event::Insert(item) = change.event() {
            results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
            has_begun.store(true, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        Ok(())
    });
    let second = async {
        while !has_begun.load(Ordering::SeqCst) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        run(&db, fast(&items, "effects"), all_took_effect(&db, 20)).await
    };
    let (first, second) = soon(async { tokio::join!(first.into_future(), second) }).await;
    second.unwrap();
    let error = first.unwrap_err();
    assert!(error.is_superseded(), "{error:?}");
    assert_eq!(
        error.to_string(),
        format!("subscribe on {}.items: another instance has taken over the subscription", db.name())
    );
    assert_eq!(effects(&db).await, once(0..20));
}

#[odm_test::test]
async fn leases_are_handed_over_and_effects_are_not_doubled(db: Database) {
    const EVENTS: i32 = 150;
    let items: Collection<Item> = db.collection();
    let handovers = std::sync::Arc::new(AtomicU32::new(0));
    drop(fast(&items, "effects").await.unwrap());
    let results: Collection<Effect> = db.collection();
    let instance = |salt: i32| {
        let handovers = handovers.clone();
        let results = &results;
        fast(&items, "effects")
            .lease(Duration::from_millis(150))
            .on_incident(move |incident| {
                if matches!(incident, Incident::TermBegan { .. }) {
                    handovers.fetch_add(1, Ordering::SeqCst);
                }
            })
            .transactional()
            .run(move |change, mut tx| async move {
                let Event::Insert(item) = change.event() else { return Ok(()) };
                results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
                if (item.n + salt) % 17 == 0 && change.attempt() == 1 {
                    // Longer than the lease. The other instance waits, because the position is being written.
                    tokio::time::sleep(Duration::from_millis(250)).await;
                }
                Ok(())
            })
            .backoff(Duration::from_millis(1), Duration::from_millis(20))
            .until(all_took_effect(&db, usize::try_from(EVENTS).unwrap()))
    };
    let (one, other, ()) = soon(async {
        tokio::join!(instance(0).into_future(), instance(8).into_future(), insert(&db, 0..EVENTS))
    })
    .await;
    one.unwrap();
    other.unwrap();
    assert_eq!(effects(&db).await, once(0..EVENTS));
    assert!(handovers.load(Ordering::SeqCst) >= 1);
}

#[odm_test::test]
async fn a_store_without_transactions_is_refused(db: Database) {
    let items: Collection<Item> = db.collection();
    let run = items.subscribe("a").positions(MemoryPositions::new()).transactional().run(async |_, _| Ok(()));
    assert_eq!(
        run.await.unwrap_err().to_string(),
        "this store of positions has no transactions: use `MongoPositions`, or run the subscription without \
         `transactional`; nothing was sent"
    );
}

/// Lets one commit succeed with an error that leaves its outcome open.
async fn fail_one_commit(server: &Server) {
    let fail = doc! {
        "configureFailPoint": "failCommand",
        "mode": { "times": 1 },
        "data": {
            "failCommands": ["commitTransaction"],
            "writeConcernError": { "code": 100, "codeName": "UnsatisfiableWriteConcern", "errmsg": "not enough" },
        },
    };
    server.client().await.unwrap().database("admin").run_command(fail).await.unwrap();
}

#[odm_test::test]
async fn a_commit_whose_reply_is_an_error_is_no_other_instance_and_no_dead_letter(_db: Database) {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("effects").await.unwrap();
    let items: Collection<Item> = db.collection();
    db.driver().create_collection("effects").await.unwrap();
    let results: Collection<Effect> = db.collection();
    for (name, retries) in [("again", 5), ("letter", 0)] {
        drop(fast(&items, name).await.unwrap());
        insert(&db, 0..2).await;
        fail_one_commit(&server).await;
        let incidents = Incidents::default();
        let run = incidents
            .of(fast(&items, name).lease(Duration::from_millis(600)))
            .transactional()
            .run(async |change, mut tx| {
                if let Event::Insert(item) = change.event() {
                    results.insert_one(&Effect { id: Id::new(), n: item.n }).session(&mut tx).await?;
                }
                Ok(())
            })
            .retries(retries)
            // Meanwhile the lease is renewed.
            .backoff(Duration::from_secs(1), Duration::from_secs(1))
            .dead_letters("letters")
            .until(all_took_effect(&db, 2));
        soon(run.into_future()).await.unwrap();
        assert_eq!(effects(&db).await, once(0..2));
        assert!(incidents.take().is_empty(), "{name}");
        let letters = db.driver().collection::<Document>("letters");
        assert_eq!(letters.count_documents(doc! {}).await.unwrap(), 0);
        db.driver().collection::<Document>("effects").delete_many(doc! {}).await.unwrap();
    }
}
