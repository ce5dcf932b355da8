//! `Fetcher`: the calls of a change stream to the server, each in its own task.
//!
//! This module does not use the driver's change stream. If `retryReads` retries the `aggregate` that resumes it, the
//! second attempt contains no resume token, and the events in between are lost without an error. The driver never
//! retries `runCommand`, so this module makes every attempt itself and each contains the position to resume from.
//!
//! A task runs to its end even if the future that waits for it is dropped. Dropping a future of the driver before it
//! is complete can lose a reply and its events.

use std::{sync::Arc, time::Duration};

use mongodb::{
    bson::doc,
    raw_batch_cursor::{RawBatch, RawBatchCursor},
};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{options::StreamOptions, reply::Reply, resume_state::Start};
use crate::{
    cursor::replies,
    error::{Error, ErrorKind, Result},
    exec,
    operation::{Operation, Verb},
};

const OPEN: Verb = Verb::reads("watch", "aggregate").reading();
const MORE: Verb = Verb::reads("watch", "getMore");
const KILL: Verb = Verb::reads("watch", "killCursors");

/// A cursor and the batch that was received with it. The cursor is `None` if the server has closed it.
pub(super) type Answer = (Option<Box<RawBatchCursor>>, Result<Reply>);

#[derive(Debug, Clone)]
pub(super) struct Fetcher {
    request: Arc<StreamOptions>,
    runtime: Handle,
}

impl Fetcher {
    /// Returns an error if it is called outside a tokio runtime.
    pub(super) fn new(request: StreamOptions) -> Result<Self> {
        let runtime = Handle::try_current()
            .map_err(|_| Error::refused("a change stream needs the tokio runtime of its client"))?;
        Ok(Self { request: Arc::new(request), runtime })
    }

    pub(super) fn operation(&self) -> Operation<'_> {
        self.request.operation(MORE)
    }

    /// Opens a cursor.
    pub(super) fn open(&self, start: &Start) -> JoinHandle<Answer> {
        let (request, start) = (Arc::clone(&self.request), start.clone());
        self.runtime.spawn(async move {
            match open(&request, &start).await {
                Ok((cursor, reply)) => with(cursor, reply),
                Err(error) => (None, Err(error)),
            }
        })
    }

    /// Requests the next batch.
    pub(super) fn more(&self, mut cursor: Box<RawBatchCursor>) -> JoinHandle<Answer> {
        let request = Arc::clone(&self.request);
        self.runtime.spawn(async move {
            match more(&request, &mut cursor).await {
                Ok(reply) => with(cursor, reply),
                Err(error) => (None, Err(error)),
            }
        })
    }

    /// Starts a timer. It is a task of the stream's runtime, because the stream may be polled outside of it.
    pub(super) fn pause(&self, time: Duration) -> JoinHandle<()> {
        self.runtime.spawn(async move { tokio::time::sleep(time).await })
    }

    /// Closes this cursor on the server. The reply is ignored.
    pub(super) fn kill(&self, cursor: i64) {
        let request = Arc::clone(&self.request);
        self.runtime.spawn(async move {
            let command = doc! { "killCursors": request.cursor_collection(), "cursors": [cursor] };
            let database = request.database();
            let mut call = database.run_command(command);
            if let Some(selection) = request.selection() {
                call = call.selection_criteria(selection.clone());
            }
            exec::run(request.operation(KILL), call).await.ok();
        });
    }
}

fn with(cursor: Box<RawBatchCursor>, reply: Reply) -> Answer {
    (Some(cursor).filter(|_| !reply.is_last()), Ok(reply))
}

async fn open(request: &StreamOptions, start: &Start) -> Result<(Box<RawBatchCursor>, Reply)> {
    let database = request.database();
    let (command, options) = (request.command(start)?, request.cursor_options());
    let (cursor, batch) = replies::open(&database, command, options, request.operation(OPEN)).await?;
    Ok((Box::new(cursor), read(batch)?))
}

async fn more(request: &StreamOptions, cursor: &mut RawBatchCursor) -> Result<Reply> {
    read(replies::more(cursor, request.operation(MORE)).await?)
}

/// Reads a batch. If the driver returns no batch, the cursor was closed.
fn read(batch: Option<RawBatch>) -> Result<Reply> {
    let Some(batch) = batch else { return Ok(Reply::default()) };
    Reply::of(batch.as_raw_document())
        .ok_or_else(|| Error::new(ErrorKind::Driver("the server's answer is not a batch of changes".into())))
}
