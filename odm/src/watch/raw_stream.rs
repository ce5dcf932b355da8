//! `RawStream`: a change stream of events that are not decoded. It is not generic, so that it is compiled only once.

mod link;

use std::{
    collections::VecDeque,
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::{Duration, Instant},
};

use mongodb::{
    bson::{RawDocument, RawDocumentBuf, Timestamp},
    raw_batch_cursor::RawBatchCursor,
};
use tokio::task::{JoinError, JoinHandle};

use self::link::{Link, Step};
use super::{
    classify::{Classification, RequestKind, classify, with_stream_kind},
    fetch::{Answer, Fetcher},
    fragments::Fragments,
    options::StreamOptions,
    reply::Reply,
    resume_state::{self, Next, ResumeState, Start},
    token::ResumeToken,
};
use crate::{
    error::{Error, ErrorKind, Result},
    operation::Operation,
    random::roll,
};

/// The events that were received, and the state of the request for more.
pub(crate) struct RawStream {
    fetcher: Fetcher,
    state: ResumeState,
    events: VecDeque<RawDocumentBuf>,
    /// The fragments of the event after `events`.
    fragments: Fragments,
    /// The position after `events`.
    after: Option<ResumeToken>,
    link: Link,
    /// A timer. The stream does nothing until it is over.
    pause: Option<JoinHandle<()>>,
    last_reply: LastReply,
}

/// The last reply of a stream. Its events may be returned much later.
#[derive(Debug, Clone, Copy)]
pub(crate) struct LastReply {
    /// The operation time of the deployment.
    pub(crate) server_time: Option<Timestamp>,
    /// When the reply arrived.
    pub(crate) at: Instant,
}

/// The result of [`RawStream::poll_peek`].
pub(crate) enum Peeked {
    /// An event. It stays in [`RawStream::front`] until [`RawStream::pass`] removes it.
    Event,
    /// A reply without events.
    Nothing,
    /// The end of the stream, with the error unless it was returned before.
    End(Option<Error>),
}

impl RawStream {
    pub(crate) async fn open(
        request: StreamOptions,
        start: Start,
        max_outage: Option<Duration>,
    ) -> Result<Self> {
        let state = ResumeState::new(start, max_outage);
        let state = if request.retries_reads() { state } else { state.opening_once() };
        let mut stream = Self::new(request, state)?;
        std::future::poll_fn(|cx| stream.poll_open(cx)).await?;
        Ok(stream)
    }

    /// Returns a stream that continues after the change with this token. It opens its cursor when it is polled. While no
    /// server is available, it waits like a stream that was interrupted.
    #[cfg(feature = "live")]
    pub(crate) fn continuing(
        request: StreamOptions,
        token: ResumeToken,
        max_outage: Option<Duration>,
    ) -> Result<Self> {
        let mut state = ResumeState::new(Start::After(token), max_outage);
        state.opened(None);
        Self::new(request, state)
    }

    fn new(request: StreamOptions, state: ResumeState) -> Result<Self> {
        Ok(Self {
            state,
            fetcher: Fetcher::new(request)?,
            events: VecDeque::new(),
            fragments: Fragments::default(),
            after: None,
            link: Link::Closed,
            pause: None,
            last_reply: LastReply { server_time: None, at: Instant::now() },
        })
    }

