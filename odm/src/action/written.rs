//! An aggregation that ends with `$out` or `$merge`.

use std::{future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::options::AggregateOptions;

use super::aggregate::{AGGREGATE, OnCollection};
use crate::{
    action::{
        AsSession, Builder, CollectsProblems, ExplicitSession, HasTarget, OperationTarget, WithDeadline,
        deadline::limit,
        explain::{Explain, Explained, explain},
        prepare::Problems,
        setters::setters,
    },
    error::Result,
    pipeline::Written,
};

setters!([In, S] Written<In, OnCollection<S>>, of In:
    hint collation let_ allow_disk_use bypass_document_validation comment max_time read_concern
    read_preference write_concern);
explain!([In] Written<In, OnCollection>);

impl<In, S> Written<In, OnCollection<S>> {
    /// Replaces all options by those of the driver's struct.
    pub fn with_options(self, options: AggregateOptions) -> Self {
        self.map(|pipeline| pipeline.with_options(options))
    }
}

impl<In> Written<In, OnCollection> {
    /// Runs the aggregation in this session. It can have only one session. In a transaction, the server refuses `$out` and
    /// `$merge`.
    pub fn session(self, session: &mut impl AsSession) -> Written<In, OnCollection<ExplicitSession<'_>>> {
        self.map(|pipeline| pipeline.session(session))
    }

    /// Limits how long the aggregation may take, including the network: see [`WithDeadline`].
    ///
    /// After the deadline, returns an error for which [`is_timeout`](crate::Error::is_timeout) is true. The server
    /// receives the limit too: `{ maxTimeMS: n }`. The rows may have been written.
    pub fn deadline(mut self, after: Duration) -> WithDeadline<Self> {
        limit(&mut self.options().max_time, after);
        let on = self.on();
        WithDeadline::new(self, after, on, AGGREGATE)
    }
}

impl<In, S> HasTarget for Written<In, OnCollection<S>> {
    fn on(&self) -> OperationTarget {
        self.pipeline().on()
    }
}

impl<In, S> Builder for Written<In, OnCollection<S>> {
    type Options = AggregateOptions;

    fn options(&mut self) -> &mut AggregateOptions {
        self.pipeline_mut().options()
    }
}

impl<In, S> CollectsProblems for Written<In, OnCollection<S>> {
    fn problems(&mut self) -> &mut Problems {
        self.pipeline_mut().problems()
    }
}

impl<In> Explained for Written<In, OnCollection> {
    fn explained(self) -> Explain {
        self.into_pipeline().explained()
    }
}

/// Awaiting a pipeline that ends with `$out` or `$merge` runs it.
impl<In> IntoFuture for Written<In, OnCollection> {
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let cursor = self.into_pipeline().into_future();
        Box::pin(async move { cursor.await.map(drop) })
    }
}

impl<'s, In> IntoFuture for Written<In, OnCollection<ExplicitSession<'s>>>
where
    In: 's,
{
    type Output = Result<()>;
    type IntoFuture = BoxFuture<'s, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        let cursor = self.into_pipeline().into_future();
        Box::pin(async move { cursor.await.map(drop) })
    }
}
