//! `.explain()`: it sends the same command as the real call, and summarizes the replies of the server.

use std::time::Duration;

use odm::{
    Collection, Database, Filter, Id, Model, Shape, View,
    action::{Explanation, StageSummary, Verbosity},
    bson::{DateTime, Document, doc},
    mongodb::{IndexModel, options::Collation},
    pipeline::count,
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
};
use odm_test::Server;

/// A person who is kept after the delete.
#[derive(Model)]
#[odm(collection = "people")]
struct Kept {
    id: Id<Kept>,
    age: u8,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
    #[odm(version)]
    version: i64,
    #[odm(created_at)]
    created_at: Option<DateTime>,
}

/// Ten people, and an index on the age.
async fn ten(db: &Database) -> Collection<Person> {
    let people = db.collection::<Person>();
    people.insert_many((0..10).map(|n| person(&n.to_string(), 10 * n))).await.unwrap();
    let index = IndexModel::builder().keys(doc! { "age": 1 }).build();
    people.driver().create_index(index).await.unwrap();
    people
}

/// Formats a command in a fixed order, without its read and write concerns.
fn essence(command: &Document) -> String {
    let mut fields: Vec<_> = command
        .iter()
        .filter(|(name, _)| !["readConcern", "writeConcern"].contains(&name.as_str()))
        .collect();
    fields.sort_by_key(|(name, _)| (*name).clone());
    format!("{fields:?}")
}

/// Returns the commands that were sent, without the ends of dropped cursors.
fn taken(commands: &Commands) -> Vec<Document> {
    commands.take().into_iter().filter(|command| !command.contains_key("killCursors")).collect()
}

/// Asserts that the explained command is the one that the call sends.
macro_rules! same {
    ($commands:ident: $($call:expr;)*) => { $(
        let how = $call.explain().verbosity(Verbosity::QueryPlanner).await.unwrap();
        let sent = taken(&$commands);
        let [explain] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(explain.get_str("verbosity").unwrap(), "queryPlanner");
        let explained = essence(explain.get_document("explain").unwrap());
        assert!(!how.stages().is_empty(), "{}", how.raw());
        let _ = $call.await.unwrap();
        let sent = taken(&$commands);
        let [real] = &sent[..] else { panic!("{sent:?}") };
        assert_eq!(explained, essence(real), "{}", stringify!($call));
    )* };
}

/// The policies of a model are part of the explained command.
#[odm_test::test]
async fn explain_explains_the_command_with_the_policies(db: Database, server: Server) {
    ten(&db).await;
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let kept = db.with_clock(|| DateTime::from_millis(0)).collection::<Kept>();
    let k = Kept::fields();
    let new = Kept { id: Id::new(), age: 7, deleted_at: None, version: 0, created_at: None };
    same! { commands:
        kept.find(k.age().gt(7)).limit(3);
        kept.count(k.age().gt(7));
        kept.aggregate().sort(|k| k.age().asc());
        kept.update_one(k.age().eq(7), k.age().inc(1));
        kept.save(&new);
        kept.delete_one(k.age().eq(8));
        kept.delete_many(k.age().eq(8));
        kept.find_one_and_delete(k.age().eq(8));
        kept.restore(k.age().eq(8));
        kept.purge(k.age().eq(9));
    }
}

