//! Change streams: the changes of a collection in real time, without gaps.

mod change;
mod changed;
pub(crate) mod classify;
mod definition;
pub(crate) mod document_filters;
mod event;
mod fetch;
mod fields;
mod fragments;
pub(crate) mod models;
pub(crate) mod options;
pub(crate) mod raw_stream;
mod reply;
pub(crate) mod resume_state;
mod stage;
mod token;

use std::{
    fmt,
    future::poll_fn,
    marker::PhantomData,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

pub use self::{
    change::Change,
    definition::Definition,
    event::{Event, TruncatedArray, UpdateDescription},
    fields::{
        ChangeFields, ChangeNamespace, ChangeNamespaceFields, DocumentKey, DocumentKeyFields,
        TruncatedArrayFields, UpdateDescriptionFields,
    },
    models::{ChangesOf, ModelChanges, OtherChange},
    stage::ChangeStreamStage,
    token::ResumeToken,
};

use self::raw_stream::{Peeked, RawStream};
use crate::{
    error::{Error, Result},
    value::{OwnedRow, Raw},
};

/// A stream of the changes of a collection, in the order in which they were written.
///
/// [`Collection::watch`](crate::Collection::watch) opens it. `Row` is what it returns for each event: a [`Change`], or
/// the row type of the [`pipeline`](crate::action::Watch::pipeline). It returns the changes that a majority of the members
/// has applied, and waits for more until it is dropped.
///
/// # Which changes
///
/// [`Watch::matching`](crate::action::Watch::matching) and its variants select changes by a filter of their documents, and
/// [`Watch::pipeline`](crate::action::Watch::pipeline) by conditions on the events. The server evaluates both.
///
/// # Interruptions
///
/// A lost connection, an election, a killed cursor or a server that is temporarily unavailable does not end the
/// stream. The stream opens a new cursor after the last change that it returned, first immediately and then with
/// increasing pauses of up to ten seconds. No change is lost or returned twice. Each attempt logs a `tracing`
/// warning. [`Watch::max_outage`](crate::action::Watch::max_outage) limits the time of these attempts. Without it the
/// stream waits for its server until it is dropped.
///
/// The driver can make a pause longer. After the only member of a replica set has replied that it is shutting down
/// (codes 91 and 11600), the driver sends it no command until its monitor has reached it again. That takes up to
/// `heartbeatFrequencyMS`, which is ten seconds unless the URI sets a lower value.
///
/// For an error that is not known to be temporary or permanent, the stream makes a few attempts within two seconds
/// before it ends.
///
/// A permanent error is the last item of the stream:
///
/// - The oplog no longer contains the position ([`HistoryLost`](crate::ErrorKind::HistoryLost)).
/// - The token belongs to another history ([`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken)).
/// - The collection was dropped or renamed ([`Invalidated`](crate::ErrorKind::Invalidated), after the events that
///   report it).
/// - An event is larger than 16 MiB ([`EventTooLarge`](crate::ErrorKind::EventTooLarge)).
/// - A pre-image is missing ([`ImageMissing`](crate::ErrorKind::ImageMissing)).
/// - The user no longer has permission.
///
/// [`resume_token`](Self::resume_token) still returns the last position.
///
/// # Changes that cannot be decoded
///
/// A change whose document does not fit the model, or a row that does not fit its type, is an error of kind [`Decode`](crate::ErrorKind::Decode). The
/// stream stays before this change: the next call returns the same error again, after an increasing pause, and the
/// resume token does not advance. Read the event from the error
/// ([`DecodeError::event`](crate::error::DecodeError::event)) and [`skip`](Self::skip) it, or stop and resume later
/// with a model that fits. (An event without a resume token, which only a pipeline stage can produce, ends the
/// stream.)
///
/// # Cancelling
///
/// The future of [`next`](Self::next) can be dropped at any time, for example by `select!` or a time-out. The request
/// to the server continues, and the next call returns its result.
///
/// ```no_run
/// # use odm::{Model, watch::Event};
/// # async fn run<M: Model + std::fmt::Debug>(orders: odm::Collection<M>) -> odm::Result<()> {
/// let mut changes = orders.watch().await?;
/// while let Some(change) = changes.next().await.transpose()? {
///     match change.event() {
///         Event::Insert(order) => println!("new: {order:?}"),
///         Event::Update { update_description, .. } => println!("changed: {}", update_description.updated_fields),
///         _ => {}
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "the changes are received by calling `next`"]
pub struct ChangeStream<M, Row = Change<M>> {
    stream: RawStream,
    /// How often the front event was returned as an error.
    stuck: u32,
    rows: PhantomData<fn() -> (M, Row)>,
}

