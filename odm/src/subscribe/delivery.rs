//! `Item` and `Delivery`: a change that is to be handled.

use std::{fmt, ops::Deref};

use mongodb::bson::RawDocument;

use super::raw_subscription::Passed;
use crate::{
    error::{Error, Result},
    value::{OwnedRow, Raw},
    watch::ResumeToken,
};

/// A change that a handler of [`Subscribe::run`](super::Subscribe::run) receives. It dereferences to the change.
#[derive(Debug, Clone)]
pub struct Item<Row> {
    pub(super) row: Row,
    pub(super) key: String,
    pub(super) is_existing: bool,
    pub(super) attempt: u32,
}

impl<Row> Item<Row> {
    /// Returns the change.
    pub fn row(&self) -> &Row {
        &self.row
    }

    /// Converts the item into the change.
    pub fn into_row(self) -> Row {
        self.row
    }

    /// Returns the idempotency key: a string that is the same each time that this change is delivered, and different for
    /// every other change of the subscription.
    ///
    /// A change is delivered again after a crash, if its handling was not stored. Store the key together with the
    /// effect, or pass it to a service that accepts idempotency keys. The keys of changes increase as text.
    pub fn key(&self) -> &str {
        &self.key
    }

    /// Returns whether this is a document that existed before the subscription began, and not a change.
    ///
    /// A [`Change`](crate::watch::Change) is then an insert with the document. Its token is the position of the stream
    /// when the documents were first read, and its times are those of the reading.
    pub fn is_existing(&self) -> bool {
        self.is_existing
    }

    /// Returns how many times this change was given to the handler, including this time: 1 at first.
    pub fn attempt(&self) -> u32 {
        self.attempt
    }
}

impl<Row: OwnedRow> Item<Row> {
    /// Decodes an event. An existing document has a key of its own.
    pub(super) fn read(event: &RawDocument, copied_key: Option<&str>, attempt: u32) -> Result<Self> {
        let item = ResumeToken::of_event(event).and_then(|token| {
            let row = Row::read_owned(Raw::document(event.as_bytes()))?;
            let key = copied_key.unwrap_or_else(|| token.data()).to_owned();
            Ok(Self { row, key, is_existing: copied_key.is_some(), attempt })
        });
        item.map_err(|cause| Error::decode_event(event.to_owned(), cause))
    }
}

impl<Row> Deref for Item<Row> {
    type Target = Row;

    fn deref(&self) -> &Row {
        &self.row
    }
}

/// A change that a [`Subscription`](super::Subscription) has returned. It dereferences to the [`Item`], and so to the
/// change.
///
/// Acknowledge it with [`ack`](Self::ack) after the work. If it is dropped without, the position stays before it, and
/// it is delivered again when the subscription is opened again.
#[must_use = "the position advances only if the change is acknowledged with `ack()`"]
pub struct Delivery<Row> {
    item: Item<Row>,
    receipt: Receipt,
}

/// Acknowledges one change.
struct Receipt(Option<Passed>);

impl<Row> Delivery<Row> {
    pub(super) fn new(item: Item<Row>, passed: Passed) -> Self {
        Self { item, receipt: Receipt(Some(passed)) }
    }

    /// Acknowledges the change: it need not be delivered again.
    ///
    /// Changes may be acknowledged in any order. The position that is stored is before the first change that is not
    /// acknowledged. It is stored in the background: see [`Subscribe::save_every`](super::Subscribe::save_every).
    pub fn ack(self) {
        self.receipt.acknowledge();
    }

    /// Acknowledges the change as [`ack`](Self::ack) does, and returns it.
    pub fn ack_into_row(self) -> Row {
        self.receipt.acknowledge();
        self.item.row
    }
}

impl Receipt {
    fn acknowledge(mut self) {
        if let Some(Passed { tracker, number }) = self.0.take() {
            tracker.acknowledge(number);
        }
    }
}

impl Drop for Receipt {
    fn drop(&mut self) {
        if let Some(Passed { tracker, number }) = self.0.take() {
            tracker.dropped(number);
        }
    }
}

impl<Row> Deref for Delivery<Row> {
    type Target = Item<Row>;

    fn deref(&self) -> &Item<Row> {
        &self.item
    }
}

impl<Row: fmt::Debug> fmt::Debug for Delivery<Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Delivery").field("item", &self.item).finish_non_exhaustive()
    }
}