#[odm_test::test]
async fn explain_explains_the_command_that_the_call_sends(db: Database, server: Server) {
    let people = ten(&db).await;
    people.insert_one(&person("ada", 36)).await.unwrap();
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people = {
        let _ = people;
        db.collection::<Person>()
    };
    let p = Person::fields();
    let ada = people.find_one(p.name().eq("ada")).await.unwrap().unwrap();
    let simple = || Collation::builder().locale("simple").build();
    let time = Duration::from_millis(2500);
    commands.take();

    same! { commands:
        people.find(Filter::all());
        people
            .find(p.age().gte(18))
            .sort(p.age().desc())
            .skip(1)
            .limit(4)
            .batch_size(4)
            .min(doc! { "age": 1 })
            .max(doc! { "age": 90 })
            .hint("age_1")
            .collation(simple())
            .let_("x", "$y")
            .allow_disk_use(true)
            .allow_partial_results(true)
            .no_cursor_timeout(true)
            .comment(doc! { "why": 1 })
            .max_time(time);
        people.find(p.age().gte(18)).limit(4).view::<Name>();
        people.find_one(p.age().gte(18)).sort(p.age().asc()).skip(1).hint(p.age().asc()).max_time(time).comment("c");
        people.find_one(Filter::all()).view::<Name>();
        people.get(ada.id).comment("c");
        people.get(ada.id).view::<Name>();
        people.exists(p.age().eq(7)).hint("age_1").let_("x", 1);
        people.count(p.age().gt(7)).skip(1).limit(5).hint("age_1").max_time(time).collation(simple()).comment("c");
        people.estimated_count().comment("c").max_time(time);
        people.distinct(p.age(), p.age().gt(7)).collation(simple()).comment("c").max_time(time);
        people.aggregate().matching(|p| p.age().gt(7)).sort(|p| p.name().asc());
        people
            .aggregate()
            .batch_size(3)
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .allow_disk_use(true)
            .bypass_document_validation(true)
            .comment("c")
            .max_time(time);
        people.update_one(p.age().eq(7), p.age().inc(1));
        people
            .update_one(p.age().eq(7), p.age().inc(1))
            .upsert(false)
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .bypass_document_validation(true)
            .comment("c");
        people.update_one(p.age().eq(7), vec![doc! { "$set": { "age": 8 } }]);
        people.update_many(Filter::all(), p.age().inc(0)).hint("age_1").comment("c");
        people.replace_one(p.id().eq(ada.id), &ada);
        people
            .replace_one(p.id().eq(ada.id), &ada)
            .upsert(true)
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .bypass_document_validation(true)
            .comment("c");
        people.delete_one(p.age().eq(7));
        people.delete_one(p.age().eq(7)).hint("age_1").collation(simple()).let_("x", 1).comment("c");
        people.delete_many(p.age().eq(7)).hint("age_1");
        people.find_one_and_update(p.age().eq(7), p.age().inc(1));
        people
            .find_one_and_update(p.age().eq(7), p.age().inc(1))
            .sort(p.age().asc())
            .upsert(false)
            .return_new()
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .bypass_document_validation(true)
            .comment("c")
            .max_time(time);
        people
            .find_one_and_replace(p.id().eq(ada.id), &ada)
            .sort(p.age().asc())
            .upsert(true)
            .return_new()
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .bypass_document_validation(true)
            .comment("c")
            .max_time(time);
        people.find_one_and_replace(p.id().eq(ada.id), &ada);
        people.find_one_and_delete(p.age().eq(7));
        people
            .find_one_and_delete(p.age().eq(7))
            .sort(p.age().asc())
            .hint("age_1")
            .collation(simple())
            .let_("x", 1)
            .comment("c")
            .max_time(time);
    }
}

#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Name {
    name: String,
}

/// A view that an index on the age covers.
#[derive(Debug, PartialEq, View)]
#[odm(of = Person)]
struct Age {
    age: u32,
}

#[odm_test::test]
async fn explain_summarizes_the_plan(db: Database) {
    let people = ten(&db).await;
    let p = Person::fields();

    let how = people.find(p.age().gte(50)).sort(p.age().desc()).limit(3).explain().await.unwrap();
    assert_eq!(how.indexes(), ["age_1"]);
    assert_eq!(how.stages(), ["LIMIT", "FETCH", "IXSCAN"]);
    assert_eq!((how.returned(), how.keys_examined(), how.documents_examined()), (Some(3), Some(3), Some(3)));
    assert!(!how.is_collection_scan() && !how.is_sort_in_memory() && !how.is_disk_used());
    assert_eq!((how.would_write(), how.shards()), (None, &[][..]));
    let millis = how.time().unwrap().as_millis();
    assert_eq!(
        how.to_string(),
        format!(
            "LIMIT < FETCH < IXSCAN\nindex: age_1\n3 returned, 3 keys and 3 documents examined, in {millis} ms"
        )
    );
    assert_eq!(how.raw().get_document("command").unwrap().get_str("find").unwrap(), "people");

    let how = people.find(p.name().ne("3")).sort(p.name().asc()).explain().await.unwrap();
    assert!(how.is_collection_scan() && how.is_sort_in_memory());
    assert_eq!((how.indexes(), how.returned()), (&[][..], Some(9)));
    assert_eq!((how.keys_examined(), how.documents_examined()), (Some(0), Some(10)));
    let shown = how.to_string();
    assert!(
        shown.contains("\na whole collection is scanned, without an index\nsorted in memory: "),
        "{shown}"
    );

    let planned = people.find(p.age().gte(50)).explain().verbosity(Verbosity::QueryPlanner).await.unwrap();
    assert_eq!(planned.to_string(), "FETCH < IXSCAN\nindex: age_1");
    assert_eq!((planned.returned(), planned.time(), planned.keys_examined()), (None, None, None));
    let all = people.find(p.age().gte(50)).explain().verbosity(Verbosity::AllPlansExecution).await.unwrap();
    assert_eq!((all.indexes(), all.returned()), (planned.indexes(), Some(5)));

    let covered = doc! { "age": { "$gte": 50 } };
    let how = people.find(covered).view::<Age>().explain().await.unwrap();
    assert_eq!((how.indexes(), how.returned()), (&["age_1".to_owned()][..], Some(5)));

    let id = people.find_one(Filter::all()).await.unwrap().unwrap().id;
    let how = people.get(id).explain().await.unwrap();
    assert_eq!((how.indexes(), how.documents_examined()), (&["_id_".to_owned()][..], Some(1)));
    let how = people.exists(p.age().gt(1)).explain().await.unwrap();
    assert_eq!((how.indexes(), how.returned()), (&["age_1".to_owned()][..], Some(1)));
    let how = people.distinct(p.age(), Filter::all()).explain().await.unwrap();
    assert_eq!((how.indexes(), how.is_collection_scan()), (&["age_1".to_owned()][..], false));
    let how = people.count(p.age().gt(50)).explain().await.unwrap();
    // 6.0 also examines the key after the last match.
    assert!((4..=5).contains(&how.keys_examined().unwrap()), "{how}");
    assert_eq!((how.indexes(), how.documents_examined()), (&["age_1".to_owned()][..], Some(0)));
    assert!(!people.estimated_count().explain().await.unwrap().is_collection_scan());

    let nothing = db.collection::<Person>().driver().clone();
    nothing.drop().await.unwrap();
    let how = people.find(p.age().gte(50)).explain().await.unwrap();
    assert_eq!((how.stages(), how.returned()), (&["EOF".to_owned()][..], Some(0)));
}

