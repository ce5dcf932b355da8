//! `find_one_and_update`: change a document and give it, as it was or as it is.

use futures_core::future::BoxFuture;
use mongodb::{
    ClientSession,
    action::Action,
    bson::{Document, RawDocumentBuf},
    options::{FindOneAndUpdateOptions, UpdateModifications},
};

use super::{
    Implicit, SessionState, Viewed, action, command,
    encode::encode,
    explain::{Explain, Explained},
    find_one::row,
    prepare::{NewDocument, OnInsert, Problems, projection},
};
use crate::{
    collection::{Collection, Target},
    error::{Result, codec::CodecResult},
    exec,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    update::{IntoUpdate, Update},
    value::{MAX_OPTION, OwnedRow, bounded_document},
    view::{Projection, View},
};

pub(super) const FIND_ONE_AND_UPDATE: Verb = Verb::new("find_one_and_update", "findAndModify");

impl<M: Model> Collection<M> {
    /// Changes one document that matches a filter, and gives it: as it was, or with
    /// [`return_new`](FindOneAndUpdate::return_new) as it is.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, update: { .. } }`
    ///
    /// The rules of the model are not checked: the document as a whole is not seen on this side.
    ///
    /// `await` gives the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// [`is_not_sent`](crate::Error::is_not_sent), [`is_duplicate_key`](crate::Error::is_duplicate_key),
    /// [`is_rejected`](crate::Error::is_rejected): as for [`update_one`](Collection::update_one).
    /// [`is_decode`](crate::Error::is_decode): the document does not fit the model; it was changed all the same.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> =
    ///     jobs.find_one_and_update(j.taken().eq(false), j.taken().set(true)).sort(j.priority().desc()).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    pub fn find_one_and_update(
        &self,
        filter: impl IntoFilter<M>,
        update: impl IntoUpdate<M>,
    ) -> FindOneAndUpdate<M> {
        let filter = filter.into_filter();
        FindOneAndUpdate {
            target: self.target(),
            update: update.into_update().under(&filter),
            filter,
            on_insert: None,
            view: None,
            problems: Problems::default(),
            options: FindOneAndUpdateOptions::default(),
            state: Implicit,
        }
    }
}

/// Changes a document and gives it.
///
/// Construct with [`Collection::find_one_and_update`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndUpdate<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    update: Update<M>,
    on_insert: NewDocument,
    view: Option<Document>,
    problems: Problems,
    options: FindOneAndUpdateOptions,
    state: S,
}

action!(FindOneAndUpdate { target, filter, update, on_insert, view, problems } with FindOneAndUpdateOptions, clearing problems => Option<M>);

impl<M: Model> Explained for FindOneAndUpdate<M> {
    fn explained(mut self) -> Explain {
        let filter = self.problems.or_filter(self.filter);
        let on_insert = OnInsert::of(self.on_insert, &mut self.options.upsert, M::VERSION);
        let update = on_insert.join(self.update, &filter);
        let update = with_array_filters(update, viewed(self.options, self.view));
        let command = filter.and_then(|filter| {
            let (update, options) = update?;
            command::find_one_and_update(self.target.name(), filter, update, options)
        });
        Explain::new(self.target, command, None)
    }
}

impl<M: Model, S> FindOneAndUpdate<M, S> {
    /// Reads the document as a [view](crate::view): `{ fields: { .. } }`.
    ///
    /// `await` gives the view, or `None` if nothing matches. The view owns its data, as there is no cursor to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> Viewed<Self, V> {
        self.view = Some(Projection::of::<M, V>());
        Viewed::new(self)
    }

    /// Makes this document, but for what the update writes, if nothing matches: as for
    /// [`update_one`](crate::action::UpdateOne::or_insert).
    ///
    /// With [`return_new`](Self::return_new), `await` then always gives a document: the one that was there, or this
    /// one.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::doc};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: User) -> odm::Result<()> {
    /// let u = User::fields();
    /// // An empty update: get it, or create it.
    /// let user = users.find_one_and_update(u.name().eq(&new.name), doc! {}).or_insert(&new).return_new().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_insert(mut self, model: &M) -> Self {
        self.on_insert = Some(encode(model));
        self
    }

    pub(super) fn execute<'s, T>(mut self) -> BoxFuture<'s, Result<Option<T>>>
    where
        S: SessionState<'s>,
        T: OwnedRow,
    {
        let filter = self.problems.or_filter(self.filter);
        let on_insert = OnInsert::of(self.on_insert, &mut self.options.upsert, M::VERSION);
        let update = on_insert.join(self.update, &filter);
        let options = viewed(self.options, self.view);
        let sent = send(self.target.clone(), filter, update, options, self.state.into_option());
        Box::pin(async move { row(&self.target.operation(FIND_ONE_AND_UPDATE), sent.await?) })
    }
}

async fn send(
    target: Target,
    filter: Result<Document>,
    update: Result<(UpdateModifications, Vec<Document>)>,
    options: Result<FindOneAndUpdateOptions>,
    session: Option<&mut ClientSession>,
) -> Result<Option<RawDocumentBuf>> {
    let operation = target.operation(FIND_ONE_AND_UPDATE);
    let filter = operation.check(filter)?;
    let (update, options) = operation.check(with_array_filters(update, options))?;
    let collection = target.raw();
    let call = collection
        .find_one_and_update(filter, update)
        .with_options(options)
        .optional(session, mongodb::action::FindOneAndUpdate::session);
    exec::run(operation, call).await
}

/// The options with the projection of the view.
fn viewed(mut options: FindOneAndUpdateOptions, view: Option<Document>) -> Result<FindOneAndUpdateOptions> {
    options.projection = projection(view, options.projection.as_ref())?;
    Ok(options)
}

/// The update, and the options with its array filters behind their own.
fn with_array_filters(
    update: Result<(UpdateModifications, Vec<Document>)>,
    options: Result<FindOneAndUpdateOptions>,
) -> Result<(UpdateModifications, FindOneAndUpdateOptions)> {
    let ((update, array_filters), mut options) = (update?, options?);
    if !array_filters.is_empty() {
        options.array_filters.get_or_insert_default().extend(array_filters);
    }
    // The driver writes them through serde here.
    if let Some(filters) = options.array_filters.take() {
        let filters = filters.into_iter().map(|filter| bounded_document(filter, MAX_OPTION));
        options.array_filters = Some(filters.collect::<CodecResult<Vec<Document>>>()?);
    }
    Ok((update, options))
}
