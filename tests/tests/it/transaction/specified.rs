//! What a transaction sends for each kind of action: the cases of the drivers' specification, "Driver Transactions",
//! that the other files of this module do not have. The names of the tests are those of the specification's files.

use std::sync::Mutex;

use odm::{
    Collection, Database, Error, Filter, Model, Update, Write,
    bson::{Bson, Document, doc},
    error::WriteOutcome,
    mongodb::options::{ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, WriteConcern},
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
};
use odm_test::Server;

use super::{count, names};
use crate::failing::{fail, own};

const TRANSIENT: &str = "TransientTransactionError";
const UNKNOWN: &str = "UnknownTransactionCommitResult";

/// Returns the collection through a client that records its commands.
async fn recorded(db: &Database, server: &Server) -> (Database, Collection<Person>, Commands) {
    people(db).await;
    let (db, commands) = Commands::record(server.uri(), db).await;
    let people = db.collection::<Person>();
    (db, people, commands)
}

/// Returns the same on a server with fail points, where the client has this name.
async fn failing(name: &str) -> (Server, Database, Collection<Person>, Commands) {
    let server = own().await;
    let mut options = ClientOptions::parse(server.uri()).await.unwrap();
    options.app_name = Some(name.to_owned());
    let (db, commands) = Commands::record_with(options, name);
    let people = db.collection::<Person>();
    people.insert_one(&person("kim", 50)).await.unwrap();
    commands.take();
    (server, db, people, commands)
}

/// `bulk`, `count`, `delete`, `findOneAndDelete`, `findOneAndReplace`, `findOneAndUpdate`, `insert`, `reads`,
/// `run-command`, `update`, `write-concern`: every command of the transaction has its number, only the first one starts
/// it and has the read concern, and only the commit has the write concern.
#[odm_test::test]
async fn every_action_belongs_to_the_transaction(db: Database, server: Server) {
    let (db, people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    let [ada, bob, eve] = [("ada", 36), ("bob", 7), ("eve", 50)].map(|(name, age)| person(name, age));
    let mut session = db.session().await.unwrap();
    session
        .start_transaction()
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::majority())
        .await
        .unwrap();
    let tx = &mut session;
    people.insert_one(&ada).session(tx).await.unwrap();
    people.insert_many([&bob, &eve]).session(tx).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(tx).await.unwrap(), 3);
    assert!(people.exists(p.name().eq("bob")).session(tx).await.unwrap());
    assert_eq!(people.get(ada.id).session(tx).await.unwrap().unwrap().age, 36);
    assert_eq!(people.distinct(p.name(), Filter::all()).session(tx).await.unwrap().len(), 3);
    let mut rows = people.find(Filter::all()).batch_size(2).session(tx).await.unwrap();
    let mut found = 0;
    while let Some(row) = rows.next().await {
        row.unwrap();
        found += 1;
    }
    drop(rows);
    assert_eq!(found, 3);
    let rows = people.aggregate().batch_size(2).session(tx).await.unwrap();
    assert_eq!(rows.try_collect::<Vec<_>>().await.unwrap().len(), 3);
    people.update_one(p.name().eq("ada"), p.age().inc(1)).session(tx).await.unwrap();
    people.update_many(p.age().gt(10), p.age().inc(1)).session(tx).await.unwrap();
    people
        .update_one(p.name().eq("fay"), p.age().inc(1))
        .or_insert(&person("fay", 2))
        .session(tx)
        .await
        .unwrap();
    people.replace_one(p.name().eq("bob"), &Person { age: 8, ..bob.clone() }).session(tx).await.unwrap();
    let updated = people.find_one_and_update(p.name().eq("eve"), p.age().inc(1)).session(tx).await.unwrap();
    assert_eq!(updated.unwrap().age, 51);
    let replaced = people
        .find_one_and_replace(p.name().eq("eve"), &Person { age: 1, ..eve.clone() })
        .session(tx)
        .await
        .unwrap();
    assert_eq!(replaced.unwrap().age, 52);
    people.find_one_and_delete(p.name().eq("eve")).session(tx).await.unwrap().unwrap();
    people.delete_one(p.name().eq("bob")).session(tx).await.unwrap();
    people.delete_many(p.name().eq("fay")).session(tx).await.unwrap();
    people
        .bulk_write((
            Write::insert_one(&bob),
            Write::update_one(p.name().eq("bob"), p.age().inc(1)),
            Write::update_many(Filter::all(), p.age().inc(1)),
            Write::replace_one(p.name().eq("bob"), &bob),
            Write::delete_one(p.name().eq("bob")),
        ))
        .session(tx)
        .await
        .unwrap();
    let answer: Document = db.run_command(doc! { "find": "people", "limit": 1 }).session(tx).await.unwrap();
    assert!(answer.contains_key("cursor"));
    assert_eq!(count(&people).await, 0, "nothing is visible outside");
    session.commit_transaction().await.unwrap();
    assert_eq!(count(&people).await, 1);

    let sent = commands.take_whole();
    let inside: Vec<_> = sent.iter().filter(|command| command.contains_key("autocommit")).collect();
    assert_eq!(sent.len() - inside.len(), 2, "the two counts outside: {sent:?}");
    let (first, last) = (inside[0], inside[inside.len() - 1]);
    let kinds: Vec<&str> = inside.iter().map(|it| it.keys().next().unwrap().as_str()).collect();
    assert!(kinds.contains(&"getMore") && last.contains_key("commitTransaction"), "{kinds:?}");
    for (at, command) in inside.iter().enumerate() {
        assert_eq!(command.get("autocommit"), Some(&Bson::Boolean(false)));
        assert_eq!(command.get("txnNumber"), first.get("txnNumber"));
        assert_eq!(command.get("lsid"), first.get("lsid"));
        assert_eq!(command.get("startTransaction"), (at == 0).then_some(&Bson::Boolean(true)), "{command}");
        let level = command.get_document("readConcern").ok().and_then(|it| it.get_str("level").ok());
        assert_eq!(level, (at == 0).then_some("snapshot"), "{command}");
        let is_commit = command.contains_key("commitTransaction");
        assert_eq!(command.contains_key("writeConcern"), is_commit, "{command}");
    }
}

