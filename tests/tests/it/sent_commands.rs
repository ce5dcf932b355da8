//! Asserts that a call sends exactly these commands and no others.

use odm::{
    Collection, Database, Filter, Model,
    bson::{Bson, DateTime, Document, doc},
    mongodb::options::{CountOptions, FindOneOptions, FindOptions},
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
    story::{Order, order},
};
use odm_test::Server;

pub(crate) async fn recorded(db: &Database, server: &Server) -> (Collection<Person>, Commands) {
    let (db, commands) = Commands::record(server.uri(), db).await;
    (db.collection(), commands)
}

pub(crate) fn stored(person: &Person) -> Document {
    doc! {
        "_id": *person.id.key(),
        "name": &person.name,
        "email": &person.email,
        "age": i64::from(person.age),
    }
}

#[odm_test::test]
async fn connect_and_ping(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    commands.assert([]);
    db.ping().await.unwrap();
    commands.assert([doc! { "ping": 1 }]);
}

#[odm_test::test]
async fn insert_one_sends_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let ada = person("ada", 36);
    assert_eq!(people.insert_one(&ada).await.unwrap(), ada.id);
    commands.assert([doc! { "insert": "people", "ordered": true, "documents": [stored(&ada)] }]);
}

#[odm_test::test]
async fn insert_many_sends_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let three = [person("ada", 36), person("bob", 20), person("eve", 30)];
    let documents: Vec<Bson> = three.iter().map(|person| stored(person).into()).collect();

    people.insert_many(&three[..2]).await.unwrap();
    commands.assert([doc! { "insert": "people", "ordered": true, "documents": &documents[..2] }]);
    people.insert_many(three[2..].iter().cloned()).ordered(false).await.unwrap();
    commands.assert([doc! { "insert": "people", "ordered": false, "documents": &documents[2..] }]);
    assert_eq!(people.insert_many(Vec::<Person>::new()).await.unwrap(), []);
    commands.assert([]);
}

#[odm_test::test]
async fn find_sends_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    let found: Vec<Person> = people
        .find(p.age().gte(18) & p.name().ne("eve"))
        .sort(p.age().desc().then(p.id().asc()))
        .skip(1)
        .limit(20)
        .batch_size(5)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(found, []);
    commands.assert([doc! {
        "find": "people",
        "batchSize": 5,
        "limit": 20_i64,
        "skip": 1_i64,
        "sort": { "age": -1, "_id": 1 },
        "filter": { "age": { "$gte": 18_i64 }, "name": { "$ne": "eve" } },
    }]);

    let _ = people.find(doc! { "age": 7 }).await.unwrap();
    commands.assert([doc! { "find": "people", "filter": { "age": 7 } }]);
    let _ = people.find(Filter::all()).await.unwrap();
    commands.assert([doc! { "find": "people", "filter": {} }]);
}

/// A cursor requests a batch when it needs one, and is closed on the server when it is dropped early.
#[odm_test::test]
async fn batches_are_requested_as_needed(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let all: Vec<Person> = (0..5).map(|n| person(&n.to_string(), n)).collect();
    people.insert_many(&all).await.unwrap();
    commands.take();

    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    commands.assert([doc! { "find": "people", "batchSize": 2, "filter": {} }]);
    for _ in 0..2 {
        cursor.next().await.unwrap().unwrap();
    }
    commands.assert([]);
    cursor.next().await.unwrap().unwrap();
    let more = commands.take();
    let [more] = &more[..] else { panic!("{more:?}") };
    let id = more.get_i64("getMore").unwrap();
    assert_eq!(*more, doc! { "getMore": id, "collection": "people", "batchSize": 2 });
    assert_eq!(cursor.try_collect::<Vec<_>>().await.unwrap().len(), 2);
    commands.assert([doc! { "getMore": id, "collection": "people", "batchSize": 2 }]);

    let mut early = people.find(Filter::all()).batch_size(2).await.unwrap();
    early.next().await.unwrap().unwrap();
    commands.take();
    drop(early);
    for _ in 0..100 {
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        let sent = commands.take();
        if let [command] = &sent[..] {
            assert_eq!(command.get_str("killCursors").unwrap(), "people");
            return;
        }
    }
    panic!("the cursor was not closed");
}

