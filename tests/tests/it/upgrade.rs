//! Documents of older schema versions, read with every method and written back.

use odm::{
    Collection, Database, Embedded, Filter, Id, Model, Update, View, Write,
    bson::{Bson, Document, doc, oid::ObjectId},
    watch::Event,
};
use odm_integration::commands::Commands;
use odm_test::Server;

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "contacts", schema_version = 3, upgrade(1 = into_a_list, 2 = name_at_least))]
struct Contact {
    id: Id<Contact>,
    name: String,
    phones: Vec<String>,
}

fn into_a_list(contact: &mut Document) {
    let phone = contact.remove("phone");
    if !contact.contains_key("phones") {
        contact.insert("phones", Vec::from_iter(phone));
    }
}

fn name_at_least(contact: &mut Document) -> Result<(), String> {
    match contact.get_str("name") {
        Ok("") | Err(_) => Err(format!("no name in {contact}")),
        Ok(_) => Ok(()),
    }
}

fn plain(db: &Database) -> odm::mongodb::Collection<Document> {
    db.driver().collection("contacts")
}

/// Returns a contact of each version, in this order.
async fn of_every_version(db: &Database) -> [ObjectId; 3] {
    let ids = [ObjectId::new(), ObjectId::new(), ObjectId::new()];
    let documents = [
        doc! { "_id": ids[0], "name": "Ada", "phone": "1" },
        doc! { "_id": ids[1], "name": "Ada", "phones": ["1"], "schema_version": 2.0 },
        doc! { "_id": ids[2], "schema_version": 3, "name": "Ada", "phones": ["1"] },
    ];
    plain(db).insert_many(documents).await.unwrap();
    ids
}

fn contact(id: ObjectId) -> Contact {
    Contact { id: id.into(), name: "Ada".into(), phones: vec!["1".into()] }
}

#[odm_test::test]
async fn every_method_that_reads_upgrades(db: Database) {
    let contacts: Collection<Contact> = db.collection();
    let mut changes = contacts.watch().await.unwrap();
    let ids = of_every_version(&db).await;
    let c = Contact::fields();

    let all: Vec<Contact> =
        contacts.find(Filter::all()).sort(c.id().asc()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(all, ids.map(contact));
    let rows: Vec<Contact> =
        contacts.aggregate().sort(|c| c.id().asc()).await.unwrap().try_collect().await.unwrap();
    assert_eq!(rows, all);
    for id in ids {
        assert_eq!(contacts.get(Id::from(id)).await.unwrap(), Some(contact(id)));
        assert_eq!(contacts.find_one(c.id().eq(Id::from(id))).await.unwrap(), Some(contact(id)));
        let change = changes.next().await.unwrap().unwrap();
        assert_eq!(change.event(), &Event::Insert(contact(id)));
    }
}

#[odm_test::test]
async fn old_documents_can_be_rewritten(db: Database) {
    let contacts: Collection<Contact> = db.collection();
    let ids = of_every_version(&db).await;
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 2);

    // An update does not change the version, and its new field is kept.
    let c = Contact::fields();
    contacts.update_one(c.id().eq(Id::from(ids[0])), c.phones().set(vec!["2".to_owned()])).await.unwrap();
    let stored = plain(&db).find_one(doc! { "_id": ids[0] }).await.unwrap().unwrap();
    assert_eq!(stored, doc! { "_id": ids[0], "name": "Ada", "phone": "1", "phones": ["2"] });
    assert_eq!(contacts.get(Id::from(ids[0])).await.unwrap().unwrap().phones, ["2"]);

    let mut old = contacts.find(Filter::outdated()).await.unwrap();
    while let Some(contact) = old.next().await.transpose().unwrap() {
        contacts.replace_one(c.id().eq(contact.id) & Filter::outdated(), &contact).await.unwrap();
    }
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 0);
    let stored = plain(&db).find_one(doc! { "_id": ids[0] }).await.unwrap().unwrap();
    assert_eq!(
        stored.to_string(),
        doc! { "_id": ids[0], "schema_version": 3, "name": "Ada", "phones": ["2"] }.to_string()
    );

    let new = ObjectId::new();
    contacts.insert_one(&contact(new)).await.unwrap();
    contacts.insert_many([&contact(ObjectId::new())]).await.unwrap();
    assert_eq!(
        plain(&db).count_documents(doc! { "schema_version": { "$type": "int", "$eq": 3 } }).await.unwrap(),
        5
    );
    let stored = plain(&db).find_one(doc! { "_id": new }).await.unwrap().unwrap();
    assert_eq!(stored.keys().collect::<Vec<_>>(), ["_id", "schema_version", "name", "phones"]);
}

