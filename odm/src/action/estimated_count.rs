//! `estimated_count`: the number of documents, from the metadata of the collection.

use std::{fmt, future::IntoFuture, marker::PhantomData};

use futures_core::future::BoxFuture;
use mongodb::options::EstimatedDocumentCountOptions;

use super::{
    Builder, HasTarget, OperationTarget, command,
    deadline::deadline,
    explain::{Explain, Explained, explain},
    setters::setters,
};
use crate::{
    collection::{Collection, Target},
    error::{Error, Result},
    exec,
    model::Model,
    operation::Verb,
};

pub(super) const ESTIMATED_COUNT: Verb = Verb::new("estimated_count", "count");

impl<M: Model> Collection<M> {
    /// Returns the number of documents in the collection, without examining them.
    ///
    /// `{ count: <collection> }`
    ///
    /// The number comes from the metadata of the collection. It can be inexact after an unclean shutdown, and on a
    /// sharded cluster with orphaned documents. [`count`](Collection::count) is exact. The action does not run in a
    /// session.
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

impl<M> Explained for EstimatedCount<M> {
    fn explained(self) -> Explain {
        let members = self.options.selection_criteria.clone();
        let command = match self.problem {
            Some(problem) => Err(problem),
            None => command::estimated_count(self.target.name(), &self.options),
        };
        Explain::new(self.target, command, members)
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
        exec::completed(Box::pin(send(self.target, self.options, self.problem)))
    }
}

async fn send(target: Target, options: EstimatedDocumentCountOptions, problem: Option<Error>) -> Result<u64> {
    let operation = target.operation(ESTIMATED_COUNT);
    operation.check(problem.map_or(Ok(()), Err))?;
    let call = target.driver().estimated_document_count().with_options(options);
    exec::run(operation, call).await
}