#[odm_test::test]
async fn find_one_and_get_send_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    assert_eq!(people.find_one(p.name().eq("ada")).sort(p.age().asc()).skip(2).await.unwrap(), None);
    commands.assert([doc! {
        "find": "people",
        "limit": 1_i64,
        "skip": 2_i64,
        "sort": { "age": 1 },
        "filter": { "name": { "$eq": "ada" } },
        "singleBatch": true,
    }]);

    let id = person("ada", 36).id;
    assert_eq!(people.get(id).await.unwrap(), None);
    commands.assert([doc! {
        "find": "people",
        "limit": 1_i64,
        "filter": { "_id": *id.key() },
        "singleBatch": true,
    }]);
}

#[odm_test::test]
async fn count_sends_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    assert_eq!(people.count(Person::fields().age().lt(18)).skip(1).limit(9).await.unwrap(), 0);
    commands.assert([doc! {
        "aggregate": "people",
        "pipeline": [
            { "$match": { "age": { "$lt": 18_i64 } } },
            { "$skip": 1_i64 },
            { "$limit": 9_i64 },
            { "$group": { "_id": 1, "n": { "$sum": 1 } } },
        ],
        "cursor": {},
    }]);
}

#[odm_test::test]
async fn estimated_count_exists_and_distinct_send_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    assert_eq!(people.estimated_count().await.unwrap(), 0);
    commands.assert([doc! { "count": "people" }]);
    assert!(!people.exists(p.age().lt(18)).await.unwrap());
    commands.assert([doc! {
        "find": "people",
        "filter": { "age": { "$lt": 18_i64 } },
        "projection": { "_id": 1 },
        "limit": 1_i64,
        "singleBatch": true,
    }]);
    assert_eq!(people.distinct(p.name(), p.age().lt(18)).await.unwrap(), Vec::<String>::new());
    commands.assert([doc! { "distinct": "people", "key": "name", "query": { "age": { "$lt": 18_i64 } } }]);
}

#[odm_test::test]
async fn update_one_and_update_many_send_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    people.update_one(p.name().eq("ada"), p.age().inc(1) + p.email().set("a@b.c")).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": { "name": { "$eq": "ada" } },
        "u": { "$inc": { "age": 1_i64 }, "$set": { "email": "a@b.c" } },
    }] }]);

    people.update_many(Filter::all(), p.age().set(7)).upsert(false).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": {}, "u": { "$set": { "age": 7_i64 } }, "upsert": false, "multi": true,
    }] }]);

    let pipeline = vec![doc! { "$set": { "age": { "$add": ["$age", 1] } } }];
    people.update_one(doc! { "name": "ada" }, pipeline.clone()).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": { "name": "ada" }, "u": pipeline,
    }] }]);
}

#[odm_test::test]
async fn an_update_with_array_filters_sends_the_expected_command(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let orders = db.collection::<Order>();
    let o = Order::fields();
    orders
        .update_many(o.note().eq("late"), o.lines().each_where(|l| l.qty().lt(1)).qty().set(1))
        .await
        .unwrap();
    let sent = commands.take();
    let [command] = &sent[..] else { panic!("{sent:?}") };
    let update = command.get_array("updates").unwrap()[0].as_document().unwrap();
    assert_eq!(update.get_document("q").unwrap(), &doc! { "note": { "$eq": "late" } });
    assert!(update.get_bool("multi").unwrap());
    let filters = update.get_array("arrayFilters").unwrap();
    assert_eq!(filters.len(), 1, "{command}");
    let (name, condition) = filters[0].as_document().unwrap().iter().next().unwrap();
    let identifier = name.strip_suffix(".qty").unwrap();
    assert_eq!(condition, &Bson::from(doc! { "$lt": 1_i64 }));
    let field = format!("lines.$[{identifier}].qty");
    assert_eq!(update.get_document("u").unwrap(), &doc! { "$set": { field: 1_i64 } });
}

