//! Reads that return all documents without decoding them, for includes.

use std::time::Duration;

use mongodb::{
    bson::{Document, RawDocumentBuf},
    options::{AggregateOptions, FindOptions},
};

use super::{
    BorrowedSession, Builder, Find, FindOne, Get, HasTarget, OperationTarget, ReadAs, ReadsAs,
    aggregate::AGGREGATE, find::FIND, find_one::FIND_ONE, get::GET, read,
};
use crate::{
    collection::Target,
    cursor::{Cursor, SessionCursor},
    error::Result,
    exec,
    model::Model,
    operation::Verb,
    query::Query,
};

/// A read of documents, without the types of its builder.
pub(crate) struct Fetch<S> {
    pub(crate) target: Target,
    pub(crate) verb: Verb,
    pub(crate) filter: Result<Document>,
    pub(crate) options: FindOptions,
    pub(crate) state: S,
}

/// A builder of a read that can be converted into a [`Fetch`].
pub(crate) trait IntoFetch {
    /// The session, if the read has one.
    type State;

    /// Returns the request. A view has no projection in it.
    fn into_fetch(self) -> Fetch<Self::State>;

    /// Returns the time limit of the server.
    fn server_limit(&mut self) -> &mut Option<Duration>;

    /// Returns the target and the verb, for errors.
    fn on_verb(&self) -> (OperationTarget, Verb);
}

impl<A: IntoFetch + ReadsAs, V> IntoFetch for ReadAs<A, V> {
    type State = A::State;

    fn into_fetch(self) -> Fetch<A::State> {
        self.into_action().into_fetch()
    }

    fn server_limit(&mut self) -> &mut Option<Duration> {
        self.action_mut().server_limit()
    }

    fn on_verb(&self) -> (OperationTarget, Verb) {
        self.action().on_verb()
    }
}

/// Implements [`IntoFetch`] for a verb.
macro_rules! requests {
    ($($action:ident $verb:expr;)*) => { $(
        impl<M: Model, S> IntoFetch for $action<M, S> {
            type State = S;

            fn into_fetch(self) -> Fetch<S> {
                let (target, query, state) = self.into_query();
                match query.map(Query::into_parts) {
                    Ok((filter, options)) => {
                        Fetch { target, verb: $verb, filter: Ok(filter), options: options.into(), state }
                    }
                    Err(error) => {
                        Fetch { target, verb: $verb, filter: Err(error), options: FindOptions::default(), state }
                    }
                }
            }

            fn server_limit(&mut self) -> &mut Option<Duration> {
                &mut self.options().max_time
            }

            fn on_verb(&self) -> (OperationTarget, Verb) {
                (self.on(), $verb)
            }
        }
    )* };
}

requests! {
    Find FIND;
    FindOne FIND_ONE;
    Get GET;
}

/// Returns all documents that match.
pub(crate) async fn find(
    target: Target,
    verb: Verb,
    filter: Result<Document>,
    options: FindOptions,
    session: Option<&mut BorrowedSession<'_>>,
) -> Result<Vec<RawDocumentBuf>> {
    let query = filter.map(|filter| Query::new(filter, options));
    match session {
        Some(lent) => {
            let mut lent = lent.reborrow();
            let driver = Box::pin(read::find_in(&target, verb, query, &mut lent)).await?;
            SessionCursor::<RawDocumentBuf>::new(target, verb, driver, lent).try_collect().await
        }
        None => {
            let opened = exec::completed(Box::pin(async move {
                let driver = read::find(&target, verb, query).await?;
                Ok((target, driver))
            }));
            let (target, driver) = opened.await?;
            Cursor::<RawDocumentBuf>::new(target, verb, driver).try_collect().await
        }
    }
}

/// Returns all rows of a pipeline.
pub(crate) async fn aggregate(
    on: OperationTarget,
    stages: Vec<Document>,
    options: AggregateOptions,
    session: Option<&mut BorrowedSession<'_>>,
) -> Result<Vec<RawDocumentBuf>> {
    let query = Ok(Query::new(stages, options));
    match session {
        Some(lent) => {
            let mut lent = lent.reborrow();
            let driver = Box::pin(read::aggregate_in(&on, query, &mut lent)).await?;
            SessionCursor::<RawDocumentBuf>::new(on, AGGREGATE.reading(), driver, lent).try_collect().await
        }
        None => {
            let driver = exec::completed(Box::pin(read::aggregate(on.clone(), query))).await?;
            Cursor::<RawDocumentBuf>::new(on, AGGREGATE.reading(), driver).try_collect().await
        }
    }
}
