//! Compares the error of a write with the collection after it, for every method that writes, and for lost, late,
//! broken and error replies.

mod proxy;

use std::time::Duration;

use futures_util::future::{BoxFuture, FutureExt, join_all};
use odm::{
    Collection, Database, Error, ErrorKind, Filter, Id, Model, Result, Write,
    bson::{Document, doc, oid::ObjectId},
    mongodb::{Client, error::RETRYABLE_WRITE_ERROR, options::ClientOptions},
};
use odm_integration::people::{Person, person};
use odm_test::Server;

use self::proxy::{Proxy, Spoil};
use super::failing::own;

type Call = fn(Collection<Person>) -> BoxFuture<'static, Result<()>>;

type Verb = (&'static str, &'static str, Call);

/// The number of servers on which the methods are tested at once, because the driver waits most of the time.
const SERVERS: usize = 3;

/// Every method that writes, and the command that it sends.
const VERBS: [Verb; 19] = [
    ("insert_one", "insert", |people| {
        async move { people.insert_one(&person("kim", 0)).await.map(drop) }.boxed()
    }),
    ("insert_many", "insert", |people| {
        async move { people.insert_many([&person("kim", 0), &person("lea", 0)]).await.map(drop) }.boxed()
    }),
    ("update_one", "update", |people| {
        let p = Person::fields();
        async move { people.update_one(p.name().eq("ada"), p.age().inc(1)).await.map(drop) }.boxed()
    }),
    ("update_one upsert", "update", |people| {
        let p = Person::fields();
        async move {
            people.update_one(p.name().eq("kim"), p.age().inc(1)).or_insert(&person("kim", 0)).await.map(drop)
        }
        .boxed()
    }),
    ("update_many", "update", |people| {
        let p = Person::fields();
        async move { people.update_many(Filter::all(), p.age().inc(1)).await.map(drop) }.boxed()
    }),
    ("replace_one", "update", |people| {
        let p = Person::fields();
        async move { people.replace_one(p.name().eq("ada"), &ada(9)).await.map(drop) }.boxed()
    }),
    ("save", "update", |people| async move { people.save(&person("kim", 0)).await.map(drop) }.boxed()),
    ("save_changes", "update", |people| {
        async move { people.save_changes(&ada(0), &ada(9)).await.map(drop) }.boxed()
    }),
    ("delete_one", "delete", |people| {
        let p = Person::fields();
        async move { people.delete_one(p.age().eq(0)).await.map(drop) }.boxed()
    }),
    ("delete_many", "delete", |people| {
        async move { people.delete_many(Filter::all()).await.map(drop) }.boxed()
    }),
    ("find_one_and_update", "findAndModify", |people| {
        let p = Person::fields();
        async move { people.find_one_and_update(p.name().eq("ada"), p.age().inc(1)).await.map(drop) }.boxed()
    }),
    ("find_one_and_replace", "findAndModify", |people| {
        let p = Person::fields();
        async move { people.find_one_and_replace(p.name().eq("ada"), &ada(9)).await.map(drop) }.boxed()
    }),
    ("find_one_and_delete", "findAndModify", |people| {
        let p = Person::fields();
        async move { people.find_one_and_delete(p.age().eq(0)).await.map(drop) }.boxed()
    }),
    ("bulk of inserts", "insert", |people| {
        async move { people.bulk_write([Write::insert_one(&person("kim", 0))]).await.map(drop) }.boxed()
    }),
    ("bulk of updates", "update", |people| {
        let p = Person::fields();
        let birthday = move |name| Write::update_one(p.name().eq(name), p.age().inc(1));
        async move { people.bulk_write(["ada", "bob"].map(birthday)).await.map(drop) }.boxed()
    }),
    ("bulk of deletes", "delete", |people| {
        let p = Person::fields();
        async move { people.bulk_write([Write::delete_one(p.age().eq(0))]).await.map(drop) }.boxed()
    }),
    ("bulk with update_many", "update", |people| {
        let p = Person::fields();
        async move { people.bulk_write([Write::update_many(Filter::all(), p.age().inc(1))]).await.map(drop) }
            .boxed()
    }),
    ("bulk with delete_many", "delete", |people| {
        async move { people.bulk_write([Write::delete_many(Filter::all())]).await.map(drop) }.boxed()
    }),
    ("aggregate", "aggregate", |people| {
        let plus = doc! { "$set": { "age": { "$add": ["$age", 1] } } };
        let merge = doc! { "$merge": { "into": "people" } };
        async move { people.aggregate().stage(plus).stage(merge).await.map(drop) }.boxed()
    }),
];

