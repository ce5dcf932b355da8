//! `LiveQuery`: a result that is kept fresh.

use std::{
    fmt,
    future::{Future, IntoFuture, poll_fn},
    sync::{Arc, Mutex, PoisonError},
    task::{Context, Poll, ready},
};

use futures_core::future::BoxFuture;
use mongodb::bson::{Document, RawDocument, RawDocumentBuf, Timestamp};
use tokio::time::sleep;

use super::{
    difference::{Difference, Shown, between},
    fan_out::FanOut,
    hub::Sink,
    inbox::{Inbox, Received},
    incoming::{id_bytes, id_of, time_of},
    read::{Selected, scoped, snapshot},
    window::{Entry, Window},
};
use crate::{
    collection::Collection,
    error::{Error, Result},
    exec,
    filter::{Filter, IntoFilter, Matcher, SortKeys},
    model::Model,
    random::roll,
    sort::IntoSort,
    value::{OwnedRow, Raw},
    watch::{
        classify::{Classification, SNAPSHOT_ATTEMPTS, classify},
        resume_state::pause,
    },
};

/// How many events wait for a live query. If there are more, it reads its documents again.
const WAITING: usize = 4096;

impl<M: Model + Send + Sync> Collection<M> {
    /// Opens a live query: the result of a filter, and its differences. With the feature `live`.
    ///
    /// `{ find: <collection>, filter: { .. }, sort: { .. }, limit: n, collation: { locale: "simple" }, readConcern: {
    /// level: "snapshot" } }`, and a
    /// [`FanOut`] of its own. If there are several live queries, open one fan-out for all of them, and call its
    /// [`live`](FanOut::live).
    ///
    /// Awaiting it returns a [`LiveQuery`].
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Debug, Model)]
    /// # #[odm(collection = "players")]
    /// # struct Player { id: Id<Player>, points: i32 }
    /// # async fn f(players: Collection<Player>) -> odm::Result<()> {
    /// let p = Player::fields();
    /// let mut best = players.live(p.points().gt(0)).sort(p.points().desc()).limit(10).await?;
    /// println!("{:?}", best.documents());
    /// while let Some(differences) = best.next().await.transpose()? {
    ///     println!("{differences:?}");
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn live(&self, filter: impl IntoFilter<M>) -> OpenLiveQuery<M> {
        OpenLiveQuery::new(None, self.clone(), filter.into_filter())
    }
}

/// Opens a [`LiveQuery`]. Construct with [`FanOut::live`] or [`Collection::live`].
#[must_use = "nothing is read until the action is awaited"]
pub struct OpenLiveQuery<M: Model> {
    fan_out: Option<FanOut<M>>,
    collection: Collection<M>,
    filter: Filter<M>,
    sort: Result<Document>,
    limit: Option<usize>,
}

impl<M: Model + Send + Sync> OpenLiveQuery<M> {
    pub(super) fn new(fan_out: Option<FanOut<M>>, collection: Collection<M>, filter: Filter<M>) -> Self {
        Self { fan_out, collection, filter, sort: Ok(Document::new()), limit: None }
    }

    /// Sets the order of the documents. Documents that it leaves equal are ordered by their `_id`, which is also the
    /// default.
    pub fn sort(mut self, sort: impl IntoSort<M>) -> Self {
        self.sort = sort.into_sort().into_document();
        self
    }

    /// Sets how many documents the result has, at most. Without a limit, the whole result is in memory.
    pub fn limit(mut self, limit: usize) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Reads in the scope of another handle of the same collection, such as that of a tenant, while the fan-out has the
    /// changes of all.
    pub fn scope(mut self, collection: &Collection<M>) -> Self {
        self.collection = collection.clone();
        self
    }

    async fn open(self) -> Result<LiveQuery<M>> {
        let Self { fan_out, collection, filter, sort, limit } = self;
        if limit == Some(0) {
            return Err(Error::refused(
                "a live query with the limit 0 has no documents: set a limit of at least 1",
            ));
        }
        let mut sort = sort?;
        if !sort.contains_key("_id") {
            sort.insert("_id", 1);
        }
        let keys = SortKeys::of(&sort)?;
        let target = collection.untracked_target();
        let filter = scoped(&target, filter.into_document()?)?;
        let matcher = Filter::raw(filter.clone()).matcher()?;
        let fan_out = match fan_out {
            Some(fan_out) => fan_out,
            None => collection.for_change_stream().fan_out().await?,
        };
        let inbox = Arc::new(Inbox::new(WAITING));
        let after = fan_out.hub().add(Arc::clone(&inbox) as Arc<dyn Sink<M>>).time;
        let selected = Selected { target, filter, sort };
        let mut query = LiveQuery {
            inbox,
            fan_out,
            selected,
            matcher,
            keys,
            window: Window::new(limit),
            shown: Vec::new(),
            documents: Vec::new(),
            since: after,
            is_stale: true,
            reading: Mutex::new(None),
            failures: 0,
        };
        while query.is_stale {
            query.refresh().await?;
        }
        Ok(query)
    }
}

