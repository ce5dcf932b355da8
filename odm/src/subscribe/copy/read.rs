//! The task that reads the existing documents.

use mongodb::{
    bson::{Bson, Document, RawBson, RawDocument, RawDocumentBuf, Timestamp, doc, serialize_to_bson},
    options::{AggregateOptions, RunCursorCommandOptions},
};
use tokio::{sync::mpsc::Sender, time::sleep};

use super::{
    super::{
        position::{Chunk, first_time},
        setup::Setup,
    },
    Batch, Existing,
};
use crate::{
    cursor::replies,
    error::{Error, ErrorKind, Result},
    operation::Verb,
    query::Query,
    random::roll,
    watch::{
        ResumeToken,
        classify::{Classification, SNAPSHOT_ATTEMPTS, classify},
        resume_state::{Start, pause},
    },
};

const OPEN: Verb = Verb::new("subscribe", "aggregate").reading();

/// How many documents one reply contains, if the caller sets no batch size.
const BATCH: u32 = 1000;

/// Reads all documents, and sends them.
pub(super) async fn read(
    setup: &Setup,
    mut after: Option<Bson>,
    begun: Option<Timestamp>,
    sender: &Sender<Result<Batch>>,
) -> Result<()> {
    let mut base = None;
    let mut failures = 0_u32;
    loop {
        let Err(error) = snapshot(setup, &mut after, begun, &mut base, &mut failures, sender).await else {
            return Ok(());
        };
        let most = match classify(&error) {
            Classification::Broken | Classification::Away => u32::MAX,
            Classification::Doubt => SNAPSHOT_ATTEMPTS,
            Classification::End => 0,
        };
        failures = failures.saturating_add(1);
        if failures > most {
            return Err(error);
        }
        tracing::warn!(
            subscription = setup.name,
            error = %error,
            failures,
            "reading the existing documents was interrupted and continues in a new snapshot",
        );
        sleep(pause(failures, roll())).await;
        if sender.is_closed() {
            return Ok(());
        }
    }
}

/// Reads documents in one snapshot, and sends them.
async fn snapshot(
    setup: &Setup,
    after: &mut Option<Bson>,
    begun: Option<Timestamp>,
    base: &mut Option<ResumeToken>,
    failures: &mut u32,
    sender: &Sender<Result<Batch>>,
) -> Result<()> {
    let operation = setup.target.operation(OPEN);
    let mut options = RunCursorCommandOptions::default();
    options.selection_criteria.clone_from(&setup.options.selection_criteria);
    if options.selection_criteria.is_none() {
        options.selection_criteria = setup.target.driver().selection_criteria().cloned();
    }
    options.batch_size = Some(batch_size(setup));
    let database = setup.target.database().driver();
    let command = command(setup, query(setup, after.as_ref())?);
    let (mut cursor, mut batch) = replies::open(database, command, options, operation).await?;
    let at = batch.as_ref().and_then(|batch| {
        replies::cursor_of(batch.as_raw_document()).ok()?.get_timestamp("atClusterTime").ok()
    });
    let at = at.ok_or_else(|| {
        Error::new(ErrorKind::Driver("the server's answer has no cluster time of its snapshot".into()))
    })?;
    let base = match base {
        Some(base) => base.clone(),
        None => {
            let begun = begun.or_else(|| first_time(&[Chunk { through: None, at }]));
            let start = begun.map_or(Start::Now, Start::AtTime);
            let token = setup.probe(start).await?.ok_or_else(|| {
                Error::new(ErrorKind::Driver("the server's answer has no resume token".into()))
            })?;
            base.insert(token).clone()
        }
    };
    while let Some(reply) = batch {
        let rows = rows(reply.as_raw_document(), &base, at)?;
        if let Some(last) = rows.last() {
            *after = Some(last.id.clone());
            *failures = 0;
            if sender.send(Ok(Batch { rows, base: base.clone(), last: None })).await.is_err() {
                return Ok(());
            }
        }
        batch = replies::more(&mut cursor, operation.more()).await?;
    }
    sender.send(Ok(Batch { rows: Vec::new(), base, last: Some(at) })).await.ok();
    Ok(())
}

fn batch_size(setup: &Setup) -> u32 {
    setup.options.batch_size.filter(|size| *size > 0).unwrap_or(BATCH)
}