/// Ada, who is already stored.
fn ada(age: u32) -> Person {
    Person { id: Id::from(id_of(0)), ..person("ada", age) }
}

fn id_of(number: u8) -> ObjectId {
    ObjectId::from_bytes([number; 12])
}

/// A server with fail points, and a client of it.
struct Bench {
    /// Another client.
    admin: Client,
    people: Collection<Person>,
    app: &'static str,
}

impl Bench {
    /// Connects a client with this name, through this proxy if there is one.
    async fn new(app: &'static str, retry: bool, proxy: Option<&Proxy>, server: &Server) -> Self {
        let mut options = match proxy {
            Some(proxy) => {
                ClientOptions::parse(format!("mongodb://{}/?directConnection=true", proxy.address()))
            }
            None => ClientOptions::parse(server.uri()),
        }
        .await
        .unwrap();
        options.app_name = Some(app.to_owned());
        options.retry_writes = Some(retry);
        // After an election or a shutdown, the driver waits for the next heartbeat.
        options.heartbeat_freq = Some(Duration::from_millis(500));
        let people = Database::connect_with(options, app).unwrap().collection::<Person>();
        Self { admin: server.client().await.unwrap(), people, app }
    }

    async fn admin(&self, command: Document) {
        self.admin.database("admin").run_command(command).await.unwrap();
    }

    /// Sets what the server does with the command from now on.
    async fn fail(&self, mode: Document, command: &str, mut data: Document) {
        data.extend(doc! { "failCommands": [command], "appName": self.app });
        self.admin(doc! { "configureFailPoint": "failCommand", "mode": mode, "data": data }).await;
    }

    /// Makes the server apply the next write that has a transaction number, and then close the connection.
    async fn lose_the_first_answer(&self) {
        let data = doc! { "closeConnection": true };
        self.admin(doc! { "configureFailPoint": "onPrimaryTransactionalWrite", "mode": { "times": 1 }, "data": data })
            .await;
    }

    async fn calm(&self) {
        for point in ["failCommand", "onPrimaryTransactionalWrite"] {
            self.admin(doc! { "configureFailPoint": point, "mode": "off" }).await;
        }
    }

    /// Stores Ada, Bob and Eve through another client.
    async fn reset(&self) {
        let people = self.admin.database(self.app).collection::<Document>("people");
        people.delete_many(doc! {}).await.unwrap();
        let document = |(id, name)| doc! { "_id": id_of(id), "name": name, "email": name, "age": 0_i64 };
        people.insert_many([(0, "ada"), (1, "bob"), (2, "eve")].map(document)).await.unwrap();
    }

    async fn names_and_ages(&self) -> Vec<(String, i64)> {
        let people = self.admin.database(self.app).collection::<Document>("people");
        let mut cursor = people.find(doc! {}).sort(doc! { "name": 1 }).await.unwrap();
        let mut all = Vec::new();
        while cursor.advance().await.unwrap() {
            let one = cursor.deserialize_current().unwrap();
            let age = one.get("age").and_then(|age| age.as_i64().or(age.as_i32().map(i64::from))).unwrap();
            all.push((one.get_str("name").unwrap().to_owned(), age));
        }
        all
    }

    /// Returns whether the collection differs from the one that [`reset`](Self::reset) stored.
    async fn is_changed(&self) -> bool {
        let all = self.names_and_ages().await;
        !all.iter().map(|(name, age)| (name.as_str(), *age)).eq([("ada", 0), ("bob", 0), ("eve", 0)])
    }

