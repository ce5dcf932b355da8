//! The cache in Redis, with Debian's `redis-server`.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

use odm::{
    Collection, Database, Filter,
    bson::{Document, Timestamp, doc},
    live::{OnLag, RedisCache},
};
use odm_integration::{commands::Commands, tools::is_installed};
use odm_test::Server;
use redis::AsyncCommands;

use super::{Order, delete, insert, opening, plain, set};
use crate::watch::soon;

/// A `redis-server` of this test. It stores nothing on disk.
struct Redis {
    process: Child,
    port: u16,
}

impl Redis {
    /// Starts it, unless it is not installed.
    async fn start() -> Option<Self> {
        if !is_installed("redis-server", "redis-server") {
            return None;
        }
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        Some(Self::start_at(port).await)
    }

    async fn start_at(port: u16) -> Self {
        let process = Command::new("redis-server")
            .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .stdout(Stdio::null())
            .spawn()
            .expect("`redis-server`, which `apt-get install redis-server` installs");
        let redis = Self { process, port };
        soon(async {
            while redis.client().get_multiplexed_async_connection().await.is_err() {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
        })
        .await;
        redis
    }

    fn client(&self) -> redis::Client {
        redis::Client::open(format!("redis://127.0.0.1:{}/", self.port)).unwrap()
    }

    async fn keys(&self) -> Vec<String> {
        let mut connection = self.client().get_multiplexed_async_connection().await.unwrap();
        let keys: Vec<Vec<u8>> = connection.keys("*").await.unwrap();
        keys.iter().map(|key| String::from_utf8_lossy(key).into_owned()).collect()
    }

    fn stop(mut self) -> u16 {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        self.port
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

async fn becomes(cache: &RedisCache<Order>, id: i32, total: Option<i32>) {
    soon(async {
        while cache.get(&id).await.unwrap().map(|order| order.total) != total {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
}

#[odm_test::test]
async fn processes_share_what_they_have_read(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    insert(&db, 1, "open", 10).await;
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).prefix("shop").await.unwrap();
    let own = opening(&orders).await.unwrap();
    let other = own.redis_cache(redis.client()).prefix("shop").await.unwrap();
    // The second process uses nothing that the first one has read before it began.
    soon(async {
        while cache.fan_out().cluster_time() < own.cluster_time() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    let reads = || commands.take().iter().filter(|command| command.contains_key("find")).count();
    for _ in 0..3 {
        assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 10);
        assert_eq!(other.get(&1).await.unwrap().unwrap().total, 10);
        assert!(cache.get(&2).await.unwrap().is_none());
        assert!(other.get(&2).await.unwrap().is_none());
    }
    assert_eq!(reads(), 2);
    assert_eq!(redis.keys().await.len(), 3, "two ids, and the generation");
    assert!(redis.keys().await.iter().all(|key| key.starts_with("shop")));
    set(&db, 1, doc! { "total": 11 }).await;
    becomes(&cache, 1, Some(11)).await;
    becomes(&other, 1, Some(11)).await;
    insert(&db, 2, "open", 20).await;
    becomes(&other, 2, Some(20)).await;
    delete(&db, 1).await;
    becomes(&cache, 1, None).await;
    plain(&db).drop().await.unwrap();
    becomes(&cache, 2, None).await;
    assert!(cache.lag() < Duration::from_secs(60));
}

#[odm_test::test]
async fn a_new_process_uses_nothing_that_changed_while_none_ran(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 10).await;
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).await.unwrap();
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 10);
    drop(cache);
    set(&db, 1, doc! { "total": 11 }).await;
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).await.unwrap();
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 11);
    let prefix = format!("odm:{}.orders", db.name());
    assert!(redis.keys().await.contains(&prefix), "{:?}", redis.keys().await);
}

#[odm_test::test]
async fn random_writes_leave_no_old_document_in_redis(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let orders: Collection<Order> = db.collection();
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).await.unwrap();
    let cache = std::sync::Arc::new(cache);
    let readers: Vec<_> = (0..4)
        .map(|reader| {
            let cache = std::sync::Arc::clone(&cache);
            tokio::spawn(async move {
                for n in 0..200 {
                    cache.get(&((n * 7 + reader) % 10)).await.unwrap();
                }
            })
        })
        .collect();
    for n in 0..200 {
        let one = doc! { "_id": n % 10 };
        plain(&db)
            .update_one(one, doc! { "$set": { "status": "open", "total": n } })
            .upsert(true)
            .await
            .unwrap();
    }
    for reader in readers {
        reader.await.unwrap();
    }
    for id in 0..10 {
        becomes(&cache, id, Some(190 + id)).await;
        assert_eq!(cache.get(&id).await.unwrap().unwrap().total, 190 + id);
    }
}

