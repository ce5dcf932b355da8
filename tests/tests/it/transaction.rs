//! Transactions: what they send, what their bodies may do, and what is refused in them.

mod by_hand;
mod effects;
mod misuse;
mod options;
mod outcome;
mod refused;
mod retry;
mod session;
mod specified;

use std::sync::atomic::{AtomicU32, Ordering};

use odm::{
    Collection, Database, Error, Filter, Id, Model, Tx, Write,
    bson::{Document, doc},
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
};
use odm_test::Server;

/// Returns the number of people, outside of any transaction.
async fn count(people: &Collection<Person>) -> u64 {
    people.count(Filter::all()).await.unwrap()
}

/// Returns the names of the commands that were sent.
fn names(commands: &Commands) -> Vec<String> {
    let name = |command: Document| command.into_iter().next().unwrap().0;
    commands.take_whole().into_iter().map(name).collect()
}

#[odm_test::test]
async fn a_transaction_sends_its_number_and_commits(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let ada = person("ada", 36);
    let p = Person::fields();
    let id = db
        .transaction(async |mut tx| {
            let id = people.insert_one(&ada).session(&mut tx).await?;
            people.update_one(p.id().eq(id), p.age().inc(1)).session(&mut tx).await?;
            Ok(id)
        })
        .await
        .unwrap();
    assert_eq!(id, ada.id);
    assert_eq!(people.get(id).await.unwrap().unwrap().age, 37);

    let sent = commands.take_whole();
    let [insert, update, commit, _find] = sent.as_slice() else { panic!("{sent:?}") };
    assert!(insert.get_bool("startTransaction").unwrap());
    assert!(!update.contains_key("startTransaction"));
    assert_eq!(commit.get_i32("commitTransaction").unwrap(), 1);
    for command in [insert, update, commit] {
        assert!(!command.get_bool("autocommit").unwrap());
        assert_eq!(command.get("lsid"), insert.get("lsid"));
        assert_eq!(command.get("txnNumber"), insert.get("txnNumber"));
    }
}

#[odm_test::test]
async fn a_transaction_without_actions_sends_nothing(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    assert_eq!(db.transaction(async |_tx| Ok(7)).await.unwrap(), 7);
    commands.assert([]);
}

#[odm_test::test]
async fn an_error_of_the_body_aborts(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let (ada, bob) = (person("ada", 36), Person { email: "ada@example.org".into(), ..person("bob", 1) });
    let error = db
        .transaction(async |mut tx| {
            people.insert_one(&ada).session(&mut tx).await?;
            people.insert_one(&bob).session(&mut tx).await?;
            Ok(())
        })
        .await
        .unwrap_err();
    assert!(error.is_duplicate_key(), "{error}");
    assert_eq!(names(&commands), ["insert", "insert", "abortTransaction"]);
    assert_eq!(count(&people).await, 0);
}

#[derive(Debug)]
enum Refusal {
    TooYoung(u32),
    Database(Error),
}

impl From<Error> for Refusal {
    fn from(error: Error) -> Self {
        Self::Database(error)
    }
}

/// The body needs no conversions, and the error is of the user's type.
#[odm_test::test]
async fn an_error_of_another_type_aborts(db: Database) {
    let people = people(&db).await;
    let runs = AtomicU32::new(0);
    let join = async |who: &Person| {
        db.try_transaction(async |mut tx| {
            runs.fetch_add(1, Ordering::Relaxed);
            people.insert_one(who).session(&mut tx).await?;
            if who.age < 18 {
                return Err(Refusal::TooYoung(who.age));
            }
            Ok(who.id)
        })
        .await
    };
    assert!(matches!(join(&person("bob", 7)).await, Err(Refusal::TooYoung(7))));
    let ada = person("ada", 36);
    assert_eq!(join(&ada).await.unwrap(), ada.id);
    assert!(matches!(join(&ada).await, Err(Refusal::Database(error)) if error.is_duplicate_key()));
    assert_eq!((runs.into_inner(), count(&people).await), (3, 1));
}

/// The session of a transaction is passed to functions, to every kind of verb, and to cursors.
#[odm_test::test]
async fn every_verb_takes_the_transaction(db: Database) {
    async fn birthday(people: &Collection<Person>, tx: &mut Tx, name: &str) -> odm::Result<u64> {
        let p = Person::fields();
        Ok(people.update_many(p.name().eq(name), p.age().inc(1)).session(tx).await?.modified_count)
    }

    let people = people(&db).await;
    let p = Person::fields();
    let ages = db
        .transaction(async |mut tx| {
            let all = ["ada", "bob", "eve", "kim"].map(|name| person(name, 30));
            people.insert_many(&all).session(&mut tx).await?;
            people
                .bulk_write([Write::update_one(p.name().eq("bob"), p.age().inc(1))])
                .session(&mut tx)
                .await?;
            birthday(&people, &mut tx, "ada").await?;
            people.delete_one(p.name().eq("kim")).session(&mut tx).await?;
            people.save(&Person { age: 40, ..all[2].clone() }).session(&mut tx).await?;
            assert_eq!(people.count(Filter::all()).session(&mut tx).await?, 3);
            assert_eq!(people.distinct(p.age(), Filter::all()).session(&mut tx).await?, [31, 40]);
            let rows = people.aggregate().session(&mut tx).await?.try_collect::<Vec<_>>().await?;
            assert_eq!(rows.len(), 3);

            let mut ages = Vec::new();
            let mut found =
                people.find(Filter::all()).sort(p.name().asc()).batch_size(1).session(&mut tx).await?;
            while let Some(person) = found.next().await.transpose()? {
                ages.push(person.age);
            }
            Ok(ages)
        })
        .await
        .unwrap();
    assert_eq!(ages, [31, 31, 40]);
    assert_eq!(count(&people).await, 3);
}