#[odm_test::test]
async fn replace_one_sends_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let ada = person("ada", 36);
    people.replace_one(Person::fields().id().eq(ada.id), &ada).upsert(true).await.unwrap();
    commands.assert([doc! { "update": "people", "ordered": true, "updates": [{
        "q": { "_id": *ada.id.key() }, "u": stored(&ada), "upsert": true,
    }] }]);
}

#[odm_test::test]
async fn delete_one_and_delete_many_send_the_expected_command(db: Database, server: Server) {
    let (people, commands) = recorded(&db, &server).await;
    let p = Person::fields();
    people.delete_one(p.age().eq(7)).await.unwrap();
    commands.assert([doc! { "delete": "people", "ordered": true, "deletes": [{
        "q": { "age": { "$eq": 7_i64 } }, "limit": 1,
    }] }]);
    people.delete_many(Filter::all()).await.unwrap();
    commands.assert([doc! { "delete": "people", "ordered": true, "deletes": [{ "q": {}, "limit": 0 }] }]);
}

/// Calls with invalid or unencodable arguments send no command.
#[odm_test::test]
async fn invalid_calls_send_no_command(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let p = Person::fields();
    let nobody = Person { name: String::new(), age: 200, ..person("x", 1) };
    let message = |error: odm::Error| {
        assert!(error.is_not_sent(), "{error:?}");
        error.to_string().replace(db.name(), "shop")
    };

    let error = people.insert_one(&nobody).await.unwrap_err();
    assert!(error.is_invalid());
    let paths: Vec<_> =
        error.violations().unwrap().iter().map(odm::error::invalid::Violation::path).collect();
    assert_eq!(paths, ["name", "age"]);
    assert_eq!(
        message(error),
        "insert_one on shop.people: 2 violations: `name` must have at least 1 character; `age` must be at most \
         150; nothing was sent"
    );
    assert!(people.replace_one(p.name().eq("x"), &nobody).await.unwrap_err().is_invalid());
    let error = people.insert_many([&person("a", 1), &nobody, &person("b", 1)]).await.unwrap_err();
    assert!(error.is_invalid());
    assert_eq!(error.bulk_write_error().unwrap().failures()[0].position(), 1);
    assert_eq!(
        message(error),
        "insert_many on shop.people: 0 of 3 documents were written; the one at position 1: 2 violations: `name` \
         must have at least 1 character; `age` must be at most 150; nothing was sent"
    );

    let huge = Person { email: "x".repeat(16 * 1024 * 1024), ..person("ada", 1) };
    let error = people.insert_many([&person("a", 1), &huge]).await.unwrap_err();
    assert_eq!(
        message(error),
        "insert_many on shop.people: 0 of 2 documents were written; the one at position 1: the document has \
         16777277 bytes and the server stores at most 16777216; nothing was sent"
    );
    assert!(matches!(people.insert_one(&huge).await.unwrap_err().kind(), odm::ErrorKind::TooLarge(_)));

    assert_eq!(
        message(people.update_many(doc! {}, p.age().set(1)).await.unwrap_err()),
        "update_many on shop.people: the filter is empty, so it matches every document; if that is intended, use \
         `Filter::all()`; nothing was sent"
    );
    assert_eq!(
        message(people.delete_many(doc! {}).await.unwrap_err()),
        "delete_many on shop.people: the filter is empty, so it matches every document; if that is intended, use \
         `Filter::all()`; nothing was sent"
    );
    assert_eq!(
        message(people.update_one(Filter::all(), doc! {}).await.unwrap_err()),
        "update_one on shop.people: the update is empty; nothing was sent"
    );
    assert!(people.update_many(Filter::all(), doc! {}).await.unwrap_err().is_not_sent());

    let orders = db.collection::<Order>();
    let o = Order::fields();
    let bad = o.prices().key("a.b").eq(1.0);
    for error in [
        orders.find(bad.clone()).await.unwrap_err(),
        orders.find_one(bad.clone()).await.unwrap_err(),
        orders.find(Filter::all()).sort(o.prices().key("$a").asc()).await.unwrap_err(),
        orders.count(bad.clone()).await.unwrap_err(),
        orders.delete_one(bad.clone()).await.unwrap_err(),
        orders.replace_one(bad.clone(), &order(1)).await.unwrap_err(),
        orders.update_one(bad.clone(), o.placed_at().set(DateTime::MIN)).await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), odm::ErrorKind::Encode(_)), "{error:?}");
        assert!(error.namespace().unwrap().ends_with(".orders"));
    }

    assert_eq!(
        message(people.find(Filter::all()).limit(u64::MAX).await.unwrap_err()),
        "find on shop.people: `limit(18446744073709551615)`: the server counts documents up to 9223372036854775807; \
         nothing was sent"
    );
    for error in [
        people.find(Filter::all()).skip(u64::MAX).sort(p.age().asc()).await.unwrap_err(),
        people.find_one(Filter::all()).skip(u64::MAX).await.unwrap_err(),
        people.count(Filter::all()).skip(u64::MAX).await.unwrap_err(),
        people.count(Filter::all()).limit(u64::MAX).await.unwrap_err(),
    ] {
        assert!(matches!(error.kind(), odm::ErrorKind::Refused(_)), "{error:?}");
    }
    commands.assert([]);
}

