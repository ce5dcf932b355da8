//! Documents of older versions, through every way of reading, and back.

use odm::{
    Collection, Database, Filter, Id, Model, View,
    bson::{Bson, Document, doc, oid::ObjectId},
    watch::Event,
};

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

/// A contact of each version, in this order.
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
async fn every_way_of_reading_upgrades(db: Database) {
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
async fn old_documents_are_rewritten_in_the_background(db: Database) {
    let contacts: Collection<Contact> = db.collection();
    let ids = of_every_version(&db).await;
    assert_eq!(contacts.count(Filter::outdated()).await.unwrap(), 2);

    // An update leaves the version as it is, and what it wrote stays.
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

/// It has a part of the document, which no step could start from.
#[odm_test::test]
async fn a_view_reads_what_is_stored(db: Database) {
    #[derive(Debug, PartialEq, View)]
    #[odm(of = Contact)]
    struct Phones {
        phones: Vec<String>,
    }
    let contacts: Collection<Contact> = db.collection();
    let ids = of_every_version(&db).await;
    let error = contacts.get(Id::from(ids[0])).view::<Phones>().await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "phones");
    let phones = Phones { phones: vec!["1".into()] };
    assert_eq!(contacts.get(Id::from(ids[1])).view::<Phones>().await.unwrap(), Some(phones));
    let present = contacts.find(!Filter::outdated()).view::<Phones>().await.unwrap();
    assert_eq!(present.try_collect::<Vec<Phones>>().await.unwrap().len(), 1);
}

#[odm_test::test]
async fn a_cursor_goes_on_behind_documents_that_do_not_fit(db: Database) {
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
    let told: Vec<_> = misfits.iter().map(|error| error.decode_error().unwrap()).collect();
    assert_eq!(
        told.iter().map(|told| told.id()).collect::<Vec<_>>(),
        [newer, refused, misfit].map(Bson::from).iter().map(Some).collect::<Vec<_>>()
    );
    assert_eq!(told.iter().map(|told| told.path()).collect::<Vec<_>>(), ["schema_version", "", "phones.0"]);
    assert_eq!(
        told.iter().map(|told| told.schema_version()).collect::<Vec<_>>(),
        [Some(4), Some(1), Some(1)]
    );
    assert!(told.iter().all(|told| told.collection() == Some("contacts")));
    assert_eq!(misfits.iter().map(odm::Error::is_newer_version).collect::<Vec<_>>(), [true, false, false]);
    assert!(told[1].upgrade_failure().unwrap().contains("SECRET"));
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