/// `isolation`: a read outside of the transaction does not see its writes, and a read in a snapshot sees no later ones.
#[odm_test::test]
async fn isolation(db: Database) {
    let people = people(&db).await;
    let mut one = db.session().await.unwrap();
    let mut two = db.session().await.unwrap();
    one.start_transaction().read_concern(ReadConcern::snapshot()).await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut one).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut one).await.unwrap(), 1);
    two.start_transaction().read_concern(ReadConcern::snapshot()).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut two).await.unwrap(), 0);
    one.commit_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut two).await.unwrap(), 0);
    two.commit_transaction().await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut two).await.unwrap(), 1);
}

/// `create-collection`, `create-index`: they may be part of a transaction.
#[odm_test::test]
async fn create_collection_and_index(db: Database) {
    for is_committed in [true, false] {
        let name = format!("new_{is_committed}");
        let mut session = db.session().await.unwrap();
        session.start_transaction().await.unwrap();
        db.run_command::<Document>(doc! { "create": &name }).session(&mut session).await.unwrap();
        let index = doc! { "createIndexes": &name, "indexes": [{ "key": { "a": 1 }, "name": "a_1" }] };
        db.run_command::<Document>(index).session(&mut session).await.unwrap();
        if is_committed {
            session.commit_transaction().await.unwrap();
        } else {
            session.abort_transaction().await.unwrap();
        }
        let created = db.driver().list_collection_names().await.unwrap().contains(&name);
        assert_eq!(created, is_committed);
    }
}

/// `causal-consistency`: the first command of a transaction follows the earlier ones of its session, unless the session
/// is not causal.
#[odm_test::test]
async fn causal_consistency(db: Database, server: Server) {
    let (db, people, commands) = recorded(&db, &server).await;
    for is_causal in [true, false] {
        let mut session = db.session().causal_consistency(is_causal).await.unwrap();
        people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
        session.start_transaction().await.unwrap();
        people.delete_many(Filter::all()).session(&mut session).await.unwrap();
        people.count(Filter::all()).session(&mut session).await.unwrap();
        session.commit_transaction().await.unwrap();
        let sent = commands.take_whole();
        let follows = |command: &Document| {
            command.get_document("readConcern").is_ok_and(|concern| concern.contains_key("afterClusterTime"))
        };
        assert_eq!(sent.iter().map(follows).collect::<Vec<_>>(), [false, is_causal, false, false]);
    }
}