#[odm_test::test]
async fn without_redis_the_server_is_read_and_afterwards_nothing_old(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let orders: Collection<Order> = db.collection();
    insert(&db, 1, "open", 10).await;
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).await.unwrap();
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 10);
    let port = redis.stop();
    set(&db, 1, doc! { "total": 11 }).await;
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 11, "read from the server");
    let redis = Redis::start_at(port).await;
    set(&db, 1, doc! { "total": 12 }).await;
    becomes(&cache, 1, Some(12)).await;
    soon(async {
        while redis.keys().await.len() < 2 {
            assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 12);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    })
    .await;
}

/// The process is killed with everything that it would have done: nothing is dropped, and no task goes on.
#[odm_test::test]
async fn a_killed_process_leaves_nothing_that_its_successor_uses(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let server = Server::shared().await.unwrap();
    insert(&db, 1, "open", 10).await;
    let (uri, name, client) = (server.uri().to_owned(), db.name().to_owned(), redis.client());
    let killed = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let client_of_process = odm::mongodb::Client::with_uri_str(&uri).await.unwrap();
            let orders: Collection<Order> =
                Database::from_driver(client_of_process.database(&name)).collection();
            let cache = opening(&orders).await.unwrap().redis_cache(client).await.unwrap();
            assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 10);
            std::mem::forget(cache);
        });
        runtime.shutdown_background();
    });
    killed.join().unwrap();
    set(&db, 1, doc! { "total": 11 }).await;
    assert_eq!(redis.keys().await.len(), 2, "what the process has cached is still there");
    let orders: Collection<Order> = db.collection();
    let cache = opening(&orders).await.unwrap().redis_cache(redis.client()).await.unwrap();
    assert_eq!(cache.get(&1).await.unwrap().unwrap().total, 11);
}

/// Returns the times after which the documents were read.
fn reads(sent: &[Document]) -> Vec<Timestamp> {
    let finds = sent.iter().filter(|command| command.contains_key("find"));
    let concern = |find: &Document| find.get_document("readConcern").unwrap().clone();
    finds.map(|find| concern(find).get_timestamp("afterClusterTime").unwrap()).collect()
}

/// The process that writes to Redis is behind, and then it is killed: what it has written must contain the change that the
/// other has removed, because nobody removes it a second time.
#[odm_test::test]
async fn a_process_that_is_behind_reads_what_another_has_removed(db: Database) {
    let Some(redis) = Redis::start().await else { return };
    let server = Server::shared().await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    insert(&db, 1, "open", 10).await;
    let behind = opening(&recorded.collection::<Order>()).await.unwrap();
    let open = async |fan_out: &odm::live::FanOut<Order>| {
        let open = fan_out.redis_cache(redis.client()).max_lag(Duration::from_secs(3600));
        open.await.unwrap()
    };
    let slow = open(&behind).await;
    let ahead = opening(&db.collection::<Order>()).await.unwrap();
    let other = open(&ahead).await;
    // From here on, its stream is held up.
    let _held = behind.subscriber(Filter::all()).buffer(1).on_lag(OnLag::Block).open().unwrap();
    for id in 100..103 {
        insert(&db, id, "open", 1).await;
    }
    soon(async {
        while behind.lag() < Duration::from_millis(500) {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    })
    .await;
    set(&db, 1, doc! { "total": 11 }).await;
    let reply = db.driver().run_command(doc! { "ping": 1 }).await.unwrap();
    let changed = reply.get_timestamp("operationTime").unwrap();
    assert!(behind.cluster_time().unwrap() < changed);
    soon(async {
        while ahead.cluster_time().unwrap() < changed {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    })
    .await;
    // Meanwhile, the other process removes it.
    tokio::time::sleep(Duration::from_millis(300)).await;
    commands.take();
    assert_eq!(slow.get(&1).await.unwrap().unwrap().total, 11);
    let [after] = reads(&commands.take())[..] else { panic!("another number of reads") };
    assert!(after > behind.cluster_time().unwrap(), "{after}");

    // Redis loses its data, so nothing tells what the other process has removed.
    let mut connection = redis.client().get_multiplexed_async_connection().await.unwrap();
    let _: () = redis::cmd("FLUSHALL").query_async(&mut connection).await.unwrap();
    assert_eq!(slow.get(&1).await.unwrap().unwrap().total, 11);
    let [after] = reads(&commands.take())[..] else { panic!("another number of reads") };
    assert!(after < changed, "it may be an old document: {after}");
    let cached = async || redis.keys().await.iter().filter(|key| key.len() > 40 + db.name().len()).count();
    assert!(cached().await > 0, "{:?}", redis.keys().await);
    // What the slow process has written is replaced, as it can be older than what the other one has removed.
    assert_eq!(other.get(&1).await.unwrap().unwrap().total, 11);
    assert_eq!(slow.get(&1).await.unwrap().unwrap().total, 11);
    assert!(commands.take().iter().all(|command| !command.contains_key("find")), "the slow process uses it");
}
