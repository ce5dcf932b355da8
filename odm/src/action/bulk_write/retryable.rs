//! Retryable batches: commands that the server applies only once, even if it receives them twice.
//!
//! The driver retries only its own writes, and its only write of many statements needs MongoDB 8.0. It sends the
//! commands that this module builds unchanged, in a session. Therefore this module must add the transaction number
//! (`txnNumber`), by which the server recognizes a repeated command. The number must be greater than all earlier
//! numbers of the session, and less than the driver's next one, because the session returns to the driver's pool.
//!
//! The driver keeps the counter of these numbers in a private field. But starting a transaction increments the
//! counter, and ending a transaction without commands sends nothing. The new number is then read by
//! [`TransactionNumber`]. If the number cannot be read, or if it has not grown by one, the batch is sent without a
//! number, and is not retried.

use mongodb::{
    ClientSession,
    bson::{RawDocumentBuf, raw::cstr},
    error::{ErrorKind as Driver, RETRYABLE_WRITE_ERROR},
};

use super::{
    BULK_WRITE,
    transaction_number::{self, TransactionNumber},
};
use crate::{
    collection::Target,
    error::{Command, Error, ErrorKind, Result, WriteReply},
    exec,
    operation::Operation,
};

/// The relation of a batch to its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// The batch has a transaction number of its own.
    Numbered(i64),
    /// The batch is part of the transaction that runs in the session.
    InTransaction,
    /// The batch has no number, because it is not retried or the deployment does not support numbers.
    Plain,
}

/// Takes the next number of a session.
///
/// # Errors
///
/// Returns an error if no server is available, because the deployment determines whether numbers are supported.
pub(super) async fn next(target: &Target, session: &mut ClientSession) -> Result<Numbering> {
    let operation = target.operation(BULK_WRITE);
    let before = session.transaction_number();
    match exec::run(operation, session.start_transaction()).await {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Unavailable(_)) => return Err(error),
        Err(error) if transaction_number::is_in_transaction(&error) => return Ok(Numbering::InTransaction),
        Err(_) => return Ok(Numbering::Plain),
    }
    let after = session.transaction_number();
    let ended = exec::run(operation, session.abort_transaction()).await;
    Ok(match (before, after, ended) {
        (Some(before), Some(after), Ok(())) if before.checked_add(1) == Some(after) => {
            Numbering::Numbered(after)
        }
        _ => Numbering::Plain,
    })
}

/// Sends a command of many statements. Sends it again if it has a number and there is no reply.
pub(super) async fn send(
    target: &Target,
    operation: Operation<'_>,
    command: Command,
    mut body: RawDocumentBuf,
    numbering: Numbering,
    mut session: Option<&mut ClientSession>,
) -> Result<WriteReply> {
    let numbered = if let Numbering::Numbered(number) = numbering {
        body.append(cstr!("txnNumber"), number);
        true
    } else {
        false
    };
    let first = attempt(target, operation, command, &body, session.as_deref_mut()).await;
    match first {
        Err(error) if numbered && is_retryable(&error) => {
            match attempt(target, operation, command, &body, session).await {
                // An error of the second attempt that wrote nothing does not show what the first one did.
                Err(again) if error.may_be_applied() && !again.may_be_applied() => Err(labelled(error)),
                Err(again) => Err(labelled(again)),
                again => again,
            }
        }
        // The primary stepped down before the write was replicated.
        Ok(answer) if numbered && answer.is_retryable() => {
            attempt(target, operation, command, &body, session).await.or(Ok(answer))
        }
        answer => answer,
    }
}

/// Adds the label that the driver adds to a write that it retries.
fn labelled(error: Error) -> Error {
    if is_of_connection(&error) { error.labelled(RETRYABLE_WRITE_ERROR) } else { error }
}

async fn attempt(
    target: &Target,
    operation: Operation<'_>,
    command: Command,
    body: &RawDocumentBuf,
    session: Option<&mut ClientSession>,
) -> Result<WriteReply> {
    let database = target.database().driver();
    let mut call = database.run_raw_command(body.clone());
    if let Some(session) = session {
        call = call.session(session);
    }
    match exec::run(operation, call).await {
        Ok(reply) => WriteReply::read_document(command, reply),
        // For example, a reply with a string that ends inside a UTF-8 sequence.
        Err(error) => WriteReply::of(command, &error).ok_or(error),
    }
}

fn is_retryable(error: &Error) -> bool {
    error.has_label(RETRYABLE_WRITE_ERROR) || is_of_connection(error)
}

fn is_of_connection(error: &Error) -> bool {
    error
        .driver()
        .is_some_and(|error| matches!(*error.kind, Driver::Io(_) | Driver::ConnectionPoolCleared { .. }))
}