/// `read-concern`: that of a collection, of a database or of the client is not sent in a transaction, except the one of
/// the client, if the transaction has none.
#[odm_test::test]
async fn read_and_write_concerns_of_handles_are_not_sent(db: Database, server: Server) {
    people(&db).await;
    let mut client = ClientOptions::parse(server.uri()).await.unwrap();
    client.read_concern = Some(ReadConcern::majority());
    client.write_concern = Some(WriteConcern::nodes(1));
    let (db, commands) = Commands::record_with(client, db.name());
    let people = db.collection::<Person>();
    db.transaction(async |mut tx| {
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        people.find_one(Filter::all()).session(&mut tx).await
    })
    .await
    .unwrap();
    let sent = commands.take_whole();
    let read: Vec<_> = sent.iter().map(|command| command.get_document("readConcern").ok().cloned()).collect();
    let write: Vec<_> =
        sent.iter().map(|command| command.get_document("writeConcern").ok().cloned()).collect();
    assert_eq!(read, [Some(doc! { "level": "majority" }), None, None]);
    assert_eq!(write, [None, None, Some(doc! { "w": 1 })]);
}

/// `read-pref`: the read preference of the transaction applies to all of its reads, and those of the client and of the
/// session do if it has none.
#[odm_test::test]
async fn read_pref(db: Database) {
    let people = people(&db).await;
    let secondary = || SelectionCriteria::from(ReadPreference::Secondary { options: None });
    let options =
        |criteria| odm::mongodb::options::TransactionOptions::builder().selection_criteria(criteria).build();
    let mut session = db.session().default_transaction_options(options(Some(secondary()))).await.unwrap();
    session.start_transaction().await.unwrap();
    let error = people.count(Filter::all()).session(&mut session).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("must be primary"), "{error}");
    // A write goes to the primary, whatever the preference is.
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    session.abort_transaction().await.unwrap();
    session.start_transaction().with_options(options(Some(ReadPreference::Primary.into()))).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut session).await.unwrap(), 0);
    session.abort_transaction().await.unwrap();
}

