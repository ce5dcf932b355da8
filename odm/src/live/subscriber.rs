//! `Subscriber`: a receiver of the changes that concern a filter.

use std::{
    fmt,
    future::poll_fn,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::Stream;

use super::{
    buffer::Buffer,
    catch_up::{CatchUp, Step},
    fan_out::FanOut,
    filtered::FilteredChange,
    hub::Sink,
    lag::OnLag,
};
use crate::{
    error::{Error, Result},
    filter::Filter,
    model::Model,
    watch::ResumeToken,
};

/// Opens a [`Subscriber`]. Construct with [`FanOut::subscriber`].
#[must_use = "nothing is received until it is opened"]
pub struct OpenSubscriber<M: Model> {
    fan_out: FanOut<M>,
    filter: Filter<M>,
    capacity: usize,
    on_lag: OnLag,
    after: Option<ResumeToken>,
}

impl<M: Model + Send + Sync> OpenSubscriber<M> {
    pub(super) fn new(fan_out: FanOut<M>, filter: Filter<M>) -> Self {
        Self { fan_out, filter, capacity: 256, on_lag: OnLag::default(), after: None }
    }

    /// Sets how many changes wait for the subscriber, at most. The default is 256. All subscribers share the changes, so a
    /// change that waits for many of them is in memory once.
    pub fn buffer(mut self, capacity: usize) -> Self {
        self.capacity = capacity;
        self
    }

    /// Sets what happens when the buffer is full.
    pub fn on_lag(mut self, policy: OnLag) -> Self {
        self.on_lag = policy;
        self
    }

    /// Begins with the changes after the one with this token, which a subscriber has received before, for example for
    /// another request of a client. `None` begins now.
    ///
    /// Until it has caught up with the fan-out, the subscriber has a change stream of its own. Meanwhile the changes of the
    /// fan-out wait in the buffer. If they do not fit, the policy applies.
    pub fn after(mut self, token: impl Into<Option<ResumeToken>>) -> Self {
        self.after = token.into();
        self
    }

    /// Returns the subscriber, which receives the changes from now on.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the filter
    /// [cannot be evaluated in this process](crate::filter::Matcher), or if the buffer has no room.
    pub fn open(self) -> Result<Subscriber<M>> {
        if self.capacity == 0 {
            return Err(Error::refused("the buffer of a subscriber needs room for at least one change"));
        }
        let is_all = self.filter.clone().into_document()?.is_empty();
        let matcher = if is_all { None } else { Some(self.filter.matcher()?) };
        let buffer = Arc::new(Buffer::new(matcher, self.capacity, self.on_lag));
        let hub = self.fan_out.hub();
        let until = hub.add(Arc::clone(&buffer) as Arc<dyn Sink<M>>).offered;
        let catch_up = self.after.map(|token| CatchUp::new(hub, token, until));
        Ok(Subscriber { buffer, catch_up, last: None, fan_out: self.fan_out })
    }
}

impl<M: Model> fmt::Debug for OpenSubscriber<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenSubscriber").field("fan_out", &self.fan_out).finish_non_exhaustive()
    }
}

/// Receives the changes that concern a filter: a stream of [`FilteredChange`]s.
///
/// A change whose document does not fit the model is an error for which [`is_decode`](crate::Error::is_decode) is true, and
/// the changes after it follow. The error that ends the stream is the last item.
#[must_use = "the changes are received by calling `next`"]
pub struct Subscriber<M: Model> {
    buffer: Arc<Buffer<M>>,
    catch_up: Option<CatchUp>,
    /// The last change that was received while it caught up.
    last: Option<ResumeToken>,
    fan_out: FanOut<M>,
}

impl<M: Model> Subscriber<M> {
    /// Waits for the next change and returns it. Returns `None` after the end.
    ///
    /// The future can be dropped and `next` called again: no change is lost.
    pub async fn next(&mut self) -> Option<Result<FilteredChange<M>>> {
        poll_fn(|cx| self.poll_item(cx)).await
    }

    fn poll_item(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<FilteredChange<M>>>> {
        while let Some(catch_up) = &mut self.catch_up {
            match ready!(catch_up.poll_step(cx, self.buffer.filter(), &mut self.last)) {
                Step::Item(item) => return Poll::Ready(Some(item)),
                Step::Done => self.catch_up = None,
                Step::Ended(error) => {
                    self.catch_up = None;
                    self.buffer.close();
                    return Poll::Ready(error.map(Err));
                }
            }
        }
        loop {
            let item = ready!(self.buffer.poll_next(cx));
            let Some(last) = &self.last else { return Poll::Ready(item) };
            match &item {
                // It was received while the subscriber caught up.
                Some(Ok(change)) if change.token().data() <= last.data() => {}
                _ => {
                    self.last = None;
                    return Poll::Ready(item);
                }
            }
        }
    }

    /// Returns how many changes wait in the buffer.
    pub fn waiting(&self) -> usize {
        self.buffer.len()
    }

    /// Returns the fan-out that it belongs to.
    pub fn fan_out(&self) -> &FanOut<M> {
        &self.fan_out
    }
}

impl<M: Model> Stream for Subscriber<M> {
    type Item = Result<FilteredChange<M>>;

    fn poll_next(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_item(cx)
    }
}

impl<M: Model> Drop for Subscriber<M> {
    fn drop(&mut self) {
        self.buffer.close();
        self.fan_out.remove(&*self.buffer);
    }
}

impl<M: Model> fmt::Debug for Subscriber<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subscriber").field("fan_out", &self.fan_out).finish_non_exhaustive()
    }
}
