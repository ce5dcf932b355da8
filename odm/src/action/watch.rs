//! `watch`: what happens to the collection, as it happens.

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, Timestamp},
    change_stream::event::ResumeToken as DriverToken,
    options::{ChangeStreamOptions, FullDocumentBeforeChangeType, FullDocumentType},
};

use super::{Builder, Place, Within, setters::setters};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    model::Model,
    operation::Verb,
    watch::{ChangeStream, ResumeToken, request::Request, resume_state::Start},
};

pub(super) const WATCH: Verb = Verb::new("watch", "aggregate").reading();

impl<M: Model> Collection<M> {
    /// Follows the changes of this collection.
    ///
    /// `{ aggregate: <collection>, pipeline: [{ $changeStream: {} }], cursor: {} }`
    ///
    /// The stream starts with what happens from now on, unless one of
    /// [`resume_after`](Watch::resume_after), [`start_after`](Watch::start_after) and
    /// [`start_at`](Watch::start_at) says otherwise. Change streams need a replica set (of one member at
    /// least) or a sharded cluster.
    ///
    /// `await` gives a [`ChangeStream`], which survives lost connections and elections by itself. The first opening is
    /// tried three times where the connection breaks, or once if the client has `retryReads=false`; what follows does not
    /// depend on that option.
    ///
    /// # Errors
    ///
    /// [`InvalidResumeToken`](crate::ErrorKind::InvalidResumeToken): the token is not one of this
    /// collection's. [`HistoryLost`](crate::ErrorKind::HistoryLost): the oplog no longer reaches back so far.
    /// [`is_unauthorized`](crate::Error::is_unauthorized): the user may not watch.
    /// [`is_unavailable`](crate::Error::is_unavailable): no server answers.
    ///
    /// ```no_run
    /// # use odm::{Collection, Model, watch::ResumeToken};
    /// # async fn f<Order: Model>(orders: Collection<Order>, stored: Option<ResumeToken>) -> odm::Result<()> {
    /// let mut changes = orders.watch().resume_after(stored).await?;
    /// while let Some(change) = changes.next().await.transpose()? {
    ///     println!("{:?}", change.token());
    /// }
    /// # Ok(())
    /// # }
    /// ```
    pub fn watch(&self) -> Watch<M> {
        Watch {
            collection: self.clone(),
            start: Ok(Start::Now),
            options: ChangeStreamOptions::default(),
            stages: Vec::new(),
            max_outage: None,
        }
    }
}

/// Follows the changes of a collection.
///
/// Construct with [`Collection::watch`]. It runs in a session of its own, with the read concern `majority` unless
/// [`read_concern`](Self::read_concern) sets another one.
#[must_use = "nothing is watched until the action is awaited"]
pub struct Watch<M> {
    collection: Collection<M>,
    start: Result<Start>,
    options: ChangeStreamOptions,
    stages: Vec<Document>,
    max_outage: Option<Duration>,
}

setters!([M] Watch<M>, of M: show_expanded_events collation comment read_concern read_preference);

impl<M> Builder for Watch<M> {
    type Options = ChangeStreamOptions;

    fn on(&self) -> Place {
        Place::Collection(self.target())
    }

    fn options(&mut self) -> &mut ChangeStreamOptions {
        &mut self.options
    }
}

impl<M> super::TakesComment for Watch<M> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.start = Err(problem)).ok()
    }
}

impl<M> Watch<M> {
    /// Where it watches.
    pub(super) fn target(&self) -> Target {
        self.collection.target()
    }

    /// Takes all options from the driver's struct, in place of those set so far, the start included.
    ///
    /// The read concern is `majority` unless the options have one.
    pub fn with_options(mut self, options: ChangeStreamOptions) -> Self {
        self.start = start_of(&options);
        self.options = options;
        self
    }

    /// Whether an update comes with its document: looked up when the change is sent
    /// (`UpdateLookup`, perhaps a later version or gone), or as the update left it (`WhenAvailable`,
    /// `Required`: the collection has to keep post-images).
    ///
    /// `{ $changeStream: { fullDocument: value } }`
    pub fn full_document(mut self, value: FullDocumentType) -> Self {
        self.options.full_document = Some(value);
        self
    }