/// `errors`, `errors-client`: an error of the data aborts the transaction on the server, and has no label. The session is
/// still in it until the abort. An error before anything is sent aborts nothing.
#[odm_test::test]
async fn errors(db: Database) {
    let people = people(&db).await;
    let ada = person("ada", 36);
    people.insert_one(&ada).await.unwrap();
    let mut session = db.session().await.unwrap();
    session.start_transaction().await.unwrap();
    let invalid = people.update_one(Filter::all(), Update::raw(doc! {})).session(&mut session).await;
    assert!(invalid.unwrap_err().is_not_sent());
    people.insert_one(&person("bob", 7)).session(&mut session).await.unwrap();
    let error = people.insert_one(&ada).session(&mut session).await.unwrap_err();
    assert!(error.is_duplicate_key() && !error.has_label(TRANSIENT) && !error.is_retryable(), "{error}");
    let error = session.commit_transaction().await.unwrap_err();
    assert!(
        error.is_transaction_aborted() && !error.is_outcome_unknown() && !error.is_retryable(),
        "{error}"
    );
    assert_eq!(count(&people).await, 1);
    // The session starts another one.
    session.start_transaction().await.unwrap();
    people.insert_one(&person("bob", 7)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!(count(&people).await, 2);
}

/// `error-labels`, `error-labels-errorLabels`: which labels the errors of an action and of the commit have.
#[odm_test::test]
async fn error_labels(_db: Database) {
    let (server, db, people, _commands) = failing("labels").await;
    let run = async |command: &str, data: Document| -> Error {
        let mut session = db.session().await.unwrap();
        session.start_transaction().await.unwrap();
        fail(&server, "labels", doc! { "times": 2 }, &[command], data).await;
        let inserted = people.insert_one(&person("ada", 36)).session(&mut session).await;
        let error = match inserted {
            Err(error) => {
                session.abort_transaction().await.unwrap();
                error
            }
            Ok(_) => session.commit_transaction().await.unwrap_err(),
        };
        fail(&server, "labels", "off", &[command], doc! {}).await;
        error
    };
    // Of an action: only what the server or the driver labels can be run again.
    for (data, is_transient) in [
        (doc! { "errorCode": 11601 }, false),
        (doc! { "errorCode": 11600, "errorLabels": [TRANSIENT] }, true),
        (doc! { "errorCode": 112, "errorLabels": [TRANSIENT] }, true),
        (doc! { "errorCode": 251, "errorLabels": [TRANSIENT] }, true),
        (doc! { "errorCode": 51, "errorLabels": ["Other"] }, false),
        (doc! { "closeConnection": true }, true),
    ] {
        let error = run("insert", data.clone()).await;
        assert_eq!(
            (error.has_label(TRANSIENT), error.is_retryable()),
            (is_transient, is_transient),
            "{data}"
        );
        assert!(!error.has_label(UNKNOWN) && !error.is_outcome_unknown(), "{data}: {error}");
    }
    // Of the commit.
    let concern = |code: i32, name: &str| doc! { "writeConcernError": { "code": code, "codeName": name, "errmsg": "x" } };
    for (data, is_transient, is_unknown) in [
        (doc! { "errorCode": 11602, "errorLabels": ["RetryableWriteError"] }, false, true),
        (doc! { "closeConnection": true }, false, true),
        (doc! { "errorCode": 251, "errorLabels": [TRANSIENT] }, true, false),
        (doc! { "errorCode": 51 }, false, false),
        (concern(64, "WriteConcernFailed"), false, true),
        (concern(91, "ShutdownInProgress"), false, true),
        (concern(79, "UnknownReplWriteConcern"), false, false),
        (concern(100, "UnsatisfiableWriteConcern"), false, false),
    ] {
        let error = run("commitTransaction", data.clone()).await;
        assert_eq!(
            (error.has_label(TRANSIENT), error.has_label(UNKNOWN)),
            (is_transient, is_unknown),
            "{data}: {error}"
        );
    }
}

/// `retryable-writes`, `retryable-commit`: writes of a transaction are sent once. The commit is sent twice, the second
/// time with the majority, and a later commit is one of its own.
#[odm_test::test]
async fn retryable_commit(_db: Database) {
    let (server, db, people, commands) = failing("commit").await;
    let mut session = db.session().await.unwrap();
    for (data, sent) in [
        (doc! { "errorCode": 189, "errorLabels": ["RetryableWriteError"] }, 2),
        (doc! { "errorCode": 10107, "errorLabels": ["RetryableWriteError"] }, 2),
        (
            doc! { "writeConcernError": { "code": 91, "codeName": "ShutdownInProgress", "errmsg": "x" }, "errorLabels": ["RetryableWriteError"] },
            2,
        ),
        (doc! { "closeConnection": true }, 2),
    ] {
        session.start_transaction().write_concern(WriteConcern::nodes(1)).await.unwrap();
        people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
        fail(&server, "commit", doc! { "times": 1 }, &["commitTransaction"], data.clone()).await;
        session.commit_transaction().await.unwrap();
        session.commit_transaction().await.unwrap();
        let all = commands.take_whole();
        let commits: Vec<_> =
            all.iter().filter(|command| command.contains_key("commitTransaction")).collect();
        assert_eq!(commits.len(), sent + 1, "{data}");
        let w: Vec<_> = commits.iter().map(|it| it.get_document("writeConcern").unwrap().get("w")).collect();
        assert_eq!(w[0], Some(&Bson::Int32(1)));
        assert!(w[1..].iter().all(|w| *w == Some(&Bson::String("majority".to_owned()))), "{data}: {w:?}");
        assert!(commits.iter().all(|it| it.get("txnNumber") == commits[0].get("txnNumber")));
    }
    // A write outside of a transaction is retried in the same session, with a number of its own.
    fail(&server, "commit", doc! { "times": 1 }, &["insert"], doc! { "closeConnection": true }).await;
    people.insert_one(&person("bob", 36)).session(&mut session).await.unwrap();
    let sent = commands.take_whole();
    assert_eq!(sent.len(), 2);
    assert!(sent.iter().all(|it| it.contains_key("txnNumber") && !it.contains_key("autocommit")));
}

/// `transaction-options`: a commit without a successful action sends nothing, and one of a bulk write that failed is
/// refused by the server.
#[odm_test::test]
async fn a_bulk_write_that_fails_in_a_transaction(db: Database, server: Server) {
    let (db, people, commands) = recorded(&db, &server).await;
    let ada = person("ada", 36);
    let mut session = db.session().await.unwrap();
    session.start_transaction().await.unwrap();
    let writes = [Write::insert_one(&ada), Write::insert_one(&ada)];
    let error = people.bulk_write(writes).session(&mut session).await.unwrap_err();
    let outcomes: Vec<_> = error.bulk_write_error().unwrap().outcomes().collect();
    assert!(matches!(outcomes[0], WriteOutcome::NotTried), "{outcomes:?}");
    session.abort_transaction().await.unwrap();
    assert_eq!(names(&commands), ["insert", "abortTransaction"]);
    assert_eq!(count(&people).await, 0);
}

/// The convenient API, `callback-aborts` and `callback-commits`: a body that has ended its transaction, also with an error
/// of its own or after another transaction, is not committed again.
#[odm_test::test]
async fn a_body_that_ends_its_transaction(db: Database, server: Server) {
    let (db, people, commands) = recorded(&db, &server).await;
    db.transaction(async |mut tx| {
        people.insert_one(&person("ada", 36)).session(&mut tx).await?;
        let mut session = tx.abort().await?;
        // Without a transaction.
        people.insert_one(&person("bob", 36)).session(&mut session).await
    })
    .await
    .unwrap();
    assert_eq!(names(&commands), ["insert", "abortTransaction", "insert"]);
    assert_eq!(count(&people).await, 1);
    commands.take();
    let error = db
        .transaction(async |mut tx| {
            people.insert_one(&person("eve", 36)).session(&mut tx).await?;
            tx.commit().await?;
            Err::<(), _>(people.update_one(Filter::all(), Update::raw(doc! {})).await.unwrap_err())
        })
        .await
        .unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(names(&commands), ["insert", "commitTransaction"]);
    assert_eq!(count(&people).await, 2);
}

/// The convenient API, `callback-retry`: a body is run again for an error with the label that it wraps, and for no other
/// one; what it returns is the value of its last run.
#[odm_test::test]
async fn callback_retry(_db: Database) {
    let (server, db, people, commands) = failing("callback").await;
    let labelled = doc! { "errorCode": 112, "errorLabels": [TRANSIENT] };
    fail(&server, "callback", doc! { "times": 2 }, &["insert"], labelled).await;
    let runs = Mutex::new(0);
    let value = db
        .transaction(async |mut tx| {
            let run = {
                let mut runs = runs.lock().unwrap();
                *runs += 1;
                *runs
            };
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            Ok(run)
        })
        .await
        .unwrap();
    assert_eq!(value, 3);
    let all = commands.take_whole();
    // Each attempt has a number of its own, in the same session.
    let numbers: Vec<_> = all
        .iter()
        .filter(|command| command.contains_key("insert"))
        .map(|command| command.get_i64("txnNumber").unwrap())
        .collect();
    assert_eq!(numbers, [numbers[0], numbers[0] + 1, numbers[0] + 2]);
    assert!(all.iter().all(|command| command.get("lsid") == all[0].get("lsid")));
    // The abort of an attempt that fails is not an error of the transaction.
    let labelled = doc! { "errorCode": 112, "errorLabels": [TRANSIENT] };
    fail(&server, "callback", doc! { "times": 1 }, &["insert"], labelled).await;
    db.transaction(async |mut tx| people.insert_one(&person("bob", 36)).session(&mut tx).await)
        .await
        .unwrap();
    fail(&server, "callback", doc! { "times": 1 }, &["abortTransaction"], doc! { "errorCode": 8000 }).await;
    let error = db
        .transaction(async |mut tx| {
            people.insert_one(&person("eve", 36)).session(&mut tx).await?;
            Err::<(), _>(people.update_one(Filter::all(), Update::raw(doc! {})).await.unwrap_err())
        })
        .await
        .unwrap_err();
    assert!(error.is_not_sent(), "the error of the body is returned, not that of the abort: {error}");
    assert_eq!(count(&people).await, 3);
}

/// A reference is loaded, and a hook runs, in the transaction: see `relation/sessions.rs` and `hooks/session.rs`. Here, a
/// transient error of a hop runs the body again.
#[odm_test::test]
async fn reads_of_several_batches(_db: Database) {
    let (server, db, people, commands) = failing("batches").await;
    people.insert_many((0..5).map(|age| person("ada", age))).await.unwrap();
    commands.take();
    fail(&server, "batches", doc! { "times": 1 }, &["getMore"], doc! { "closeConnection": true }).await;
    let found = db
        .transaction(async |mut tx| {
            let rows = people.find(Filter::all()).batch_size(2).session(&mut tx).await?;
            Ok(rows.try_collect::<Vec<_>>().await?.len())
        })
        .await
        .unwrap();
    assert_eq!(found, 6);
    let sent = names(&commands);
    let finds = sent.iter().filter(|name| *name == "find").count();
    assert_eq!((finds, sent.last().map(String::as_str)), (2, Some("commitTransaction")), "{sent:?}");
}
