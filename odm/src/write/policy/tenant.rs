//! The field `tenant`: a handle reads and writes only the documents of its tenant.

use mongodb::bson::{Bson, RawDocument};

use crate::{
    error::{Error, Result},
    policies::{Policies, Tenant, no_tenant},
    update::Update,
};

/// Checks that a document belongs to the tenant of the handle.
pub(super) fn check(document: &RawDocument, policies: &Policies) -> Result<()> {
    let Some(name) = policies.fields.tenant() else { return Ok(()) };
    match &policies.scope.tenant {
        Tenant::All => Ok(()),
        Tenant::Unspecified => Err(no_tenant().into()),
        Tenant::Invalid(problem) => Err((**problem).clone().into()),
        Tenant::One(tenant) => {
            let stored = document.get(name).ok().flatten().and_then(|value| Bson::try_from(value).ok());
            if stored.as_ref() == Some(&**tenant) {
                return Ok(());
            }
            Err(Error::refused(format!(
                "`{name}` of the document is not the tenant of the handle, so the document belongs to another tenant"
            )))
        }
    }
}

/// Checks that an update does not move a document to another tenant.
pub(super) fn check_update(update: &Update<()>, policies: &Policies) -> Result<()> {
    match policies.fields.tenant() {
        Some(name) if update.names(name) && !matches!(policies.scope.tenant, Tenant::All) => {
            Err(Error::refused(format!(
                "`{name}` is the tenant of the document, and this update would change it: use `.all_tenants()` of the \
                 collection if that is intended"
            )))
        }
        _ => Ok(()),
    }
}
