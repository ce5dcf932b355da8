//! `find`, `find_one`, `get` and their cursors.

use std::{
    collections::{BTreeMap, HashSet},
    rc::Rc,
    time::Duration,
};

use odm::{
    Collection, Database, Filter, Id, Model,
    bson::{Bson, doc, oid::ObjectId},
    mongodb::options::CursorType,
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

async fn five(db: &Database) -> (Collection<Person>, Vec<Person>) {
    let people = db.collection::<Person>();
    let five: Vec<Person> = (0..5).map(|n| person(&n.to_string(), 10 * n)).collect();
    people.insert_many(&five).await.unwrap();
    (people, five)
}

#[odm_test::test]
async fn find_sorts_skips_and_limits(db: Database) {
    let (people, five) = five(&db).await;
    let p = Person::fields();
    let found: Vec<Person> = people
        .find(p.age().lt(40))
        .sort(p.age().desc())
        .skip(1)
        .limit(2)
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(found, [five[2].clone(), five[1].clone()]);
    let oldest = people.find_one(Filter::all()).sort(p.age().desc()).skip(1).await.unwrap();
    assert_eq!(oldest, Some(five[3].clone()));
    assert_eq!(people.find_one(p.age().gt(100)).await.unwrap(), None);
}

#[odm_test::test]
async fn get_finds_a_document_by_its_id(db: Database) {
    let (people, five) = five(&db).await;
    let id = five[3].id;
    assert_eq!(people.get(id).await.unwrap().as_ref(), Some(&five[3]));
    assert_eq!(people.get(&id).await.unwrap().as_ref(), Some(&five[3]));
    assert_eq!(people.get(Id::from(ObjectId::new())).await.unwrap(), None);
}

#[odm_test::test]
async fn a_cursor_can_be_read_in_several_ways(db: Database) {
    let (people, five) = five(&db).await;
    let small = || people.find(Filter::all()).batch_size(2);

    let mut one_by_one = Vec::new();
    let mut cursor = small().await.unwrap();
    while let Some(person) = cursor.next().await.transpose().unwrap() {
        one_by_one.push(person);
    }
    assert_eq!(one_by_one, five);
    // A cursor that has ended stays at its end.
    assert!(cursor.next().await.is_none());
    assert!(cursor.next().await.is_none());

    let all: Vec<Person> = small().await.unwrap().try_collect().await.unwrap();
    assert_eq!(all, five);

    let names = std::cell::RefCell::new(HashSet::new());
    small()
        .await
        .unwrap()
        .for_each(|person| {
            names.borrow_mut().insert(person.name);
            async { Ok::<_, odm::Error>(()) }
        })
        .await
        .unwrap();
    assert_eq!(names.borrow().len(), 5);

    let stopped: Result<(), String> = small()
        .await
        .unwrap()
        .for_each(|person| async move { if person.age < 20 { Ok(()) } else { Err(Mine(person.name)) } })
        .await
        .map_err(|mine| mine.0);
    assert_eq!(stopped, Err("2".to_owned()));

    let mut session = db.start_session().await.unwrap();
    let all: Vec<Person> = small().session(&mut session).await.unwrap().try_collect().await.unwrap();
    assert_eq!(all, five);
}

struct Mine(String);

impl From<odm::Error> for Mine {
    fn from(error: odm::Error) -> Self {
        Self(error.to_string())
    }
}

#[odm_test::test]
async fn cursors_are_streams(db: Database) {
    use futures_util::{StreamExt, TryStreamExt};
    let (people, five) = five(&db).await;
    let cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    let ages: Vec<u32> = StreamExt::map(cursor, |person| person.unwrap().age).collect().await;
    assert_eq!(ages, [0, 10, 20, 30, 40]);

    let mut session = db.start_session().await.unwrap();
    let cursor = people.find(Filter::all()).batch_size(2).session(&mut session).await.unwrap();
    let all: Vec<Person> = TryStreamExt::try_collect(cursor).await.unwrap();
    assert_eq!(all, five);
}

/// A future of `next` that is dropped before it is ready loses no document.
#[odm_test::test]
async fn a_dropped_next_loses_no_document(db: Database) {
    let (people, five) = five(&db).await;
    let mut cursor = people.find(Filter::all()).batch_size(1).await.unwrap();
    let mut found = Vec::new();
    let mut dropped = 0;
    while found.len() < five.len() {
        tokio::select! {
            biased;
            person = cursor.next() => found.push(person.unwrap().unwrap()),
            () = std::future::ready(()) => {
                dropped += 1;
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    }
    assert_eq!(found, five);
    assert!(dropped > 0);
}

/// A document that does not fit is one error. The other documents are still returned.
#[odm_test::test]
async fn a_wrong_document_does_not_end_the_cursor(db: Database) {
    let (people, five) = five(&db).await;
    let id = *five[2].id.key();
    people.driver().update_one(doc! { "_id": id }, doc! { "$set": { "age": "SECRET" } }).await.unwrap();

    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    let mut names = Vec::new();
    let mut errors = Vec::new();
    while let Some(person) = cursor.next().await {
        match person {
            Ok(person) => names.push(person.name),
            Err(error) => errors.push(error),
        }
    }
    assert_eq!(names, ["0", "1", "3", "4"]);
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.is_decode());
    let decode = error.decode_error().unwrap();
    assert_eq!(decode.collection(), Some("people"));
    assert_eq!(decode.id(), Some(&Bson::ObjectId(id)));
    assert_eq!((decode.path().as_str(), decode.found()), ("age", "a string"));
    assert_eq!(
        error.to_string(),
        format!(
            "find on {}.people: the document with `_id` {id} does not fit the declared type: `age`: expected {}, \
             found a string",
            db.name(),
            decode.expected()
        )
    );
    assert!(!format!("{error:?}").contains("SECRET"));

    for error in [
        people.get(five[2].id).await.unwrap_err(),
        people.find_one(doc! { "_id": id }).await.unwrap_err(),
        people.find(Filter::all()).await.unwrap().try_collect::<Vec<_>>().await.unwrap_err(),
    ] {
        assert!(error.is_decode(), "{error:?}");
    }
}

/// A cursor that the server has lost returns one error and then ends.
#[odm_test::test]
async fn a_lost_cursor_returns_one_error_and_ends(db: Database) {
    let (people, _) = five(&db).await;
    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    cursor.next().await.unwrap().unwrap();
    people.driver().drop().await.unwrap();
    cursor.next().await.unwrap().unwrap();
    let error = cursor.next().await.unwrap().unwrap_err();
    assert_eq!(error.operation(), Some("find"));
    assert!(matches!(error.code(), Some(43 | 175 | 237)), "{error:?}");
    assert!(cursor.next().await.is_none());
}

/// Many documents, in the batches that the server sends.
#[odm_test::test]
async fn a_cursor_reads_many_batches(db: Database) {
    let people = db.collection::<Person>();
    let all: Vec<Person> = (0..20_000).map(|n| person(&format!("{n:0>900}"), n % 100)).collect();
    people.insert_many(&all).await.unwrap();
    let mut cursor = people.find(Filter::all()).await.unwrap();
    for expected in &all {
        assert_eq!(cursor.next().await.unwrap().unwrap(), *expected);
    }
    assert!(cursor.next().await.is_none());
}

/// All futures can be spawned as tasks.
#[odm_test::test]
async fn cursors_can_be_spawned(db: Database) {
    let (people, five) = five(&db).await;
    let find = people.find(Filter::all()).batch_size(2);
    let all = tokio::spawn(async move { find.await?.try_collect::<Vec<Person>>().await });
    assert_eq!(all.await.unwrap().unwrap(), five);

    let mut session = db.start_session().await.unwrap();
    let all = tokio::spawn(async move {
        let mut cursor = people.find(Filter::all()).batch_size(2).session(&mut session).await?;
        let mut all = Vec::new();
        while let Some(person) = cursor.next().await {
            all.push(person?);
        }
        Ok::<_, odm::Error>(all)
    });
    assert_eq!(all.await.unwrap().unwrap(), five);
}

/// A value that is shared with other documents of its thread.
#[derive(Debug, PartialEq, Model)]
#[odm(collection = "shared")]
struct Shared {
    id: Id<Shared>,
    name: Rc<str>,
    home: Rc<Vec<i32>>,
    list: Rc<[String]>,
}

#[odm_test::test]
async fn a_document_need_not_be_send(db: Database) {
    let shared = db.collection::<Shared>();
    let one = Shared {
        id: Id::new(),
        name: "ada".into(),
        home: Rc::new(vec![1, 2]),
        list: Rc::from(["a".to_owned()]),
    };
    shared.insert_one(&one).await.unwrap();
    let s = Shared::fields();
    let filter = s.name().eq("ada") & s.home().contains(2) & s.list().contains("a");
    assert_eq!(shared.find_one(filter.clone()).await.unwrap().as_ref(), Some(&one));
    let all: Vec<Shared> = shared.find(filter).await.unwrap().try_collect().await.unwrap();
    assert_eq!(all, [one]);
    assert_eq!(shared.distinct(s.name(), Filter::all()).await.unwrap(), [Rc::from("ada")]);
}

/// On a capped collection, a cursor that stays open returns documents that are stored later.
#[odm_test::test]
async fn a_tailable_cursor_returns_later_documents(db: Database) {
    let people = db.collection::<Person>();
    db.driver().create_collection("people").capped(true).size(1 << 16).await.unwrap();
    people.insert_many([person("ada", 36), person("bob", 20)]).await.unwrap();
    let find = || people.find(Filter::all()).cursor_type(CursorType::TailableAwait);
    let mut cursor = find().max_await_time(Duration::from_millis(50)).await.unwrap();
    for name in ["ada", "bob"] {
        assert_eq!(cursor.next().await.unwrap().unwrap().name, name);
    }
    // Longer than one request waits, so that there is a second one.
    let next = tokio::spawn(async move { cursor.next().await.unwrap().unwrap().name });
    tokio::time::sleep(Duration::from_millis(200)).await;
    people.insert_one(&person("eve", 30)).await.unwrap();
    assert_eq!(next.await.unwrap(), "eve");
    assert_eq!(find().explain().await.unwrap().stages(), ["COLLSCAN"]);

    let error = people.find(Filter::all()).max_await_time(Duration::from_secs(1)).await.unwrap_err();
    assert!(error.is_not_sent(), "{error:?}");
    let advice = "`max_await_time` is for cursors that wait: add `.cursor_type(CursorType::TailableAwait)`";
    assert!(error.to_string().contains(advice), "{error}");
}

#[derive(Debug, Model)]
#[odm(collection = "people")]
struct Recorded {
    id: Id<Recorded>,
    #[serde(flatten)]
    rest: BTreeMap<String, Bson>,
}

/// The id of a record is returned as a field of the document.
#[odm_test::test]
async fn record_ids_are_returned_as_fields(db: Database) {
    five(&db).await;
    let people = db.collection::<Recorded>();
    let all: Vec<Recorded> =
        people.find(Filter::all()).show_record_id(true).await.unwrap().try_collect().await.unwrap();
    let numbers: Vec<_> = all.iter().map(|person| person.rest["$recordId"].clone()).collect();
    assert_eq!(numbers, (1_i64..=5).map(Bson::from).collect::<Vec<_>>());
    let first = people.find_one(Filter::all()).show_record_id(true).await.unwrap().unwrap();
    assert_eq!(first.rest["$recordId"], Bson::Int64(1));
    assert!(!people.get(first.id).await.unwrap().unwrap().rest.contains_key("$recordId"));
}

/// Counts the commands of this name.
fn count_of(commands: &Commands, name: &str) -> usize {
    commands.take().iter().filter(|command| command.contains_key(name)).count()
}

/// The next batch is requested before the documents of this one are handled.
#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_batch_is_requested_while_the_one_before_is_read(db: Database, server: Server) {
    let (_, five) = five(&db).await;
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let people: Collection<Person> = recorded.collection();
    let mut read = Vec::new();
    let mut requested = 0;
    let mut handle = |person: Person| {
        // The first document is handled only once the second batch was requested.
        while requested == 0 {
            requested = count_of(&commands, "getMore");
            std::thread::sleep(Duration::from_millis(1));
        }
        read.push(person);
    };
    people.find(Filter::all()).batch_size(2).await.unwrap().for_each(&mut handle).await.unwrap();
    assert_eq!(read, five);
    assert_eq!(requested + count_of(&commands, "getMore"), 2);

    let all: Vec<Person> =
        people.find(Filter::all()).batch_size(1).await.unwrap().try_collect().await.unwrap();
    assert_eq!(all, five);
    let (all, misfits): (Vec<Person>, _) =
        people.find(Filter::all()).batch_size(2).await.unwrap().try_partition().await.unwrap();
    assert!(all == five && misfits.is_empty());
    commands.take();

    // A loop of `next` requests a batch when it needs it, unless it is told to request it ahead.
    let mut cursor = people.find(Filter::all()).batch_size(2).await.unwrap();
    assert_eq!(cursor.next().await.unwrap().unwrap(), five[0]);
    assert_eq!(count_of(&commands, "getMore"), 0);
    let mut cursor = cursor.fetch_ahead();
    while count_of(&commands, "getMore") == 0 {
        std::thread::sleep(Duration::from_millis(1));
    }
    for person in &five[1..] {
        assert_eq!(cursor.next().await.unwrap().unwrap(), *person);
    }
    assert!(cursor.next().await.is_none());
}

/// The documents before the failed batch are handled before its error is returned.
#[odm_test::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_of_the_batch_ahead_follows_the_documents_before_it(db: Database) {
    let (people, five) = five(&db).await;
    let mut cursor = people.find(Filter::all()).batch_size(3).await.unwrap();
    let first = cursor.next().await.unwrap().unwrap();
    people.driver().drop().await.unwrap();
    let mut read = vec![first];
    let error = cursor.for_each(|person| read.push(person)).await.unwrap_err();
    assert_eq!(read, five[..3]);
    assert_eq!(error.operation(), Some("find"));
    assert!(matches!(error.code(), Some(43 | 175 | 237)), "{error:?}");
}