impl<M: Model + Send + Sync> IntoFuture for OpenLiveQuery<M> {
    type Output = Result<LiveQuery<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.open())
    }
}

impl<M: Model> fmt::Debug for OpenLiveQuery<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OpenLiveQuery")
            .field("on", &self.collection)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// The result of a filter with a sort and a limit, which is kept fresh by a change stream.
///
/// The first result is read in a snapshot, and the changes are applied from its time on, so none is missing. If documents
/// leave a result with a limit, those that follow are known or read in another snapshot. The result is that of a `find` of
/// the same filter, sort and limit with the collation `simple`, as old as the [lag](FanOut::lag) of the fan-out; while
/// writes are in progress, an update may be in it before an earlier update of another document, because the server looks
/// documents up.
///
/// At most 4,096 events wait for it until [`next`](Self::next) is called, of any size: all receivers of the fan-out share
/// them. If there are more, the events are dropped and the result is read again.
#[must_use = "the result is kept fresh by calling `next`"]
pub struct LiveQuery<M: Model> {
    fan_out: FanOut<M>,
    inbox: Arc<Inbox>,
    selected: Selected,
    matcher: Matcher<M>,
    keys: SortKeys,
    window: Window<M>,
    /// The result that the differences have led to.
    shown: Vec<Shown<M>>,
    documents: Vec<Arc<M>>,
    /// The time of the snapshot. Earlier events are part of it.
    since: Option<Timestamp>,
    /// Whether the documents must be read again.
    is_stale: bool,
    /// The read that is in progress. It is kept when the future of `next` is dropped. The lock is never contended: it
    /// makes this type `Sync`.
    reading: Mutex<Option<Reading>>,
    failures: u32,
}

/// A read of the documents, with the time of its snapshot.
type Reading = BoxFuture<'static, Result<(Vec<RawDocumentBuf>, Timestamp)>>;

impl<M: Model + Send + Sync> LiveQuery<M> {
    /// Returns the documents of the result, in their order, after the differences that [`next`](Self::next) has returned.
    pub fn documents(&self) -> &[Arc<M>] {
        &self.documents
    }

    /// Returns the fan-out that keeps the result fresh.
    pub fn fan_out(&self) -> &FanOut<M> {
        &self.fan_out
    }

    /// Waits until the result changes, and returns the steps from the last result to the new one, which contains all
    /// changes that have been waiting. Returns `None` after the error that ended the fan-out.
    ///
    /// The future can be dropped and `next` called again: no difference is lost, and a read that is in progress continues.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if a document does not fit the model. The
    /// next call reads the result again. Returns the error that ended the fan-out, and the errors of reading again.
    pub async fn next(&mut self) -> Option<Result<Vec<Difference<M>>>> {
        loop {
            let step = if self.is_stale { self.refresh().await } else { self.receive().await };
            match step {
                Ok(Some(differences)) if differences.is_empty() => {}
                Ok(Some(differences)) => return Some(Ok(differences)),
                Ok(None) => return None,
                Err(error) => return Some(Err(error)),
            }
        }
    }

    /// Waits for an event, and applies it and those that wait after it.
    async fn receive(&mut self) -> Result<Option<Vec<Difference<M>>>> {
        match poll_fn(|cx| self.inbox.poll_next(cx)).await {
            Received::Event(event) => {
                let mut next = Some(event);
                // Events that arrive meanwhile must not delay the result for ever.
                for _ in 0..WAITING {
                    let Some(event) = next else { break };
                    let is_new = time_of(&event).zip(self.since).is_none_or(|(time, since)| time > since);
                    if is_new && !self.apply(&event)? {
                        self.is_stale = true;
                        break;
                    }
                    next = self.inbox.pop();
                }
                Ok(Some(self.publish()))
            }
            Received::Overflow => {
                self.is_stale = true;
                Ok(Some(Vec::new()))
            }
            Received::End(Some(error)) => Err(error),
            Received::End(None) => Ok(None),
        }
    }

