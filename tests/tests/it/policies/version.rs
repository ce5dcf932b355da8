//! `version`: an optimistic lock.

use std::collections::BTreeSet;

use odm::{
    Collection, Database, ErrorKind, Filter, Id, Model, Update, Write,
    action::SavedChanges,
    bson::{Document, doc, oid::ObjectId},
    mongodb::{
        IndexModel,
        options::{Collation, CollationStrength, IndexOptions},
    },
};
use odm_integration::commands::Commands;
use odm_test::Server;

use super::only;
use crate::failing::{fail, named_client, own};

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "accounts")]
struct Account {
    id: Id<Account>,
    owner: String,
    sum: i64,
    #[odm(version)]
    #[serde(default)]
    version: u64,
}

fn account(owner: &str) -> Account {
    Account { id: Id::new(), owner: owner.into(), sum: 0, version: 0 }
}

/// Returns an account that is stored and read.
async fn stored(accounts: &Collection<Account>) -> Account {
    let new = account("ada");
    accounts.insert_one(&new).await.unwrap();
    accounts.update_one(Account::fields().id().eq(new.id), Account::fields().sum().inc(1)).await.unwrap();
    let read = accounts.get(new.id).await.unwrap().unwrap();
    assert_eq!((read.version, read.sum), (2, 1));
    read
}

#[odm_test::test]
async fn every_write_increments_the_version(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let mut ada = account("ada");
    let version = async || only(&accounts).await.get_i64("version").unwrap();
    accounts.insert_one(&ada).await.unwrap();
    assert_eq!(version().await, 1);
    ada.version = 1;
    accounts.save(&ada).await.unwrap();
    assert_eq!(version().await, 2);
    accounts.update_many(Filter::all(), a.sum().inc(1)).await.unwrap();
    assert_eq!(version().await, 3);
    accounts.update_one(Filter::all(), Update::computed().set(a.sum(), |a| a.sum() + 1)).await.unwrap();
    assert_eq!(version().await, 4);
    accounts.find_one_and_update(Filter::all(), a.sum().inc(1)).await.unwrap();
    assert_eq!(version().await, 5);
    accounts
        .update_one(Filter::all(), vec![doc! { "$replaceWith": { "owner": "ada", "sum": 9_i64 } }])
        .await
        .unwrap();
    assert_eq!(version().await, 6);
    ada.version = 6;
    assert_eq!(accounts.replace_one(a.owner().eq("ada"), &ada).await.unwrap().matched_count, 1);
    assert_eq!(version().await, 7);
    ada.version = 7;
    assert!(accounts.find_one_and_replace(a.owner().eq("ada"), &ada).await.unwrap().is_some());
    assert_eq!(version().await, 8);
    ada.version = 8;
    accounts.bulk_write((Write::update_one(Filter::all(), a.sum().inc(1)),)).await.unwrap();
    ada.version = 9;
    accounts.bulk_write((Write::save(&ada),)).await.unwrap();
    assert_eq!(version().await, 10);
}

