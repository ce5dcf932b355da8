//! Partly failed writes: the outcome of each document of an `insert_many` or of each write of a `bulk_write`.

mod client;

use std::fmt;

use mongodb::{bson::Bson, error::TRANSIENT_TRANSACTION_ERROR};

use super::{Error, ErrorKind, WriteCounts, write_reply::WriteReply};

/// The error of an `insert_many` or a `bulk_write`: which writes were not applied, and why.
///
/// Positions are those of the documents or the writes in the call, from 0.
pub struct BulkWriteError {
    /// The noun and the participle of the message: `documents`, `written`.
    words: (&'static str, &'static str),
    outcomes: Vec<Outcome>,
    failures: Vec<WriteFailure>,
    interruption: Option<Box<Error>>,
    write_concern_errors: Vec<Error>,
    counts: WriteCounts,
    upserted: Vec<(usize, Bson)>,
}

/// The outcome of one write. The errors of failed writes are stored in `failures`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Written,
    Failed,
    NotSent,
    Unknown,
}

/// The outcome of one document of an `insert_many` or of one write of a `bulk_write`.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum WriteOutcome<'a> {
    /// The write is applied. In a transaction, it takes effect when the transaction is committed.
    Written,
    /// The write is not applied, because of this error. (A part of an `update_many` or a `delete_many` may be
    /// applied.)
    Failed(&'a Error),
    /// The write is not applied. It was not tried, because an earlier failure ended the call or the server refused
    /// the whole command, or a failure aborted its transaction.
    NotTried,
    /// The call was interrupted before the server replied. The write may or may not be applied.
    Unknown,
}

/// One write that was not applied, and why.
#[derive(Debug)]
pub struct WriteFailure {
    position: usize,
    error: Error,
}

impl WriteFailure {
    /// Returns the position of the write in the call, from 0.
    pub fn position(&self) -> usize {
        self.position
    }

    /// Returns why the write was not applied.
    pub fn error(&self) -> &Error {
        &self.error
    }
}

impl BulkWriteError {
    /// Creates a report of `count` documents that were not sent yet.
    pub(crate) fn of_documents(count: usize) -> Self {
        Self::new(count, ("documents", "written"))
    }

    /// Creates a report of `count` writes that were not sent yet.
    pub(crate) fn of_writes(count: usize) -> Self {
        Self::new(count, ("writes", "applied"))
    }

    fn new(count: usize, words: (&'static str, &'static str)) -> Self {
        Self {
            words,
            outcomes: vec![Outcome::NotSent; count],
            failures: Vec::new(),
            interruption: None,
            write_concern_errors: Vec::new(),
            counts: WriteCounts::default(),
            upserted: Vec::new(),
        }
    }

    /// Records that a write is not applied.
    pub(crate) fn fail(&mut self, position: usize, error: Error) {
        self.set(&[position], Outcome::Failed);
        self.failures.push(WriteFailure { position, error });
    }

    /// Records the reply to the batch of the writes at these positions, or the error of the call. Returns whether the
    /// next batch is to be sent.
    pub(crate) fn take(
        &mut self,
        positions: &[usize],
        answer: Result<WriteReply, Error>,
        ordered: bool,
    ) -> bool {
        match answer {
            Ok(answer) => self.answered(positions, answer, ordered),
            Err(error) => {
                self.interrupted(positions, error);
                false
            }
        }
    }

    fn answered(&mut self, positions: &[usize], answer: WriteReply, ordered: bool) -> bool {
        self.set(positions, Outcome::Written);
        self.counts += answer.counts;
        let at = |index: usize| positions.get(index).copied();
        self.upserted.extend(answer.upserted.into_iter().filter_map(|(index, id)| Some((at(index)?, id))));
        self.write_concern_errors.extend(answer.write_concern_error);
        let goes_on = !ordered || answer.failures.is_empty();
        for (index, error) in answer.failures {
            let Some(position) = at(index) else { continue };
            if ordered {
                self.set(positions.get(index..).unwrap_or_default(), Outcome::NotSent);
            }
            self.fail(position, error);
        }
        goes_on
    }

    fn interrupted(&mut self, positions: &[usize], error: Error) {
        let outcome = if error.has_label(TRANSIENT_TRANSACTION_ERROR) {
            self.undo();
            Outcome::NotSent
        } else if error.may_be_applied() {
            Outcome::Unknown
        } else {
            Outcome::NotSent
        };
        self.set(positions, outcome);
        // Of several batches at the same time, the first in the order of the writes determines the error.
        self.interruption.get_or_insert_with(|| Box::new(error));
    }

    /// Records that the transaction of the writes is aborted, so that none of them is applied.
    pub(super) fn undo(&mut self) {
        let open = self.outcomes.iter_mut().filter(|outcome| **outcome != Outcome::Failed);
        open.for_each(|outcome| *outcome = Outcome::NotSent);
        self.counts = WriteCounts::default();
        self.upserted.clear();
    }

    /// Returns the counts of documents, and the `_id`s of upserted documents by position, if every write is applied.
    pub(crate) fn into_result(mut self) -> Result<(WriteCounts, Vec<(usize, Bson)>), Error> {
        if self.causes().next().is_none() {
            return Ok((self.counts, self.upserted));
        }
        self.failures.sort_by_key(WriteFailure::position);
        // The error that ended the call determines the code and the labels of the whole error.
        let cause = self.interruption().or(self.first());
        let (driver, label) = (cause.and_then(Error::driver).cloned(), cause.and_then(Error::own_label));
        let error = Error::new(ErrorKind::BulkWrite(self)).with_driver(driver);
        Err(match label {
            Some(label) => error.labelled(label),
            None => error,
        })
    }

