//! One write, for the commands of one collection and for the driver's bulk write across collections.

use mongodb::bson::{doc, rawdoc, serialize_to_document};

use super::*;

fn to(filter: Document, multi: bool) -> To {
    To { filter, multi, sort: None, hint: None, collation: None }
}

fn update(update: impl Into<UpdateModifications>, array_filters: Vec<Document>) -> Change {
    Change::Update { update: update.into(), array_filters }
}

/// `{ element }` of a command and `{ op }` of `bulkWrite`, as far as the driver lets it be seen: without the namespace.
fn both(statement: &Statement) -> (Document, Document) {
    let element = statement.clone().into_element().unwrap();
    let namespace = Namespace::new("shop", "orders");
    let model = statement.clone().into_model(namespace.clone()).unwrap();
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
    for (statement, element, op) in [
        (
            Statement::Insert(rawdoc! { "_id": 1, "a": "x" }),
            doc! { "_id": 1, "a": "x" },
            doc! { "document": { "_id": 1, "a": "x" } },
        ),
        (
            Statement::Change {
                to: To {
                    sort: Some(doc! { "n": -1 }),
                    hint: Some("a_1".into()),
                    collation: Some(doc! { "locale": "en" }),
                    ..to(doc! { "a": 1 }, false)
                },
                change: update(doc! { "$set": { "l.$[x].q": 1 } }, vec![doc! { "x.q": 0 }]),
                upsert: Some(true),
            },
            doc! {
                "q": { "a": 1 }, "u": { "$set": { "l.$[x].q": 1 } }, "upsert": true, "arrayFilters": [{ "x.q": 0 }],
                "sort": { "n": -1 }, "hint": "a_1", "collation": { "locale": "en" },
            },
            doc! {
                "filter": { "a": 1 }, "updateMods": { "$set": { "l.$[x].q": 1 } }, "arrayFilters": [{ "x.q": 0 }],
                "collation": { "locale": "en" }, "hint": "a_1", "upsert": true, "sort": { "n": -1 },
            },
        ),
        (
            Statement::Change {
                to: to(doc! {}, true),
                change: update(vec![doc! { "$set": { "a": 1 } }], Vec::new()),
                upsert: None,
            },
            doc! { "q": {}, "u": [{ "$set": { "a": 1 } }], "multi": true },
            doc! { "filter": {}, "updateMods": [{ "$set": { "a": 1 } }] },
        ),
        (
            Statement::Change {
                to: to(doc! { "_id": 1 }, false),
                change: Change::Replace(rawdoc! { "_id": 1, "a": 2 }),
                upsert: Some(true),
            },
            doc! { "q": { "_id": 1 }, "u": { "_id": 1, "a": 2 }, "upsert": true },
            doc! { "filter": { "_id": 1 }, "updateMods": { "_id": 1, "a": 2 }, "upsert": true },
        ),
        (
            Statement::Delete(to(doc! { "a": 1 }, false)),
            doc! { "q": { "a": 1 }, "limit": 1 },
            doc! { "filter": { "a": 1 } },
        ),
        (
            Statement::Delete(To { hint: Some(doc! { "a": 1 }.into()), ..to(doc! { "a": 1 }, true) }),
            doc! { "q": { "a": 1 }, "limit": 0, "hint": { "a": 1 } },
            doc! { "filter": { "a": 1 }, "hint": { "a": 1 } },
        ),
    ] {
        let (is_element, mut is_op) = both(&statement);
        is_op.remove("multi");
        assert_eq!((is_element, is_op), (element, op), "{statement:?}");
    }
}

/// A filter can make a write greater than a command, though no document is greater than the server stores.
#[test]
fn too_large_for_a_command() {
    let statement = Statement::Delete(to(doc! { "a": "x".repeat(17 * 1024 * 1024) }, false));
    let error = statement.into_element().unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::TooLarge(_)) && error.is_not_sent());
    assert_eq!(
        error.to_string(),
        "the write has 17825824 bytes and a command at most 16785408; nothing was sent"
    );
}
