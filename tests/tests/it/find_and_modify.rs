//! Methods that change a document and return it, and the commands that they send.

use odm::{
    Collection, Database, Model, Update, View,
    bson::{Document, doc},
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

async fn three(db: &Database, server: &Server) -> (Collection<Person>, Commands, [Person; 3]) {
    let three = [person("ada", 36), person("bob", 20), person("eve", 30)];
    db.collection::<Person>().insert_many(&three).await.unwrap();
    let (db, commands) = Commands::record(server.uri(), db).await;
    (db.collection(), commands, three)
}

/// The document is deleted, so the error contains what was read.
#[odm_test::test]
async fn a_document_that_does_not_fit_is_in_the_error(db: Database) {
    let people = db.collection::<Person>();
    let raw = people.driver().clone_with_type::<Document>();
    let strange = doc! { "_id": 7, "name": ["ada"], "age": "old" };
    for call in ["delete", "update", "replace", "find"] {
        raw.insert_one(&strange).await.unwrap();
        let filter = doc! { "_id": 7 };
        let error = match call {
            "delete" => people.find_one_and_delete(filter).await.unwrap_err(),
            "update" => people.find_one_and_update(filter, Person::fields().age().set(1)).await.unwrap_err(),
            "replace" => people.find_one_and_replace(filter, &person("eve", 30)).await.unwrap_err(),
            _ => people.find_one(filter).await.unwrap_err(),
        };
        if call == "replace" {
            // The server refuses the change of `_id` first.
            assert_eq!(error.code(), Some(66));
        } else {
            let document = error.decode_error().unwrap().document().unwrap();
            assert_eq!(Document::try_from(document).unwrap(), strange, "{call}");
            assert!(!format!("{error} {error:?}").contains("ada"), "{call}");
        }
        raw.delete_many(doc! {}).await.unwrap();
    }
    let one = || doc! { "_id": 7 };
    raw.insert_one(&strange).await.unwrap();
    let updated =
        people.find_one_and_update(one(), Person::fields().age().set(1)).as_document().await.unwrap();
    assert_eq!(updated, Some(strange.clone()));
    let deleted = people.find_one_and_delete(one()).as_document().await.unwrap();
    assert_eq!(deleted, Some(doc! { "_id": 7, "name": ["ada"], "age": 1_i64 }));
    let (eve, older) = (person("eve", 30), person("eve", 31));
    raw.insert_one(stored(&eve)).await.unwrap();
    let older = Person { id: eve.id, ..older };
    let replaced = people.find_one_and_replace(doc! { "name": "eve" }, &older).as_document().await.unwrap();
    assert_eq!(replaced, Some(stored(&eve)));
}

fn stored(person: &Person) -> Document {
    Document::from_reader(odm::to_vec(person).unwrap().as_slice()).unwrap()
}

#[odm_test::test]
async fn a_document_is_returned_before_or_after_the_update(db: Database, server: Server) {
    let (people, commands, [ada, bob, _]) = three(&db, &server).await;
    let p = Person::fields();

    let before = people.find_one_and_update(p.name().eq("ada"), p.age().inc(1)).await.unwrap();
    assert_eq!(before, Some(ada.clone()));
    commands.assert([doc! {
        "findAndModify": "people",
        "query": { "name": { "$eq": "ada" } },
        "update": { "$inc": { "age": 1_i64 } },
    }]);

    let after = people
        .find_one_and_update(p.age().lt(50), p.age().set(60))
        .sort(p.age().asc())
        .return_new()
        .upsert(true)
        .await
        .unwrap();
    assert_eq!(after, Some(Person { age: 60, ..bob }));
    commands.assert([doc! {
        "findAndModify": "people",
        "query": { "age": { "$lt": 50_i64 } },
        "update": { "$set": { "age": 60_i64 } },
        "sort": { "age": 1 },
        "new": true,
        "upsert": true,
    }]);

    assert_eq!(people.find_one_and_update(p.name().eq("nobody"), p.age().inc(1)).await.unwrap(), None);
    drop(commands.take());
    let refused = people.find_one_and_update(p.name().eq("ada"), Update::raw(doc! {})).await.unwrap_err();
    assert!(refused.is_not_sent(), "{refused}");
    commands.assert([]);
}

#[odm_test::test]
async fn find_one_and_replace_returns_the_document(db: Database, server: Server) {
    let (people, commands, [ada, ..]) = three(&db, &server).await;
    let p = Person::fields();
    let older = Person { age: 40, ..ada.clone() };
    let before = people.find_one_and_replace(p.id().eq(ada.id), &older).await.unwrap();
    assert_eq!(before, Some(ada.clone()));
    commands.assert([doc! {
        "findAndModify": "people",
        "query": { "_id": *ada.id.key() },
        "update": stored(&older),
    }]);
    let dan = person("dan", 50);
    let made = people.find_one_and_replace(p.id().eq(dan.id), &dan).upsert(true).return_new().await.unwrap();
    assert_eq!(made, Some(dan));
}

#[odm_test::test]
async fn find_one_and_delete_returns_the_document(db: Database, server: Server) {
    let (people, commands, [ada, bob, _]) = three(&db, &server).await;
    let p = Person::fields();
    let youngest = people.find_one_and_delete(p.age().gt(0)).sort(p.age().asc()).await.unwrap();
    assert_eq!(youngest, Some(bob));
    commands.assert([doc! {
        "findAndModify": "people",
        "query": { "age": { "$gt": 0_i64 } },
        "sort": { "age": 1 },
        "remove": true,
    }]);
    assert_eq!(people.find_one_and_delete(p.name().eq("bob")).await.unwrap(), None);

    let mut session = db.driver().client().start_session().await.unwrap();
    let deleted = people_of(&db).find_one_and_delete(p.id().eq(ada.id)).session(&mut session).await.unwrap();
    assert_eq!(deleted, Some(ada));
}

fn people_of(db: &Database) -> Collection<Person> {
    db.collection()
}

#[odm_test::test]
async fn the_returned_document_must_fit_the_model(db: Database) {
    let people = people_of(&db);
    let raw = people.driver().clone_with_type::<Document>();
    raw.insert_one(doc! { "_id": odm::bson::oid::ObjectId::new(), "name": 7 }).await.unwrap();
    let error = people.find_one_and_delete(odm::Filter::all()).await.unwrap_err();
    assert_eq!(error.decode_error().unwrap().path(), "name");
    // As documented, the document is deleted nevertheless.
    assert_eq!(raw.count_documents(doc! {}).await.unwrap(), 0);
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Name {
    name: String,
}

/// A view is the projection. The document is read as a view after the change.
#[odm_test::test]
async fn the_document_can_be_returned_as_a_view(db: Database, server: Server) {
    let (people, commands, [ada, bob, eve]) = three(&db, &server).await;
    let p = Person::fields();
    let name = |person: &Person| Some(Name { name: person.name.clone() });
    let fields = || doc! { "name": 1, "_id": 0 };

    let changed = people.find_one_and_update(p.id().eq(ada.id), p.age().set(40)).return_new().view::<Name>();
    assert_eq!(changed.await.unwrap(), name(&ada));
    let replaced = people.find_one_and_replace(p.id().eq(bob.id), &bob).view::<Name>();
    assert_eq!(replaced.await.unwrap(), name(&bob));
    let deleted = people.find_one_and_delete(p.id().eq(eve.id)).view::<Name>();
    assert_eq!(deleted.await.unwrap(), name(&eve));
    let sent = commands.take();
    assert_eq!(
        sent.iter().map(|sent| sent.get_document("fields").unwrap()).collect::<Vec<_>>(),
        [&fields(); 3]
    );

    let mut session = db.start_session().await.unwrap();
    let people_of_db = db.collection::<Person>();
    let nobody = people_of_db.find_one_and_delete(p.name().eq("nobody")).view::<Name>().session(&mut session);
    assert_eq!(nobody.await.unwrap(), None);
    let how = people
        .find_one_and_update(p.id().eq(ada.id), p.age().set(41))
        .view::<Name>()
        .explain()
        .await
        .unwrap();
    assert_eq!(how.stages().last().map(String::as_str), Some("IDHACK"), "{how}");
}

/// An untyped projection could not be decoded after the change, so it is refused before.
#[odm_test::test]
async fn an_untyped_projection_is_refused(db: Database, server: Server) {
    use odm::mongodb::options::{FindOneAndDeleteOptions, FindOneAndReplaceOptions, FindOneAndUpdateOptions};

    let (people, commands, [ada, ..]) = three(&db, &server).await;
    let p = Person::fields();
    let only = || doc! { "name": 1 };
    let update = FindOneAndUpdateOptions::builder().projection(only()).build();
    let replace = FindOneAndReplaceOptions::builder().projection(only()).build();
    let delete = FindOneAndDeleteOptions::builder().projection(only()).build();
    let errors = [
        people
            .find_one_and_update(p.id().eq(ada.id), p.age().set(1))
            .with_options(update.clone())
            .await
            .unwrap_err(),
        people.find_one_and_replace(p.id().eq(ada.id), &ada).with_options(replace).await.unwrap_err(),
        people.find_one_and_delete(p.id().eq(ada.id)).with_options(delete).await.unwrap_err(),
    ];
    for error in errors {
        assert!(error.is_not_sent(), "{error:?}");
        assert!(error.to_string().contains("read it as a view, `.view::<V>()`"), "{error}");
    }
    commands.assert([]);
    let viewed =
        people.find_one_and_update(p.id().eq(ada.id), p.age().set(1)).with_options(update).view::<Name>();
    assert_eq!(viewed.await.unwrap(), Some(Name { name: "ada".to_owned() }));
}
