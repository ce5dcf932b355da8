//! What verbs make of the sentences they were given, before anything is sent.

use std::borrow::Cow;

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{UpdateModifications, UpdateOptions},
};

use super::command;
use crate::{
    error::{Error, ErrorKind, Result},
    filter::{Filter, fixes_id},
    model::Model,
    operation::Operation,
    update::Update,
    value::{MAX_NESTING, Raw, SchemaVersion, Value, bounded_documents},
};

/// What setters of a builder were given and cannot be sent, until they are given something better.
#[derive(Default)]
pub(super) struct Problems(Vec<(Cow<'static, str>, Error)>);

impl Problems {
    /// What this setter was given, in place of what it was given before.
    pub(super) fn take<T>(&mut self, setter: impl Into<Cow<'static, str>>, given: Result<T>) -> Option<T> {
        let setter = setter.into();
        self.0.retain(|(other, _)| *other != setter);
        given.map_err(|problem| self.0.push((setter, problem))).ok()
    }

    /// The filter, unless there is a problem.
    pub(super) fn or_filter<M>(self, filter: Filter<M>) -> Result<Document> {
        self.or(filter.into_document())
    }

    /// What else is sent, unless there is a problem.
    pub(super) fn or<T>(self, sentence: Result<T>) -> Result<T> {
        match self.0.into_iter().next() {
            Some((_, problem)) => Err(problem),
            None => sentence,
        }
    }
}

/// A number of documents as the server takes it, as an int64.
pub(super) fn number<T: TryFrom<u64>>(setter: &'static str, number: u64) -> Result<T> {
    i64::try_from(number).ok().and_then(|_| T::try_from(number).ok()).ok_or_else(|| {
        Error::refused(format!("`{setter}({number})`: the server counts documents up to {}", i64::MAX))
    })
}

/// The filter, unless it matches everything without having been said so.
pub(super) fn require_explicit<M>(filter: Filter<M>) -> Result<Document> {
    if filter.is_empty() {
        let reason = if filter.clauses().has_no_condition() { "is empty, so it " } else { "" };
        return Err(Error::refused(format!(
            "the filter {reason}matches every document; if that is meant, say `Filter::all()`"
        )));
    }
    filter.into_document()
}

/// The projection of a call that changes what it gives: that of its view, if it has one.
///
/// A plain projection is refused: the document would fail to be read as the model after it was changed.
pub(super) fn projection(view: Option<Document>, given: Option<&Document>) -> Result<Option<Document>> {
    if view.is_none() && given.is_some() {
        return Err(Error::refused(
            "the options have a `projection`, so the document could not be read as the model after it was changed: \
             read it as a view, `.view::<V>()`, which brings its own projection",
        ));
    }
    Ok(view)
}

/// The document that an update makes where nothing matches, if it was given one: `or_insert`.
pub(super) type NewDocument = Option<Result<RawDocumentBuf>>;

/// What an update stores besides, where it makes a document.
pub(super) enum OnInsert {
    Nothing,
    /// A document of the filter and the update says at least with which version it was written.
    Version(SchemaVersion),
    Document(Result<RawDocumentBuf>),
}

impl OnInsert {
    /// What an update of a model with this version stores. A document makes it an upsert.
    pub(super) fn of(
        document: NewDocument,
        upsert: &mut Option<bool>,
        version: Option<SchemaVersion>,
    ) -> Self {
        match (document, version) {
            (Some(document), _) => {
                *upsert = Some(true);
                Self::Document(document)
            }
            (None, Some(version)) if *upsert == Some(true) => Self::Version(version),
            (None, _) => Self::Nothing,
        }
    }

    /// The update with it, and its array filters, if it changes something. The `_id` of a document is the filter's, if that asks for one.
    pub(super) fn join<M>(
        self,
        update: Update<M>,
        filter: &Result<Document>,
    ) -> Result<(UpdateModifications, Vec<Document>)> {
        let update = match self {
            Self::Nothing => update,
            Self::Version(version) => update.or_version(version),
            Self::Document(document) => {
                let mut document = Document::decode(Raw::document(document?.as_bytes()))?;
                if filter.as_ref().is_ok_and(fixes_id) {
                    document.remove("_id");
                }
                update.or_insert(document)
            }
        };
        if update.is_empty() { Err(Error::refused("the update is empty")) } else { update.into_parts() }
    }
}

/// An error of a server that does not know what a setter asks for, which servers know since `version`.
pub(super) fn newer(error: Error, asked: bool, setter: &str, version: &str) -> Error {
    const UNKNOWN_FIELD: i32 = 40415;
    if !asked || error.code() != Some(UNKNOWN_FIELD) {
        return error;
    }
    error.called(ErrorKind::Unsupported(
        format!("the server does not take `{setter}` here: MongoDB does since {version}").into(),
    ))
}

/// What an update command is made of.
pub(super) struct UpdateCall {
    filter: Result<Document>,
    update: Result<(UpdateModifications, Vec<Document>)>,
    options: UpdateOptions,
}

impl UpdateCall {
    /// An update, if it changes something.
    pub(super) fn new<M: Model>(filter: Result<Document>, update: Update<M>, options: UpdateOptions) -> Self {
        Self::inserting(filter, update, None, options)
    }

    /// An update that makes a document where nothing matches, if it was given one.
    pub(super) fn inserting<M: Model>(
        filter: Result<Document>,
        update: Update<M>,
        document: NewDocument,
        mut options: UpdateOptions,
    ) -> Self {
        let update = OnInsert::of(document, &mut options.upsert, M::VERSION).join(update, &filter);
        Self { filter, update, options }
    }

    /// What the driver takes. The update's array filters come after those of the options.
    pub(super) fn check(
        self,
        operation: &Operation<'_>,
    ) -> Result<(Document, UpdateModifications, UpdateOptions)> {
        operation.check(self.into_parts())
    }

    /// The command that the driver makes of it, for `explain`.
    pub(super) fn command(self, collection: &str, many: bool) -> Result<Document> {
        let (filter, update, options) = self.into_parts()?;
        command::update(collection, filter, update, many, options)
    }

    fn into_parts(self) -> Result<(Document, UpdateModifications, UpdateOptions)> {
        let Self { filter, update, mut options } = self;
        let given = options.array_filters.take();
        options.array_filters = given.map(|given| bounded_documents(given, MAX_NESTING)).transpose()?;
        let (filter, (update, array_filters)) = (filter?, update?);
        if !array_filters.is_empty() {
            options.array_filters.get_or_insert_default().extend(array_filters);
        }
        Ok((filter, update, options))
    }
}
