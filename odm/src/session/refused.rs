//! What a server refuses in a transaction.

use std::borrow::Cow;

use mongodb::bson::{Bson, Document};

use crate::{
    error::{Error, Result},
    policies::{SEARCHES, STATE_OF_SERVER},
};

/// Returns why no pipeline in a transaction can have the stage, or `None` if it can.
fn refused_stage(name: &str) -> Option<&'static str> {
    match name {
        "$changeStream" => Some("it waits for later changes"),
        "$merge" | "$out" => Some(WRITES),
        "$unionWith" => Some("read the other collection with an aggregation of its own"),
        _ if STATE_OF_SERVER.contains(&name) => Some("it reads the state of the server, not documents"),
        _ if SEARCHES.contains(&name) => {
            Some("a search index is not part of a transaction: run the search outside of it")
        }
        _ => None,
    }
}

const WRITES: &str = "run the aggregation outside of the transaction, or write its rows with `insert_many`";

/// The commands that cannot be part of a transaction, and what to do instead.
const COMMANDS: [(&str, &str); 20] = [
    ("abortTransaction", "return an error from the body, or call `abort`"),
    ("collMod", OUTSIDE),
    ("collStats", OUTSIDE),
    ("commitTransaction", "return `Ok` from the body, or call `commit`"),
    ("compact", OUTSIDE),
    ("convertToCapped", OUTSIDE),
    ("count", "use the verb `count`, which counts with an aggregation"),
    ("dbStats", OUTSIDE),
    ("drop", OUTSIDE),
    ("dropDatabase", OUTSIDE),
    ("dropIndexes", OUTSIDE),
    ("explain", OUTSIDE),
    ("listCollections", OUTSIDE),
    ("listDatabases", OUTSIDE),
    ("listIndexes", OUTSIDE),
    ("mapReduce", OUTSIDE),
    ("ping", OUTSIDE),
    ("renameCollection", OUTSIDE),
    ("serverStatus", OUTSIDE),
    ("validate", OUTSIDE),
];

const OUTSIDE: &str = "run it outside of the transaction";

/// Returns an error if a stage of the pipeline, or of a pipeline in it, cannot be part of a transaction.
pub(crate) fn allowed_stages<'a>(mut stages: impl Iterator<Item = &'a Document>) -> Result<()> {
    stages.try_for_each(allowed_stage)
}

fn allowed_stage(stage: &Document) -> Result<()> {
    let Some((name, argument)) = stage.iter().next() else { return Ok(()) };
    if let Some(reason) = refused_stage(name) {
        return Err(refusal(name, reason));
    }
    match (name.as_str(), argument) {
        ("$lookup", Bson::Document(lookup)) => lookup.get("pipeline").map_or(Ok(()), allowed_pipeline),
        ("$facet", Bson::Document(facets)) => {
            facets.iter().try_for_each(|(_, pipeline)| allowed_pipeline(pipeline))
        }
        _ => Ok(()),
    }
}

/// Returns an error if a stage of the pipeline cannot be part of a transaction. The server refuses what is no pipeline.
fn allowed_pipeline(pipeline: &Bson) -> Result<()> {
    allowed_stages(pipeline.as_array().into_iter().flatten().filter_map(Bson::as_document))
}

/// Returns an error if the command cannot be part of a transaction.
pub(crate) fn allowed_command(command: &Document) -> Result<()> {
    let Some(first) = command.keys().next() else { return Ok(()) };
    if let Some((name, reason)) = COMMANDS.iter().find(|(name, _)| name.eq_ignore_ascii_case(first)) {
        return Err(refusal(name, reason));
    }
    match command.get("pipeline") {
        Some(pipeline) if first == "aggregate" => allowed_pipeline(pipeline),
        _ => Ok(()),
    }
}

fn refusal(name: &str, reason: &str) -> Error {
    Error::refused(Cow::Owned(format!("`{name}` cannot be part of a transaction: {reason}")))
}
