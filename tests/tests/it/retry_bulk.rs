//! A bulk write without a reply: it is applied once, or its outcome is reported as unknown.

use std::collections::BTreeMap;

use odm::{
    Collection, Database, Filter, Model, Write,
    bson::{Document, doc},
    mongodb::options::ClientOptions,
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

use super::{
    bulk_write::outcomes,
    failing::{fail, own},
};

/// Returns a collection with Ada, Bob and Eve, through a client with this name.
async fn three(server: &Server, app: &str, retry: bool) -> (Collection<Person>, Commands) {
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(app.to_owned());
    options.retry_writes = Some(retry);
    let (db, commands) = Commands::record_with(options, app);
    let people = db.collection::<Person>();
    people.insert_many(["ada", "bob", "eve"].map(|name| person(name, 0))).await.unwrap();
    commands.take();
    (people, commands)
}

/// Makes the server apply the first write that has a transaction number, and then close the connection.
async fn break_after_the_first_write(server: &Server) {
    let point = doc! {
        "configureFailPoint": "onPrimaryTransactionalWrite", "mode": { "times": 1 }, "data": { "closeConnection": true },
    };
    server.client().await.unwrap().database("admin").run_command(point).await.unwrap();
}

fn birthdays() -> impl Iterator<Item = Write<Person>> {
    let p = Person::fields();
    ["ada", "bob", "eve"].map(|name| Write::update_one(p.name().eq(name), p.age().inc(1)).into()).into_iter()
}

async fn ages(people: &Collection<Person>) -> Vec<u32> {
    let all: Vec<Person> = people.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    all.into_iter().map(|person| person.age).collect()
}

/// Returns the commands that were sent, each with its session and transaction number.
fn numbered(commands: &[Document]) -> Vec<(&str, Option<(String, i64)>)> {
    let number = |command: &Document| {
        let session = command.get_document("lsid").unwrap().to_string();
        Some((session, command.get_i64("txnNumber").ok()?))
    };
    commands.iter().map(|command| (command.keys().next().unwrap().as_str(), number(command))).collect()
}

#[odm_test::test]
async fn a_bulk_write_is_applied_once_if_the_connection_breaks(_db: Database) {
    let server = own().await;
    let (people, commands) = three(&server, "breaks", true).await;
    let p = Person::fields();

    // The connection breaks after the first write and before the second.
    break_after_the_first_write(&server).await;
    let result = people.bulk_write(birthdays()).await.unwrap();
    assert_eq!(ages(&people).await, [1, 1, 1]);
    assert_eq!((result.matched_count(), result.modified_count()), (3, 3));
    let sent = commands.take_whole();
    let sent = numbered(&sent);
    assert_eq!(sent.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["update", "update", "find"]);
    assert!(sent[0].1.is_some() && sent[0].1 == sent[1].1 && sent[2].1.is_none(), "{sent:?}");

    // The connection breaks before any write, for updates, inserts and deletes.
    for (command, writes) in [
        ("update", birthdays().collect::<Vec<_>>()),
        ("insert", vec![Write::insert_one(&person("kim", 7)), Write::insert_one(&person("lea", 7))]),
        (
            "delete",
            vec![Write::delete_one(p.name().eq("kim")).into(), Write::delete_one(p.age().eq(7)).into()],
        ),
    ] {
        fail(&server, "breaks", doc! { "times": 1 }, &[command], doc! { "closeConnection": true }).await;
        let result = people.bulk_write(writes).await.unwrap();
        let counts = result.counts();
        assert!(matches!(
            (counts.modified, counts.inserted, counts.deleted),
            (3, 0, 0) | (0, 2, 0) | (0, 0, 2)
        ));
        let sent = commands.take();
        assert_eq!(sent.len(), 2, "{sent:?}");
        assert_eq!(sent[0], sent[1]);
    }
    assert_eq!(ages(&people).await, [2, 2, 2]);

    // The server recognizes a retried upsert by the id that it has generated.
    break_after_the_first_write(&server).await;
    let zoe = person("zoe", 1);
    let result = people.bulk_write([Write::save(&zoe)]).await.unwrap();
    assert_eq!(result.upserted_ids(), &BTreeMap::from([(0, zoe.id)]));
    assert_eq!(people.count(Filter::all()).await.unwrap(), 4);

    // A second broken connection is not retried.
    fail(&server, "breaks", doc! { "times": 2 }, &["update"], doc! { "closeConnection": true }).await;
    let error = people.bulk_write(birthdays()).await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_retryable(), "{error}");
    assert_eq!(outcomes(&error), "???");
}

