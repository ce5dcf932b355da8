//! What is repeated: the cases of the drivers' specification, "Convenient API for Transactions".

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use odm::{
    Collection, Database, Error,
    bson::{Bson, Document, doc},
    mongodb::options::{Acknowledgment, ClientOptions, WriteConcern},
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

use super::{count, names};
use crate::failing::{fail, own};

/// A server with fail points, and the commands that its client sends.
struct Failing {
    server: Server,
    db: Database,
    people: Collection<Person>,
    commands: Commands,
    runs: AtomicU32,
}

impl Failing {
    async fn start() -> Self {
        let server = own().await;
        let mut options = ClientOptions::parse(server.uri()).await.unwrap();
        options.app_name = Some("retry".to_owned());
        let (db, commands) = Commands::record_with(options, "retry");
        let people = db.collection::<Person>();
        people.insert_one(&person("kim", 50)).await.unwrap();
        commands.take();
        Self { server, db, people, commands, runs: AtomicU32::new(0) }
    }

    async fn fail(&self, times: i32, command: &str, data: Document) {
        fail(&self.server, "retry", doc! { "times": times }, &[command], data).await;
    }

    /// Runs a transaction that inserts a person.
    async fn insert(&self, retry_for: Duration) -> odm::Result<()> {
        self.db
            .transaction(async |mut tx| {
                self.runs.fetch_add(1, Ordering::Relaxed);
                self.people.insert_one(&person("ada", 36)).session(&mut tx).await?;
                Ok(())
            })
            .retry_for(retry_for)
            .await
    }

    /// Returns how often the body ran, the commands, and how many people were inserted, and forgets them.
    async fn taken(&self) -> (u32, Vec<String>, u64) {
        let sent = names(&self.commands);
        let inserted = count(&self.people).await - 1;
        let p = <Person as odm::Model>::fields();
        self.people.delete_many(p.name().eq("ada")).await.unwrap();
        self.commands.take();
        (self.runs.swap(0, Ordering::Relaxed), sent, inserted)
    }
}

const LONG: Duration = Duration::from_secs(60);
const TRANSIENT: &str = "TransientTransactionError";
const UNKNOWN: &str = "UnknownTransactionCommitResult";

fn labelled(code: i32, label: &str) -> Document {
    doc! { "errorCode": code, "errorLabels": [label] }
}

/// Asserts how often the body ran, the commands, and how many documents the transaction inserted.
#[track_caller]
fn assert_taken(taken: &(u32, Vec<String>, u64), runs: u32, sent: &str, inserted: u64) {
    assert_eq!((taken.0, taken.1.join(" ").as_str(), taken.2), (runs, sent, inserted));
}

#[odm_test::test]
async fn the_body_runs_again_after_a_transient_error(_db: Database) {
    let on = Failing::start().await;

    // A broken connection, which the driver labels.
    on.fail(2, "insert", doc! { "closeConnection": true }).await;
    on.insert(LONG).await.unwrap();
    assert_taken(
        &on.taken().await,
        3,
        "insert abortTransaction insert abortTransaction insert commitTransaction",
        1,
    );

    // The commit fails, and the server has no such transaction.
    on.fail(2, "commitTransaction", labelled(251, TRANSIENT)).await;
    on.insert(LONG).await.unwrap();
    assert_taken(
        &on.taken().await,
        3,
        "insert commitTransaction insert commitTransaction insert commitTransaction",
        1,
    );

    // An error without the label is returned.
    on.fail(1, "insert", doc! { "errorCode": 51 }).await;
    let error = on.insert(LONG).await.unwrap_err();
    assert_eq!(error.code(), Some(51));
    assert_taken(&on.taken().await, 1, "insert abortTransaction", 0);

    // A transaction is repeated in the same session, with another number.
    on.fail(1, "insert", labelled(112, TRANSIENT)).await;
    on.insert(LONG).await.unwrap();
    let sent = on.commands.take_whole();
    let numbers: Vec<_> = sent.iter().map(|command| command.get_i64("txnNumber").unwrap()).collect();
    assert_eq!(numbers, [numbers[0], numbers[0], numbers[0] + 1, numbers[0] + 1]);
    assert!(sent.iter().all(|command| command.get("lsid") == sent[0].get("lsid")));
}

#[odm_test::test]
async fn the_commit_is_repeated_after_an_unknown_outcome(_db: Database) {
    let on = Failing::start().await;

    // Two broken connections: the driver repeats a commit once.
    on.fail(2, "commitTransaction", doc! { "closeConnection": true }).await;
    on.insert(LONG).await.unwrap();
    let sent = on.commands.take_whole();
    let commits: Vec<_> = sent.iter().filter(|command| command.contains_key("commitTransaction")).collect();
    let majority = Bson::Document(doc! { "w": "majority", "wtimeout": 10_000 });
    let concerns: Vec<_> = commits.iter().map(|command| command.get("writeConcern")).collect();
    assert_eq!(concerns, [None, Some(&majority), Some(&majority)]);
    assert_taken(&on.taken().await, 1, "", 1);

    // Errors that the driver does not repeat, with the label.
    for code in [10107, 89, 11600, 64] {
        on.fail(2, "commitTransaction", labelled(code, UNKNOWN)).await;
        on.insert(LONG).await.unwrap();
        let taken = on.taken().await;
        assert!(
            taken.1.len() >= 3 && taken.1[1..].iter().all(|name| name == "commitTransaction"),
            "{taken:?}"
        );
        assert_eq!((taken.0, taken.2), (1, 1));
    }

    // The write concern was not satisfied in time.
    let late = doc! { "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late", "errInfo": { "wtimeout": true } } };
    on.fail(2, "commitTransaction", late).await;
    on.insert(LONG).await.unwrap();
    assert_taken(&on.taken().await, 1, "insert commitTransaction commitTransaction commitTransaction", 1);
}

