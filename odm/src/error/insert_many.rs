//! Partly failed `insert_many`: what became of each document.

use std::fmt;

use super::{Error, ErrorKind};

/// Some documents of an `insert_many` were not written: which, and why.
///
/// Positions count the documents as they were given, from 0.
pub struct InsertManyError {
    outcomes: Vec<Became>,
    failures: Vec<InsertFailure>,
    interruption: Option<Box<Error>>,
}

/// What became of one document; failures are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Became {
    Written,
    Failed,
    NotSent,
    Unknown,
}

/// What became of one document of an `insert_many`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum InsertOutcome<'a> {
    /// It is stored.
    Written,
    /// It is not stored, for this reason.
    Failed(&'a Error),
    /// It was not tried, because an earlier failure ended the call.
    NotTried,
    /// The call broke before the server answered: it may or may not be stored.
    Unknown,
}

/// One document that was not written, and why.
#[derive(Debug)]
pub struct InsertFailure {
    position: usize,
    error: Error,
}

impl InsertFailure {
    /// The position of the document among those given, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Why it was not written.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl InsertManyError {
    /// Nothing known yet about `count` documents.
    pub(crate) fn new(count: usize) -> Self {
        Self { outcomes: vec![Became::NotSent; count], failures: Vec::new(), interruption: None }
    }

    /// The documents in `positions` are known to have become this.
    pub(crate) fn set(&mut self, positions: std::ops::Range<usize>, became: Became) {
        for outcome in self.outcomes.get_mut(positions).unwrap_or_default() {
            *outcome = became;
        }
    }

    /// One document is known not to be written.
    pub(crate) fn fail(&mut self, position: usize, error: Error) {
        self.set(position..position + 1, Became::Failed);
        self.failures.push(InsertFailure { position, error });
    }

    /// The call as a whole ended with `error`.
    pub(crate) fn interrupt(&mut self, error: Error) {
        self.interruption = Some(Box::new(error));
    }

    /// Whether nothing went wrong so far.
    pub(crate) fn is_clean(&self) -> bool {
        self.failures.is_empty() && self.interruption.is_none()
    }

    pub(super) fn is_not_sent(&self) -> bool {
        !self.is_clean()
            && self.outcomes.iter().all(|outcome| matches!(outcome, Became::NotSent | Became::Failed))
            && self.causes().all(Error::is_not_sent)
    }

    pub(super) fn causes(&self) -> impl Iterator<Item = &Error> {
        self.failures.iter().map(InsertFailure::error).chain(self.interruption.as_deref())
    }

    pub(super) fn first(&self) -> Option<&Error> {
        self.causes().next()
    }

    /// What became of the document at `position`; `None` past the last one.
    pub fn outcome(&self, position: usize) -> Option<InsertOutcome<'_>> {
        Some(match self.outcomes.get(position)? {
            Became::Written => InsertOutcome::Written,
            Became::NotSent => InsertOutcome::NotTried,
            Became::Unknown => InsertOutcome::Unknown,
            Became::Failed => self
                .failures
                .iter()
                .find(|failure| failure.position == position)
                .map_or(InsertOutcome::Unknown, |failure| InsertOutcome::Failed(&failure.error)),
        })
    }

    /// What became of each document, in the order in which they were given.
    pub fn outcomes(&self) -> impl Iterator<Item = InsertOutcome<'_>> {
        (0..self.outcomes.len()).filter_map(|position| self.outcome(position))
    }

    /// The documents that are known not to be written, with the reason for each.
    pub fn failures(&self) -> &[InsertFailure] {
        &self.failures
    }

    /// What ended the call before every document was answered for, or the write concern that was not
    /// satisfied: `None` if single documents failed and nothing else.
    pub fn interruption(&self) -> Option<&Error> {
        self.interruption.as_deref()
    }

    /// How many documents are known to be written.
    pub fn written(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Became::Written)).count()
    }
}

impl fmt::Display for InsertManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.outcomes.iter().filter(|outcome| matches!(outcome, Became::Unknown)).count();
        write!(f, "{} of {} documents were written", self.written(), self.outcomes.len())?;
        if unknown > 0 {
            write!(f, ", of {unknown} it is not known")?;
        }
        if let Some(first) = self.failures.first() {
            write!(f, "; the one at position {}: {}", first.position, Reason(&first.error))?;
        }
        if self.failures.len() > 1 {
            write!(f, "; {} more failed, see `insert_many()`", self.failures.len() - 1)?;
        }
        if let Some(interruption) = &self.interruption {
            write!(f, "; {}", Reason(interruption))?;
        }
        Ok(())
    }
}

impl fmt::Debug for InsertManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "InsertManyError({self})")
    }
}

/// A cause without the place, which the whole error says already.
struct Reason<'a>(&'a Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            ErrorKind::InsertMany(_) => Ok(()),
            kind => kind.fmt(f),
        }
    }
}
