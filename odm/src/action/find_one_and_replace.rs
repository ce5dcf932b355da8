//! `find_one_and_replace`: replaces a document and returns it, as it was before or after.

use futures_core::future::BoxFuture;
use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::FindOneAndReplaceOptions,
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
    value::OwnedRow,
    view::{Projection, View},
    write::{Kind, Statement, encode_replacement},
};

pub(super) const FIND_ONE_AND_REPLACE: Verb = Verb::new("find_one_and_replace", "findAndModify");

impl<M: Model> Collection<M> {
    /// Replaces one document that matches a filter, and returns it: as it was before, or with
    /// [`return_new`](FindOneAndReplace::return_new) as it is afterwards.
    ///
    /// `{ findAndModify: <collection>, query: { .. }, update: model }`
    ///
    /// The client checks the rules of the model first, and does not send a document that violates one.
    ///
    /// Awaiting it returns the document, or `None` if nothing matches.
    ///
    /// # Errors
    ///
    /// Returns an error for which one of these is true:
    ///
    /// - [`is_invalid`](crate::Error::is_invalid): the document violates rules of its model.
    /// - [`is_duplicate_key`](crate::Error::is_duplicate_key), [`is_rejected`](crate::Error::is_rejected): as for
    ///   [`replace_one`](Collection::replace_one).
    /// - [`is_decode`](crate::Error::is_decode): the returned document does not fit the model. It is replaced
    ///   nevertheless.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "jobs")]
    /// # struct Job { id: Id<Job>, queue: String, priority: i32, taken: bool }
    /// # async fn f(jobs: Collection<Job>, next: Job) -> odm::Result<()> {
    /// let j = Job::fields();
    /// let job: Option<Job> = jobs.find_one_and_replace(j.id().eq(next.id), &next).await?;
    /// # drop(job);
    /// # Ok(())
    /// # }
    /// ```
    pub fn find_one_and_replace(&self, filter: impl IntoFilter<M>, model: &M) -> FindOneAndReplace<M> {
        FindOneAndReplace {
            target: self.target(),
            filter: filter.into_filter(),
            document: encode_replacement(model),
            view: None,
            problems: Problems::default(),
            options: FindOneAndReplaceOptions::default(),
            state: Implicit,
        }
    }
}

/// Replaces a document and returns it, as it was before or after.
///
/// Construct with [`Collection::find_one_and_replace`].
#[must_use = "nothing happens until the action is awaited"]
pub struct FindOneAndReplace<M, S = Implicit> {
    target: Target,
    filter: Filter<M>,
    document: Result<RawDocumentBuf>,
    view: Option<Document>,
    problems: Problems,
    options: FindOneAndReplaceOptions,
    state: S,
}

action!(FindOneAndReplace { target, filter, document, view, problems } with FindOneAndReplaceOptions, clearing problems => Option<M>);

setters!([M: Model, S] FindOneAndReplace<M, S>, of M:
    sort upsert return_new hint collation let_ bypass_document_validation comment max_time write_concern);
deadline!([M: Model] FindOneAndReplace<M>, FIND_ONE_AND_REPLACE, max_time);
explain!([M: Model] FindOneAndReplace<M>);

impl<M: Model> Explained for FindOneAndReplace<M> {
    fn explained(self) -> Explain {
        let (target, statement, _) = self.into_statement();
        Explain::of_find_and_modify(target, statement)
    }
}

impl<M: Model, S> FindOneAndReplace<M, S> {
    /// Reads the document as a [view](crate::view): `{ fields: { .. } }`.
    ///
    /// Awaiting it returns the view, or `None` if nothing matches. The view owns its data, because there is no cursor
    /// to borrow from.
    pub fn view<V: View<M> + OwnedRow>(mut self) -> Viewed<Self, V> {
        self.view = Some(Projection::of::<M, V>());
        Viewed::new(self)
    }

    fn into_statement(self) -> (Target, Result<Statement>, S) {
        let Self { target, filter, document, view, problems, mut options, state } = self;
        let statement = problems.or_filter(filter).and_then(|filter| {
            let document = document?;
            options.projection = projection(view, options.projection.as_ref())?;
            Ok(Statement::new::<M>(Kind::Replace { filter, document }, options))
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
            let found = send::find_and_modify(&target, FIND_ONE_AND_REPLACE, statement, session).await?;
            row(&target.operation(FIND_ONE_AND_REPLACE), found)
        })
    }
}
