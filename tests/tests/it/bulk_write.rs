//! `bulk_write`: what it does, returns and refuses.

use std::collections::BTreeMap;

use odm::{
    Collection, Database, Error, ErrorKind, Filter, Model, Write,
    action::BulkWriteResult,
    bson::{Bson, doc, oid::ObjectId},
    error::{WriteFailure, WriteOutcome},
    mongodb::options::{Acknowledgment, BulkWriteOptions, Collation, Hint, WriteConcern},
};
use odm_integration::{
    commands::Commands,
    people::{Person, people, person},
    story::{Customer, Order, order},
};
use odm_test::Server;

async fn ages(people: &Collection<Person>) -> BTreeMap<String, u32> {
    let all: Vec<Person> = people.find(Filter::all()).await.unwrap().try_collect().await.unwrap();
    all.into_iter().map(|person| (person.name, person.age)).collect()
}

fn counts(result: &BulkWriteResult<Person>) -> [u64; 5] {
    [
        result.inserted_count(),
        result.matched_count(),
        result.modified_count(),
        result.upserted_count(),
        result.deleted_count(),
    ]
}

pub(crate) fn outcomes(error: &Error) -> String {
    let letter = |outcome| match outcome {
        WriteOutcome::Written => 'w',
        WriteOutcome::Failed(_) => 'f',
        WriteOutcome::NotTried => '-',
        _ => '?',
    };
    error.bulk_write_error().unwrap().outcomes().map(letter).collect()
}

fn failed(error: &Error) -> Vec<usize> {
    error.bulk_write_error().unwrap().failures().iter().map(WriteFailure::position).collect()
}

#[odm_test::test]
async fn every_kind_of_write_is_applied(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let [ada, bob, eve, kim] = [person("ada", 36), person("bob", 20), person("eve", 30), person("kim", 7)];
    for ordered in [true, false] {
        people.delete_many(Filter::all()).await.unwrap();
        people.insert_many([&ada, &bob]).await.unwrap();
        let older = Person { age: 37, ..ada.clone() };
        let result = people
            .bulk_write((
                Write::insert_one(&eve),
                Write::update_one(p.name().eq("ada"), p.age().inc(1)),
                Write::update_many(p.age().lt(1000), p.age().max(30)),
                Write::replace_one(p.name().eq("nobody"), &kim).upsert(true),
                Write::save(&older),
                Write::delete_one(p.name().eq("bob")),
                Write::delete_many(p.name().in_(["x", "y"])),
            ))
            .ordered(ordered)
            .await
            .unwrap();
        // In unordered mode, the replacement and `save` run before `update_many`, which then sets kim's age to 30.
        let kims = if ordered { 7 } else { 30 };
        assert_eq!(
            ages(&people).await,
            BTreeMap::from([("ada".to_owned(), 37), ("eve".to_owned(), 30), ("kim".to_owned(), kims)])
        );
        assert_eq!(counts(&result)[0], 1);
        assert_eq!(counts(&result)[3..], [1, 1]);
        assert_eq!(result.matched_count(), if ordered { 5 } else { 6 });
        assert_eq!(result.inserted_ids(), &BTreeMap::from([(0, eve.id)]));
        assert_eq!(result.upserted_ids(), &BTreeMap::from([(3, kim.id)]));
    }
}

#[odm_test::test]
async fn writes_can_be_added_later(db: Database) {
    let people = people(&db).await;
    let mut bulk = people.bulk_write(());
    bulk.push(Write::insert_one(&person("ada", 36)));
    let more: Vec<Person> = (0..1500).map(|n| person(&format!("p{n}"), n % 100)).collect();
    bulk.extend(more.iter().map(Write::insert_one));
    bulk.extend(more.iter().map(|person| Write::delete_one(Person::fields().id().eq(person.id))).take(500));
    let result = bulk.await.unwrap();
    assert_eq!(counts(&result), [1501, 0, 0, 0, 500]);
    assert_eq!(result.inserted_ids()[&7], more[6].id);
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1001);
}

#[odm_test::test]
async fn an_empty_bulk_write_is_not_an_error(db: Database) {
    let people = db.collection::<Person>();
    assert_eq!(counts(&people.bulk_write(()).await.unwrap()), [0; 5]);
}

