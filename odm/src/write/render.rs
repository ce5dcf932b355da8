//! The forms of a write: a command for `explain`, an element of a bulk command, a model of the driver's bulk write.
//!
//! The driver's own rendering is private. `tests/tests/it/explain.rs` compares the commands with those that the
//! driver sends, for every verb and every setter. What does not change the plan (the concerns, the session, the read
//! preference) is not part of a command here.

use mongodb::{
    Namespace,
    bson::{
        Bson, Document, RawArrayBuf, RawBson, RawDocument, RawDocumentBuf, doc, raw::cstr, serialize_to_bson,
    },
    options::{
        Collation, DeleteManyModel, DeleteOneModel, Hint, InsertOneModel, ReplaceOneModel, ReturnDocument,
        UpdateManyModel, UpdateModifications, UpdateOneModel, WriteModel,
    },
};
use serde::Serialize;

use super::{Change, Ready, WriteOptions};
use crate::{
    error::{Command, Error, ErrorKind, Result},
    value::{MAX_OPTION, Raw, Value, bounded_documents},
};

/// The largest statement of a command: 16 MiB and 16 KiB, less space for the rest of the command.
const MAX_STATEMENT: usize = 16 * 1024 * 1024 + 8 * 1024;

impl Ready {
    /// Returns the command that contains the statement, and whether the statement can change many documents. The
    /// server cannot recognize such a command if it is repeated, so it is not retried.
    pub(crate) fn command_kind(&self) -> (Command, bool) {
        match self.change {
            Change::Insert { .. } => (Command::Insert, false),
            Change::Update { many, .. } => (Command::Update, many),
            Change::Replace { .. } => (Command::Update, false),
            Change::Delete { many, .. } => (Command::Delete, many),
        }
    }

    /// Returns whether the statement has a `sort`, which servers accept since MongoDB 8.0.
    pub(crate) fn is_sorted(&self) -> bool {
        self.options.sort.is_some()
    }

    /// Returns the command that the driver sends for the statement alone.
    pub(crate) fn into_command(self, collection: &str) -> Result<Document> {
        let (command, _) = self.command_kind();
        let mut rendered = match command {
            Command::Insert => doc! { "insert": collection },
            Command::Update => doc! { "update": collection },
            Command::Delete => doc! { "delete": collection },
        };
        if command == Command::Update {
            put(&mut rendered, "bypassDocumentValidation", self.options.bypass_document_validation);
        }
        put(&mut rendered, "let", self.options.let_vars.clone());
        put(&mut rendered, "comment", self.options.comment.clone());
        let list = match command {
            Command::Insert => "documents",
            Command::Update => "updates",
            Command::Delete => "deletes",
        };
        rendered.insert(list, vec![document_of(&self.into_element()?)?]);
        rendered.insert("ordered", true);
        Ok(rendered)
    }

    /// Returns the command `findAndModify` of the statement.
    pub(crate) fn into_find_and_modify(self, collection: &str) -> Result<Document> {
        let Self { change, options, meaning: _ } = self.for_find_and_modify()?;
        let options = *options;
        let mut command = doc! { "findAndModify": collection };
        match change {
            Change::Delete { filter, .. } => {
                command.insert("query", filter);
                command.insert("remove", true);
            }
            Change::Update { filter, update, .. } => {
                command.insert("query", filter);
                command.insert("update", modifications(update));
            }
            Change::Replace { filter, document } => {
                command.insert("query", filter);
                command.insert("update", document_of(&document)?);
            }
            Change::Insert { .. } => return Err(Error::refused("an insert does not find a document")),
        }
        let after = options.return_document.map(|it| matches!(it, ReturnDocument::After));
        put(&mut command, "new", after);
        put(&mut command, "upsert", options.upsert);
        put(&mut command, "bypassDocumentValidation", options.bypass_document_validation);
        put(&mut command, "arrayFilters", options.array_filters);
        put(&mut command, "sort", options.sort);
        put(&mut command, "fields", options.projection);
        put(&mut command, "collation", options.collation.map(|it| bson(&it)).transpose()?);
        put(&mut command, "hint", options.hint.map(|it| bson(&it)).transpose()?);
        put(&mut command, "let", options.let_vars);
        put(&mut command, "comment", options.comment);
        let millis = options.max_time.and_then(|time| i32::try_from(time.as_millis()).ok());
        put(&mut command, "maxTimeMS", millis);
        Ok(command)
    }

    /// Checks the depth of the array filters. The driver writes those of `findAndModify` through serde, which is
    /// recursive.
    pub(crate) fn for_find_and_modify(mut self) -> Result<Self> {
        if let Some(filters) = self.options.array_filters.take() {
            self.options.array_filters = Some(bounded_documents(filters, MAX_OPTION)?);
        }
        Ok(self)
    }

    /// Returns the element of the statement in the array of its command.
    pub(crate) fn into_element(self) -> Result<RawDocumentBuf> {
        let Self { change, options, meaning: _ } = self;
        let mut element = RawDocumentBuf::new();
        let many = match change {
            Change::Insert { document } => return Ok(document),
            Change::Update { many, filter, update } => {
                element.append(cstr!("q"), raw(&filter)?);
                element.append(cstr!("u"), raw_modifications(&update)?);
                append_upsert(&mut element, &options)?;
                many
            }
            Change::Replace { filter, document } => {
                element.append(cstr!("q"), raw(&filter)?);
                element.append(cstr!("u"), document);
                append_upsert(&mut element, &options)?;
                false
            }
            Change::Delete { many, filter } => {
                element.append(cstr!("q"), raw(&filter)?);
                element.append(cstr!("limit"), i32::from(!many));
                append_collation(&mut element, &options)?;
                append_hint(&mut element, &options)?;
                return sized(element);
            }
        };
        append_hint(&mut element, &options)?;
        append_collation(&mut element, &options)?;
        if let Some(sort) = &options.sort {
            element.append(cstr!("sort"), raw(sort)?);
        }
        if many {
            element.append(cstr!("multi"), true);
        }
        sized(element)
    }

