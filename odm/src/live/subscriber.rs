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
    read::scoped,
};
use crate::{
    collection::Collection,
    error::{Error, Result},
    filter::Filter,
    model::Model,
    watch::ResumeToken,
};

/// Opens a [`Subscriber`]. Construct with [`FanOut::subscriber`].
#[must_use = "nothing is received until it is opened"]
pub struct OpenSubscriber<M: Model> {
    fan_out: FanOut<M>,
    /// The handle whose scope is added to the filter.
    collection: Collection<M>,
    filter: Filter<M>,
    capacity: usize,
    on_lag: OnLag,
    after: Option<ResumeToken>,
}

impl<M: Model + Send + Sync> OpenSubscriber<M> {
    pub(super) fn new(fan_out: FanOut<M>, filter: Filter<M>) -> Self {
        let collection = fan_out.collection().clone();
        Self { fan_out, collection, filter, capacity: 256, on_lag: OnLag::default(), after: None }
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

    /// Receives the changes in the scope of another handle of the same collection, such as that of a tenant, or one
    /// [with deleted documents](Collection::with_deleted). The default is the handle that the fan-out was opened on.
    ///
    /// The scope is part of the filter. So a document that is deleted with the field `deleted_at`, or that is given to
    /// another tenant, no longer [matches](FilteredChange::matches).
    pub fn scope(mut self, collection: &Collection<M>) -> Self {
        self.collection = collection.clone();
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
        let filter = scoped(&self.collection.untracked_target(), self.filter.into_document()?)?;
        let matcher = if filter.is_empty() { None } else { Some(Filter::raw(filter).matcher()?) };
        let buffer = Arc::new(Buffer::new(matcher, self.capacity, self.on_lag));
        let hub = self.fan_out.hub();
        let until = hub.add(Arc::clone(&buffer) as Arc<dyn Sink<M>>).offered;
        let catch_up = self.after.clone().map(|token| CatchUp::new(hub, token, until));
        Ok(Subscriber { buffer, catch_up, last: self.after, fan_out: self.fan_out })
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
    /// The last change that was received, before it was opened or while it caught up. The fan-out may be behind it.
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
            let token = item.as_ref().and_then(token_of);
            if token.as_ref().is_some_and(|token| token.data() <= last.data()) {
                continue;
            }
            if token.is_some() {
                self.last = None;
            }
            return Poll::Ready(item);
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

/// Returns the token of a change, also of one that could not be decoded.
fn token_of<M: Model>(item: &Result<FilteredChange<M>>) -> Option<ResumeToken> {
    match item {
        Ok(change) => Some(change.token().clone()),
        Err(error) => ResumeToken::of_event(error.decode_error()?.event()?).ok(),
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
