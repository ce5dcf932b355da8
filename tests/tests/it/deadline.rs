//! `.deadline(..)`: a late reply is an error, and the connection stays usable.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use odm::{
    Collection, Database, Error, Filter, Model, View,
    bson::doc,
    mongodb::{
        Client,
        event::{EventHandler, cmap::CmapEvent, command::CommandEvent},
        options::ClientOptions,
    },
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

const SHORT: Duration = Duration::from_millis(300);
const BLOCKED: u32 = 1200;

/// A server whose commands can be delayed, and a client with one connection.
struct Slow {
    server: Server,
    admin: Client,
    db: Database,
    closed: Arc<AtomicUsize>,
    sent: Arc<std::sync::Mutex<Vec<odm::bson::Document>>>,
}

impl Slow {
    async fn start() -> Self {
        let server = Server::start().await.unwrap();
        let admin = server.client().await.unwrap();
        let mut options = ClientOptions::parse(server.uri()).await.unwrap();
        options.app_name = Some("late".to_owned());
        options.max_pool_size = Some(1);
        let closed = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&closed);
        options.cmap_event_handler = Some(EventHandler::callback(move |event| {
            if matches!(event, CmapEvent::ConnectionClosed(_)) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }));
        let sent = Arc::new(std::sync::Mutex::new(Vec::new()));
        let list = Arc::clone(&sent);
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            if let CommandEvent::Started(started) = event {
                list.lock().unwrap().push(started.command);
            }
        }));
        let db = Database::connect_with(options, "deadline").unwrap();
        Self { server, admin, db, closed, sent }
    }

    fn people(&self) -> Collection<Person> {
        self.db.collection()
    }

    /// Delays the next such command of the client.
    async fn block(&self, command: &str) {
        let block = doc! {
            "configureFailPoint": "failCommand",
            "mode": { "times": 1 },
            "data": {
                "failCommands": [command], "blockConnection": true, "blockTimeMS": BLOCKED, "appName": "late",
            },
        };
        self.admin.database("admin").run_command(block).await.unwrap();
    }

    fn names(&self) -> Vec<String> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        sent.iter().map(|command| command.keys().next().unwrap().clone()).collect()
    }
}

fn late(error: &Error, verb: &str, writes: bool) {
    assert!(error.is_timeout(), "{error:?}");
    assert_eq!(error.is_outcome_unknown(), writes, "{error:?}");
    let unknown = if writes { "; a write may have been applied" } else { "" };
    assert_eq!(
        error.to_string(),
        format!("{verb} on deadline.people: the deadline of 300ms passed{unknown}")
    );
    assert_eq!(error.operation(), Some(verb));
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Name {
    name: String,
}

#[tokio::test]
async fn late_reads_and_writes_are_timeouts() {
    let slow = Slow::start().await;
    let people = slow.people();
    let p = Person::fields();
    let ada = person("ada", 36);
    people.insert_one(&ada).deadline(Duration::from_secs(20)).await.unwrap();
    slow.names();

    macro_rules! read {
        ($($command:literal $verb:literal: $call:expr;)*) => { $(
            slow.block($command).await;
            late(&$call.deadline(SHORT).await.unwrap_err(), $verb, false);
            // The only connection is in use until the reply arrives, and is then used again.
            assert_eq!(people.get(ada.id).await.unwrap().as_ref(), Some(&ada));
            assert_eq!(slow.names(), [$command, "find"]);
        )* };
    }
    read! {
        "find" "find": people.find(Filter::all());
        "find" "find_one": people.find_one(Filter::all());
        "find" "find_one": people.find_one(Filter::all()).view::<Name>();
        "find" "get": people.get(ada.id);
        "find" "exists": people.exists(Filter::all());
        "aggregate" "count": people.count(Filter::all());
        "aggregate" "aggregate": people.aggregate();
        "count" "estimated_count": people.estimated_count();
        "distinct" "distinct": people.distinct(p.age(), Filter::all());
        "explain" "explain": people.find(Filter::all()).explain();
    }

    // A late write is applied nevertheless.
    slow.block("update").await;
    late(
        &people.update_one(p.id().eq(ada.id), p.age().inc(1)).deadline(SHORT).await.unwrap_err(),
        "update_one",
        true,
    );
    assert_eq!(people.get(ada.id).await.unwrap().unwrap().age, 37);
    slow.block("insert").await;
    late(&people.insert_one(&person("bob", 1)).deadline(SHORT).await.unwrap_err(), "insert_one", true);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 2);
    slow.block("findAndModify").await;
    let taken = people.find_one_and_delete(p.name().eq("bob")).deadline(SHORT).await.unwrap_err();
    late(&taken, "find_one_and_delete", true);
    slow.block("aggregate").await;
    let out = people.aggregate().stage(doc! { "$out": "elsewhere" }).deadline(SHORT).await.unwrap_err();
    late(&out, "aggregate", true);
    slow.block("aggregate").await;
    let out = people.aggregate().out().deadline(SHORT).await.unwrap_err();
    late(&out, "aggregate", true);

    // A dropped future leaves the connection usable, too.
    slow.block("update").await;
    let update = people.update_one(p.id().eq(ada.id), p.age().inc(1)).deadline(Duration::from_secs(20));
    assert!(tokio::time::timeout(SHORT, update).await.is_err());
    assert_eq!(people.get(ada.id).await.unwrap().unwrap().age, 38);

    assert_eq!(slow.closed.load(Ordering::SeqCst), 0, "a connection was closed");
    slow.server.stop().await;
}