    pub(crate) fn operation(&self) -> Operation<'_> {
        self.fetcher.operation()
    }

    pub(crate) fn token(&self) -> Option<&ResumeToken> {
        self.state.token()
    }

    /// Returns the last reply of the server.
    pub(crate) fn last_reply(&self) -> LastReply {
        self.last_reply
    }

    pub(super) fn has_ended(&self) -> bool {
        self.events.is_empty() && matches!(self.link, Link::Ended)
    }

    pub(crate) fn front(&self) -> Option<&RawDocument> {
        self.events.front().map(AsRef::as_ref)
    }

    /// Removes the front event, and sets the position to `token`, which is the token of the event.
    pub(crate) fn pass(&mut self, token: ResumeToken) {
        self.stop_pause();
        self.events.pop_front();
        self.state.reached(token);
        if self.events.is_empty() {
            self.reach_batch_end();
        }
    }

    /// Starts a pause before the front event is returned again. It was returned `times` times.
    pub(crate) fn hold(&mut self, times: u32) {
        self.wait(resume_state::pause(times, roll()));
    }

    /// Ends the stream, and discards the received events.
    pub(super) fn end(&mut self) {
        self.events.clear();
        self.link = Link::Ended;
    }

    /// Waits for the next event, and sends the requests for it. With `once`, waits for at most one reply.
    pub(crate) fn poll_peek(&mut self, cx: &mut Context<'_>, once: bool) -> Poll<Peeked> {
        loop {
            ready!(self.poll_pause(cx));
            if !self.events.is_empty() {
                return Poll::Ready(Peeked::Event);
            }
            match ready!(self.poll_link(cx)) {
                Step::Answered if once && self.events.is_empty() && !self.is_ending() => {
                    return Poll::Ready(Peeked::Nothing);
                }
                Step::Answered | Step::Requested | Step::Failed => {}
                Step::Ended(error) => return Poll::Ready(Peeked::End(error)),
            }
        }
    }

    fn poll_open(&mut self, cx: &mut Context<'_>) -> Poll<Result<()>> {
        loop {
            ready!(self.poll_pause(cx));
            match ready!(self.poll_link(cx)) {
                Step::Answered => return Poll::Ready(Ok(())),
                Step::Requested | Step::Failed => {}
                Step::Ended(error) => {
                    let error = error.unwrap_or_else(|| self.gone());
                    return Poll::Ready(Err(error));
                }
            }
        }
    }

    /// Performs one step towards the next batch.
    fn poll_link(&mut self, cx: &mut Context<'_>) -> Poll<Step> {
        match &mut self.link {
            Link::Idle { .. } | Link::Closed => {
                self.ask();
                Poll::Ready(Step::Requested)
            }
            Link::Fetching { task, .. } => {
                let answer = ready!(Pin::new(task).poll(cx));
                Poll::Ready(self.answered(answer, RequestKind::ForMore))
            }
            Link::Opening { task, request_kind } => {
                let request_kind = *request_kind;
                let answer = ready!(Pin::new(task).poll(cx));
                Poll::Ready(self.answered(answer, request_kind))
            }
            Link::Ending(_) | Link::Ended => {
                let Link::Ending(error) = mem::replace(&mut self.link, Link::Ended) else {
                    return Poll::Ready(Step::Ended(None));
                };
                Poll::Ready(Step::Ended(Some(error)))
            }
        }
    }

    /// Requests the next batch, or a cursor if the stream has none.
    fn ask(&mut self) {
        self.link = match mem::replace(&mut self.link, Link::Closed) {
            Link::Idle { cursor, number } => Link::Fetching { task: self.fetcher.more(cursor), number },
            _ => Link::Opening {
                task: self.fetcher.open(self.state.start()),
                request_kind: if self.state.token().is_some() {
                    RequestKind::ToResume
                } else {
                    RequestKind::ToOpen
                },
            },
        };
    }

    fn answered(&mut self, answer: Result<Answer, JoinError>, request_kind: RequestKind) -> Step {
        match answer {
            Ok((cursor, Ok(reply))) => {
                self.take(cursor, reply, request_kind);
                Step::Answered
            }
            Ok((_, Err(error))) => {
                let error = with_stream_kind(error, request_kind);
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

    fn take(&mut self, cursor: Option<Box<RawBatchCursor>>, reply: Reply, request_kind: RequestKind) {
        if request_kind != RequestKind::ForMore {
            self.state.opened(reply.time);
        }
        if request_kind == RequestKind::ForMore || !reply.events.is_empty() {
            if self.state.failures() > 0 {
                tracing::info!(namespace = %self.operation().namespace(), "the change stream continues");
            }
            self.state.answered();
        }
        let server_time = reply.time.or(self.last_reply.server_time);
        self.last_reply = LastReply { server_time, at: Instant::now() };
        let number = reply.cursor;
        self.link = if let Some(cursor) = cursor {
            Link::Idle { cursor, number }
        } else {
            Link::Ending(Error::new(ErrorKind::Invalidated).during(&self.operation()))
        };
        self.events = self.fragments.join(reply.events);
        // The position after a fragment is in the middle of its event.
        self.after = reply.token.filter(|_| self.fragments.is_empty());
        if self.events.is_empty() {
            self.reach_batch_end();
        }
    }

    /// Sets the position to the end of the batch, after all its events were returned.
    fn reach_batch_end(&mut self) {
        if let Some(token) = self.after.take() {
            self.state.reached(token);
        }
    }

    fn failed(&mut self, error: Error, class: Classification) -> Step {
        self.fragments.clear();
        match self.state.failed(class, Instant::now(), roll()) {
            Next::Reopen(after) => {
                tracing::warn!(
                    namespace = %self.operation().namespace(),
                    error = %error,
                    failures = self.state.failures(),
                    pause_ms = u64::try_from(after.as_millis()).unwrap_or(u64::MAX),
                    "the change stream was interrupted and opens a new cursor at its position",
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

    /// Creates the error of a stream whose runtime has been shut down.
    fn gone(&self) -> Error {
        let error = Error::refused("the tokio runtime of the change stream has been shut down");
        error.during(&self.operation())
    }

    fn wait(&mut self, time: Duration) {
        self.stop_pause();
        if !time.is_zero() {
            self.pause = Some(self.fetcher.pause(time));
        }
    }

    fn stop_pause(&mut self) {
        if let Some(pause) = self.pause.take() {
            pause.abort();
        }
    }

    fn poll_pause(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(pause) = &mut self.pause else { return Poll::Ready(()) };
        // If the runtime was shut down, the task of the pause ends too. The next step then detects the shutdown.
        ready!(Pin::new(pause).poll(cx)).ok();
        self.pause = None;
        Poll::Ready(())
    }
}

/// Closes the cursor on the server. The driver closes an idle cursor when it is dropped. If a batch has been
/// requested, the cursor would stay open until the batch is received, so it is killed here.
impl Drop for RawStream {
    fn drop(&mut self) {
        self.stop_pause();
        if let Link::Fetching { number, .. } = self.link {
            self.fetcher.kill(number);
        }
    }
}

impl fmt::Debug for RawStream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawStream")
            .field("events", &self.events.len())
            .field("link", &self.link.name())
            .finish_non_exhaustive()
    }
}