#[odm_test::test]
async fn some_commits_are_not_repeated(_db: Database) {
    let on = Failing::start().await;

    // The server's time limit has passed: as an error, and as an error of the write concern.
    let expired = doc! { "code": 50, "codeName": "MaxTimeMSExpired", "errmsg": "late" };
    for data in [labelled(50, UNKNOWN), doc! { "writeConcernError": expired }] {
        on.fail(1, "commitTransaction", data).await;
        let error = on.insert(LONG).await.unwrap_err();
        assert!(error.is_outcome_unknown() && !error.is_retryable(), "{error}");
        assert_eq!(error.code(), Some(50));
        assert_eq!(on.taken().await.1, ["insert", "commitTransaction"]);
    }

    // No member has the write concern. The transaction is committed.
    for code in [79, 100] {
        let concern = doc! { "code": code, "codeName": "Unsatisfiable", "errmsg": "no such members" };
        on.fail(1, "commitTransaction", doc! { "writeConcernError": concern }).await;
        let error = on.insert(LONG).await.unwrap_err();
        assert!(error.is_applied() && error.write_concern_error().is_some(), "{error}");
        assert_taken(&on.taken().await, 1, "insert commitTransaction", 1);
    }

    // An error without a label.
    on.fail(1, "commitTransaction", doc! { "errorCode": 51 }).await;
    let error = on.insert(LONG).await.unwrap_err();
    assert_eq!((error.code(), error.is_outcome_unknown()), (Some(51), false), "{error}");
    assert_eq!(on.taken().await.1, ["insert", "commitTransaction"]);
}