/// The deadline of a cursor applies to its whole life. Documents that it already has are returned, and a late batch
/// is an error.
#[tokio::test]
async fn a_late_batch_is_a_timeout() {
    let slow = Slow::start().await;
    let people = slow.people();
    people.insert_many((0..5).map(|n| person(&n.to_string(), n))).await.unwrap();
    slow.names();

    slow.block("getMore").await;
    let mut cursor = people.find(Filter::all()).batch_size(2).deadline(2 * SHORT).await.unwrap();
    for _ in 0..2 {
        cursor.next().await.unwrap().unwrap();
    }
    let error = cursor.next().await.unwrap().unwrap_err();
    assert_eq!(error.to_string(), "find on deadline.people: the deadline of 600ms passed");
    assert!(cursor.next().await.is_none());
    drop(cursor);
    // The connection can be used again, and the cursor is closed on the server.
    assert_eq!(people.count(Filter::all()).await.unwrap(), 5);
    for _ in 0..100 {
        if slow.names().contains(&"killCursors".to_owned()) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    // If the reader is slow, no batch is requested after the deadline.
    let mut cursor = people.find(Filter::all()).batch_size(2).deadline(SHORT).await.unwrap();
    tokio::time::sleep(2 * SHORT).await;
    slow.names();
    for _ in 0..2 {
        cursor.next().await.unwrap().unwrap();
    }
    assert!(cursor.next().await.unwrap().unwrap_err().is_timeout());
    assert!(!slow.names().contains(&"getMore".to_owned()));
    drop(cursor);

    // A cursor that is in time returns all documents.
    let all = people.aggregate().batch_size(2).deadline(Duration::from_secs(20)).await.unwrap();
    assert_eq!(all.try_collect::<Vec<_>>().await.unwrap().len(), 5);
    let names =
        people.find(Filter::all()).batch_size(2).view::<Name>().deadline(Duration::MAX).await.unwrap();
    assert_eq!(names.try_collect::<Vec<_>>().await.unwrap().len(), 5);
    assert_eq!(slow.closed.load(Ordering::SeqCst), 0, "a connection was closed");
    slow.server.stop().await;
}

/// A write of several commands sends no further one. A change stream that opens too late is not opened.
#[tokio::test]
async fn no_command_is_sent_after_the_deadline() {
    let slow = Slow::start().await;
    let people = slow.people();
    // One document more than a command can contain.
    let many: Vec<Person> = (0..100_001).map(|_| person("x", 1)).collect();
    people.count(Filter::all()).await.unwrap();
    slow.names();
    slow.block("insert").await;
    let error = people.insert_many(&many).deadline(3 * SHORT).await.unwrap_err();
    assert!(error.is_timeout() && error.is_outcome_unknown(), "{error:?}");
    assert_eq!(people.count(Filter::all()).await.unwrap(), 100_000);
    tokio::time::sleep(SHORT).await;
    assert_eq!(slow.names(), ["insert", "aggregate"]);

    slow.block("aggregate").await;
    late(&people.watch().deadline(SHORT).await.unwrap_err(), "watch", false);
    let opened = people.watch().deadline(Duration::from_secs(20)).await.unwrap();
    drop(opened);
    slow.server.stop().await;
}

/// The client sends the time limit to the server, so that the server stops working as well.
#[odm_test::test]
async fn the_time_limit_is_sent_to_the_server(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    people.insert_one(&person("ada", 36)).await.unwrap();
    let p = Person::fields();
    commands.take();
    let after = Duration::from_secs(7);
    let _ = people.find(Filter::all()).deadline(after).await.unwrap();
    people.find_one(Filter::all()).max_time(Duration::from_secs(3)).deadline(after).await.unwrap();
    people.find_one(Filter::all()).max_time(Duration::from_secs(30)).deadline(after).await.unwrap();
    people.find_one_and_update(p.age().eq(1), p.age().inc(1)).deadline(after).await.unwrap();
    people.update_one(p.age().eq(1), p.age().inc(1)).deadline(after).await.unwrap();
    let limits: Vec<_> = commands.take().iter().map(|sent| sent.get_i32("maxTimeMS").ok()).collect();
    assert_eq!(limits, [Some(7000), Some(3000), Some(7000), Some(7000), None]);

    // The other methods send it if their command supports it.
    let eve = person("eve", 9);
    people.get(eve.id).deadline(after).await.unwrap();
    people.get(eve.id).view::<Name>().deadline(after).await.unwrap();
    people.exists(Filter::all()).deadline(after).await.unwrap();
    people.count(Filter::all()).deadline(after).await.unwrap();
    people.estimated_count().deadline(after).await.unwrap();
    people.distinct(p.age(), Filter::all()).deadline(after).await.unwrap();
    let _ = people.aggregate().deadline(after).await.unwrap();
    drop(people.count(Filter::all()).explain().deadline(after).await.unwrap());
    people.find_one_and_replace(p.id().eq(eve.id), &eve).deadline(after).await.unwrap();
    people.find_one_and_delete(p.id().eq(eve.id)).deadline(after).await.unwrap();
    let limits: Vec<_> = commands.take().iter().map(|sent| sent.get_i32("maxTimeMS").ok()).collect();
    assert_eq!(limits, [Some(7000); 10]);
    people.insert_one(&eve).deadline(after).await.unwrap();
    people.insert_many([person("bob", 2)]).deadline(after).await.unwrap();
    people.update_many(Filter::all(), p.age().inc(1)).deadline(after).await.unwrap();
    people.replace_one(p.id().eq(eve.id), &eve).deadline(after).await.unwrap();
    people.delete_one(p.id().eq(eve.id)).deadline(after).await.unwrap();
    people.delete_many(p.age().eq(1)).deadline(after).await.unwrap();
    assert!(commands.take().iter().all(|sent| !sent.contains_key("maxTimeMS")));

    let slow = people.find_one(doc! { "$where": "sleep(2000) || true" });
    assert!(slow.deadline(SHORT).await.unwrap_err().is_timeout());
}

/// If no server is available, the deadline applies, not the 30 seconds for which the driver looks for a server.
#[tokio::test]
async fn the_deadline_applies_without_a_server() {
    let db = Database::connect("mongodb://127.0.0.1:1/deadline").await.unwrap();
    let error = db.collection::<Person>().count(Filter::all()).deadline(SHORT).await.unwrap_err();
    late(&error, "count", false);
}
