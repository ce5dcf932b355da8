//! Sends single writes: the driver's call for each kind of statement.
//!
//! The future of a frequent write is allocated for every call, and an allocator needs much longer for more than a
//! kilobyte. So these functions return an `async` block, because the future of an `async fn` has room for each argument
//! twice, and the larger futures inside it are boxed.

#![allow(clippy::manual_async_fn)] // see above

use mongodb::{
    ClientSession,
    action::Action,
    bson::RawDocumentBuf,
    options::{
        DeleteOptions, FindOneAndDeleteOptions, FindOneAndReplaceOptions, FindOneAndUpdateOptions,
        InsertOneOptions, ReplaceOptions, UpdateOptions,
    },
    results::{DeleteResult, UpdateResult},
};

use super::{
    Saved,
    prepare::{check_newer, newer},
    version_guard,
};
use crate::{
    collection::Target,
    error::{Error, Result, WriteReply},
    exec,
    hooks::{HookOutcome, Reply},
    operation::{Operation, Verb},
    pipeline::unknown_operator,
    write::{Change, Ready, ReplyMeaning, WriteOptions},
};

/// Sends an insert.
pub(super) fn insert(
    target: Target,
    verb: Verb,
    ready: Result<Ready>,
    session: Option<&mut ClientSession>,
) -> impl Future<Output = Result<()>> {
    async move {
        let operation = target.operation(verb);
        let (document, options) = operation.check(ready.and_then(inserted))?;
        let collection = target.raw();
        let call = collection
            .insert_one(&document)
            .with_options(InsertOneOptions::from(*options))
            .optional(session, mongodb::action::InsertOne::session);
        exec::run(operation, call).await.map(drop).map_err(|error| error.with_stored_document(&document))
    }
}

fn inserted(ready: Ready) -> Result<(RawDocumentBuf, Box<WriteOptions>)> {
    match ready.into_parts() {
        (Change::Insert { document }, options) => Ok((document, options)),
        _ => Err(another_kind()),
    }
}

/// Sends an update or a replacement.
pub(super) fn update(
    target: Target,
    verb: Verb,
    ready: Result<Ready>,
    mut session: Option<&mut ClientSession>,
) -> impl Future<Output = Result<UpdateResult>> {
    async move {
        let operation = target.operation(verb);
        let mut ready = operation.check(ready)?;
        let ReplyMeaning::OfVersion(guard) = ready.take_meaning() else {
            return Box::pin(change(&target, operation, ready, session)).await;
        };
        let outcome = Box::pin(change(&target, operation, ready, session.as_deref_mut())).await;
        let is_without_match = match &outcome {
            Ok(outcome) => outcome.matched_count == 0 && outcome.upserted_id.is_none(),
            Err(error) => WriteReply::is_without_match(error),
        };
        if is_without_match {
            Box::pin(version_guard::check(&target, operation, *guard, session)).await?;
            return outcome;
        }
        match outcome {
            Err(error) => Err(Box::pin(version_guard::classify(&target, operation, &guard, error)).await),
            outcome => outcome,
        }
    }
}

fn change(
    target: &Target,
    operation: Operation<'_>,
    ready: Ready,
    session: Option<&mut ClientSession>,
) -> impl Future<Output = Result<UpdateResult>> {
    async move {
        let sorted = ready.is_sorted();
        operation.check(check_newer(target.database().servers(), sorted, "sort", "8.0"))?;
        let mut collection = None;
        let outcome = match operation.check(UpdateCall::new(target, &mut collection, ready, session))? {
            UpdateCall::Replace(call) => exec::run(operation, call).await,
            UpdateCall::Update(call) => exec::run(operation, call).await,
        };
        outcome.map_err(|error| unknown_operator(newer(error, sorted, "sort", "8.0")))
    }
}

