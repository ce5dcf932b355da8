//! Every setter of every method: its value is in the command, and the server accepts it.

use std::{collections::BTreeSet, fmt::Debug, fs, path::Path, time::Duration};

use odm::{
    Collection, Database, Filter, Id, Model, Write,
    bson::{Bson, DateTime, Document, doc},
    mongodb::{
        IndexModel, Namespace,
        options::{
            AggregateOptions, BulkWriteOptions, ChangeStreamOptions, Collation, CountOptions, CursorType,
            DeleteManyModel, DeleteOneModel, DeleteOptions, DistinctOptions, EstimatedDocumentCountOptions,
            FindOneAndDeleteOptions, FindOneAndReplaceOptions, FindOneAndUpdateOptions, FindOneOptions,
            FindOptions, InsertManyOptions, InsertOneOptions, ReadConcern, ReadPreference, ReplaceOneModel,
            ReplaceOptions, UpdateManyModel, UpdateOneModel, UpdateOptions, WriteConcern,
        },
    },
    pipeline::lit,
};
use odm_integration::{
    commands::Commands,
    people::{Person, person},
    story::Status,
};
use odm_test::Server;

const WATCH: &str = include_str!("../../../odm/src/action/watch.rs");
/// The setters of all change streams.
const STREAM: &str = include_str!("../../../odm/src/action/stream_setters.rs");

/// A person who is kept after the delete.
#[derive(Model)]
#[odm(collection = "people")]
struct Kept {
    id: Id<Kept>,
    age: u8,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
}

/// Returns the value at a dotted path of a command.
fn at<'c>(command: &'c Document, path: &str) -> Option<&'c Bson> {
    let (first, rest) = path.split_once('.').map_or((path, None), |(first, rest)| (first, Some(rest)));
    rest.into_iter().flat_map(|rest| rest.split('.')).try_fold(command.get(first)?, |value, step| match value
    {
        Bson::Document(document) => document.get(step),
        Bson::Array(items) => items.get(step.parse::<usize>().ok()?),
        _ => None,
    })
}

/// Each line contains the method and the setter as in the table of `setters.rs`, the call, and the path and value in
/// its command.
macro_rules! carries {
    ($commands:ident, $seen:ident; $($verb:ident $setter:ident: $call:expr => $path:literal = $value:expr;)*) => { $(
        $seen.insert((stringify!($verb).to_owned(), stringify!($setter).to_owned()));
        let answer = $call.await.map(drop);
        let sent = $commands.take_whole();
        let [command] = &sent[..] else { panic!("{}: {sent:?}", stringify!($call)) };
        assert_eq!(at(command, $path), Some(&Bson::from($value)), "{}: {command}", stringify!($call));
        match (stringify!($setter).contains("_since_"), answer) {
            (false, answer) => answer.unwrap(),
            // The tests run on 6.0 and on newer servers.
            (true, Ok(())) => {}
            (true, Err(error)) => {
                let error = error.bulk_write_error().and_then(|bulk| bulk.interruption()).unwrap_or(&error);
                assert!(matches!(error.kind(), odm::ErrorKind::Unsupported(_)), "{error:?}");
                assert!(error.to_string().contains("MongoDB does since"), "{error}");
            }
        }
    )* };
}

fn norwegian() -> Collation {
    Collation::builder().locale("nb").build()
}

fn nearest() -> ReadPreference {
    ReadPreference::Nearest { options: None }
}

const SECOND: Duration = Duration::from_secs(1);

