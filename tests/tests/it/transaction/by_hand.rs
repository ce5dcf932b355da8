//! Transactions by hand: the rules of the drivers' specification, "Driver Transactions".

use std::time::Duration;

use odm::{
    Collection, Database, Filter, Model, Update,
    bson::{Document, doc},
    mongodb::options::{ClientOptions, ReadConcern, WriteConcern},
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
};
use odm_test::Server;

use super::{count, names};
use crate::failing::{fail, own};

/// Returns a database whose client has this name, on a server with fail points.
async fn failing() -> (Server, Database, Collection<Person>, Commands) {
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some("by_hand".to_owned());
    let (db, commands) = Commands::record_with(options, "by_hand");
    let people = db.collection::<Person>();
    people.insert_one(&person("kim", 50)).await.unwrap();
    commands.take();
    (server, db, people, commands)
}

#[odm_test::test]
async fn the_states_of_a_transaction(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let mut session = db.session().await.unwrap();

    // Without a start, and twice.
    for error in
        [session.commit_transaction().await.unwrap_err(), session.abort_transaction().await.unwrap_err()]
    {
        assert!(error.is_not_sent(), "{error}");
    }
    session.start_transaction().await.unwrap();
    let error = session.start_transaction().await.unwrap_err();
    assert!(error.is_not_sent(), "{error}");

    // Nothing is sent for an empty transaction. It can be committed again, but not aborted.
    session.commit_transaction().await.unwrap();
    session.commit_transaction().await.unwrap();
    assert!(session.abort_transaction().await.unwrap_err().is_not_sent());
    session.start_transaction().await.unwrap();
    session.abort_transaction().await.unwrap();
    assert!(session.abort_transaction().await.unwrap_err().is_not_sent());
    assert!(session.commit_transaction().await.unwrap_err().is_not_sent());
    commands.assert([]);

    // A commit is sent again, with the majority. The next action belongs to no transaction.
    session.start_transaction().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    session.commit_transaction().await.unwrap();
    people.insert_one(&person("bob", 20)).session(&mut session).await.unwrap();
    let sent = commands.take_whole();
    let first = |command: &Document| command.keys().next().unwrap().clone();
    let kinds: Vec<_> = sent.iter().map(first).collect();
    assert_eq!(kinds, ["insert", "commitTransaction", "commitTransaction", "insert"]);
    assert_eq!(sent[2].get_document("writeConcern").unwrap().get_str("w").unwrap(), "majority");
    assert!(!sent[3].contains_key("autocommit"));

    // An aborted transaction leaves nothing, and the session can start another one.
    session.start_transaction().await.unwrap();
    people.insert_one(&person("cleo", 30)).session(&mut session).await.unwrap();
    session.abort_transaction().await.unwrap();
    session.start_transaction().await.unwrap();
    people.insert_one(&person("dora", 30)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    let sent = commands.take_whole();
    let numbers: Vec<_> = sent.iter().map(|command| command.get_i64("txnNumber").unwrap()).collect();
    assert_eq!(numbers, [numbers[0], numbers[0], numbers[0] + 1, numbers[0] + 1]);
    assert_eq!(count(&people).await, 3);
}

/// An action that is refused by this crate starts nothing: the next one does.
#[odm_test::test]
async fn an_unsent_action_does_not_start_the_transaction(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let mut session = db.session().await.unwrap();
    session.start_transaction().read_concern(ReadConcern::majority()).await.unwrap();
    let empty = people.update_one(Filter::all(), Update::raw(doc! {})).session(&mut session).await;
    assert!(empty.unwrap_err().is_not_sent());
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    let empty = people.update_one(Filter::all(), Update::raw(doc! {})).session(&mut session).await;
    assert!(empty.unwrap_err().is_not_sent());
    people.insert_one(&person("bob", 36)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    let sent = commands.take_whole();
    let [first, second, _] = &sent[..] else { panic!("{sent:?}") };
    assert!(first.get_bool("startTransaction").unwrap());
    // Only the first command has the read concern.
    assert_eq!(first.get_document("readConcern").unwrap().get_str("level").unwrap(), "majority");
    assert!(!second.contains_key("startTransaction") && !second.contains_key("readConcern"));
}

/// Reads and writes in a transaction are not retried, and the error has the label.
#[odm_test::test]
async fn an_action_in_a_transaction_is_sent_once(_db: Database) {
    let (server, db, people, commands) = failing().await;
    let p = Person::fields();
    for command in ["find", "insert", "update", "delete", "findAndModify", "aggregate", "distinct"] {
        fail(&server, "by_hand", doc! { "times": 1 }, &[command], doc! { "closeConnection": true }).await;
        let mut session = db.session().await.unwrap();
        session.start_transaction().await.unwrap();
        let session = &mut session;
        let error = match command {
            "find" => people.find_one(Filter::all()).session(session).await.err(),
            "insert" => people.insert_one(&person("ada", 36)).session(session).await.err(),
            "update" => people.update_one(Filter::all(), p.age().inc(1)).session(session).await.err(),
            "delete" => people.delete_one(Filter::all()).session(session).await.err(),
            "findAndModify" => people.find_one_and_delete(Filter::all()).session(session).await.err(),
            "aggregate" => people.count(Filter::all()).session(session).await.err(),
            _ => people.distinct(p.age(), Filter::all()).session(session).await.err(),
        };
        let error = error.unwrap();
        assert!(error.has_label("TransientTransactionError") && error.is_retryable(), "{command}: {error}");
        assert!(!error.is_outcome_unknown() && !error.has_label("UnknownTransactionCommitResult"));
        session.abort_transaction().await.unwrap();
        assert_eq!(names(&commands), [command, "abortTransaction"], "{command}");
    }
}

/// An abort is retried once, and its errors are not reported: the server aborts the transaction when its time has
/// passed.
#[odm_test::test]
async fn the_error_of_an_abort_is_ignored(_db: Database) {
    let (server, db, people, commands) = failing().await;
    let cases = [
        (1, doc! { "closeConnection": true }, 2),
        (2, doc! { "closeConnection": true }, 2),
        (1, doc! { "errorCode": 11600, "errorLabels": ["RetryableWriteError"] }, 2),
        (1, doc! { "errorCode": 8000 }, 1),
        (
            1,
            doc! { "writeConcernError": { "code": 91, "codeName": "ShutdownInProgress", "errmsg": "late" }, "errorLabels": ["RetryableWriteError"] },
            2,
        ),
    ];
    for (times, data, sent) in cases {
        let mut session = db.session().await.unwrap();
        session.start_transaction().write_concern(WriteConcern::majority()).await.unwrap();
        people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
        fail(&server, "by_hand", doc! { "times": times }, &["abortTransaction"], data.clone()).await;
        session.abort_transaction().await.unwrap();
        let aborts = commands.take_whole();
        let aborts: Vec<_> =
            aborts.iter().filter(|command| command.contains_key("abortTransaction")).collect();
        assert_eq!(aborts.len(), sent, "{data}");
        // The write concern of an abort is not changed when it is sent again.
        assert!(
            aborts.iter().all(|abort| abort.get("writeConcern") == aborts[0].get("writeConcern")),
            "{data}"
        );
        // The session is not in a transaction.
        assert!(session.abort_transaction().await.unwrap_err().is_not_sent());
    }
    assert_eq!(count(&people).await, 1);
}

/// The labels of a commit: an unknown outcome after a broken connection, and none after an error of the data.
#[odm_test::test]
async fn the_labels_of_a_commit(_db: Database) {
    let (server, db, people, _commands) = failing().await;
    let commit = async |times: i32, data: Document| {
        let mut session = db.session().await.unwrap();
        session.start_transaction().await.unwrap();
        people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
        fail(&server, "by_hand", doc! { "times": times }, &["commitTransaction"], data).await;
        let outcome = session.commit_transaction().await;
        // The commit can always be made again, after an error whose outcome is unknown.
        if let Err(error) = &outcome
            && error.is_outcome_unknown()
        {
            session.commit_transaction().await.unwrap();
        }
        outcome
    };
    commit(1, doc! { "closeConnection": true }).await.unwrap();
    let error = commit(2, doc! { "closeConnection": true }).await.unwrap_err();
    assert!(error.has_label("UnknownTransactionCommitResult") && error.is_outcome_unknown(), "{error}");
    assert!(!error.has_label("TransientTransactionError") && !error.is_retryable());
    let late = doc! { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late", "errInfo": { "wtimeout": true } };
    let error = commit(1, doc! { "writeConcernError": late }).await.unwrap_err();
    assert!(error.has_label("UnknownTransactionCommitResult") && error.is_outcome_unknown(), "{error}");
    let error = commit(1, doc! { "errorCode": 51 }).await.unwrap_err();
    assert!(!error.has_label("UnknownTransactionCommitResult") && !error.is_outcome_unknown(), "{error}");
}

/// Two transactions that write the same document conflict, and the later one can be run again.
#[odm_test::test]
async fn a_write_conflict_is_transient(db: Database) {
    let people = people(&db).await;
    let kim = person("kim", 50);
    people.insert_one(&kim).await.unwrap();
    let p = Person::fields();
    let (mut one, mut two) = (db.session().await.unwrap(), db.session().await.unwrap());
    one.start_transaction().await.unwrap();
    two.start_transaction().await.unwrap();
    people.update_one(p.id().eq(kim.id), p.age().inc(1)).session(&mut one).await.unwrap();
    let update = people.update_one(p.id().eq(kim.id), p.age().inc(1)).session(&mut two);
    let error = tokio::time::timeout(Duration::from_secs(60), std::future::IntoFuture::into_future(update));
    let error = error.await.unwrap().unwrap_err();
    assert!(error.has_label("TransientTransactionError") && error.is_retryable(), "{error}");
    assert_eq!(error.code(), Some(112));
    two.abort_transaction().await.unwrap();
    one.commit_transaction().await.unwrap();
    assert_eq!(people.get(kim.id).await.unwrap().unwrap().age, 51);
}
