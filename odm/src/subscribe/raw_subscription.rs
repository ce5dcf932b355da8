//! `RawSubscription`: the changes of a subscription that are not decoded. It is not generic, so that it is compiled only once.

mod beginning;
mod reaction;

use std::{
    fmt,
    future::Future,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use futures_core::future::BoxFuture;
use mongodb::bson::RawDocument;
use tokio::{
    runtime::Handle,
    time::{Sleep, sleep},
};

use super::{
    copy::{self, Copy},
    lag::LagWatch,
    monitor::{Monitor, Phase},
    policy::Incident,
    position::{Chunks, Place, Position, overlap},
    setup::Setup,
    start::{Batches, Restart, Source, Started, start},
    store::Term,
    term_task::TermTask,
    tracker::{Room, Tracker},
};
use crate::{
    error::{Error, ErrorKind, Result},
    operation::{Operation, Verb},
    random::roll,
    watch::{
        ResumeToken,
        raw_stream::{Peeked as StreamPeeked, RawStream},
        resume_state::pause,
    },
};

pub(super) const SUBSCRIBE: Verb = Verb::new("subscribe", "getMore");

pub(super) struct RawSubscription {
    pub(super) setup: Arc<Setup>,
    pub(super) monitor: Monitor,
    state: State,
    current: Option<Current>,
    /// The position after the last change that was passed.
    frontier: Option<Position>,
    /// Whether the existing documents are delivered because the history was lost, and the stream has not begun.
    is_recovering: bool,
    /// How many events the replies of the current source contain. Only [`restart`](Self::restart) sets it.
    batches: Batches,
    /// A pause before the front change is returned again.
    hold: Option<Pin<Box<Sleep>>>,
}

/// The current term, and what belongs to it.
pub(super) struct Current {
    pub(super) term: Term,
    pub(super) tracker: Arc<Tracker>,
    _task: TermTask,
    _lag: LagWatch,
}

enum State {
    Starting(BoxFuture<'static, Result<Started>>),
    /// The first existing documents were read. Before they are delivered, the time of their snapshot is saved: their
    /// keys depend on it.
    Beginning(Copy, BoxFuture<'static, Result<()>>),
    Copying(Copy),
    Streaming {
        stream: RawStream,
        overlap: Chunks,
    },
    /// The subscription has ended. The error was not returned yet.
    Ended(Option<Error>),
}

/// The result of [`RawSubscription::poll_peek`].
pub(super) enum Peeked {
    /// A change. It stays in [`RawSubscription::front`] until [`RawSubscription::pass`] removes it.
    Event,
    /// An error after which the subscription continues.
    Refused(Error),
    /// The end, with the error unless it was returned before.
    End(Option<Error>),
}

/// What identifies a delivered change.
pub(super) struct Passed {
    pub(super) tracker: Arc<Tracker>,
    pub(super) number: u64,
}

impl RawSubscription {
    /// Creates the changes of a subscription, whose first term has not begun. With `is_patient`, an error that passes
    /// does not end it before that.
    pub(super) fn new(setup: Setup, monitor: Monitor, is_patient: bool) -> Self {
        let setup = Arc::new(setup);
        let starting = start(Arc::clone(&setup), Restart::Load, None, is_patient);
        Self {
            setup,
            monitor,
            state: State::Starting(Box::pin(starting)),
            current: None,
            frontier: None,
            is_recovering: false,
            batches: Batches::Configured,
            hold: None,
        }
    }

    pub(super) fn operation(&self) -> Operation<'_> {
        self.setup.target.operation(SUBSCRIBE)
    }

    pub(super) fn current(&self) -> Option<&Current> {
        self.current.as_ref()
    }

    /// Waits until the first term has begun, or has failed.
    pub(super) fn poll_begin(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        while let State::Starting(starting) = &mut self.state {
            let started = ready!(starting.as_mut().poll(cx));
            self.started(started);
        }
        match &mut self.state {
            State::Ended(error) => Poll::Ready(error.take().map_or(Ok(()), Err)),
            _ => Poll::Ready(Ok(())),
        }
    }

    /// Waits for the next change.
    pub(super) fn poll_peek(&mut self, cx: &mut Context<'_>) -> Poll<Peeked> {
        loop {
            if let Some(hold) = &mut self.hold {
                ready!(hold.as_mut().poll(cx));
                self.hold = None;
            }
            if !matches!(self.state, State::Ended(_)) && self.is_superseded() {
                self.superseded(Error::new(ErrorKind::Superseded));
            }
            if matches!(self.state, State::Copying(_) | State::Streaming { .. })
                && let Some(current) = &self.current
            {
                match current.tracker.room(self.setup.settings.max_unacknowledged, cx.waker()) {
                    Room::Free => {}
                    Room::Full => return Poll::Pending,
                    Room::Stuck => return Poll::Ready(Peeked::Refused(self.stuck())),
                }
            }
            match &mut self.state {
                State::Starting(starting) => {
                    let started = ready!(starting.as_mut().poll(cx));
                    self.started(started);
                }
                State::Beginning(_, saving) => {
                    let saved = ready!(saving.as_mut().poll(cx));
                    self.begun(saved);
                }
                State::Copying(copy) => match ready!(copy.poll_peek(cx)) {
                    copy::Peeked::Begun => self.save_beginning(),
                    copy::Peeked::Event => return Poll::Ready(Peeked::Event),
                    copy::Peeked::End => self.copied(),
                    copy::Peeked::Failed(error) => self.failed(error),
                },
                State::Streaming { stream, overlap: chunks } => match ready!(stream.poll_peek(cx, true)) {
                    StreamPeeked::Event => {
                        self.monitor.replied(stream.last_reply());
                        return Poll::Ready(Peeked::Event);
                    }
                    StreamPeeked::Nothing => {
                        self.monitor.replied(stream.last_reply());
                        self.is_recovering = false;
                        let token = stream.token().cloned();
                        if let Some(token) = token {
                            let chunks = overlap(chunks, token.cluster_time());
                            self.quiet(Place::After(token, chunks));
                            if let Some(position) = self.frontier.clone() {
                                self.passed(&position);
                            }
                        }
                    }
                    StreamPeeked::End(error) => {
                        let place =
                            stream.token().map(|token| Place::After(token.clone(), Arc::clone(chunks)));
                        if let Some(place) = place {
                            self.quiet(place);
                        }
                        let gone = || Error::refused("the change stream has ended");
                        self.failed(error.unwrap_or_else(gone));
                    }
                },
                State::Ended(error) => return Poll::Ready(Peeked::End(error.take())),
            }
        }
    }

    /// Returns the change that [`poll_peek`](Self::poll_peek) has found.
    pub(super) fn front(&self) -> Option<&RawDocument> {
        match &self.state {
            State::Copying(copy) => copy.front(),
            State::Streaming { stream, .. } => stream.front(),
            State::Starting(_) | State::Beginning(..) | State::Ended(_) => None,
        }
    }

    /// Returns whether the front change is an existing document.
    pub(super) fn is_existing(&self) -> bool {
        matches!(self.state, State::Copying(_))
    }

    /// Returns the key of the front change if it is an existing document.
    pub(super) fn copied_key(&self) -> Option<String> {
        match &self.state {
            State::Copying(copy) => Some(copy.key()),
            _ => None,
        }
    }

    /// Returns the key of the front change.
    pub(super) fn key(&self) -> Option<String> {
        let of_event = || Some(ResumeToken::of_event(self.front()?).ok()?.data().to_owned());
        self.copied_key().or_else(of_event)
    }

    /// Returns the position after the front change.
    pub(super) fn next_position(&self) -> Option<Position> {
        let deployment = self.frontier.as_ref()?.deployment.clone();
        let place = match &self.state {
            State::Copying(copy) => Place::Copy(copy.after_front()),
            State::Streaming { stream, overlap: chunks } => {
                let token = ResumeToken::of_event(stream.front()?).ok()?;
                let chunks = overlap(chunks, token.cluster_time());
                Place::After(token, chunks)
            }
            State::Starting(_) | State::Beginning(..) | State::Ended(_) => return None,
        };
        Some(Position { place, deployment })
    }

    /// Removes the front change, which is delivered. Returns `None` if there is none.
    pub(super) fn pass(&mut self) -> Option<Passed> {
        let position = self.next_position()?;
        self.hold = None;
        match (&mut self.state, &position.place) {
            (State::Copying(copy), _) => {
                copy.pass();
                self.monitor.delivered();
            }
            (State::Streaming { stream, overlap }, Place::After(token, chunks)) => {
                stream.pass(token.clone());
                *overlap = Arc::clone(chunks);
                self.is_recovering = false;
                self.monitor.delivered();
            }
            _ => return None,
        }
        self.frontier = Some(position.clone());
        let tracker = Arc::clone(&self.current.as_ref()?.tracker);
        let number = tracker.delivered(position.clone());
        self.passed(&position);
        Some(Passed { tracker, number })
    }

    /// Starts a pause before the front change is returned again. It was returned `times` times.
    pub(super) fn hold(&mut self, times: u32) {
        let time = pause(times, roll());
        self.hold = (time > Duration::ZERO).then(|| Box::pin(sleep(time)));
    }

    /// Ends the subscription.
    pub(super) fn end(&mut self, error: Option<Error>) {
        self.state = State::Ended(error);
        self.monitor.set_phase(Phase::Ended);
    }

    fn quiet(&mut self, place: Place) {
        let (Some(frontier), Some(current)) = (&mut self.frontier, &self.current) else { return };
        if frontier.place != place {
            frontier.place = place;
            current.tracker.passed(frontier.clone());
        }
    }

    fn is_superseded(&self) -> bool {
        self.current.as_ref().is_some_and(|current| current.tracker.is_lost())
    }

    fn started(&mut self, started: Result<Started>) {
        let Started { term, renewed, position, source } = match started {
            Ok(started) => started,
            Err(error) => return self.failed(error),
        };
        match &self.current {
            Some(current) => current.tracker.passed(position.clone()),
            None => self.begin_term(term, position.clone(), renewed),
        }
        self.frontier = Some(position);
        self.state = match source {
            Source::Copy(copy) => {
                self.monitor.set_phase(Phase::ExistingDocuments);
                State::Copying(copy)
            }
            Source::Stream { stream, overlap } => {
                self.monitor.set_phase(Phase::Streaming);
                self.monitor.replied(stream.last_reply());
                State::Streaming { stream, overlap }
            }
            Source::Failed(error) => return self.failed(error),
        };
    }

    /// Begins a term.
    fn begin_term(&mut self, term: Term, position: Position, renewed: Instant) {
        let Ok(runtime) = Handle::try_current() else {
            return self.end(Some(Error::refused("a subscription needs the tokio runtime of its client")));
        };
        let tracker = Arc::new(Tracker::new(position, self.setup.settings.cadence.every));
        let setup = Arc::clone(&self.setup);
        let term_task = TermTask::start(&runtime, setup, term.clone(), Arc::clone(&tracker), renewed);
        let (setup, of_lag) = (Arc::clone(&self.setup), Arc::clone(&tracker));
        let lag = LagWatch::start(&runtime, setup, of_lag, self.monitor.clone());
        self.monitor.begin(&term, Arc::clone(&tracker));
        self.setup.report(&Incident::TermBegan { fence: term.fence() });
        self.current = Some(Current { term, tracker, _task: term_task, _lag: lag });
    }

    fn restart(&mut self, restart: Restart) {
        self.batches = restart.batches();
        let term = self.current.as_ref().map(|current| current.term.clone());
        self.state = State::Starting(Box::pin(start(Arc::clone(&self.setup), restart, term, true)));
    }
}

/// The monitor of a subscription that was dropped, or whose task has panicked or was aborted, shows its end.
impl Drop for RawSubscription {
    fn drop(&mut self) {
        self.monitor.set_phase(Phase::Ended);
    }
}

impl fmt::Debug for RawSubscription {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match &self.state {
            State::Starting(_) => "starting",
            State::Beginning(..) => "beginning",
            State::Copying(_) => "copying",
            State::Streaming { .. } => "streaming",
            State::Ended(_) => "ended",
        };
        f.debug_struct("RawSubscription")
            .field("setup", &self.setup)
            .field("state", &state)
            .finish_non_exhaustive()
    }
}
