//! `Buffer`: the bounded queue of a subscriber.

use std::{
    collections::VecDeque,
    sync::{Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
};

use super::{
    filtered::FilteredChange,
    hub::{Offered, Sink},
    incoming::Incoming,
    lag::OnLag,
};
use crate::{
    error::{Error, ErrorKind, Result},
    filter::Matcher,
    model::Model,
};

pub(super) struct Buffer<M: Model> {
    filter: Option<Matcher<M>>,
    capacity: usize,
    on_lag: OnLag,
    queue: Mutex<Queue<M>>,
}

struct Queue<M: Model> {
    items: VecDeque<Result<FilteredChange<M>>>,
    /// How many changes were dropped before the first one.
    missed: u64,
    has_ended: bool,
    is_gone: bool,
    receiver: Option<Waker>,
    sender: Option<Waker>,
}

impl<M: Model> Buffer<M> {
    pub(super) fn new(filter: Option<Matcher<M>>, capacity: usize, on_lag: OnLag) -> Self {
        let queue = Queue {
            items: VecDeque::new(),
            missed: 0,
            has_ended: false,
            is_gone: false,
            receiver: None,
            sender: None,
        };
        Self { filter, capacity, on_lag, queue: Mutex::new(queue) }
    }

    pub(super) fn filter(&self) -> Option<&Matcher<M>> {
        self.filter.as_ref()
    }

    fn queue(&self) -> MutexGuard<'_, Queue<M>> {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the number of changes in the buffer.
    pub(super) fn len(&self) -> usize {
        self.queue().items.len()
    }

    pub(super) fn poll_next(&self, cx: &mut Context<'_>) -> Poll<Option<Result<FilteredChange<M>>>> {
        let mut queue = self.queue();
        if let Some(mut item) = queue.items.pop_front() {
            if let Ok(change) = &mut item {
                change.missed = std::mem::take(&mut queue.missed);
            }
            if let Some(sender) = queue.sender.take() {
                sender.wake();
            }
            return Poll::Ready(Some(item));
        }
        if queue.has_ended {
            return Poll::Ready(None);
        }
        queue.receiver = Some(cx.waker().clone());
        Poll::Pending
    }

    /// Marks that nothing will be received any more.
    pub(super) fn close(&self) {
        let mut queue = self.queue();
        queue.is_gone = true;
        queue.has_ended = true;
        queue.items.clear();
        if let Some(sender) = queue.sender.take() {
            sender.wake();
        }
    }
}

impl<M: Model> Queue<M> {
    fn push(&mut self, item: Result<FilteredChange<M>>) {
        self.items.push_back(item);
        if let Some(receiver) = self.receiver.take() {
            receiver.wake();
        }
    }
}

impl<M: Model + Send + Sync> Sink<M> for Buffer<M> {
    fn offer(&self, event: &Incoming<'_, M>) -> Offered {
        {
            let queue = self.queue();
            if queue.is_gone || queue.has_ended {
                return Offered::Gone;
            }
        }
        // Evaluated without the lock, so that the receiver is not held up.
        let item = match event.filtered(self.filter.as_ref()) {
            Ok(None) => return Offered::Taken,
            Ok(Some(change)) => Ok(change),
            Err(error) => Err(error),
        };
        let mut queue = self.queue();
        if queue.items.len() < self.capacity {
            queue.push(item);
            return Offered::Taken;
        }
        match self.on_lag {
            OnLag::Block => Offered::Full,
            OnLag::DropOldest => {
                queue.items.pop_front();
                queue.missed = queue.missed.saturating_add(1);
                queue.push(item);
                Offered::Taken
            }
            OnLag::Fail => {
                queue.push(Err(Error::new(ErrorKind::Lagged)));
                queue.has_ended = true;
                Offered::Gone
            }
        }
    }

    fn poll_room(&self, cx: &mut Context<'_>) -> Poll<()> {
        let mut queue = self.queue();
        if queue.items.len() < self.capacity || queue.is_gone {
            return Poll::Ready(());
        }
        queue.sender = Some(cx.waker().clone());
        Poll::Pending
    }

    fn end(&self, error: Option<Error>) {
        let mut queue = self.queue();
        if let Some(error) = error {
            queue.push(Err(error));
        }
        queue.has_ended = true;
        if let Some(receiver) = queue.receiver.take() {
            receiver.wake();
        }
    }
}
