//! `estimated_count`: the number of documents, from the metadata of the collection.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::options::EstimatedDocumentCountOptions;

use super::{
    Builder, HasTarget, OperationTarget,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    read,
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    exec,
    model::Model,
    operation::Verb,
    query::{Query, WholeCollection},
};

pub(super) const ESTIMATED_COUNT: Verb = Verb::reads("estimated_count", "count");

impl<M: Model> Collection<M> {
    /// Returns the number of documents in the collection, without examining them.
    ///
    /// `{ count: <collection> }`
    ///
    /// The number comes from the metadata of the collection. It can be inexact after an unclean shutdown, and on a
    /// sharded cluster with orphaned documents. [`count`](Collection::count) is exact. The action does not run in a
    /// session.
    ///
    /// The metadata count deleted documents and those of all tenants, too: for a model with such
    /// [policies](macro@crate::Model#policies), use the handle [`with_deleted`](Collection::with_deleted) or
    /// [`all_tenants`](Collection::all_tenants).
    ///
    /// Awaiting it returns a `u64`.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model};
    /// # #[derive(Model)]
    /// # #[odm(collection = "users")]
    /// # struct User { id: Id<User>, name: String, age: u8, visits: u32 }
    /// # async fn f(users: Collection<User>) -> odm::Result<()> {
    /// println!("about {}", users.estimated_count().await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "estimated_document_count")]
    #[track_caller]
    pub fn estimated_count(&self) -> EstimatedCount<M> {
        EstimatedCount {
            target: self.target(),
            model: PhantomData,
            options: EstimatedDocumentCountOptions::default(),
            problem: None,
        }
    }
}

/// Returns the number of documents in the collection, without examining them.
///
/// Construct with [`Collection::estimated_count`]. The action does not run in a session.
#[must_use = "nothing is read until the action is awaited"]
pub struct EstimatedCount<M> {
    target: Target,
    model: PhantomData<fn() -> M>,
    options: EstimatedDocumentCountOptions,
    problem: Option<Error>,
}

setters!([M: Model] EstimatedCount<M>, of M: comment max_time read_concern read_preference);
deadline!([M: Model] EstimatedCount<M>, ESTIMATED_COUNT, max_time);
explain!([M: Model] EstimatedCount<M>);

impl<M> EstimatedCount<M> {
    /// Replaces all options by those of the driver's struct.
    pub fn with_options(mut self, options: EstimatedDocumentCountOptions) -> Self {
        self.options = options;
        self.problem = None;
        self
    }
}

impl<M> HasTarget for EstimatedCount<M> {
    fn on(&self) -> OperationTarget {
        OperationTarget::Collection(self.target.clone())
    }
}

impl<M> Builder for EstimatedCount<M> {
    type Options = EstimatedDocumentCountOptions;

    fn options(&mut self) -> &mut EstimatedDocumentCountOptions {
        &mut self.options
    }
}

impl<M> super::TakesComment for EstimatedCount<M> {
    fn take_comment(&mut self, comment: Result<mongodb::bson::Bson>) -> Option<mongodb::bson::Bson> {
        comment.map_err(|problem| self.problem = Some(problem)).ok()
    }
}

impl<M> EstimatedCount<M> {
    fn into_query(self) -> (Target, Result<Query<WholeCollection, EstimatedDocumentCountOptions>>) {
        let Self { target, model: _, options, problem } = self;
        let query = problem.map_or(Ok(()), Err).map(|()| Query::new(WholeCollection, options));
        (target, query)
    }
}

impl<M> Explained for EstimatedCount<M> {
    fn explained(self) -> Explain {
        let (target, query) = self.into_query();
        Explain::of_read(target, query)
    }
}

impl<M> fmt::Debug for EstimatedCount<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EstimatedCount").field("on", &self.target).finish_non_exhaustive()
    }
}

impl<M> IntoFuture for EstimatedCount<M> {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let (target, query) = self.into_query();
        exec::completed(Box::pin(read::estimated_count(target, ESTIMATED_COUNT, query)))
    }
}
