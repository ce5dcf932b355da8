//! Compares what is stored with what the service has written.

use odm::{
    Database,
    bson::{Document, doc},
};

use super::{oplog, order, undecoded, writer::Writer};

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    pub(super) documents: u64,
    /// Documents that are missing, that lack a write or the field that neither form declares, and documents that were
    /// deleted and are there.
    pub(super) lost: u64,
    /// Documents that were rewritten more than once.
    pub(super) twice: u64,
    /// Documents that still have the old form.
    pub(super) left: u64,
}

/// Reads every document in the order of the ids.
pub(super) async fn check(db: &Database, expected: &Writer) -> anyhow::Result<Found> {
    let twice = oplog::updated_more_than_once(db, "orders", order::REWRITTEN).await?;
    let mut found = Found { twice, ..Found::default() };
    let mut stored = undecoded(db).find(doc! {}).sort(doc! { "_id": 1 }).await?;
    let mut next = stored.advance().await?;
    for (id, visits) in (0..).zip(expected.visits()) {
        let document = if next { stored.deserialize_current()? } else { Document::new() };
        if !next || document.get_i64("_id").or(document.get_i32("_id").map(i64::from))? != i64::from(id) {
            found.lost += u64::from(visits.is_some());
            continue;
        }
        next = stored.advance().await?;
        found.documents += 1;
        let number = |name: &str| {
            let value = document.get(name)?;
            value.as_i64().or_else(|| value.as_i32().map(i64::from))
        };
        let is_old = document.contains_key("total");
        let cents_are_wrong = !is_old && number("cents") != Some(order::cents(id));
        // An order that the service stored in the new form has no note.
        let is_rewritten = document.get_object_id(order::REWRITTEN).is_ok();
        let lacks_note = (is_old || is_rewritten) && document.get_str("note").ok() != Some(order::NOTE);
        if number("visits") != visits.map(i64::from) || cents_are_wrong || lacks_note {
            found.lost += 1;
        }
        found.left += u64::from(is_old);
    }
    Ok(found)
}