#[odm_test::test]
async fn a_stale_document_replaces_nothing(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let stale = stored(&accounts).await;
    accounts.update_one(Filter::all(), a.sum().inc(1)).await.unwrap();
    let before = only(&accounts).await;

    let error = accounts.save(&stale).await.unwrap_err();
    assert!(error.is_stale_version() && !error.is_not_found() && !error.is_duplicate_key(), "{error}");
    assert!(
        !error.is_retryable() && !error.is_outcome_unknown() && !error.is_applied() && !error.is_not_sent()
    );
    assert!(matches!(error.kind(), ErrorKind::StaleVersion));
    assert_eq!(
        error.to_string(),
        format!(
            "save on {}.accounts: the stored document has another version, so it was changed after it was read: read \
             it again",
            db.name()
        )
    );
    assert!(accounts.replace_one(a.owner().eq("ada"), &stale).await.unwrap_err().is_stale_version());
    assert!(
        accounts.replace_one(a.id().eq(stale.id), &stale).upsert(true).await.unwrap_err().is_stale_version()
    );
    assert!(accounts.find_one_and_replace(a.owner().eq("ada"), &stale).await.unwrap_err().is_stale_version());
    let upsert = accounts.find_one_and_replace(a.id().eq(stale.id), &stale).upsert(true);
    assert!(upsert.await.unwrap_err().is_stale_version());
    // A document that was never read has the version 0.
    assert!(accounts.save(&Account { version: 0, ..stale.clone() }).await.unwrap_err().is_stale_version());
    assert_eq!(only(&accounts).await, before);

    // A filter that matches nothing is not about the version.
    assert_eq!(accounts.replace_one(a.owner().eq("bob"), &stale).await.unwrap().matched_count, 0);
    assert_eq!(accounts.find_one_and_replace(a.owner().eq("bob"), &stale).await.unwrap(), None);
}

#[odm_test::test]
async fn a_deleted_document_is_not_found(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let gone = stored(&accounts).await;
    accounts.delete_many(Filter::all()).await.unwrap();
    let error = accounts.save(&gone).await.unwrap_err();
    assert!(error.is_not_found() && !error.is_stale_version());
    assert_eq!(
        error.to_string(),
        format!(
            "save on {}.accounts: there is no such document, so it was deleted after it was read",
            db.name()
        )
    );
    assert_eq!(accounts.count(Filter::all()).await.unwrap(), 0);
    // Also one that nobody has changed between the insert and the delete.
    let new = account("ada");
    accounts.insert_one(&new).await.unwrap();
    let gone = accounts.get(new.id).await.unwrap().unwrap();
    assert_eq!(gone.version, 1);
    accounts.delete_many(Filter::all()).await.unwrap();
    let error = accounts.save(&gone).await.unwrap_err();
    assert!(error.is_not_found() && !error.is_stale_version(), "{error}");
    assert_eq!(accounts.count(Filter::all()).await.unwrap(), 0);
    // One that was never stored is.
    assert!(accounts.save(&account("eve")).await.unwrap().is_created());
    assert_eq!(only(&accounts).await.get_i64("version").unwrap(), 1);
}

#[odm_test::test]
async fn a_duplicate_key_is_not_a_stale_version(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let unique = IndexOptions::builder().unique(true).build();
    let index = IndexModel::builder().keys(doc! { "owner": 1 }).options(unique).build();
    accounts.driver().create_index(index).await.unwrap();
    let ada = stored(&accounts).await;
    let bob = account("bob");
    accounts.insert_one(&bob).await.unwrap();
    for taken in [account("ada"), Account { owner: "ada".into(), version: 1, ..bob }] {
        let error = accounts.save(&taken).await.unwrap_err();
        assert!(error.is_duplicate_key() && !error.is_stale_version(), "{error}");
    }
    let error = accounts.save(&Account { owner: "bob".into(), ..ada }).await.unwrap_err();
    assert!(error.is_duplicate_key(), "{error}");
}

