//! Sends a bulk write across collections, and reads the outcome of each write.

use std::collections::HashMap;

use mongodb::{
    ClientSession, Namespace,
    action::Action,
    bson::doc,
    error::{ErrorKind as Driver, PartialBulkWriteResult},
    options::{BulkWriteOptions, WriteModel},
    results::UpdateResult,
};

use super::{CLIENT_BULK_WRITE, ClientBulkWriteResult};
use crate::{
    action::version_guard,
    collection::Target,
    database::Database,
    error::{BulkWriteError, Error, ErrorKind, Result},
    exec,
    operation::Verb,
    pipeline::unknown_operator,
    write::{Ready, ReplyMeaning, Statement},
};

const ASK_VERSION: Verb = Verb::new("bulk_write", "buildInfo");

/// A write of the collection of a target.
#[allow(clippy::large_enum_variant)] // almost all writes are ready
pub(super) enum ClientWrite {
    /// It is finished after the hooks of its model.
    Pending { statement: Box<Statement>, namespace: Namespace, target: Target },
    /// The write in the driver's form, with what its reply means for the policies of its model.
    Ready { model: WriteModel, meaning: ReplyMeaning, target: Target },
}

impl ClientWrite {
    pub(super) fn ready(mut ready: Ready, namespace: Namespace, target: Target) -> Result<Self> {
        let meaning = ready.take_meaning();
        Ok(Self::Ready { model: ready.into_model(namespace)?, meaning, target })
    }

    pub(super) fn is_pending(&self) -> bool {
        matches!(self, Self::Pending { .. })
    }
}

pub(super) async fn send(
    database: Database,
    writes: Vec<Result<ClientWrite>>,
    options: Result<BulkWriteOptions>,
    mut session: Option<&mut ClientSession>,
) -> Result<ClientBulkWriteResult> {
    let operation = database.operation(CLIENT_BULK_WRITE);
    let mut options = operation.check(options)?;
    // The driver would use the write concern of the client. In a session there may be a transaction, which has its
    // own.
    if session.is_none() && options.write_concern.is_none() {
        options.write_concern = database.driver().write_concern().cloned();
    }
    let (models, meanings) = operation.check(all(writes))?;
    if models.is_empty() {
        return Ok(ClientBulkWriteResult::default());
    }
    let is_many = |model: &WriteModel| matches!(model, WriteModel::UpdateMany(_) | WriteModel::DeleteMany(_));
    let many: Vec<bool> = models.iter().map(is_many).collect();
    let call = database
        .client()
        .bulk_write(models)
        .with_options(options)
        .optional(session.as_deref_mut(), mongodb::action::BulkWrite::session)
        .verbose_results();
    let (mut report, updates) = match exec::run(operation, call).await {
        Ok(done) => (BulkWriteError::of_done(many.len(), &done), done.update_results),
        Err(error) if matches!(error.kind(), ErrorKind::Unsupported(_)) => {
            return Err(too_old(&database, error).await);
        }
        Err(error) => {
            let updates = updates_of(&error);
            (BulkWriteError::of_driver(&many, error), updates)
        }
    };
    report.map_failures(unknown_operator);
    for (position, (meaning, target)) in meanings.into_iter().enumerate() {
        match meaning {
            ReplyMeaning::Same => {}
            ReplyMeaning::Delete => {
                if let Some(update) = updates.get(&position) {
                    report.count_as_delete(update.matched_count, update.modified_count);
                }
            }
            ReplyMeaning::OfVersion(guard) => {
                let operation = target.operation(CLIENT_BULK_WRITE);
                if let Some(error) = report.failure(position)
                    && version_guard::is_stale(&target, operation, &guard, error).await
                {
                    report.change_failure(position, |error| error.with_kind(ErrorKind::StaleVersion));
                }
                let missed =
                    |update: &UpdateResult| update.matched_count == 0 && update.upserted_id.is_none();
                if updates.get(&position).is_some_and(missed) {
                    let checked =
                        version_guard::check(&target, operation, *guard, session.as_deref_mut()).await;
                    if let Err(error) = checked {
                        report.fail(position, error);
                    }
                }
            }
        }
    }
    operation.check(report.into_result().map(|(counts, upserted)| ClientBulkWriteResult { counts, upserted }))
}

/// Returns the results of the updates that a partly failed call has made, by the position of the write.
fn updates_of(error: &Error) -> HashMap<usize, UpdateResult> {
    match error.driver().map(|error| &*error.kind) {
        Some(Driver::BulkWrite(error)) => match &error.partial_result {
            Some(PartialBulkWriteResult::Verbose(verbose)) => verbose.update_results.clone(),
            _ => HashMap::new(),
        },
        _ => HashMap::new(),
    }
}

/// Returns the writes with their meanings, or an error with each write that cannot be sent.
fn all(writes: Vec<Result<ClientWrite>>) -> Result<(Vec<WriteModel>, Vec<(ReplyMeaning, Target)>)> {
    let mut report = BulkWriteError::of_writes(writes.len());
    let mut models = Vec::with_capacity(writes.len());
    let mut meanings = Vec::with_capacity(writes.len());
    for (position, write) in writes.into_iter().enumerate() {
        match write {
            Ok(ClientWrite::Ready { model, meaning, target }) => {
                models.push(model);
                meanings.push((meaning, target));
            }
            Ok(ClientWrite::Pending { .. }) => report.fail(position, unfinished()),
            Err(error) => report.fail(position, error),
        }
    }
    report.into_result().map(|_| (models, meanings))
}

/// Returns an error that does not occur: the hooks of a write run before the writes are sent.
#[cold]
fn unfinished() -> Error {
    Error::refused("the hooks of the write have not run")
}

/// Adds the required version and the version of the server to the error.
async fn too_old(database: &Database, error: Error) -> Error {
    let found =
        exec::run(database.operation(ASK_VERSION), database.driver().run_command(doc! { "buildInfo": 1 }))
            .await;
    let found = match found.as_ref().map(|info| info.get_str("version")) {
        Ok(Ok(version)) => format!("this server is {version}"),
        _ => "this server is older".to_owned(),
    };
    error.with_kind(ErrorKind::Unsupported(
        format!(
            "a bulk write across collections needs MongoDB 8.0, and {found}; use the `bulk_write` of each \
             collection"
        )
        .into(),
    ))
}
