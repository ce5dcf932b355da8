//! Dropped futures: the command that was sent is completed, and no cursor or connection is left open.

use std::{
    future::IntoFuture,
    pin::pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use odm::{
    Collection, Database, Filter, Model, View, Write,
    bson::doc,
    models,
    mongodb::{
        event::{EventHandler, cmap::CmapEvent},
        options::ClientOptions,
    },
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

use crate::failing::{fail, own};

/// How long the server delays a command.
const BLOCKED: u32 = 300;
/// After this time, a call has reached the server but has no reply yet.
const SENT: Duration = Duration::from_millis(80);

/// A server whose commands can be delayed, and a client that counts the connections it closes.
struct Slow {
    server: Server,
    db: Database,
    commands: Commands,
    closed: Arc<AtomicUsize>,
}

impl Slow {
    async fn start(connections: u32) -> Self {
        let server = own().await;
        let mut options = ClientOptions::parse(server.uri()).await.unwrap();
        options.app_name = Some("cut".to_owned());
        options.max_pool_size = Some(connections);
        let closed = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&closed);
        options.cmap_event_handler = Some(EventHandler::callback(move |event| {
            if matches!(event, CmapEvent::ConnectionClosed(_)) {
                counter.fetch_add(1, Ordering::SeqCst);
            }
        }));
        let (db, commands) = Commands::record_with(options, &format!("cut{}", std::process::id()));
        db.drop_database().await.unwrap();
        commands.take();
        Self { server, db, commands, closed }
    }

    fn people(&self) -> Collection<Person> {
        self.db.collection()
    }

    async fn block(&self, times: i32, commands: &[&str]) {
        let data = doc! { "blockConnection": true, "blockTimeMS": BLOCKED };
        fail(&self.server, "cut", doc! { "times": times }, commands, data).await;
    }

    fn names(&self) -> Vec<String> {
        self.commands.take().iter().map(|command| command.keys().next().unwrap().clone()).collect()
    }

    /// Returns the number of open cursors on the collection of people, and of commands that are running there.
    async fn open_cursors(&self) -> usize {
        let client = self.server.client().await.unwrap();
        let of_people = doc! { "ns": format!("{}.people", self.db.name()) };
        let stages = [doc! { "$currentOp": { "idleCursors": true } }, doc! { "$match": of_people }];
        let mut cursor = client.database("admin").aggregate(stages).await.unwrap();
        let mut open = 0;
        while cursor.advance().await.unwrap() {
            open += 1;
        }
        open
    }

    /// Waits until the server has closed the cursors. On a busy machine a command that was dropped can reach the server
    /// late, so there must be none several times in a row.
    async fn wait_for_no_cursor(&self) {
        let mut quiet = 0;
        for _ in 0..200 {
            quiet = if self.open_cursors().await == 0 { quiet + 1 } else { 0 };
            if quiet == 8 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("{} cursors are open", self.open_cursors().await);
    }

    async fn stop(self) {
        self.db.drop_database().await.unwrap();
        assert_eq!(self.closed.load(Ordering::SeqCst), 0, "a connection was closed");
        self.server.stop().await;
    }
}

/// Waits until a call has been sent, then drops it.
async fn cut<T>(call: impl IntoFuture<Output = T>) {
    let mut call = pin!(call.into_future());
    assert!(tokio::time::timeout(SENT, &mut call).await.is_err(), "the call was done before it was cut");
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Name {
    name: String,
}

#[tokio::test]
async fn a_dropped_call_of_every_method_is_completed() {
    let slow = Slow::start(1).await;
    let people = slow.people();
    let p = Person::fields();
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    slow.names();

    macro_rules! cut {
        ($($command:literal: $call:expr;)*) => { $(
            slow.block(1, &[$command]).await;
            cut($call).await;
            // The only connection is in use until the reply arrives, and is then used again.
            assert_eq!(people.get(ada.id).await.unwrap().map(|found| found.id), Some(ada.id), stringify!($call));
            assert_eq!(slow.names(), [$command, "find"], stringify!($call));
        )* };
    }
    cut! {
        "find": people.find(Filter::all());
        "find": people.find(Filter::all()).view::<Name>();
        "find": people.find_one(Filter::all());
        "find": people.find_one(Filter::all()).view::<Name>();
        "find": people.get(ada.id);
        "find": people.exists(Filter::all());
        "aggregate": people.count(Filter::all());
        "aggregate": people.aggregate();
        "count": people.estimated_count();
        "distinct": people.distinct(p.age(), Filter::all());
        "explain": people.find(Filter::all()).explain();
        "insert": people.insert_one(&person("bob", 1));
        "insert": people.insert_many([person("cid", 1)]);
        "update": people.update_one(p.id().eq(ada.id), p.age().inc(1));
        "update": people.update_many(p.name().eq("bob"), p.age().inc(1));
        "update": people.replace_one(p.name().eq("cid"), &person("dan", 4)).upsert(true);
        "update": people.save(&person("eve", 5));
        "delete": people.delete_one(p.name().eq("bob"));
        "delete": people.delete_many(p.name().eq("eve"));
        "findAndModify": people.find_one_and_update(p.id().eq(ada.id), p.age().inc(1));
        "findAndModify": people.find_one_and_replace(p.name().eq("nobody"), &person("x", 1));
        "findAndModify": people.find_one_and_delete(p.name().eq("cid")).view::<Name>();
        "ping": slow.db.ping();
        "listCollections": slow.db.schema(models![Person]).plan();
    }
    let mut rest: Vec<Person> = people.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    rest.sort_by(|one, other| one.name.cmp(&other.name));
    let rest: Vec<_> = rest.iter().map(|person| (&*person.name, person.age)).collect();
    assert_eq!(rest, [("ada", 38)]);

    // A bulk write reserves a number in its session before it writes.
    slow.block(1, &["update"]).await;
    cut(people.bulk_write([Write::update_one(p.id().eq(ada.id), p.age().inc(1))])).await;
    assert_eq!(people.get(ada.id).await.unwrap().unwrap().age, 39);
    slow.stop().await;
}

/// If a call consists of several commands, the one that was sent is the last.
#[tokio::test]
async fn a_dropped_call_sends_no_further_command() {
    let slow = Slow::start(1).await;
    let people = slow.people();
    let p = Person::fields();
    people.insert_one(&person("ada", 36)).await.unwrap();
    slow.names();
    slow.block(1, &["update"]).await;
    cut(people.bulk_write((
        Write::update_one(p.name().eq("ada"), p.age().set(1)),
        Write::insert_one(&person("bob", 1)),
        Write::delete_many(p.age().eq(1)),
    )))
    .await;
    assert_eq!(people.count(p.age().eq(1)).await.unwrap(), 1);
    tokio::time::sleep(SENT).await;
    assert_eq!(slow.names(), ["update", "aggregate"]);
    slow.stop().await;
}

#[tokio::test]
async fn a_dropped_find_leaves_no_cursor_open() {
    let slow = Slow::start(20).await;
    let people = slow.people();
    people.insert_many((0..9).map(|n| person(&n.to_string(), n))).await.unwrap();
    slow.block(20, &["find", "aggregate"]).await;
    let finds = (0..10).map(|_| cut(people.find(Filter::all()).batch_size(2)));
    let aggregates = (0..10).map(|_| cut(people.aggregate().batch_size(2)));
    tokio::join!(futures_util::future::join_all(finds), futures_util::future::join_all(aggregates));
    tokio::time::sleep(Duration::from_millis(u64::from(BLOCKED))).await;
    slow.wait_for_no_cursor().await;

    // Once the cursor is dropped while it waits for the next batch, and once between two batches.
    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    for _ in 0..2 {
        cursor.next().await.unwrap().unwrap();
    }
    assert_eq!(slow.open_cursors().await, 1);
    slow.block(1, &["getMore"]).await;
    cut(cursor.next()).await;
    drop(cursor);
    drop(people.find(Filter::all()).batch_size(2).await.unwrap());
    slow.wait_for_no_cursor().await;

    // The same without a runtime.
    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    for _ in 0..2 {
        cursor.next().await.unwrap().unwrap();
    }
    slow.block(1, &["getMore"]).await;
    cut(cursor.next()).await;
    std::thread::spawn(move || drop(cursor)).join().unwrap();
    slow.wait_for_no_cursor().await;
    slow.stop().await;
}

/// They run on the existing connections, and the next call uses one of them.
#[tokio::test]
async fn a_thousand_dropped_writes_close_no_connection() {
    let slow = Slow::start(10).await;
    let people = slow.people();
    people.count(Filter::all()).await.unwrap();
    let newcomers: Vec<Person> = (0..1000).map(|_| person("x", 1)).collect();
    for newcomer in &newcomers {
        let mut write = pin!(people.insert_one(newcomer).into_future());
        assert!(futures_util::poll!(&mut write).is_pending());
    }
    for _ in 0..400 {
        if people.count(Filter::all()).await.unwrap() == 1000 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1000);
    slow.stop().await;
}

/// `next` loses no document in a session either, although no other call can use the session.
#[tokio::test]
async fn a_dropped_next_in_a_session_loses_no_document() {
    let slow = Slow::start(1).await;
    let people = slow.people();
    people.insert_many((0..5).map(|n| person(&n.to_string(), n))).await.unwrap();
    let mut session = slow.db.start_session().await.unwrap();
    let p = Person::fields();
    let cursor = people.find(Filter::all()).sort(p.age().asc()).batch_size(2).session(&mut session);
    let mut cursor = cursor.await.unwrap();
    let mut ages = Vec::new();
    slow.block(2, &["getMore"]).await;
    for _ in 0..2 {
        ages.push(cursor.next().await.unwrap().unwrap().age);
    }
    cut(cursor.next()).await;
    while let Some(person) = cursor.next().await {
        ages.push(person.unwrap().age);
    }
    assert_eq!(ages, [0, 1, 2, 3, 4]);
    drop(cursor);
    slow.stop().await;
}
