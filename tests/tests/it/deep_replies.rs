//! Stored values at the maximum nesting depth of the server. They are read from every kind of reply without a stack
//! overflow.
//!
//! Each test runs on a stack of 2 MiB, as a tokio worker does, in a build without optimization.

use odm::{
    Collection, Database, Error, ErrorKind, Filter, Model, Write,
    bson::{Bson, Document, RawDocumentBuf, doc, rawdoc},
    models,
};
use odm_test::Server;

use crate::watch::soon;

/// The maximum number of levels that the server stores, including the document itself.
const LEVELS: [usize; 3] = [100, 140, 179];

#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "deep")]
struct Deep {
    id: i32,
    n: i32,
    a: Bson,
}

/// The same, with an id that is nested.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "deep")]
struct DeepId {
    id: Document,
    n: i32,
}

/// Returns a document of this many levels.
fn nested(levels: usize) -> Document {
    (1..levels).fold(doc! { "x": 1 }, |inside, _| doc! { "x": inside })
}

/// Returns the number of nested levels of a document.
fn levels(document: &Document) -> usize {
    let (mut levels, mut document) = (1, document);
    while let Some(Bson::Document(inside)) = document.get("x") {
        (levels, document) = (levels + 1, inside);
    }
    levels
}

/// Returns a collection with one document, whose field `a` makes it `levels` deep.
async fn stored(db: &Database, levels: usize) -> (Collection<Deep>, Deep) {
    let deep = db.collection::<Deep>();
    let one = Deep { id: 1, n: 1, a: nested(levels - 1).into() };
    deep.insert_one(&one).await.unwrap();
    (deep, one)
}

#[odm_test::test]
async fn deep_values_and_documents_are_read(db: Database) {
    let d = Deep::fields();
    for levels in LEVELS {
        let (deep, one) = stored(&db, levels).await;
        let mut changes = deep.watch().await.unwrap();
        assert_eq!(deep.distinct(d.a(), Filter::all()).await.unwrap(), std::slice::from_ref(&one.a));
        assert!(deep.distinct(d.n(), doc! { "a": &one.a }).await.is_ok());
        let mut session = db.start_session().await.unwrap();
        assert_eq!(deep.distinct(d.a(), Filter::all()).session(&mut session).await.unwrap().len(), 1);
        assert_eq!(deep.find_one(Filter::all()).await.unwrap().as_ref(), Some(&one));
        let rows: Vec<Deep> = deep.aggregate().await.unwrap().try_collect().await.unwrap();
        assert_eq!(rows, std::slice::from_ref(&one));
        let after =
            deep.find_one_and_update(Filter::all(), d.n().inc(1)).return_new().await.unwrap().unwrap();
        assert_eq!(after.n, 2);
        let replaced = deep.find_one_and_replace(Filter::all(), &one).await.unwrap().unwrap();
        assert_eq!(replaced.a, one.a);
        deep.save(&one).await.unwrap();
        assert_eq!(deep.find_one_and_delete(Filter::all()).await.unwrap().unwrap().a, one.a);
        for _ in 0..3 {
            soon(changes.next()).await.unwrap().unwrap();
        }
    }
}

/// A deep value of a wrong type is an error that contains the field.
#[odm_test::test]
async fn a_deep_value_that_does_not_fit_is_an_error(db: Database) {
    #[derive(Debug, Model)]
    #[odm(collection = "deep")]
    struct Flat {
        id: i32,
        a: i32,
    }
    for levels in LEVELS {
        let (deep, _) = stored(&db, levels).await;
        let error = db.collection::<Flat>().distinct(Flat::fields().a(), Filter::all()).await.unwrap_err();
        assert!(error.is_decode() && error.to_string().contains("`a`"), "{error:?}");
        deep.delete_many(Filter::all()).await.unwrap();
    }
}

#[odm_test::test]
async fn deep_ids_of_upserts_are_read(db: Database) {
    let deep = db.collection::<DeepId>();
    let d = DeepId::fields();
    for count in LEVELS {
        let id = |n: i32| {
            let mut id = nested(count - 1);
            id.insert("n", n);
            id
        };
        let by = |n: i32| doc! { "_id": id(n) };
        let made = deep.update_one(by(1), d.n().set(1)).upsert(true).await.unwrap();
        assert_eq!(made.upserted_id, Some(Bson::from(id(1))));
        let made = deep.replace_one(by(2), &DeepId { id: id(2), n: 2 }).upsert(true).await.unwrap();
        assert_eq!(made.upserted_id, Some(Bson::from(id(2))));
        let made = deep.bulk_write([Write::update_one(by(3), d.n().set(3)).upsert(true)]).await.unwrap();
        assert_eq!(made.upserted_ids()[&0], id(3));
        assert_eq!(deep.insert_one(&DeepId { id: id(4), n: 4 }).await.unwrap(), id(4));
        assert_eq!(deep.insert_many([DeepId { id: id(5), n: 5 }]).await.unwrap(), [id(5)]);
        assert_eq!(deep.get(id(5)).await.unwrap().map(|found| found.n), Some(5));
    }
}