#[odm_test::test]
async fn a_cursor_continues_after_documents_that_do_not_fit(db: Database) {
    let contacts: Collection<Contact> = db.collection();
    let ids = of_every_version(&db).await;
    let (newer, refused, misfit) = (ObjectId::new(), ObjectId::new(), ObjectId::new());
    let bad = [
        doc! { "_id": newer, "schema_version": 4 },
        doc! { "_id": refused, "name": "", "phone": "SECRET" },
        doc! { "_id": misfit, "name": "Ada", "phone": { "SECRET": 1 } },
    ];
    plain(&db).insert_many(bad).await.unwrap();
    let last = ObjectId::new();
    contacts.insert_one(&contact(last)).await.unwrap();

    let c = Contact::fields();
    let (found, misfits): (Vec<Contact>, _) =
        contacts.find(Filter::all()).sort(c.id().asc()).await.unwrap().try_partition().await.unwrap();
    assert_eq!(found, [ids[0], ids[1], ids[2], last].map(contact));
    let errors: Vec<_> = misfits.iter().map(|error| error.decode_error().unwrap()).collect();
    assert_eq!(
        errors.iter().map(|error| error.id()).collect::<Vec<_>>(),
        [newer, refused, misfit].map(Bson::from).iter().map(Some).collect::<Vec<_>>()
    );
    assert_eq!(
        errors.iter().map(|error| error.path()).collect::<Vec<_>>(),
        ["schema_version", "", "phones.0"]
    );
    assert_eq!(
        errors.iter().map(|error| error.schema_version()).collect::<Vec<_>>(),
        [Some(4), Some(1), Some(1)]
    );
    assert!(errors.iter().all(|error| error.collection() == Some("contacts")));
    assert_eq!(misfits.iter().map(odm::Error::is_newer_version).collect::<Vec<_>>(), [true, false, false]);
    assert!(errors[1].upgrade_failure().unwrap().contains("SECRET"));
    for error in &misfits {
        let text = error.to_string();
        assert!(
            text.starts_with(&format!("find on {}.contacts: the document with `_id` ", db.name())),
            "{text}"
        );
        assert!(
            !text.contains("SECRET")
                && !text.contains(char::is_control)
                && !format!("{error:?}").contains("SECRET")
        );
    }

    let error = contacts.get(Id::from(newer)).await.unwrap_err();
    assert!(error.is_newer_version() && error.to_string().starts_with("get on "), "{error}");
    let error = contacts.find_one(c.id().eq(Id::from(refused))).await.unwrap_err();
    assert!(error.is_decode() && error.decode_error().unwrap().id() == Some(&Bson::from(refused)));

    let mut session = db.start_session().await.unwrap();
    let found = contacts.find(Filter::all()).session(&mut session).await.unwrap();
    let (found, misfits): (Vec<Contact>, _) = found.try_partition().await.unwrap();
    assert_eq!((found.len(), misfits.len()), (4, 3));
}

