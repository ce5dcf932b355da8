//! The policies of the models in a bulk write across collections. A server before 8.0 does not accept the command.

use mongodb::{
    bson::{DateTime, Document, doc},
    options::WriteModel,
};

use super::*;
use crate::{Filter, Id, Model, write::ReplyMeaning};

#[derive(Model)]
#[odm(collection = "notes")]
struct Note {
    id: Id<Note>,
    #[odm(version)]
    version: i32,
    #[odm(deleted_at)]
    deleted_at: Option<DateTime>,
    #[odm(tenant)]
    shop: String,
}

/// Returns the write in the driver's form, and what its reply means.
fn ready(write: &ClientWrite) -> (&WriteModel, &ReplyMeaning) {
    match write {
        ClientWrite::Ready { model, meaning, .. } => (model, meaning),
        ClientWrite::Pending { .. } => panic!("the model has no hooks"),
    }
}

fn of_update(write: &ClientWrite) -> (Document, String) {
    match ready(write).0 {
        WriteModel::UpdateMany(model) => (model.filter.clone(), format!("{:?}", model.update)),
        WriteModel::UpdateOne(model) => (model.filter.clone(), format!("{:?}", model.update)),
        WriteModel::ReplaceOne(model) => (model.filter.clone(), model.replacement.to_string()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn each_write_has_the_policies_of_its_model() {
    let db = Database::connect("mongodb://127.0.0.1:1/none").await.unwrap();
    let db = db.with_clock(|| DateTime::from_millis(7));
    let notes = db.collection::<Note>().tenant("a");
    let note = Note { id: Id::new(), version: 3, deleted_at: None, shop: "a".into() };
    let bulk = db
        .bulk_write()
        .writes_on(&notes, [Write::delete_many(Filter::all())])
        .writes_on(&notes.with_deleted(), [Write::save(&note)])
        .write(Write::<Note>::delete_many(Filter::all()));
    let [Ok(delete), Ok(save), Err(refused)] = &bulk.writes[..] else { panic!("three writes") };

    let (filter, update) = of_update(delete);
    assert_eq!(filter, doc! { "shop": { "$eq": "a" }, "deleted_at": { "$eq": null } });
    assert!(update.contains("deleted_at") && update.contains("$inc"), "{update}");
    assert!(matches!(ready(delete).1, ReplyMeaning::Delete));

    let (filter, replacement) = of_update(save);
    assert_eq!(filter, doc! { "_id": *note.id.key(), "shop": { "$eq": "a" }, "version": { "$eq": 3 } });
    assert!(replacement.contains("\"version\": 4"), "{replacement}");
    assert!(matches!(ready(save).1, ReplyMeaning::OfVersion(guard) if guard.requires_document));

    // Without a handle, there is no tenant.
    assert!(refused.is_not_sent());
}
