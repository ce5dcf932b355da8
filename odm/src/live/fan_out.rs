//! `FanOut`: the handle of one change stream with many receivers.

use std::{fmt, sync::Arc, time::Duration};

use mongodb::bson::Timestamp;

use super::{
    cache::OpenCache,
    hub::{Hub, SharedHub},
    query::OpenLiveQuery,
    subscriber::OpenSubscriber,
};
use crate::{collection::Collection, error::Result, filter::IntoFilter, model::Model, watch::ResumeToken};

/// One change stream of a collection, whose changes are distributed to any number of receivers in this process.
///
/// Open it with [`Collection::fan_out`]. It is cheap to clone. The cursor on the server is closed when the last clone, and
/// everything that was opened with one, is dropped.
#[must_use = "the change stream is closed when the fan-out is dropped"]
pub struct FanOut<M: Model> {
    hub: Arc<SharedHub<M>>,
    collection: Collection<M>,
}

impl<M: Model + Send + Sync> FanOut<M> {
    pub(super) fn new(hub: Arc<SharedHub<M>>, collection: Collection<M>) -> Self {
        Self { hub, collection }
    }

    pub(super) fn hub(&self) -> &Arc<Hub<M>> {
        self.hub.hub()
    }

    pub(super) fn collection(&self) -> &Collection<M> {
        &self.collection
    }

    /// Adds a subscriber with a filter, which is [evaluated in this process](crate::filter::Matcher). Use
    /// [`Filter::all`](crate::Filter::all) for all changes.
    ///
    /// [`OpenSubscriber::open`] returns it. It receives the changes from then on.
    pub fn subscriber(&self, filter: impl IntoFilter<M>) -> OpenSubscriber<M> {
        OpenSubscriber::new(self.clone(), filter.into_filter())
    }

    /// Opens a live query: the result of a filter, and its differences. Awaiting it returns a
    /// [`LiveQuery`](super::LiveQuery).
    ///
    /// It reads with the scope of the collection that the fan-out was opened on. For another scope, see
    /// [`OpenLiveQuery::scope`].
    pub fn live(&self, filter: impl IntoFilter<M>) -> OpenLiveQuery<M> {
        OpenLiveQuery::new(Some(self.clone()), self.collection.clone(), filter.into_filter())
    }

    /// Opens a cache of the documents by their ids, in this process. See [`Cache`](super::Cache).
    pub fn cache(&self) -> OpenCache<M> {
        OpenCache::new(self.clone())
    }

    /// Opens a cache of the documents by their ids in Redis. See [`RedisCache`](super::RedisCache). With the feature
    /// `redis`.
    #[cfg(feature = "redis")]
    pub fn redis_cache(&self, client: ::redis::Client) -> super::OpenRedisCache<M> {
        super::OpenRedisCache::new(self.clone(), client)
    }

    /// Returns how many subscribers, live queries and caches are open.
    pub fn receivers(&self) -> usize {
        self.hub().sinks()
    }

    /// Returns an upper bound of how much older the state of the receivers is than that of the deployment: the time since
    /// the server's last reply, and the seconds between the last change and the time of that reply.
    ///
    /// Without changes, the server replies once a second, or every
    /// [`max_await_time`](super::OpenFanOut::max_await_time). While the connection is lost, the lag grows.
    pub fn lag(&self) -> Duration {
        self.hub().progress().lag()
    }

    /// Returns the position of the stream: after the last change that was distributed.
    pub fn resume_token(&self) -> Option<ResumeToken> {
        self.hub().progress().token
    }

    /// Returns the cluster time up to which all changes were distributed.
    pub fn cluster_time(&self) -> Option<Timestamp> {
        self.hub().progress().time
    }

    /// Returns whether the stream runs.
    ///
    /// # Errors
    ///
    /// Returns the error that ended the stream. Open another fan-out to continue.
    pub fn is_running(&self) -> Result<bool> {
        self.hub().error().map_or_else(|| Ok(!self.hub().has_ended()), Err)
    }
}

impl<M: Model> FanOut<M> {
    /// Removes a receiver that was dropped.
    pub(super) fn remove<S>(&self, sink: &S) {
        self.hub.hub().remove(std::ptr::from_ref(sink).cast());
    }
}

impl<M: Model> Clone for FanOut<M> {
    fn clone(&self) -> Self {
        Self { hub: Arc::clone(&self.hub), collection: self.collection.clone() }
    }
}

impl<M: Model> fmt::Debug for FanOut<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FanOut").field("on", &self.collection).finish_non_exhaustive()
    }
}
