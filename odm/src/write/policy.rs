//! The policies of a model: what it adds to every write, and the checks before a write is sent.
//!
//! Each policy is a file. The functions here apply the policies to each kind of write. For a model without policies,
//! they only check that it has none.

mod edits;
mod soft_delete;
mod tenant;
mod timestamps;
mod version;

use mongodb::{
    bson::{DateTime, Document, RawDocument, RawDocumentBuf},
    options::UpdateModifications,
};

use self::edits::Edits;
pub(crate) use self::version::VersionGuard;
use super::{Change, EncodedDocuments, Inserts, Ready, Statement, WriteKind, WriteOptions};
use crate::{
    error::{Error, Result},
    exec::Servers,
    filter::fixes_id,
    pipeline::{check_filter, check_stages},
    policies::{Deleted, Policies},
    update::Update,
    value::{MAX_NESTING, Raw, SchemaVersion, Value, bounded_documents},
};

/// Applies the policies of the model. All writes pass through this function: it alone returns a [`Ready`] statement.
pub(super) fn apply(statement: Statement) -> Result<Ready> {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Policy);
    let Statement { kind, mut options, policies } = statement;
    let now = policies.now();
    let (change, meaning) = match kind {
        WriteKind::Insert { document } => {
            (Change::Insert { document: new_document(document, &policies, now)? }, ReplyMeaning::Same)
        }
        WriteKind::Replace { filter, document } => {
            replace(filter, document, false, &mut options, &policies, now)?
        }
        WriteKind::Save { filter, document } => {
            replace(filter, document, true, &mut options, &policies, now)?
        }
        WriteKind::Delete { many, filter, update } => {
            delete(many, filter, update, &mut options, &policies, now)?
        }
        WriteKind::Restore { mut filter, update } => {
            policies.scope.with(Deleted::Only).add_to(policies.fields, &mut filter)?;
            let update = maintain(soft_delete::restore(policies.fields) + update, false, &policies, now)?;
            (changed(true, filter, update, &mut options)?, ReplyMeaning::Same)
        }
        WriteKind::Purge { mut filter } => {
            policies.scope.with(Deleted::Only).add_to(policies.fields, &mut filter)?;
            (Change::Delete { many: true, filter }, ReplyMeaning::Same)
        }
        WriteKind::Update { many, mut filter, update, or_insert, violations, read } => {
            if let Some(violations) = violations {
                return Err((*violations).into());
            }
            policies.scope.add_to(policies.fields, &mut filter)?;
            let upserts = options.upsert == Some(true) && or_insert.is_none();
            let update = maintain(update, upserts, &policies, now)?;
            let or_insert = or_insert.map(|document| new_document(document, &policies, now)).transpose()?;
            let update = on_insert(update, or_insert, &filter, &mut options, policies.schema_version)?;
            if update.is_empty() {
                return Err(Error::refused("the update is empty"));
            }
            let meaning = match read {
                Some(read) => ReplyMeaning::OfVersion(Box::new(version::changes(
                    policies.fields,
                    &read,
                    &mut filter,
                    &options,
                )?)),
                None => ReplyMeaning::Same,
            };
            (changed(many, filter, update, &mut options)?, meaning)
        }
    };
    check_operators(&policies.servers, &change)?;
    Ok(Ready { change, options, meaning })
}

/// Refuses an operator that the servers are known not to have.
fn check_operators(servers: &Servers, change: &Change) -> Result<()> {
    match change {
        Change::Insert { .. } => Ok(()),
        Change::Update { filter, update, .. } => {
            check_filter(servers, filter)?;
            match update {
                UpdateModifications::Pipeline(stages) => check_stages(servers, stages),
                _ => Ok(()),
            }
        }
        Change::Replace { filter, .. } | Change::Delete { filter, .. } => check_filter(servers, filter),
    }
}

/// Applies the policies of the model to many new documents. They contain their schema version already: encoding
/// writes it.
pub(super) fn apply_to_inserts(inserts: Inserts) -> Result<EncodedDocuments> {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Policy);
    let Inserts { documents, policies } = inserts;
    if policies.fields.is_empty() {
        return Ok(documents);
    }
    let times = timestamps::of_insert(policies.fields, policies.now());
    let has_version = policies.fields.version().is_some();
    if times.is_empty() && !has_version && policies.fields.tenant().is_none() {
        return Ok(documents);
    }
    documents.map(|document| inserted(document, &times, &policies))
}

/// Returns the document that a change stores as it is, if it is not an update of single fields. `is_inserted` is
/// whether the change inserts it.
pub(super) fn whole_document(change: &Change, is_inserted: bool) -> Option<RawDocumentBuf> {
    match change {
        Change::Insert { document } | Change::Replace { document, .. } => Some(document.clone()),
        Change::Update { update: UpdateModifications::Pipeline(stages), .. } => {
            RawDocumentBuf::try_from(&timestamps::literal_in(stages, is_inserted)?).ok()
        }
        Change::Update { .. } | Change::Delete { .. } => None,
    }
}

