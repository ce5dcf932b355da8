//! Change streams: what happens to a collection, as it happens, with nothing lost on the way.

mod change;
mod classify;
mod event;
mod fetch;
mod raw_stream;
mod reply;
pub(crate) mod request;
pub(crate) mod resume_state;
mod token;

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use futures_core::Stream;

pub use self::{
    change::Change,
    event::{Delta, Event, TruncatedArray},
    token::ResumeToken,
};

use self::{
    change::Decoded,
    raw_stream::{Front, RawStream},
    request::Request,
    resume_state::Start,
};
use crate::{
    error::{Error, Result},
    model::Model,
};

/// The changes of a collection, in the order in which they were written.
///
/// Construct with [`Collection::watch`](crate::Collection::watch). It gives the changes that a majority of
/// the members has, and waits for more until it is dropped.
///
/// # What it survives
///
/// A lost connection, an election, a killed cursor or a server that is away for a while do not end the
/// stream: it opens a new cursor after the last change it gave, at once and then with growing pauses of up to
/// ten seconds, and no change is lost or given twice. Each attempt is a `tracing` warning.
/// [`Watch::max_outage`](crate::action::Watch::max_outage) says when to give up; without it the stream waits
/// for its server as long as it lives.
///
/// The driver can add to a pause. Once the only member of a replica set has answered that it shuts down (codes 91 and
/// 11600), the driver sends it nothing before its monitor has heard from it again, which takes up to `heartbeatFrequencyMS`:
/// ten seconds, unless the URI sets it lower.
///
/// An error that is not known to pass, nor to stay, is met with a few attempts within two seconds before it ends the stream.
///
/// What no attempt can change is the stream's last item, as an error: a history that the oplog no longer
/// holds ([`HistoryLost`](crate::ErrorKind::HistoryLost)), a token of another history
/// ([`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken)), a dropped or renamed collection
/// ([`Invalidated`](crate::ErrorKind::Invalidated), after the events that say so), an event beyond 16 MiB
/// ([`EventTooLarge`](crate::ErrorKind::EventTooLarge)), a missing pre-image ([`ImageMissing`](crate::ErrorKind::ImageMissing)),
/// a lost permission. [`resume_token`](Self::resume_token) still tells where it stood.
///
/// # Changes that cannot be read
///
/// A change whose document does not fit the model is an error of kind [`Decode`](crate::ErrorKind::Decode), and the
/// stream stays before it: the next call gives the same error again, after a pause that grows, and the resume
/// token does not pass it. Read the event from the error
/// ([`DecodeError::event`](crate::error::DecodeError::event)), then [`skip`](Self::skip) it, or stop here and
/// come back with a model that fits. (An event without a resume token, which only a stage can make, ends the
/// stream.)
///
/// # Cancelling
///
/// The future of [`next`](Self::next) can be dropped at any time, by `select!` or a time-out: what was asked
/// of the server goes on, and the next call gives its answer.
///
/// ```no_run
/// # use odm::{Model, watch::Event};
/// # async fn run<M: Model + std::fmt::Debug>(orders: odm::Collection<M>) -> odm::Result<()> {
/// let mut changes = orders.watch().await?;
/// while let Some(change) = changes.next().await.transpose()? {
///     match change.event() {
///         Event::Insert(order) => println!("new: {order:?}"),
///         Event::Update { delta, .. } => println!("changed: {}", delta.updated_fields),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
pub struct ChangeStream<M: Model> {
    tail: RawStream,
    /// How often the front event was given as an error.
    stuck: u32,
    model: PhantomData<fn() -> M>,
}

impl<M: Model> ChangeStream<M> {
    pub(crate) async fn open(request: Request, start: Start, max_outage: Option<Duration>) -> Result<Self> {
        let tail = RawStream::open(request, start, max_outage).await?;
        Ok(Self { tail, stuck: 0, model: PhantomData })
    }

    /// The next change; waits until there is one. `None` follows the error that ended the stream.
    ///
    /// The future can be dropped and `next` called again: nothing is lost.
    pub async fn next(&mut self) -> Option<Result<Change<M>>> {
        poll_fn(|cx| self.poll_change(cx, false)).await.transpose()
    }

    /// The next change if there is one, after one answer of the server at most.
    ///
    /// The server answers when there are changes, or after
    /// [`Watch::max_await_time`](crate::action::Watch::max_await_time), which is a second by default. With
    /// each answer [`resume_token`](Self::resume_token) moves on, also where only other collections change: a
    /// token that is stored after each call never gets older than the collection is quiet. While no server
    /// answers at all, this waits.
    ///
    /// After the error that ended the stream this is an error again.
    pub async fn next_if_any(&mut self) -> Result<Option<Change<M>>> {
        if self.tail.has_ended() {
            return Err(Error::refused("the change stream has ended").during(&self.tail.operation()));
        }
        poll_fn(|cx| self.poll_change(cx, true)).await
    }

    /// Passes the change that the last error was about, and gives its token.
    ///
    /// `None`, and nothing is passed, unless the last item was an error of kind [`Decode`](crate::ErrorKind::Decode).
    pub fn skip(&mut self) -> Option<ResumeToken> {
        if self.stuck == 0 {
            return None;
        }
        self.stuck = 0;
        let token = ResumeToken::of_event(self.tail.front()?).ok()?;
        self.tail.pass(token.clone());
        Some(token)
    }

    /// Where the stream stands: after the last change that it gave, or further where the server says that
    /// none has followed.
    ///
    /// `None` only before the first change of a stream that was opened with a time. A stream that ended with
    /// [`Invalidated`](crate::ErrorKind::Invalidated) stands after the invalidate, where only
    /// [`Watch::start_after`](crate::action::Watch::start_after) goes on.
    pub fn resume_token(&self) -> Option<&ResumeToken> {
        self.tail.token()
    }

    fn poll_change(&mut self, cx: &mut Context<'_>, once: bool) -> Poll<Result<Option<Change<M>>>> {
        match ready!(self.tail.poll_front(cx, once)) {
            Front::Event => {}
            Front::Nothing => return Poll::Ready(Ok(None)),
            Front::End(error) => return Poll::Ready(error.map_or(Ok(None), Err)),
        }
        let Some(event) = self.tail.front() else { return Poll::Ready(Ok(None)) };
        match Decoded::of(event) {
            Ok(change) => {
                self.stuck = 0;
                let event = self.tail.pass(change.token.clone());
                Poll::Ready(Ok(event.map(|event| change.with(event))))
            }
            Err(cause) => {
                let stands = ResumeToken::of_event(event).is_ok();
                let error = Error::decode_event(event.to_owned(), cause).during(&self.tail.operation());
                if stands {
                    self.stuck = self.stuck.saturating_add(1);
                    self.tail.hold(self.stuck);
                } else {
                    self.tail.end();
                }
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<M: Model> Stream for ChangeStream<M> {
    type Item = Result<Change<M>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_change(cx, false).map(Result::transpose)
    }
}

impl<M: Model> fmt::Debug for ChangeStream<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream").field("tail", &self.tail).finish_non_exhaustive()
    }
}
