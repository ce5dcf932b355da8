//! The errors of hooks: before a write nothing is sent, and after it the write was applied.

use odm::{
    Database, Filter, Model, Write,
    bson::{DateTime, doc},
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::{Entry, Note, note, take};
use crate::failing::{fail, named_client, own};

#[odm_test::test]
async fn an_error_before_a_write_sends_nothing(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let notes = db.collection::<Note>();
    let n = Note::fields();
    let name = format!("{}.notes", db.name());

    let error = notes.insert_one(&note(1, "refuse")).await.unwrap_err();
    assert!(error.is_not_sent() && !error.is_applied() && !error.is_retryable());
    let hook = error.hook_error().unwrap();
    assert_eq!((hook.hook(), hook.is_after()), ("before_insert", false));
    assert_eq!(
        error.to_string(),
        format!(
            "insert_one on {name}: the hook `before_insert` returned an error: this text is refused; the write was not sent"
        ),
    );

    let error = notes.insert_many([&note(1, "a"), &note(2, "refuse"), &note(3, "refuse")]).await.unwrap_err();
    assert!(error.is_not_sent());
    let positions: Vec<_> =
        error.bulk_write_error().unwrap().failures().iter().map(odm::error::WriteFailure::position).collect();
    assert_eq!(positions, [1, 2]);
    assert_eq!(take(&db).len(), 4);

    let error = notes.save(&note(1, "refuse")).await.unwrap_err();
    assert_eq!(error.hook_error().unwrap().hook(), "before_save");
    let error = notes.update_one(n.text().eq("a"), n.n().set(1)).await.unwrap_err();
    assert_eq!(error.hook_error().unwrap().hook(), "before_update");

    let writes = (Write::insert_one(&note(1, "a")), Write::update_one(n.text().eq("a"), n.n().set(1)));
    let error = notes.bulk_write(writes).await.unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(error.bulk_write_error().unwrap().failures()[0].position(), 1);
    let error = db.bulk_write().write(Write::insert_one(&note(1, "refuse"))).await.unwrap_err();
    assert!(error.is_not_sent() && error.hook_error().is_some(), "{error}");
    commands.assert([]);
}

#[odm_test::test]
async fn what_a_hook_makes_of_a_document_is_checked(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let notes = db.collection::<Note>();
    let name = format!("{}.notes", db.name());
    let error = notes.insert_one(&note(1, "too long")).await.unwrap_err();
    assert!(error.is_invalid() && error.violations().unwrap().iter().next().unwrap().path() == "text");
    let error = notes.save(&note(1, "new id")).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "save on {name}: the hook `before_save` changed the `_id` of the document, which the caller knows already: \
             set it when the document is created; nothing was sent"
        ),
    );
    // A document that is wrong without its hook is refused before the hook.
    take(&db);
    let error = notes.insert_one(&note(1, "the text of the note is too long")).await.unwrap_err();
    assert!(error.is_invalid() && take(&db).is_empty());
    commands.assert([]);
}

