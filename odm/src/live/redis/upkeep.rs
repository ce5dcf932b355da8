//! `Upkeep`: the task that removes the documents that change from Redis.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
    time::Duration,
};

use mongodb::bson::Timestamp;
use redis::RedisResult;
use tokio::time::sleep;

use super::{
    super::{
        fan_out::FanOut,
        hub::Sink,
        inbox::{Inbox, Received},
        incoming::{id_bytes, id_of, time_of},
    },
    entry::Store,
    log,
};
use crate::{model::Model, random::roll, watch::resume_state::pause};

/// How many events wait. If there are more, the generation changes.
const WAITING: usize = 10_000;
/// How many ids one command removes, at most.
const BATCH: usize = 500;

pub(super) struct Upkeep {
    inbox: Arc<Inbox>,
    /// Whether everything that has changed was removed, up to what waits.
    works: AtomicBool,
    is_stopped: AtomicBool,
    /// The position of the stream when this process began.
    begun: Option<Timestamp>,
}

/// What one step of the task does.
enum Step {
    /// These ids, which have changed until this time.
    Remove(Vec<Vec<u8>>, Option<Timestamp>),
    StartGeneration,
    End,
}

impl Upkeep {
    /// Starts a generation, and the task.
    pub(super) async fn start<M: Model + Send + Sync>(
        store: Store,
        fan_out: &FanOut<M>,
    ) -> RedisResult<Arc<Self>> {
        let inbox = Arc::new(Inbox::new(WAITING));
        let begun = fan_out.hub().add(Arc::clone(&inbox) as Arc<dyn Sink<M>>).time;
        let upkeep =
            Arc::new(Self { inbox, works: AtomicBool::new(true), is_stopped: AtomicBool::new(false), begun });
        // What was removed before is of another generation.
        store.start_generation().await?;
        tokio::spawn(Arc::clone(&upkeep).run(store));
        Ok(upkeep)
    }

    pub(super) fn inbox(&self) -> &Inbox {
        &self.inbox
    }

    pub(super) fn works(&self) -> bool {
        self.works.load(Ordering::Acquire)
    }

    /// Returns how long the oldest event has been waiting.
    pub(super) fn waiting(&self) -> Duration {
        self.inbox.waiting()
    }

    /// Returns the time of the last change that this process has removed, will remove soon, or never removes, because it
    /// was before its beginning.
    pub(super) fn received(&self) -> Option<Timestamp> {
        self.begun.max(self.inbox.last_offered())
    }

    pub(super) fn stop(&self) {
        self.is_stopped.store(true, Ordering::Release);
        self.inbox.close();
    }

    async fn run(self: Arc<Self>, store: Store) {
        let mut failures = 0_u32;
        loop {
            let result = match self.next().await {
                Step::Remove(ids, time) => store.remove(&ids, time).await,
                Step::StartGeneration => store.start_generation().await,
                Step::End => return,
            };
            let Err(error) = result else {
                self.inbox.done();
                continue;
            };
            log(&error);
            // Until a new generation, what is in Redis may be old.
            self.works.store(false, Ordering::Release);
            loop {
                failures = failures.saturating_add(1);
                sleep(pause(failures, roll())).await;
                if self.is_stopped.load(Ordering::Acquire) {
                    return;
                }
                self.inbox.clear();
                if store.start_generation().await.is_ok() {
                    break;
                }
            }
            failures = 0;
            self.inbox.done();
            self.works.store(true, Ordering::Release);
        }
    }

    /// Waits for events, and takes those that are there.
    async fn next(&self) -> Step {
        let (mut ids, mut time) = (Vec::new(), None);
        poll_fn(|cx| {
            loop {
                match self.inbox.poll_next(cx) {
                    Poll::Ready(Received::Event(event)) => {
                        time = time.max(time_of(&event));
                        match id_of(&event) {
                            Some(id) => ids.push(id_bytes(id)),
                            None => return Poll::Ready(Step::StartGeneration),
                        }
                    }
                    Poll::Ready(Received::Overflow) => return Poll::Ready(Step::StartGeneration),
                    Poll::Ready(Received::End(_)) => return Poll::Ready(Step::End),
                    Poll::Pending if ids.is_empty() => return Poll::Pending,
                    Poll::Pending => return Poll::Ready(Step::Remove(std::mem::take(&mut ids), time)),
                }
                if ids.len() >= BATCH {
                    return Poll::Ready(Step::Remove(std::mem::take(&mut ids), time));
                }
            }
        })
        .await
    }
}