/// The last call of a setter counts, even if the value of an earlier one could not be sent.
#[odm_test::test]
async fn a_later_setter_replaces_an_invalid_earlier_one(db: Database) {
    let orders = db.collection::<Order>();
    let bad = || Order::fields().prices().key("$a").asc();
    let good = || Order::fields().placed_at().asc();
    assert!(orders.find(Filter::all()).sort(bad()).await.is_err());
    let _ = orders.find(Filter::all()).sort(bad()).sort(good()).await.unwrap();
    let _ = orders.find(Filter::all()).limit(u64::MAX).limit(1).await.unwrap();
    let _ = orders.find(Filter::all()).sort(bad()).with_options(FindOptions::default()).await.unwrap();
    orders.find_one(Filter::all()).sort(bad()).sort(good()).await.unwrap();
    orders.find_one(Filter::all()).sort(bad()).with_options(FindOneOptions::default()).await.unwrap();
    orders.count(Filter::all()).limit(u64::MAX).with_options(CountOptions::default()).await.unwrap();
}

/// In a session, every command contains that session.
#[odm_test::test]
async fn every_command_of_a_session_contains_it(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let p = Person::fields();
    let ada = person("ada", 36);
    let mut session = db.start_session().await.unwrap();
    let id = session.id().clone();

    people.insert_one(&ada).session(&mut session).await.unwrap();
    people.insert_many([&person("bob", 1)]).session(&mut session).await.unwrap();
    let mut cursor = people.find(Filter::all()).batch_size(1).session(&mut session).await.unwrap();
    while let Some(person) = cursor.next().await {
        person.unwrap();
    }
    drop(cursor);
    people.find_one(Filter::all()).session(&mut session).await.unwrap();
    people.get(ada.id).session(&mut session).await.unwrap();
    people.exists(Filter::all()).session(&mut session).await.unwrap();
    people.distinct(p.age(), Filter::all()).session(&mut session).await.unwrap();
    people.count(Filter::all()).session(&mut session).await.unwrap();
    people.update_one(Filter::all(), p.age().inc(1)).session(&mut session).await.unwrap();
    people.update_many(Filter::all(), p.age().inc(1)).session(&mut session).await.unwrap();
    people.replace_one(p.id().eq(ada.id), &ada).session(&mut session).await.unwrap();
    people.delete_one(Filter::all()).session(&mut session).await.unwrap();
    people.delete_many(Filter::all()).session(&mut session).await.unwrap();

    let sent = commands.take_whole();
    let names: Vec<&str> = sent.iter().filter_map(|command| Some(command.keys().next()?.as_str())).collect();
    assert_eq!(
        names,
        [
            "insert",
            "insert",
            "find",
            "getMore",
            "getMore",
            "find",
            "find",
            "find",
            "distinct",
            "aggregate",
            "update",
            "update",
            "update",
            "delete",
            "delete"
        ]
    );
    for command in sent {
        assert_eq!(command.get_document("lsid").unwrap(), &id, "{command}");
    }
}