#[derive(Debug, Shape)]
struct Group {
    #[odm(id)]
    name: String,
    people: i64,
}

/// Pipelines: stages that are part of the plan (in 6.0 with the newer engine), and stages that are not.
#[odm_test::test]
async fn explain_summarizes_the_plan_of_a_pipeline(db: Database) {
    let people = ten(&db).await;
    let adults = || people.aggregate().matching(|p| p.age().gte(50));

    let how = adults().sort(|p| p.name().asc()).explain().await.unwrap();
    assert_eq!((how.indexes(), how.returned()), (&["age_1".to_owned()][..], Some(5)));
    assert!(how.is_sort_in_memory());

    let how = adults().group(|p| GroupOf { name: p.name(), people: count() }).explain().await.unwrap();
    let first = how.stages().first().unwrap().to_ascii_lowercase();
    assert!(first.ends_with("group"), "{:?}", how.stages());
    assert_eq!(
        (how.indexes(), how.documents_examined()),
        (&["age_1".to_owned()][..], Some(5)),
        "{}",
        how.raw()
    );
    assert_eq!(how.returned(), Some(5), "{}", how.raw());
    assert!(how.time().is_some());

    let join = |by: &str| {
        doc! { "$lookup": { "from": "people", "localField": "age", "foreignField": by, "as": "found" } }
    };
    let indexed = adults().stage(join("age")).explain().await.unwrap();
    assert!(!indexed.is_collection_scan(), "{}", indexed.raw());
    let not = adults().stage(join("name")).explain().await.unwrap();
    assert!(not.is_collection_scan(), "{}", not.raw());
    assert!(not.documents_examined() > indexed.documents_examined(), "{not}\n{indexed}");

    // Stages that no engine makes part of a plan.
    let stages = adults()
        .stage(doc! { "$facet": { "one": [{ "$limit": 2 }], "two": [{ "$count": "n" }] } })
        .explain()
        .await
        .unwrap();
    assert_eq!(stages.stages()[0], "$facet", "{:?}", stages.stages());
    assert_eq!((stages.indexes(), stages.returned()), (&["age_1".to_owned()][..], Some(1)));

    let how = adults().merge::<Person>(|people| people).comment("why").explain().await.unwrap();
    assert_eq!((how.stages()[0].as_str(), how.indexes()), ("$merge", &["age_1".to_owned()][..]));
    let how = adults().cast::<Kept>().out().explain().deadline(Duration::from_secs(20)).await.unwrap();
    assert_eq!(how.stages()[0], "$out");
    for stage in [doc! { "$out": "elsewhere" }, doc! { "$merge": "elsewhere" }] {
        let how = adults().stage(stage.clone()).explain().await.unwrap();
        assert_eq!(stage.keys().next(), how.stages().first());
        assert_eq!(how.indexes(), ["age_1"]);
    }
    let there = db.driver().list_collection_names().await.unwrap();
    assert_eq!(there, ["people"]);
}

