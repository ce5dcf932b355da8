//! Stored fields that no model declares: a rewrite keeps them.

use std::collections::BTreeMap;

use odm::{
    Database, Embedded, Model,
    bson::{Bson, Document, doc},
    migrate::{Migration, Migrations},
};

use super::all;

async fn insert(db: &Database, collection: &str, document: Document) {
    db.driver().collection::<Document>(collection).insert_one(document).await.unwrap();
}

async fn migrate(db: &Database, migration: Migration) {
    db.migrate(Migrations::new().with("m", "", migration)).run().await.unwrap();
}

#[derive(Debug, Model)]
#[odm(collection = "houses")]
struct OldHouse {
    id: i32,
    #[serde(alias = "streetName", alias = "road")]
    street: String,
    floors: Option<i32>,
    #[serde(flatten)]
    place: Place,
    owner: Owner,
}

#[derive(Debug, Embedded)]
struct Place {
    city: String,
}

#[derive(Debug, Embedded)]
struct Owner {
    name: String,
}

#[derive(Debug, Model)]
#[odm(collection = "houses")]
struct House {
    id: i32,
    #[serde(alias = "anschrift")]
    address: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    price: Option<i32>,
    owner: Owner,
}

#[odm_test::test]
async fn fields_that_neither_model_declares_are_kept(db: Database) {
    insert(
        &db,
        "houses",
        doc! {
            "note": "theirs", "_id": 1, "streetName": "A", "floors": 2, "city": "B", "price": 5, "anschrift": 1,
            "owner": { "name": "C", "phone": "1" }, "tags": [{ "a.b": Bson::Null }], "a.b": 8,
        },
    )
    .await;
    let rewrite = |old: OldHouse| House {
        id: old.id,
        address: format!("{}, {}", old.street, old.place.city),
        price: None,
        owner: old.owner,
    };
    migrate(&db, Migration::rewrite(OldHouse::fields().floors().exists(true), rewrite)).await;
    assert_eq!(
        all(&db, "houses").await,
        [doc! {
            "_id": 1, "address": "A, B", "owner": { "name": "C" }, "note": "theirs", "tags": [{ "a.b": Bson::Null }],
            "a.b": 8,
        }]
    );
}

#[derive(Debug, Model)]
#[odm(collection = "bags")]
struct Bag {
    id: i32,
    old: Option<bool>,
    #[serde(flatten)]
    items: BTreeMap<String, i32>,
}

#[derive(Debug, Model)]
#[odm(collection = "bags")]
struct Sack {
    id: i32,
    old: Option<bool>,
}

#[derive(Debug, Model)]
#[odm(collection = "bags")]
struct NewBag {
    id: i32,
    #[serde(flatten)]
    items: BTreeMap<String, i32>,
}

/// The function has seen what a map of the old model has read, and decides about it.
#[odm_test::test]
async fn a_flattened_map_of_the_old_model_declares_what_it_reads(db: Database) {
    insert(&db, "bags", doc! { "_id": 1, "old": true, "a": 1, "b": 2 }).await;
    let rewrite = |mut bag: Bag| {
        bag.items.remove("a");
        NewBag { id: bag.id, items: bag.items }
    };
    migrate(&db, Migration::rewrite(Bag::fields().old().exists(true), rewrite)).await;
    assert_eq!(all(&db, "bags").await, [doc! { "_id": 1, "b": 2 }]);
}

#[odm_test::test]
async fn a_flattened_map_of_the_new_model_declares_what_it_writes(db: Database) {
    insert(&db, "bags", doc! { "_id": 1, "old": true, "a": 1, "b": 2 }).await;
    let rewrite = |old: Sack| NewBag { id: old.id, items: BTreeMap::from([("b".to_owned(), 3)]) };
    migrate(&db, Migration::rewrite(Sack::fields().old().exists(true), rewrite)).await;
    assert_eq!(all(&db, "bags").await, [doc! { "_id": 1, "b": 3, "a": 1 }]);
}

#[derive(Debug, Model)]
#[odm(collection = "payments")]
#[serde(tag = "kind")]
enum OldPayment {
    Card { id: i32, number: String },
    Cash { id: i32, received: i32 },
}

#[derive(Debug, Model)]
#[odm(collection = "payments")]
#[serde(tag = "type")]
enum Payment {
    Card { id: i32, digits: String },
    Cash { id: i32, given: i32 },
}

#[odm_test::test]
async fn the_tag_and_the_fields_of_all_variants_are_declared(db: Database) {
    let stored = doc! { "_id": 1, "kind": "Card", "number": "123", "received": 4, "given": 5, "note": 6 };
    insert(&db, "payments", stored).await;
    let rewrite = |old: OldPayment| match old {
        OldPayment::Card { id, number } => Payment::Card { id, digits: number },
        OldPayment::Cash { id, received } => Payment::Cash { id, given: received },
    };
    let pending = doc! { "kind": { "$exists": true } };
    migrate(&db, Migration::rewrite(pending, rewrite)).await;
    assert_eq!(all(&db, "payments").await, [doc! { "type": "Card", "_id": 1, "digits": "123", "note": 6 }]);
}

#[derive(Debug, Model)]
#[odm(collection = "contacts", schema_version = 2, upgrade(1 = into_a_list))]
struct Contact {
    id: i32,
    phones: Vec<String>,
}

fn into_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    contact.insert("phones", Vec::from_iter(phone));
    contact.insert("upgraded", true);
}

#[derive(Debug, Model)]
#[odm(collection = "contacts")]
struct NewContact {
    id: i32,
    first: Option<String>,
}

#[odm_test::test]
async fn an_upgrade_keeps_what_its_steps_leave(db: Database) {
    let old = doc! { "_id": 1, "phone": "1", "note": "theirs" };
    let upgraded =
        doc! { "_id": 1, "schema_version": 2, "phones": ["1"], "note": "theirs", "upgraded": true };
    insert(&db, "contacts", old.clone()).await;
    assert_eq!(db.collection::<Contact>().migrate_outdated().await.unwrap(), 1);
    assert_eq!(all(&db, "contacts").await, [upgraded]);

    db.driver().collection::<Document>("contacts").delete_many(doc! {}).await.unwrap();
    insert(&db, "contacts", old).await;
    let rewrite = |mut old: Contact| NewContact { id: old.id, first: old.phones.pop() };
    let pending = doc! { "first": { "$exists": false } };
    migrate(&db, Migration::rewrite(pending, rewrite)).await;
    let rewritten = doc! { "_id": 1, "first": "1", "note": "theirs", "upgraded": true };
    assert_eq!(all(&db, "contacts").await, [rewritten]);
}

#[derive(Debug, Model)]
#[odm(collection = "files")]
struct OldFile {
    id: i32,
    old: bool,
}

#[derive(Debug, Model)]
#[odm(collection = "files")]
struct File {
    id: i32,
    text: String,
}

#[odm_test::test]
async fn a_document_that_becomes_too_large_with_them_is_refused(db: Database) {
    let stored = doc! { "_id": 1, "old": true, "theirs": "x".repeat(15 * 1024 * 1024) };
    insert(&db, "files", stored.clone()).await;
    let rewrite = |old: OldFile| File { id: old.id, text: "x".repeat(2 * 1024 * 1024) };
    let list =
        Migrations::new().with("m", "", Migration::rewrite(OldFile::fields().old().exists(true), rewrite));
    let dry = db.migrate(list).dry_run().await.unwrap();
    let reason = dry.migrations()[0].refused().samples()[0].reason();
    assert!(reason.contains("the server stores at most"), "{reason}");
    assert_eq!(all(&db, "files").await, [stored]);
}