#[odm_test::test]
async fn an_error_after_a_write_says_that_it_was_applied(db: Database) {
    let notes = db.collection::<Note>();
    let name = format!("{}.notes", db.name());
    let error = notes.insert_one(&note(1, "fail after")).await.unwrap_err();
    assert!(error.is_applied() && !error.is_not_sent() && !error.is_outcome_unknown());
    assert_eq!(
        error.to_string(),
        format!(
            "insert_one on {name}: the hook `after_insert` returned an error: the mail was not sent; the write was applied"
        ),
    );
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 1);

    take(&db);
    let error = notes.insert_many([&note(2, "fail after"), &note(3, "c")]).await.unwrap_err();
    assert!(error.is_applied() && error.bulk_write_error().is_none(), "{error}");
    assert_eq!(take(&db), ["before_insert 2", "before_insert 3", "after_insert 2"]);
    let error = notes.bulk_write([Write::insert_one(&note(4, "fail after"))]).await.unwrap_err();
    assert!(error.is_applied(), "{error}");
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 4);

    let one = note(5, "fail after");
    let error = db
        .transaction(async |mut tx| {
            let error = notes.insert_one(&one).session(&mut tx).await.unwrap_err();
            assert!(
                !error.is_applied()
                    && error
                        .to_string()
                        .ends_with("; the write is applied only if its transaction is committed"),
                "{error}"
            );
            Err::<(), _>(error)
        })
        .await
        .unwrap_err();
    assert_eq!(error.hook_error().unwrap().hook(), "after_insert");
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 4, "the transaction is aborted");
    assert!(
        error.to_string().ends_with("; the write is applied only if its transaction is committed"),
        "{error}"
    );

    // A call of the hook has failed, so that the server has aborted the transaction.
    let six = note(6, "log twice");
    let error =
        db.transaction(async |mut tx| notes.insert_one(&six).session(&mut tx).await).await.unwrap_err();
    assert!(!error.is_applied() && !error.is_retryable(), "{error}");
    assert!(error.to_string().ends_with("; the transaction is aborted"), "{error}");
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 4);
}

/// A hook that runs before the write may have sent calls of its own, so its error is not about them.
#[odm_test::test]
async fn an_error_before_a_write_in_a_transaction(db: Database) {
    let notes = db.collection::<Note>();
    let one = note(1, "refuse");
    let error = db
        .transaction(async |mut tx| {
            notes.insert_one(&note(2, "a")).session(&mut tx).await?;
            let error = notes.insert_one(&one).session(&mut tx).await.unwrap_err();
            assert!(error.is_not_sent(), "{error}");
            // Nothing was sent for this write, so the transaction goes on.
            notes.insert_one(&note(3, "a")).session(&mut tx).await?;
            Ok(error)
        })
        .await
        .unwrap();
    assert!(error.to_string().ends_with("this text is refused; the write was not sent"), "{error}");
    assert_eq!(notes.count(Filter::all()).await.unwrap(), 2);
}

#[odm_test::test]
async fn the_error_of_a_call_in_a_hook_is_its_cause(db: Database) {
    let notes = db.collection::<Note>();
    let error = notes.insert_one(&note(1, "log twice")).await.unwrap_err();
    let cause = error.hook_error().unwrap().cause().downcast_ref::<odm::Error>().unwrap();
    assert!(cause.is_duplicate_key() && !error.is_duplicate_key());
    assert_eq!(db.collection::<Entry>().count(Filter::all()).await.unwrap(), 1);
}

#[odm_test::test]
async fn hooks_run_after_the_applied_part_of_many_writes(db: Database) {
    let notes = db.collection::<Note>();
    let (a, b, c) = (note(1, "a"), note(2, "b"), note(3, "c"));
    notes.insert_one(&b).await.unwrap();
    take(&db);
    let error = notes.insert_many([&a, &b, &c]).ordered(false).await.unwrap_err();
    assert!(error.is_duplicate_key());
    assert_eq!(
        take(&db),
        ["before_insert 1", "before_insert 2", "before_insert 3", "after_insert 1", "after_insert 3"]
    );
    notes.delete_many(Filter::all()).await.unwrap();
    notes.purge(Filter::all()).await.unwrap();
    notes.insert_one(&b).await.unwrap();
    take(&db);
    let writes = [Write::insert_one(&a), Write::insert_one(&b), Write::insert_one(&c)];
    let error = notes.bulk_write(writes).await.unwrap_err();
    assert!(error.is_duplicate_key());
    assert_eq!(take(&db).last().unwrap(), "after_insert 1");
}

#[odm_test::test]
async fn no_hook_runs_after_a_write_that_fails(db: Database) {
    let notes = db.collection::<Note>();
    let one = note(1, "a");
    notes.insert_one(&one).await.unwrap();
    take(&db);
    assert!(notes.insert_one(&one).await.unwrap_err().is_duplicate_key());
    assert_eq!(take(&db), ["before_insert 1"]);
}

