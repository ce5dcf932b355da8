//! Operations, and the spans that describe them: the OpenTelemetry attributes of database calls, without stored
//! values.

use std::{borrow::Cow, panic::Location};

use tracing::{Span, field::Empty};

/// A method of a handle: its name in this crate, and the server command that it sends, if any.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Verb {
    pub(crate) name: &'static str,
    command: Option<&'static str>,
    reads: bool,
    one_document: bool,
}

// The constructors say which exit the statements or queries of a verb pass. Tests compare them with tables of the verbs
// (`operation/declared.rs`).
impl Verb {
    /// Creates a verb that reads documents of a model: its queries pass `query::scope`.
    pub(crate) const fn reads(name: &'static str, command: &'static str) -> Self {
        Self::new(name, command)
    }

    /// Creates a verb that writes documents of a model: its statements pass `write::policy`.
    pub(crate) const fn writes(name: &'static str, command: &'static str) -> Self {
        Self::new(name, command)
    }

    /// Creates a verb that passes no exit: it does not concern the documents of a model, it concerns all of them
    /// whatever their policies are, or it consists of other verbs.
    pub(crate) const fn new(name: &'static str, command: &'static str) -> Self {
        Self { name, command: Some(command), reads: false, one_document: false }
    }

    /// Creates a verb that sends no command. It has no span.
    pub(crate) const fn unsent(name: &'static str) -> Self {
        Self { name, command: None, reads: false, one_document: false }
    }

    /// Returns what a call of this verb can change. An `aggregate` may end in a stage that writes.
    pub(crate) fn effect(self) -> Effect {
        match self.command {
            _ if self.reads => Effect::Nothing,
            Some(
                "find" | "count" | "distinct" | "explain" | "getMore" | "killCursors" | "listCollections"
                | "listIndexes" | "buildInfo" | "hello" | "ping",
            ) => Effect::Nothing,
            Some("findAndModify") => Effect::OneWrite,
            _ if self.one_document => Effect::OneWrite,
            _ => Effect::Writes,
        }
    }

    /// Returns the same verb, which changes one document at most.
    pub(crate) const fn of_one_document(self) -> Self {
        Self { one_document: true, ..self }
    }

    /// Returns the same verb for a call that writes nothing.
    pub(crate) const fn reading(self) -> Self {
        Self { reads: true, ..self }
    }

    /// Returns the same verb for a call that sends another command.
    pub(crate) const fn sending(self, command: &'static str) -> Self {
        Self { command: Some(command), ..self }
    }

    /// Returns the same verb for a request of its cursor for another batch.
    pub(crate) const fn more(self) -> Self {
        Self { command: Some("getMore"), ..self }
    }
}

/// What a call can change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Nothing: the call only reads.
    Nothing,
    /// One document. The change is applied completely or not at all.
    OneWrite,
    /// Many documents. A part of the changes can be applied although the call fails.
    Writes,
}

/// A verb, and the database or collection that it is called on. Spans and errors show it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Operation<'a> {
    pub(crate) verb: Verb,
    pub(crate) database: &'a str,
    pub(crate) collection: Option<&'a str>,
    /// The stored names that the model declares. Messages may contain these names.
    pub(crate) names: &'static [&'static str],
    /// Where the method was called. `None` for a method of a database, and for what no method of a user sends.
    pub(crate) called_at: Option<&'static Location<'static>>,
}

impl<'a> Operation<'a> {
    /// Creates an operation that no line of a user calls.
    pub(crate) const fn new(verb: Verb, database: &'a str, collection: Option<&'a str>) -> Self {
        Self { verb, database, collection, names: &[], called_at: None }
    }

    /// Returns the same operation for a request of its cursor for another batch.
    pub(crate) fn more(self) -> Self {
        Self { verb: self.verb.more(), ..self }
    }

    /// Returns the namespace, such as `shop.orders`, or `shop` for an operation on a database.
    pub(crate) fn namespace(&self) -> Cow<'a, str> {
        match self.collection {
            Some(collection) => Cow::Owned(format!("{}.{collection}", self.database)),
            None => Cow::Borrowed(self.database),
        }
    }

    /// Creates the span of one call and does not enter it. A verb that sends no command gets a disabled span.
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

#[cfg(test)]
pub(crate) mod declared;

/// Which exits the statements and queries of a test have passed.
#[cfg(test)]
pub(crate) mod exits {
    use std::cell::RefCell;

    /// The function that a statement or a query passes before it is sent.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Exit {
        /// `write::policy`.
        Policy,
        /// `query::scope`.
        Scope,
    }

    thread_local! {
        static PASSED: RefCell<Vec<Exit>> = const { RefCell::new(Vec::new()) };
    }

    /// Notes that this thread has passed an exit.
    pub(crate) fn pass(exit: Exit) {
        PASSED.with_borrow_mut(|passed| passed.push(exit));
    }

    /// Returns the exits that this thread has passed since the last call.
    pub(crate) fn take() -> Vec<Exit> {
        PASSED.take()
    }
}
