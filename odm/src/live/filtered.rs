//! `FilteredChange`: a change that concerns the filter of a subscriber.

use std::{fmt, ops::Deref, sync::Arc};

use crate::{model::Model, watch::Change};

/// A change of a document that matches the filter of a [`Subscriber`](super::Subscriber), or did so before. It
/// dereferences to the [`Change`].
///
/// Changes of the whole collection, such as a drop, are delivered to every subscriber.
pub struct FilteredChange<M: Model> {
    pub(super) change: Arc<Change<M>>,
    pub(super) matches: Option<bool>,
    pub(super) matched_before: Option<bool>,
    pub(super) missed: u64,
}

impl<M: Model> FilteredChange<M> {
    /// Returns the change. All subscribers that receive it share it.
    pub fn change(&self) -> &Arc<Change<M>> {
        &self.change
    }

    /// Returns whether the document matches the filter after the change. It is `false` for a deleted document, also if it
    /// was deleted before an earlier update was delivered. It is `None` for a change of the whole collection, and for an
    /// update whose event does not contain the document.
    pub fn matches(&self) -> Option<bool> {
        self.matches
    }

    /// Returns whether the document matched the filter before the change. It is `false` for an insert, and `None` unless
    /// the event contains the [document before](super::OpenFanOut::full_document_before_change).
    pub fn matched_before(&self) -> Option<bool> {
        self.matched_before
    }

    /// Returns how many changes before this one were dropped, because the subscriber was too slow. It is zero unless the
    /// policy is [`DropOldest`](super::OnLag::DropOldest).
    pub fn missed(&self) -> u64 {
        self.missed
    }
}

impl<M: Model> Deref for FilteredChange<M> {
    type Target = Change<M>;

    fn deref(&self) -> &Change<M> {
        &self.change
    }
}

impl<M: Model> Clone for FilteredChange<M> {
    fn clone(&self) -> Self {
        Self {
            change: Arc::clone(&self.change),
            matches: self.matches,
            matched_before: self.matched_before,
            missed: self.missed,
        }
    }
}

impl<M: Model + fmt::Debug> fmt::Debug for FilteredChange<M>
where
    M::Id: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FilteredChange")
            .field("change", &self.change)
            .field("matches", &self.matches)
            .field("matched_before", &self.matched_before)
            .field("missed", &self.missed)
            .finish()
    }
}
