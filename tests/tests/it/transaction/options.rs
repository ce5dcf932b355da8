//! Options of transactions and sessions, as they are sent.

use std::time::Duration;

use odm::{
    Database, Error, Filter,
    bson::{Document, doc},
    mongodb::options::{
        ClientOptions, ReadConcern, ReadPreference, SelectionCriteria, TransactionOptions, WriteConcern,
    },
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
};
use odm_test::Server;

/// Returns the read concern of the first command, the write concern of the last one, and its time limit.
fn concerns(commands: &Commands) -> [Option<Document>; 3] {
    let sent = commands.take_whole();
    let (first, last) = (sent.first().unwrap(), sent.last().unwrap());
    let limit = last.get("maxTimeMS").map(|time| doc! { "maxTimeMS": time });
    [first.get_document("readConcern").ok().cloned(), last.get_document("writeConcern").ok().cloned(), limit]
}

#[odm_test::test]
async fn the_options_of_a_transaction_are_sent(db: Database, server: Server) {
    people(&db).await;
    let mut client = ClientOptions::parse(server.uri()).await.unwrap();
    client.read_concern = Some(ReadConcern::local());
    client.write_concern = Some(WriteConcern::nodes(1));
    let (db, commands) = Commands::record_with(client, db.name());
    let people = db.collection::<Person>();
    let defaults = TransactionOptions::builder()
        .read_concern(ReadConcern::majority())
        .write_concern(WriteConcern::majority())
        .max_commit_time(Duration::from_secs(7))
        .build();
    let mut session = db.session().default_transaction_options(defaults).await.unwrap();

    // Of the client.
    db.transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await).await.unwrap();
    assert_eq!(concerns(&commands), [Some(doc! { "level": "local" }), Some(doc! { "w": 1 }), None]);

    // Of the session. The second transaction follows the first one in time.
    db.transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .session(&mut session)
        .await
        .unwrap();
    let [read, write, limit] = concerns(&commands);
    assert_eq!(read, Some(doc! { "level": "majority" }));
    assert_eq!((write, limit), (Some(doc! { "w": "majority" }), Some(doc! { "maxTimeMS": 7000 })));

    // Of the transaction.
    db.transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .session(&mut session)
        .read_concern(ReadConcern::snapshot())
        .write_concern(WriteConcern::nodes(1))
        .max_commit_time(Duration::from_secs(3))
        .await
        .unwrap();
    let [read, write, limit] = concerns(&commands);
    let read = read.unwrap();
    assert_eq!(read.get_str("level").unwrap(), "snapshot");
    assert!(read.contains_key("afterClusterTime"), "{read}");
    assert_eq!((write, limit), (Some(doc! { "w": 1 }), Some(doc! { "maxTimeMS": 3000 })));

    // By hand.
    session
        .start_transaction()
        .read_concern(ReadConcern::local())
        .write_concern(WriteConcern::nodes(1))
        .max_commit_time(Duration::from_secs(5))
        .await
        .unwrap();
    people.count(Filter::all()).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    let [read, write, limit] = concerns(&commands);
    assert_eq!(read.unwrap().get_str("level").unwrap(), "local");
    assert_eq!((write, limit), (Some(doc! { "w": 1 }), Some(doc! { "maxTimeMS": 5000 })));
}

/// A transaction has one read concern, one write concern and one member.
#[odm_test::test]
async fn an_action_in_a_transaction_has_no_concern_of_its_own(db: Database) {
    let people = people(&db).await;
    let refused = |error: Error, reason: &str| {
        assert!(error.is_not_sent(), "{error}");
        assert!(error.to_string().ends_with(&format!(": {reason}; nothing was sent")), "{error}");
    };
    db.transaction(async |mut tx| {
        let count = people.count(Filter::all()).read_concern(ReadConcern::majority()).session(&mut tx).await;
        refused(count.unwrap_err(), "Cannot set read concern after starting a transaction");
        let ada = person("ada", 36);
        let insert = people.insert_one(&ada).write_concern(WriteConcern::majority()).session(&mut tx).await;
        refused(insert.unwrap_err(), "Cannot set write concern after starting a transaction");
        let count = people
            .count(Filter::all())
            .read_preference(ReadPreference::Secondary { options: None })
            .session(&mut tx)
            .await;
        refused(count.unwrap_err(), "read preference in a transaction must be primary");
        // Nothing was sent, so the transaction goes on.
        people.insert_one(&ada).session(&mut tx).await
    })
    .await
    .unwrap();
    let unacknowledged = db
        .transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .write_concern(WriteConcern::nodes(0))
        .await;
    refused(unacknowledged.unwrap_err(), "transactions do not support unacknowledged write concerns");
    let secondary = TransactionOptions::builder()
        .selection_criteria(SelectionCriteria::from(ReadPreference::Secondary { options: None }))
        .build();
    let read = db
        .transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .with_options(secondary)
        .await;
    refused(read.unwrap_err(), "read preference in a transaction must be primary");
}

