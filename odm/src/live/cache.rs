//! `Cache`: models by their ids, in this process.

use std::{
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use mongodb::bson::{Bson, RawDocument, RawDocumentBuf, Timestamp, doc};

use super::{
    fan_out::FanOut,
    hub::{Offered, Sink},
    incoming::{Incoming, id_bytes},
    read::{one, scoped},
};
use crate::{
    collection::Target,
    error::{Error, Result},
    exec,
    model::Model,
    value::{OwnedRow, Raw},
};

/// Into how many parts the ids are divided, each with a lock.
const PARTS: u64 = 256;

/// Opens a [`Cache`]. Construct with [`FanOut::cache`].
#[must_use = "nothing is cached until it is opened"]
pub struct OpenCache<M: Model> {
    fan_out: FanOut<M>,
    capacity: u64,
    max_lag: Duration,
}

impl<M: Model + Send + Sync> OpenCache<M> {
    pub(super) fn new(fan_out: FanOut<M>) -> Self {
        Self { fan_out, capacity: 10_000, max_lag: Duration::from_secs(10) }
    }

    /// Sets how many documents are cached, at most. The default is 10,000. The documents that were used the least leave
    /// first.
    pub fn capacity(mut self, documents: u64) -> Self {
        self.capacity = documents;
        self
    }

    /// Sets how old a document from the cache may be. The default is ten seconds. While the [lag](FanOut::lag) is longer,
    /// the cache reads from the server.
    pub fn max_lag(mut self, lag: Duration) -> Self {
        self.max_lag = lag;
        self
    }

    /// Returns the cache.
    pub fn open(self) -> Cache<M> {
        let Self { fan_out, capacity, max_lag } = self;
        let entries = Arc::new(Entries {
            cached: moka::sync::Cache::new(capacity),
            hasher: RandomState::new(),
            parts: (0..PARTS).map(|_| Mutex::new(0)).collect(),
        });
        fan_out.hub().add(Arc::clone(&entries) as Arc<dyn Sink<M>>);
        let target = fan_out.collection().untracked_target();
        Cache { entries, fan_out, target, max_lag }
    }
}

impl<M: Model> fmt::Debug for OpenCache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenCache").field("fan_out", &self.fan_out).finish_non_exhaustive()
    }
}

/// A read-through cache of models by their ids, in this process.
///
/// [`get`](Self::get) reads a document that is not cached from the server, and caches it, also if there is none. The change
/// stream of the [`FanOut`] removes each document that changes. So a document from the cache is never older than the
/// [`lag`](Self::lag): a read that was in progress when the document changed is returned, but not cached, and a read
/// contains at least what the stream has delivered, also on a secondary. When the stream has ended, every call reads from
/// the server.
///
/// ```no_run
/// # use odm::{Collection, Id, Model};
/// # #[derive(Debug, Model)]
/// # #[odm(collection = "products")]
/// # struct Product { id: Id<Product>, name: String }
/// # async fn f(products: Collection<Product>, id: Id<Product>) -> odm::Result<()> {
/// let cache = products.fan_out().await?.cache().capacity(1000).open();
/// let product = cache.get(&id).await?; // reads from the server
/// let again = cache.get(&id).await?; // does not
/// # Ok(())
/// # }
/// ```
#[must_use = "documents are read with `get`"]
pub struct Cache<M: Model> {
    entries: Arc<Entries<M>>,
    fan_out: FanOut<M>,
    target: Target,
    max_lag: Duration,
}

struct Entries<M> {
    cached: moka::sync::Cache<Vec<u8>, Option<Arc<M>>>,
    hasher: RandomState,
    /// How many changes there were of the ids of each part.
    parts: Vec<Mutex<u64>>,
}

impl<M: Model + Send + Sync> Cache<M> {
    /// Returns the document with this id, or `None` if there is none in the scope of the collection.
    ///
    /// If it is not cached: `{ find: <collection>, filter: { _id: id }, limit: 1, readConcern: { level: "majority",
    /// afterClusterTime: time } }`
    ///
    /// # Errors
    ///
    /// Returns the errors of [`find_one`](crate::Collection::find_one).
    pub async fn get(&self, id: &M::Id) -> Result<Option<Arc<M>>> {
        let id = encoded_id::<M>(id)?;
        let key = id_bytes_of(&id)?;
        let is_fresh = self.is_fresh();
        if is_fresh && let Some(document) = self.entries.cached.get(&key) {
            return Ok(document);
        }
        let before = *self.entries.part(&key);
        let (document, stored) = match read::<M>(&self.target, id, self.fan_out.cluster_time()).await? {
            Some((document, stored)) => (Some(Arc::new(document)), Some(stored)),
            None => (None, None),
        };
        let part = self.entries.part(&key);
        if is_fresh && *part == before && is_cacheable::<M>(&key, stored.as_deref()) {
            self.entries.cached.insert(key, document.clone());
        }
        drop(part);
        Ok(document)
    }

