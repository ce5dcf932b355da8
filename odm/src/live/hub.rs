//! `Hub`: the task that reads the change stream and distributes its events.

use std::{
    future::poll_fn,
    pin::pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use futures_util::future::{Either, select};
use mongodb::bson::{RawDocumentBuf, Timestamp};
use tokio::sync::Notify;

use super::incoming::{Incoming, time_of};
use crate::{
    error::{Error, ErrorKind, Result},
    model::Model,
    subscribe::OnInvalidate,
    watch::{
        ResumeToken,
        options::StreamOptions,
        raw_stream::{LastReply, Peeked, RawStream},
        resume_state::Start,
    },
};

/// What receives the events.
pub(super) trait Sink<M: Model>: Send + Sync {
    fn offer(&self, event: &Incoming<'_, M>) -> Offered;

    /// Waits until an event can be offered again, after [`Offered::Full`].
    fn poll_room(&self, _cx: &mut Context<'_>) -> Poll<()> {
        Poll::Ready(())
    }

    /// Ends the sink. `None` is the end without an error.
    fn end(&self, error: Option<Error>);
}

pub(super) enum Offered {
    Taken,
    Full,
    /// The receiver was dropped.
    Gone,
}

type Sinks<M> = Arc<Vec<Arc<dyn Sink<M>>>>;

pub(super) struct Hub<M> {
    pub(super) setup: Setup,
    state: Mutex<State<M>>,
    closed: Notify,
}

struct State<M> {
    sinks: Sinks<M>,
    progress: Progress,
    end: Option<End>,
}

enum End {
    Failed(Error),
    Stopped,
}

/// How far the stream has come.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    pub(super) token: Option<ResumeToken>,
    /// The position after the last event that was offered to the sinks, maybe not to all of them yet.
    pub(super) offered: Option<ResumeToken>,
    /// The cluster time of the last event, or the time up to which there was none.
    pub(super) time: Option<Timestamp>,
    /// The last reply of the stream. Its events may be offered much later, so the state of the receivers is at least as
    /// old as the reply.
    reply: LastReply,
}

impl Progress {
    /// Returns how much older the state of the receivers can be than that of the deployment.
    pub(super) fn lag(&self) -> Duration {
        let behind = match (self.time, self.reply.server_time) {
            (Some(time), Some(server)) if time < server => server.time.saturating_sub(time.time).max(1),
            _ => 0,
        };
        self.reply.at.elapsed() + Duration::from_secs(behind.into())
    }
}

/// What the handles of a fan-out share. When it is dropped, the task ends.
pub(super) struct SharedHub<M>(Arc<Hub<M>>);

impl<M> SharedHub<M> {
    pub(super) fn hub(&self) -> &Arc<Hub<M>> {
        &self.0
    }
}

impl<M> Drop for SharedHub<M> {
    fn drop(&mut self) {
        self.0.closed.notify_one();
    }
}

/// How the stream is opened, and opened again.
#[derive(Clone)]
pub(super) struct Setup {
    pub(super) request: StreamOptions,
    pub(super) max_outage: Option<Duration>,
    pub(super) on_invalidate: OnInvalidate,
    pub(super) is_looked_up: bool,
}

impl Setup {
    /// Returns the stream after an invalidate event, which waits while no server is available.
    pub(super) fn continuing(&self, token: ResumeToken) -> Result<RawStream> {
        RawStream::continuing(self.request.clone(), token, self.max_outage)
    }
}

impl<M: Model> Hub<M> {
    fn state(&self) -> MutexGuard<'_, State<M>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn progress(&self) -> Progress {
        self.state().progress.clone()
    }

    pub(super) fn sinks(&self) -> usize {
        self.state().sinks.len()
    }

    pub(super) fn has_ended(&self) -> bool {
        self.state().end.is_some()
    }

    /// Returns the error that ended the stream.
    pub(super) fn error(&self) -> Option<Error> {
        self.state().end.as_ref().and_then(End::error)
    }

    /// Adds a sink. It receives all events after the progress that is returned.
    pub(super) fn add(&self, sink: Arc<dyn Sink<M>>) -> Progress {
        let mut state = self.state();
        match &state.end {
            Some(end) => sink.end(end.error()),
            None => Arc::make_mut(&mut state.sinks).push(sink),
        }
        state.progress.clone()
    }

    /// Removes a sink that was dropped.
    pub(super) fn remove(&self, gone: *const ()) {
        let mut state = self.state();
        if state.sinks.iter().any(|sink| Arc::as_ptr(sink).cast::<()>() == gone) {
            Arc::make_mut(&mut state.sinks).retain(|sink| Arc::as_ptr(sink).cast::<()>() != gone);
        }
    }
}

