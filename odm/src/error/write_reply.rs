//! Replies of the server to write commands, with `ok: 1`.

use super::{Error, ErrorKind, Result, WriteCounts};
use mongodb::{
    bson::{Bson, Document, RawBsonRef, RawDocument, Utf8Lossy, deserialize_from_document},
    error::{
        Error as DriverError, ErrorKind as Driver, IndexedWriteError, RETRYABLE_WRITE_ERROR,
        WriteConcernError, WriteError, WriteFailure,
    },
};

/// The result of a write command.
#[derive(Debug, Default)]
pub(crate) struct WriteReply {
    pub(super) counts: WriteCounts,
    /// The `_id`s of upserted documents, by the index of the write in its command.
    pub(super) upserted: Vec<(usize, Bson)>,
    /// The failed writes, by the index of the write in its command.
    pub(super) failures: Vec<(usize, Error)>,
    pub(super) write_concern_error: Option<Error>,
    retryable: bool,
}

/// The kind of a write command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Command {
    Insert,
    Update,
    Delete,
}

impl WriteReply {
    /// Creates the result of an insert that stored `count` documents.
    pub(crate) fn inserted(count: usize) -> Self {
        let inserted = u64::try_from(count).unwrap_or(u64::MAX);
        Self { counts: WriteCounts { inserted, ..WriteCounts::default() }, ..Self::default() }
    }

    /// Reads a reply, or returns `None` if it is not a reply to a write.
    pub(crate) fn read(command: Command, reply: &RawDocument) -> Option<Self> {
        Self::of_reply(command, document(reply)?)
    }

    fn of_reply(command: Command, mut reply: Document) -> Option<Self> {
        let n = reply.get("n").and_then(count)?;
        let upserted = documents(reply.remove("upserted"))?;
        let upserted: Vec<_> = upserted.into_iter().map(upserted_id).collect::<Option<_>>()?;
        let mut counts = WriteCounts::default();
        match command {
            Command::Insert => counts.inserted = n,
            Command::Delete => counts.deleted = n,
            Command::Update => {
                counts.upserted = u64::try_from(upserted.len()).unwrap_or(u64::MAX);
                counts.matched = n.saturating_sub(counts.upserted);
                counts.modified = reply.get("nModified").map_or(Some(0), count)?;
            }
        }
        let write_concern_error = match reply.remove("writeConcernError") {
            Some(Bson::Document(error)) => Some(deserialize_from_document(error).ok()?),
            _ => None,
        };
        let failures = documents(reply.remove("writeErrors"))?;
        let labels = reply.get_array("errorLabels").map(Vec::as_slice).unwrap_or_default();
        Some(Self {
            counts,
            upserted,
            failures: failures.into_iter().map(failure).collect(),
            write_concern_error: write_concern_error.map(not_acknowledged),
            retryable: labels.iter().any(|label| label.as_str() == Some(RETRYABLE_WRITE_ERROR)),
        })
    }

    /// Reads a reply that the driver returned as a document.
    pub(crate) fn read_document(command: Command, reply: Document) -> Result<Self> {
        Self::of_reply(command, reply).ok_or_else(|| {
            Error::new(ErrorKind::Driver("the server's answer does not contain the counts".into()))
        })
    }

    /// Returns the counts, and the `_id` of the first upserted document.
    pub(crate) fn into_parts(self) -> (WriteCounts, Option<Bson>) {
        (self.counts, self.upserted.into_iter().next().map(|(_, id)| id))
    }

    /// Returns the error of the first failed write.
    pub(crate) fn first_failure(&self) -> Option<&Error> {
        self.failures.first().map(|(_, error)| error)
    }

    /// Returns the first failed write, with its index in the command.
    pub(crate) fn into_first_failure(self) -> Option<(usize, Error)> {
        self.failures.into_iter().next()
    }

    /// Marks the failures of the writes that change many documents.
    pub(crate) fn mark_many(mut self, many: impl Fn(usize) -> bool) -> Self {
        let name =
            |(index, error): (usize, Error)| (index, if many(index) { error.of_many() } else { error });
        self.failures = self.failures.into_iter().map(name).collect();
        self
    }

    /// Counts the updated documents as deleted ones, for updates that are deletes.
    pub(crate) fn of_deletes(mut self) -> Self {
        let deleted = self.counts.matched;
        self.counts = WriteCounts { deleted, ..WriteCounts::default() };
        self
    }

    /// Changes the errors of the failed writes.
    pub(crate) fn map_failures(mut self, change: impl Fn(Error) -> Error) -> Self {
        self.failures = self.failures.into_iter().map(|(index, error)| (index, change(error))).collect();
        self
    }

    /// Returns `true` if no write failed, and none matched or inserted a document.
    pub(crate) fn matched_nothing(&self) -> bool {
        self.failures.is_empty() && self.counts.matched == 0 && self.counts.upserted == 0
    }

    /// Records the failure of the only write.
    pub(crate) fn failed(mut self, error: Error) -> Self {
        self.failures.push((0, error));
        self
    }

    /// Returns `true` if the write concern was not satisfied, and the server labels the error as one of a retryable
    /// write.
    pub(crate) fn is_retryable(&self) -> bool {
        self.retryable
    }

    /// Reads the reply with `ok: 1` that the driver returned as an error.
    pub(crate) fn of(command: Command, error: &Error) -> Option<Self> {
        let reply = error.driver()?.server_response()?;
        // Servers send `ok` as a double, proxies as an integer.
        let ok = match reply.get("ok").ok()?? {
            RawBsonRef::Double(ok) => ok > 0.0,
            ok => ok.as_i32() == Some(1) || ok.as_i64() == Some(1) || ok.as_bool() == Some(true),
        };
        ok.then(|| Self::read(command, reply)).flatten()
    }

