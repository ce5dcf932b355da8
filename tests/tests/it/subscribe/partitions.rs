//! Partitions: all instances deliver changes, and those of a document stay in order.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database, Id, Model,
    bson::{Document, doc},
    mongodb::options::FullDocumentBeforeChangeType,
    subscribe::{Beginning, MemoryPositions, Monitor, Phase, Subscribe},
    watch::Event,
};
use tokio::sync::Notify;

use super::{Item, acknowledged, fast, hard_cases::named, insert, plain, soon};
use crate::failing::{fail, own};

const LEASE: Duration = Duration::from_millis(900);
const PARTITIONS: u32 = 6;

/// A document that is changed many times.
#[derive(Debug, Clone, Model)]
#[odm(collection = "counters")]
struct Counter {
    id: i32,
    group: i32,
    n: i32,
}

/// What a change has led to. It has no unique index, so that a second effect is seen.
#[derive(Debug, Clone, Model)]
#[odm(collection = "effects")]
struct Effect {
    id: Id<Effect>,
    counter: i32,
    n: i32,
}

/// What each instance has handled: the instance, the document and its number, in this order.
type Handled = Arc<Mutex<Vec<(usize, i32, i32)>>>;

fn open(db: &Database) -> Subscribe<Counter> {
    db.collection::<Counter>()
        .subscribe("counters")
        .save_every(1, Duration::from_millis(10))
        .save_quiet(Duration::from_millis(50))
        .max_await_time(Duration::from_millis(50))
        .lease(LEASE)
        .partitions(PARTITIONS)
}

/// Returns the document and the number of a change.
fn step(event: &Event<Counter>) -> Option<(i32, i32)> {
    match event {
        Event::Insert(counter) => Some((counter.id, counter.n)),
        Event::Update { id, update_description, .. } => {
            Some((*id, update_description.updated_fields.get_i32("n").ok()?))
        }
        _ => None,
    }
}

/// An instance in a task. It ends gracefully, or as in a crash.
struct Instance {
    stop: Arc<Notify>,
    task: tokio::task::JoinHandle<odm::Result<()>>,
    monitor: Monitor,
}

impl Instance {
    fn start(db: &Database, number: usize, handled: &Handled) -> Self {
        let (stop, handled) = (Arc::new(Notify::new()), Arc::clone(handled));
        let subscribe = open(db);
        let monitor = subscribe.monitor();
        let stopped = Arc::clone(&stop);
        let task = tokio::spawn(async move {
            subscribe
                .run(move |change| {
                    let handled = Arc::clone(&handled);
                    async move {
                        if let Some((id, n)) = step(change.event()) {
                            tokio::time::sleep(Duration::from_millis(1)).await;
                            handled.lock().unwrap().push((number, id, n));
                        }
                        Ok(())
                    }
                })
                .until(async move { stopped.notified().await })
                .await
        });
        Self { stop, task, monitor }
    }

    async fn stop(self) {
        self.stop.notify_one();
        soon(self.task).await.unwrap().unwrap();
        assert_eq!(self.monitor.status().phase, Phase::Ended);
    }
}

/// Changes each of these documents once.
async fn change(db: &Database, documents: std::ops::Range<i32>, n: i32) {
    let counters = db.driver().collection::<Document>("counters");
    for id in documents {
        let update = doc! { "$set": { "n": n, "group": id % 3 } };
        counters.update_one(doc! { "_id": id }, update).upsert(true).await.unwrap();
    }
}

