//! `Runner`: the loop of a run.

use std::{
    fmt,
    future::poll_fn,
    pin::pin,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};

use futures_core::future::BoxFuture;
use futures_util::future::{Either, select};
use mongodb::bson::RawDocumentBuf;
use tokio::{sync::OwnedMutexGuard, time::sleep};

use super::{
    dead_letter::{Letter, store},
    delivery::Item,
    policy::Incident,
    position::Position,
    raw_subscription::{self, RawSubscription},
    run::Limits,
    setup::Setup,
    store::Term,
    subscription::close,
    tracker::Tracker,
};
use crate::{
    error::{Error, Result},
    random::roll,
    value::OwnedRow,
    watch::ResumeToken,
};

/// What is done with each change.
pub(super) trait Work<Row, E>: Sync {
    /// Handles a change once.
    fn attempt<'a>(
        &'a self,
        front: &'a CurrentChange,
        item: Item<Row>,
    ) -> BoxFuture<'a, Result<Attempted, E>>
    where
        Row: 'a,
        E: 'a;

    /// Stores a dead letter. Returns the guard of a position that was saved with it.
    fn store_letter<'a>(
        &'a self,
        front: &'a CurrentChange,
        letter: &'a Letter,
    ) -> BoxFuture<'a, Result<Attempted>> {
        Box::pin(async move {
            store(&front.setup, letter).await?;
            Ok(Attempted::Handled)
        })
    }
}

/// The outcome of an attempt.
pub(super) enum Attempted {
    /// The change was handled, and is to be acknowledged.
    Handled,
    /// The change was handled, and the position was saved with it. No other position is saved as long as this guard
    /// exists.
    Saved(OwnedMutexGuard<()>),
    /// The change was handled before, by a transaction whose outcome was not known. No other position is saved as long as
    /// this guard exists.
    Committed(OwnedMutexGuard<()>),
    /// The term has ended.
    Superseded,
}

/// The change that is handled, and what a transaction needs to save its position.
pub(super) struct CurrentChange {
    pub(super) setup: Arc<Setup>,
    pub(super) term: Term,
    pub(super) tracker: Arc<Tracker>,
    pub(super) after: Position,
    pub(super) event: RawDocumentBuf,
    pub(super) key: String,
    pub(super) is_existing: bool,
}

impl CurrentChange {
    /// Decodes the change.
    pub(super) fn item<Row: OwnedRow>(&self, attempt: u32) -> Result<Item<Row>> {
        let copied_key = self.is_existing.then_some(self.key.as_str());
        let item = Item::read(&self.event, copied_key, attempt);
        item.map_err(|error| error.during(&self.setup.target.operation(raw_subscription::SUBSCRIBE)))
    }
}

/// What follows a change.
enum Next<E> {
    Continue,
    Stop,
    Fail(E),
}

pub(super) struct Runner<'h> {
    raw: RawSubscription,
    limits: Limits<'h>,
    is_stopped: bool,
}

impl<'h> Runner<'h> {
    pub(super) fn new(raw: RawSubscription, limits: Limits<'h>) -> Self {
        Self { raw, limits, is_stopped: false }
    }

    /// Handles changes until the end, and stores the position.
    pub(super) async fn run<Row, E, W>(mut self, work: &W) -> Result<(), E>
    where
        Row: OwnedRow + Send,
        E: From<Error> + fmt::Display + Send,
        W: Work<Row, E>,
    {
        let outcome = loop {
            match self.front().await {
                Some(raw_subscription::Peeked::Event) => {}
                None | Some(raw_subscription::Peeked::End(None)) => break Ok(()),
                Some(
                    raw_subscription::Peeked::End(Some(error)) | raw_subscription::Peeked::Refused(error),
                ) => {
                    break Err(E::from(error));
                }
            }
            match self.handle::<Row, E, W>(work).await {
                Next::Continue => {}
                Next::Stop => break Ok(()),
                Next::Fail(error) => break Err(error),
            }
        };
        let closed = close(&mut self.raw).await;
        match (outcome, closed) {
            (Ok(()), Err(error)) if !error.is_superseded() => Err(E::from(error)),
            (outcome, _) => outcome,
        }
    }

    /// Waits for the next change. Returns `None` if the run is stopped.
    async fn front(&mut self) -> Option<raw_subscription::Peeked> {
        let raw = &mut self.raw;
        let front = pin!(poll_fn(|cx| raw.poll_peek(cx)));
        let Some(until) = &mut self.limits.until else { return Some(front.await) };
        // The stop comes first: a busy stream does not delay it.
        match select(until, front).await {
            Either::Left(_) => {
                self.limits.until = None;
                self.is_stopped = true;
                None
            }
            Either::Right((front, _)) => Some(front),
        }
    }

    /// Handles the front change.
    async fn handle<Row, E, W>(&mut self, work: &W) -> Next<E>
    where
        Row: OwnedRow + Send,
        E: From<Error> + fmt::Display + Send,
        W: Work<Row, E>,
    {
        let front = match self.describe() {
            Ok(Some(front)) => front,
            Ok(None) => return Next::Continue,
            Err(error) => {
                self.raw.end(None);
                return Next::Fail(E::from(error));
            }
        };
        let mut attempt = 1_u32;
        loop {
            let item = match front.item::<Row>(attempt) {
                Ok(item) => item,
                Err(error) => {
                    let reason = error.to_string();
                    return self.store_letter(work, &front, &reason, 0, || E::from(error)).await;
                }
            };
            let Some(attempted) = self.within_term(&front, work.attempt(&front, item)).await else {
                return self.interrupted();
            };
            match attempted {
                Ok(attempted) => return self.acknowledge(&front, attempted),
                Err(error) if attempt > self.limits.retries => {
                    let reason = error.to_string();
                    return self.store_letter(work, &front, &reason, attempt, || error).await;
                }
                Err(error) => {
                    tracing::warn!(
                        subscription = front.setup.name,
                        attempt,
                        "the handler of the subscription returned an error and is called again",
                    );
                    drop(error);
                }
            }
            if !self.rest(&front, self.pause(attempt)).await {
                return self.interrupted();
            }
            attempt = attempt.saturating_add(1);
        }
    }