/// A client that reads from secondaries can run transactions.
#[odm_test::test]
async fn a_transaction_runs_on_the_primary(db: Database, server: Server) {
    people(&db).await;
    let mut client = ClientOptions::parse(server.uri()).await.unwrap();
    let secondary = || ReadPreference::SecondaryPreferred { options: None };
    client.selection_criteria = Some(SelectionCriteria::from(secondary()));
    let db = Database::connect_with(client, db.name()).unwrap();
    let people = db.collection::<Person>();
    let read = db.transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await).await;
    let error = read.unwrap_err();
    assert!(error.is_not_sent(), "{error}");

    let read = db
        .transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .selection_criteria(ReadPreference::Primary)
        .await;
    assert_eq!(read.unwrap(), 0);
    let mut session = db.session().await.unwrap();
    session.start_transaction().selection_criteria(ReadPreference::Primary).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut session).await.unwrap(), 0);
    session.abort_transaction().await.unwrap();
}

/// A time of less than a millisecond is not sent as zero, which means no limit.
#[odm_test::test]
async fn a_short_time_of_the_commit_is_rounded_up(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let counted = db
        .transaction(async |mut tx| people.count(Filter::all()).session(&mut tx).await)
        .max_commit_time(Duration::from_micros(1500))
        .await;
    if let Err(error) = counted {
        assert_eq!((error.code(), error.is_outcome_unknown()), (Some(50), true), "{error}");
    }
    assert_eq!(concerns(&commands)[2], Some(doc! { "maxTimeMS": 2 }));
}

/// A session reads its own writes from any member, and a snapshot does not change.
#[odm_test::test]
async fn sessions_without_transactions(db: Database, server: Server) {
    people(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let mut causal = db.session().await.unwrap();
    people.insert_one(&person("ada", 36)).session(&mut causal).await.unwrap();
    people.count(Filter::all()).session(&mut causal).await.unwrap();
    let time = causal.driver().unwrap().operation_time();
    assert!(time.is_some());
    let sent = commands.take_whole();
    assert!(sent[1].get_document("readConcern").unwrap().contains_key("afterClusterTime"), "{sent:?}");

    let mut other = db.session().causal_consistency(false).await.unwrap();
    people.insert_one(&person("bob", 36)).session(&mut other).await.unwrap();
    people.count(Filter::all()).session(&mut other).await.unwrap();
    assert!(!commands.take_whole()[1].contains_key("readConcern"));

    let mut snapshot = db.session().snapshot().await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut snapshot).await.unwrap(), 2);
    people.insert_one(&person("eve", 36)).await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut snapshot).await.unwrap(), 2);
    let time = snapshot.driver().unwrap().snapshot_time().unwrap();
    let mut again = db.session().snapshot_at(time).await.unwrap();
    assert_eq!(people.find_one(Filter::all()).session(&mut again).await.unwrap().unwrap().name, "ada");
    assert_eq!(people.count(Filter::all()).session(&mut again).await.unwrap(), 2);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 3);

    // A snapshot has no transactions, and is not causal.
    let error = snapshot.start_transaction().await.unwrap_err();
    assert!(error.to_string().contains("Transactions are not supported in snapshot sessions"), "{error}");
    let error = db.session().snapshot().causal_consistency(true).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "session on {}: snapshot and causal consistency are mutually exclusive; nothing was sent",
            db.name()
        ),
    );

    // A session of the driver.
    let mut theirs = db.client().start_session().await.unwrap();
    assert_eq!(people.count(Filter::all()).session(&mut theirs).await.unwrap(), 3);
}
