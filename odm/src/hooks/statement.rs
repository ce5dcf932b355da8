//! `UpdateStatement` and `DeleteStatement`: the writes that a hook sees without a document.

use std::fmt;

use mongodb::bson::{Document, doc};

use crate::{
    error::{Result, invalid::Violations},
    filter::IntoFilter,
    model::{Model, SoftDelete},
    update::{IntoUpdate, Update},
};

/// An update as the program has called it, before the policies of the model.
pub struct UpdateStatement<M> {
    pub(super) many: bool,
    pub(super) filter: Document,
    pub(super) update: Update<M>,
    /// The rules that the changes of hooks violate.
    pub(super) violations: Violations,
}

impl<M: Model> UpdateStatement<M> {
    /// Returns whether every document that matches is updated, and not only one.
    pub fn is_many(&self) -> bool {
        self.many
    }

    /// Returns the filter, without the conditions of the policies.
    pub fn filter(&self) -> &Document {
        &self.filter
    }

    /// Returns the update, without what the policies add. Its `Display` is its BSON: for a `restore`, `{}`.
    pub fn update(&self) -> &Update<M> {
        &self.update
    }

    /// Limits the update to documents that also match this filter.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the filter cannot be sent.
    pub fn narrow(&mut self, filter: impl IntoFilter<M>) -> Result<()> {
        narrow(&mut self.filter, filter)
    }

    /// Adds changes, whose values are checked against the rules of the model.
    ///
    /// If the update [is a pipeline](Update::is_pipeline), only a pipeline can be added, whose stages run after its
    /// own. A field that the update writes already cannot be written again: awaiting the action returns an error for
    /// which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn and(&mut self, update: impl IntoUpdate<M>) {
        let update = update.into_update();
        self.violations.append(update.violations(M::META));
        let own = std::mem::replace(&mut self.update, Update::nothing());
        self.update = own.followed_by(update);
    }
}

impl<M> fmt::Debug for UpdateStatement<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UpdateStatement").field("many", &self.many).finish_non_exhaustive()
    }
}

/// A delete as the program has called it, before the policies of the model.
pub struct DeleteStatement<M> {
    pub(super) many: bool,
    pub(super) filter: Document,
    /// What a delete that keeps the document changes besides.
    pub(super) update: Update<M>,
    /// The rules that these changes violate.
    pub(super) violations: Violations,
    /// The document is removed, even if the deletes of the model keep it.
    pub(super) purges: bool,
}

impl<M: Model> DeleteStatement<M> {
    /// Returns whether every document that matches is deleted, and not only one.
    pub fn is_many(&self) -> bool {
        self.many
    }

    /// Returns whether the documents are removed. If `false`, the delete is an update of the field with the time of the
    /// delete.
    pub fn is_removal(&self) -> bool {
        self.purges || M::POLICIES.deleted_at().is_none()
    }

    /// Returns the filter, without the conditions of the policies.
    pub fn filter(&self) -> &Document {
        &self.filter
    }

    /// Limits the delete to documents that also match this filter.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if the filter cannot be sent.
    pub fn narrow(&mut self, filter: impl IntoFilter<M>) -> Result<()> {
        narrow(&mut self.filter, filter)
    }

    /// Adds changes to a delete that keeps the document, for example who deleted it. Their values are checked against the
    /// rules of the model. A delete that [removes](Self::is_removal) documents ignores them.
    pub fn and(&mut self, update: impl IntoUpdate<M>)
    where
        M: SoftDelete,
    {
        if self.is_removal() {
            return;
        }
        let update = update.into_update();
        self.violations.append(update.violations(M::META));
        let own = std::mem::replace(&mut self.update, Update::nothing());
        self.update = own.followed_by(update);
    }
}

impl<M> fmt::Debug for DeleteStatement<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeleteStatement").field("many", &self.many).finish_non_exhaustive()
    }
}

/// Both filters must match.
fn narrow<M>(filter: &mut Document, more: impl IntoFilter<M>) -> Result<()> {
    let more = more.into_filter().into_document()?;
    let own = std::mem::take(filter);
    *filter = match (own.is_empty(), more.is_empty()) {
        (_, true) => own,
        (true, false) => more,
        (false, false) if own.keys().all(|name| !more.contains_key(name)) => {
            own.into_iter().chain(more).collect()
        }
        (false, false) => doc! { "$and": [own, more] },
    };
    Ok(())
}
