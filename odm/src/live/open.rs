//! `fan_out`: opens one change stream for many receivers.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::Timestamp,
    options::{FullDocumentBeforeChangeType, FullDocumentType},
};

use super::{
    fan_out::FanOut,
    hub::{Hub, Setup},
};
use crate::{
    action::Watch, collection::Collection, error::Result, model::Model, subscribe::OnInvalidate,
    watch::ResumeToken,
};

impl<M: Model> Collection<M> {
    /// Opens one change stream of this collection for many receivers in this process. With the feature `live`.
    ///
    /// `{ aggregate: <collection>, pipeline: [{ $changeStream: { fullDocument: "updateLookup" } }], cursor: {} }`
    ///
    /// Awaiting it returns a [`FanOut`]. See [`live`](crate::live).
    ///
    /// # Errors
    ///
    /// Returns the errors of [`watch`](Self::watch).
    #[track_caller]
    pub fn fan_out(&self) -> OpenFanOut<M> {
        OpenFanOut {
            watch: self.watch().full_document(FullDocumentType::UpdateLookup),
            collection: self.clone(),
            is_looked_up: true,
            on_invalidate: OnInvalidate::Continue,
        }
    }
}

/// Opens a [`FanOut`]. Construct with [`Collection::fan_out`].
#[must_use = "nothing is watched until the action is awaited"]
pub struct OpenFanOut<M: Model> {
    watch: Watch<M>,
    collection: Collection<M>,
    is_looked_up: bool,
    on_invalidate: OnInvalidate,
}

impl<M: Model> OpenFanOut<M> {
    /// Sets which document the event of an update contains: the one that the server looks up (`UpdateLookup`, the
    /// default), or the post-image (`WhenAvailable`, `Required`: the collection must keep them).
    ///
    /// `{ $changeStream: { fullDocument: value } }`
    pub fn full_document(mut self, value: FullDocumentType) -> Self {
        self.is_looked_up = matches!(value, FullDocumentType::UpdateLookup);
        self.watch = self.watch.full_document(value);
        self
    }

    /// Sets whether an event contains the document before the change. The collection must keep pre-images.
    ///
    /// `{ $changeStream: { fullDocumentBeforeChange: value } }`
    pub fn full_document_before_change(mut self, value: FullDocumentBeforeChangeType) -> Self {
        self.watch = self.watch.full_document_before_change(value);
        self
    }

    /// Starts after the change with this token, which may be that of an invalidate event. `None` starts now.
    ///
    /// `{ $changeStream: { startAfter: token } }`
    pub fn start_after(mut self, token: impl Into<Option<ResumeToken>>) -> Self {
        self.watch = self.watch.start_after(token);
        self
    }

    /// Starts with the changes at this cluster time and later.
    ///
    /// `{ $changeStream: { startAtOperationTime: time } }`
    pub fn start_at(mut self, time: Timestamp) -> Self {
        self.watch = self.watch.start_at(time);
        self
    }

    /// Sets how many changes the server sends at a time, at most.
    pub fn batch_size(mut self, size: u32) -> Self {
        self.watch = self.watch.batch_size(size);
        self
    }

    /// Sets how long the server waits for a change before it sends an empty reply. The default is one second. Without
    /// changes, the [lag](FanOut::lag) is at most this long.
    pub fn max_await_time(mut self, time: Duration) -> Self {
        self.watch = self.watch.max_await_time(time);
        self
    }

    /// Sets how long the stream tries to resume while no server is available. By default there is no limit.
    pub fn max_outage(mut self, time: Duration) -> Self {
        self.watch = self.watch.max_outage(time);
        self
    }

    /// Sets what happens after the collection was dropped or renamed. By default, the fan-out continues with a collection
    /// that is created with the same name.
    pub fn on_invalidate(mut self, policy: OnInvalidate) -> Self {
        self.on_invalidate = policy;
        self
    }
}

impl<M: Model + Send + Sync> IntoFuture for OpenFanOut<M> {
    type Output = Result<FanOut<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let Self { watch, collection, is_looked_up, on_invalidate } = self;
        let parts = watch.into_parts();
        Box::pin(async move {
            let (request, start, max_outage) = parts?;
            let setup = Setup { request, max_outage, on_invalidate, is_looked_up };
            Ok(FanOut::new(Hub::open(setup, start).await?, collection))
        })
    }
}

impl<M: Model> fmt::Debug for OpenFanOut<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenFanOut").field("on", &self.collection).finish_non_exhaustive()
    }
}
