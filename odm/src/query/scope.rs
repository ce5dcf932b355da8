//! The scope of a collection: the conditions that are added to every read of its documents. Documents that are
//! deleted are not read, unless the handle includes them. In a collection whose documents belong to tenants, only
//! those of the handle's tenant are read.

use mongodb::{
    bson::Document,
    options::{AggregateOptions, ChangeStreamOptions},
};

use super::{Query, Ready, Values, WholeCollection};
use crate::{
    error::{Error, Result},
    exec::Servers,
    pipeline::{check_filter, check_stages},
    policies::{Deleted, Policies, Tenant, scoped_stages},
};

/// Applies the scope, and checks that the servers have the operators. All reads pass through this function: it alone
/// returns a [`Ready`] query. A read that is not of a collection has no policies.
pub(super) fn apply<S: Selection<O>, O>(
    query: Query<S, O>,
    policies: Option<&Policies>,
    servers: &Servers,
) -> Result<Ready<S, O>> {
    #[cfg(test)]
    crate::operation::exits::pass(crate::operation::exits::Exit::Scope);
    let Query { selection, options } = query;
    selection.check_operators(servers)?;
    let selection = match policies {
        Some(policies) if !policies.fields.is_empty() => selection.scoped(policies)?,
        _ => selection,
    };
    Ok(Ready { selection, options })
}

/// What a query selects, with options of the type `O`.
pub(crate) trait Selection<O>: Sized {
    /// Adds the conditions of the scope.
    fn scoped(self, policies: &Policies) -> Result<Self>;

    /// Refuses an operator that the servers are known not to have.
    fn check_operators(&self, servers: &Servers) -> Result<()>;
}

impl<O> Selection<O> for Document {
    fn scoped(mut self, policies: &Policies) -> Result<Self> {
        policies.scope.add_to(policies.fields, &mut self)?;
        Ok(self)
    }

    fn check_operators(&self, servers: &Servers) -> Result<()> {
        check_filter(servers, self)
    }
}

impl<O> Selection<O> for Values {
    fn scoped(mut self, policies: &Policies) -> Result<Self> {
        policies.scope.add_to(policies.fields, &mut self.filter)?;
        Ok(self)
    }

    fn check_operators(&self, servers: &Servers) -> Result<()> {
        check_filter(servers, &self.filter)
    }
}

impl Selection<AggregateOptions> for Vec<Document> {
    fn scoped(self, policies: &Policies) -> Result<Self> {
        Ok(scoped_stages(&policies.scope, policies.fields, self)?)
    }

    fn check_operators(&self, servers: &Servers) -> Result<()> {
        check_stages(servers, self)
    }
}

/// A change is not a document, and an event of a delete does not contain one. So a stream has the changes of all
/// documents: a delete that keeps the document is an update of its field.
impl Selection<ChangeStreamOptions> for Vec<Document> {
    fn scoped(self, policies: &Policies) -> Result<Self> {
        match (policies.fields.tenant(), &policies.scope.tenant) {
            (None, _) | (Some(_), Tenant::All) => Ok(self),
            (Some(_), Tenant::One(_) | Tenant::Invalid(_) | Tenant::Unspecified) => {
                Err(stream_of_all_tenants("open it on `.all_tenants()` of the collection"))
            }
        }
    }

    fn check_operators(&self, servers: &Servers) -> Result<()> {
        check_stages(servers, self)
    }
}

/// Returns the error of a change stream that nobody has opened for all tenants.
#[cold]
pub(crate) fn stream_of_all_tenants(advice: &str) -> Error {
    Error::refused(format!(
        "a change stream contains the changes of all tenants, because the event of a delete does not contain the \
         tenant: {advice}"
    ))
}

/// The metadata of the collection count all documents.
impl<O> Selection<O> for WholeCollection {
    fn scoped(self, policies: &Policies) -> Result<Self> {
        let (fields, scope) = (policies.fields, &policies.scope);
        if fields.deleted_at().is_some() && scope.deleted != Deleted::Included {
            return Err(Error::refused(
                "`estimated_count` counts deleted documents too: use `count`, or `.with_deleted()` of the collection \
                 if that is intended",
            ));
        }
        if fields.tenant().is_some() && !matches!(scope.tenant, Tenant::All) {
            return Err(Error::refused(
                "`estimated_count` counts the documents of all tenants: use `count`, or `.all_tenants()` of the \
                 collection if that is intended",
            ));
        }
        Ok(self)
    }

    fn check_operators(&self, _servers: &Servers) -> Result<()> {
        Ok(())
    }
}