    /// Applies an event. Returns `false` if the documents must be read again.
    fn apply(&mut self, event: &RawDocument) -> Result<bool> {
        let result = self.changed(event);
        if result.is_err() {
            self.is_stale = true;
        }
        result
    }

    fn changed(&mut self, event: &RawDocument) -> Result<bool> {
        let kind = event.get_str("operationType").unwrap_or_default();
        if !matches!(kind, "insert" | "update" | "replace" | "delete") {
            return Ok(!matches!(kind, "drop" | "rename" | "dropDatabase" | "invalidate"));
        }
        let Some(id) = id_of(event) else { return Ok(false) };
        let id = id_bytes(id);
        let entry = match event.get_document("fullDocument") {
            Ok(document) if self.matcher.matches_raw(document)? => Some(self.entry(document)?),
            Ok(_) => None,
            Err(_) if kind == "delete" => None,
            // The document was deleted since, or its image has expired.
            Err(_) if self.fan_out.hub().setup.is_looked_up => None,
            Err(_) => return Ok(false),
        };
        Ok(self.window.set(&id, entry))
    }

    fn entry(&self, document: &RawDocument) -> Result<Entry<M>> {
        let bytes = document.as_bytes();
        let id = document.get("_id").ok().flatten().map(id_bytes).unwrap_or_default();
        let key = self.keys.key_of(bytes)?;
        let decoded = M::read_owned(Raw::document(bytes)).map_err(|cause| Error::decode(bytes, cause))?;
        Ok(Entry::new(key, id.into(), bytes.into(), Arc::new(decoded)))
    }

    /// Reads the documents in a snapshot.
    async fn refresh(&mut self) -> Result<Option<Vec<Difference<M>>>> {
        let (documents, time) = match poll_fn(|cx| self.poll_read(cx)).await {
            Ok(read) => read,
            Err(error) => {
                self.failures = self.failures.saturating_add(1);
                let is_temporary = !matches!(classify(&error), Classification::End);
                if is_temporary && self.failures < SNAPSHOT_ATTEMPTS {
                    return Ok(Some(Vec::new()));
                }
                return Err(error);
            }
        };
        let mut entries = Vec::with_capacity(documents.len());
        for document in &documents {
            match self.entry(document) {
                Ok(entry) => entries.push(entry),
                Err(error) => {
                    self.failures = self.failures.saturating_add(1);
                    return Err(error);
                }
            }
        }
        self.window.reset(entries);
        self.since = Some(time);
        self.is_stale = false;
        self.failures = 0;
        Ok(Some(self.publish()))
    }

    /// Waits for the read that is in progress, or starts one.
    fn poll_read(&mut self, cx: &mut Context<'_>) -> Poll<<Reading as Future>::Output> {
        let slot = self.reading.get_mut().unwrap_or_else(PoisonError::into_inner);
        let reading = slot.get_or_insert_with(|| {
            let (selected, limit) = (self.selected.clone(), self.window.capacity());
            let (hub, since, failures) = (Arc::clone(self.fan_out.hub()), self.since, self.failures);
            exec::completed(Box::pin(async move {
                if failures > 0 {
                    sleep(pause(failures, roll())).await;
                }
                // What waits is older than the snapshot, or is received again after it.
                let after = hub.progress().time.max(since);
                snapshot(&selected, limit, after).await
            }))
        });
        let read = ready!(reading.as_mut().poll(cx));
        *slot = None;
        Poll::Ready(read)
    }

    /// Returns the steps to the documents that are shown now, unless they are not known.
    fn publish(&mut self) -> Vec<Difference<M>> {
        if self.is_stale || !self.window.take_changed() {
            return Vec::new();
        }
        let new = self.window.shown();
        let steps = between(&self.shown, &new);
        for step in &steps {
            step.apply(&mut self.documents);
        }
        self.shown = new;
        steps
    }
}

impl<M: Model> Drop for LiveQuery<M> {
    fn drop(&mut self) {
        self.inbox.close();
        self.fan_out.remove(&*self.inbox);
    }
}

impl<M: Model> fmt::Debug for LiveQuery<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LiveQuery")
            .field("on", &self.selected.target)
            .field("documents", &self.documents.len())
            .finish_non_exhaustive()
    }
}