/// What the reply to a statement means, if it differs from that of its kind.
#[derive(Debug, Default)]
pub(crate) enum ReplyMeaning {
    #[default]
    Same,
    /// The update is a delete: what it matches counts as deleted.
    Delete,
    /// The replacement, or the change of some fields, is one of a version.
    OfVersion(Box<VersionGuard>),
}

/// Returns a document as it is inserted.
fn new_document(document: RawDocumentBuf, policies: &Policies, now: DateTime) -> Result<RawDocumentBuf> {
    if policies.fields.is_empty() {
        return Ok(document);
    }
    inserted(&document, &timestamps::of_insert(policies.fields, now), policies)
}

/// Returns a document as it is inserted, with these times.
fn inserted(document: &RawDocument, times: &Edits, policies: &Policies) -> Result<RawDocumentBuf> {
    tenant::check(document, policies)?;
    let mut edits = times.clone();
    version::insert(policies.fields, document, &mut edits)?;
    edits.apply(document)
}

/// Returns the replacement of a document. `save` is whether the document is inserted if there is none.
fn replace(
    mut filter: Document,
    document: RawDocumentBuf,
    save: bool,
    options: &mut WriteOptions,
    policies: &Policies,
    now: DateTime,
) -> Result<(Change, ReplyMeaning)> {
    if save {
        options.upsert = Some(true);
    }
    let fields = policies.fields;
    if fields.is_empty() {
        return Ok((Change::Replace { filter, document }, ReplyMeaning::Same));
    }
    tenant::check(&document, policies)?;
    policies.scope.add_to(fields, &mut filter)?;
    let mut edits = timestamps::of_replacement(fields, now);
    let meaning = match version::replace(fields, &document, &mut filter, save, options, &mut edits)? {
        Some(guard) => ReplyMeaning::OfVersion(Box::new(guard)),
        None => ReplyMeaning::Same,
    };
    let document = if edits.is_empty() { document } else { edits.apply(&document)? };
    let change = match timestamps::keeping_created_at(fields, &document, now)? {
        Some(stages) => Change::Update { many: false, filter, update: UpdateModifications::Pipeline(stages) },
        None => Change::Replace { filter, document },
    };
    Ok((change, meaning))
}

/// Returns the delete of documents, which keeps them if the model has the policy.
fn delete(
    many: bool,
    mut filter: Document,
    more: Update<()>,
    options: &mut WriteOptions,
    policies: &Policies,
    now: DateTime,
) -> Result<(Change, ReplyMeaning)> {
    let Some(update) = soft_delete::delete(policies, now)? else {
        policies.scope.add_to(policies.fields, &mut filter)?;
        return Ok((Change::Delete { many, filter }, ReplyMeaning::Same));
    };
    policies.scope.with(Deleted::Hidden).add_to(policies.fields, &mut filter)?;
    let update = maintain(update + more, false, policies, now)?;
    Ok((changed(many, filter, update, options)?, ReplyMeaning::Delete))
}

/// Adds to an update what the policies write. `upserts` is whether the update inserts a document that it creates
/// itself.
fn maintain(update: Update<()>, upserts: bool, policies: &Policies, now: DateTime) -> Result<Update<()>> {
    let fields = policies.fields;
    // An update that only inserts a document changes none.
    if fields.is_empty() || update.is_empty() {
        return Ok(update);
    }
    tenant::check_update(&update, policies)?;
    let kept = [fields.created_at(), fields.version(), fields.deleted_at(), fields.tenant()];
    let kept: Vec<_> = kept.into_iter().flatten().filter(|name| !update.names(name)).collect();
    let update = update.keeping(&kept);
    let update = timestamps::update(update, fields, now, upserts);
    version::update(update, fields)
}

fn changed(many: bool, filter: Document, update: Update<()>, options: &mut WriteOptions) -> Result<Change> {
    let (update, array_filters) = update.into_parts()?;
    if let Some(given) = options.array_filters.take() {
        options.array_filters = Some(bounded_documents(given, MAX_NESTING)?);
    }
    // The server accepts them in any order. Those of the caller come first.
    if !array_filters.is_empty() {
        options.array_filters.get_or_insert_default().extend(array_filters);
    }
    Ok(Change::Update { many, filter, update })
}

/// Adds what the update stores if it inserts a document: the document of `or_insert`, or at least the schema version.
/// The `_id` of a document is the one in the filter, if the filter determines the `_id`.
fn on_insert(
    update: Update<()>,
    or_insert: Option<RawDocumentBuf>,
    filter: &Document,
    options: &mut WriteOptions,
    schema_version: Option<SchemaVersion>,
) -> Result<Update<()>> {
    match (or_insert, schema_version) {
        (Some(document), _) => {
            options.upsert = Some(true);
            let mut document = Document::decode(Raw::document(document.as_bytes()))?;
            if fixes_id(filter) {
                document.remove("_id");
            }
            Ok(update.or_insert(document))
        }
        (None, Some(version)) if options.upsert == Some(true) => Ok(update.or_version(version)),
        (None, _) => Ok(update),
    }
}