    /// Returns the model that the driver's bulk write of a client takes.
    pub(crate) fn into_model(self, namespace: Namespace) -> Result<WriteModel> {
        /// Sets the options that the driver's models share.
        macro_rules! model {
            ($model:ident { $($name:ident: $value:expr),* }, $options:ident: $($option:ident)*) => {
                $model::builder().namespace(namespace)$(.$name($value))*$(.$option($options.$option))*.build().into()
            };
        }

        let Self { change, options, meaning: _ } = self;
        let options = ModelOptions::new(*options)?;
        Ok(match change {
            Change::Insert { document } => InsertOneModel::builder()
                .namespace(namespace)
                .document(document_of(&document)?)
                .build()
                .into(),
            Change::Update { many: true, filter, update } => {
                model!(UpdateManyModel { filter: filter, update: update }, options: array_filters upsert hint collation)
            }
            Change::Update { many: false, filter, update } => {
                model!(UpdateOneModel { filter: filter, update: update }, options: array_filters upsert sort hint collation)
            }
            Change::Replace { filter, document } => {
                let document = document_of(&document)?;
                model!(ReplaceOneModel { filter: filter, replacement: document }, options: upsert sort hint collation)
            }
            Change::Delete { many: true, filter } => {
                model!(DeleteManyModel { filter: filter }, options: hint collation)
            }
            Change::Delete { many: false, filter } => {
                model!(DeleteOneModel { filter: filter }, options: hint collation)
            }
        })
    }
}

/// The options of a write in the types of the driver's models.
struct ModelOptions {
    array_filters: Option<Vec<Bson>>,
    collation: Option<Document>,
    hint: Option<Bson>,
    sort: Option<Document>,
    upsert: Option<bool>,
}

impl ModelOptions {
    fn new(options: WriteOptions) -> Result<Self> {
        let array_filters = options.array_filters.filter(|filters| !filters.is_empty());
        Ok(Self {
            array_filters: array_filters.map(|filters| filters.into_iter().map(Bson::Document).collect()),
            collation: options.collation.as_ref().map(collation).transpose()?,
            hint: options.hint.as_ref().map(bson::<Hint>).transpose()?,
            sort: options.sort,
            upsert: options.upsert,
        })
    }
}

fn collation(collation: &Collation) -> Result<Document> {
    match bson(collation)? {
        Bson::Document(document) => Ok(document),
        _ => Err(unwritten(())),
    }
}

/// Appends what only updates and replacements have.
fn append_upsert(element: &mut RawDocumentBuf, options: &WriteOptions) -> Result<()> {
    if let Some(upsert) = options.upsert {
        element.append(cstr!("upsert"), upsert);
    }
    if let Some(filters) = options.array_filters.as_ref().filter(|filters| !filters.is_empty()) {
        element.append(cstr!("arrayFilters"), array(filters)?);
    }
    Ok(())
}

fn append_hint(element: &mut RawDocumentBuf, options: &WriteOptions) -> Result<()> {
    if let Some(hint) = &options.hint {
        element.append(cstr!("hint"), RawBson::try_from(bson(hint)?).map_err(unwritten)?);
    }
    Ok(())
}

fn append_collation(element: &mut RawDocumentBuf, options: &WriteOptions) -> Result<()> {
    if let Some(collation) = &options.collation {
        element.append(cstr!("collation"), RawBson::try_from(bson(collation)?).map_err(unwritten)?);
    }
    Ok(())
}

/// Refuses an element that is larger than a command.
fn sized(element: RawDocumentBuf) -> Result<RawDocumentBuf> {
    let size = element.as_bytes().len();
    if size > MAX_STATEMENT {
        return Err(Error::new(ErrorKind::TooLarge(
            format!("the write has {size} bytes and a command at most {MAX_STATEMENT}").into(),
        )));
    }
    Ok(element)
}

fn put(document: &mut Document, name: &str, value: Option<impl Into<Bson>>) {
    if let Some(value) = value {
        document.insert(name, value);
    }
}

fn modifications(update: UpdateModifications) -> Bson {
    match update {
        UpdateModifications::Document(operators) => operators.into(),
        UpdateModifications::Pipeline(stages) => stages.into(),
        _ => Bson::Null,
    }
}

fn raw_modifications(update: &UpdateModifications) -> Result<RawBson> {
    match update {
        UpdateModifications::Document(operators) => raw(operators).map(RawBson::Document),
        UpdateModifications::Pipeline(stages) => array(stages).map(RawBson::Array),
        _ => Err(Error::refused("the update has a form that this version does not support")),
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

/// Decodes a document that the driver encodes again.
fn document_of(document: &RawDocument) -> Result<Document> {
    Ok(Document::decode(Raw::document(document.as_bytes()))?)
}

fn bson<T: Serialize>(option: &T) -> Result<Bson> {
    serialize_to_bson(option).map_err(unwritten)
}

/// Returns the error of an option that cannot be written.
#[cold]
pub(crate) fn unwritten<E>(_: E) -> Error {
    Error::refused("an option, or a document among the options, cannot be written as BSON")
}

#[cfg(test)]
mod tests;