#[derive(Debug, Model)]
#[odm(collection = "counters")]
struct Counter {
    id: Id<Counter>,
    n: i64,
}

/// Reads a counter, and writes it incremented.
async fn increment(db: &Database, id: Id<Counter>) -> odm::Result<i64> {
    let counters = db.collection::<Counter>();
    db.transaction(async |mut tx| {
        let mut counter = counters.get(id).session(&mut tx).await?.unwrap();
        counter.n += 1;
        counters.save(&counter).session(&mut tx).await?;
        Ok(counter.n)
    })
    .await
}

/// The future of a transaction that borrows is `Send`, so it runs in tasks.
#[odm_test::test]
async fn tasks_lose_no_increment(db: Database) {
    let counter = Counter { id: Id::new(), n: 0 };
    db.collection::<Counter>().insert_one(&counter).await.unwrap();
    let tasks = (0..32).map(|_| {
        let (db, id) = (db.clone(), counter.id);
        tokio::spawn(async move { increment(&db, id).await })
    });
    let tasks: Vec<_> = tasks.collect();
    let mut seen = Vec::new();
    for task in tasks {
        seen.push(task.await.unwrap().unwrap());
    }
    seen.sort_unstable();
    assert_eq!(seen, (1..=32).collect::<Vec<_>>());
    assert_eq!(db.collection::<Counter>().get(counter.id).await.unwrap().unwrap().n, 32);
}

/// A body may end its transaction by itself, and return what it wants.
#[odm_test::test]
async fn a_body_may_end_its_transaction(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let ended = db
        .transaction(async |mut tx| {
            people.insert_one(&person("ada", 36)).session(&mut tx).await?;
            tx.abort().await?;
            Ok("aborted")
        })
        .await;
    assert_eq!(ended.unwrap(), "aborted");
    assert_eq!(names(&commands), ["insert", "abortTransaction"]);

    // What follows in the session is not part of the transaction.
    db.transaction(async |mut tx| {
        people.insert_one(&person("bob", 36)).session(&mut tx).await?;
        let mut session = tx.commit().await?;
        people.insert_one(&person("eve", 36)).session(&mut session).await?;
        Ok(())
    })
    .await
    .unwrap();
    let sent = commands.take_whole();
    let [insert, commit, after] = sent.as_slice() else { panic!("{sent:?}") };
    assert_eq!(commit.get_i32("commitTransaction").unwrap(), 1);
    assert_eq!(insert.get("lsid"), after.get("lsid"));
    assert!(!after.contains_key("autocommit"));
    assert_eq!(count(&people).await, 2);

    // An error after the end is returned, and aborts nothing.
    let error = db
        .transaction(async |tx| {
            tx.commit().await?;
            people.insert_one(&person("bob", 36)).await
        })
        .await
        .unwrap_err();
    assert!(error.is_duplicate_key(), "{error}");
}

/// A session of the caller runs transactions by hand, and with a body.
#[odm_test::test]
async fn a_session_runs_transactions(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let mut session = db.session().await.unwrap();
    session.start_transaction().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    session.abort_transaction().await.unwrap();
    assert_eq!(count(&people).await, 0);

    session.start_transaction().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!(count(&people).await, 1);
    assert_eq!(
        names(&commands),
        [
            "insert",
            "abortTransaction",
            "aggregate",
            "insert",
            "commitTransaction",
            "commitTransaction",
            "aggregate"
        ],
    );

    let inserted = db
        .transaction(async |mut tx| people.insert_one(&person("bob", 36)).session(&mut tx).await)
        .session(&mut session)
        .await;
    inserted.unwrap();
    people.find_one(Filter::all()).session(&mut session).await.unwrap();
    let id = doc! { "lsid": session.driver().unwrap().id().clone() };
    for command in commands.take_whole() {
        assert_eq!(command.get("lsid"), id.get("lsid"), "{command}");
    }
}

/// An error of a transaction by hand names its cause, too.
#[odm_test::test]
async fn a_session_without_a_transaction_cannot_end_one(db: Database) {
    let mut session = db.session().await.unwrap();
    for error in [session.commit_transaction().await, session.abort_transaction().await] {
        let error = error.unwrap_err();
        assert!(error.is_not_sent(), "{error}");
        assert!(error.to_string().ends_with(": no transaction started; nothing was sent"), "{error}");
    }
    session.start_transaction().await.unwrap();
    let error = session.start_transaction().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!("start_transaction on {}: transaction already in progress; nothing was sent", db.name()),
    );
}