    fn set(&mut self, positions: &[usize], new: Outcome) {
        for position in positions {
            if let Some(outcome) = self.outcomes.get_mut(*position) {
                *outcome = new;
            }
        }
    }

    pub(super) fn is_not_sent(&self) -> bool {
        self.written_count() == 0 && self.causes().all(Error::is_not_sent)
    }

    pub(super) fn is_retryable(&self) -> bool {
        self.failures.is_empty()
            && self.outcomes.iter().all(|outcome| matches!(outcome, Outcome::NotSent))
            && self.interruption().is_some_and(Error::is_retryable)
    }

    /// Returns `true` if it is unknown for some write whether it, or a part of it, was applied.
    pub(super) fn may_be_applied(&self) -> bool {
        self.outcomes.iter().any(|outcome| matches!(outcome, Outcome::Unknown))
            || self.failures.iter().any(|failure| failure.error.may_be_applied())
    }

    pub(super) fn is_outcome_unknown(&self) -> bool {
        self.may_be_applied() || !self.write_concern_errors.is_empty()
    }

    pub(super) fn is_applied(&self) -> bool {
        self.outcomes.iter().all(|outcome| matches!(outcome, Outcome::Written))
    }

    pub(super) fn causes(&self) -> impl Iterator<Item = &Error> {
        self.failures
            .iter()
            .map(WriteFailure::error)
            .chain(self.interruption())
            .chain(&self.write_concern_errors)
    }

    pub(super) fn causes_mut(&mut self) -> impl Iterator<Item = &mut Error> {
        self.failures
            .iter_mut()
            .map(|failure| &mut failure.error)
            .chain(self.interruption.as_deref_mut())
            .chain(&mut self.write_concern_errors)
    }

    pub(super) fn first(&self) -> Option<&Error> {
        self.causes().next()
    }

    /// Returns the outcome of the write at `position`, or `None` if there is no such write.
    pub fn outcome(&self, position: usize) -> Option<WriteOutcome<'_>> {
        Some(match self.outcomes.get(position)? {
            Outcome::Written => WriteOutcome::Written,
            Outcome::NotSent => WriteOutcome::NotTried,
            Outcome::Unknown => WriteOutcome::Unknown,
            Outcome::Failed => match self.failures.binary_search_by_key(&position, WriteFailure::position) {
                Ok(index) => self
                    .failures
                    .get(index)
                    .map_or(WriteOutcome::Unknown, |it| WriteOutcome::Failed(&it.error)),
                Err(_) => WriteOutcome::Unknown,
            },
        })
    }

    /// Returns whether the write at `position` is known to be applied.
    pub(crate) fn is_written(&self, position: usize) -> bool {
        matches!(self.outcomes.get(position), Some(Outcome::Written))
    }

    /// Returns an iterator over the outcomes of the writes, in the order of the call.
    pub fn outcomes(&self) -> impl Iterator<Item = WriteOutcome<'_>> {
        (0..self.outcomes.len()).filter_map(|position| self.outcome(position))
    }

    /// Returns the writes that are known not to be applied, sorted by position, with their errors.
    pub fn failures(&self) -> &[WriteFailure] {
        &self.failures
    }

    /// Returns the error that ended the call before the outcome of every write was known. Returns `None` if only
    /// single writes failed.
    pub fn interruption(&self) -> Option<&Error> {
        self.interruption.as_deref()
    }

    /// Returns the write concerns that were not satisfied, at most one per command. Their writes are applied, but not
    /// acknowledged by as many members as the write concern requires.
    pub fn write_concern_errors(&self) -> &[Error] {
        &self.write_concern_errors
    }

    /// Returns the number of writes that are known to be applied.
    pub fn written_count(&self) -> usize {
        self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Written)).count()
    }

    /// Returns how many documents these writes inserted, matched, modified, upserted and deleted.
    pub fn counts(&self) -> WriteCounts {
        self.counts
    }

    /// Returns the `_id` of the document that the upsert at `position` inserted.
    pub fn upserted_id(&self, position: usize) -> Option<&Bson> {
        self.upserted.iter().find(|(at, _)| *at == position).map(|(_, id)| id)
    }
}

impl fmt::Display for BulkWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unknown = self.outcomes.iter().filter(|outcome| matches!(outcome, Outcome::Unknown)).count();
        let (what, done) = self.words;
        write!(f, "{} of {} {what} were {done}", self.written_count(), self.outcomes.len())?;
        if unknown > 0 {
            write!(f, ", the outcome of {unknown} is unknown")?;
        }
        if let Some(first) = self.failures.first() {
            write!(f, "; the one at position {}: {}", first.position, Reason(&first.error))?;
        }
        if self.failures.len() > 1 {
            write!(f, "; {} more failed, see `bulk_write_error()`", self.failures.len() - 1)?;
        }
        for error in self.interruption().into_iter().chain(self.write_concern_errors.first()) {
            write!(f, "; {}", Reason(error))?;
        }
        Ok(())
    }
}

impl fmt::Debug for BulkWriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BulkWriteError({self})")
    }
}

/// A cause without the operation and the outcome of the write, because the message of the whole error contains them.
struct Reason<'a>(&'a Error);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.kind() {
            ErrorKind::BulkWrite(_) => Ok(()),
            _ => self.0.reason(f),
        }
    }
}