/// The server replies that nothing matched, and that the write concern is not satisfied: the driver returns only this.
#[odm_test::test]
async fn a_stale_document_is_reported_although_the_write_concern_failed(_db: Database) {
    let server = own().await;
    let db = named_client(&server, "late", "late").await;
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let read = stored(&accounts).await;
    let stale = Account { version: 1, ..read.clone() };
    let changed = Account { owner: "bob".into(), ..stale.clone() };
    let late =
        doc! { "writeConcernError": { "code": 64, "codeName": "WriteConcernFailed", "errmsg": "late" } };
    fail(&server, "late", "alwaysOn", &["update", "findAndModify"], late).await;
    for error in [
        accounts.save(&stale).await.unwrap_err(),
        accounts.replace_one(a.id().eq(read.id), &stale).await.unwrap_err(),
        accounts.save_changes(&stale, &changed).await.unwrap_err(),
        accounts.find_one_and_replace(a.id().eq(read.id), &stale).await.unwrap_err(),
        accounts.find_one_and_replace(a.id().eq(read.id), &stale).return_new().await.unwrap_err(),
    ] {
        assert!(error.is_stale_version() && !error.is_applied() && !error.is_outcome_unknown(), "{error}");
    }
    assert_eq!(only(&accounts).await.get_i64("version").unwrap(), 2);
    // What is applied is no stale version.
    for error in [
        accounts.save(&read).await.unwrap_err(),
        accounts.find_one_and_replace(a.id().eq(read.id), &Account { version: 3, ..read }).await.unwrap_err(),
    ] {
        assert!(error.is_applied() && !error.is_stale_version(), "{error}");
    }
    assert_eq!(only(&accounts).await.get_i64("version").unwrap(), 4);
}

/// The rules of the model do not concern the document as it was read.
#[odm_test::test]
async fn changes_repair_a_document_that_violates_a_newer_rule(db: Database) {
    #[derive(Debug, Clone, PartialEq, Model)]
    #[odm(collection = "accounts")]
    struct Short {
        id: Id<Short>,
        #[odm(validate(length(max = 5)))]
        owner: String,
        #[odm(version)]
        version: u64,
    }

    let accounts: Collection<Short> = db.collection();
    let id = ObjectId::new();
    accounts.driver().insert_one(doc! { "_id": id, "owner": "augusta ada", "version": 1_i64 }).await.unwrap();
    let read = accounts.get(Id::from(id)).await.unwrap().unwrap();
    let repaired = Short { owner: "ada".into(), ..read.clone() };
    let still_wrong = Short { owner: "augusta".into(), ..read.clone() };
    assert!(accounts.save_changes(&read, &still_wrong).await.unwrap_err().is_invalid());
    assert_eq!(accounts.save_changes(&read, &repaired).await.unwrap(), SavedChanges::Stored);
    assert_eq!(only(&accounts).await, doc! { "_id": id, "owner": "ada", "version": 2_i64 });
    let error = accounts.save_changes(&read, &repaired).await.unwrap_err();
    assert!(error.is_stale_version(), "{error}");
}

/// Documents that were stored before the model had the policy have the version 0.
#[odm_test::test]
async fn a_document_without_a_version_can_be_saved(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let id = ObjectId::new();
    accounts.driver().insert_one(doc! { "_id": id, "owner": "ada", "sum": 1_i64 }).await.unwrap();
    let read = accounts.get(Id::from(id)).await.unwrap().unwrap();
    assert!(!accounts.save(&read).await.unwrap().is_created());
    assert!(accounts.save(&read).await.unwrap_err().is_stale_version());
    assert_eq!(only(&accounts).await.get_i64("version").unwrap(), 1);
}

#[odm_test::test]
async fn an_update_cannot_write_the_version(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let updates = [
        a.version().set(7),
        a.version().inc(1) + a.sum().set(1),
        Update::raw(doc! { "$unset": { "version": "" } }),
        Update::raw(doc! { "$rename": { "sum": "version" } }),
        Update::raw_pipeline(vec![doc! { "$set": { "version": 1 } }]),
        Update::raw_pipeline(vec![doc! { "$unset": ["sum", "version"] }]),
    ];
    for update in updates {
        let error = accounts.update_one(Filter::all(), update).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            format!(
                "update_one on {}.accounts: `version` is the version of the document, which every update increments: \
                 remove the change of it; nothing was sent",
                db.name()
            )
        );
    }
    let largest = Account { version: i64::MAX.unsigned_abs(), ..account("ada") };
    assert_eq!(
        accounts.save(&largest).await.unwrap_err().to_string(),
        format!(
            "save on {}.accounts: `version`, the version of the document, is the largest one that its type has; \
             nothing was sent",
            db.name()
        )
    );
    let error = accounts.replace_one(a.owner().eq("ada"), &account("ada")).upsert(true).await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "replace_one on {}.accounts: this upsert would insert a document if the one that the filter finds has \
             another version: use `save`, or a filter that contains the `_id`; nothing was sent",
            db.name()
        )
    );
}