    /// Stores a dead letter and continues, or fails if there are none.
    async fn store_letter<Row, E, W>(
        &mut self,
        work: &W,
        front: &CurrentChange,
        reason: &str,
        attempts: u32,
        error: impl FnOnce() -> E,
    ) -> Next<E>
    where
        E: From<Error>,
        W: Work<Row, E>,
    {
        let Some(collection) = self.limits.dead_letters.clone() else { return Next::Fail(error()) };
        let letter = Letter {
            collection,
            key: front.key.clone(),
            event: front.event.clone(),
            reason: reason.to_owned(),
            attempts,
            is_written: AtomicBool::new(false),
        };
        let mut failures = 0_u32;
        loop {
            match self.within_term(front, work.store_letter(front, &letter)).await {
                None => return self.interrupted(),
                Some(Ok(attempted)) => {
                    if matches!(attempted, Attempted::Handled | Attempted::Saved(_)) {
                        self.raw.monitor.dead_letter();
                        front.setup.report(&Incident::DeadLetter { key: front.key.clone() });
                    }
                    return self.acknowledge(front, attempted);
                }
                Some(Err(error)) => {
                    failures = failures.saturating_add(1);
                    if failures > self.limits.retries {
                        return Next::Fail(E::from(error));
                    }
                    if !self.rest(front, self.pause(failures)).await {
                        return self.interrupted();
                    }
                }
            }
        }
    }

    fn acknowledge<E>(&mut self, front: &CurrentChange, attempted: Attempted) -> Next<E> {
        let guard = match attempted {
            Attempted::Handled => None,
            Attempted::Saved(guard) | Attempted::Committed(guard) => Some(guard),
            Attempted::Superseded => {
                front.tracker.lose();
                return Next::Continue;
            }
        };
        if let Some(passed) = self.raw.pass() {
            passed.tracker.acknowledge(passed.number);
            if guard.is_some() {
                let (_, saving) = passed.tracker.to_save();
                passed.tracker.saved(saving);
            }
        }
        drop(guard);
        if self.is_stopped { Next::Stop } else { Next::Continue }
    }

    fn interrupted<E>(&self) -> Next<E> {
        if self.is_stopped { Next::Stop } else { Next::Continue }
    }

    /// Returns the front change, or `None` if the term has ended.
    fn describe(&self) -> Result<Option<CurrentChange>> {
        let (Some(event), Some(current)) = (self.raw.front(), self.raw.current()) else { return Ok(None) };
        let (Some(key), Some(after)) = (self.raw.key(), self.raw.next_position()) else {
            let cause = ResumeToken::of_event(event).err();
            let error = cause.map_or_else(
                || Error::refused("the change has no position"),
                |cause| Error::decode_event(event.to_owned(), cause),
            );
            return Err(error.during(&self.raw.operation()));
        };
        Ok(Some(CurrentChange {
            setup: Arc::clone(&self.raw.setup),
            term: current.term.clone(),
            tracker: Arc::clone(&current.tracker),
            after,
            event: event.to_owned(),
            key,
            is_existing: self.raw.is_existing(),
        }))
    }

    /// Waits for the work. Returns `None` if the term ends, or if the run is stopped and the time for it has passed.
    async fn within_term<T>(&mut self, front: &CurrentChange, work: BoxFuture<'_, T>) -> Option<T> {
        let grace = self.limits.grace;
        let stop = async {
            match &mut self.limits.until {
                Some(until) => until.await,
                None => std::future::pending().await,
            }
        };
        let lost = pin!(front.tracker.lost());
        let work = select(work, lost);
        match select(pin!(stop), work).await {
            Either::Right((Either::Left((done, _)), _)) => Some(done),
            Either::Right((Either::Right(_), _)) => None,
            Either::Left(((), work)) => {
                self.limits.until = None;
                self.is_stopped = true;
                match select(pin!(sleep(grace)), work).await {
                    Either::Right((Either::Left((done, _)), _)) => Some(done),
                    _ => None,
                }
            }
        }
    }

    /// Waits before the next attempt. Returns `false` if the term ends, or if the run is stopped.
    async fn rest(&mut self, front: &CurrentChange, time: Duration) -> bool {
        if self.is_stopped {
            return false;
        }
        let (time, lost) = (pin!(sleep(time)), pin!(front.tracker.lost()));
        let rest = select(time, lost);
        let Some(until) = &mut self.limits.until else { return matches!(rest.await, Either::Left(_)) };
        match select(until, rest).await {
            Either::Right((rest, _)) => matches!(rest, Either::Left(_)),
            Either::Left(_) => {
                self.limits.until = None;
                self.is_stopped = true;
                false
            }
        }
    }

    /// Returns the pause after this number of failures. The second half of it is random.
    fn pause(&self, failures: u32) -> Duration {
        let (first, longest) = self.limits.backoff;
        let whole = first.saturating_mul(1 << (failures.saturating_sub(1)).min(16)).min(longest);
        let half = whole / 2;
        half + half.mul_f64(f64::from(roll()) / f64::from(u32::MAX))
    }
}