/// Returns the stages that read the documents as events.
///
/// A comparison by `$expr` includes ids of all types, which are ordered by type.
fn query(setup: &Setup, after: Option<&Bson>) -> Result<Vec<Document>> {
    let mut pipeline = Vec::new();
    if let Some(id) = after {
        pipeline.push(doc! { "$match": { "$expr": { "$gt": ["$_id", { "$literal": id.clone() }] } } });
    }
    pipeline.push(doc! { "$sort": { "_id": 1 } });
    pipeline.push(doc! { "$replaceWith": {
        "_id": { "_data": "existing", "id": "$_id" },
        "operationType": "insert",
        "clusterTime": "$$CLUSTER_TIME",
        "wallTime": "$$NOW",
        "fullDocument": "$$ROOT",
        "ns": { "db": { "$literal": setup.target.database().name() }, "coll": { "$literal": setup.target.name() } },
        "documentKey": { "_id": "$_id" },
    } });
    pipeline.extend(setup.partition.as_ref().map(|partition| partition.stage(None)));
    pipeline.extend(setup.filters.stages(None));
    let of_stream = |stage: &&Document| !stage.contains_key("$changeStreamSplitLargeEvent");
    pipeline.extend(setup.stages.iter().filter(of_stream).cloned());
    // As the stream, the copy has all documents, also those that a policy hides.
    let servers = setup.target.database().servers();
    Ok(Query::new(pipeline, AggregateOptions::default()).unscoped(servers)?.into_parts().0)
}

/// Returns the command. The collation is that of the change stream, so that both order the ids in the same way.
fn command(setup: &Setup, pipeline: Vec<Document>) -> Document {
    let collation = setup.options.collation.as_ref().and_then(|it| serialize_to_bson(it).ok());
    let mut command = doc! {
        "aggregate": setup.target.name(),
        "pipeline": pipeline,
        "cursor": { "batchSize": i64::from(batch_size(setup)) },
        "readConcern": { "level": "snapshot" },
        "collation": collation.unwrap_or_else(|| Bson::Document(doc! { "locale": "simple" })),
        "allowDiskUse": true,
    };
    if let Some(comment) = &setup.options.comment {
        command.insert("comment", comment.clone());
    }
    command
}

/// Reads the documents of a reply.
fn rows(reply: &RawDocument, base: &ResumeToken, at: Timestamp) -> Result<Vec<Existing>> {
    let mut rows = Vec::new();
    for event in replies::documents(reply)? {
        let row = existing(event?, base, at).ok_or_else(|| {
            Error::refused(
                "a stage of the pipeline changes or removes `_id`, which is the resume token of a change: keep it",
            )
        })?;
        rows.push(row);
    }
    Ok(rows)
}

/// Reads the `_id` of the document from the event, and replaces that of the event by the token.
fn existing(event: &RawDocument, base: &ResumeToken, at: Timestamp) -> Option<Existing> {
    let mut id = None;
    let mut replaced = RawDocumentBuf::new();
    for element in event {
        let (key, value) = element.ok()?;
        if key == "_id" {
            let value = value.as_document()?.get("id").ok()??;
            let bytes = RawBson::from(value);
            id = Some(Bson::try_from(bytes).ok()?);
            replaced.append(key, base.as_raw().to_owned());
        } else {
            replaced.append(key, value);
        }
    }
    Some(Existing { id: id?, event: replaced, at })
}

#[cfg(test)]
mod tests {
    use mongodb::bson::rawdoc;

    use super::*;

    #[test]
    fn the_token_of_a_document_is_that_of_the_stream_after_the_first_snapshot() {
        let at = Timestamp { time: 1, increment: 1 };
        let base = ResumeToken::try_from(doc! { "_data": "82" }).unwrap();
        let event = rawdoc! { "operationType": "insert", "_id": { "_data": "existing", "id": 7 } };
        let row = existing(&event, &base, at).unwrap();
        assert_eq!(row.id, Bson::Int32(7));
        assert_eq!(row.event, rawdoc! { "operationType": "insert", "_id": { "_data": "82" } });
        assert!(existing(&rawdoc! { "operationType": "insert" }, &base, at).is_none());
    }
}
