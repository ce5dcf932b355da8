//! `Copy`: the existing documents of a collection, as events.
//!
//! A task reads the collection by `_id`, in a snapshot of the server. If the snapshot is lost (after some minutes, or
//! by a failover), it continues in a new one after the last document. The documents of one snapshot are a chunk: the
//! stream, which begins after the first snapshot, must not return changes that a later chunk contains
//! (`super::position::exclusion`).

mod read;

use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, ready},
};

use mongodb::bson::{Bson, RawDocument, RawDocumentBuf, Timestamp, doc};
use tokio::sync::mpsc::{Receiver, channel};

use self::read::read;
use super::{
    position::{Chunk, Chunks, first_time},
    setup::Setup,
};
use crate::{
    error::{Error, Result},
    value::{Value, Writer},
    watch::ResumeToken,
};

/// The existing documents that were read and not delivered.
#[derive(Debug)]
pub(super) struct Copy {
    batches: Receiver<Result<Batch>>,
    rows: VecDeque<Existing>,
    /// What was delivered.
    copied: Chunks,
    /// The token of a stream that begins directly after the first snapshot. The events of documents contain it.
    base: Option<ResumeToken>,
}

/// One document.
#[derive(Debug)]
struct Existing {
    id: Bson,
    /// The event, with the token of the base as its `_id`.
    event: RawDocumentBuf,
    at: Timestamp,
}

/// One reply.
#[derive(Debug)]
struct Batch {
    rows: Vec<Existing>,
    base: ResumeToken,
    /// The time of the snapshot if this is the last batch.
    last: Option<Timestamp>,
}

/// The result of [`Copy::poll_peek`].
pub(super) enum Peeked {
    /// The first documents were read: [`Copy::copied`] has the time of their snapshot.
    Begun,
    Event,
    /// The end of the documents. The stream follows.
    End,
    Failed(Error),
}

impl Copy {
    /// Starts to read the documents after those that are already copied.
    pub(super) fn start(setup: Arc<Setup>, copied: Chunks) -> Self {
        let (sender, batches) = channel(1);
        // A chunk through `MinKey` has no document yet.
        let after = copied.last().and_then(|chunk| chunk.through.clone()).filter(|id| *id != Bson::MinKey);
        let begun = first_time(&copied);
        tokio::spawn(async move {
            if let Err(error) = read(&setup, after, begun, &sender).await {
                sender.send(Err(error)).await.ok();
            }
        });
        Self { batches, rows: VecDeque::new(), copied, base: None }
    }

    pub(super) fn poll_peek(&mut self, cx: &mut Context<'_>) -> Poll<Peeked> {
        loop {
            if let Some(first) = self.rows.front() {
                if self.copied.is_empty() {
                    self.copied = [Chunk { through: Some(Bson::MinKey), at: first.at }].into();
                    return Poll::Ready(Peeked::Begun);
                }
                return Poll::Ready(Peeked::Event);
            }
            match ready!(self.batches.poll_recv(cx)) {
                Some(Ok(Batch { rows, base, last: None })) => {
                    self.rows = rows.into();
                    self.base = Some(base);
                }
                Some(Ok(Batch { base, last: Some(at), .. })) => {
                    self.base = Some(base);
                    self.copied = extended(&self.copied, Chunk { through: None, at });
                    return Poll::Ready(Peeked::End);
                }
                Some(Err(error)) => return Poll::Ready(Peeked::Failed(error)),
                None => {
                    let gone = Error::refused("the tokio runtime of the subscription has been shut down");
                    return Poll::Ready(Peeked::Failed(gone));
                }
            }
        }
    }

    pub(super) fn front(&self) -> Option<&RawDocument> {
        self.rows.front().map(|row| row.event.as_ref())
    }

    /// Returns the key of the front document, which is the same each time that it is delivered.
    pub(super) fn key(&self) -> String {
        use std::fmt::Write as _;
        let mut key = self.base.as_ref().map(ResumeToken::data).unwrap_or_default().to_owned();
        key.push('/');
        if let Some(row) = self.rows.front() {
            let mut writer = Writer::new();
            doc! { "_id": row.id.clone() }.encode(&mut writer).ok();
            for byte in writer.as_bytes() {
                // Writing to a string cannot fail.
                let _ = write!(key, "{byte:02X}");
            }
        }
        key
    }

    /// Returns what is copied after the front document.
    pub(super) fn after_front(&self) -> Chunks {
        let front = self.rows.front().map(|row| Chunk { through: Some(row.id.clone()), at: row.at });
        front.map_or_else(|| Arc::clone(&self.copied), |chunk| extended(&self.copied, chunk))
    }

    /// Removes the front document.
    pub(super) fn pass(&mut self) {
        self.copied = self.after_front();
        self.rows.pop_front();
    }

    /// Returns what was copied.
    pub(super) fn copied(&self) -> &Chunks {
        &self.copied
    }
}

/// Returns the chunks with a further document or, if it is of the same snapshot, a longer last chunk.
fn extended(chunks: &Chunks, chunk: Chunk) -> Chunks {
    let before = match chunks.split_last() {
        Some((last, before)) if last.at == chunk.at => before,
        _ => chunks,
    };
    before.iter().cloned().chain([chunk]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn documents_of_one_snapshot_are_one_chunk() {
        let chunk = |through: Option<i32>, time| Chunk {
            through: through.map(Bson::from),
            at: Timestamp { time, increment: 1 },
        };
        let mut chunks = Chunks::default();
        for (through, time) in [(Some(1), 1), (Some(2), 1), (Some(3), 2), (None, 2)] {
            chunks = extended(&chunks, chunk(through, time));
        }
        assert_eq!(&chunks[..], [chunk(Some(2), 1), chunk(None, 2)]);
    }
}
