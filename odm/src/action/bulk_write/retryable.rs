//! Batches that the server applies once, however often they arrive.
//!
//! The driver retries its own writes, and its only write of many statements is for servers from 8.0. A command that
//! is made here it sends as it is, in a session; so the number by which the server knows a command again has to be
//! given here. It must be greater than every one before it in the session, and the driver's next one greater still,
//! as the session goes back to the driver's pool. The driver counts in a field of its own, which nothing reads; but
//! starting a transaction takes the next number, and ending one in which nothing ran sends nothing. What was taken is
//! then read where the driver shows it, in the session's `Debug`. Where that should ever not be there, or not have
//! grown by one, the batch goes without a number, and is not made again.

use std::fmt::{self, Write};

use mongodb::{
    ClientSession,
    bson::{RawDocumentBuf, raw::cstr},
    error::{ErrorKind as Driver, RETRYABLE_WRITE_ERROR},
};

use super::BULK_WRITE;
use crate::{
    collection::Target,
    error::{Command, Error, ErrorKind, Result, WriteReply},
    exec,
    operation::Operation,
};

/// In which way a batch is part of its session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Numbering {
    /// Under a number of its own.
    Numbered(i64),
    /// In the transaction that runs in the session.
    InTransaction,
    /// Neither: this deployment has no such numbers.
    Plain,
}

/// Takes the next number of a session. It fails where no server is there to say whether it has numbers.
pub(super) async fn next(target: &Target, session: &mut ClientSession) -> Result<Numbering> {
    let operation = target.operation(BULK_WRITE);
    let before = number(session);
    match exec::run(operation, session.start_transaction()).await {
        Ok(()) => {}
        Err(error) if matches!(error.kind(), ErrorKind::Unavailable(_)) => return Err(error),
        Err(error) if is_in_transaction(&error) => return Ok(Numbering::InTransaction),
        Err(_) => return Ok(Numbering::Plain),
    }
    let after = number(session);
    let ended = exec::run(operation, session.abort_transaction()).await;
    Ok(match (before, after, ended) {
        (Some(before), Some(after), Ok(())) if before.checked_add(1) == Some(after) => {
            Numbering::Numbered(after)
        }
        _ => Numbering::Plain,
    })
}

fn is_in_transaction(error: &Error) -> bool {
    error.driver().is_some_and(|error| {
        matches!(&*error.kind, Driver::Transaction { message, .. } if message.contains("already in progress"))
    })
}

/// The number that a session has come to.
fn number(session: &ClientSession) -> Option<i64> {
    let mut scan = Scan::default();
    // Ends in an error as soon as the number is there: a session shows its whole client behind it.
    let _ = write!(scan, "{session:?}");
    scan.number
}

#[derive(Default)]
struct Scan {
    text: String,
    number: Option<i64>,
}

impl fmt::Write for Scan {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.text.push_str(part);
        let Some((_, number)) = self.text.split_once("txn_number: ") else { return Ok(()) };
        let Some(end) = number.find(|letter: char| !letter.is_ascii_digit()) else { return Ok(()) };
        self.number = number.get(..end).and_then(|number| number.parse().ok());
        Err(fmt::Error)
    }
}

/// Sends a command of many statements; if it has a number, once more where its answer did not come.
pub(super) async fn send(
    target: &Target,
    operation: Operation<'_>,
    command: Command,
    mut body: RawDocumentBuf,
    place: Numbering,
    mut session: Option<&mut ClientSession>,
) -> Result<WriteReply> {
    let numbered = if let Numbering::Numbered(number) = place {
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
        // The primary stepped down before other members had the write.
        Ok(answer) if numbered && answer.is_retryable() => {
            attempt(target, operation, command, &body, session).await.or(Ok(answer))
        }
        answer => answer,
    }
}

/// The label that the driver gives to a write that it makes again, for one that is made again here.
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
        // Such as a reply whose text is cut within a letter.
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
