//! The documents of the program, and the changes of one of them.

use std::fmt;

use odm::{
    Collection, Id, Model,
    bson::DateTime,
    watch::{Change, Event},
};

/// The document that is inserted last. Who has handled this change has handled all of them.
pub(crate) const LAST: i64 = -1;

/// A document of the source.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "items")]
pub(crate) struct Item {
    pub(crate) id: i64,
    /// The number of the change that wrote the document.
    pub(crate) revision: i64,
    pub(crate) text: String,
}

/// A document of the derived collection, which is equal to that of the source in the end.
#[derive(Debug, Clone, PartialEq, Model)]
#[odm(collection = "copies")]
pub(crate) struct ItemCopy {
    pub(crate) id: i64,
    pub(crate) revision: i64,
    pub(crate) text: String,
}

impl From<&Item> for ItemCopy {
    fn from(Item { id, revision, text }: &Item) -> Self {
        Self { id: *id, revision: *revision, text: text.clone() }
    }
}

/// What a transaction with the position has written: one document for each time that a change took effect.
#[derive(Debug, Clone, Model)]
#[odm(collection = "applied")]
pub(crate) struct Applied {
    pub(crate) id: Id<Applied>,
    pub(crate) key: String,
    #[odm(index)]
    pub(crate) item: i64,
    pub(crate) step: String,
    pub(crate) at: DateTime,
}

/// One change of one document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    Insert(i64),
    Update(i64),
    /// The event of a delete does not contain the document, so it has no revision.
    Delete,
}

impl Step {
    /// Returns the document and what happened to it, or `None` for an event that is not about a document.
    pub(crate) fn of(change: &Change<Item>) -> Option<(i64, Self)> {
        match change.event() {
            Event::Insert(item) => Some((item.id, Self::Insert(item.revision))),
            Event::Update { id, .. } => {
                let revision = change.sets(&Item::fields().revision())?.ok()?;
                Some((*id, Self::Update(revision)))
            }
            Event::Delete { id, .. } => Some((*id, Self::Delete)),
            _ => None,
        }
    }

    /// Returns whether a document with this revision, or none, shows that the step was made, and not one before it.
    pub(crate) fn has_led_to(self, revision: Option<i64>) -> bool {
        match self {
            Self::Insert(made) | Self::Update(made) => revision == Some(made),
            Self::Delete => revision.is_none(),
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Insert(revision) => write!(f, "insert:{revision}"),
            Self::Update(revision) => write!(f, "update:{revision}"),
            Self::Delete => write!(f, "delete"),
        }
    }
}

/// The collection of the source.
pub(crate) type Items = Collection<Item>;
