//! The replies to a command that opens a cursor, for reads that do not decode documents.

use futures_util::StreamExt as _;
use mongodb::{
    Database,
    bson::{Document, RawBsonRef, RawDocument},
    options::RunCursorCommandOptions,
    raw_batch_cursor::{RawBatch, RawBatchCursor},
};

use crate::{
    error::{Error, ErrorKind, Result},
    exec,
    operation::Operation,
};

/// Sends the command. Returns the cursor, and the first reply.
pub(crate) async fn open(
    database: &Database,
    command: Document,
    options: RunCursorCommandOptions,
    operation: Operation<'_>,
) -> Result<(RawBatchCursor, Option<RawBatch>)> {
    let call = database.run_cursor_command(command).with_options(options);
    exec::run(operation, async {
        let mut cursor = call.batch().await?;
        let reply = cursor.next().await.transpose()?;
        Ok((cursor, reply))
    })
    .await
}

/// Requests the next reply. Returns `None` after the last one.
pub(crate) async fn more(cursor: &mut RawBatchCursor, operation: Operation<'_>) -> Result<Option<RawBatch>> {
    exec::run(operation, async { cursor.next().await.transpose() }).await
}

/// Returns the document of a reply that describes the cursor.
pub(crate) fn cursor_of(reply: &RawDocument) -> Result<&RawDocument> {
    reply.get_document("cursor").map_err(|_| unreadable())
}

/// Returns the documents of a reply.
pub(crate) fn documents(reply: &RawDocument) -> Result<impl Iterator<Item = Result<&RawDocument>>> {
    let cursor = cursor_of(reply)?;
    let batch = cursor.get_array("nextBatch").or_else(|_| cursor.get_array("firstBatch"));
    let documents = batch.map_err(|_| unreadable())?.into_iter();
    Ok(documents.map(|document| document.ok().and_then(RawBsonRef::as_document).ok_or_else(unreadable)))
}

fn unreadable() -> Error {
    Error::new(ErrorKind::Driver("the server's answer is not a batch of documents".into()))
}
