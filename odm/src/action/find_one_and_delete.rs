//! `find_one_and_delete`: deletes a document and returns it.

use futures_core::future::BoxFuture;
use mongodb::{bson::Document, options::FindOneAndDeleteOptions};

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
    value::OwnedRow,
    view::{Projection, View},
    write::{Kind, Statement},
};

pub(super) const FIND_ONE_AND_DELETE: Verb = Verb::new("find_one_and_delete", "findAndModify");

impl<M: Model> Collection<M> {
    /// Deletes one document that matches a filter, and returns it.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, remove: true }`
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_decode`](crate::Error::is_decode) is true if the document does not fit the
    /// model. The document is deleted nevertheless.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> = jobs.find_one_and_delete(j.queue().eq("mail")).sort(j.priority().desc()).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    pub fn find_one_and_delete(&self, filter: impl IntoFilter<M>) -> FindOneAndDelete<M> {
        FindOneAndDelete {
            target: self.target(),
            filter: filter.into_filter(),
            view: None,
            problems: Problems::default(),
            options: FindOneAndDeleteOptions::default(),
            state: Implicit,
        }
    }
}

/// Deletes a document and returns it.
///
/// Construct with [`Collection::find_one_and_delete`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndDelete<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    view: Option<Document>,
    problems: Problems,
    options: FindOneAndDeleteOptions,
    state: S,
}

action!(FindOneAndDelete { target, filter, view, problems } with FindOneAndDeleteOptions, clearing problems => Option<M>);

setters!([M: Model, S] FindOneAndDelete<M, S>, of M: sort hint collation let_ comment max_time write_concern);
deadline!([M: Model] FindOneAndDelete<M>, FIND_ONE_AND_DELETE, max_time);
explain!([M: Model] FindOneAndDelete<M>);

impl<M: Model> Explained for FindOneAndDelete<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_find_and_modify(target, statement)
    }
}

impl<M: Model, S> FindOneAndDelete<M, S> {
    /// Reads the document as a [view](crate::view): `{ fields: { .. } }`.
    ///
    /// Awaiting it returns the view, or `None` if nothing matches. The view owns its data, because there is no cursor
    /// to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> Viewed<Self, V> {
        self.view = Some(Projection::of::<M, V>());
        Viewed::new(self)
    }

    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, view, problems, mut options, state } = self;
        let statement = problems.or_filter(filter).and_then(|filter| {
            options.projection = projection(view, options.projection.as_ref())?;
            Ok(Statement::new::<M>(Kind::Delete { many: false, filter }, options))
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
            let found = send::find_and_modify(&target, FIND_ONE_AND_DELETE, statement, session).await?;
            row(&target.operation(FIND_ONE_AND_DELETE), found)
        })
    }
}