/// The time is over at once, so that the test does not wait.
#[odm_test::test]
async fn nothing_is_repeated_when_the_time_is_over(_db: Database) {
    let on = Failing::start().await;

    on.fail(1, "insert", labelled(112, TRANSIENT)).await;
    let error = on.insert(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && error.has_label(TRANSIENT) && error.is_retryable());
    assert_eq!(
        error.to_string(),
        "insert_one on retry.people: the transaction could not be committed within 0ns; the last error was: a conflict \
         or an election interrupted the operation; run the transaction again (code 112, WriteConflict)",
    );
    assert_taken(&on.taken().await, 1, "insert abortTransaction", 0);

    on.fail(1, "commitTransaction", labelled(251, TRANSIENT)).await;
    let error = on.insert(Duration::ZERO).await.unwrap_err();
    assert!(error.is_timeout() && error.has_label(TRANSIENT) && !error.is_outcome_unknown(), "{error}");
    assert_taken(&on.taken().await, 1, "insert commitTransaction", 0);

    on.fail(2, "commitTransaction", doc! { "closeConnection": true }).await;
    let error = on.insert(Duration::ZERO).await.unwrap_err();
    assert!(
        error.is_timeout() && error.has_label(UNKNOWN) && error.is_outcome_unknown() && !error.is_retryable()
    );
    assert!(error.to_string().ends_with("; the transaction may have been committed"), "{error}");
    assert_eq!(on.taken().await.1, ["insert", "commitTransaction", "commitTransaction"]);
}

/// Thirty pauses that grow to half a second take a while, but a random one.
#[odm_test::test]
async fn many_attempts_succeed_in_the_end(_db: Database) {
    let on = Failing::start().await;
    on.fail(13, "commitTransaction", labelled(251, TRANSIENT)).await;
    on.insert(LONG).await.unwrap();
    let taken = on.taken().await;
    assert_eq!((taken.0, taken.2), (14, 1));
}

/// A type of the user, into which `?` converts.
#[derive(Debug)]
struct Mine(String);

impl From<Error> for Mine {
    fn from(error: Error) -> Self {
        Self(error.to_string())
    }
}

#[odm_test::test]
async fn errors_of_another_type_are_repeated_by_the_last_call(_db: Database) {
    let on = Failing::start().await;
    let insert = async |retry_for: Duration| {
        on.db
            .try_transaction(async |mut tx| {
                on.runs.fetch_add(1, Ordering::Relaxed);
                let inserted = on.people.insert_one(&person("ada", 36)).session(&mut tx).await;
                inserted.map_err(|error| Mine(format!("mine: {error}")))?;
                Ok::<_, Mine>(())
            })
            .retry_for(retry_for)
            .await
    };
    on.fail(2, "insert", labelled(112, TRANSIENT)).await;
    insert(LONG).await.unwrap();
    assert_eq!(on.taken().await.0, 3);

    on.fail(1, "insert", labelled(112, TRANSIENT)).await;
    let Mine(error) = insert(Duration::ZERO).await.unwrap_err();
    assert!(error.starts_with("mine: insert_one on retry.people: a conflict"), "{error}");
    assert_eq!(on.taken().await.0, 1);

    on.fail(1, "commitTransaction", labelled(251, TRANSIENT)).await;
    let Mine(error) = insert(Duration::ZERO).await.unwrap_err();
    assert!(error.starts_with("commit_transaction on retry: the transaction could not be"), "{error}");
}

/// A write concern of the transaction is replaced when the commit is repeated, except for its time.
#[odm_test::test]
async fn a_repeated_commit_waits_for_the_majority(_db: Database) {
    let on = Failing::start().await;
    on.fail(1, "commitTransaction", doc! { "closeConnection": true }).await;
    let concern =
        WriteConcern::builder().w(Acknowledgment::Nodes(1)).w_timeout(Duration::from_secs(3)).build();
    on.db
        .transaction(async |mut tx| on.people.insert_one(&person("ada", 36)).session(&mut tx).await)
        .write_concern(concern)
        .await
        .unwrap();
    let concerns: Vec<_> = on
        .commands
        .take_whole()
        .iter()
        .filter_map(|command| command.get_document("writeConcern").cloned().ok())
        .collect();
    assert_eq!(concerns, [doc! { "w": 1, "wtimeout": 3000 }, doc! { "w": "majority", "wtimeout": 3000 }]);
}