/// The driver's future of an update or a replacement. It is created outside of the future that awaits it, which would
/// otherwise have room for every option.
enum UpdateCall<'a> {
    Replace(<mongodb::action::ReplaceOne<'a> as IntoFuture>::IntoFuture),
    Update(<mongodb::action::Update<'a> as IntoFuture>::IntoFuture),
}

impl<'a> UpdateCall<'a> {
    /// Creates the call of a collection. The driver borrows that of raw documents, so it is left in `collection`.
    fn new(
        target: &'a Target,
        collection: &'a mut Option<mongodb::Collection<RawDocumentBuf>>,
        ready: Ready,
        session: Option<&'a mut ClientSession>,
    ) -> Result<Self> {
        let (change, options) = ready.into_parts();
        match change {
            Change::Replace { filter, document } => {
                let call = collection
                    .insert(target.raw())
                    .replace_one(filter, document)
                    .with_options(ReplaceOptions::from(*options))
                    .optional(session, mongodb::action::ReplaceOne::session);
                Ok(Self::Replace(call.into_future()))
            }
            Change::Update { many, filter, update } => {
                let collection = target.driver();
                let call = if many {
                    collection.update_many(filter, update)
                } else {
                    collection.update_one(filter, update)
                };
                let call = call
                    .with_options(UpdateOptions::from(*options))
                    .optional(session, mongodb::action::Update::session);
                Ok(Self::Update(call.into_future()))
            }
            Change::Insert { .. } | Change::Delete { .. } => Err(another_kind()),
        }
    }
}

impl Reply for Saved {
    fn outcome(&self) -> HookOutcome {
        HookOutcome::saved(self.is_created())
    }

    fn outcome_of_applied(error: &Error) -> HookOutcome {
        HookOutcome::saved(UpdateResult::outcome_of_applied(error).is_inserted())
    }
}

/// Sends a replacement that inserts the document if nothing matches.
pub(super) async fn save(
    target: Target,
    verb: Verb,
    ready: Result<Ready>,
    session: Option<&mut ClientSession>,
) -> Result<Saved> {
    let created = update(target, verb, ready, session).await?.upserted_id.is_some();
    Ok(if created { Saved::Created } else { Saved::Replaced })
}

/// Sends a delete, or the update that it becomes if the collection keeps deleted documents.
pub(super) async fn delete(
    target: Target,
    verb: Verb,
    ready: Result<Ready>,
    session: Option<&mut ClientSession>,
) -> Result<DeleteResult> {
    let operation = target.operation(verb);
    let mut ready = operation.check(ready)?;
    if let ReplyMeaning::Delete = ready.take_meaning() {
        let operation = target.operation(verb.sending("update"));
        let updated = self::change(&target, operation, ready, session).await?;
        let mut deleted = DeleteResult::default();
        deleted.deleted_count = updated.matched_count;
        return Ok(deleted);
    }
    let (change, options) = ready.into_parts();
    let Change::Delete { many, filter } = change else { return operation.check(Err(another_kind())) };
    let collection = target.driver();
    let call = if many { collection.delete_many(filter) } else { collection.delete_one(filter) };
    let call =
        call.with_options(DeleteOptions::from(*options)).optional(session, mongodb::action::Delete::session);
    exec::run(operation, call).await.map_err(unknown_operator)
}

/// Sends an update, a replacement or a delete of one document. Returns the document that the server returns.
pub(super) async fn find_and_modify(
    target: Target,
    verb: Verb,
    ready: Result<Ready>,
    mut session: Option<&mut ClientSession>,
) -> Result<Option<RawDocumentBuf>> {
    let operation = target.operation(verb);
    let mut ready = operation.check(ready.and_then(Ready::for_find_and_modify))?;
    let ReplyMeaning::OfVersion(guard) = ready.take_meaning() else {
        return find_and_change(&target, operation, ready, session).await;
    };
    let returns_new = ready.returns_new();
    let found = find_and_change(&target, operation, ready, session.as_deref_mut()).await;
    let is_without_document = match &found {
        // An upsert that inserts the document returns nothing, unless it returns the new document.
        Ok(found) => found.is_none() && (!guard.inserts || returns_new),
        Err(error) => WriteReply::is_without_document(error),
    };
    if is_without_document {
        version_guard::check(&target, operation, *guard, session).await?;
        return found;
    }
    match found {
        Err(error) => Err(version_guard::classify(&target, operation, &guard, error).await),
        found => found,
    }
}

async fn find_and_change(
    target: &Target,
    operation: Operation<'_>,
    ready: Ready,
    session: Option<&mut ClientSession>,
) -> Result<Option<RawDocumentBuf>> {
    let (change, options) = ready.into_parts();
    let collection = target.raw();
    let found = match change {
        Change::Update { filter, update, .. } => {
            let call = collection
                .find_one_and_update(filter, update)
                .with_options(FindOneAndUpdateOptions::from(*options))
                .optional(session, mongodb::action::FindOneAndUpdate::session);
            exec::run(operation, call).await
        }
        Change::Replace { filter, document } => {
            let call = collection
                .find_one_and_replace(filter, document)
                .with_options(FindOneAndReplaceOptions::from(*options))
                .optional(session, mongodb::action::FindOneAndReplace::session);
            exec::run(operation, call).await
        }
        Change::Delete { filter, .. } => {
            let call = collection
                .find_one_and_delete(filter)
                .with_options(FindOneAndDeleteOptions::from(*options))
                .optional(session, mongodb::action::FindOneAndDelete::session);
            exec::run(operation, call).await
        }
        Change::Insert { .. } => operation.check(Err(another_kind())),
    };
    found.map_err(unknown_operator)
}

/// Returns an error that does not occur: each verb builds only statements of the kind that it sends.
#[cold]
fn another_kind() -> Error {
    Error::refused("the statement is one of another verb")
}
