//! Writes as they are sent: one statement of an `insert`, `update` or `delete` command, or one of the driver's models.

use mongodb::{
    Namespace,
    bson::{Bson, Document, RawArrayBuf, RawBson, RawDocument, RawDocumentBuf, raw::cstr},
    options::{
        DeleteManyModel, DeleteOneModel, InsertOneModel, ReplaceOneModel, UpdateManyModel,
        UpdateModifications, UpdateOneModel, WriteModel,
    },
};

use crate::{
    action::command::unwritten,
    error::{Command, Error, ErrorKind, Result},
    value::{Raw, Value},
};

/// What a command may have, less room for what is around one statement: 16 MiB and 16 KiB.
const MAX_STATEMENT: usize = 16 * 1024 * 1024 + 8 * 1024;

/// One write, checked, without the type of its model.
#[derive(Debug, Clone)]
pub(super) enum Statement {
    Insert(RawDocumentBuf),
    Change { to: To, change: Change, upsert: Option<bool> },
    Delete(To),
}

/// Which documents a write is about.
#[derive(Debug, Clone)]
pub(super) struct To {
    pub(super) filter: Document,
    pub(super) multi: bool,
    pub(super) sort: Option<Document>,
    pub(super) hint: Option<Bson>,
    pub(super) collation: Option<Document>,
}

/// What becomes of them.
#[derive(Debug, Clone)]
pub(super) enum Change {
    Update { update: UpdateModifications, array_filters: Vec<Document> },
    Replace(RawDocumentBuf),
}

impl Statement {
    /// The command it belongs to, and whether it may be about many documents: which the server does not apply again
    /// safely.
    pub(super) fn kind(&self) -> (Command, bool) {
        match self {
            Self::Insert(_) => (Command::Insert, false),
            Self::Change { to, .. } => (Command::Update, to.multi),
            Self::Delete(to) => (Command::Delete, to.multi),
        }
    }

    /// Whether it has a `sort`, which servers take since MongoDB 8.0.
    pub(super) fn is_sorted(&self) -> bool {
        matches!(self, Self::Change { to, .. } if to.sort.is_some())
    }

    /// What stands in the array of its command.
    pub(super) fn into_element(self) -> Result<RawDocumentBuf> {
        let mut element = RawDocumentBuf::new();
        let to = match self {
            Self::Insert(document) => return Ok(document),
            Self::Change { to, change, upsert } => {
                element.append(cstr!("q"), raw(&to.filter)?);
                let array_filters = match change {
                    Change::Replace(document) => {
                        element.append(cstr!("u"), document);
                        Vec::new()
                    }
                    Change::Update { update, array_filters } => {
                        element.append(cstr!("u"), modifications(&update)?);
                        array_filters
                    }
                };
                if let Some(upsert) = upsert {
                    element.append(cstr!("upsert"), upsert);
                }
                if !array_filters.is_empty() {
                    element.append(cstr!("arrayFilters"), array(&array_filters)?);
                }
                if to.multi {
                    element.append(cstr!("multi"), true);
                }
                to
            }
            Self::Delete(to) => {
                element.append(cstr!("q"), raw(&to.filter)?);
                element.append(cstr!("limit"), i32::from(!to.multi));
                to
            }
        };
        if let Some(sort) = &to.sort {
            element.append(cstr!("sort"), raw(sort)?);
        }
        if let Some(hint) = to.hint {
            element.append(cstr!("hint"), RawBson::try_from(hint).map_err(unwritten)?);
        }
        if let Some(collation) = &to.collation {
            element.append(cstr!("collation"), raw(collation)?);
        }
        if element.as_bytes().len() > MAX_STATEMENT {
            return Err(Error::new(ErrorKind::TooLarge(
                format!(
                    "the write has {} bytes and a command at most {MAX_STATEMENT}",
                    element.as_bytes().len()
                )
                .into(),
            )));
        }
        Ok(element)
    }

    /// What the driver's bulk write across collections takes.
    pub(super) fn into_model(self, namespace: Namespace) -> Result<WriteModel> {
        Ok(match self {
            Self::Insert(document) => InsertOneModel::builder()
                .namespace(namespace)
                .document(document_of(&document)?)
                .build()
                .into(),
            Self::Change { to, change: Change::Replace(document), upsert } => ReplaceOneModel::builder()
                .namespace(namespace)
                .filter(to.filter)
                .replacement(document_of(&document)?)
                .upsert(upsert)
                .sort(to.sort)
                .hint(to.hint)
                .collation(to.collation)
                .build()
                .into(),
            Self::Change { to, change: Change::Update { update, array_filters }, upsert } => {
                let array_filters = (!array_filters.is_empty())
                    .then(|| array_filters.into_iter().map(Bson::Document).collect::<Vec<_>>());
                if to.multi {
                    UpdateManyModel::builder()
                        .namespace(namespace)
                        .filter(to.filter)
                        .update(update)
                        .array_filters(array_filters)
                        .upsert(upsert)
                        .hint(to.hint)
                        .collation(to.collation)
                        .build()
                        .into()
                } else {
                    UpdateOneModel::builder()
                        .namespace(namespace)
                        .filter(to.filter)
                        .update(update)
                        .array_filters(array_filters)
                        .upsert(upsert)
                        .sort(to.sort)
                        .hint(to.hint)
                        .collation(to.collation)
                        .build()
                        .into()
                }
            }
            Self::Delete(to) if to.multi => DeleteManyModel::builder()
                .namespace(namespace)
                .filter(to.filter)
                .hint(to.hint)
                .collation(to.collation)
                .build()
                .into(),
            Self::Delete(to) => DeleteOneModel::builder()
                .namespace(namespace)
                .filter(to.filter)
                .hint(to.hint)
                .collation(to.collation)
                .build()
                .into(),
        })
    }
}

fn raw(document: &Document) -> Result<RawDocumentBuf> {
    RawDocumentBuf::try_from(document).map_err(unwritten)
}

fn array(documents: &[Document]) -> Result<RawArrayBuf> {
    let mut array = RawArrayBuf::new();
    for document in documents {
        array.push(raw(document)?);
    }
    Ok(array)
}

fn modifications(update: &UpdateModifications) -> Result<RawBson> {
    match update {
        UpdateModifications::Document(operators) => raw(operators).map(RawBson::Document),
        UpdateModifications::Pipeline(stages) => array(stages).map(RawBson::Array),
        _ => Err(Error::refused("an update of a form that is not known here")),
    }
}

/// A document that the driver encodes again.
fn document_of(document: &RawDocument) -> Result<Document> {
    Ok(Document::decode(Raw::document(document.as_bytes()))?)
}

#[cfg(test)]
mod tests;
