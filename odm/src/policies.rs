//! `Policies`: the policies of a model, with what the handle of its collection specifies about them.
//!
//! `write/policy.rs` applies them to every write, and `query/scope.rs` to every read. The stages that join the
//! documents of another collection apply the policies of its model when they are built.

mod condition;
mod stages;

use std::sync::Arc;

use mongodb::bson::{Bson, DateTime, Document, spec::ElementType};

pub(crate) use self::condition::add;
#[cfg(feature = "page")]
pub(crate) use self::condition::require;
pub(crate) use self::stages::{SEARCHES, STATE_OF_SERVER, scoped_stages};
use crate::{
    clock::Clock,
    error::codec::{CodecError, CodecResult},
    exec::Servers,
    meta::bson_type_name,
    model::{Model, PolicyFields},
    value::SchemaVersion,
};

/// The policies of a model, with what the handle of its collection specifies about them.
#[derive(Clone)]
pub(crate) struct Policies {
    pub(crate) fields: &'static PolicyFields,
    /// The schema version of a document that an update inserts.
    pub(crate) schema_version: Option<SchemaVersion>,
    pub(crate) scope: Scope,
    pub(crate) clock: Clock,
    /// The servers that the handle sends to, which do not know every operator.
    pub(crate) servers: Servers,
}

/// Which documents of its collection a handle refers to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Scope {
    pub(crate) deleted: Deleted,
    pub(crate) tenant: Tenant,
}

/// Whether a handle refers to documents that are deleted, in a collection that keeps them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Deleted {
    #[default]
    Hidden,
    Included,
    Only,
}

/// The tenant whose documents a handle refers to, in a collection whose documents belong to tenants.
#[derive(Debug, Clone, Default)]
pub(crate) enum Tenant {
    /// The program has not specified it, so that nothing can be read or written.
    #[default]
    Unspecified,
    One(Arc<Bson>),
    /// It cannot be stored.
    Invalid(Arc<CodecError>),
    All,
}

impl Policies {
    /// Returns the policies of `M`, in the default scope.
    pub(crate) fn of<M: Model>(clock: Clock, servers: Servers) -> Self {
        Self { fields: M::POLICIES, schema_version: M::VERSION, scope: Scope::default(), clock, servers }
    }

    /// Returns the time that a write stores. A model without policies stores none, so the clock is not read.
    pub(crate) fn now(&self) -> DateTime {
        if self.fields.is_empty() { DateTime::from_millis(0) } else { self.clock.now() }
    }
}

impl Tenant {
    /// Returns the tenant, or the error of one that cannot be stored.
    pub(crate) fn of(tenant: CodecResult<Bson>) -> Self {
        match tenant {
            Ok(tenant) => Self::One(Arc::new(tenant)),
            Err(problem) => Self::Invalid(Arc::new(problem)),
        }
    }

    /// Returns this tenant, which is one of another model, for `M`. If there is none, or if `M` stores its tenants as
    /// values of other types, so that no document could have this one, it is an error. `advice` is how the caller
    /// specifies another.
    pub(crate) fn for_model<M: Model>(&self, advice: &str) -> Self {
        let Some(name) = M::POLICIES.tenant() else { return self.clone() };
        let found = match self {
            Self::Unspecified => "none".to_owned(),
            Self::One(tenant) => match M::META.field(name).and_then(|field| field.stored_as().bson_types()) {
                Some(types)
                    if !types.iter().any(|of_type| are_comparable(*of_type, tenant.element_type())) =>
                {
                    format!("one that is stored as {}", bson_type_name(tenant.element_type()))
                }
                _ => return self.clone(),
            },
            Self::Invalid(_) | Self::All => return self.clone(),
        };
        Self::Invalid(Arc::new(no_tenant_of::<M>(name, &found, advice)))
    }
}

/// Returns whether values of both types can be equal on the server.
fn are_comparable(one: ElementType, other: ElementType) -> bool {
    let number = |it| {
        matches!(it, ElementType::Int32 | ElementType::Int64 | ElementType::Double | ElementType::Decimal128)
    };
    one == other || (number(one) && number(other))
}

#[cold]
fn no_tenant_of<M: Model>(name: &str, found: &str, advice: &str) -> CodecError {
    let types = M::META.field(name).and_then(|field| field.stored_as().bson_types()).unwrap_or_default();
    let types: Vec<_> = types.into_iter().map(bson_type_name).collect();
    let stored = if types.is_empty() { String::new() } else { format!(", stored as {}", types.join(" or ")) };
    CodecError::new(
        format!("the tenant that the documents of `{}` belong to{stored}", M::COLLECTION),
        format!("{found}: {advice}"),
    )
}

impl Scope {
    /// Returns this scope, with what only the other one specifies.
    pub(crate) fn or(&self, other: &Self) -> Self {
        Self {
            deleted: if self.deleted == Deleted::Hidden { other.deleted } else { self.deleted },
            tenant: match &self.tenant {
                Tenant::Unspecified => other.tenant.clone(),
                specified => specified.clone(),
            },
        }
    }

    /// Returns the same scope for documents that are deleted, or not.
    pub(crate) fn with(&self, deleted: Deleted) -> Self {
        Self { deleted, tenant: self.tenant.clone() }
    }

    /// Adds the conditions of the scope to a filter.
    ///
    /// # Errors
    ///
    /// Returns an error if the program has not specified the tenant.
    pub(crate) fn add_to(&self, fields: &PolicyFields, filter: &mut Document) -> CodecResult<()> {
        for (name, test) in self.conditions(fields)?.into_iter().flatten() {
            add(filter, name, test);
        }
        Ok(())
    }

    /// Returns the conditions, each with the name of its field. The condition on the tenant comes first, because an
    /// index of such a collection begins with it.
    fn conditions(&self, fields: &PolicyFields) -> CodecResult<[Option<(&'static str, Bson)>; 2]> {
        let tenant = match (fields.tenant(), &self.tenant) {
            (None, _) | (Some(_), Tenant::All) => None,
            (Some(name), Tenant::One(id)) => Some((name, condition::eq((**id).clone()))),
            (Some(_), Tenant::Invalid(problem)) => return Err((**problem).clone()),
            (Some(_), Tenant::Unspecified) => return Err(no_tenant()),
        };
        let deleted = fields.deleted_at().and_then(|name| match self.deleted {
            Deleted::Hidden => Some((name, condition::eq(Bson::Null))),
            Deleted::Only => Some((name, condition::ne(Bson::Null))),
            Deleted::Included => None,
        });
        Ok([tenant, deleted])
    }
}

#[cold]
pub(crate) fn no_tenant() -> CodecError {
    CodecError::new(
        "the tenant that the documents belong to, `.tenant(..)`, or `.all_tenants()` if that is intended",
        "none",
    )
}