/// The name and the index of a stage, and the numbers of documents returned, of keys and of documents examined.
type Numbers<'h> = (&'h str, Option<&'h str>, Option<u64>, Option<u64>, Option<u64>);

fn numbers(how: &Explanation) -> Vec<Numbers<'_>> {
    let summaries = how.stage_summaries();
    assert!(summaries.iter().map(|stage| &stage.name).eq(how.stages()), "{summaries:?}");
    let numbers = summaries.iter().map(|stage| {
        let StageSummary { name, index, returned, keys_examined, documents_examined, time, .. } = stage;
        assert!(time.is_some(), "{stage:?}");
        (name.as_str(), index.as_deref(), *returned, *keys_examined, *documents_examined)
    });
    numbers.collect()
}

#[odm_test::test]
async fn explain_summarizes_each_stage(db: Database) {
    let people = ten(&db).await;
    let adults = || people.aggregate().matching(|p| p.age().gte(50));
    let facet = doc! { "$facet": { "one": [{ "$limit": 2 }], "two": [{ "$count": "n" }] } };
    let how = adults().stage(facet).stage(doc! { "$unwind": "$one" }).explain().await.unwrap();
    assert_eq!(
        numbers(&how),
        [
            ("$unwind", None, Some(2), None, None),
            ("$facet", None, Some(1), None, None),
            ("FETCH", None, Some(5), None, Some(5)),
            ("IXSCAN", Some("age_1"), Some(5), Some(5), None),
        ],
        "{}",
        how.raw()
    );
    let line = how.stage_summaries()[3].to_string();
    assert!(line.starts_with("IXSCAN age_1: 5 returned, 5 keys examined, "), "{line}");

    let planned = adults().explain().verbosity(Verbosity::QueryPlanner).await.unwrap();
    let lines: Vec<_> = planned.stage_summaries().iter().map(ToString::to_string).collect();
    assert_eq!(lines, ["FETCH", "IXSCAN age_1"]);

    let by_id = people.find(Person::fields().id().eq(Id::new())).explain().await.unwrap();
    let [found] = by_id.stage_summaries() else { panic!("{:?}", by_id.stage_summaries()) };
    assert_eq!((found.index.as_deref(), found.returned), (Some("_id_"), Some(0)), "{}", by_id.raw());
}

/// The plans of both engines. The test sets which engine the server uses.
#[tokio::test]
async fn explain_reads_the_plans_of_both_engines() {
    let server = Server::start().await.unwrap();
    let db = server.fresh_database("engines").await.unwrap();
    let people = ten(&db).await;
    let p = Person::fields();
    let admin = db.client().database("admin");
    let mut versions = Vec::new();
    for classic in [true, false] {
        let set = doc! { "setParameter": 1, "internalQueryForceClassicEngine": classic };
        if admin.run_command(set).await.is_err() {
            continue;
        }
        let how = people.find(p.age().gte(50)).sort(p.name().asc()).explain().await.unwrap();
        versions.push(how.raw().get_str("explainVersion").unwrap().to_owned());
        assert_eq!(how.stages(), ["SORT", "FETCH", "IXSCAN"]);
        assert_eq!((how.indexes(), how.returned()), (&["age_1".to_owned()][..], Some(5)));
        assert_eq!((how.keys_examined(), how.documents_examined()), (Some(5), Some(5)));
        assert!(how.is_sort_in_memory() && !how.is_collection_scan());
        assert_eq!(
            numbers(&how),
            [
                ("SORT", None, Some(5), None, None),
                ("FETCH", None, Some(5), None, Some(5)),
                ("IXSCAN", Some("age_1"), Some(5), Some(5), None),
            ]
        );
        let grouped = people.aggregate().group(|p| GroupOf { name: p.name(), people: count() });
        let how = grouped.explain().await.unwrap();
        versions.push(how.raw().get_str("explainVersion").unwrap().to_owned());
        assert_eq!((how.returned(), how.is_collection_scan()), (Some(10), true), "{}", how.raw());
        let summaries = numbers(&how);
        assert_eq!(summaries.first().unwrap().2, Some(10), "{}", how.raw());
        assert_eq!(*summaries.last().unwrap(), ("COLLSCAN", None, Some(10), None, Some(10)), "{}", how.raw());
        let few = people.aggregate().matching(|p| p.age().gte(50));
        let how = few.group(|p| GroupOf { name: p.name(), people: count() }).explain().await.unwrap();
        let scan = numbers(&how).pop();
        assert_eq!(scan, Some(("IXSCAN", Some("age_1"), Some(5), Some(5), None)), "{}", how.raw());
        let fetch = numbers(&how).into_iter().find(|(name, ..)| *name == "FETCH");
        assert_eq!(fetch, Some(("FETCH", None, Some(5), None, Some(5))), "{}", how.raw());
        let join = doc! { "$lookup": { "from": "people", "localField": "age", "foreignField": "age", "as": "found" } };
        let how = people.aggregate().stage(join).explain().await.unwrap();
        assert_eq!((how.indexes(), how.returned()), (&["age_1".to_owned()][..], Some(10)), "{}", how.raw());
        assert!(!how.raw().contains_key("stages") || classic, "{}", how.raw());
        let (name, index, returned, keys, documents) = numbers(&how)[0];
        assert!(["$lookup", "EQ_LOOKUP"].contains(&name), "{name}");
        assert_eq!((index, returned), (Some("age_1"), Some(10)), "{}", how.raw());
        assert_eq!((keys, documents), (Some(10), Some(10)), "{}", how.raw());
    }
    if server.version().starts_with("6.0") {
        // Of these calls, 6.0 uses the newer engine only for `$group` and `$lookup`.
        assert_eq!(versions, ["1", "1", "1", "2"]);
    }
    server.stop().await;
}

