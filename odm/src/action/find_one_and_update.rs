//! `find_one_and_update`: updates a document and returns it, as it was before or after.

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::FindOneAndUpdateOptions,
};

use super::{
    Implicit, SessionState, Viewed, action,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    find_one::row,
    prepare::{Problems, projection},
    send,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::Result,
    filter::{Filter, IntoFilter},
    model::Model,
    operation::Verb,
    update::{IntoUpdate, Update},
    value::OwnedRow,
    view::{Projection, View},
    write::{Kind, Statement, encode},
};

pub(super) const FIND_ONE_AND_UPDATE: Verb = Verb::new("find_one_and_update", "findAndModify");

impl<M: Model> Collection<M> {
    /// Updates one document that matches a filter, and returns it: as it was before, or with
    /// [`return_new`](FindOneAndUpdate::return_new) as it is afterwards.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, update: { .. } }`
    ///
    /// The rules of the model are not checked, because the client does not have the whole document.
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_not_sent`](crate::Error::is_not_sent), [`is_duplicate_key`](crate::Error::is_duplicate_key),
    ///   [`is_rejected`](crate::Error::is_rejected): as for [`update_one`](Collection::update_one).
    /// - [`is_decode`](crate::Error::is_decode): the returned document does not fit the model. It is updated
    ///   nevertheless.
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
            update: update.into_update().checked_against(&filter),
            filter,
            or_insert: None,
            view: None,
            problems: Problems::default(),
            options: FindOneAndUpdateOptions::default(),
            state: Implicit,
        }
    }
}

/// Updates a document and returns it, as it was before or after.
///
/// Construct with [`Collection::find_one_and_update`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndUpdate<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    update: Update<M>,
    or_insert: Option<Result<RawDocumentBuf>>,
    view: Option<Document>,
    problems: Problems,
    options: FindOneAndUpdateOptions,
    state: S,
}

action!(FindOneAndUpdate { target, filter, update, or_insert, view, problems } with FindOneAndUpdateOptions, clearing problems => Option<M>);

setters!([M: Model, S] FindOneAndUpdate<M, S>, of M:
    sort upsert return_new array_filters hint collation let_ bypass_document_validation comment max_time
    write_concern);
deadline!([M: Model] FindOneAndUpdate<M>, FIND_ONE_AND_UPDATE, max_time);
explain!([M: Model] FindOneAndUpdate<M>);

impl<M: Model> Explained for FindOneAndUpdate<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_find_and_modify(target, statement)
    }
}

impl<M: Model, S> FindOneAndUpdate<M, S> {
    /// Reads the document as a [view](crate::view): `{ fields: { .. } }`.
    ///
    /// Awaiting it returns the view, or `None` if nothing matches. The view owns its data, because there is no cursor
    /// to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> Viewed<Self, V> {
        self.view = Some(Projection::of::<M, V>());
        Viewed::new(self)
    }

    /// Inserts this document, except for the fields that the update writes, if nothing matches: see
    /// [`UpdateOne::or_insert`](crate::action::UpdateOne::or_insert).
    ///
    /// With [`return_new`](Self::return_new), awaiting it then always returns a document: the updated one, or the
    /// inserted one.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::doc};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>, new: User) -> odm::Result<()> {
    /// let u = User::fields();
    /// // An empty update: gets the document, or inserts it.
    /// let user = users.find_one_and_update(u.name().eq(&new.name), doc! {}).or_insert(&new).return_new().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn or_insert(mut self, model: &M) -> Self {
        self.or_insert = Some(encode(model));
        self
    }

    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, update, or_insert, view, problems, mut options, state } = self;
        let statement = problems.or_filter(filter).and_then(|filter| {
            let or_insert = or_insert.transpose()?;
            options.projection = projection(view, options.projection.as_ref())?;
            let kind = Kind::Update { many: false, filter, update: update.untyped(), or_insert };
            Ok(Statement::new::<M>(kind, options))
        });
        (target, statement, state)
    }

    pub(super) fn execute<'s, T>(self) -> BoxFuture<'s, Result<Option<T>>>
    where
        S: SessionState<'s>,
        T: OwnedRow,
    {
        let (target, statement, state) = self.into_statement();
        let session = state.into_option();
        Box::pin(async move {
            let found = send::find_and_modify(&target, FIND_ONE_AND_UPDATE, statement, session).await?;
            row(&target.operation(FIND_ONE_AND_UPDATE), found)
        })
    }
}
