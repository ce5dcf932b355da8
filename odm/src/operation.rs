//! What a span says about an operation: the names OpenTelemetry gives to database calls, and no values.

use std::borrow::Cow;

use tracing::{Span, field::Empty};

use crate::error::{Error, Result};

/// One thing a handle can do: its name here, and the server's command it becomes, if any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    command: Option<&'static str>,
    reads: bool,
}

impl Verb {
    pub(crate) const fn new(name: &'static str, command: &'static str) -> Self {
        Self { name, command: Some(command), reads: false }
    }

    /// A verb that sends no command, and has no span.
    pub(crate) const fn unsent(name: &'static str) -> Self {
        Self { name, command: None, reads: false }
    }

    /// What it can leave behind. An `aggregate` may end in a stage that writes.
    pub(crate) fn effect(self) -> Effect {
        match (self.name, self.command) {
            _ if self.reads => Effect::Nothing,
            (
                _,
                Some(
                    "find" | "count" | "distinct" | "explain" | "getMore" | "killCursors" | "listCollections"
                    | "listIndexes" | "buildInfo" | "hello" | "ping",
                ),
            ) => Effect::Nothing,
            ("insert_one" | "update_one" | "replace_one" | "save" | "delete_one", _)
            | (_, Some("findAndModify")) => Effect::OneWrite,
            _ => Effect::Writes,
        }
    }

    /// The same verb where it writes nothing.
    pub(crate) const fn reading(self) -> Self {
        Self { reads: true, ..self }
    }

    /// The same verb while its cursor fetches another batch.
    pub(crate) const fn more(self) -> Self {
        Self { command: Some("getMore"), ..self }
    }
}

/// What a call can leave behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// It reads.
    Nothing,
    /// A change of one document, as a whole or not at all.
    OneWrite,
    /// Changes of many, of which a part can be made.
    Writes,
}

/// A verb where it is called: what spans and errors say about a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) verb: Verb,
    pub(crate) database: &'a str,
    pub(crate) collection: Option<&'a str>,
    /// The stored names that the model declares, which texts may show.
    pub(crate) names: &'static [&'static str],
}

impl<'a> Operation<'a> {
    /// The same operation while its cursor fetches another batch.
    pub(crate) fn more(self) -> Self {
        Self { verb: self.verb.more(), ..self }
    }

    /// `shop.orders`, or `shop`.
    pub(crate) fn namespace(&self) -> Cow<'a, str> {
        match self.collection {
            Some(collection) => Cow::Owned(format!("{}.{collection}", self.database)),
            None => Cow::Borrowed(self.database),
        }
    }

    /// The same result; an error is said to have happened here.
    pub(crate) fn check<T>(&self, result: Result<T, impl Into<Error>>) -> Result<T> {
        result.map_err(|error| error.into().during(self))
    }

    /// The span of one call, not yet entered; a call that sends nothing has none.
    pub(crate) fn span(&self) -> Span {
        let Some(command) = self.verb.command else { return Span::none() };
        let span = tracing::info_span!(
            "mongodb",
            db.system.name = "mongodb",
            db.namespace = self.database,
            db.operation.name = command,
            db.collection.name = Empty,
            db.response.status_code = Empty,
            "error.type" = Empty,
        );
        if let Some(collection) = self.collection {
            span.record("db.collection.name", collection);
        }
        span
    }
}

/// Adds the outcome of a failed call to its span.
pub(crate) fn record(span: &Span, error: &Error) {
    if let Some(code) = error.code() {
        span.record("db.response.status_code", tracing::field::display(code));
    }
    span.record("error.type", error.kind().name());
}
