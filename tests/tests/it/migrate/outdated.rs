//! `migrate_outdated`, and migrations that upgrade schema versions.

use odm::{
    Database, Filter, Id, Model,
    bson::{Document, doc, oid::ObjectId},
    error::MigrationError,
    migrate::Migration,
    migrations,
};

use super::all;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "contacts", schema_version = 3, upgrade(1 = into_a_list, 2 = named))]
struct Contact {
    id: Id<Contact>,
    name: String,
    phones: Vec<String>,
}

fn into_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    contact.insert("phones", Vec::from_iter(phone));
}

fn named(contact: &mut Document) -> Result<(), String> {
    if contact.get_str("name").is_ok_and(|name| !name.is_empty()) { Ok(()) } else { Err("no name".into()) }
}

async fn insert(db: &Database, documents: impl IntoIterator<Item = Document>) {
    let contacts: odm::mongodb::Collection<Document> = db.driver().collection("contacts");
    contacts.insert_many(documents).await.unwrap();
}

async fn of_all_versions(db: &Database) {
    let first = (0..5).map(|_| doc! { "name": "Ada", "phone": "1" });
    let second = (0..5).map(|_| doc! { "name": "Ada", "phones": ["1"], "schema_version": 2 });
    let third = [doc! { "schema_version": 3, "name": "Ada", "phones": ["1"] }];
    let newer = [doc! { "schema_version": 4, "names": ["Ada"] }];
    insert(db, first.chain(second).chain(third).chain(newer)).await;
}

#[odm_test::test]
async fn outdated_documents_are_rewritten(db: Database) {
    of_all_versions(&db).await;
    let contacts = db.collection::<Contact>();
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 10);
    assert_eq!(contacts.migrate_outdated().batch_size(3).await.unwrap(), 10);
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 0);
    let stored = all(&db, "contacts").await;
    let current = stored.iter().filter(|contact| {
        let phones = contact.get_array("phones").ok();
        contact.get_i32("schema_version").unwrap() == 3 && phones.is_some_and(|phones| phones.len() == 1)
    });
    assert_eq!((current.count(), stored.len()), (11, 12));
    assert_eq!(contacts.migrate_outdated().await.unwrap(), 0);
    insert(&db, [doc! { "name": "Bo" }]).await;
    assert_eq!(contacts.migrate_outdated().await.unwrap(), 1);
    assert!(all(&db, "odm_migrations").await.is_empty());
}

#[odm_test::test]
async fn a_document_that_a_step_refuses_is_listed(db: Database) {
    of_all_versions(&db).await;
    let nameless = ObjectId::new();
    insert(&db, [doc! { "_id": nameless, "phone": "2" }]).await;
    let contacts = db.collection::<Contact>();
    let error = contacts.migrate_outdated().await.unwrap_err();
    let refused = error.migration().and_then(MigrationError::documents).unwrap();
    assert_eq!((refused.count(), refused.samples()[0].id()), (1, &nameless.into()));
    assert!(refused.samples()[0].reason().ends_with(": no name"), "{}", refused.samples()[0].reason());
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 1);
}

#[odm_test::test]
async fn an_upgrade_is_a_migration(db: Database) {
    of_all_versions(&db).await;
    let list = || migrations!["contacts-3" => Migration::upgrade::<Contact>()];
    assert_eq!(
        db.migrate(list()).dry_run().await.unwrap().to_string(),
        "contacts-3: 10 documents of contacts to rewrite\n"
    );
    assert_eq!(
        db.migrate(list()).run().await.unwrap().to_string(),
        "applied contacts-3: 10 documents rewritten\n"
    );
    assert_eq!(db.collection::<Contact>().count(Filter::outdated()).await.unwrap(), 0);
}