/// An error of the server has the position of its write, regardless of the command that contained it.
#[odm_test::test]
async fn server_errors_are_reported_by_position(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let [ada, bob] = [person("ada", 36), person("bob", 20)];
    people.insert_many([&ada, &bob]).await.unwrap();
    let writes = || {
        (
            Write::update_one(p.name().eq("ada"), p.age().inc(1)),
            Write::insert_one(&ada),
            Write::update_one(p.name().eq("bob"), p.email().set("ada@example.org")),
            Write::delete_one(p.name().eq("nobody")),
            Write::update_one(p.name().eq("new"), p.email().set("ada@example.org")).upsert(true),
            Write::update_one(p.name().eq("ada"), p.age().inc(1)),
        )
    };

    let error = people.bulk_write(writes()).await.unwrap_err();
    assert_eq!(outcomes(&error), "wf----");
    assert!(error.is_duplicate_key() && !error.is_not_sent() && !error.is_retryable());
    assert_eq!(
        error.to_string(),
        format!(
            "bulk_write on {}.people: 1 of 6 writes were applied; the one at position 1: another document already has \
             this `_id` (code 11000)",
            db.name()
        )
    );
    assert_eq!(error.bulk_write_error().unwrap().counts().modified, 1);

    let error = people.bulk_write(writes()).ordered(false).await.unwrap_err();
    assert_eq!(outcomes(&error), "wffwfw");
    assert_eq!(failed(&error), [1, 2, 4]);
    assert!(error.is_duplicate_key());
    for failure in &error.bulk_write_error().unwrap().failures()[1..] {
        let key = failure.error().duplicate_key().unwrap();
        assert_eq!((key.index(), key.fields()), ("email_1", &["email".to_owned()][..]));
        assert_eq!(key.value_of("email"), Some(&"ada@example.org".into()));
    }
    assert!(!format!("{error} {error:?}").contains("example.org"));
    assert_eq!(ages(&people).await["ada"], 39);
}

/// An error before sending has the position of its write, and nothing is sent.
#[odm_test::test]
async fn a_bulk_with_an_invalid_write_is_not_sent(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let nobody = Person { name: String::new(), ..person("x", 1) };
    let huge = Person { name: "x".repeat(16 * 1024 * 1024), ..person("huge", 1) };
    let error = people
        .bulk_write((
            Write::insert_one(&person("ada", 36)),
            Write::insert_one(&nobody),
            Write::update_many(doc! {}, p.age().set(1)),
            Write::update_one(p.name().eq("ada"), p.age().set(1) + p.age().inc(1)),
            Write::update_one(p.name().eq("ada"), doc! {}),
            Write::delete_many(doc! {}),
            Write::replace_one(Filter::all(), &huge),
        ))
        .ordered(false)
        .await
        .unwrap_err();
    assert!(error.is_not_sent());
    assert_eq!(outcomes(&error), "-ffffff");
    let errors: Vec<_> = error
        .bulk_write_error()
        .unwrap()
        .failures()
        .iter()
        .map(|failure| format!("{}: {}", failure.position(), failure.error()))
        .collect();
    assert_eq!(
        errors,
        [
            "1: 1 violation: `name` must have at least 1 character; nothing was sent",
            "2: the filter is empty, so it matches every document; if that is intended, use `Filter::all()`; nothing \
             was sent",
            "3: cannot be sent: `age`: expected one change of a field in one update, found two changes of it; nothing \
             was sent",
            "4: the update is empty; nothing was sent",
            "5: the filter is empty, so it matches every document; if that is intended, use `Filter::all()`; nothing \
             was sent",
            "6: the document has 16777290 bytes and the server stores at most 16777216; nothing was sent",
        ]
    );
    assert_eq!(people.count(Filter::all()).await.unwrap(), 0);
    let mut options = BulkWriteOptions::default();
    options.write_concern = Some(WriteConcern::builder().w(Acknowledgment::Nodes(0)).build());
    let error =
        people.bulk_write([Write::delete_one(Filter::all())]).with_options(options).await.unwrap_err();
    assert!(error.is_not_sent(), "{error}");
}

/// Documents of the maximum size, and more of them than one command can contain.
#[odm_test::test]
async fn large_documents_are_split_into_several_commands(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let letters = |count: usize| "x".repeat(count);
    // 16 MiB without the size of the other fields.
    let mut largest = Person { name: letters(16 * 1024 * 1024 - 90), ..person("large", 1) };
    largest.name.push_str(&letters(16 * 1024 * 1024 - odm::to_vec(&largest).unwrap().len()));
    assert_eq!(odm::to_vec(&largest).unwrap().len(), 16 * 1024 * 1024);
    let others: Vec<Person> =
        (0..4).map(|n| Person { name: letters(6_000_000), ..person(&n.to_string(), 1) }).collect();
    let mut bulk = people.bulk_write(others.iter().map(Write::save));
    bulk.push(Write::save(&largest));
    bulk.push(Write::update_one(p.id().eq(largest.id), p.age().inc(1)));
    let result = bulk.await.unwrap();
    assert_eq!(counts(&result), [0, 1, 1, 5, 0]);
    assert_eq!(result.upserted_ids()[&4], largest.id);
    assert_eq!(people.count(p.age().eq(1)).await.unwrap(), 4);
}