/// Every write returns an error if such a value already exists.
#[odm_test::test]
async fn deep_duplicate_keys_are_read(db: Database) {
    let d = Deep::fields();
    for count in LEVELS {
        let (deep, one) = stored(&db, count).await;
        let unique = doc! { "key": { "a": 1 }, "name": "a_1", "unique": true };
        db.driver().run_command(doc! { "createIndexes": "deep", "indexes": [unique] }).await.unwrap();
        deep.insert_one(&Deep { id: 2, n: 2, a: Bson::Null }).await.unwrap();
        let again = Deep { id: 3, ..one.clone() };
        let change = || doc! { "$set": { "a": &one.a } };
        let errors = [
            deep.insert_one(&again).await.unwrap_err(),
            deep.insert_many([&again]).await.unwrap_err(),
            deep.save(&again).await.unwrap_err(),
            deep.update_one(d.id().eq(2), change()).await.unwrap_err(),
            deep.find_one_and_update(d.id().eq(2), change()).await.unwrap_err(),
            deep.bulk_write([Write::insert_one(&again)]).await.unwrap_err(),
            deep.bulk_write([Write::update_one(d.id().eq(2), change())]).await.unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_duplicate_key(), "{error:?}");
            let key = key_of(&error);
            assert_eq!(key.fields(), ["a"]);
            if let Some(Bson::Document(value)) = key.value_of("a") {
                assert_eq!(levels(value), count - 1);
            }
        }
        db.drop_database().await.unwrap();
    }
}

fn key_of(error: &Error) -> &odm::error::DuplicateKey {
    match error.kind() {
        ErrorKind::DuplicateKey(key) => key,
        ErrorKind::BulkWrite(report) => key_of(report.failures()[0].error()),
        other => panic!("{other:?}"),
    }
}

/// The details of a rejection contain the rejected value.
#[odm_test::test]
async fn deep_values_in_rejections_are_read(db: Database) {
    let d = Deep::fields();
    for count in LEVELS {
        let (deep, one) = stored(&db, count).await;
        let schema = doc! { "$jsonSchema": { "properties": { "a": { "bsonType": "int" } } } };
        db.driver().run_command(doc! { "collMod": "deep", "validator": schema }).await.unwrap();
        let again = Deep { id: 3, ..one.clone() };
        let errors = [
            deep.insert_one(&again).await.unwrap_err(),
            deep.insert_many([&again]).await.unwrap_err(),
            deep.replace_one(d.id().eq(1), &Deep { n: 7, ..one.clone() }).await.unwrap_err(),
            deep.update_one(d.id().eq(1), d.n().inc(1)).await.unwrap_err(),
            deep.update_many(Filter::all(), d.n().inc(1)).await.unwrap_err(),
            deep.find_one_and_update(d.id().eq(1), d.n().inc(1)).await.unwrap_err(),
            deep.bulk_write([Write::update_one(d.id().eq(1), d.n().inc(1))]).await.unwrap_err(),
            deep.bulk_write([Write::insert_one(&again)]).await.unwrap_err(),
        ];
        for error in errors {
            assert!(error.is_rejected(), "{error:?}");
        }
        db.drop_database().await.unwrap();
    }
}

/// Descriptions of plans and collections repeat the values that were sent.
#[odm_test::test]
async fn deep_values_in_plans_and_schemas_are_read(db: Database) {
    let d = Deep::fields();
    for levels in LEVELS {
        let (deep, one) = stored(&db, levels).await;
        let value = nested(levels - 40);
        let how = deep.find(doc! { "a": &value }).explain().await.unwrap();
        assert!(how.is_collection_scan());
        let how = deep.update_one(d.n().eq(1), doc! { "$set": { "a": &value } }).explain().await.unwrap();
        assert!(how.is_collection_scan());

        let partial = doc! { "key": { "n": 1 }, "name": "partial", "partialFilterExpression": { "a": { "$eq": &value } } };
        db.driver().run_command(doc! { "createIndexes": "deep", "indexes": [partial] }).await.unwrap();
        let plan = db.schema(models![Deep]).plan().await.unwrap();
        assert!(plan.to_string().contains("partial"), "{plan}");
        assert_eq!(deep.get(one.id).await.unwrap().unwrap().a, one.a);
        db.drop_database().await.unwrap();
    }
}

/// Deeper values than the server stores are refused before they are sent.
#[odm_test::test]
async fn more_levels_than_the_server_stores_are_not_sent(db: Database, server: Server) {
    let (db, commands) = odm_integration::commands::Commands::record(server.uri(), &db).await;
    let deep = db.collection::<Deep>();
    let error = deep.insert_one(&Deep { id: 1, n: 1, a: nested(180).into() }).await.unwrap_err();
    assert!(error.is_not_sent(), "{error:?}");
    commands.assert([]);
}

/// A document that was stored without the codec.
#[odm_test::test]
async fn deep_documents_stored_by_other_programs_are_read(db: Database) {
    let mut inside = rawdoc! { "x": 1 };
    for _ in 2..179 {
        inside = rawdoc! { "x": inside };
    }
    let raw: odm::mongodb::Collection<RawDocumentBuf> = db.driver().collection("deep");
    raw.insert_one(rawdoc! { "_id": 1, "n": 1, "a": inside }).await.unwrap();
    let [Bson::Document(value)] =
        &db.collection::<Deep>().distinct(Deep::fields().a(), Filter::all()).await.unwrap()[..]
    else {
        panic!("one document")
    };
    assert_eq!(levels(value), 178);
}
