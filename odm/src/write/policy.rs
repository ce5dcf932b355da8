//! The policies of a model: what it adds to every write, and the checks before a write is sent.

use mongodb::bson::{Document, RawDocumentBuf};

use super::{Change, EncodedDocuments, Inserts, Kind, Ready, Statement, WriteOptions};
use crate::{
    error::{Error, Result},
    filter::fixes_id,
    model::Model,
    update::Update,
    value::{MAX_NESTING, Raw, SchemaVersion, Value, bounded_documents},
};

/// What a model adds to every write of its documents.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Policies {
    /// The version of a document that an update inserts.
    version: Option<SchemaVersion>,
}

impl Policies {
    /// Returns the policies of `M`.
    pub(crate) fn of<M: Model>() -> Self {
        Self { version: M::VERSION }
    }
}

/// Applies the policies of the model. All writes pass through this function: it alone returns a [`Ready`] statement.
pub(super) fn apply(statement: Statement) -> Result<Ready> {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Policy);
    let Statement { kind, mut options, policies } = statement;
    let change = match kind {
        Kind::Insert { document } => Change::Insert { document },
        Kind::Replace { filter, document } => Change::Replace { filter, document },
        Kind::Save { filter, document } => {
            options.upsert = Some(true);
            Change::Replace { filter, document }
        }
        Kind::Delete { many, filter } => Change::Delete { many, filter },
        Kind::Update { many, filter, update, or_insert } => {
            let update = on_insert(update, or_insert, &filter, &mut options, policies)?;
            if update.is_empty() {
                return Err(Error::refused("the update is empty"));
            }
            let (update, array_filters) = update.into_parts()?;
            if let Some(given) = options.array_filters.take() {
                options.array_filters = Some(bounded_documents(given, MAX_NESTING)?);
            }
            // The server accepts them in any order. Those of the caller come first.
            if !array_filters.is_empty() {
                options.array_filters.get_or_insert_default().extend(array_filters);
            }
            Change::Update { many, filter, update }
        }
    };
    Ok(Ready { change, options })
}

/// Applies the policies of the model to many new documents. They contain their version already: encoding writes it.
pub(super) fn apply_to_inserts(inserts: Inserts) -> EncodedDocuments {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Policy);
    let Inserts { documents, policies: Policies { version: _ } } = inserts;
    documents
}

/// Adds what the update stores if it inserts a document: the document of `or_insert`, or at least the version. The
/// `_id` of a document is the one in the filter, if the filter determines the `_id`.
fn on_insert(
    update: Update<()>,
    or_insert: Option<RawDocumentBuf>,
    filter: &Document,
    options: &mut WriteOptions,
    policies: Policies,
) -> Result<Update<()>> {
    match (or_insert, policies.version) {
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
