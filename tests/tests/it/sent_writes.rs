//! Asserts that writes of many documents and upserts send exactly these commands and no others.

use odm::{
    Database, Filter, Model, Write,
    bson::{Bson, doc},
    mongodb::options::{Acknowledgment, BulkWriteOptions, WriteConcern},
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
    story::{Customer, Order, order},
};
use odm_test::Server;

use super::sent_commands::{recorded, stored};

fn writes(ada: &Person, bob: &Person) -> [Write<Person>; 7] {
    let p = Person::fields();
    [
        Write::insert_one(ada),
        Write::insert_one(bob),
        Write::update_one(p.name().eq("ada"), p.age().inc(1)).upsert(true).into(),
        Write::save(bob),
        Write::update_many(p.age().lt(7), vec![doc! { "$set": { "age": 7 } }]).into(),
        Write::delete_one(p.age().eq(7)).into(),
        Write::delete_many(Filter::all()).into(),
    ]
}

#[odm_test::test]
async fn bulk_write_sends_one_command_per_kind_of_write(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let [ada, bob] = [person("ada", 36), person("bob", 20)];
    let update =
        doc! { "q": { "name": { "$eq": "ada" } }, "u": { "$inc": { "age": 1_i64 } }, "upsert": true };
    let save = doc! { "q": { "_id": *bob.id.key() }, "u": stored(&bob), "upsert": true };
    let many = doc! { "q": { "age": { "$lt": 7_i64 } }, "u": [{ "$set": { "age": 7 } }], "multi": true };
    let one = doc! { "q": { "age": { "$eq": 7_i64 } }, "limit": 1 };
    let all = doc! { "q": {}, "limit": 0 };

    people.bulk_write(writes(&ada, &bob)).await.unwrap();
    commands.assert([
        doc! { "insert": "people", "ordered": true, "documents": [stored(&ada), stored(&bob)] },
        doc! { "update": "people", "ordered": true, "updates": [update.clone(), save.clone(), many.clone()] },
        doc! { "delete": "people", "ordered": true, "deletes": [one.clone(), all.clone()] },
    ]);

    let mut options = BulkWriteOptions::default();
    options.comment = Some("night".into());
    options.let_vars = Some(doc! { "x": 1 });
    options.bypass_document_validation = Some(true);
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Majority).build());
    people.bulk_write(writes(&ada, &bob)).with_options(options).ordered(false).await.unwrap();
    let with = |mut command: odm::bson::Document| {
        if !command.contains_key("delete") {
            command.insert("bypassDocumentValidation", true);
        }
        if !command.contains_key("insert") {
            command.insert("let", doc! { "x": 1 });
        }
        command.extend(doc! { "ordered": false, "comment": "night", "writeConcern": { "w": "majority" } });
        command
    };
    commands.assert(
        [
            doc! { "insert": "people", "documents": [stored(&ada), stored(&bob)] },
            doc! { "update": "people", "updates": [update, save] },
            doc! { "update": "people", "updates": [many] },
            doc! { "delete": "people", "deletes": [one] },
            doc! { "delete": "people", "deletes": [all] },
        ]
        .map(with),
    );

    people.bulk_write(()).await.unwrap();
    let nobody = Person { name: String::new(), ..person("x", 1) };
    assert!(
        people.bulk_write([Write::insert_one(&ada), Write::save(&nobody)]).await.unwrap_err().is_not_sent()
    );
    commands.assert([]);
}

#[odm_test::test]
async fn bulk_write_sends_array_filters(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let o = Order::fields();
    let none_left = o.lines().each_where(|l| l.qty().lt(1)).qty().set(1);
    db.collection::<Order>().bulk_write([Write::update_many(o.note().eq("late"), none_left)]).await.unwrap();
    let sent = commands.take();
    let [command] = &sent[..] else { panic!("{sent:?}") };
    let update = command.get_array("updates").unwrap()[0].as_document().unwrap();
    assert_eq!(update.keys().collect::<Vec<_>>(), ["q", "u", "arrayFilters", "multi"]);
    assert_eq!(update.get_array("arrayFilters").unwrap().len(), 1);
}

