//! One batch of a cursor, and the read position in it.

use std::{
    ops::Range,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use mongodb::raw_batch_cursor::RawBatch;

use crate::{
    error::{Error, ErrorKind, Result},
    exec::Polled,
    operation::Operation,
};

/// The unread documents of one reply of the server.
#[derive(Debug, Default)]
pub(super) struct Batch {
    reply: Option<RawBatch>,
    /// The byte range of the unread array elements in the reply.
    left: Range<usize>,
    next: Next,
}

/// What comes after this batch.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Next {
    /// The reply to the first command, which the driver already has.
    First,
    /// The reply to a `getMore`.
    More,
    #[default]
    Nothing,
}

impl Batch {
    /// Creates the state before the first batch.
    pub(super) fn first() -> Self {
        Self { next: Next::First, ..Self::none() }
    }

    /// Creates the state after the last batch.
    pub(super) fn none() -> Self {
        Self::default()
    }

    /// Returns this batch without its documents.
    pub(super) fn spent(&self) -> Self {
        Self { next: self.next, ..Self::none() }
    }

    /// Returns the bytes of the next document of this batch.
    #[inline]
    pub(super) fn next(&mut self) -> Option<Result<&[u8]>> {
        let left = self.reply.as_ref()?.as_raw_document().as_bytes().get(self.left.clone())?;
        if left.is_empty() {
            return None;
        }
        if let Some((document, rest)) = split_document(left) {
            self.left.start = self.left.end - rest.len();
            Some(Ok(document))
        } else {
            self.left = 0..0;
            self.next = Next::Nothing;
            Some(Err(unreadable()))
        }
    }

    /// Returns `true` if the reply to the first command has not been opened. The driver already has this reply.
    pub(super) fn is_first(&self) -> bool {
        self.next == Next::First
    }

    /// Returns `true` if no batch follows this one.
    pub(super) fn is_last(&self) -> bool {
        self.next == Next::Nothing
    }

    /// Fetches the batch after this one.
    pub(super) fn poll_next<S>(
        &self,
        driver: Pin<&mut S>,
        context: &mut Context<'_>,
        polled: &mut Polled,
        operation: &Operation<'_>,
    ) -> Poll<Result<Self>>
    where
        S: Stream<Item = mongodb::error::Result<RawBatch>>,
    {
        // The first batch came with the command itself, whose span has ended.
        let answer = match self.next {
            Next::First => {
                driver.poll_next(context).map(|batch| batch.map(|batch| batch.map_err(Error::from_driver)))
            }
            _ => polled.poll(&operation.more(), || driver.poll_next(context)),
        };
        answer.map(|batch| match batch {
            Some(batch) => operation.check(batch.and_then(Self::open)),
            None => Ok(Self::none()),
        })
    }

    fn open(reply: RawBatch) -> Result<Self> {
        let (left, next) = {
            let documents = reply.doc_slices().map_err(Error::from_driver)?.as_bytes();
            let bytes = reply.as_raw_document().as_bytes();
            let start =
                documents.as_ptr().addr().checked_sub(bytes.as_ptr().addr()).ok_or_else(unreadable)?;
            // The range excludes the length at the start of the array and the terminating byte.
            let end = (start + documents.len()).checked_sub(1).ok_or_else(unreadable)?;
            let cursor = reply.as_raw_document().get_document("cursor").map_err(|_| unreadable())?;
            let next = if cursor.get_i64("id").is_ok_and(|id| id == 0) { Next::Nothing } else { Next::More };
            (start + 4..end, next)
        };
        Ok(Self { reply: Some(reply), left, next })
    }
}

/// Splits the elements of an array into the first document and the rest.
#[inline]
fn split_document(left: &[u8]) -> Option<(&[u8], &[u8])> {
    let key_end = left.iter().position(|byte| *byte == 0)?;
    if *left.first()? != DOCUMENT {
        return None;
    }
    let value = left.get(key_end + 1..)?;
    let length = usize::try_from(i32::from_le_bytes(*value.first_chunk()?)).ok()?;
    value.split_at_checked(length)
}

/// The type byte of a document.
const DOCUMENT: u8 = 3;

#[cold]
fn unreadable() -> Error {
    Error::new(ErrorKind::Driver("the server's answer is not a batch of documents".into()))
}

#[cfg(test)]
mod tests {
    use mongodb::bson::{doc, rawdoc, serialize_to_vec};

    use super::*;

    #[test]
    fn documents_of_an_array() {
        let documents: Vec<_> = (0..12).map(|n| doc! { "n": n }).collect();
        let bytes = serialize_to_vec(&doc! { "firstBatch": documents }).unwrap();
        let reply = mongodb::bson::RawDocumentBuf::from_bytes(bytes).unwrap();
        let array = reply.get_array("firstBatch").unwrap().as_bytes();
        let mut left = &array[4..array.len() - 1];
        for n in 0..12 {
            let (document, rest) = split_document(left).unwrap();
            assert_eq!(document, rawdoc! { "n": n }.as_bytes());
            left = rest;
        }
        assert!(left.is_empty());
    }

    /// Malformed bytes return `None` and do not panic.
    #[test]
    fn other_bytes() {
        for bytes in [
            &b""[..],
            b"\x03",
            b"\x030",
            b"\x030\0",
            b"\x030\0\x05\0\0",
            b"\x030\0\x06\0\0\0\0",
            b"\x030\0\xff\xff\xff\xff\0",
            b"\x100\0\x01\0\0\0",
        ] {
            assert_eq!(split_document(bytes), None, "{bytes:?}");
        }
    }
}