/// Small writes that just reach both limits of a command, including their keys in its array.
#[odm_test::test]
async fn a_command_may_reach_both_of_its_limits(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = db.collection::<Person>();
    let name = "x".repeat(115);
    let writes = (0..100_001).map(|_| Write::delete_one(Person::fields().name().eq(&name)));
    assert_eq!(counts(&people.bulk_write(writes).await.unwrap()), [0; 5]);
    let sent: Vec<_> =
        commands.take().iter().map(|command| command.get_array("deletes").unwrap().len()).collect();
    assert_eq!(sent, [100_000, 1]);
}

#[odm_test::test]
async fn single_writes_have_options(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_many([&person("ada", 1), &person("bob", 1)]).await.unwrap();
    let any_case =
        Collation::builder().locale("en").strength(odm::mongodb::options::CollationStrength::Primary).build();
    let result = people
        .bulk_write((
            Write::update_one(p.name().eq("ADA"), p.age().set(2)).collation(any_case.clone()),
            Write::update_one(p.name().eq("BOB"), p.age().set(2)),
            Write::delete_one(p.email().eq("bob@example.org")).hint(Hint::Name("email_1".to_owned())),
        ))
        .await
        .unwrap();
    assert_eq!(counts(&result), [0, 1, 1, 0, 1]);
    let error = people
        .bulk_write([Write::delete_one(p.name().eq("ada")).hint(Hint::Name("none".to_owned()))])
        .await
        .unwrap_err();
    assert_eq!((error.code(), outcomes(&error).as_str()), (Some(2), "f"));
}

#[odm_test::test]
async fn a_bulk_write_takes_part_in_a_transaction(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_one(&person("ada", 36)).await.unwrap();
    let mut session = db.start_session().await.unwrap();
    session.start_transaction().await.unwrap();
    let result = people
        .bulk_write((
            Write::insert_one(&person("bob", 1)),
            Write::update_one(p.name().eq("ada"), p.age().inc(1)),
            Write::delete_many(p.name().eq("bob")),
        ))
        .session(&mut session)
        .await
        .unwrap();
    assert_eq!(counts(&result), [1, 1, 1, 0, 1]);
    session.abort_transaction().await.unwrap();
    assert_eq!(ages(&people).await, BTreeMap::from([("ada".to_owned(), 36)]));

    // The transaction already has a write concern. A bulk with its own write concern is not sent.
    session.start_transaction().await.unwrap();
    let error = people
        .bulk_write((
            Write::update_one(p.name().eq("ada"), p.age().inc(1)),
            Write::insert_one(&person("bob", 1)),
        ))
        .write_concern(WriteConcern::majority())
        .session(&mut session)
        .await
        .unwrap_err();
    assert!(error.is_not_sent() && error.to_string().contains("cannot have a write concern"), "{error}");
    session.abort_transaction().await.unwrap();

    // The transaction undoes its writes, and the error reports them as not applied.
    session.start_transaction().await.unwrap();
    people.update_one(p.name().eq("ada"), p.age().set(40)).session(&mut session).await.unwrap();
    let mut other = db.start_session().await.unwrap();
    other.start_transaction().await.unwrap();
    let error = people
        .bulk_write((
            Write::insert_one(&person("bob", 1)),
            Write::update_one(p.name().eq("ada"), p.age().inc(1)),
        ))
        .session(&mut other)
        .await
        .unwrap_err();
    assert!(error.has_label("TransientTransactionError") && error.is_retryable(), "{error:?}");
    assert_eq!((error.code(), outcomes(&error).as_str()), (Some(112), "--"));
    assert_eq!(error.bulk_write_error().unwrap().counts().inserted, 0);
    session.commit_transaction().await.unwrap();
    other.abort_transaction().await.unwrap();
    assert_eq!(ages(&people).await, BTreeMap::from([("ada".to_owned(), 40)]));
}

/// A write concern of the collection is left to the transaction.
#[odm_test::test]
async fn a_write_concern_of_the_database_is_omitted_in_a_transaction(db: Database) {
    let majority = WriteConcern::builder().w(Acknowledgment::Majority).build();
    let options = odm::mongodb::options::DatabaseOptions::builder().write_concern(majority).build();
    let db = Database::from_driver(db.client().database_with_options(db.name(), options));
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_one(&person("ada", 36)).await.unwrap();
    let older = || [Write::update_one(p.name().eq("ada"), p.age().inc(1))];
    people.bulk_write(older()).await.unwrap();
    let mut session = db.start_session().await.unwrap();
    people.bulk_write(older()).session(&mut session).await.unwrap();
    session.start_transaction().await.unwrap();
    people.bulk_write(older()).session(&mut session).await.unwrap();
    session.commit_transaction().await.unwrap();
    assert_eq!(ages(&people).await["ada"], 39);
}

