//! Determines why a replacement with a version matched no document.

use mongodb::{
    ClientSession,
    action::Action,
    bson::doc,
    options::{FindOneOptions, ReadPreference, SelectionCriteria},
};

use crate::{
    collection::Target,
    error::{Error, ErrorKind, Result},
    exec,
    operation::Operation,
    pipeline::unknown_operator,
    write::VersionGuard,
};

/// Returns whether a replacement failed because of the version: if it could insert the document, an `_id` that exists is
/// one of a document with another version. A document that the scope of the handle excludes is another document, so
/// its key is a duplicate.
pub(super) async fn is_stale(
    target: &Target,
    operation: Operation<'_>,
    guard: &VersionGuard,
    error: &Error,
) -> bool {
    let exists = error.duplicate_key().is_some_and(|key| key.fields() == ["_id"]);
    if !guard.inserts || !exists {
        return false;
    }
    // The error has ended a transaction of the write, so its session can read nothing.
    !guard.is_scoped
        || check(target, operation, guard.clone(), None).await.is_err_and(|error| error.is_stale_version())
}

/// Replaces the error of a replacement if [`is_stale`] is true for it.
pub(super) async fn classify(
    target: &Target,
    operation: Operation<'_>,
    guard: &VersionGuard,
    error: Error,
) -> Error {
    if is_stale(target, operation, guard, &error).await {
        error.with_kind(ErrorKind::StaleVersion)
    } else {
        error
    }
}

/// Reads from the server why a replacement has replaced no document. This is the only read that a write sends, and
/// only if the write has failed.
///
/// # Errors
///
/// Returns an error for which [`is_stale_version`](Error::is_stale_version) is true if the document has another
/// version, or [`is_not_found`](Error::is_not_found) if there is none and the write requires one.
pub(super) async fn check(
    target: &Target,
    operation: Operation<'_>,
    guard: VersionGuard,
    session: Option<&mut ClientSession>,
) -> Result<()> {
    let reading = Operation { verb: operation.verb.sending("find").reading(), ..operation };
    let VersionGuard { filter, collation, let_vars, requires_document, .. } = guard;
    // A secondary may not have the write yet that has changed the version.
    let primary = SelectionCriteria::ReadPreference(ReadPreference::Primary);
    let options = FindOneOptions::builder()
        .projection(doc! { "_id": 1 })
        .collation(collation)
        .let_vars(let_vars)
        .selection_criteria(primary)
        .build();
    let call = target
        .driver()
        .find_one(filter)
        .with_options(options)
        .optional(session, mongodb::action::FindOne::session);
    let found = exec::run(reading, call).await.map_err(unknown_operator)?;
    match found {
        Some(_) => operation.check(Err(Error::new(ErrorKind::StaleVersion))),
        None if requires_document => operation.check(Err(Error::new(ErrorKind::NotFound))),
        None => Ok(()),
    }
}