    /// Makes the call, after the caller has arranged the failure. Compares the error with the collection and with the
    /// expected outcome of the method: `ok`, or the kind of the cause and the letters of the predicates.
    async fn try_it(&self, failure: &str, verb: Verb, expected: Option<&[&str; 3]>) {
        let (name, _, call) = verb;
        let result = call(self.people.clone()).await;
        let changed = self.is_changed().await;
        let outcome = match &result {
            Ok(()) => {
                assert!(changed, "{failure}: {name} succeeds, and nothing is changed");
                "ok".to_owned()
            }
            Err(error) => {
                check(failure, name, error, changed);
                outcome(error)
            }
        };
        if let Some(expected) = expected {
            let expected = match (name, expected[column(name)]) {
                // A pipeline that writes may fail after it has written some documents.
                ("aggregate", "Server ") => "Server U",
                (_, expected) => expected,
            };
            assert_eq!(outcome, expected, "{failure}: {name}: {result:?}");
        }
    }
}

/// Returns the column with the expectation of a method: writes of one document, batches that the server recognizes by
/// a transaction number, or writes that it cannot recognize.
fn column(verb: &str) -> usize {
    match verb {
        "insert_many" | "bulk of inserts" | "bulk of updates" | "bulk of deletes" => 1,
        "update_many" | "delete_many" | "bulk with update_many" | "bulk with delete_many" | "aggregate" => 2,
        _ => 0,
    }
}

/// Returns the kind of the cause, then the predicates that hold (`U` the outcome is unknown, `A` applied, `R`
/// retryable, `N` not sent), then the label `RetryableWriteError`.
fn outcome(error: &Error) -> String {
    let report = error.bulk_write_error();
    let cause = report.and_then(|report| report.interruption().or(report.write_concern_errors().first()));
    let mut text = cause.unwrap_or(error).kind().name().to_owned();
    text.push(' ');
    for (holds, letter) in [
        (error.is_outcome_unknown(), 'U'),
        (error.is_applied(), 'A'),
        (error.is_retryable(), 'R'),
        (error.is_not_sent(), 'N'),
    ] {
        if holds {
            text.push(letter);
        }
    }
    if error.has_label(RETRYABLE_WRITE_ERROR) {
        text.push_str(" label");
    }
    text
}

/// Asserts what must hold for every error of a write.
#[track_caller]
fn check(failure: &str, verb: &str, error: &Error, changed: bool) {
    let context = format!("{failure}: {verb}: {error}, changed: {changed}");
    let (unknown, applied) = (error.is_outcome_unknown(), error.is_applied());
    assert!(!changed || unknown || applied, "{context}");
    assert!(!applied || changed, "{context}");
    assert!(!error.is_not_sent() || (!changed && !unknown && !error.is_retryable()), "{context}");
    assert!(!error.is_retryable() || (!changed && !unknown && !applied), "{context}");
    let text = error.to_string();
    assert_eq!(text.contains("a write may have been applied"), unknown && !applied, "{context}");
    assert_eq!(text.contains("nothing was sent"), error.is_not_sent(), "{context}");
    assert!(!text.contains("try again") || error.is_retryable(), "{context}");
    assert_eq!(text.contains("the write was applied"), applied, "{context}");
}

/// Errors after which the driver continues at once.
const REFUSALS: [i32; 6] = [2, 6, 13, 50, 112, 9001];
/// Elections and shutdowns, after which the driver waits for the server's next heartbeat. Each method is tested with
/// one of them.
const ELECTIONS: [i32; 5] = [10107, 91, 189, 11600, 11602];

#[odm_test::test]
async fn an_error_reports_the_outcome_of_a_retryable_write(_db: Database) {
    let verbs: Vec<_> = VERBS.into_iter().enumerate().collect();
    join_all(verbs.chunks(VERBS.len().div_ceil(SERVERS)).map(report_the_outcome_of_retryable_writes)).await;
}

