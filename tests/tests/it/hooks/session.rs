//! The session of hooks: that of the write.

use odm::{Database, Error, Filter, bson::doc};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Entry, Note, note, take};
use crate::failing::{fail, own};

#[odm_test::test]
async fn a_hook_joins_the_transaction_of_its_write(db: Database) {
    let (notes, entries) = (db.collection::<Note>(), db.collection::<Entry>());
    let one = note(1, "log");
    let outcome: odm::Result<()> = db
        .transaction(async |mut tx| {
            notes.insert_one(&one).session(&mut tx).await?;
            // Nothing is visible outside of the transaction.
            assert_eq!(entries.count(Filter::all()).await?, 0);
            assert_eq!(entries.count(Filter::all()).session(&mut tx).await?, 1);
            Err(Error::from(odm::error::invalid::Violations::default()))
        })
        .await;
    assert!(outcome.unwrap_err().is_invalid());
    assert_eq!(entries.count(Filter::all()).await.unwrap(), 0);
    db.transaction(async |mut tx| notes.insert_one(&one).session(&mut tx).await.map(drop)).await.unwrap();
    assert_eq!(entries.count(Filter::all()).await.unwrap(), 1);
}

#[odm_test::test]
async fn a_write_without_a_session_shares_one_with_its_hooks(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let notes = db.collection::<Note>();
    notes.insert_one(&note(1, "find")).await.unwrap();
    assert_eq!(take(&db).last().unwrap(), "found true");
    let mut session = db.session().await.unwrap();
    commands.take();
    notes.insert_one(&note(2, "log")).session(&mut session).await.unwrap();
    assert_eq!(commands.take().len(), 2, "one command for the document, and one for the entry");
    notes.insert_many([&note(3, "log"), &note(4, "log")]).session(&mut session).await.unwrap();
    assert_eq!(db.collection::<Entry>().count(Filter::all()).session(&mut session).await.unwrap(), 3);
}

/// The entry of a hook fails in the first attempt, for a reason after which the transaction can run again.
#[odm_test::test]
async fn the_hooks_of_an_attempt_run_again_with_it(_db: Database) {
    let server = own().await;
    let db = server.database("hooks_again").await.unwrap();
    let (notes, entries) = (db.collection::<Note>(), db.collection::<Entry>());
    entries.insert_one(&Entry { id: odm::Id::new(), text: "first".into() }).await.unwrap();
    notes.insert_one(&note(0, "first")).await.unwrap();
    take(&db);
    let data = doc! {
        "namespace": format!("{}.entries", db.name()), "errorCode": 112, "errorLabels": ["TransientTransactionError"],
    };
    fail(&server, "odm-test", doc! { "times": 1 }, &["insert"], data).await;
    let one = note(1, "log");
    db.transaction(async |mut tx| notes.insert_one(&one).session(&mut tx).await.map(drop)).await.unwrap();
    assert_eq!(take(&db), ["before_insert 1", "after_insert 1"].repeat(2));
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 2);
    assert_eq!(entries.count(Filter::all()).await.unwrap(), 2);
}
