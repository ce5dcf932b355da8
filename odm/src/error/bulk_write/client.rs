//! Failed bulk writes across collections, as the driver reports them.

use std::error::Error as _;

use mongodb::{
    error::{
        Error as DriverError, ErrorKind as Driver, PartialBulkWriteResult, TRANSIENT_TRANSACTION_ERROR,
        WriteFailure as Failure,
    },
    results::VerboseBulkWriteResult,
};

use super::{BulkWriteError, Outcome, WriteFailure};
use crate::error::{Error, ErrorKind, WriteCounts, write_reply::not_acknowledged};

impl BulkWriteError {
    /// Creates the report of `count` writes that are all applied.
    pub(crate) fn of_done(count: usize, done: &VerboseBulkWriteResult) -> Self {
        let mut report = Self::of_writes(count);
        report.outcomes.fill(Outcome::Written);
        report.counts = WriteCounts::of_summary(&done.summary);
        report
            .upserted
            .extend(done.update_results.iter().filter_map(|(at, one)| Some((*at, one.upserted_id.clone()?))));
        report
    }

    /// Counts documents that an update matched as deleted, for an update that is a delete.
    pub(crate) fn count_as_delete(&mut self, matched: u64, modified: u64) {
        let counts = &mut self.counts;
        counts.matched = counts.matched.saturating_sub(matched);
        counts.modified = counts.modified.saturating_sub(modified);
        counts.deleted += matched;
    }

    /// Returns the error of the write at this position, if it has failed.
    pub(crate) fn failure(&self, position: usize) -> Option<&Error> {
        self.failures.iter().find(|failure| failure.position == position).map(|failure| &failure.error)
    }

    /// Changes the error of the write at this position, if it has failed.
    pub(crate) fn change_failure(&mut self, position: usize, change: impl FnOnce(Error) -> Error) {
        if let Some(at) = self.failures.iter().position(|failure| failure.position == position) {
            let failure = self.failures.swap_remove(at);
            self.failures.push(WriteFailure { position, error: change(failure.error) });
        }
    }

    /// Changes the errors of all failed writes.
    pub(crate) fn map_failures(&mut self, change: impl Fn(Error) -> Error) {
        let failures = std::mem::take(&mut self.failures);
        let changed = |WriteFailure { position, error }| WriteFailure { position, error: change(error) };
        self.failures = failures.into_iter().map(changed).collect();
    }

    /// Converts the driver's error of a bulk write. `many` contains, for each write, whether it changes many
    /// documents.
    pub(crate) fn of_driver(many: &[bool], error: Error) -> Self {
        let mut report = Self::of_writes(many.len());
        let all: Vec<usize> = (0..many.len()).collect();
        let Some(Driver::BulkWrite(across)) = error.driver().map(|error| &*error.kind) else {
            report.interrupted(&all, error);
            return report;
        };
        // The error that ended the call is the source of the error that reports the single writes.
        let ended = error.driver().and_then(DriverError::source);
        // The driver keeps the source in a `Box`, which is itself the error type of the source.
        let ended = ended.and_then(|ended| {
            let boxed = ended.downcast_ref::<Box<DriverError>>().map(|boxed| &**boxed);
            boxed.or_else(|| ended.downcast_ref::<DriverError>())
        });
        if let Some(ended) = ended {
            report.interrupted(&all, Error::after(error.attempts(), ended.clone()));
        } else if across.write_errors.is_empty() && across.write_concern_errors.is_empty() {
            // The driver reports a failure without a cause.
            report.interrupted(
                &all,
                Error::new(ErrorKind::Driver(
                    "the bulk write failed, and the driver reports no cause".into(),
                )),
            );
        }
        // The server has ended the transaction, so the writes that the driver reports as applied are not.
        let undone = report.interruption().is_some_and(|it| it.has_label(TRANSIENT_TRANSACTION_ERROR));
        match across.partial_result.as_ref().filter(|_| !undone) {
            Some(PartialBulkWriteResult::Summary(summary)) => {
                report.counts = WriteCounts::of_summary(summary);
            }
            Some(PartialBulkWriteResult::Verbose(verbose)) => {
                report.counts = WriteCounts::of_summary(&verbose.summary);
                let (inserts, deletes) = (verbose.insert_results.keys(), verbose.delete_results.keys());
                for position in inserts.chain(deletes) {
                    report.set(&[*position], Outcome::Written);
                }
                for (position, result) in &verbose.update_results {
                    report.set(&[*position], Outcome::Written);
                    report.upserted.extend(result.upserted_id.clone().map(|id| (*position, id)));
                }
            }
            None => {}
        }
        for (position, error) in &across.write_errors {
            let error = Error::from_driver(Driver::Write(Failure::WriteError(error.clone())).into());
            let is_many = many.get(*position).copied().unwrap_or(false);
            report.fail(*position, if is_many { error.of_many() } else { error });
        }
        report.write_concern_errors =
            across.write_concern_errors.iter().cloned().map(not_acknowledged).collect();
        report
    }
}
