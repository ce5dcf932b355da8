//! Partly failed `insert_many`: what became of each document.

use std::{fmt, ops::Range};

use mongodb::error::{ErrorKind as Driver, TRANSIENT_TRANSACTION_ERROR, WriteFailure};

use super::{Error, ErrorKind};

/// Some documents of an `insert_many` were not written: which, and why.
///
/// Positions count the documents as they were given, from 0.
pub struct InsertManyError {
    outcomes: Vec<Became>,
    failures: Vec<InsertFailure>,
    interruption: Option<Box<Error>>,
    /// The driver's last error, on its way to become the whole error's, which answers for codes and labels.
    last: Option<mongodb::error::Error>,
}

/// What became of one document; failures are kept apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Became {
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
    /// It is not stored: it was not tried, because an earlier failure ended the call, or a conflict undid the
    /// transaction it was part of.
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
    /// Nothing sent yet of `count` documents.
    pub(crate) fn new(count: usize) -> Self {
        Self { outcomes: vec![Became::NotSent; count], failures: Vec::new(), interruption: None, last: None }
    }

    /// These documents are stored.
    pub(crate) fn written(&mut self, batch: Range<usize>) {
        self.set(batch, Became::Written);
    }

    /// This document is not stored.
    pub(crate) fn fail(&mut self, position: usize, error: Error) {
        self.set(position..position + 1, Became::Failed);
        self.failures.push(InsertFailure { position, error });
    }

    /// Takes what the driver says of one batch that failed; whether the next one is to be sent.
    pub(crate) fn absorb(&mut self, batch: Range<usize>, error: Error, ordered: bool) -> bool {
        self.last = error.driver().cloned();
        let Some(Driver::InsertMany(answer)) = error.driver().map(|error| &*error.kind) else {
            // The batch got no answer of its own: what is not certain is unknown.
            let became = match error.kind() {
                // The server has ended the transaction, and with it the batches before.
                ErrorKind::Transient if error.has_label(TRANSIENT_TRANSACTION_ERROR) => {
                    let written = self.outcomes.iter_mut().filter(|outcome| **outcome == Became::Written);
                    written.for_each(|outcome| *outcome = Became::NotSent);
                    Became::NotSent
                }
                ErrorKind::Unavailable(_)
                | ErrorKind::Unauthorized
                | ErrorKind::Unsupported(_)
                | ErrorKind::Refused(_)
                | ErrorKind::TooLarge(_) => Became::NotSent,
                _ => Became::Unknown,
            };
            self.set(batch, became);
            self.interruption = Some(Box::new(error));
            return false;
        };
        self.set(batch.clone(), Became::Written);
        for failure in answer.write_errors.iter().flatten() {
            let position = batch.start + failure.index;
            if ordered {
                self.set(position..batch.end, Became::NotSent);
            }
            let failure = Driver::Write(WriteFailure::WriteError(failure.clone().into()));
            self.fail(position, Error::from_driver(failure.into()));
        }
        if let Some(concern) = &answer.write_concern_error {
            let concern = Driver::Write(WriteFailure::WriteConcernError(concern.clone()));
            self.interruption = Some(Box::new(Error::from_driver(concern.into())));
        }
        !ordered
    }

    /// `Ok` if every document is stored.
    pub(crate) fn into_result(mut self) -> Result<(), Error> {
        if self.failures.is_empty() && self.interruption.is_none() {
            return Ok(());
        }
        let driver = self.last.take();
        Err(Error::new(ErrorKind::InsertMany(self)).with_driver(driver))
    }

    fn set(&mut self, positions: Range<usize>, became: Became) {
        for outcome in self.outcomes.get_mut(positions).unwrap_or_default() {
            *outcome = became;
        }
    }

    pub(super) fn is_not_sent(&self) -> bool {
        self.interruption.is_none() && self.causes().all(Error::is_not_sent)
    }

    pub(super) fn is_retryable(&self) -> bool {
        self.failures.is_empty()
            && self.outcomes.iter().all(|outcome| matches!(outcome, Became::NotSent))
            && self.interruption().is_some_and(Error::is_retryable)
    }

    pub(super) fn causes(&self) -> impl Iterator<Item = &Error> {
        self.failures.iter().map(InsertFailure::error).chain(self.interruption())
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
    pub fn written_count(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Became::Written)).count()
    }
}

impl fmt::Display for InsertManyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.outcomes.iter().filter(|outcome| matches!(outcome, Became::Unknown)).count();
        write!(f, "{} of {} documents were written", self.written_count(), self.outcomes.len())?;
        if unknown > 0 {
            write!(f, ", of {unknown} it is not known")?;
        }
        if let Some(first) = self.failures.first() {
            write!(f, "; the one at position {}: {}", first.position, Reason(&first.error))?;
        }
        if self.failures.len() > 1 {
            write!(f, "; {} more failed, see `insert_many_error()`", self.failures.len() - 1)?;
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