async fn report_the_outcome_of_retryable_writes(verbs: &[(usize, Verb)]) {
    let server = own().await;
    let bench = Bench::new("outcome", true, None, &server).await;
    for &(number, verb) in verbs {
        let command = verb.1;
        for code in REFUSALS.into_iter().chain([ELECTIONS[number % ELECTIONS.len()]]) {
            let refuse = doc! { "errorCode": code };
            bench.reset().await;
            bench.lose_the_first_answer().await;
            bench.fail(doc! { "skip": 1 }, command, refuse.clone()).await;
            bench.try_it(&format!("the first answer is lost, the second is {code}"), verb, None).await;
            bench.calm().await;

            let refused = match code {
                2 => Some(["Server ", "Server ", "Server "]),
                13 => Some(["Unauthorized ", "Unauthorized ", "Unauthorized "]),
                50 => Some(["Timeout U", "Timeout U", "Timeout U"]),
                _ => None,
            };
            for times in [1, 2] {
                bench.reset().await;
                bench.fail(doc! { "times": times }, command, refuse.clone()).await;
                bench.try_it(&format!("{times} answers are {code}"), verb, refused.as_ref()).await;
                bench.calm().await;
            }
        }
        for (times, expected) in [
            (1, ["ok", "ok", "ConnectionLost U"]),
            (2, ["ConnectionLost U label", "ConnectionLost U label", "ConnectionLost U"]),
        ] {
            bench.reset().await;
            bench.fail(doc! { "times": times }, command, doc! { "closeConnection": true }).await;
            bench.try_it(&format!("the connection breaks {times} times"), verb, Some(&expected)).await;
            bench.calm().await;
        }
        bench.reset().await;
        bench.lose_the_first_answer().await;
        bench.fail(doc! { "skip": 1 }, command, doc! { "closeConnection": true }).await;
        let expected = ["ConnectionLost U label", "ConnectionLost U label", "ok"];
        bench.try_it("the first answer is lost, then the connection breaks", verb, Some(&expected)).await;
        bench.calm().await;

        let late = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late" };
        bench.reset().await;
        bench.fail(doc! { "times": 1 }, command, doc! { "writeConcernError": late }).await;
        bench.try_it("the write concern is not satisfied", verb, None).await;
        bench.calm().await;
    }
}

#[odm_test::test]
async fn an_error_reports_the_outcome_of_a_write_that_is_sent_once(_db: Database) {
    let server = own().await;
    let bench = Bench::new("outcome-once", false, None, &server).await;
    for verb in VERBS {
        for (code, expected) in [
            (2, ["Server ", "Server ", "Server "]),
            (6, ["Transient U", "Transient U", "Transient U"]),
            (13, ["Unauthorized ", "Unauthorized ", "Unauthorized "]),
            (50, ["Timeout U", "Timeout U", "Timeout U"]),
            (112, ["Transient R", "Transient U", "Transient U"]),
            (9001, ["Transient U", "Transient U", "Transient U"]),
        ] {
            bench.reset().await;
            bench.fail(doc! { "times": 1 }, verb.1, doc! { "errorCode": code }).await;
            bench.try_it(&format!("the answer is {code}"), verb, Some(&expected)).await;
            bench.calm().await;
        }
        bench.reset().await;
        bench.fail(doc! { "times": 1 }, verb.1, doc! { "closeConnection": true }).await;
        bench.try_it("the connection breaks", verb, Some(&["ConnectionLost U"; 3])).await;
        bench.calm().await;
    }
}

#[odm_test::test]
async fn the_outcome_is_unknown_after_a_broken_reply(_db: Database) {
    join_all(VERBS.chunks(VERBS.len().div_ceil(SERVERS)).map(break_the_replies)).await;
}

async fn break_the_replies(verbs: &[Verb]) {
    let server = own().await;
    let address = ClientOptions::parse(server.uri()).await.unwrap().hosts[0].to_string();
    let proxy = Proxy::to(&address);
    let bench = Bench::new("broken", true, Some(&proxy), &server).await;
    for &verb in verbs {
        for spoil in [
            Spoil::Length(0),
            Spoil::Length(-1),
            Spoil::Length(i32::MIN),
            Spoil::Length(20),
            Spoil::Length(i32::MAX),
            Spoil::OpCode,
            Spoil::Body,
            Spoil::Text,
            Spoil::Instead(doc! {}),
            Spoil::Instead(doc! { "ok": "yes" }),
            Spoil::Instead(doc! { "ok": 1 }),
        ] {
            bench.reset().await;
            proxy.spoil(&[verb.1], [spoil.clone()]);
            bench.try_it(&format!("{spoil:?}"), verb, Some(&["Driver U"; 3])).await;
            assert_eq!(proxy.left(), 0);
        }
        for spoil in [Spoil::Cut, Spoil::Lost] {
            for (times, expected) in [
                (1, ["ok", "ok", "ConnectionLost U"]),
                (2, ["ConnectionLost U label", "ConnectionLost U label", "ConnectionLost U"]),
            ] {
                bench.reset().await;
                proxy.spoil(&[verb.1], vec![spoil.clone(); times]);
                bench.try_it(&format!("{times} of {spoil:?}"), verb, Some(&expected)).await;
                // Only a command that the server recognizes is sent again.
                assert_eq!(proxy.left(), if column(verb.0) == 2 { times - 1 } else { 0 });
                proxy.spoil(&[], []);
            }
        }
    }
}