async fn until(handled: &Handled, count: usize) {
    let all = async {
        loop {
            let distinct: BTreeSet<_> = handled.lock().unwrap().iter().map(|(_, id, n)| (*id, *n)).collect();
            if distinct.len() >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(all).await;
}

/// Returns the changes of each document, without those that were delivered again.
fn of_each(handled: &Handled) -> BTreeMap<i32, Vec<i32>> {
    let mut seen = BTreeSet::new();
    let mut of_each = BTreeMap::<i32, Vec<i32>>::new();
    for (_, id, n) in &*handled.lock().unwrap() {
        if seen.insert((*id, *n)) {
            of_each.entry(*id).or_default().push(*n);
        }
    }
    of_each
}

#[odm_test::test]
async fn documents_stay_in_order_while_instances_come_and_go(db: Database) {
    const DOCUMENTS: i32 = 24;
    const ROUNDS: i32 = 18;
    let handled = Handled::default();
    let mut instances = vec![Instance::start(&db, 0, &handled)];
    let begun = async {
        while instances[0].monitor.status().partitions.len() < 6 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(begun).await;
    let mut next = 1;
    for round in 1..=ROUNDS {
        change(&db, 0..DOCUMENTS, round).await;
        match round % 6 {
            1 | 3 => {
                instances.push(Instance::start(&db, next, &handled));
                next += 1;
            }
            4 => instances.remove(0).stop().await,
            // A crash.
            5 => instances.remove(0).task.abort(),
            _ => {}
        }
        tokio::time::sleep(Duration::from_millis(150)).await;
    }
    until(&handled, usize::try_from(DOCUMENTS * ROUNDS).unwrap()).await;
    let expected: Vec<i32> = (1..=ROUNDS).collect();
    for (id, numbers) in of_each(&handled) {
        assert_eq!(numbers, expected, "document {id}");
    }
    let who: BTreeSet<usize> = handled.lock().unwrap().iter().map(|(instance, ..)| *instance).collect();
    assert!(who.len() > 1, "{who:?}");
    for instance in instances {
        instance.stop().await;
    }
}

#[odm_test::test]
async fn instances_share_the_partitions(db: Database) {
    let handled = Handled::default();
    let shares = async |instances: &[Instance], expected: &[usize]| {
        let shared = async {
            loop {
                let shares: Vec<Vec<u32>> =
                    instances.iter().map(|instance| instance.monitor.status().partitions).collect();
                let mut sizes: Vec<usize> = shares.iter().map(Vec::len).collect();
                sizes.sort_unstable();
                let all: BTreeSet<u32> = shares.into_iter().flatten().collect();
                if sizes == expected && all.len() == 6 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        soon(shared).await;
    };
    let mut instances = vec![Instance::start(&db, 0, &handled)];
    shares(&instances, &[6]).await;
    instances.push(Instance::start(&db, 1, &handled));
    shares(&instances, &[3, 3]).await;
    change(&db, 0..30, 1).await;
    until(&handled, 30).await;
    let who: BTreeSet<usize> = handled.lock().unwrap().iter().map(|(instance, ..)| *instance).collect();
    assert_eq!(who, [0, 1].into());
    instances.push(Instance::start(&db, 2, &handled));
    shares(&instances, &[2, 2, 2]).await;
    let status = instances[0].monitor.status();
    assert_eq!((status.phase, status.fence), (Phase::Streaming, None));
    assert!(status.lag().is_some());
    instances.remove(0).stop().await;
    shares(&instances, &[3, 3]).await;
    // A crash: the other instance takes over when the lease has expired.
    instances.remove(0).task.abort();
    shares(&instances, &[6]).await;
    instances.remove(0).stop().await;
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    let members = positions.count_documents(doc! { "_id.member": "counters" }).await.unwrap();
    assert_eq!(members, 0);
    assert_eq!(positions.count_documents(doc! {}).await.unwrap(), 7);
}

#[odm_test::test]
async fn effects_are_not_doubled_while_instances_come_and_go(db: Database) {
    const DOCUMENTS: i32 = 12;
    const ROUNDS: i32 = 12;
    let effects: Collection<Effect> = db.collection();
    db.driver().create_collection("effects").await.unwrap();
    let start = || {
        let (subscribe, effects) = (open(&db).begin(Beginning::ExistingDocuments), effects.clone());
        tokio::spawn(async move {
            subscribe
                .transactional()
                .run(move |change, mut tx| {
                    let effects = effects.clone();
                    async move {
                        let Some((counter, n)) = step(change.event()) else { return Ok(()) };
                        let effect = Effect { id: Id::new(), counter, n };
                        effects.insert_one(&effect).session(&mut tx).await.map(drop)
                    }
                })
                .backoff(Duration::from_millis(1), Duration::from_millis(50))
                .await
        })
    };
    change(&db, 0..DOCUMENTS, 1).await;
    let mut instances = vec![start(), start()];
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    let copied = async {
        let streaming = doc! { "_id": { "$regex": "#" }, "position.token": { "$exists": true } };
        while positions.count_documents(streaming.clone()).await.unwrap() < 6 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(copied).await;
    for round in 2..=ROUNDS {
        change(&db, 0..DOCUMENTS, round).await;
        if round % 3 == 0 {
            instances.push(start());
            // In the middle of transactions.
            instances.remove(0).abort();
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let stored = db.driver().collection::<Document>("effects");
    let all = u64::try_from(DOCUMENTS * ROUNDS).unwrap();
    let complete = async {
        while stored.count_documents(doc! {}).await.unwrap() < all {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(complete).await;
    let mut of_each = BTreeMap::<i32, Vec<i32>>::new();
    let mut cursor = stored.find(doc! {}).await.unwrap();
    while cursor.advance().await.unwrap() {
        let effect = cursor.deserialize_current().unwrap();
        let counter = effect.get_i32("counter").unwrap();
        of_each.entry(counter).or_default().push(effect.get_i32("n").unwrap());
    }
    for (counter, mut numbers) in of_each {
        numbers.sort_unstable();
        assert_eq!(numbers, (1..=ROUNDS).collect::<Vec<_>>(), "document {counter}");
    }
    for instance in instances {
        instance.abort();
    }
}

#[odm_test::test]
async fn documents_with_the_same_field_are_in_one_partition(db: Database) {
    let create = doc! { "create": "counters", "changeStreamPreAndPostImages": { "enabled": true } };
    db.driver().run_command(create).await.unwrap();
    let versions = db.driver().collection::<Document>("odm_subscriptions");
    let sizes = async || {
        let mut sizes = Vec::new();
        let mut cursor = versions.find(doc! { "version": { "$gt": 0 } }).await.unwrap();
        while cursor.advance().await.unwrap() {
            sizes.push(cursor.deserialize_current().unwrap().get_i64("version").unwrap());
        }
        sizes
    };
    // Three groups with 4 documents, each of which is inserted, updated and deleted.
    let handled = async |count: i64| {
        while sizes().await.iter().sum::<i64>() < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let all = handled(36);
    let subscribe = open(&db).begin(Beginning::ExistingDocuments).partition_by(&Counter::fields().group());
    let run = subscribe.transactional().run(async |_, _tx| Ok(()));
    change(&db, 0..12, 1).await;
    let writes = async {
        // An update before the existing documents are read is no change of its own.
        handled(12).await;
        change(&db, 0..12, 2).await;
        db.driver().collection::<Document>("counters").delete_many(doc! {}).await.unwrap();
    };
    let (run, ()) = soon(async { tokio::join!(run.until(all).into_future(), writes) }).await;
    run.unwrap();
    let sizes = sizes().await;
    assert!(sizes.len() <= 3 && sizes.iter().all(|size| size % 12 == 0), "{sizes:?}");
}

#[odm_test::test]
async fn a_subscription_continues_with_partitions(db: Database) {
    let items: Collection<Item> = db.collection();
    let mut changes = fast(&items, "billing").await.unwrap();
    insert(&db, 0..20).await;
    assert_eq!(acknowledged(&mut changes, 7).await, [0, 1, 2, 3, 4, 5, 6]);
    changes.close().await.unwrap();
    let seen = Mutex::new(BTreeSet::new());
    let open = |count: u32| fast(&items, "billing").lease(LEASE).partitions(count);
    let all = async {
        while seen.lock().unwrap().len() < 13 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let run = open(3).run(async |change| {
        if let Event::Insert(item) = change.event() {
            assert!(seen.lock().unwrap().insert(item.n), "twice");
        }
        Ok(())
    });
    soon(run.until(all).into_future()).await.unwrap();
    assert_eq!(*seen.lock().unwrap(), (7..20).collect());
    // Not with another number.
    let error = soon(open(4).run(async |_| Ok(())).into_future()).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "subscribe on {}.items: the subscription `billing` has 3 partitions, and this instance has 4: open all \
             instances with `partitions(3)`, or remove the positions of the subscription, so that it begins again; \
             nothing was sent",
            db.name()
        )
    );
    let error = fast(&items, "billing").await.unwrap_err();
    assert!(error.to_string().contains("has 3 partitions, and this instance has 1"), "{error}");
    // All of its positions are removed.
    let store = odm::subscribe::MongoPositions::new(&db);
    odm::subscribe::PositionStore::remove(&store, "billing").await.unwrap();
    let positions = db.driver().collection::<Document>("odm_subscriptions");
    assert_eq!(positions.count_documents(doc! {}).await.unwrap(), 0);
    plain(&db).drop().await.unwrap();
}

#[odm_test::test]
async fn partitions_that_are_not_valid_are_refused(db: Database) {
    let items: Collection<Item> = db.collection();
    let open = || items.subscribe("a");
    let run =
        |subscribe: Subscribe<Item>| async { subscribe.run(async |_| Ok(())).await.unwrap_err().to_string() };
    assert_eq!(
        open().partitions(2).await.unwrap_err().to_string(),
        "a subscription with partitions has several streams of changes: handle them with `run`, or with \
         `transactional` and `run`; nothing was sent"
    );
    for count in [0, 1001] {
        assert_eq!(
            run(open().partitions(count)).await,
            format!("a subscription has 1 to 1000 partitions, and not {count}; nothing was sent")
        );
    }
    assert_eq!(
        run(open().partition_by(&Item::fields().n())).await,
        "`partition_by` needs `partitions`, which sets their number; nothing was sent"
    );
    let without_images = open()
        .partitions(2)
        .partition_by(&Item::fields().n())
        .full_document_before_change(FullDocumentBeforeChangeType::WhenAvailable);
    assert_eq!(
        run(without_images).await,
        "`partition_by` needs the document before each change, because the event of a delete contains no other field \
         than the `_id`: set `full_document_before_change` to `Required`, or leave it out; nothing was sent"
    );
    assert_eq!(
        run(open().positions(MemoryPositions::new()).partitions(2)).await,
        "this store of positions has no partitions: use `MongoPositions`, or open the subscription without \
         `partitions`; nothing was sent"
    );
}

#[odm_test::test]
async fn an_error_that_does_not_pass_ends_all_partitions(_db: Database) {
    let server = own().await;
    let db = server.fresh_database("partitions").await.unwrap();
    let named = named(&server, &db, "partitions-permission").await;
    let items: Collection<Item> = named.collection();
    // Without permission, and a server that shuts down for longer than the outage.
    for (code, name) in [(13, "forbidden"), (91, "away")] {
        let subscribe = fast(&items, name).lease(LEASE).partitions(2).max_outage(Duration::from_millis(500));
        let monitor = subscribe.monitor();
        let failing = async {
            while monitor.status().partitions.len() < 2 {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let data = doc! { "errorCode": code };
            fail(&server, "partitions-permission", "alwaysOn", &["update"], data).await;
        };
        let run = subscribe.run(async |_| Ok(())).into_future();
        let (ended, ()) = soon(async { tokio::join!(run, failing) }).await;
        let error = ended.unwrap_err();
        // Without a usable server, the driver may find none for the command.
        assert!(error.code() == Some(code) || code == 91 && error.code().is_none(), "{error:?}");
        assert!(!error.is_superseded(), "{error:?}");
        assert_eq!(monitor.status().phase, Phase::Ended);
        fail(&server, "partitions-permission", "off", &[], doc! {}).await;
    }
}
