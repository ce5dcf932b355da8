//! Tests of the rendering of one write, for the commands of one collection and for the driver's bulk write across
//! collections.

use mongodb::bson::{doc, rawdoc, serialize_to_document};

use super::*;
use crate::write::ReplyMeaning;

fn ready(change: Change) -> Ready {
    Ready { change, options: Box::default(), meaning: ReplyMeaning::Same }
}

fn with(change: Change, options: WriteOptions) -> Ready {
    Ready { change, options: Box::new(options), meaning: ReplyMeaning::Same }
}

fn norwegian() -> Collation {
    Collation::builder().locale("nb").build()
}

/// Returns the element of a command and the operation of `bulkWrite`, without the namespace, which the driver does
/// not show.
fn both(statement: impl Fn() -> Ready) -> (Document, Document) {
    let element = statement().into_element().unwrap();
    let namespace = Namespace::new("shop", "orders");
    let model = statement().into_model(namespace.clone()).unwrap();
    let of = match &model {
        WriteModel::InsertOne(model) => &model.namespace,
        WriteModel::UpdateOne(model) => &model.namespace,
        WriteModel::UpdateMany(model) => &model.namespace,
        WriteModel::ReplaceOne(model) => &model.namespace,
        WriteModel::DeleteOne(model) => &model.namespace,
        WriteModel::DeleteMany(model) => &model.namespace,
        _ => panic!("{model:?}"),
    };
    assert_eq!(*of, namespace);
    (Document::try_from(&element).unwrap(), serialize_to_document(&model).unwrap())
}

#[test]
fn as_they_are_sent() {
    let cases: [(&dyn Fn() -> Ready, Document, Document); 6] = [
        (
            &|| ready(Change::Insert { document: rawdoc! { "_id": 1, "a": "x" } }),
            doc! { "_id": 1, "a": "x" },
            doc! { "document": { "_id": 1, "a": "x" } },
        ),
        (
            &|| {
                let update = doc! { "$set": { "l.$[x].q": 1 } }.into();
                let options = WriteOptions {
                    array_filters: Some(vec![doc! { "x.q": 0 }]),
                    sort: Some(doc! { "n": -1 }),
                    hint: Some(Hint::Name("a_1".into())),
                    collation: Some(norwegian()),
                    upsert: Some(true),
                    ..WriteOptions::default()
                };
                with(Change::Update { many: false, filter: doc! { "a": 1 }, update }, options)
            },
            doc! {
                "q": { "a": 1 }, "u": { "$set": { "l.$[x].q": 1 } }, "upsert": true, "arrayFilters": [{ "x.q": 0 }],
                "sort": { "n": -1 }, "hint": "a_1", "collation": { "locale": "nb" },
            },
            doc! {
                "filter": { "a": 1 }, "updateMods": { "$set": { "l.$[x].q": 1 } }, "arrayFilters": [{ "x.q": 0 }],
                "collation": { "locale": "nb" }, "hint": "a_1", "upsert": true, "sort": { "n": -1 },
            },
        ),
        (
            &|| {
                ready(Change::Update {
                    many: true,
                    filter: doc! {},
                    update: vec![doc! { "$set": { "a": 1 } }].into(),
                })
            },
            doc! { "q": {}, "u": [{ "$set": { "a": 1 } }], "multi": true },
            doc! { "filter": {}, "updateMods": [{ "$set": { "a": 1 } }] },
        ),
        (
            &|| {
                let options = WriteOptions { upsert: Some(true), ..WriteOptions::default() };
                with(
                    Change::Replace { filter: doc! { "_id": 1 }, document: rawdoc! { "_id": 1, "a": 2 } },
                    options,
                )
            },
            doc! { "q": { "_id": 1 }, "u": { "_id": 1, "a": 2 }, "upsert": true },
            doc! { "filter": { "_id": 1 }, "updateMods": { "_id": 1, "a": 2 }, "upsert": true },
        ),
        (
            &|| ready(Change::Delete { many: false, filter: doc! { "a": 1 } }),
            doc! { "q": { "a": 1 }, "limit": 1 },
            doc! { "filter": { "a": 1 } },
        ),
        (
            &|| {
                let options =
                    WriteOptions { hint: Some(Hint::Keys(doc! { "a": 1 })), ..WriteOptions::default() };
                with(Change::Delete { many: true, filter: doc! { "a": 1 } }, options)
            },
            doc! { "q": { "a": 1 }, "limit": 0, "hint": { "a": 1 } },
            doc! { "filter": { "a": 1 }, "hint": { "a": 1 } },
        ),
    ];
    for (statement, element, op) in cases {
        let (is_element, mut is_op) = both(statement);
        is_op.remove("multi");
        assert_eq!((is_element, is_op), (element, op), "{:?}", statement());
    }
}

/// A write can be larger than a command because of its filter, although every document is small enough to be stored.
#[test]
fn too_large_for_a_command() {
    let statement = ready(Change::Delete { many: false, filter: doc! { "a": "x".repeat(17 * 1024 * 1024) } });
    let error = statement.into_element().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooLarge(_)) && error.is_not_sent());
    assert_eq!(
        error.to_string(),
        "the write has 17825824 bytes and a command at most 16785408; nothing was sent"
    );
}
