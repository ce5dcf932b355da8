//! What verbs make of the sentences they were given, before anything is sent.

use mongodb::{
    bson::Document,
    options::{UpdateModifications, UpdateOptions},
};

use crate::{
    error::{Error, Result},
    filter::Filter,
    trace::Operation,
    update::Update,
};

/// The filter, unless a setter got something that cannot be sent.
pub(super) fn sound<M>(filter: Filter<M>, problem: Option<Error>) -> Result<Document> {
    match problem {
        Some(problem) => Err(problem),
        None => filter.into_document(),
    }
}

/// The filter, unless it matches everything without having been said so.
pub(super) fn said<M>(filter: Filter<M>) -> Result<Document> {
    if filter.is_empty() {
        return Err(Error::refused(
            "the filter is empty, so it matches every document; if that is meant, say `Filter::all()`",
        ));
    }
    filter.into_document()
}

/// What an update command is made of.
pub(super) struct UpdateCall {
    filter: Result<Document>,
    update: Result<(UpdateModifications, Vec<Document>)>,
    options: UpdateOptions,
}

impl UpdateCall {
    /// An update, if it changes something.
    pub(super) fn new<M>(filter: Result<Document>, update: Update<M>, options: UpdateOptions) -> Self {
        let update =
            if update.is_empty() { Err(Error::refused("the update is empty")) } else { update.into_parts() };
        Self { filter, update, options }
    }

    /// What the driver takes. The update's array filters come after those of the options.
    pub(super) fn check(
        self,
        operation: &Operation<'_>,
    ) -> Result<(Document, UpdateModifications, UpdateOptions)> {
        let Self { filter, update, mut options } = self;
        let filter = operation.check(filter)?;
        let (update, array_filters) = operation.check(update)?;
        if !array_filters.is_empty() {
            options.array_filters.get_or_insert_default().extend(array_filters);
        }
        Ok((filter, update, options))
    }
}