/// The hooks of a model see what the policies store.
#[odm_test::test]
async fn a_hook_after_a_write_sees_what_the_policies_set(db: Database) {
    use odm::{
        Id,
        hooks::{HookContext, HookOutcome, HookResult, Hooks},
    };

    #[derive(Debug, Clone, Model)]
    #[odm(collection = "stamped", hooks)]
    struct Stamped {
        id: Id<Stamped>,
        seen: i64,
        #[odm(created_at)]
        created_at: DateTime,
        #[odm(updated_at)]
        updated_at: DateTime,
        #[odm(version)]
        version: i64,
    }

    impl Hooks for Stamped {
        async fn after_insert(&self, context: &mut HookContext<'_>) -> HookResult {
            self.see(context).await
        }

        async fn after_replace(&self, _: &HookOutcome, context: &mut HookContext<'_>) -> HookResult {
            self.see(context).await
        }
    }

    impl Stamped {
        async fn see(&self, context: &mut HookContext<'_>) -> HookResult {
            let entries = context.database().driver().collection::<odm::bson::Document>("seen");
            let entry = doc! { "made": self.created_at, "at": self.updated_at, "version": self.version };
            entries.insert_one(entry).await?;
            Ok(())
        }
    }

    let db = db.with_clock(|| DateTime::from_millis(9));
    let stamped = db.collection::<Stamped>();
    let at = DateTime::from_millis(1);
    let one = Stamped { id: Id::new(), seen: 0, created_at: at, updated_at: at, version: 1 };
    stamped.insert_one(&one).await.unwrap();
    stamped.save(&one).await.unwrap();
    stamped.save(&Stamped { id: Id::new(), version: 0, ..one.clone() }).await.unwrap();
    let new = Stamped { id: Id::new(), version: 0, ..one };
    let upsert = stamped.replace_one(Stamped::fields().id().eq(new.id), &new).upsert(true);
    upsert.await.unwrap();
    stamped.bulk_write((Write::save(&Stamped { id: Id::new(), ..new }),)).await.unwrap();
    let mut seen = db.driver().collection::<odm::bson::Document>("seen").find(doc! {}).await.unwrap();
    let mut rows = Vec::new();
    while seen.advance().await.unwrap() {
        let row: odm::bson::Document = seen.deserialize_current().unwrap();
        let time = |name: &str| row.get_datetime(name).unwrap().timestamp_millis();
        rows.push((time("made"), time("at"), row.get_i64("version").unwrap()));
    }
    // A replacement keeps the stored time, which is not read.
    assert_eq!(rows, [(9, 9, 1), (1, 9, 2), (9, 9, 1), (9, 9, 1), (9, 9, 1)]);
}

/// The writes are applied, whatever the members acknowledge.
#[odm_test::test]
async fn hooks_run_after_a_write_whose_write_concern_failed(_db: Database) {
    let server = own().await;
    let db = named_client(&server, "late", "late").await;
    let notes = db.collection::<Note>();
    let n = Note::fields();
    let late =
        doc! { "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late" } };
    fail(&server, "late", "alwaysOn", &["insert", "update", "delete", "findAndModify"], late).await;
    let one = note(1, "a");
    macro_rules! runs {
        ($call:expr => $after:literal) => {
            let error = $call.await.map(drop).unwrap_err();
            assert!(error.is_applied() && error.hook_error().is_none(), "{error}");
            assert_eq!(take(&db).last().unwrap(), $after);
        };
    }
    runs!(notes.insert_one(&one) => "after_insert 1");
    runs!(notes.save(&note(2, "b")) => "after_insert 2");
    runs!(notes.save(&one) => "after_replace 1 1/?");
    runs!(notes.update_many(Filter::all(), n.n().inc(1)) => "after_update many 2/2");
    runs!(notes.find_one_and_update(n.n().eq(2), n.n().inc(7)) => "after_update 1/?");
    runs!(notes.delete_one(n.n().eq(9)) => "after_delete 1/?");
    runs!(notes.purge(Filter::all()) => "after_delete 1/?");
}
