//! Several instances in processes of their own, which are killed and paused in the middle of a transaction.

use std::{
    collections::BTreeMap,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use odm::{
    Collection, Database,
    bson::{Document, doc},
};
use odm_test::{ReplicaSet, Server};

use super::{Item, insert, plain, soon};

const LEASE: Duration = Duration::from_millis(1500);

/// A process. It is killed when this is dropped.
struct Instance(Child);

impl Instance {
    fn start(uri: &str, db: &Database) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_instance"));
        command.args([uri, db.name(), &LEASE.as_millis().to_string()]).stdin(Stdio::null());
        Self(command.spawn().unwrap())
    }

    fn id(&self) -> i64 {
        i64::from(self.0.id())
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args(["-s", signal, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
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

async fn took_effect(db: &Database, count: usize) {
    let all = async {
        while effects(db).await.len() < count {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    soon(all).await;
}

/// Returns the process that has handled this change.
async fn handled_by(db: &Database, n: i32) -> i64 {
    let effects = db.driver().collection::<Document>("effects");
    effects.find_one(doc! { "n": n }).await.unwrap().unwrap().get_i64("process").unwrap()
}

/// Inserts an item, and returns the process that has handled it and has not committed.
async fn in_transaction(db: &Database, n: i32) -> i64 {
    let mark = format!("mark {n}");
    plain(db).insert_one(doc! { "n": n, "mark": &mark }).await.unwrap();
    let marks = db.driver().collection::<Document>("marks");
    let marked = async {
        loop {
            if let Some(marked) = marks.find_one(doc! { "_id": &mark }).await.unwrap() {
                return marked.get_i64("process").unwrap();
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    soon(marked).await
}

/// Begins the subscription before the first change.
async fn begin(db: &Database) {
    let items: Collection<Item> = db.collection();
    items.subscribe("effects").await.unwrap().close().await.unwrap();
    for collection in ["effects", "marks"] {
        db.driver().create_collection(collection).await.unwrap();
    }
}

fn once(numbers: std::ops::Range<i32>) -> BTreeMap<i32, u32> {
    numbers.map(|n| (n, 1)).collect()
}

#[odm_test::test]
async fn a_paused_leader_that_wakes_up_changes_nothing(server: Server, db: Database) {
    begin(&db).await;
    let instances = [Instance::start(server.uri(), &db), Instance::start(server.uri(), &db)];
    insert(&db, 0..3).await;
    took_effect(&db, 3).await;
    let paused = in_transaction(&db, 3).await;
    let (leader, other) = match instances.each_ref().map(Instance::id) {
        [first, _] if first == paused => (&instances[0], &instances[1]),
        _ => (&instances[1], &instances[0]),
    };
    assert_eq!(handled_by(&db, 0).await, leader.id());
    leader.signal("STOP");
    insert(&db, 4..6).await;
    // The server would keep the transaction open for a minute.
    took_effect(&db, 6).await;
    for n in 3..6 {
        assert_eq!(handled_by(&db, n).await, other.id());
    }
    leader.signal("CONT");
    insert(&db, 6..9).await;
    took_effect(&db, 9).await;
    // It waits for its next term.
    let second = in_transaction(&db, 9).await;
    assert_eq!(second, other.id());
    other.signal("KILL");
    let killed = Instant::now();
    insert(&db, 10..12).await;
    took_effect(&db, 12).await;
    // The rest of the lease, the pause of the one that waits, and what a busy machine needs.
    assert!(killed.elapsed() < LEASE * 8, "{:?}", killed.elapsed());
    assert_eq!(handled_by(&db, 9).await, leader.id());
    assert_eq!(effects(&db).await, once(0..12));
}

#[odm_test::test]
async fn three_instances_survive_the_death_of_leaders_and_primaries(_db: Database) {
    let set = ReplicaSet::start().await.unwrap();
    let db = set.fresh_database("instances").await.unwrap();
    begin(&db).await;
    let mut instances: Vec<Instance> = (0..3).map(|_| Instance::start(set.uri(), &db)).collect();
    let mut made = 0;
    for round in 0..3 {
        insert(&db, made..made + 5).await;
        took_effect(&db, usize::try_from(made + 5).unwrap()).await;
        let leader = in_transaction(&db, made + 5).await;
        let index = instances.iter().position(|instance| instance.id() == leader).unwrap();
        drop(instances.swap_remove(index));
        let killed = if round == 1 { Some(set.kill_primary().await.unwrap()) } else { None };
        insert(&db, made + 6..made + 8).await;
        took_effect(&db, usize::try_from(made + 8).unwrap()).await;
        assert_ne!(handled_by(&db, made + 5).await, leader);
        if let Some(killed) = killed {
            killed.restart().await.unwrap();
        }
        instances.push(Instance::start(set.uri(), &db));
        made += 8;
    }
    assert_eq!(effects(&db).await, once(0..made));
}
