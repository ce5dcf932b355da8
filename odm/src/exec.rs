//! The only module of this crate that awaits the driver.
//!
//! Each call gets a span, which lasts as long as the call. If the call fails, its error contains the operation. There
//! is no `From<mongodb::error::Error> for Error`, so a driver call that bypasses this module does not compile with
//! `?`.

mod attempts;
mod call_site;
mod completed;
mod deadline;
mod events;
mod servers;
mod stack;

pub use self::call_site::call_site;
pub(crate) use self::{
    attempts::report as report_attempts,
    completed::{complete_batch, completed, detached, is_abandoned},
    deadline::{Alarm, Deadline, whole_millis, within},
    servers::{Servers, Version},
};

use std::{
    future::{Future, IntoFuture, poll_fn},
    pin::pin,
    task::Poll,
};

use tokio::runtime::Handle;
use tracing::{Instrument, Span};

use crate::{
    error::{Error, Result},
    operation::Operation,
};

type DriverResult<T> = mongodb::error::Result<T>;

/// Runs one call of the driver.
pub(crate) fn run<F, T>(operation: Operation<'_>, call: F) -> impl Future<Output = Result<T>>
where
    F: IntoFuture<Output = DriverResult<T>, IntoFuture: Send>,
    T: Send,
{
    let call = call.into_future();
    async move {
        Deadline::check(&operation)?;
        if completed::is_dropped() {
            return Err(Error::refused("the future of the call was dropped").during(&operation));
        }
        let span = operation.span();
        let mut call = pin!(attempts::counted(call));
        let polled = poll_fn(|context| {
            call_site::at(operation.called_at, || stack::with_stack_space(|| call.as_mut().poll(context)))
        });
        let (answer, attempts) = polled.instrument(span.clone()).await;
        answer.map_err(|error| failed(&operation, &span, attempts, error))
    }
}

/// The state of a driver call that is polled without `.await`; stored between polls.
#[derive(Debug, Default)]
pub(crate) struct Polled {
    span: Option<Span>,
    /// The runtime that drives the call, once the call has waited for the server.
    runtime: Option<Handle>,
}

impl Polled {
    /// Returns `true` if the call has started and is not complete.
    pub(crate) fn is_pending(&self) -> bool {
        self.span.is_some()
    }

    /// Returns the runtime that drives the call, or `None` if the call has not waited for the server.
    pub(crate) fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref()
    }

    /// Polls one call of the driver.
    pub(crate) fn poll<T>(
        &mut self,
        operation: &Operation<'_>,
        poll: impl FnOnce() -> Poll<Option<DriverResult<T>>>,
    ) -> Poll<Option<Result<T>>> {
        let span = self.span.get_or_insert_with(|| operation.span());
        let answer = span
            .in_scope(|| call_site::at(operation.called_at, || stack::with_stack_space(poll)))
            .map(|item| item.map(|result| result.map_err(|error| failed(operation, span, None, error))));
        if answer.is_ready() {
            self.span = None;
        } else if self.runtime.is_none() {
            self.runtime = Handle::try_current().ok();
        }
        answer
    }
}

#[cold]
fn failed(
    operation: &Operation<'_>,
    span: &Span,
    attempts: Option<u32>,
    error: mongodb::error::Error,
) -> Error {
    let error = Error::after(attempts, error).during(operation);
    record(span, &error);
    error
}

/// Adds the outcome of a failed call to its span.
fn record(span: &Span, error: &Error) {
    if let Some(code) = error.code() {
        span.record("db.response.status_code", tracing::field::display(code));
    }
    span.record("error.type", error.kind().name());
}
