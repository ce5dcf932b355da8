//! The field `version`: an optimistic lock.
//!
//! Every write of a document increments its version. A document that was never stored has the version 0, and an insert
//! stores 1, so the version shows whether a document was read. The document of a replacement contains the version that
//! was read. The replacement matches only a stored document with this version, and stores the next one. So it does not
//! overwrite what was written in between.

use mongodb::{
    bson::{Bson, Document, RawBsonRef, RawDocument, doc},
    options::Collation,
};

use super::{Edits, WriteOptions};
use crate::{
    error::{Error, Result},
    filter::fixes_id,
    model::PolicyFields,
    policies,
    update::Update,
};

/// What it means if the replacement of a version replaces no document.
#[derive(Debug, Clone)]
pub(crate) struct VersionGuard {
    /// The filter without the version. A document that matches it has another version.
    pub(crate) filter: Document,
    /// The options of the write that decide what the filter matches.
    pub(crate) collation: Option<Collation>,
    pub(crate) let_vars: Option<Document>,
    /// The replacement may insert the document. The server then refuses one with another version, because its `_id`
    /// exists.
    pub(crate) inserts: bool,
    /// It is an error if there is no document.
    pub(crate) requires_document: bool,
    /// The scope of the handle may exclude documents: deleted ones, or those of other tenants.
    pub(crate) is_scoped: bool,
}

impl VersionGuard {
    /// Returns the guard of a write that neither inserts a document nor requires one.
    fn of(filter: &Document, options: &WriteOptions) -> Self {
        let (collation, let_vars) = (options.collation.clone(), options.let_vars.clone());
        let filter = filter.clone();
        Self { filter, collation, let_vars, inserts: false, requires_document: false, is_scoped: false }
    }
}

/// Increments the version of a document that was never stored. A greater version is inserted as it is.
pub(super) fn insert(fields: &PolicyFields, document: &RawDocument, edits: &mut Edits) -> Result<()> {
    let Some(name) = fields.version() else { return Ok(()) };
    if current(document, name)? == 0 {
        edits.set(name, stored(document, name, 0)?.1);
    }
    Ok(())
}

/// Limits a replacement to the version of the document, and increments the version. Returns `None` for a model without
/// a version.
pub(super) fn replace(
    fields: &PolicyFields,
    document: &RawDocument,
    filter: &mut Document,
    save: bool,
    options: &mut WriteOptions,
    edits: &mut Edits,
) -> Result<Option<VersionGuard>> {
    let Some(name) = fields.version() else { return Ok(None) };
    let current = current(document, name)?;
    // A stored document has a version, so this one was read, and exists unless it was deleted since then. Only a
    // document that was stored before the model had versions is read with the version 0.
    if save && current != 0 {
        options.upsert = None;
    }
    let inserts = options.upsert == Some(true);
    if inserts && !fixes_id(filter) {
        return Err(Error::refused(
            "this upsert would insert a document if the one that the filter finds has another version: use `save`, or \
             a filter that contains the `_id`",
        ));
    }
    let guard = VersionGuard {
        inserts,
        requires_document: save && !inserts,
        is_scoped: fields.deleted_at().is_some() || fields.tenant().is_some(),
        ..VersionGuard::of(filter, options)
    };
    let (stored, next) = stored(document, name, current)?;
    policies::add(filter, name, of_version(stored, current).into());
    edits.set(name, next);
    Ok(Some(guard))
}

/// Limits the change of some fields to the version of the document that was read.
pub(super) fn changes(
    fields: &PolicyFields,
    read: &RawDocument,
    filter: &mut Document,
    options: &WriteOptions,
) -> Result<VersionGuard> {
    let guard = VersionGuard::of(filter, options);
    if let Some(name) = fields.version() {
        let current = current(read, name)?;
        policies::add(filter, name, of_version(stored(read, name, current)?.0, current).into());
    }
    Ok(guard)
}

/// Returns the condition that a document has this version.
fn of_version(stored: Bson, current: i64) -> Document {
    if current == 0 {
        // A document that was stored before the model had versions.
        doc! { "$in": [stored, Bson::Null] }
    } else {
        doc! { "$eq": stored }
    }
}

/// Adds the increment to an update.
///
/// # Errors
///
/// Returns an error if the update writes the version itself.
pub(super) fn update(update: Update<()>, fields: &PolicyFields) -> Result<Update<()>> {
    let Some(name) = fields.version() else { return Ok(update) };
    if update.names(name) {
        return Err(Error::refused(format!(
            "`{name}` is the version of the document, which every update increments: remove the change of it"
        )));
    }
    let step = fields.version_step();
    Ok(if update.is_pipeline() {
        let next = doc! { "$add": [{ "$ifNull": [format!("${name}"), 0] }, step] };
        update.with_stage(doc! { "$set": { name: next } })
    } else {
        update.with_change("$inc", name, step)
    })
}

/// Returns the version of the document. A document without one has the version 0.
fn current(document: &RawDocument, name: &str) -> Result<i64> {
    match document.get(name) {
        Ok(Some(RawBsonRef::Int32(version))) => Ok(version.into()),
        Ok(Some(RawBsonRef::Int64(version))) => Ok(version),
        Ok(None) => Ok(0),
        _ => {
            Err(Error::refused(format!("`{name}`, the version of the document, is not stored as an integer")))
        }
    }
}

/// Returns the version and the next one, in the type that the document stores.
fn stored(document: &RawDocument, name: &str, current: i64) -> Result<(Bson, Bson)> {
    let next = current.checked_add(1);
    match (document.get(name), next) {
        (Ok(Some(RawBsonRef::Int32(version))), Some(next)) => match i32::try_from(next) {
            Ok(next) => Ok((version.into(), next.into())),
            Err(_) => Err(exhausted(name)),
        },
        (_, Some(next)) => Ok((current.into(), next.into())),
        (_, None) => Err(exhausted(name)),
    }
}

#[cold]
fn exhausted(name: &str) -> Error {
    Error::refused(format!("`{name}`, the version of the document, is the largest one that its type has"))
}