#[odm_test::test]
async fn the_value_of_a_setter_is_in_the_command(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    // A client that does not know the version sends what an older server does not know.
    let db = Database::from_driver(db.driver().clone());
    let people: Collection<Person> = db.collection();
    let index = IndexModel::builder().keys(doc! { "age": 1 }).build();
    people.driver().create_index(index).await.unwrap();
    let beside = Database::from_driver(db.client().database(&format!("test-{}", Id::<Person>::new())));
    beside.driver().create_collection("people").capped(true).size(4096).await.unwrap();
    let capped: Collection<Person> = beside.collection();
    commands.take();

    let (p, k, kept) = (Person::fields(), Kept::fields(), db.collection::<Kept>());
    let ada = person("ada", 36);
    let renamed = Person { name: "eve".to_owned(), ..ada.clone() };
    let first = || doc! { "$set": { "tags.$[tag]": 1 } };
    let tag = || [doc! { "tag": 0 }];
    let older = || p.age().inc(1);
    let all = Filter::all;
    let mut seen = BTreeSet::new();
    carries! { commands, seen;
        Find sort: people.find(all()).sort(p.age().desc()) => "sort.age" = -1;
        Find skip: people.find(all()).skip(2) => "skip" = 2_i64;
        Find limit: people.find(all()).limit(3) => "limit" = 3_i64;
        Find batch_size: people.find(all()).batch_size(4) => "batchSize" = 4;
        Find min: people.find(all()).min(doc! { "age": 1 }).hint("age_1") => "min.age" = 1;
        Find max: people.find(all()).max(doc! { "age": 9 }).hint("age_1") => "max.age" = 9;
        Find hint: people.find(all()).hint(p.age().asc()) => "hint.age" = 1;
        Find collation: people.find(all()).collation(norwegian()) => "collation.locale" = "nb";
        Find let_: people.find(all()).let_("least", 18) => "let.least" = 18;
        Find allow_disk_use: people.find(all()).allow_disk_use(true) => "allowDiskUse" = true;
        Find allow_partial_results: people.find(all()).allow_partial_results(true) => "allowPartialResults" = true;
        Find no_cursor_timeout: people.find(all()).no_cursor_timeout(true) => "noCursorTimeout" = true;
        Find cursor_type: capped.find(all()).cursor_type(CursorType::Tailable) => "tailable" = true;
        Find max_await_time: capped.find(all()).cursor_type(CursorType::TailableAwait).max_await_time(SECOND) => "awaitData" = true;
        Find show_record_id: people.find(all()).show_record_id(true) => "showRecordId" = true;
        Find return_key: people.find(all()).return_key(true) => "returnKey" = true;
        Find comment: people.find(all()).comment("why") => "comment" = "why";
        Find max_time: people.find(all()).max_time(SECOND) => "maxTimeMS" = 1000;
        Find read_concern: people.find(all()).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Find read_preference: people.find(all()).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        FindOne sort: people.find_one(all()).sort(p.age().desc()) => "sort.age" = -1;
        FindOne skip: people.find_one(all()).skip(2) => "skip" = 2_i64;
        FindOne min: people.find_one(all()).min(doc! { "age": 1 }).hint("age_1") => "min.age" = 1;
        FindOne max: people.find_one(all()).max(doc! { "age": 9 }).hint("age_1") => "max.age" = 9;
        FindOne hint: people.find_one(all()).hint(p.age().asc()) => "hint.age" = 1;
        FindOne collation: people.find_one(all()).collation(norwegian()) => "collation.locale" = "nb";
        FindOne let_: people.find_one(all()).let_("least", 18) => "let.least" = 18;
        FindOne allow_partial_results: people.find_one(all()).allow_partial_results(true) => "allowPartialResults" = true;
        FindOne show_record_id: people.find_one(all()).show_record_id(true) => "showRecordId" = true;
        FindOne return_key: people.find_one(all()).return_key(true) => "returnKey" = true;
        FindOne comment: people.find_one(all()).comment("why") => "comment" = "why";
        FindOne max_time: people.find_one(all()).max_time(SECOND) => "maxTimeMS" = 1000;
        FindOne read_concern: people.find_one(all()).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        FindOne read_preference: people.find_one(all()).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Get collation: people.get(ada.id).collation(norwegian()) => "collation.locale" = "nb";
        Get comment: people.get(ada.id).comment("why") => "comment" = "why";
        Get max_time: people.get(ada.id).max_time(SECOND) => "maxTimeMS" = 1000;
        Get read_concern: people.get(ada.id).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Get read_preference: people.get(ada.id).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Exists hint: people.exists(all()).hint(p.age().asc()) => "hint.age" = 1;
        Exists collation: people.exists(all()).collation(norwegian()) => "collation.locale" = "nb";
        Exists let_: people.exists(all()).let_("least", 18) => "let.least" = 18;
        Exists comment: people.exists(all()).comment("why") => "comment" = "why";
        Exists max_time: people.exists(all()).max_time(SECOND) => "maxTimeMS" = 1000;
        Exists read_concern: people.exists(all()).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Exists read_preference: people.exists(all()).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Count skip: people.count(all()).skip(2) => "pipeline.1.$skip" = 2_i64;
        Count limit: people.count(all()).limit(3) => "pipeline.1.$limit" = 3_i64;
        Count hint: people.count(all()).hint(p.age().asc()) => "hint.age" = 1;
        Count collation: people.count(all()).collation(norwegian()) => "collation.locale" = "nb";
        Count comment: people.count(all()).comment("why") => "comment" = "why";
        Count max_time: people.count(all()).max_time(SECOND) => "maxTimeMS" = 1000;
        Count read_concern: people.count(all()).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Count read_preference: people.count(all()).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        EstimatedCount comment: people.estimated_count().comment("why") => "comment" = "why";
        EstimatedCount max_time: people.estimated_count().max_time(SECOND) => "maxTimeMS" = 1000;
        EstimatedCount read_concern: people.estimated_count().read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        EstimatedCount read_preference: people.estimated_count().read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Distinct hint_since_7: people.distinct(p.age(), all()).hint(p.age().asc()) => "hint.age" = 1;
        Distinct collation: people.distinct(p.age(), all()).collation(norwegian()) => "collation.locale" = "nb";
        Distinct comment: people.distinct(p.age(), all()).comment("why") => "comment" = "why";
        Distinct max_time: people.distinct(p.age(), all()).max_time(SECOND) => "maxTimeMS" = 1000;
        Distinct read_concern: people.distinct(p.age(), all()).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Distinct read_preference: people.distinct(p.age(), all()).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Aggregate batch_size: people.aggregate().batch_size(4) => "cursor.batchSize" = 4;
        Aggregate hint: people.aggregate().hint(p.age().asc()) => "hint.age" = 1;
        Aggregate collation: people.aggregate().collation(norwegian()) => "collation.locale" = "nb";
        Aggregate let_: people.aggregate().let_("least", 18) => "let.least" = 18;
        Aggregate allow_disk_use: people.aggregate().allow_disk_use(true) => "allowDiskUse" = true;
        Aggregate bypass_document_validation: people.aggregate().bypass_document_validation(true) => "bypassDocumentValidation" = true;
        Aggregate comment: people.aggregate().comment("why") => "comment" = "why";
        Aggregate max_time: people.aggregate().max_time(SECOND) => "maxTimeMS" = 1000;
        Aggregate read_concern: people.aggregate().read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Aggregate read_preference: people.aggregate().read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Aggregate write_concern: people.aggregate().write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        Written hint: people.aggregate().merge::<Person>(|to| to).hint(p.age().asc()) => "hint.age" = 1;
        Written collation: people.aggregate().merge::<Person>(|to| to).collation(norwegian()) => "collation.locale" = "nb";
        Written let_: people.aggregate().merge::<Person>(|to| to).let_("least", 18) => "let.least" = 18;
        Written allow_disk_use: people.aggregate().merge::<Person>(|to| to).allow_disk_use(true) => "allowDiskUse" = true;
        Written bypass_document_validation: people.aggregate().merge::<Person>(|to| to).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        Written comment: people.aggregate().merge::<Person>(|to| to).comment("why") => "comment" = "why";
        Written max_time: people.aggregate().merge::<Person>(|to| to).max_time(SECOND) => "maxTimeMS" = 1000;
        Written read_concern: people.aggregate().merge::<Person>(|to| to).read_concern(ReadConcern::majority()) => "readConcern.level" = "majority";
        Written read_preference: people.aggregate().merge::<Person>(|to| to).read_preference(nearest()) => "$readPreference.mode" = "nearest";
        Written write_concern: people.aggregate().merge::<Person>(|to| to).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        InsertOne bypass_document_validation: people.insert_one(&person("x", 1)).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        InsertOne comment: people.insert_one(&person("x", 1)).comment("why") => "comment" = "why";
        InsertOne write_concern: people.insert_one(&person("x", 1)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        InsertMany ordered: people.insert_many([person("y", 1)]).ordered(false) => "ordered" = false;
        InsertMany bypass_document_validation: people.insert_many([person("y", 1)]).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        InsertMany comment: people.insert_many([person("y", 1)]).comment("why") => "comment" = "why";
        InsertMany write_concern: people.insert_many([person("y", 1)]).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        BulkWrite ordered: people.bulk_write([Write::insert_one(&person("z", 1))]).ordered(false) => "ordered" = false;
        BulkWrite let_: people.bulk_write([Write::delete_one(p.age().eq(99))]).let_("least", 18) => "let.least" = 18;
        BulkWrite bypass_document_validation: people.bulk_write([Write::insert_one(&person("z", 1))]).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        BulkWrite comment: people.bulk_write([Write::insert_one(&person("z", 1))]).comment("why") => "comment" = "why";
        BulkWrite write_concern: people.bulk_write([Write::insert_one(&person("z", 1))]).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        BulkUpdateOne upsert: people.bulk_write([Write::update_one(p.age().eq(99), p.age().inc(1)).upsert(false)]) => "updates.0.upsert" = false;
        BulkUpdateOne array_filters: people.bulk_write([Write::update_one(p.age().eq(99), first()).array_filters(tag())]) => "updates.0.arrayFilters.0.tag" = 0;
        BulkUpdateOne sort_since_8: people.bulk_write([Write::update_one(p.age().eq(99), p.age().inc(1)).sort(p.age().desc())]) => "updates.0.sort.age" = -1;
        BulkUpdateOne hint: people.bulk_write([Write::update_one(p.age().eq(99), p.age().inc(1)).hint(p.age().asc())]) => "updates.0.hint.age" = 1;
        BulkUpdateOne collation: people.bulk_write([Write::update_one(p.age().eq(99), p.age().inc(1)).collation(norwegian())]) => "updates.0.collation.locale" = "nb";
        BulkUpdateMany upsert: people.bulk_write([Write::update_many(p.age().eq(99), p.age().inc(1)).upsert(false)]) => "updates.0.upsert" = false;
        BulkUpdateMany array_filters: people.bulk_write([Write::update_many(p.age().eq(99), first()).array_filters(tag())]) => "updates.0.arrayFilters.0.tag" = 0;
        BulkUpdateMany hint: people.bulk_write([Write::update_many(p.age().eq(99), p.age().inc(1)).hint(p.age().asc())]) => "updates.0.hint.age" = 1;
        BulkUpdateMany collation: people.bulk_write([Write::update_many(p.age().eq(99), p.age().inc(1)).collation(norwegian())]) => "updates.0.collation.locale" = "nb";
        BulkReplaceOne upsert: people.bulk_write([Write::replace_one(p.id().eq(ada.id), &ada).upsert(true)]) => "updates.0.upsert" = true;
        BulkReplaceOne sort_since_8: people.bulk_write([Write::replace_one(p.id().eq(ada.id), &ada).sort(p.age().desc())]) => "updates.0.sort.age" = -1;
        BulkReplaceOne hint: people.bulk_write([Write::replace_one(p.id().eq(ada.id), &ada).hint(p.age().asc())]) => "updates.0.hint.age" = 1;
        BulkReplaceOne collation: people.bulk_write([Write::replace_one(p.id().eq(ada.id), &ada).collation(norwegian())]) => "updates.0.collation.locale" = "nb";
        BulkDelete hint: people.bulk_write([Write::delete_one(p.age().eq(99)).hint(p.age().asc())]) => "deletes.0.hint.age" = 1;
        BulkDelete collation: people.bulk_write([Write::delete_one(p.age().eq(99)).collation(norwegian())]) => "deletes.0.collation.locale" = "nb";
        Save bypass_document_validation: people.save(&ada).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        Save comment: people.save(&ada).comment("why") => "comment" = "why";
        Save write_concern: people.save(&ada).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        SaveChanges bypass_document_validation: people.save_changes(&ada, &renamed).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        SaveChanges comment: people.save_changes(&ada, &renamed).comment("why") => "comment" = "why";
        SaveChanges write_concern: people.save_changes(&ada, &renamed).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        UpdateOne upsert: people.update_one(all(), older()).upsert(true) => "updates.0.upsert" = true;
        UpdateOne array_filters: people.update_one(p.age().eq(99), first()).array_filters(tag()) => "updates.0.arrayFilters.0.tag" = 0;
        UpdateOne sort_since_8: people.update_one(all(), older()).sort(p.age().desc()) => "updates.0.sort.age" = -1;
        UpdateOne hint: people.update_one(all(), older()).hint(p.age().asc()) => "updates.0.hint.age" = 1;
        UpdateOne collation: people.update_one(all(), older()).collation(norwegian()) => "updates.0.collation.locale" = "nb";
        UpdateOne let_: people.update_one(all(), older()).let_("least", 18) => "let.least" = 18;
        UpdateOne bypass_document_validation: people.update_one(all(), older()).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        UpdateOne comment: people.update_one(all(), older()).comment("why") => "comment" = "why";
        UpdateOne write_concern: people.update_one(all(), older()).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        UpdateMany upsert: people.update_many(all(), older()).upsert(true) => "updates.0.upsert" = true;
        UpdateMany array_filters: people.update_many(p.age().eq(99), first()).array_filters(tag()) => "updates.0.arrayFilters.0.tag" = 0;
        UpdateMany hint: people.update_many(all(), older()).hint(p.age().asc()) => "updates.0.hint.age" = 1;
        UpdateMany collation: people.update_many(all(), older()).collation(norwegian()) => "updates.0.collation.locale" = "nb";
        UpdateMany let_: people.update_many(all(), older()).let_("least", 18) => "let.least" = 18;
        UpdateMany bypass_document_validation: people.update_many(all(), older()).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        UpdateMany comment: people.update_many(all(), older()).comment("why") => "comment" = "why";
        UpdateMany write_concern: people.update_many(all(), older()).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        ReplaceOne upsert: people.replace_one(p.id().eq(ada.id), &ada).upsert(true) => "updates.0.upsert" = true;
        ReplaceOne sort_since_8: people.replace_one(p.id().eq(ada.id), &ada).sort(p.age().desc()) => "updates.0.sort.age" = -1;
        ReplaceOne hint: people.replace_one(p.id().eq(ada.id), &ada).hint(p.age().asc()) => "updates.0.hint.age" = 1;
        ReplaceOne collation: people.replace_one(p.id().eq(ada.id), &ada).collation(norwegian()) => "updates.0.collation.locale" = "nb";
        ReplaceOne let_: people.replace_one(p.id().eq(ada.id), &ada).let_("least", 18) => "let.least" = 18;
        ReplaceOne bypass_document_validation: people.replace_one(p.id().eq(ada.id), &ada).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        ReplaceOne comment: people.replace_one(p.id().eq(ada.id), &ada).comment("why") => "comment" = "why";
        ReplaceOne write_concern: people.replace_one(p.id().eq(ada.id), &ada).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        DeleteOne hint: people.delete_one(p.age().eq(99)).hint(p.age().asc()) => "deletes.0.hint.age" = 1;
        DeleteOne collation: people.delete_one(p.age().eq(99)).collation(norwegian()) => "deletes.0.collation.locale" = "nb";
        DeleteOne let_: people.delete_one(p.age().eq(99)).let_("least", 18) => "let.least" = 18;
        DeleteOne comment: people.delete_one(p.age().eq(99)).comment("why") => "comment" = "why";
        DeleteOne write_concern: people.delete_one(p.age().eq(99)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        DeleteMany hint: people.delete_many(p.age().eq(99)).hint(p.age().asc()) => "deletes.0.hint.age" = 1;
        DeleteMany collation: people.delete_many(p.age().eq(99)).collation(norwegian()) => "deletes.0.collation.locale" = "nb";
        DeleteMany let_: people.delete_many(p.age().eq(99)).let_("least", 18) => "let.least" = 18;
        DeleteMany comment: people.delete_many(p.age().eq(99)).comment("why") => "comment" = "why";
        DeleteMany write_concern: people.delete_many(p.age().eq(99)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        Restore hint: kept.restore(k.age().eq(99)).hint(k.age().asc()) => "updates.0.hint.age" = 1;
        Restore collation: kept.restore(k.age().eq(99)).collation(norwegian()) => "updates.0.collation.locale" = "nb";
        Restore let_: kept.restore(k.age().eq(99)).let_("least", 18) => "let.least" = 18;
        Restore bypass_document_validation: kept.restore(k.age().eq(99)).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        Restore comment: kept.restore(k.age().eq(99)).comment("why") => "comment" = "why";
        Restore write_concern: kept.restore(k.age().eq(99)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        Purge hint: kept.purge(k.age().eq(99)).hint(k.age().asc()) => "deletes.0.hint.age" = 1;
        Purge collation: kept.purge(k.age().eq(99)).collation(norwegian()) => "deletes.0.collation.locale" = "nb";
        Purge let_: kept.purge(k.age().eq(99)).let_("least", 18) => "let.least" = 18;
        Purge comment: kept.purge(k.age().eq(99)).comment("why") => "comment" = "why";
        Purge write_concern: kept.purge(k.age().eq(99)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        FindOneAndUpdate sort: people.find_one_and_update(all(), older()).sort(p.age().desc()) => "sort.age" = -1;
        FindOneAndUpdate upsert: people.find_one_and_update(all(), older()).upsert(true) => "upsert" = true;
        FindOneAndUpdate return_new: people.find_one_and_update(all(), older()).return_new() => "new" = true;
        FindOneAndUpdate array_filters: people.find_one_and_update(p.age().eq(99), first()).array_filters(tag()) => "arrayFilters.0.tag" = 0;
        FindOneAndUpdate hint: people.find_one_and_update(all(), older()).hint(p.age().asc()) => "hint.age" = 1;
        FindOneAndUpdate collation: people.find_one_and_update(all(), older()).collation(norwegian()) => "collation.locale" = "nb";
        FindOneAndUpdate let_: people.find_one_and_update(all(), older()).let_("least", 18) => "let.least" = 18;
        FindOneAndUpdate bypass_document_validation: people.find_one_and_update(all(), older()).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        FindOneAndUpdate comment: people.find_one_and_update(all(), older()).comment("why") => "comment" = "why";
        FindOneAndUpdate max_time: people.find_one_and_update(all(), older()).max_time(SECOND) => "maxTimeMS" = 1000;
        FindOneAndUpdate write_concern: people.find_one_and_update(all(), older()).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        FindOneAndReplace sort: people.find_one_and_replace(p.id().eq(ada.id), &ada).sort(p.age().desc()) => "sort.age" = -1;
        FindOneAndReplace upsert: people.find_one_and_replace(p.id().eq(ada.id), &ada).upsert(true) => "upsert" = true;
        FindOneAndReplace return_new: people.find_one_and_replace(p.id().eq(ada.id), &ada).return_new() => "new" = true;
        FindOneAndReplace hint: people.find_one_and_replace(p.id().eq(ada.id), &ada).hint(p.age().asc()) => "hint.age" = 1;
        FindOneAndReplace collation: people.find_one_and_replace(p.id().eq(ada.id), &ada).collation(norwegian()) => "collation.locale" = "nb";
        FindOneAndReplace let_: people.find_one_and_replace(p.id().eq(ada.id), &ada).let_("least", 18) => "let.least" = 18;
        FindOneAndReplace bypass_document_validation: people.find_one_and_replace(p.id().eq(ada.id), &ada).bypass_document_validation(true) => "bypassDocumentValidation" = true;
        FindOneAndReplace comment: people.find_one_and_replace(p.id().eq(ada.id), &ada).comment("why") => "comment" = "why";
        FindOneAndReplace max_time: people.find_one_and_replace(p.id().eq(ada.id), &ada).max_time(SECOND) => "maxTimeMS" = 1000;
        FindOneAndReplace write_concern: people.find_one_and_replace(p.id().eq(ada.id), &ada).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
        FindOneAndDelete sort: people.find_one_and_delete(p.age().eq(99)).sort(p.age().desc()) => "sort.age" = -1;
        FindOneAndDelete hint: people.find_one_and_delete(p.age().eq(99)).hint(p.age().asc()) => "hint.age" = 1;
        FindOneAndDelete collation: people.find_one_and_delete(p.age().eq(99)).collation(norwegian()) => "collation.locale" = "nb";
        FindOneAndDelete let_: people.find_one_and_delete(p.age().eq(99)).let_("least", 18) => "let.least" = 18;
        FindOneAndDelete comment: people.find_one_and_delete(p.age().eq(99)).comment("why") => "comment" = "why";
        FindOneAndDelete max_time: people.find_one_and_delete(p.age().eq(99)).max_time(SECOND) => "maxTimeMS" = 1000;
        FindOneAndDelete write_concern: people.find_one_and_delete(p.age().eq(99)).write_concern(WriteConcern::majority()) => "writeConcern.w" = "majority";
    }
    beside.drop_database().await.unwrap();
    let mut made = table();
    // The driver sends no bulk write across collections to a server before 8.0. `watch.rs` tests the commands of a
    // change stream.
    made.retain(|(verb, _)| !["ClientBulkWrite", "Watch", "WatchDatabase"].contains(&verb.as_str()));
    assert_eq!(seen, made, "the tested setters, and the table of setters");
}

/// Returns the pairs of method and setter in the `setters!` of the method files.
fn table() -> BTreeSet<(String, String)> {
    let actions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../odm/src/action");
    let mut pairs = BTreeSet::new();
    for folder in [actions.clone(), actions.join("bulk_write")] {
        for file in fs::read_dir(folder).unwrap() {
            let file = file.unwrap().path();
            if !file.is_file() {
                continue;
            }
            for table in fs::read_to_string(file).unwrap().split("\nsetters!([").skip(1) {
                let table = table.split(");").next().unwrap();
                let (of, setters) = table.rsplit_once(", of ").unwrap();
                let verb = of.split_once("] ").unwrap().1.split('<').next().unwrap();
                let (_, setters) = setters.split_once(':').unwrap();
                pairs.extend(setters.split_whitespace().map(|setter| (verb.to_owned(), setter.to_owned())));
            }
        }
    }
    assert!(pairs.len() > 120, "only {} were found", pairs.len());
    pairs
}

/// Returns the plain name of a setter.
fn plain(setter: &str) -> &str {
    setter.split("_since_").next().unwrap()
}

/// Returns the fields of a struct of the driver, from its `Debug` output, because there is no other list of them.
fn fields(options: &impl Debug) -> BTreeSet<String> {
    let shown = format!("{options:#?}");
    let fields = shown.lines().filter_map(|line| {
        let field = line.strip_prefix("    ")?;
        let (name, _) = field.split_once(": ")?;
        name.chars().all(|letter| letter.is_ascii_lowercase() || letter == '_').then(|| name.to_owned())
    });
    fields.collect()
}

/// Returns the name of the setter for a field of the driver.
fn named(field: &str) -> &str {
    match field {
        "let_vars" => "let_",
        "selection_criteria" => "read_preference",
        "return_document" => "return_new",
        other => other,
    }
}

/// Returns the setters that a file declares without the macro.
fn written(source: &str) -> BTreeSet<String> {
    let functions = source.split("pub fn ").skip(1).filter_map(|function| function.split_once('('));
    let setters = functions.filter(|(_, parameters)| parameters.trim_start().starts_with("mut self"));
    setters.map(|(name, _)| name.split('<').next().unwrap().to_owned()).collect()
}

/// Each line contains a method, the options of the driver, and the fields that have no setter of this name.
macro_rules! agree {
    ($table:ident; $($verb:ident $options:expr, but $($other:ident)*;)*) => { $(
        let known: BTreeSet<String> = [$(stringify!($other).to_owned()),*].into();
        let taken: BTreeSet<String> = fields(&$options).iter().map(|field| named(field).to_owned()).collect();
        let setters = $table.iter().filter(|(verb, _)| verb == stringify!($verb));
        let setters: BTreeSet<String> = setters.map(|(_, setter)| plain(setter).to_owned()).collect();
        assert!(setters.is_disjoint(&known), "{}: {known:?}", stringify!($verb));
        let all: BTreeSet<String> = setters.union(&known).cloned().collect();
        assert_eq!(all, taken, "{}: the setters, and the options of the driver", stringify!($verb));
    )* };
}

/// Every option of the driver has a setter or is listed here, so that the test detects new options.
#[test]
fn every_option_of_the_driver_has_a_setter() {
    let mut table = table();
    let own =
        |verb: &'static str, source| written(source).into_iter().map(move |setter| (verb.to_owned(), setter));
    table.extend(
        own("Watch", WATCH)
            .chain(own("Watch", STREAM))
            .filter(|(_, setter)| !["with_options", "max_outage", "stage", "start_at"].contains(&&**setter)),
    );
    // A view sets the `projection`. No current server has `max_scan`.
    agree! { table;
        Find FindOptions::default(), but projection max_scan;
        FindOne FindOneOptions::default(), but projection max_scan;
        // At most one document has the id.
        Get FindOneOptions::default(), but projection max_scan allow_partial_results hint let_ max min return_key show_record_id skip sort;
        // Whether a document exists does not depend on an order or on its fields.
        Exists FindOneOptions::default(), but projection max_scan allow_partial_results max min return_key show_record_id skip sort;
        Count CountOptions::default(), but;
        EstimatedCount EstimatedDocumentCountOptions::default(), but;
        Distinct DistinctOptions::default(), but;
        // Only for change streams and tailable cursors, which are `watch` and `find`.
        Aggregate AggregateOptions::default(), but max_await_time;
        InsertOne InsertOneOptions::default(), but;
        InsertMany InsertManyOptions::default(), but;
        BulkWrite BulkWriteOptions::default(), but;
        ClientBulkWrite BulkWriteOptions::default(), but;
        // An upsert by its id.
        Save ReplaceOptions::default(), but upsert collation hint let_ sort;
        UpdateOne UpdateOptions::default(), but;
        // No server supports an order of many writes.
        UpdateMany UpdateOptions::default(), but sort;
        ReplaceOne ReplaceOptions::default(), but;
        DeleteOne DeleteOptions::default(), but;
        DeleteMany DeleteOptions::default(), but;
        // Restoring changes one field of documents that exist.
        Restore UpdateOptions::default(), but array_filters upsert sort;
        Purge DeleteOptions::default(), but;
        FindOneAndUpdate FindOneAndUpdateOptions::default(), but projection;
        FindOneAndReplace FindOneAndReplaceOptions::default(), but projection;
        FindOneAndDelete FindOneAndDeleteOptions::default(), but projection;
        // `start_at` is `start_at_operation_time`. A stream of the whole cluster is not one of a collection.
        Watch ChangeStreamOptions::default(), but start_at_operation_time all_changes_for_cluster;
    }

    // The driver's models contain the arguments too.
    let (place, filter, update) =
        (Namespace::new("db", "people"), Document::new(), doc! { "$set": { "n": 1 } });
    let updates = UpdateOneModel::builder()
        .namespace(place.clone())
        .filter(filter.clone())
        .update(update.clone())
        .build();
    let many =
        UpdateManyModel::builder().namespace(place.clone()).filter(filter.clone()).update(update).build();
    let replaces = ReplaceOneModel::builder();
    let replaces =
        replaces.namespace(place.clone()).filter(filter.clone()).replacement(Document::new()).build();
    let deletes = DeleteOneModel::builder().namespace(place.clone()).filter(filter.clone()).build();
    let deletes_many = DeleteManyModel::builder().namespace(place).filter(filter).build();
    agree! { table;
        BulkUpdateOne updates, but namespace filter update;
        BulkUpdateMany many, but namespace filter update;
        BulkReplaceOne replaces, but namespace filter replacement;
        BulkDelete deletes, but namespace filter;
        BulkDelete deletes_many, but namespace filter;
    }
}

/// A variable is a constant, whatever its text is.
#[odm_test::test]
async fn variables_are_sent_as_literals(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people: Collection<Person> = db.collection();
    people.insert_many([person("ada", 36), person("bob", 17)]).await.unwrap();
    commands.take();
    let adults: Vec<Person> = people
        .find(doc! { "$expr": { "$gte": ["$age", "$$least"] } })
        .let_("least", 18)
        .let_("name", "$name")
        .let_("all", lit(vec!["$name".to_owned()]))
        .let_("status", lit(Status::Paid))
        .await
        .unwrap()
        .try_collect()
        .await
        .unwrap();
    assert_eq!(adults.len(), 1);
    let sent = commands.take();
    assert_eq!(
        sent[0].get_document("let").unwrap(),
        &doc! {
            "least": 18,
            "name": { "$literal": "$name" },
            "all": { "$literal": ["$name"] },
            "status": "paid",
        }
    );
    let wrong = people.find(Filter::all()).let_("n", lit(u64::MAX)).await.unwrap_err();
    assert!(wrong.is_not_sent(), "{wrong:?}");
    assert!(
        wrong.to_string().contains("find on ")
            && wrong.to_string().contains("`*`: expected an integer that fits int64"),
        "{wrong}"
    );
    commands.assert([]);
    let _ = people.find(Filter::all()).let_("n", lit(u64::MAX)).let_("n", 1).await.unwrap();
}

/// A hint may be a typed or untyped sort, a name, or the driver's own type.
#[odm_test::test]
async fn every_form_of_a_hint_is_sent(db: Database, server: Server) {
    let (db, commands) = Commands::record(server.uri(), &db).await;
    let people: Collection<Person> = db.collection();
    let index = IndexModel::builder().keys(doc! { "age": 1, "name": -1 }).build();
    people.driver().create_index(index).await.unwrap();
    let p = Person::fields();
    commands.take();
    let keys = p.age().asc().then(p.name().desc());
    people.count(Filter::all()).hint(keys).await.unwrap();
    people.count(Filter::all()).hint("age_1_name_-1").await.unwrap();
    people.count(Filter::all()).hint("age_1_name_-1".to_owned()).await.unwrap();
    people.count(Filter::all()).hint(doc! { "$natural": 1 }).await.unwrap();
    let hints: Vec<Bson> = commands.take().iter().map(|sent| sent.get("hint").unwrap().clone()).collect();
    let name = Bson::from("age_1_name_-1");
    let keys = doc! { "age": 1, "name": -1 };
    assert_eq!(hints, [keys.into(), name.clone(), name, doc! { "$natural": 1 }.into()]);

    let error = people.delete_many(p.age().gt(1)).hint("no_such_index").await.unwrap_err();
    assert_eq!(error.code(), Some(2), "{error:?}");
}
