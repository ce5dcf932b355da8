//! `RedisCache`: models by their ids in Redis, for several processes.

mod entry;
mod generation;
mod upkeep;

use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use redis::aio::ConnectionManager;

use self::{
    entry::{Found, Store},
    generation::{Known, Reached},
    upkeep::Upkeep,
};
use super::{
    cache::{decode, encoded_id, id_bytes_of, is_cacheable, read},
    fan_out::FanOut,
};
use crate::{
    collection::Target,
    error::{Error, ErrorKind, Result},
    model::Model,
};

/// How often a call looks for a document, if the generation changes meanwhile.
const FINDS: u32 = 3;

/// Opens a [`RedisCache`]. Construct with [`FanOut::redis_cache`].
#[must_use = "nothing is cached until the action is awaited"]
pub struct OpenRedisCache<M: Model> {
    fan_out: FanOut<M>,
    client: redis::Client,
    prefix: String,
    time_to_live: Duration,
    max_lag: Duration,
}

impl<M: Model + Send + Sync> OpenRedisCache<M> {
    pub(super) fn new(fan_out: FanOut<M>, client: redis::Client) -> Self {
        let prefix = {
            let collection = fan_out.collection();
            format!("odm:{}.{}", collection.database().name(), collection.name())
        };
        let (time_to_live, max_lag) = (Duration::from_secs(3600), Duration::from_secs(10));
        Self { fan_out, client, prefix, time_to_live, max_lag }
    }

    /// Sets what the keys begin with. The default is `odm:<database>.<collection>`. Handles with different scopes, such as
    /// tenants, need different prefixes.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// Sets after which time Redis drops a document. The default is one hour.
    pub fn time_to_live(mut self, time: Duration) -> Self {
        self.time_to_live = time;
        self
    }

    /// Sets how old a document from the cache may be. The default is ten seconds. While the
    /// [lag](RedisCache::lag) is longer, the cache reads from the server.
    pub fn max_lag(mut self, lag: Duration) -> Self {
        self.max_lag = lag;
        self
    }

    async fn open(self) -> Result<RedisCache<M>> {
        let Self { fan_out, client, prefix, time_to_live, max_lag } = self;
        let connection = ConnectionManager::new(client).await.map_err(|error| unavailable(&error))?;
        let store = Store::new(connection, prefix, time_to_live);
        let upkeep = Upkeep::start(store.clone(), &fan_out).await.map_err(|error| unavailable(&error))?;
        let target = fan_out.collection().untracked_target();
        Ok(RedisCache { store, upkeep, known: Mutex::default(), fan_out, target, max_lag })
    }
}

fn unavailable(error: &redis::RedisError) -> Error {
    Error::new(ErrorKind::Unavailable(format!("Redis: {}", error.category()).into()))
}

impl<M: Model + Send + Sync> std::future::IntoFuture for OpenRedisCache<M> {
    type Output = Result<RedisCache<M>>;
    type IntoFuture = futures_core::future::BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

impl<M: Model> fmt::Debug for OpenRedisCache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenRedisCache")
            .field("fan_out", &self.fan_out)
            .field("prefix", &self.prefix)
            .finish_non_exhaustive()
    }
}

/// A read-through cache of models by their ids in Redis, which several processes share.
///
/// Each process has a change stream, and removes the documents that change. A document is written only if no process has
/// removed it since its read began, and the read contains every change that any process has removed. So a document from
/// the cache is never older than the [`lag`](Self::lag) of this process, also if it was written by a process that was
/// behind, and that was killed then.
///
/// Opening a cache starts a new *generation*: what older processes wrote is not used any more, because nobody may have
/// removed what changed between two processes. If Redis cannot be reached, calls read from the server, and the generation
/// changes before the cache is used again. If Redis has lost its data, only what is read from then on is used.
///
/// Documents are stored as BSON, under keys with the prefix, the generation and the id.
#[must_use = "documents are read with `get`"]
pub struct RedisCache<M: Model> {
    store: Store,
    upkeep: Arc<Upkeep>,
    known: Mutex<Known>,
    fan_out: FanOut<M>,
    target: Target,
    max_lag: Duration,
}

impl<M: Model + Send + Sync> RedisCache<M> {
    /// Returns the document with this id, or `None` if there is none in the scope of the collection.
    ///
    /// Reads from Redis. If the document is not there, reads it from the server, and writes it to Redis. A failure of Redis
    /// is logged, and not returned.
    ///
    /// # Errors
    ///
    /// Returns the errors of [`find_one`](crate::Collection::find_one).
    pub async fn get(&self, id: &M::Id) -> Result<Option<Arc<M>>> {
        let id = encoded_id::<M>(id)?;
        let key = id_bytes_of(&id)?;
        let found = if self.is_fresh() { self.found(&key).await } else { None };
        let ticket = match found {
            Some(Found::Document(bytes)) => {
                return decode::<M>(&bytes).map(|document| Some(Arc::new(document)));
            }
            Some(Found::Nothing) => return Ok(None),
            Some(Found::Ticket(ticket)) => Some(ticket),
            Some(Found::Unknown(_)) | None => None,
        };
        let after = self.fan_out.cluster_time().max(ticket.as_ref().and_then(|ticket| ticket.removed));
        let document = read::<M>(&self.target, id, after).await?;
        let stored = document.as_ref().map(|(_, bytes)| bytes);
        if let Some(ticket) = ticket
            && is_cacheable::<M>(&key, stored.map(AsRef::as_ref))
        {
            let bytes = stored.map(|stored| stored.as_bytes());
            if let Err(error) = self.store.fill(&key, &ticket, after, bytes).await {
                log(&error);
            }
        }
        Ok(document.map(|(document, _)| Arc::new(document)))
    }

    async fn found(&self, key: &[u8]) -> Option<Found> {
        for _ in 0..FINDS {
            let known = self.known().clone();
            match self.store.find(key, &known).await {
                Ok(Found::Unknown(generation)) => {
                    // After the reply: what was removed before it may have been removed from the earlier generation.
                    let since = Reached::of(self.upkeep.received());
                    let mut known = self.known();
                    if known.generation != generation {
                        *known = Known { generation, since };
                    }
                }
                Ok(found) => return Some(found),
                Err(error) => {
                    log(&error);
                    return None;
                }
            }
        }
        None
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_fresh(&self) -> bool {
        self.upkeep.works() && !self.fan_out.hub().has_ended() && self.lag() <= self.max_lag
    }

    /// Returns how much older than the deployment a document from the cache can be: the lag of the
    /// [fan-out](FanOut::lag), and the time for which the oldest change waits to be removed from Redis.
    pub fn lag(&self) -> Duration {
        self.fan_out.lag() + self.upkeep.waiting()
    }

    /// Returns the fan-out that keeps the cache fresh.
    pub fn fan_out(&self) -> &FanOut<M> {
        &self.fan_out
    }
}

/// Logs an error of Redis without its text, which may contain a key.
fn log(error: &redis::RedisError) {
    tracing::warn!(error = error.category(), "Redis cannot be used, so the cache reads from the server");
}

impl<M: Model> Drop for RedisCache<M> {
    fn drop(&mut self) {
        self.upkeep.stop();
        self.fan_out.remove(self.upkeep.inbox());
    }
}

impl<M: Model> fmt::Debug for RedisCache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisCache").field("fan_out", &self.fan_out).finish_non_exhaustive()
    }
}
