//! `insert_many(..).concurrency(n)`: several commands at the same time.

use std::{
    collections::HashSet,
    fmt::Write as _,
    future::IntoFuture,
    pin::pin,
    sync::{Arc, Mutex},
    time::Duration,
};

use odm::{
    Collection, Database, Error, Filter, Id, Model,
    bson::{Bson, Document, doc},
    error::WriteOutcome,
    hooks::Hooks,
    mongodb::{
        event::{EventHandler, command::CommandEvent},
        options::{ClientOptions, WriteConcern},
    },
};
use odm_integration::people::{Person, people, person};
use odm_test::Server;

use crate::failing::{fail, own};

/// How long the server delays a command.
const BLOCKED: u32 = 300;

/// What a client has sent.
#[derive(Debug, Default)]
struct Traffic {
    inserts: Vec<Document>,
    open: HashSet<i32>,
    /// How many commands were open at the same time, at most.
    at_once: usize,
}

/// A client whose inserts are recorded.
struct Client {
    db: Database,
    traffic: Arc<Mutex<Traffic>>,
}

impl Client {
    async fn new(server: &Server, name: &str) -> Self {
        let mut options = ClientOptions::parse(server.uri()).await.unwrap();
        options.app_name = Some("concurrent".to_owned());
        let traffic = Arc::new(Mutex::new(Traffic::default()));
        let recorder = Arc::clone(&traffic);
        options.command_event_handler = Some(EventHandler::callback(move |event| {
            let mut traffic = recorder.lock().unwrap();
            match event {
                CommandEvent::Started(event) if event.command_name == "insert" => {
                    traffic.inserts.push(event.command);
                    traffic.open.insert(event.request_id);
                    traffic.at_once = traffic.at_once.max(traffic.open.len());
                }
                CommandEvent::Succeeded(event) => drop(traffic.open.remove(&event.request_id)),
                CommandEvent::Failed(event) => drop(traffic.open.remove(&event.request_id)),
                _ => {}
            }
        }));
        Self { db: Database::connect_with(options, name).unwrap(), traffic }
    }

    fn people(&self) -> Collection<Person> {
        self.db.collection()
    }

    /// Returns the lengths of the inserts that were sent, in ascending order, and how many were open at the same time.
    fn take(&self) -> (Vec<usize>, usize) {
        let traffic = std::mem::take(&mut *self.traffic.lock().unwrap());
        let length = |insert: &Document| insert.get_array("documents").unwrap().len();
        let mut lengths: Vec<_> = traffic.inserts.iter().map(length).collect();
        lengths.sort_unstable();
        (lengths, traffic.at_once)
    }
}

fn many(count: u32) -> Vec<Person> {
    (0..count).map(|n| person(&n.to_string(), 1)).collect()
}

/// Nine documents of 10 MB, which need three commands.
fn large() -> Vec<Person> {
    let text = "x".repeat(10_000_000);
    (0..9).map(|n| Person { name: text.clone(), ..person(&n.to_string(), 1) }).collect()
}

/// Returns a letter for the outcome of each document.
fn outcomes(error: &Error) -> String {
    error.bulk_write_error().unwrap().outcomes().fold(String::new(), |mut text, outcome| {
        let letter = match outcome {
            WriteOutcome::Written => 'w',
            WriteOutcome::Failed(_) => 'f',
            WriteOutcome::NotTried => '-',
            _ => '?',
        };
        text.write_char(letter).unwrap();
        text
    })
}

async fn block(server: &Server, times: i32) {
    let data = doc! { "blockConnection": true, "blockTimeMS": BLOCKED };
    fail(server, "concurrent", doc! { "times": times }, &["insert"], data).await;
}

#[tokio::test]
async fn batches_are_sent_at_the_same_time() {
    let server = own().await;
    let client = Client::new(&server, "at_once").await;
    let (people, all) = (client.people(), many(3_000));
    let ids: Vec<_> = all.iter().map(|person| person.id).collect();

    block(&server, 3).await;
    let majority = WriteConcern::majority();
    let call = people.insert_many(&all).ordered(false).write_concern(majority).comment("c").concurrency(3);
    assert_eq!(call.await.unwrap(), ids);
    let sent = client.traffic.lock().unwrap().inserts.clone();
    for insert in &sent {
        assert_eq!(insert.get("ordered"), Some(&Bson::Boolean(false)));
        assert_eq!(insert.get("writeConcern"), Some(&Bson::Document(doc! { "w": "majority" })));
        assert_eq!(insert.get_str("comment").unwrap(), "c");
    }
    assert_eq!(client.take(), (vec![1_000; 3], 3));
    let stored: HashSet<_> = people
        .find(Filter::all())
        .await
        .unwrap()
        .try_collect::<Vec<Person>>()
        .await
        .unwrap()
        .iter()
        .map(|person| person.id)
        .collect();
    assert_eq!(stored, ids.into_iter().collect());

    // One at a time without it, in as few commands as possible.
    people.delete_many(Filter::all()).await.unwrap();
    people.insert_many(&all).ordered(false).concurrency(1).await.unwrap();
    people.delete_many(Filter::all()).await.unwrap();
    people.insert_many(&all).ordered(false).await.unwrap();
    assert_eq!(client.take(), (vec![3_000; 2], 1));

    // Not more than a few documents per command, and none without documents.
    people
        .insert_many(many(10))
        .ordered(false)
        .concurrency(4)
        .deadline(Duration::from_secs(60))
        .await
        .unwrap();
    people.insert_many(many(0)).ordered(false).concurrency(4).await.unwrap();
    assert_eq!(client.take(), (vec![10], 1));
    server.stop().await;
}