/// An explained write changes no document and returns how many it would change.
#[odm_test::test]
async fn an_explained_write_writes_nothing(db: Database) {
    let people = ten(&db).await;
    let p = Person::fields();
    let all =
        || async { people.find(Filter::all()).await.unwrap().try_collect::<Vec<Person>>().await.unwrap() };
    let before = all().await;
    let filter = || p.age().gte(50);
    let new = person("new", 55);
    let same_id = Person { id: before[5].id, ..new.clone() };
    let explained: [(Explanation, u64); 9] = [
        (people.update_one(filter(), p.age().inc(1)).explain().await.unwrap(), 1),
        (people.update_many(filter(), p.age().inc(1)).explain().await.unwrap(), 5),
        (people.update_one(p.age().eq(7), p.age().set(8)).upsert(true).explain().await.unwrap(), 1),
        (people.replace_one(p.age().eq(50), &same_id).explain().await.unwrap(), 1),
        (people.delete_one(filter()).explain().await.unwrap(), 1),
        (people.delete_many(filter()).explain().await.unwrap(), 5),
        (people.find_one_and_update(filter(), p.age().inc(1)).explain().await.unwrap(), 1),
        (people.find_one_and_replace(p.age().eq(50), &same_id).explain().await.unwrap(), 1),
        (people.find_one_and_delete(filter()).explain().await.unwrap(), 1),
    ];
    for (how, writes) in explained {
        assert_eq!(how.would_write(), Some(writes), "{}", how.raw());
        assert_eq!(how.indexes(), ["age_1"], "{}", how.raw());
        assert!(how.to_string().contains(&format!("{writes} would be written")), "{how}");
    }
    assert_eq!(all().await, before);
}

/// A call that cannot be sent cannot be explained, and an explain may have a time limit.
#[odm_test::test]
async fn explain_reports_errors_and_respects_time_limits(db: Database, server: Server) {
    let people = ten(&db).await;
    let p = Person::fields();
    let error = people.delete_many(doc! {}).explain().await.unwrap_err();
    assert!(error.is_not_sent(), "{error:?}");
    assert_eq!(error.operation(), Some("explain"));
    assert!(people.update_one(Filter::all(), doc! {}).explain().await.unwrap_err().is_not_sent());
    assert!(people.find(Filter::all()).limit(u64::MAX).explain().await.unwrap_err().is_not_sent());

    let slow = doc! { "$where": "sleep(100) || true" };
    let error = people.find(slow).max_time(Duration::from_millis(50)).explain().await.unwrap_err();
    assert!(error.is_timeout(), "{error:?}");

    // A server error during the explained execution is returned as an error, although the reply is not one.
    let divided = doc! { "$expr": { "$divide": ["$age", 0] } };
    let error = people.find(divided.clone()).explain().await.unwrap_err();
    let real = people.find(divided).await.unwrap_err();
    assert_eq!((error.code(), error.operation()), (real.code(), Some("explain")), "{error:?}");

    let (recorded, commands) = Commands::record(server.uri(), &db).await;
    let people = recorded.collection::<Person>();
    drop(people.find(p.age().gt(1)).max_time(Duration::from_secs(2)).explain().await.unwrap());
    assert_eq!(commands.take()[0].get_i32("maxTimeMS").unwrap(), 2000);
}
