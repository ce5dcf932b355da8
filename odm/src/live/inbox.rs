//! `Inbox`: the events that wait for a live query or a cache, without a filter. If they are too many, they are dropped, and
//! the receiver reads its state again.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::Instant,
};

use mongodb::bson::RawDocumentBuf;

use super::{
    hub::{Offered, Sink},
    incoming::Incoming,
};
use crate::{error::Error, model::Model};

#[derive(Debug)]
pub(super) struct Inbox {
    capacity: usize,
    queue: Mutex<Queue>,
}

#[derive(Debug, Default)]
struct Queue {
    events: VecDeque<(Arc<RawDocumentBuf>, Instant)>,
    /// Since when the oldest event has been waiting that was received, and is not done.
    received: Option<Instant>,
    /// Whether events were dropped.
    has_overflowed: bool,
    end: Option<Error>,
    has_ended: bool,
    is_gone: bool,
    receiver: Option<Waker>,
    /// The time of the last event, also if it was dropped.
    #[cfg(feature = "redis")]
    last_offered: Option<mongodb::bson::Timestamp>,
}

pub(super) enum Received {
    Event(Arc<RawDocumentBuf>),
    /// There were too many events, and all that waited were dropped.
    Overflow,
    /// The end, with the error unless it was returned before.
    End(Option<Error>),
}

impl Inbox {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, queue: Mutex::default() }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Received> {
        let mut queue = self.queue();
        if std::mem::take(&mut queue.has_overflowed) {
            return Poll::Ready(Received::Overflow);
        }
        if let Some((event, since)) = queue.events.pop_front() {
            queue.received.get_or_insert(since);
            return Poll::Ready(Received::Event(event));
        }
        if queue.has_ended {
            return Poll::Ready(Received::End(queue.end.take()));
        }
        queue.receiver = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Removes the next event, if one waits.
    pub(super) fn pop(&self) -> Option<Arc<RawDocumentBuf>> {
        let mut queue = self.queue();
        if queue.has_overflowed {
            return None;
        }
        let (event, since) = queue.events.pop_front()?;
        queue.received.get_or_insert(since);
        Some(event)
    }

    /// Drops the events that wait.
    #[cfg(feature = "redis")]
    pub(super) fn clear(&self) {
        let mut queue = self.queue();
        queue.events.clear();
        queue.has_overflowed = false;
    }

    /// Returns the time of the last event, also if it was dropped.
    #[cfg(feature = "redis")]
    pub(super) fn last_offered(&self) -> Option<mongodb::bson::Timestamp> {
        self.queue().last_offered
    }

    /// Marks that everything is done that was received.
    #[cfg(feature = "redis")]
    pub(super) fn done(&self) {
        self.queue().received = None;
    }

    /// Returns for how long the oldest event has not been done.
    #[cfg(feature = "redis")]
    pub(super) fn waiting(&self) -> std::time::Duration {
        let queue = self.queue();
        let oldest = queue.received.or_else(|| queue.events.front().map(|(_, since)| *since));
        oldest.map_or_else(Default::default, |since| since.elapsed())
    }

    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.is_gone = true;
        queue.has_ended = true;
        queue.events.clear();
        if let Some(receiver) = queue.receiver.take() {
            receiver.wake();
        }
    }
}

impl<M: Model> Sink<M> for Inbox {
    fn offer(&self, event: &Incoming<'_, M>) -> Offered {
        let mut queue = self.queue();
        if queue.is_gone {
            return Offered::Gone;
        }
        #[cfg(feature = "redis")]
        {
            queue.last_offered = queue.last_offered.max(super::incoming::time_of(event.raw()));
        }
        if queue.events.len() >= self.capacity {
            queue.events.clear();
            queue.has_overflowed = true;
        }
        if !queue.has_overflowed {
            queue.events.push_back((Arc::clone(event.raw()), Instant::now()));
        }
        if let Some(receiver) = queue.receiver.take() {
            receiver.wake();
        }
        Offered::Taken
    }

    fn end(&self, error: Option<Error>) {
        let mut queue = self.queue();
        queue.end = error;
        queue.has_ended = true;
        if let Some(receiver) = queue.receiver.take() {
            receiver.wake();
        }
    }
}
