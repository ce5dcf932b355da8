//! `Fetcher`: the calls of a change stream to the server, each in a task of its own.
//!
//! The driver's own change stream is not used. When the `aggregate` that resumes it is itself retried by
//! `retryReads`, the second attempt carries no resume token, and the events in between are lost without an
//! error. `runCommand` is never retried, so every attempt here is ours and says where to go on.
//!
//! A task runs to its end whatever becomes of the future that waits for it: dropping a driver's future midway
//! can lose an answer, and with it events.

use std::{sync::Arc, time::Duration};

use futures_util::StreamExt;
use mongodb::{
    bson::doc,
    raw_batch_cursor::{RawBatch, RawBatchCursor},
};
use tokio::{runtime::Handle, task::JoinHandle};

use super::{reply::Reply, request::Request, resume_state::Start};
use crate::{
    error::{Error, ErrorKind, Result},
    exec,
    operation::{Operation, Verb},
};

const OPEN: Verb = Verb::new("watch", "aggregate").reading();
const MORE: Verb = Verb::new("watch", "getMore");
const KILL: Verb = Verb::new("watch", "killCursors");

/// A cursor and the batch that came with it. The cursor is gone when the server has closed it.
pub(super) type Answer = (Option<Box<RawBatchCursor>>, Result<Reply>);

#[derive(Debug, Clone)]
pub(super) struct Fetcher {
    request: Arc<Request>,
    runtime: Handle,
}

impl Fetcher {
    /// It is an error if no tokio runtime is there.
    pub(super) fn new(request: Request) -> Result<Self> {
        let runtime = Handle::try_current()
            .map_err(|_| Error::refused("a change stream needs the tokio runtime of its client"))?;
        Ok(Self { request: Arc::new(request), runtime })
    }

    pub(super) fn operation(&self) -> Operation<'_> {
        operation(&self.request, MORE)
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

    /// Asks for the next batch.
    pub(super) fn more(&self, mut cursor: Box<RawBatchCursor>) -> JoinHandle<Answer> {
        let request = Arc::clone(&self.request);
        self.runtime.spawn(async move {
            match more(&request, &mut cursor).await {
                Ok(reply) => with(cursor, reply),
                Err(error) => (None, Err(error)),
            }
        })
    }

    /// Waits.
    pub(super) fn pause(&self, time: Duration) -> JoinHandle<()> {
        self.runtime.spawn(async move { tokio::time::sleep(time).await })
    }

    /// Tells the server that nobody waits for this cursor any more. What it answers changes nothing.
    pub(super) fn kill(&self, cursor: i64) {
        let request = Arc::clone(&self.request);
        self.runtime.spawn(async move {
            let command = doc! { "killCursors": request.collection(), "cursors": [cursor] };
            let mut call = request.database().run_command(command);
            if let Some(selection) = request.selection() {
                call = call.selection_criteria(selection.clone());
            }
            exec::run(operation(&request, KILL), call).await.ok();
        });
    }
}

fn operation(request: &Request, verb: Verb) -> Operation<'_> {
    Operation {
        verb,
        database: request.database().name(),
        collection: Some(request.collection()),
        names: &[],
    }
}

fn with(cursor: Box<RawBatchCursor>, reply: Reply) -> Answer {
    (Some(cursor).filter(|_| !reply.is_last()), Ok(reply))
}

async fn open(request: &Request, start: &Start) -> Result<(Box<RawBatchCursor>, Reply)> {
    let call = request.database().run_cursor_command(request.command(start)?);
    let call = call.with_options(request.cursor_options());
    let (cursor, batch) = exec::run(operation(request, OPEN), async {
        let mut cursor = call.batch().await?;
        let batch = cursor.next().await.transpose()?;
        Ok((cursor, batch))
    })
    .await?;
    Ok((Box::new(cursor), read(batch)?))
}

async fn more(request: &Request, cursor: &mut RawBatchCursor) -> Result<Reply> {
    let call = async { cursor.next().await.transpose() };
    read(exec::run(operation(request, MORE), call).await?)
}

/// No batch at all says that the cursor was closed.
fn read(batch: Option<RawBatch>) -> Result<Reply> {
    let Some(batch) = batch else { return Ok(Reply::default()) };
    Reply::of(batch.as_raw_document())
        .ok_or_else(|| Error::new(ErrorKind::Driver("the server's answer is no batch of changes".into())))
}