#[tokio::test]
async fn not_more_batches_are_sent_at_the_same_time_than_allowed() {
    let server = own().await;
    let client = Client::new(&server, "limited").await;
    block(&server, 3).await;
    let call = client.people().insert_many(large()).ordered(false).concurrency(2);
    assert_eq!(call.await.unwrap().len(), 9);
    assert_eq!(client.take(), (vec![1, 4, 4], 2));
    server.stop().await;
}

/// The report does not depend on the order of the replies.
#[odm_test::test]
async fn failures_of_several_batches_are_reported_by_position(db: Database) {
    let people = people(&db).await;
    let known = ["5", "1500", "3998", "3999"].map(|name| person(name, 1));
    people.insert_many(&known).await.unwrap();
    let mut reports = Vec::new();
    for concurrency in [1, 2, 4] {
        people.delete_many(Person::fields().id().nin(known.each_ref().map(|known| known.id))).await.unwrap();
        let all = many(4_000);
        let error = people.insert_many(&all).ordered(false).concurrency(concurrency).await.unwrap_err();
        assert!(error.is_duplicate_key() && !error.is_outcome_unknown());
        let report = error.bulk_write_error().unwrap();
        assert_eq!(report.counts().inserted, 3_996);
        let positions: Vec<_> = report.failures().iter().map(odm::error::WriteFailure::position).collect();
        assert_eq!(positions, [5, 1_500, 3_998, 3_999]);
        assert_eq!(people.count(Filter::all()).await.unwrap(), 4_000);
        reports.push((outcomes(&error), error.to_string()));
    }
    assert!(reports.iter().all(|report| *report == reports[0]), "{reports:?}");
    assert_eq!(
        reports[0].1,
        format!(
            "insert_many on {}.people: 3996 of 4000 documents were written; the one at position 5: another document \
             already has this key in the unique index `email_1`; 3 more failed, see `bulk_write_error()` (code 11000)",
            db.name()
        )
    );
}

#[tokio::test]
async fn no_batch_is_sent_after_one_without_a_reply() {
    let server = own().await;
    let client = Client::new(&server, "interrupted").await;
    let people = client.people();
    fail(&server, "concurrent", doc! { "times": 1 }, &["insert"], doc! { "errorCode": 13 }).await;
    let error = people.insert_many(large()).ordered(false).concurrency(2).await.unwrap_err();
    // The server receives either of the first two first.
    let outcomes = outcomes(&error);
    assert!(["----wwww-", "wwww-----"].contains(&&*outcomes), "{outcomes}");
    assert_eq!(error.bulk_write_error().unwrap().interruption().unwrap().code(), Some(13));
    assert_eq!(client.take(), (vec![4, 4], 2));
    assert_eq!(people.count(Filter::all()).await.unwrap(), 4);
    server.stop().await;
}

#[tokio::test]
async fn a_dropped_call_completes_the_batches_that_were_sent_and_sends_no_other() {
    let server = own().await;
    let client = Client::new(&server, "dropped").await;
    let people = client.people();
    block(&server, 2).await;
    {
        let call = people.insert_many(large()).ordered(false).concurrency(2);
        let mut call = pin!(call.into_future());
        assert!(futures_util::poll!(&mut call).is_pending());
    }
    for _ in 0..400 {
        if people.count(Filter::all()).await.unwrap() == 8 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert_eq!(people.count(Filter::all()).await.unwrap(), 8);
    assert_eq!(client.take(), (vec![4, 4], 2));
    server.stop().await;
}

#[odm_test::test]
async fn an_ordered_insert_is_refused(db: Database) {
    let people = db.collection::<Person>();
    let error = people.insert_many(many(2)).concurrency(2).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "insert_many on {}.people: the insert is ordered, and `.concurrency(..)` sends commands in no order: add \
             `.ordered(false)`; nothing was sent",
            db.name()
        )
    );
    assert_eq!(people.insert_many(many(2)).concurrency(1).await.unwrap().len(), 2);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 2);
}

/// A model whose inserts run in a session, because it has hooks.
#[derive(Debug, Clone, Model)]
#[odm(collection = "hooked", hooks)]
struct Hooked {
    id: Id<Hooked>,
}

impl Hooks for Hooked {}

#[tokio::test]
async fn a_model_with_hooks_sends_one_batch_at_a_time() {
    let server = own().await;
    let client = Client::new(&server, "hooked").await;
    let hooked = client.db.collection::<Hooked>();
    let all: Vec<_> = (0..3_000).map(|_| Hooked { id: Id::new() }).collect();
    assert_eq!(hooked.insert_many(&all).ordered(false).concurrency(3).await.unwrap().len(), 3_000);
    assert_eq!(client.take(), (vec![3_000], 1));
    server.stop().await;
}