impl<M, Row> ChangeStream<M, Row> {
    pub(crate) fn new(stream: RawStream) -> Self {
        Self { stream, stuck: 0, rows: PhantomData }
    }

    /// Waits for the next change and returns it. Returns `None` after the error that ended the stream.
    ///
    /// The future can be dropped and `next` called again: no change is lost.
    pub async fn next(&mut self) -> Option<Result<Row>>
    where
        Row: OwnedRow,
    {
        poll_fn(|cx| self.poll_row(cx, false)).await.transpose()
    }

    /// Returns the next change, or `None` if the next reply of the server contains no change.
    ///
    /// The server replies when there are changes, or after
    /// [`Watch::max_await_time`](crate::action::Watch::max_await_time), which is one second by default. Each reply
    /// advances [`resume_token`](Self::resume_token), even if only other collections change. If you store the token
    /// after each call, it stays recent although the collection does not change. If no server replies, this method
    /// waits.
    ///
    /// # Errors
    ///
    /// Returns an error for each call after the error that ended the stream.
    pub async fn next_if_any(&mut self) -> Result<Option<Row>>
    where
        Row: OwnedRow,
    {
        if self.stream.has_ended() {
            return Err(Error::refused("the change stream has ended").during(&self.stream.operation()));
        }
        poll_fn(|cx| self.poll_row(cx, true)).await
    }

    /// Skips the change that could not be decoded, and returns its token.
    ///
    /// Returns `None` and skips nothing unless the last item was an error of kind
    /// [`Decode`](crate::ErrorKind::Decode).
    pub fn skip(&mut self) -> Option<ResumeToken> {
        if self.stuck == 0 {
            return None;
        }
        self.stuck = 0;
        let token = ResumeToken::of_event(self.stream.front()?).ok()?;
        self.stream.pass(token.clone());
        Some(token)
    }

    /// Returns the position of the stream: after the last change that it returned, or later if the server reports
    /// that no change followed.
    ///
    /// Returns `None` only before the first change of a stream that was opened with a time. The position of a stream
    /// that ended with [`Invalidated`](crate::ErrorKind::Invalidated) is after the invalidate event. Only
    /// [`Watch::start_after`](crate::action::Watch::start_after) continues from there.
    pub fn resume_token(&self) -> Option<&ResumeToken> {
        self.stream.token()
    }

    fn poll_row(&mut self, cx: &mut Context<'_>, once: bool) -> Poll<Result<Option<Row>>>
    where
        Row: OwnedRow,
    {
        match ready!(self.stream.poll_peek(cx, once)) {
            Peeked::Event => {}
            Peeked::Nothing => return Poll::Ready(Ok(None)),
            Peeked::End(error) => return Poll::Ready(error.map_or(Ok(None), Err)),
        }
        let Some(event) = self.stream.front() else { return Poll::Ready(Ok(None)) };
        let token = ResumeToken::of_event(event);
        let read = token.and_then(|token| Ok((Row::read_owned(Raw::document(event.as_bytes()))?, token)));
        match read {
            Ok((row, token)) => {
                self.stuck = 0;
                self.stream.pass(token);
                Poll::Ready(Ok(Some(row)))
            }
            Err(cause) => {
                let has_position = ResumeToken::of_event(event).is_ok();
                let error = Error::decode_event(event.to_owned(), cause).during(&self.stream.operation());
                if has_position {
                    self.stuck = self.stuck.saturating_add(1);
                    self.stream.hold(self.stuck);
                } else {
                    self.stream.end();
                }
                Poll::Ready(Err(error))
            }
        }
    }
}

impl<M, Row: OwnedRow> Stream for ChangeStream<M, Row> {
    type Item = Result<Row>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_row(cx, false).map(Result::transpose)
    }
}

impl<M, Row> fmt::Debug for ChangeStream<M, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChangeStream").field("stream", &self.stream).finish_non_exhaustive()
    }
}
