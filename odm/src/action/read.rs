//! The driver's calls for reads: each sends a `Ready` query, to which the scope of the collection was applied.

use mongodb::{
    ClientSession,
    action::Action,
    bson::{Bson, Document, RawDocumentBuf},
    options::{
        AggregateOptions, CountOptions, DistinctOptions, EstimatedDocumentCountOptions, FindOneOptions,
        FindOptions,
    },
    raw_batch_cursor::{RawBatchCursor, SessionRawBatchCursor},
};

use super::{
    BorrowedSession, OperationTarget,
    aggregate::{self, AGGREGATE},
    prepare::{check_newer, newer},
};
use crate::{
    collection::Target,
    error::Result,
    exec,
    operation::Verb,
    pipeline::unknown_operator,
    query::{Query, Values, WholeCollection},
    session::allowed_stages,
};

/// Opens a cursor of the documents that match.
pub(crate) async fn find(
    target: &Target,
    verb: Verb,
    query: Result<Query<Document, FindOptions>>,
) -> Result<RawBatchCursor> {
    let operation = target.operation(verb);
    let (filter, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let cursor = exec::run(operation, target.driver().find(filter).with_options(options).batch()).await;
    cursor.map_err(unknown_operator)
}

/// Opens a cursor of the documents that match, in a session.
pub(crate) async fn find_in(
    target: &Target,
    verb: Verb,
    query: Result<Query<Document, FindOptions>>,
    session: &mut BorrowedSession<'_>,
) -> Result<SessionRawBatchCursor> {
    let operation = target.operation(verb);
    let (filter, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let BorrowedSession { driver, observer } = session;
    let call = target.driver().find(filter).with_options(options).session(&mut **driver).batch();
    let found = async { exec::run(operation, call).await.map_err(unknown_operator) };
    Box::pin(observer.observe(found)).await
}

/// Returns the first document that matches.
pub(super) async fn find_one(
    target: &Target,
    verb: Verb,
    query: Result<Query<Document, FindOneOptions>>,
    session: Option<&mut ClientSession>,
) -> Result<Option<RawDocumentBuf>> {
    let operation = target.operation(verb);
    let (filter, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let collection = target.raw();
    let call = collection
        .find_one(filter)
        .with_options(options)
        .optional(session, mongodb::action::FindOne::session);
    exec::run(operation, call).await.map_err(unknown_operator)
}

/// Returns the number of documents that match.
pub(crate) async fn count(
    target: Target,
    verb: Verb,
    query: Result<Query<Document, CountOptions>>,
    session: Option<&mut ClientSession>,
) -> Result<u64> {
    let operation = target.operation(verb);
    let (filter, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let call = target
        .driver()
        .count_documents(filter)
        .with_options(options)
        .optional(session, mongodb::action::CountDocuments::session);
    exec::run(operation, call).await.map_err(unknown_operator)
}

/// Returns the number of documents from the metadata of the collection.
pub(super) async fn estimated_count(
    target: Target,
    verb: Verb,
    query: Result<Query<WholeCollection, EstimatedDocumentCountOptions>>,
) -> Result<u64> {
    let operation = target.operation(verb);
    let (WholeCollection, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let call = target.driver().estimated_document_count().with_options(options);
    exec::run(operation, call).await
}

/// Returns the distinct values of a field.
pub(super) async fn distinct(
    target: &Target,
    verb: Verb,
    query: Result<Query<Values, DistinctOptions>>,
    session: Option<&mut ClientSession>,
) -> Result<Vec<Bson>> {
    let operation = target.operation(verb);
    let (Values { key, filter }, options) =
        operation.check(query.and_then(|query| query.finish(target.policies())))?.into_parts();
    let hinted = options.hint.is_some();
    operation.check(check_newer(target.database().servers(), hinted, "hint", "7.1"))?;
    let call = target
        .driver()
        .distinct(key, filter)
        .with_options(options)
        .optional(session, mongodb::action::Distinct::session);
    let values = exec::run(operation, call).await;
    values.map_err(|error| unknown_operator(newer(error, hinted, "hint", "7.1")))
}

/// Opens a cursor of the rows of a pipeline.
pub(super) async fn aggregate(
    on: OperationTarget,
    query: Result<Query<Vec<Document>, AggregateOptions>>,
) -> Result<RawBatchCursor> {
    let (stages, options) =
        on.operation(AGGREGATE).check(query.and_then(|query| on.finish(query)))?.into_parts();
    let operation = on.operation(aggregate::verb(&stages));
    let cursor = exec::run(operation, pipeline(&on, stages).with_options(options).batch()).await;
    cursor.map_err(unknown_operator)
}

/// Opens a cursor of the rows of a pipeline, in a session.
pub(super) async fn aggregate_in(
    on: &OperationTarget,
    query: Result<Query<Vec<Document>, AggregateOptions>>,
    session: &mut BorrowedSession<'_>,
) -> Result<SessionRawBatchCursor> {
    let (stages, options) =
        on.operation(AGGREGATE).check(query.and_then(|query| on.finish(query)))?.into_parts();
    let operation = on.operation(aggregate::verb(&stages));
    let BorrowedSession { driver, observer } = session;
    if observer.in_transaction() {
        operation.check(allowed_stages(stages.iter()))?;
    }
    let call = pipeline(on, stages).with_options(options).session(&mut **driver).batch();
    Box::pin(observer.observe(async { exec::run(operation, call).await.map_err(unknown_operator) })).await
}

/// Returns the driver's call, without its options.
fn pipeline(on: &OperationTarget, stages: Vec<Document>) -> mongodb::action::Aggregate<'_> {
    match on {
        OperationTarget::Collection(target) => target.driver().aggregate(stages),
        OperationTarget::Database(database) => database.driver().aggregate(stages),
    }
}