/// The id comes from an untyped filter and does not fit the model.
#[odm_test::test]
async fn an_upserted_id_that_does_not_fit_is_an_error(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    let upsert = |id: Bson| [Write::update_one(doc! { "_id": id }, p.age().set(1)).upsert(true)];
    let fits = ObjectId::new();
    let result = people.bulk_write(upsert(fits.into())).await.unwrap();
    assert_eq!(*result.upserted_ids()[&0].key(), fits);
    people.delete_many(Filter::all()).await.unwrap();
    let error = people.bulk_write(upsert("seven".into())).await.unwrap_err();
    assert!(error.is_decode(), "{error:?}");
    assert_eq!(people.count(Filter::all()).await.unwrap(), 1);
}

/// Writes across collections: on an older server, the error contains its version, and nothing is sent.
#[odm_test::test]
async fn a_bulk_write_across_collections_requires_a_newer_server(db: Database) {
    let orders = [order(1), order(2)];
    let bulk = db
        .bulk_write()
        .writes(orders.iter().map(Write::insert_one))
        .write(Write::<Customer>::delete_many(Filter::all()));
    let info = db.driver().run_command(doc! { "buildInfo": 1 }).await.unwrap();
    let version = info.get_str("version").unwrap();
    if version.split('.').next().unwrap().parse::<u32>().unwrap() >= 8 {
        assert_eq!(bulk.await.unwrap().counts().inserted, 2);
    } else {
        let error = bulk.await.unwrap_err();
        assert!(matches!(error.kind(), ErrorKind::Unsupported(_)) && error.is_not_sent(), "{error:?}");
        assert_eq!(
            error.to_string(),
            format!(
                "bulk_write on {}: a bulk write across collections needs MongoDB 8.0, and this server is {version}; use \
                 the `bulk_write` of each collection; nothing was sent",
                db.name()
            )
        );
        assert_eq!(db.collection::<Order>().count(Filter::all()).await.unwrap(), 0);
    }
    assert_eq!(db.bulk_write().await.unwrap().counts().inserted, 0);

    let nobody = Person { name: String::new(), ..person("x", 1) };
    let error = db
        .bulk_write()
        .writes(orders.iter().map(Write::insert_one))
        .write(Write::save(&nobody))
        .await
        .unwrap_err();
    assert!(error.is_invalid() && error.is_not_sent());
    assert_eq!(outcomes(&error), "--f");
}

/// Array filters of untyped updates are sent before those of typed updates.
#[odm_test::test]
async fn array_filters_of_untyped_and_typed_updates_are_both_sent(db: Database, server: Server) {
    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let orders: Collection<Order> = recorded.collection();
    let stored = order(1);
    orders.insert_one(&stored).await.unwrap();
    let o = Order::fields();
    commands.take();
    let plain = doc! { "$set": { "lines.$[many].qty": 99 } };
    let result = orders
        .bulk_write([
            Write::update_one(o.id().eq(stored.id), plain.clone())
                .array_filters([doc! { "many.qty": { "$gt": 1 } }]),
            Write::update_one(o.id().eq(stored.id), o.lines().each_where(|l| l.qty().eq(99)).qty().set(98)),
        ])
        .await
        .unwrap();
    let many = stored.lines.iter().filter(|line| line.qty > 1).count();
    assert!(many > 0);
    assert_eq!(result.modified_count(), 2);
    let updated = orders.get(stored.id).await.unwrap().unwrap();
    assert_eq!(updated.lines.iter().filter(|line| line.qty == 98).count(), many);

    commands.take();
    orders.update_one(o.id().eq(stored.id), plain).array_filters([doc! { "many.qty": 98 }]).await.unwrap();
    let sent = commands.take();
    let [updates] = &sent[0].get_array("updates").unwrap()[..] else { panic!("{sent:?}") };
    let filters = updates.as_document().unwrap().get_array("arrayFilters").unwrap();
    assert_eq!(filters, &[Bson::from(doc! { "many.qty": 98 })]);
}

/// On a server that does not support the `sort` of a write, the error is `Unsupported`, and nothing is applied.
#[odm_test::test]
async fn a_sort_of_a_write_requires_a_newer_server(db: Database) {
    let people = people(&db).await;
    let p = Person::fields();
    people.insert_many([person("ada", 36), person("bob", 20)]).await.unwrap();
    let oldest = Write::update_one(Filter::all(), p.age().set(99)).sort(p.age().desc());
    match people.bulk_write([oldest]).await {
        Ok(_) => assert_eq!(ages(&people).await["ada"], 99),
        Err(error) => {
            let inner = error.bulk_write_error().unwrap().interruption().unwrap();
            assert!(matches!(inner.kind(), ErrorKind::Unsupported(_)), "{error:?}");
            assert!(
                error.to_string().contains("does not take `sort` here: MongoDB does since 8.0"),
                "{error}"
            );
            assert_eq!(ages(&people).await["ada"], 36);
        }
    }
}