/// In a session, every command contains it, and in a transaction also its number.
#[odm_test::test]
async fn bulk_write_sends_the_session(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let [ada, bob] = [person("ada", 36), person("bob", 20)];
    people.insert_one(&person("eve", 1)).await.unwrap();
    let mut session = people.database().start_session().await.unwrap();
    let id = session.id().clone();
    commands.take();
    people.bulk_write(writes(&ada, &bob)).session(&mut session).await.unwrap();
    session.start_transaction().await.unwrap();
    people.bulk_write(writes(&ada, &bob)).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    let sent = commands.take_whole();
    let numbers: Vec<_> = sent
        .iter()
        .map(|command| {
            assert_eq!(command.get_document("lsid").unwrap(), &id, "{command}");
            (
                command.keys().next().unwrap().as_str(),
                command.get_i64("txnNumber").ok(),
                command.contains_key("startTransaction"),
                command.contains_key("autocommit"),
            )
        })
        .collect();
    // The update and the delete of the first bulk are on many documents.
    assert_eq!(
        numbers,
        [
            ("insert", Some(1), false, false),
            ("update", None, false, false),
            ("delete", None, false, false),
            ("insert", Some(4), true, true),
            ("update", Some(4), false, true),
            ("delete", Some(4), false, true),
            ("commitTransaction", Some(4), false, true),
        ]
    );
}

/// On a server that is too old, only its version is requested.
#[odm_test::test]
async fn bulk_write_across_collections_checks_the_server_version(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let bulk = db
        .bulk_write()
        .write(Write::insert_one(&order(1)))
        .write(Write::<Customer>::delete_many(Filter::all()));
    let done = bulk.await;
    let sent = commands.take();
    match done {
        Ok(_) => {
            let [command] = &sent[..] else { panic!("{sent:?}") };
            let namespaces = command.get_array("nsInfo").unwrap();
            let namespace = |name: &str| Bson::from(doc! { "ns": format!("{}.{name}", db.name()) });
            assert_eq!(namespaces, &[namespace(Order::COLLECTION), namespace(Customer::COLLECTION)]);
        }
        Err(_) => assert_eq!(sent, [doc! { "buildInfo": 1 }]),
    }
}

#[odm_test::test]
async fn save_sends_an_upsert(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let ada = person("ada", 36);
    people.save(&ada).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": { "_id": *ada.id.key() }, "u": stored(&ada), "upsert": true,
    }] }]);
    let nobody = Person { name: String::new(), ..ada };
    assert!(people.save(&nobody).await.unwrap_err().is_invalid());
    commands.assert([]);
}

#[odm_test::test]
async fn or_insert_sends_an_upsert(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    let ada = person("ada", 36);
    let (q, u) = (
        doc! { "name": { "$eq": "ada" } },
        doc! {
            "$inc": { "age": 1_i64 },
            "$setOnInsert": { "_id": *ada.id.key(), "name": "ada", "email": "ada@example.org" },
        },
    );
    people.update_one(p.name().eq("ada"), p.age().inc(1)).or_insert(&ada).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": q.clone(), "u": u.clone(), "upsert": true,
    }] }]);
    people.bulk_write([Write::update_one(p.name().eq("ada"), p.age().inc(1)).or_insert(&ada)]).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": q.clone(), "u": u.clone(), "upsert": true,
    }] }]);
    people
        .find_one_and_update(p.name().eq("ada"), p.age().inc(1))
        .or_insert(&ada)
        .return_new()
        .await
        .unwrap();
    commands
        .assert([doc! { "findAndModify": "people", "query": q, "update": u, "new": true, "upsert": true }]);

    // The id comes from the filter. Without an update, only the model determines the document.
    let other = person("other", 1).id;
    people
        .update_one(p.id().eq(other), doc! {})
        .or_insert(&Person { email: "b".into(), ..ada.clone() })
        .await
        .unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": { "_id": *other.key() },
        "u": { "$setOnInsert": { "name": "ada", "email": "b", "age": 36_i64 } },
        "upsert": true,
    }] }]);

    let nobody = Person { name: String::new(), ..ada.clone() };
    let pipeline = vec![doc! { "$set": { "age": 1 } }];
    assert!(
        people
            .update_one(p.name().eq("x"), p.age().inc(1))
            .or_insert(&nobody)
            .await
            .unwrap_err()
            .is_invalid()
    );
    assert!(people.update_one(p.name().eq("x"), pipeline).or_insert(&ada).await.unwrap_err().is_not_sent());
    let unsaid = people.find_one_and_update(p.name().eq("x"), doc! {}).or_insert(&nobody).await.unwrap_err();
    assert!(unsaid.is_invalid());
    commands.assert([]);
}