/// A command that is not sent, whatever error the driver returns: a name that BSON cannot contain, or a message that
/// is too long.
#[odm_test::test]
async fn commands_that_cannot_be_encoded_are_not_sent(_db: Database) {
    let server = own().await;
    let bench = Bench::new("unsent", true, None, &server).await;
    bench.reset().await;
    let (people, p) = (&bench.people, Person::fields());
    let name = || doc! { "a": { "b\0c": 1 } };
    for error in [
        people.update_one(name(), p.age().inc(1)).await.unwrap_err(),
        people.update_many(p.age().eq(0), doc! { "$set": name() }).await.unwrap_err(),
        people.delete_one(name()).await.unwrap_err(),
        people.find_one_and_update(name(), p.age().inc(1)).await.unwrap_err(),
        people.insert_one(&person("kim", 0)).comment(name()).await.unwrap_err(),
        people.insert_many([&person("kim", 0)]).comment(name()).await.unwrap_err(),
        people.update_one(p.name().eq("x".repeat(50_000_000)), p.age().inc(1)).await.unwrap_err(),
    ] {
        check("not sent", "", &error, bench.is_changed().await);
        assert!(error.is_not_sent(), "{error:?}");
    }
}

/// A filter may be larger than a command. The error is then not about a document.
#[odm_test::test]
async fn the_error_of_a_too_large_command_does_not_mention_a_document(_db: Database) {
    let server = own().await;
    let bench = Bench::new("large", true, None, &server).await;
    bench.reset().await;
    let (people, p) = (&bench.people, Person::fields());
    let ages: Vec<u32> = (0..1_400_000).collect();
    for error in [
        people.find_one(p.age().in_(ages.clone())).await.unwrap_err(),
        people.update_many(p.age().in_(ages.clone()), p.age().inc(1)).await.unwrap_err(),
        people.delete_one(p.age().in_(ages.clone())).await.unwrap_err(),
        people.find_one_and_delete(p.age().in_(ages)).await.unwrap_err(),
    ] {
        check("too large", "", &error, bench.is_changed().await);
        assert!(matches!(error.kind(), ErrorKind::TooLarge(_)) && !error.is_retryable(), "{error:?}");
        assert!(!error.is_outcome_unknown(), "{error:?}");
        assert!(
            error.to_string().contains("the command is larger than the 16 MiB that the server takes"),
            "{error}"
        );
    }
}

/// An update of many documents that fails at one of them has changed those before it.
#[odm_test::test]
async fn a_failed_update_many_may_have_changed_some_documents(_db: Database) {
    let server = own().await;
    let bench = Bench::new("part", true, None, &server).await;
    bench.reset().await;
    let (people, p) = (&bench.people, Person::fields());
    people.update_one(p.name().eq("eve"), doc! { "$set": { "age": "none" } }).await.unwrap();
    let error = people.update_many(Filter::all(), p.age().inc(1)).await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_retryable() && !error.is_applied(), "{error:?}");
    let stored = bench.admin.database(bench.app).collection::<Document>("people");
    assert_eq!(stored.count_documents(doc! { "age": 1 }).await.unwrap(), 2);
    let error = people.bulk_write([Write::update_many(Filter::all(), p.age().inc(1))]).await.unwrap_err();
    assert!(error.is_outcome_unknown() && !error.is_retryable() && !error.is_applied(), "{error:?}");
    assert_eq!(stored.count_documents(doc! { "age": 2 }).await.unwrap(), 2);
    let error = people.update_one(p.name().eq("eve"), p.age().inc(1)).await.unwrap_err();
    assert!(!error.is_outcome_unknown() && !error.is_retryable(), "{error:?}");
    // The update was not started.
    let error = people.update_many(Filter::all(), doc! { "$foo": { "name": 1 } }).await.unwrap_err();
    assert!(!error.is_outcome_unknown(), "{error:?}");
}