    /// Returns `true` if the driver returned the reply to an update of one document as this error, and it matched or
    /// inserted none: only the write concern was not satisfied.
    pub(crate) fn is_without_match(error: &Error) -> bool {
        Self::of(Command::Update, error).is_some_and(|reply| reply.matched_nothing())
    }

    /// Returns `true` if this is so for a `findAndModify`.
    pub(crate) fn is_without_document(error: &Error) -> bool {
        let reply = error.driver().and_then(DriverError::server_response);
        let last = reply.and_then(|reply| reply.get_document("lastErrorObject").ok());
        last.is_some_and(|last| {
            matches!(last.get("n"), Ok(Some(RawBsonRef::Int32(0) | RawBsonRef::Int64(0))))
        })
    }

    /// Returns `true` if the reply to a `findAndModify` that the driver returned as this error contains a document.
    pub(crate) fn has_document(error: &Error) -> bool {
        let reply = error.driver().and_then(DriverError::server_response);
        reply.is_some_and(|reply| matches!(reply.get("value"), Ok(Some(RawBsonRef::Document(_)))))
    }

    /// Reads the reply to an `insert` of these documents that the driver returned as an error. The driver keeps
    /// neither the reply nor the values of a duplicate key, so they are taken from the documents.
    pub(crate) fn of_insert(error: &Error, documents: &[&RawDocument], ordered: bool) -> Option<Self> {
        let Driver::InsertMany(many) = &*error.driver()?.kind else { return None };
        let failures = many.write_errors.as_deref().unwrap_or_default();
        let inserted = match failures {
            [first, ..] if ordered => first.index,
            failures => documents.len().saturating_sub(failures.len()),
        };
        let failure = |failure: &IndexedWriteError| {
            let error = Driver::Write(WriteFailure::WriteError(failure.clone().into()));
            let error = Error::from_driver(error.into());
            let error = match documents.get(failure.index) {
                Some(document) => error.with_stored_document(document),
                None => error,
            };
            (failure.index, error)
        };
        Some(Self {
            failures: failures.iter().map(failure).collect(),
            write_concern_error: many.write_concern_error.clone().map(not_acknowledged),
            ..Self::inserted(inserted)
        })
    }
}

/// Creates the error of a write that is applied, but whose write concern is not satisfied.
pub(super) fn not_acknowledged(error: WriteConcernError) -> Error {
    Error::from_driver(Driver::Write(WriteFailure::WriteConcernError(error)).into())
}

/// Reads a document of a reply, even if the server truncated a string in it within a character. It does not use
/// serde, because serde's stack frames are large: in a build without optimisation, a value of eighty levels overflows
/// the stack of a tokio worker.
fn document(raw: &RawDocument) -> Option<Document> {
    Utf8Lossy::<Document>::try_from(raw).ok().map(|Utf8Lossy(document)| document)
}

/// Returns the documents of an array. A missing array has no documents.
fn documents(array: Option<Bson>) -> Option<Vec<Document>> {
    let items = match array {
        None => return Some(Vec::new()),
        Some(Bson::Array(items)) => items,
        Some(_) => return None,
    };
    let document = |item| match item {
        Bson::Document(document) => Some(document),
        _ => None,
    };
    items.into_iter().map(document).collect()
}

fn count(number: &Bson) -> Option<u64> {
    match number {
        Bson::Int32(number) => u64::try_from(*number).ok(),
        Bson::Int64(number) => u64::try_from(*number).ok(),
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // saturates
        Bson::Double(number) if number.fract() == 0.0 => Some(*number as u64),
        _ => None,
    }
}

/// Reads one element of `upserted`.
fn upserted_id(mut upserted: Document) -> Option<(usize, Bson)> {
    let index = usize::try_from(count(upserted.get("index")?)?).ok()?;
    Some((index, upserted.remove("_id")?))
}

/// Reads one element of `writeErrors`.
fn failure(mut error: Document) -> (usize, Error) {
    let index = error.get("index").and_then(count).and_then(|index| usize::try_from(index).ok());
    let index = index.unwrap_or_default();
    let details = Details::take(&mut error);
    let error = match deserialize_from_document::<WriteError>(error) {
        Ok(mut error) => {
            error.details.clone_from(&details.info);
            Error::with_details(Driver::Write(WriteFailure::WriteError(error)).into(), || details)
        }
        Err(_) => {
            Error::new(ErrorKind::Driver("the server's answer contains a failure without a code".into()))
        }
    };
    (index, error)
}

/// The details of a failed write in a reply, besides the code and the message.
#[derive(Debug, Default)]
pub(super) struct Details {
    pub(super) key_pattern: Option<Document>,
    pub(super) key_value: Option<Document>,
    /// The `errInfo`.
    pub(super) info: Option<Document>,
}

impl Details {
    fn take(answer: &mut Document) -> Self {
        let mut take = |name| match answer.remove(name) {
            Some(Bson::Document(document)) => Some(document),
            _ => None,
        };
        Self { key_pattern: take("keyPattern"), key_value: take("keyValue"), info: take("errInfo") }
    }

    /// Reads the details from the reply to a single write, which the driver keeps in its error.
    pub(super) fn of(error: &DriverError) -> Self {
        let read = || {
            let reply = error.server_response()?;
            let failures = reply.get_array("writeErrors").ok();
            let first = failures.and_then(|failures| failures.into_iter().next()?.ok()?.as_document());
            document(first.unwrap_or(reply))
        };
        read().map(|mut answer| Self::take(&mut answer)).unwrap_or_default()
    }
}