impl<M: Model + Send + Sync> Hub<M> {
    /// Opens the stream, and starts the task.
    pub(super) async fn open(setup: Setup, start: Start) -> Result<Arc<SharedHub<M>>> {
        let stream = RawStream::open(setup.request.clone(), start, setup.max_outage).await?;
        let token = stream.token().cloned();
        let time = time_of_position(&stream);
        let progress = Progress { offered: token.clone(), token, time, reply: stream.last_reply() };
        let state = State { sinks: Arc::default(), progress, end: None };
        let hub = Arc::new(Self { setup, state: Mutex::new(state), closed: Notify::new() });
        tokio::spawn(Arc::clone(&hub).run(stream));
        Ok(Arc::new(SharedHub(hub)))
    }

    async fn run(self: Arc<Self>, stream: RawStream) {
        let work = pin!(self.work(stream));
        let closed = pin!(self.closed.notified());
        if let Either::Left((end, _)) = select(work, closed).await {
            let mut state = self.state();
            for sink in std::mem::take(&mut state.sinks).iter() {
                sink.end(end.error());
            }
            state.end = Some(end);
        }
    }

    async fn work(&self, mut stream: RawStream) -> End {
        loop {
            match poll_fn(|cx| stream.poll_peek(cx, true)).await {
                Peeked::Event => {
                    let Some(event) = stream.front() else { continue };
                    let token = match ResumeToken::of_event(event) {
                        Ok(token) => token,
                        Err(cause) => return End::Failed(Error::decode_event(event.to_owned(), cause)),
                    };
                    let event = Arc::new(event.to_owned());
                    self.distribute(&event, &token, stream.last_reply()).await;
                    stream.pass(token);
                    self.reached(&stream);
                }
                Peeked::Nothing => {
                    self.reached(&stream);
                    self.state().progress.reply = stream.last_reply();
                }
                Peeked::End(error) => {
                    let token = stream.token().cloned();
                    self.state().progress.token.clone_from(&token);
                    match ended(&self.setup, error, token) {
                        Ok(next) => stream = next,
                        Err(end) => return end,
                    }
                }
            }
        }
    }

    /// Sets the position to that of the stream, which may be after the last event of a reply.
    fn reached(&self, stream: &RawStream) {
        let token = stream.token().cloned();
        let time = time_of_position(stream);
        let mut state = self.state();
        state.progress.time = state.progress.time.max(time);
        state.progress.offered.clone_from(&token);
        state.progress.token = token;
    }

    /// Offers an event to all sinks, and waits for those that block.
    async fn distribute(&self, event: &Arc<RawDocumentBuf>, token: &ResumeToken, reply: LastReply) {
        let sinks = {
            let mut state = self.state();
            // A sink that is added from here on does not receive the event, and sees its time.
            state.progress.offered = Some(token.clone());
            state.progress.time = state.progress.time.max(time_of(event));
            state.progress.reply = reply;
            Arc::clone(&state.sinks)
        };
        let incoming = Incoming::new(event, self.setup.is_looked_up);
        let mut gone = Vec::new();
        for sink in sinks.iter() {
            loop {
                match sink.offer(&incoming) {
                    Offered::Taken => break,
                    Offered::Full => poll_fn(|cx| sink.poll_room(cx)).await,
                    Offered::Gone => {
                        gone.push(Arc::clone(sink));
                        break;
                    }
                }
            }
        }
        drop(sinks);
        if !gone.is_empty() {
            let mut state = self.state();
            Arc::make_mut(&mut state.sinks).retain(|sink| !gone.iter().any(|gone| Arc::ptr_eq(gone, sink)));
        }
    }
}

impl End {
    fn error(&self) -> Option<Error> {
        match self {
            Self::Failed(error) => Some(error.copy()),
            Self::Stopped => None,
        }
    }
}

/// Returns the time up to which a stream has delivered everything. The token of a reply without events can be later than
/// the time of the deployment, and no read can wait for that.
fn time_of_position(stream: &RawStream) -> Option<Timestamp> {
    let time = stream.token().and_then(ResumeToken::cluster_time)?;
    Some(stream.last_reply().server_time.map_or(time, |server| time.min(server)))
}

/// Applies the policy to the end of the stream, and returns the next one.
fn ended(setup: &Setup, error: Option<Error>, token: Option<ResumeToken>) -> Result<RawStream, End> {
    let error = error.unwrap_or_else(|| Error::refused("the change stream has ended"));
    if !matches!(error.kind(), ErrorKind::Invalidated) {
        return Err(End::Failed(error));
    }
    match (setup.on_invalidate, token) {
        (OnInvalidate::Stop, _) => Err(End::Stopped),
        (OnInvalidate::Continue, Some(token)) => setup.continuing(token).map_err(End::Failed),
        (_, _) => Err(End::Failed(error)),
    }
}