/// An upsert writes the current version, so no upgrade step runs when the document is read.
#[odm_test::test]
async fn an_upsert_writes_the_current_version(db: Database) {
    let contacts: Collection<Contact> = db.collection();
    let c = Contact::fields();
    let ids = [ObjectId::new(), ObjectId::new(), ObjectId::new(), ObjectId::new()];
    let to = |index: usize| c.id().eq(Id::from(ids[index]));
    let update = || c.name().set("Ada") + c.phones().set(["1"]);
    contacts.update_one(to(0), update()).upsert(true).await.unwrap();
    contacts.update_many(to(1), update()).upsert(true).await.unwrap();
    contacts.find_one_and_update(to(2), update()).upsert(true).await.unwrap();
    contacts.bulk_write([Write::update_one(to(3), update()).upsert(true)]).await.unwrap();
    for id in ids {
        let stored = plain(&db).find_one(doc! { "_id": id }).await.unwrap().unwrap();
        assert_eq!(stored.get("schema_version"), Some(&Bson::Int32(3)), "{stored}");
        assert_eq!(contacts.get(Id::from(id)).await.unwrap(), Some(contact(id)));
    }

    // An existing document keeps its version.
    let old = of_every_version(&db).await[0];
    contacts.update_one(c.id().eq(Id::from(old)), c.name().set("Bob")).upsert(true).await.unwrap();
    let stored = plain(&db).find_one(doc! { "_id": old }).await.unwrap().unwrap();
    assert_eq!(stored.get("schema_version"), None);

    // An update of only the version is empty.
    let error = contacts.update_one(to(0), doc! {}).upsert(true).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("the update is empty"), "{error}");
    // An update that sets the version itself is not changed, and neither are stages.
    for (raw, version) in [
        (Update::raw(doc! { "$set": { "schema_version": 2, "name": "Eve", "phone": "1" } }), Some(2)),
        (Update::raw(doc! { "$setOnInsert": { "schema_version": 2 }, "$set": { "name": "Eve" } }), Some(2)),
        (Update::raw(doc! { "$rename": { "version": "schema_version" } }), None),
        (Update::raw_pipeline(vec![doc! { "$set": { "name": "Eve" } }]), None),
    ] {
        let id = ObjectId::new();
        contacts.update_one(c.id().eq(Id::from(id)), raw.clone()).upsert(true).await.unwrap();
        let stored = plain(&db).find_one(doc! { "_id": id }).await.unwrap().unwrap();
        assert_eq!(stored.get("schema_version"), version.map(Bson::Int32).as_ref(), "{raw}");
    }
    let error = contacts.update_one(to(0), doc! { "$setOnInsert": 5 }).upsert(true).await.unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("`$setOnInsert`"), "{error}");
    // A whole document already contains the version.
    let sixth = ObjectId::new();
    let update = contacts.update_one(c.id().eq(Id::from(sixth)), c.name().set("Ada"));
    update.or_insert(&contact(sixth)).await.unwrap();
    assert_eq!(contacts.get(Id::from(sixth)).await.unwrap(), Some(contact(sixth)));
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Contact)]
struct Phones<'a> {
    phones: Vec<&'a str>,
}

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "people")]
struct Person {
    id: i32,
    address: Address,
}

#[derive(Debug, Clone, PartialEq, Embedded)]
#[odm(schema_version(2, name = "v"), upgrade(1 = street_and_number))]
struct Address {
    street: String,
    number: i32,
}

fn street_and_number(address: &mut Document) {
    address.insert("number", 1);
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Where {
    address: Street,
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Address)]
struct Street {
    street: String,
}

/// A part of a document cannot be upgraded, so a view always reports that a document is old.
#[odm_test::test]
async fn a_view_refuses_other_versions(db: Database, server: Server) {
    let contacts: Collection<Contact> = db.collection();
    let ids = of_every_version(&db).await;
    plain(&db).insert_one(doc! { "_id": 7, "schema_version": 4, "phones": ["1"] }).await.unwrap();
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let mut errors = Vec::new();
    for id in [Bson::from(ids[2]), ids[1].into(), ids[0].into(), 7.into()] {
        let find = recorded.collection::<Contact>().find(Filter::raw(doc! { "_id": id }));
        let read =
            find.view::<Phones<'_>>().await.unwrap().for_each(|row| assert_eq!(row.phones, ["1"])).await;
        errors.push(read.map_err(|error| {
            let decode = error.decode_error().unwrap();
            assert_eq!((decode.path().as_str(), error.is_decode()), ("schema_version", true));
            (decode.schema_version(), error.is_newer_version())
        }));
    }
    assert_eq!(errors, [Ok(()), Err((Some(2), false)), Err((Some(1), false)), Err((Some(4), true))]);
    let sent = commands.take();
    assert_eq!(
        sent[0].get_document("projection").unwrap(),
        &doc! { "schema_version": 1, "phones": 1, "_id": 0 }
    );
    let old = contacts.find_one(Filter::outdated()).view::<Phones2>().await.unwrap_err().to_string();
    assert!(
        old.contains(
            "`schema_version`: expected version 3 of `Contact`: an older document is upgraded as a whole, not in a \
             view, found version 1"
        ),
        "{old}"
    );

    let people = db.collection::<Person>();
    people.insert_one(&Person { id: 1, address: Address { street: "A".into(), number: 2 } }).await.unwrap();
    let one = people.get(1).view::<Where>().await.unwrap();
    assert_eq!(one, Some(Where { address: Street { street: "A".into() } }));
    let raw = people.driver().clone_with_type::<Document>();
    raw.update_one(doc! {}, doc! { "$set": { "address": { "street": "A" } } }).await.unwrap();
    let error = people.get(1).view::<Where>().await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "address.v");
}

#[derive(Debug, View)]
#[odm(of = Contact)]
#[allow(dead_code)] // only decoded
struct Phones2 {
    phones: Vec<String>,
}
