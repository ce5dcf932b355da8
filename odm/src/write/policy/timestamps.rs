//! The fields `created_at` and `updated_at`: the times of the insert and of the last write.
//!
//! Every write reads the clock once, so both fields of a new document are equal. The values of a model in memory are
//! not used: an insert writes both fields, and a replacement keeps the stored `created_at`. A plain replacement cannot
//! keep a field, so it becomes a pipeline in which the document is a literal. An update that writes one of the fields
//! itself takes precedence.

use mongodb::bson::{DateTime, Document, RawDocument, doc};

use super::Edits;
use crate::{
    error::Result,
    model::PolicyFields,
    update::Update,
    value::{Raw, Value},
};

/// Returns the elements of a new document.
pub(super) fn of_insert(fields: &PolicyFields, now: DateTime) -> Edits {
    let mut edits = Edits::default();
    for name in [fields.created_at(), fields.updated_at()].into_iter().flatten() {
        edits.set(name, now);
    }
    edits
}

/// Returns the elements of a document that replaces another.
pub(super) fn of_replacement(fields: &PolicyFields, now: DateTime) -> Edits {
    let mut edits = Edits::default();
    if let Some(name) = fields.updated_at() {
        edits.set(name, now);
    }
    edits
}

/// Returns the pipeline that replaces the document and keeps its `created_at`, or `None` for a model without one. A
/// document without the field is as old as this write.
pub(super) fn keeping_created_at(
    fields: &PolicyFields,
    document: &RawDocument,
    now: DateTime,
) -> Result<Option<Vec<Document>>> {
    let Some(name) = fields.created_at() else { return Ok(None) };
    let document = Document::decode(Raw::document(document.as_bytes()))?;
    let kept = doc! { name: { "$ifNull": [format!("${name}"), now] } };
    Ok(Some(vec![doc! { "$replaceWith": { "$mergeObjects": [{ "$literal": document }, kept] } }]))
}

/// Returns the document in the pipeline that [`keeping_created_at`] returns. If the write inserts the document, it has
/// the time of the write as its `created_at`.
pub(super) fn literal_in(stages: &[Document], is_inserted: bool) -> Option<Document> {
    let merged = stages.first()?.get_document("$replaceWith").ok()?.get_array("$mergeObjects").ok()?;
    let mut document = merged.first()?.as_document()?.get_document("$literal").ok()?.clone();
    if is_inserted {
        for (name, kept) in merged.get(1)?.as_document()? {
            document.insert(name, kept.as_document()?.get_array("$ifNull").ok()?.get(1)?.clone());
        }
    }
    Some(document)
}

/// Adds the time to an update, and the time of the insert if the update creates a document.
pub(super) fn update(update: Update<()>, fields: &PolicyFields, now: DateTime, upserts: bool) -> Update<()> {
    let updated = fields.updated_at().filter(|name| !update.names(name));
    let created = fields.created_at().filter(|name| upserts && !update.names(name));
    if updated.is_none() && created.is_none() {
        return update;
    }
    if update.is_pipeline() {
        let mut set = Document::new();
        if let Some(name) = updated {
            set.insert(name, now);
        }
        if let Some(name) = created {
            set.insert(name, doc! { "$ifNull": [format!("${name}"), now] });
        }
        return update.with_stage(doc! { "$set": set });
    }
    let update = match updated {
        Some(name) => update.with_change("$set", name, now.into()),
        None => update,
    };
    match created {
        Some(name) => update.with_change("$setOnInsert", name, now.into()),
        None => update,
    }
}