/// However a document is inserted, its first version is 1, and a greater one is kept.
#[odm_test::test]
async fn an_insert_stores_the_version_1_or_a_greater_one(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let imported = Account { version: 7, ..account("imported") };
    accounts.insert_one(&account("one")).await.unwrap();
    accounts.insert_many([&account("many"), &imported]).await.unwrap();
    accounts.bulk_write([Write::insert_one(&account("bulk"))]).await.unwrap();
    accounts.save(&account("save")).await.unwrap();
    let a = Account::fields();
    let none = || a.owner().eq("nobody");
    accounts.update_one(none(), a.sum().inc(1)).or_insert(&account("or_insert")).await.unwrap();
    accounts.update_one(a.owner().eq("upsert"), a.sum().set(1)).upsert(true).await.unwrap();
    let stored: Vec<Document> =
        accounts.find(Filter::all()).as_documents().await.unwrap().try_collect().await.unwrap();
    let versions: Vec<_> = stored
        .iter()
        .map(|stored| (stored.get_str("owner").unwrap(), stored.get_i64("version").unwrap()))
        .collect();
    let expected =
        [("one", 1), ("many", 1), ("imported", 7), ("bulk", 1), ("save", 1), ("or_insert", 1), ("upsert", 1)];
    assert_eq!(versions, expected);
}

/// In a bulk write, each replacement of a version is a command, because a shared reply would not show which one
/// matched.
#[odm_test::test]
async fn a_bulk_write_reports_each_stale_document(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let [fresh, stale, gone] = [stored(&accounts).await, stored(&accounts).await, stored(&accounts).await];
    accounts.update_one(a.id().eq(stale.id), a.sum().inc(1)).await.unwrap();
    accounts.delete_one(a.id().eq(gone.id)).await.unwrap();
    commands.take();

    let writes = [
        Write::save(&stale),
        Write::save(&gone),
        Write::save(&fresh),
        Write::save(&Account { version: 0, ..stale.clone() }),
        Write::replace_one(a.owner().eq("nobody"), &fresh).into(),
    ];
    let error = accounts.bulk_write(writes).ordered(false).await.unwrap_err();
    let report = error.bulk_write_error().unwrap();
    let failures: Vec<_> = report
        .failures()
        .iter()
        .map(|failure| {
            (failure.position(), failure.error().is_stale_version(), failure.error().is_not_found())
        })
        .collect();
    assert_eq!(failures, [(0, true, false), (1, false, true), (3, true, false)]);
    assert!(!error.is_stale_version());
    let names: Vec<_> = commands.take().iter().map(|it| it.keys().next().unwrap().clone()).collect();
    assert_eq!(names, ["update", "find", "update", "find", "update", "update", "update", "find"]);
    assert_eq!(accounts.get(fresh.id).await.unwrap().unwrap().version, 3);

    // An ordered one stops at the first.
    let fresh = accounts.get(fresh.id).await.unwrap().unwrap();
    let error = accounts.bulk_write([Write::save(&stale), Write::save(&fresh)]).await.unwrap_err();
    assert!(error.is_stale_version());
    assert_eq!(accounts.get(fresh.id).await.unwrap().unwrap().version, 3);
}

