//! Indexes that become unique, and indexes that cannot be built again.

use odm::{
    Database, Id, Model,
    bson::{Bson, Document, doc},
    error::SchemaError,
    index::{
        Index,
        IndexType::{Ascending, Descending},
    },
    schema::Models,
};

use super::{create, live};

#[derive(Debug, Clone, Model)]
#[odm(collection = "accounts")]
struct Account {
    id: Id<Account>,
    email: String,
}

// --- models end here

fn by_email() -> Index {
    Index::new().key("email", Ascending)
}

async fn fill(db: &Database, emails: [&str; 3]) {
    let documents = (1..).zip(emails).map(|(id, email)| doc! { "_id": id, "email": email });
    db.driver().collection::<Document>("accounts").insert_many(documents).await.unwrap();
}

#[odm_test::test]
async fn an_index_becomes_unique_in_place(db: Database) {
    fill(&db, ["a", "b", "c"]).await;
    create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1" }).await;
    let schema = db.schema(Models::new().with_indexes::<Account>([by_email().unique()]));
    let plan = schema.plan().await.unwrap();
    assert_eq!(plan.to_string(), "~ accounts: modify index email_1: unique no -> yes [slow]");
    assert_eq!(plan.apply().await.unwrap().to_string(), "modified index accounts.email_1");
    assert!(schema.plan().await.unwrap().is_empty());
    assert_eq!(
        live(&db, "accounts").await,
        [doc! { "v": 2, "key": { "email": 1 }, "name": "email_1", "unique": true }]
    );
}

#[odm_test::test]
async fn documents_that_prevent_it_are_listed_and_the_index_stays(db: Database) {
    fill(&db, ["a", "hunter2", "hunter2"]).await;
    create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1" }).await;
    let before = live(&db, "accounts").await;
    let schema = db.schema(Models::new().with_indexes::<Account>([by_email().unique()]));
    let plan = schema.plan().await.unwrap();
    let error = plan.apply().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        format!(
            "apply on {}.accounts: the index `email_1` cannot become unique: 2 documents of `accounts` have the same \
             key as another (code 359, CannotConvertIndexToUnique)",
            db.name()
        )
    );
    let Some(SchemaError::NotUnique { ids, .. }) = error.schema() else { panic!("{error:?}") };
    assert_eq!(ids.as_slice(), [Bson::Int32(2), Bson::Int32(3)]);
    assert!(!format!("{error:?}").contains("hunter2"));
    assert_eq!(live(&db, "accounts").await, before, "it is not left prepared");

    let accounts = db.driver().collection::<Document>("accounts");
    accounts.delete_one(doc! { "_id": 3 }).await.unwrap();
    plan.apply().await.unwrap();
    assert!(schema.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn an_interrupted_conversion_is_finished_or_undone(db: Database) {
    fill(&db, ["a", "b", "c"]).await;
    create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1", "prepareUnique": true }).await;
    let plain = db.schema(Models::new().with_indexes::<Account>([by_email()]));
    let plan = plain.plan().await.unwrap();
    assert_eq!(plan.to_string(), "~ accounts: modify index email_1: prepareUnique yes -> no [safe]");

    let unique = db.schema(Models::new().with_indexes::<Account>([by_email().unique()]));
    unique.plan().await.unwrap().apply().await.unwrap();
    assert!(unique.plan().await.unwrap().is_empty());
}

#[odm_test::test]
async fn an_index_that_cannot_be_built_again_is_restored(db: Database) {
    fill(&db, ["a", "hunter2", "hunter2"]).await;
    create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1", "sparse": true }).await;
    let before = live(&db, "accounts").await;
    let schema = db.schema(Models::new().with_indexes::<Account>([by_email().unique()]));
    let plan = schema.plan().await.unwrap();
    assert!(plan.is_destructive());
    let error = plan.apply().allow_destructive().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::DuplicateKeys { .. })), "{error}");
    assert_eq!(live(&db, "accounts").await, before);
}

#[odm_test::test]
async fn an_index_of_another_collation_than_its_collection_is_restored(db: Database) {
    let french = doc! { "locale": "fr", "strength": 2 };
    db.driver().run_command(doc! { "create": "accounts", "collation": french }).await.unwrap();
    fill(&db, ["a", "b", "b"]).await;
    let simple = doc! { "locale": "simple" };
    create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1", "collation": simple }).await;
    let before = live(&db, "accounts").await;
    let schema = db.schema(Models::new().with_indexes::<Account>([by_email().unique()]));
    let error = schema.plan().await.unwrap().apply().allow_destructive().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::DuplicateKeys { .. })), "{error}");
    assert_eq!(live(&db, "accounts").await, before);
}

#[odm_test::test]
async fn every_index_that_was_dropped_is_restored(db: Database) {
    fill(&db, ["a", "b", "b"]).await;
    let emails = doc! { "key": { "email": 1 }, "name": "email_1", "sparse": true };
    create(&db, "accounts", emails).await;
    create(&db, "accounts", doc! { "key": { "email": -1 }, "name": "email_-1", "sparse": true }).await;
    let before = live(&db, "accounts").await;
    let down = Index::new().key("email", Descending);
    let schema = db.schema(Models::new().with_indexes::<Account>([by_email(), down.unique()]));
    let error = schema.plan().await.unwrap().apply().allow_destructive().await.unwrap_err();
    assert!(matches!(error.schema(), Some(SchemaError::DuplicateKeys { .. })), "{error}");
    assert_eq!(live(&db, "accounts").await, before);
}

#[odm_test::test]
async fn nothing_else_is_changed_if_an_index_cannot_become_unique(db: Database) {
    fill(&db, ["a", "b", "b"]).await;
    for is_prepared in [false, true] {
        // An index on which duplicates are no longer accepted stays one.
        let command = doc! { "name": "email_1", "prepareUnique": is_prepared };
        create(&db, "accounts", doc! { "key": { "email": 1 }, "name": "email_1" }).await;
        db.driver().run_command(doc! { "collMod": "accounts", "index": command }).await.unwrap();
        let before = live(&db, "accounts").await;
        let index = by_email().unique().hidden();
        let schema = db.schema(Models::new().with_indexes::<Account>([index]));
        let error = schema.plan().await.unwrap().apply().await.unwrap_err();
        assert!(matches!(error.schema(), Some(SchemaError::NotUnique { .. })), "{error}");
        assert_eq!(live(&db, "accounts").await, before);
        db.driver().run_command(doc! { "dropIndexes": "accounts", "index": "email_1" }).await.unwrap();
    }
}
