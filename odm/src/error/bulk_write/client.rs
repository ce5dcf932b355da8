//! Bulk writes across collections that failed, as the driver reports them.

use std::error::Error as _;

use mongodb::error::{
    Error as DriverError, ErrorKind as Driver, PartialBulkWriteResult, TRANSIENT_TRANSACTION_ERROR,
    WriteFailure as Failure,
};

use super::{Became, BulkWriteError};
use crate::error::{Error, ErrorKind, WriteCounts, write_reply::not_acknowledged};

impl BulkWriteError {
    /// What the driver tells of some writes; of each, whether it changes many documents.
    pub(crate) fn of_driver(many: &[bool], error: Error) -> Self {
        let mut report = Self::of_writes(many.len());
        let all: Vec<usize> = (0..many.len()).collect();
        let Some(Driver::BulkWrite(across)) = error.driver().map(|error| &*error.kind) else {
            report.interrupted(&all, error);
            return report;
        };
        // What ended it all stands behind what is known of single writes.
        let ended = error.driver().and_then(DriverError::source);
        // The driver keeps it in a box, which is an error of its own.
        let ended = ended.and_then(|ended| {
            let boxed = ended.downcast_ref::<Box<DriverError>>().map(|boxed| &**boxed);
            boxed.or_else(|| ended.downcast_ref::<DriverError>())
        });
        if let Some(ended) = ended {
            report.interrupted(&all, Error::after(error.attempts(), ended.clone()));
        } else if across.write_errors.is_empty() && across.write_concern_errors.is_empty() {
            // It failed, and does not tell why.
            report.interrupted(
                &all,
                Error::new(ErrorKind::Driver(
                    "the bulk write failed, and the driver does not say why".into(),
                )),
            );
        }
        // The server has ended the transaction, and with it what is told as done.
        let undone = report.interruption().is_some_and(|it| it.has_label(TRANSIENT_TRANSACTION_ERROR));
        match across.partial_result.as_ref().filter(|_| !undone) {
            Some(PartialBulkWriteResult::Summary(summary)) => {
                report.counts = WriteCounts::of_summary(summary);
            }
            Some(PartialBulkWriteResult::Verbose(verbose)) => {
                report.counts = WriteCounts::of_summary(&verbose.summary);
                let (inserts, deletes) = (verbose.insert_results.keys(), verbose.delete_results.keys());
                for position in inserts.chain(deletes) {
                    report.set(&[*position], Became::Written);
                }
                for (position, result) in &verbose.update_results {
                    report.set(&[*position], Became::Written);
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