    fn is_fresh(&self) -> bool {
        !self.fan_out.hub().has_ended() && self.fan_out.lag() <= self.max_lag
    }

    /// Returns how much older than the deployment a document from the cache can be.
    pub fn lag(&self) -> Duration {
        self.fan_out.lag()
    }

    /// Returns about how many documents are cached.
    pub fn len(&self) -> u64 {
        self.entries.cached.run_pending_tasks();
        self.entries.cached.entry_count()
    }

    /// Returns whether no documents are cached.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Returns the fan-out that keeps the cache fresh.
    pub fn fan_out(&self) -> &FanOut<M> {
        &self.fan_out
    }
}

/// Returns the id as it is stored.
pub(super) fn encoded_id<M: Model>(id: &M::Id) -> Result<Bson> {
    use crate::value::Value;
    id.to_bson().map_err(Error::from)
}

/// Returns the key of an id.
pub(super) fn id_bytes_of(id: &Bson) -> Result<Vec<u8>> {
    let document = RawDocumentBuf::try_from(&doc! { "_id": id.clone() });
    let document = document.map_err(|_| Error::refused("the id cannot be written as BSON"))?;
    Ok(document.get("_id").ok().flatten().map(id_bytes).unwrap_or_default())
}

/// Returns whether a later change of the document has this key, so that it removes the document from the cache. The
/// server also finds documents whose `_id` is equal to the key without being the same: by a collation, or a number inside
/// of it.
pub(super) fn is_cacheable<M: Model>(key: &[u8], stored: Option<&RawDocument>) -> bool {
    match stored {
        Some(document) => document.get("_id").ok().flatten().is_some_and(|id| id_bytes(id) == key),
        None => M::MODEL.options().collation.is_none(),
    }
}

/// Reads a document, which contains what has changed until `after`, and returns it with its bytes.
pub(super) async fn read<M: Model>(
    target: &Target,
    id: Bson,
    after: Option<Timestamp>,
) -> Result<Option<(M, RawDocumentBuf)>> {
    let filter = scoped(target, doc! { "_id": id })?;
    let target = target.clone();
    let found = exec::completed(Box::pin(async move { one(&target, filter, after).await })).await?;
    let Some(document) = found else { return Ok(None) };
    decode(&document).map(|decoded| Some((decoded, document)))
}

pub(super) fn decode<M: Model>(document: &RawDocument) -> Result<M> {
    let bytes = document.as_bytes();
    M::read_owned(Raw::document(bytes)).map_err(|cause| Error::decode(bytes, cause))
}

impl<M> Entries<M> {
    /// Locks the part of an id.
    fn part(&self, key: &[u8]) -> MutexGuard<'_, u64> {
        let part = usize::try_from(self.hasher.hash_one(key) % PARTS).unwrap_or_default();
        // There are as many parts as the modulus.
        let part = self.parts.get(part).unwrap_or(&self.parts[0]);
        part.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<M: Model + Send + Sync> Sink<M> for Entries<M> {
    fn offer(&self, event: &Incoming<'_, M>) -> Offered {
        match event.id() {
            Some(id) if event.is_of_document() => {
                let key = id_bytes(id);
                let mut part = self.part(&key);
                *part += 1;
                self.cached.invalidate(&key);
            }
            _ => {
                for part in &self.parts {
                    *part.lock().unwrap_or_else(PoisonError::into_inner) += 1;
                }
                self.cached.invalidate_all();
            }
        }
        Offered::Taken
    }

    fn end(&self, _error: Option<Error>) {
        self.cached.invalidate_all();
    }
}

impl<M: Model> Drop for Cache<M> {
    fn drop(&mut self) {
        self.fan_out.remove(&*self.entries);
    }
}

impl<M: Model> fmt::Debug for Cache<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache").field("fan_out", &self.fan_out).finish_non_exhaustive()
    }
}
