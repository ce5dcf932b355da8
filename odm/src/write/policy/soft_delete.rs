//! The field `deleted_at`: deletes that keep the document.

use mongodb::bson::{Bson, DateTime};

use crate::{
    error::{Error, Result},
    model::PolicyFields,
    policies::{Deleted, Policies},
    update::Update,
};

/// Returns the update that a delete becomes, or `None` for a model whose documents are removed.
///
/// # Errors
///
/// Returns an error if the handle refers only to deleted documents.
pub(super) fn delete(policies: &Policies, now: DateTime) -> Result<Option<Update<()>>> {
    let Some(name) = policies.fields.deleted_at() else { return Ok(None) };
    if policies.scope.deleted == Deleted::Only {
        return Err(Error::refused(
            "the documents of this handle are deleted already: `purge` removes them for ever, `restore` undoes the \
             delete",
        ));
    }
    Ok(Some(Update::nothing().with_change("$set", name, now.into())))
}

/// Returns the update that undoes a delete.
pub(super) fn restore(fields: &PolicyFields) -> Update<()> {
    match fields.deleted_at() {
        Some(name) => Update::nothing().with_change("$set", name, Bson::Null),
        None => Update::nothing(),
    }
}
