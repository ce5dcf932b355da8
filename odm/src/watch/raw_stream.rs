//! `RawStream`: a change stream before its events are decoded. One copy of this code serves every model.

use std::{
    collections::VecDeque,
    fmt,
    hash::{BuildHasher, Hasher, RandomState},
    mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use mongodb::{
    bson::{RawDocument, RawDocumentBuf},
    raw_batch_cursor::RawBatchCursor,
};
use tokio::task::{JoinError, JoinHandle};

use super::{
    classify::{Classification, Occasion, classify, named},
    fetch::{Answer, Fetcher},
    reply::Reply,
    request::Request,
    resume_state::{self, Next, ResumeState, Start},
    token::ResumeToken,
};
use crate::{
    error::{Error, ErrorKind, Result},
    operation::Operation,
};

/// The events that are here, and the way to those that are not.
pub(super) struct RawStream {
    feed: Fetcher,
    state: ResumeState,
    events: VecDeque<RawDocumentBuf>,
    /// Where the history stands after `events`.
    after: Option<ResumeToken>,
    link: Link,
    /// Nothing is done before this is over.
    pause: Option<JoinHandle<()>>,
}

/// What stands between the stream and the server. Nothing is asked before someone waits for it.
enum Link {
    /// A cursor, and nothing asked.
    Idle { cursor: Box<RawBatchCursor>, number: i64 },
    /// The next batch is asked for.
    Fetching { task: JoinHandle<Answer>, number: i64 },
    /// No cursor.
    Closed,
    /// A cursor is asked for.
    Opening { task: JoinHandle<Answer>, asked: Occasion },
    /// No more after `events` but this error.
    Ending(Error),
    /// No more.
    Ended,
}

/// What [`RawStream::poll_front`] finds.
pub(super) enum Front {
    /// An event. It stays in [`RawStream::front`] until it is passed.
    Event,
    /// An answer without events.
    Nothing,
    /// The end, and why if nobody was told.
    End(Option<Error>),
}

impl RawStream {
    pub(super) async fn open(request: Request, start: Start, max_outage: Option<Duration>) -> Result<Self> {
        let state = ResumeState::new(start, max_outage);
        let mut tail = Self {
            state: if request.retries_reads() { state } else { state.opening_once() },
            feed: Fetcher::new(request)?,
            events: VecDeque::new(),
            after: None,
            link: Link::Closed,
            pause: None,
        };
        std::future::poll_fn(|cx| tail.poll_open(cx)).await?;
        Ok(tail)
    }

    pub(super) fn operation(&self) -> Operation<'_> {
        self.feed.operation()
    }

    pub(super) fn token(&self) -> Option<&ResumeToken> {
        self.state.token()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.events.is_empty() && matches!(self.link, Link::Ended)
    }

    pub(super) fn front(&self) -> Option<&RawDocument> {
        self.events.front().map(AsRef::as_ref)
    }

    /// Takes the front event, which stands at `token`.
    pub(super) fn pass(&mut self, token: ResumeToken) -> Option<RawDocumentBuf> {
        self.stop_pause();
        let event = self.events.pop_front();
        self.state.reached(token);
        if self.events.is_empty() {
            self.arrive();
        }
        event
    }

    /// Keeps the front event, which was given `times` times, a while before it is given again.
    pub(super) fn hold(&mut self, times: u32) {
        self.wait(resume_state::pause(times, roll()));
    }

    /// Leaves the events that are here, and asks for no more.
    pub(super) fn end(&mut self) {
        self.events.clear();
        self.link = Link::Ended;
    }

    /// The next event, after what it takes to get one. With `once`, after one answer at most.
    pub(super) fn poll_front(&mut self, cx: &mut Context<'_>, once: bool) -> Poll<Front> {
        loop {
            ready!(self.poll_pause(cx));
            if !self.events.is_empty() {
                return Poll::Ready(Front::Event);
            }
            match ready!(self.poll_link(cx)) {
                Step::Answered if once && self.events.is_empty() && !self.is_ending() => {
                    return Poll::Ready(Front::Nothing);
                }
                Step::Answered | Step::Occasion | Step::Failed => {}
                Step::Ended(error) => return Poll::Ready(Front::End(error)),
            }
        }
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            ready!(self.poll_pause(cx));
            match ready!(self.poll_link(cx)) {
                Step::Answered => return Poll::Ready(Ok(())),
                Step::Occasion | Step::Failed => {}
                Step::Ended(error) => {
                    let error = error.unwrap_or_else(|| self.gone());
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    /// One step towards the next batch.
    fn poll_link(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        match &mut self.link {
            Link::Idle { .. } | Link::Closed => {
                self.ask();
                Poll::Ready(Step::Occasion)
            }
            Link::Fetching { task, .. } => {
                let answer = ready!(Pin::new(task).poll(cx));
                Poll::Ready(self.answered(answer, Occasion::ForMore))
            }
            Link::Opening { task, asked } => {
                let asked = *asked;
                let answer = ready!(Pin::new(task).poll(cx));
                Poll::Ready(self.answered(answer, asked))
            }
            Link::Ending(_) | Link::Ended => {
                let Link::Ending(error) = mem::replace(&mut self.link, Link::Ended) else {
                    return Poll::Ready(Step::Ended(None));
                };
                Poll::Ready(Step::Ended(Some(error)))
            }
        }
    }

    /// Asks for the next batch, or for a cursor.
    fn ask(&mut self) {
        self.link = match mem::replace(&mut self.link, Link::Closed) {
            Link::Idle { cursor, number } => Link::Fetching { task: self.feed.more(cursor), number },
            _ => Link::Opening {
                task: self.feed.open(self.state.start()),
                asked: if self.state.token().is_some() { Occasion::ToResume } else { Occasion::ToOpen },
            },
        };
    }

    fn answered(&mut self, answer: Result<Answer, JoinError>, asked: Occasion) -> Step {
        match answer {
            Ok((cursor, Ok(reply))) => {
                self.take(cursor, reply, asked);
                Step::Answered
            }
            Ok((_, Err(error))) => {
                let error = named(error, asked);
                let class = classify(&error);
                self.failed(error, class)
            }
            Err(lost) if lost.is_panic() => {
                let error = Error::new(ErrorKind::Driver("the driver panicked".into()));
                let error = error.during(&self.operation());
                self.failed(error, Classification::Doubt)
            }
            Err(_) => {
                self.link = Link::Ending(self.gone());
                Step::Failed
            }
        }
    }

    fn take(&mut self, cursor: Option<Box<RawBatchCursor>>, reply: Reply, asked: Occasion) {
        if asked != Occasion::ForMore {
            self.state.opened(reply.time);
        }
        if asked == Occasion::ForMore || !reply.events.is_empty() {
            if self.state.failures() > 0 {
                tracing::info!(namespace = %self.operation().namespace(), "the change stream goes on");
            }
            self.state.answered();
        }
        let number = reply.cursor;
        self.link = if let Some(cursor) = cursor {
            Link::Idle { cursor, number }
        } else {
            Link::Ending(Error::new(ErrorKind::Invalidated).during(&self.operation()))
        };
        self.after = reply.token;
        self.events = reply.events;
        if self.events.is_empty() {
            self.arrive();
        }
    }

    /// Everything of the batch was handed out.
    fn arrive(&mut self) {
        if let Some(token) = self.after.take() {
            self.state.reached(token);
        }
    }

    fn failed(&mut self, error: Error, class: Classification) -> Step {
        match self.state.failed(class, Instant::now(), roll()) {
            Next::Reopen(after) => {
                tracing::warn!(
                    namespace = %self.operation().namespace(),
                    error = %error,
                    failures = self.state.failures(),
                    pause_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
                    "the change stream was interrupted and opens a new cursor where it stands",
                );
                self.link = Link::Closed;
                self.wait(after);
            }
            Next::End => self.link = Link::Ending(error),
        }
        Step::Failed
    }

    fn is_ending(&self) -> bool {
        matches!(self.link, Link::Ending(_) | Link::Ended)
    }

    /// The runtime that the stream was opened on has been shut down.
    fn gone(&self) -> Error {
        let error = Error::refused("the tokio runtime of the change stream has been shut down");
        error.during(&self.operation())
    }

    fn wait(&mut self, time: Duration) {
        self.stop_pause();
        if !time.is_zero() {
            self.pause = Some(self.feed.pause(time));
        }
    }

    fn stop_pause(&mut self) {
        if let Some(pause) = self.pause.take() {
            pause.abort();
        }
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(pause) = &mut self.pause else { return Poll::Ready(()) };
        // A pause that was cut short by the end of its runtime is over too: the next step finds out.
        ready!(Pin::new(pause).poll(cx)).ok();
        self.pause = None;
        Poll::Ready(())
    }
}

/// What a step came to.
enum Step {
    /// Something was asked of the server.
    Occasion,
    /// The server answered.
    Answered,
    /// It did not.
    Failed,
    /// There is nothing more.
    Ended(Option<Error>),
}

/// The server is told that nobody waits: an idle cursor tells it itself when dropped, one with a batch on
/// the way would hold on until that comes.
impl Drop for RawStream {
    fn drop(&mut self) {
        self.stop_pause();
        if let Link::Fetching { number, .. } = self.link {
            self.feed.kill(number);
        }
    }
}

impl fmt::Debug for RawStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let link = match &self.link {
            Link::Idle { .. } => "idle",
            Link::Fetching { .. } => "fetching",
            Link::Closed => "closed",
            Link::Opening { .. } => "opening",
            Link::Ending(_) => "ending",
            Link::Ended => "ended",
        };
        f.debug_struct("Tail")
            .field("events", &self.events.len())
            .field("link", &link)
            .finish_non_exhaustive()
    }
}

/// A random number: the seeds of the standard library's hash maps are.
fn roll() -> u32 {
    let hash = RandomState::new().build_hasher().finish();
    u32::try_from(hash >> 32).unwrap_or_default()
}