/// 32 tasks read, change and save one document, and repeat it when another one was faster.
#[odm_test::test(flavor = "multi_thread")]
async fn no_increment_is_lost(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let ada = account("ada");
    accounts.insert_one(&ada).await.unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|_| {
            let (accounts, id) = (accounts.clone(), ada.id);
            tokio::spawn(async move {
                let mut repeated = 0;
                loop {
                    let mut account = accounts.get(id).await.unwrap().unwrap();
                    account.sum += 1;
                    match accounts.save(&account).await {
                        Ok(_) => return repeated,
                        Err(error) if error.is_stale_version() => repeated += 1,
                        Err(error) => panic!("{error}"),
                    }
                }
            })
        })
        .collect();
    let mut repeated = BTreeSet::new();
    for task in tasks {
        repeated.insert(task.await.unwrap());
    }
    let stored = accounts.get(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.sum, stored.version), (32, 33));
    assert!(repeated.len() > 1, "nobody was slower than another: {repeated:?}");
}

/// The same in transactions: the server refuses a write to a document that changed after it was read, and the body runs
/// again.
#[odm_test::test]
async fn no_increment_of_a_transaction_is_lost(db: Database) {
    let ada = account("ada");
    db.collection::<Account>().insert_one(&ada).await.unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..32 {
        let (db, id) = (db.clone(), ada.id);
        tasks.spawn(async move {
            let accounts: Collection<Account> = db.collection();
            db.transaction(async |mut tx| {
                let mut account = accounts.get(id).session(&mut tx).await?.unwrap();
                account.sum += 1;
                accounts.save(&account).session(&mut tx).await.map(drop)
            })
            .await
            .unwrap();
        });
    }
    tasks.join_all().await;
    let stored = db.collection::<Account>().get(ada.id).await.unwrap().unwrap();
    assert_eq!((stored.sum, stored.version), (32, 33));
}

#[odm_test::test]
async fn a_stale_save_in_a_transaction_aborts_it(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let stale = stored(&accounts).await;
    let other = stored(&accounts).await;
    accounts.update_one(Account::fields().id().eq(stale.id), Account::fields().sum().inc(1)).await.unwrap();
    let before = accounts.get(other.id).await.unwrap().unwrap();
    let error = db
        .transaction(async |mut tx| {
            accounts.save(&before).session(&mut tx).await?;
            accounts.save(&stale).session(&mut tx).await
        })
        .await
        .unwrap_err();
    assert!(error.is_stale_version(), "{error}");
    assert_eq!(accounts.get(other.id).await.unwrap(), Some(before));
}

/// The condition of the caller on the version holds, too.
#[odm_test::test]
async fn a_condition_on_the_version_is_kept(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let read = stored(&accounts).await;
    let newer = a.id().eq(read.id) & a.version().gte(5_u64);
    assert_eq!(accounts.replace_one(newer, &read).await.unwrap().matched_count, 0);
    let same = a.id().eq(read.id) & a.version().lte(5_u64);
    assert_eq!(accounts.replace_one(same, &read).await.unwrap().matched_count, 1);
}

/// The question why nothing was replaced has the collation and the variables of the replacement.
#[odm_test::test]
async fn a_stale_version_is_found_with_the_options_of_the_write(db: Database) {
    let accounts: Collection<Account> = db.collection();
    let a = Account::fields();
    let stale = stored(&accounts).await;
    accounts.update_one(Filter::all(), a.sum().inc(1)).await.unwrap();
    let any_case = || Collation::builder().locale("en").strength(CollationStrength::Secondary).build();
    let error = accounts.replace_one(a.owner().eq("ADA"), &stale).collation(any_case()).await.unwrap_err();
    assert!(error.is_stale_version(), "{error}");
    let found = accounts.find_one_and_replace(a.owner().eq("ADA"), &stale).collation(any_case()).await;
    assert!(found.unwrap_err().is_stale_version());
    let by_variable = || Filter::<Account>::raw(doc! { "$expr": { "$eq": ["$owner", "$$name"] } });
    let error = accounts.replace_one(by_variable(), &stale).let_("name", "ada").await.unwrap_err();
    assert!(error.is_stale_version(), "{error}");
    let replaced = accounts.replace_one(by_variable(), &stale).let_("name", "eve").await.unwrap();
    assert_eq!(replaced.matched_count, 0);
}
