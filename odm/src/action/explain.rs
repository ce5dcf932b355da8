//! `.explain()`: the server's plan for the command of an action.

mod explanation;
mod plan;
mod reply;
mod stage;

pub use self::{explanation::Explanation, stage::StageSummary};

use std::{fmt, future::IntoFuture, time::Duration};

use futures_core::future::BoxFuture;
use mongodb::{
    action::Action,
    bson::{Document, doc},
    options::SelectionCriteria,
};

use super::{Builder, HasTarget, OperationTarget};
use crate::{
    collection::Target,
    error::Result,
    exec,
    operation::Verb,
    pipeline::unknown_operator,
    query::{Query, Ready, Render, Selection},
    write::Statement,
};

pub(super) const EXPLAIN: Verb = Verb::new("explain", "explain");

/// How much of an action the server runs to explain it, and how much it reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Verbosity {
    /// Chooses a plan and does not run it. The explanation contains no numbers.
    QueryPlanner,
    /// Runs the chosen plan.
    #[default]
    ExecutionStats,
    /// Runs the chosen plan, and reports the trial runs of the rejected plans.
    AllPlansExecution,
}

impl Verbosity {
    fn name(self) -> &'static str {
        match self {
            Self::QueryPlanner => "queryPlanner",
            Self::ExecutionStats => "executionStats",
            Self::AllPlansExecution => "allPlansExecution",
        }
    }
}

/// Explains an action: the index that it uses, what it examines, how long it takes.
///
/// `{ explain: { .. }, verbosity: "executionStats" }`, with the command that the action would send.
///
/// Construct with `.explain()` of an action, after its setters. Awaiting it returns an [`Explanation`].
///
/// The server runs the command, unless the verbosity is [`Verbosity::QueryPlanner`]. For a write or a pipeline
/// that ends in `$out` or `$merge`, the server runs only the part that finds the documents, and writes nothing. An
/// explanation does not run in a session, because the server does not support it in a transaction.
///
/// # Errors
///
/// Returns the error that the action would return if the plan fails, for example because of a time limit or a value
/// that an expression does not accept.
#[must_use = "nothing is explained until it is awaited"]
pub struct Explain {
    target: OperationTarget,
    command: Result<Document>,
    options: Options,
}

/// The options of an explanation.
pub(super) struct Options {
    verbosity: Verbosity,
    members: Option<SelectionCriteria>,
    pub(super) max_time: Option<Duration>,
}

/// A builder whose command can be explained.
pub(super) trait Explained {
    fn explained(self) -> Explain;
}

impl Explain {
    fn new(
        target: impl Into<OperationTarget>,
        command: Result<Document>,
        members: Option<SelectionCriteria>,
    ) -> Self {
        let limit = command.as_ref().ok().and_then(|command| command.get_i32("maxTimeMS").ok());
        let max_time = limit.and_then(|millis| u64::try_from(millis).ok()).map(Duration::from_millis);
        let target = target.into();
        Self { target, command, options: Options { verbosity: Verbosity::default(), members, max_time } }
    }

    /// Explains a read.
    pub(crate) fn of_read<S, O>(target: impl Into<OperationTarget>, query: Result<Query<S, O>>) -> Self
    where
        S: Selection<O>,
        Ready<S, O>: Render,
    {
        let target = target.into();
        let query = query.and_then(|query| target.finish(query));
        let members = query.as_ref().ok().and_then(Render::members).cloned();
        let command = query.and_then(|query| query.into_command(target.name()));
        Self::new(target, command, members)
    }

    /// Explains a write.
    pub(super) fn of_write(target: Target, statement: Result<Statement>) -> Self {
        let command =
            statement.and_then(Statement::finish).and_then(|ready| ready.into_command(target.name()));
        Self::new(target, command, None)
    }

    /// Explains a write that returns the document.
    pub(super) fn of_find_and_modify(target: Target, statement: Result<Statement>) -> Self {
        let command = statement.and_then(Statement::finish);
        let command = command.and_then(|ready| ready.into_find_and_modify(target.name()));
        Self::new(target, command, None)
    }

    /// Sets how much the server runs and reports. The default is [`Verbosity::ExecutionStats`].
    pub fn verbosity(mut self, verbosity: Verbosity) -> Self {
        self.options.verbosity = verbosity;
        self
    }
}

impl HasTarget for Explain {
    fn on(&self) -> OperationTarget {
        self.target.clone()
    }
}

impl Builder for Explain {
    type Options = Options;

    fn options(&mut self) -> &mut Options {
        &mut self.options
    }
}

impl IntoFuture for Explain {
    type Output = Result<Explanation>;
    type IntoFuture = BoxFuture<'static, Self::Output>;

    fn into_future(self) -> Self::IntoFuture {
        exec::completed(Box::pin(send(self.target, self.command, self.options)))
    }
}

async fn send(target: OperationTarget, command: Result<Document>, options: Options) -> Result<Explanation> {
    let operation = target.operation(EXPLAIN);
    let mut explain = doc! { "explain": operation.check(command)?, "verbosity": options.verbosity.name() };
    if let Some(millis) = options.max_time.and_then(|time| i32::try_from(time.as_millis()).ok()) {
        explain.insert("maxTimeMS", millis);
    }
    let members = options.members.or_else(|| target.members().cloned());
    let call = target
        .database()
        .driver()
        .run_command(explain)
        .optional(members, mongodb::action::RunCommand::selection_criteria);
    let answer = exec::run(operation, call).await.map_err(unknown_operator)?;
    operation.check(Explanation::from_reply(answer))
}

impl fmt::Debug for Explain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explain").field("on", &self.target).finish_non_exhaustive()
    }
}

/// Declares `.explain()` of an action.
macro_rules! explain {
    ([$($generics:tt)*] $action:ty) => {
        impl<$($generics)*> $action {
            /// Explains how the server runs this: which index it uses, what it examines, how long it takes.
            ///
            /// Awaiting it returns an [`Explanation`](crate::action::Explanation). Nothing is written. See
            /// [`Explain`](crate::action::Explain).
            pub fn explain(self) -> $crate::action::Explain {
                $crate::action::explain::Explained::explained(self)
            }
        }
    };
}
pub(crate) use explain;