    /// Whether a change comes with the document before it; the collection has to keep pre-images.
    ///
    /// `{ $changeStream: { fullDocumentBeforeChange: value } }`
    pub fn full_document_before_change(mut self, value: FullDocumentBeforeChangeType) -> Self {
        self.options.full_document_before_change = Some(value);
        self
    }

    /// Starts with the first change after the one with this token; without one, with what happens from now
    /// on. Replaces another start.
    ///
    /// `{ $changeStream: { resumeAfter: token } }`
    pub fn resume_after(mut self, token: impl Into<Option<ResumeToken>>) -> Self {
        self.start = Ok(token.into().map_or(Start::Now, Start::Resume));
        self
    }

    /// The same as [`resume_after`](Self::resume_after), and the change with this token may be an invalidate:
    /// the stream goes on with the collection that has taken the name since.
    ///
    /// `{ $changeStream: { startAfter: token } }`
    pub fn start_after(mut self, token: impl Into<Option<ResumeToken>>) -> Self {
        self.start = Ok(token.into().map_or(Start::Now, Start::After));
        self
    }

    /// Starts with the changes of this time of the deployment and later. Replaces another start.
    ///
    /// `{ $changeStream: { startAtOperationTime: time } }`
    pub fn start_at(mut self, time: Timestamp) -> Self {
        self.start = Ok(Start::Context(time));
        self
    }

    /// How many changes the server sends at once, at most.
    pub fn batch_size(mut self, size: u32) -> Self {
        self.options.batch_size = Some(size);
        self
    }

    /// How long the server waits for a change before it answers that there is none: a second by default.
    ///
    /// It is how often the position moves on while nothing happens, and how long
    /// [`ChangeStream::next_if_any`] waits.
    pub fn max_await_time(mut self, time: Duration) -> Self {
        self.options.max_await_time = Some(time);
        self
    }

    /// How long the stream goes on trying while no server answers. By default it never gives up: the changes
    /// wait in the oplog, and whoever has to know sees the warnings.
    ///
    /// Then the error of the last attempt ends the stream.
    pub fn max_outage(mut self, time: Duration) -> Self {
        self.max_outage = Some(time);
        self
    }

    /// Adds a raw stage after `$changeStream`, such as `{ $match: { operationType: "insert" } }`.
    ///
    /// The server takes `$match`, `$project`, `$set`, `$unset`, `$replaceRoot` and `$redact` here. A stage has
    /// to leave `_id`, `operationType` and what its kind of event is made of (`documentKey`, `fullDocument`,
    /// `updateDescription`, `to`) as they are, and what it does to the documents has to fit the model: an event
    /// that does not decode stops the stream before it. A stage that visibly changes `_id` is refused.
    pub fn stage(mut self, stage: Document) -> Self {
        self.stages.push(stage);
        self
    }
}

fn start_of(options: &ChangeStreamOptions) -> Result<Start> {
    let token = |token: &DriverToken| ResumeToken::try_from(token).map_err(Error::from);
    match (&options.resume_after, &options.start_after, options.start_at_operation_time) {
        (None, None, None) => Ok(Start::Now),
        (Some(after), None, None) => token(after).map(Start::Resume),
        (None, Some(after), None) => token(after).map(Start::After),
        (None, None, Some(time)) => Ok(Start::Context(time)),
        _ => Err(Error::refused(
            "the options give more than one of `resume_after`, `start_after` and `start_at_operation_time`",
        )),
    }
}

impl<M: Model> IntoFuture for Watch<M> {
    type Output = Result<ChangeStream<M>>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let database = self.collection.database().clone();
            let request = Request::new(database, self.collection.driver(), self.options, self.stages)?;
            ChangeStream::open(request, self.start?, self.max_outage).await
        })
    }
}

impl<M> fmt::Debug for Watch<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watch").field("on", &self.collection).finish_non_exhaustive()
    }
}

impl<M: Model> Watch<M> {
    /// How long opening the stream may take; it does not limit the stream: see [`Within`].
    ///
    /// Then it is an error that [`is_timeout`](crate::Error::is_timeout).
    pub fn deadline(self, after: Duration) -> Within<Self> {
        let on = Place::Collection(self.target());
        Within::new(self, after, on, WATCH)
    }
}
