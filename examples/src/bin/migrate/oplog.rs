//! Counts in the oplog how often documents were rewritten.

use odm::{
    Database,
    bson::{Document, doc},
};

/// Returns how many documents of the collection have more than one update that wrote the field.
///
/// An update is an entry of its own, or part of the entry of a transaction. It contains the new document, or the
/// difference to the old one.
pub(crate) async fn updated_more_than_once(
    db: &Database,
    collection: &str,
    field: &str,
) -> odm::mongodb::error::Result<u64> {
    let namespace = format!("{}.{collection}", db.name());
    let writes = ["o", "o.diff.i", "o.diff.u"].map(|part| {
        let mut exists = Document::new();
        exists.insert(format!("update.{part}.{field}"), doc! { "$exists": true });
        exists
    });
    let own = doc! { "op": "$op", "ns": "$ns", "o": "$o", "o2": "$o2" };
    let pipeline = [
        doc! { "$match": { "$or": [{ "op": "u", "ns": &namespace }, { "o.applyOps.ns": &namespace }] } },
        doc! { "$project": { "update": { "$cond": [{ "$eq": ["$op", "u"] }, [own], "$o.applyOps"] } } },
        doc! { "$unwind": "$update" },
        doc! { "$match": { "update.op": "u", "update.ns": &namespace, "$or": writes.to_vec() } },
        doc! { "$group": { "_id": "$update.o2._id", "updates": { "$sum": 1 } } },
        doc! { "$match": { "updates": { "$gt": 1 } } },
        doc! { "$group": { "_id": null, "documents": { "$sum": 1_i64 } } },
    ];
    let oplog = db.client().database("local").collection::<Document>("oplog.rs");
    let mut counted = oplog.aggregate(pipeline).allow_disk_use(true).await?;
    let found = if counted.advance().await? { counted.deserialize_current()? } else { Document::new() };
    Ok(found.get_i64("documents").ok().and_then(|count| u64::try_from(count).ok()).unwrap_or_default())
}