/// Errors after which the write is retried.
#[odm_test::test]
async fn a_bulk_write_is_applied_once_if_the_primary_steps_down(_db: Database) {
    let server = own().await;
    let (people, commands) = three(&server, "steps", true).await;
    for code in [91, 189, 10107, 11600] {
        fail(&server, "steps", doc! { "times": 1 }, &["update"], doc! { "errorCode": code }).await;
        let before = ages(&people).await[0];
        commands.take();
        people.bulk_write(birthdays()).await.unwrap();
        assert_eq!(commands.take().len(), 2, "{code}");
        assert_eq!(ages(&people).await, [before + 1; 3], "{code}");
    }
    // The write is applied, but the primary stepped down before the others had it. It is sent again to learn its
    // state.
    let concern = doc! {
        "writeConcernError": { "code": 91, "errmsg": "Replication is being shut down" },
        "errorLabels": ["RetryableWriteError"],
    };
    fail(&server, "steps", doc! { "times": 1 }, &["update"], concern).await;
    let before = ages(&people).await[0];
    commands.take();
    people.bulk_write(birthdays()).await.unwrap();
    assert_eq!(commands.take().len(), 2);
    assert_eq!(ages(&people).await, [before + 1; 3]);

    // An error that is not retryable.
    fail(&server, "steps", doc! { "times": 1 }, &["update"], doc! { "errorCode": 2 }).await;
    commands.take();
    let error = people.bulk_write(birthdays()).await.unwrap_err();
    assert_eq!((error.code(), commands.take().len()), (Some(2), 1));
}

/// Without `retryWrites`, or with a write on many documents, the command has no transaction number and is sent once.
#[odm_test::test]
async fn a_command_without_a_transaction_number_is_sent_once(_db: Database) {
    let server = own().await;
    let p = Person::fields();
    let (people, commands) = three(&server, "never", false).await;
    fail(&server, "never", doc! { "times": 1 }, &["update"], doc! { "closeConnection": true }).await;
    let error = people.bulk_write(birthdays()).await.unwrap_err();
    assert!(error.is_outcome_unknown() && error.is_unavailable() && !error.is_retryable(), "{error}");
    assert_eq!(outcomes(&error), "???");
    let sent = commands.take_whole();
    assert!(matches!(&numbered(&sent)[..], [("update", None)]), "{sent:?}");

    let (people, commands) = three(&server, "many", true).await;
    fail(&server, "many", doc! { "times": 1 }, &["update"], doc! { "closeConnection": true }).await;
    let everyone = || Write::update_many(Filter::all(), p.age().inc(1)).into();
    let error = people.bulk_write(birthdays().chain([everyone()])).await.unwrap_err();
    assert_eq!(outcomes(&error), "????");
    assert!(error.is_outcome_unknown());
    let sent = commands.take_whole();
    assert!(matches!(&numbered(&sent)[..], [("update", None)]), "{sent:?}");
    assert_eq!(
        error.to_string(),
        "bulk_write on many.people: 0 of 4 writes were applied, the outcome of 4 is unknown; the connection broke before \
         the answer came: unexpected end of file; a write may have been applied"
    );

    // In unordered mode, only the write on many documents is sent without a number.
    let result = people.bulk_write(birthdays().chain([everyone()])).ordered(false).await.unwrap();
    assert_eq!(result.modified_count(), 6);
    let sent = commands.take_whole();
    assert!(matches!(&numbered(&sent)[..], [("update", Some(_)), ("update", None)]), "{sent:?}");
}

/// The numbers of a session only grow, whether a bulk write or the driver uses them.
#[odm_test::test]
async fn transaction_numbers_of_a_session_grow(_db: Database) {
    let server = own().await;
    let (people, commands) = three(&server, "numbers", true).await;
    let p = Person::fields();
    let mut session = people.database().start_session().await.unwrap();
    for _ in 0..5 {
        people.update_one(p.name().eq("ada"), p.age().inc(1)).await.unwrap();
        people.bulk_write(birthdays()).await.unwrap();
        people.update_one(p.name().eq("ada"), p.age().inc(1)).session(&mut session).await.unwrap();
        people.bulk_write(birthdays()).session(&mut session).await.unwrap();
        session.start_transaction().await.unwrap();
        people.bulk_write(birthdays()).session(&mut session).await.unwrap();
        session.commit_transaction().await.unwrap();
    }
    let together = (0..20).map(|_| {
        let people = people.clone();
        tokio::spawn(async move {
            people.bulk_write(birthdays()).ordered(false).await.unwrap();
            people.insert_one(&person(&odm::bson::oid::ObjectId::new().to_hex(), 0)).await.unwrap();
            people.bulk_write(birthdays()).await.unwrap();
        })
    });
    for task in together.collect::<Vec<_>>() {
        task.await.unwrap();
    }
    assert_eq!(ages(&people).await[..3], [25 + 40, 15 + 40, 15 + 40]);

    let sent = commands.take_whole();
    let mut last = BTreeMap::new();
    let mut count = 0;
    for (name, number) in numbered(&sent) {
        let Some((session, number)) = number else { continue };
        let before = last.insert(session, number);
        // A transaction has one number for all its commands.
        assert!(
            before.is_none_or(|before| before < number) || name == "commitTransaction",
            "{name} {number}"
        );
        count += 1;
    }
    assert_eq!(count, 5 * 6 + 20 * 3);
}

/// No server listens on the discard port. Nothing is sent, and the client waits for a server only once.
#[tokio::test]
async fn a_bulk_write_without_a_server_is_not_sent() {
    let nobody = "mongodb://127.0.0.1:9/shop?serverSelectionTimeoutMS=300";
    let people = Database::connect(nobody).await.unwrap().collection::<Person>();
    let error = people.bulk_write(birthdays()).await.unwrap_err();
    assert!(error.is_unavailable() && error.is_retryable() && !error.is_outcome_unknown(), "{error:?}");
    assert_eq!(outcomes(&error), "---");
}
