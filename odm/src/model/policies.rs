//! The fields that the policies of a model maintain.

use mongodb::bson::{Bson, spec::ElementType};

use super::Model;
use crate::{
    meta::TypeMeta,
    value::{Instant, Value},
};

/// The fields that the policies of a model maintain, by their stored names.
///
/// [`ModelMeta::policies`](super::ModelMeta::policies) returns them. The derive declares them by the attributes
/// `created_at`, `updated_at`, `version`, `deleted_at` and `tenant` of a field: see
/// [`Model`](macro@crate::Model#policies).
///
/// ```
/// use odm::{Id, Model, bson::DateTime};
///
/// #[derive(Model)]
/// #[serde(rename_all = "camelCase")]
/// #[odm(collection = "orders")]
/// struct Order {
///     id: Id<Order>,
///     #[odm(updated_at)]
///     changed_at: DateTime,
///     #[odm(version)]
///     version: i64,
/// }
///
/// let policies = Order::MODEL.policies();
/// assert_eq!(policies.updated_at(), Some("changedAt"));
/// assert_eq!(policies.version(), Some("version"));
/// assert_eq!(policies.deleted_at(), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PolicyFields {
    created_at: Option<&'static str>,
    updated_at: Option<&'static str>,
    version: Option<&'static str>,
    /// The version is stored as int64.
    long_version: bool,
    deleted_at: Option<&'static str>,
    tenant: Option<&'static str>,
}

impl PolicyFields {
    /// No policies.
    #[doc(hidden)]
    pub const NONE: Self = Self {
        created_at: None,
        updated_at: None,
        version: None,
        long_version: false,
        deleted_at: None,
        tenant: None,
    };

    /// Returns whether the model has no policies.
    pub const fn is_empty(&self) -> bool {
        let Self { created_at, updated_at, version, long_version: _, deleted_at, tenant } = self;
        created_at.is_none()
            && updated_at.is_none()
            && version.is_none()
            && deleted_at.is_none()
            && tenant.is_none()
    }

    /// Returns the stored name of the field with the time of the insert.
    pub const fn created_at(&self) -> Option<&'static str> {
        self.created_at
    }

    /// Returns the stored name of the field with the time of the last write.
    pub const fn updated_at(&self) -> Option<&'static str> {
        self.updated_at
    }

    /// Returns the stored name of the field with the number of the last write, which replacements and
    /// [`save_changes`](crate::Collection::save_changes) compare.
    pub const fn version(&self) -> Option<&'static str> {
        self.version
    }

    /// Returns the stored name of the field with the time of the delete. Documents in which it has a value are not
    /// read.
    pub const fn deleted_at(&self) -> Option<&'static str> {
        self.deleted_at
    }

    /// Returns the stored name of the field with the tenant that the document belongs to.
    pub const fn tenant(&self) -> Option<&'static str> {
        self.tenant
    }

    /// Returns what an update adds to the version, in the type that the field is stored in.
    pub(crate) fn version_step(&self) -> Bson {
        if self.long_version { Bson::Int64(1) } else { Bson::Int32(1) }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_created_at<T: Instant>(self, name: &'static str) -> Self {
        Self { created_at: Some(name), ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_updated_at<T: Instant>(self, name: &'static str) -> Self {
        Self { updated_at: Some(name), ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_version<T: VersionNumber>(self, name: &'static str) -> Self {
        let long_version = matches!(T::STORED_AS, TypeMeta::Int { written: ElementType::Int64, .. });
        Self { version: Some(name), long_version, ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_deleted_at<T: DeletedAt>(self, name: &'static str) -> Self {
        Self { deleted_at: Some(name), ..self }
    }

    #[doc(hidden)]
    #[must_use]
    pub const fn with_tenant<T: Value>(self, name: &'static str) -> Self {
        Self { tenant: Some(name), ..self }
    }
}

/// The type of a field marked `#[odm(version)]`: an integer that an update can increment.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot count the writes of a document",
    label = "`version` needs an integer",
    note = "declare the field as `i64`, `i32`, `u64` or `u32`"
)]
pub trait VersionNumber: Value {}

impl VersionNumber for i32 {}
impl VersionNumber for i64 {}
impl VersionNumber for u32 {}
impl VersionNumber for u64 {}

/// The type of a field marked `#[odm(deleted_at)]`: a date that is absent until the document is deleted.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot tell whether a document is deleted",
    label = "`deleted_at` needs an `Option` of a date",
    note = "declare the field as `Option<odm::bson::DateTime>`"
)]
pub trait DeletedAt: Value {}

#[diagnostic::do_not_recommend]
impl<T: Instant> DeletedAt for Option<T> {}

/// A model whose deletes keep the document: it has a field marked `#[odm(deleted_at)]`.
///
/// The derive implements it. Its collections have [`with_deleted`](crate::Collection::with_deleted),
/// [`only_deleted`](crate::Collection::only_deleted), [`restore`](crate::Collection::restore) and
/// [`purge`](crate::Collection::purge).
#[diagnostic::on_unimplemented(
    message = "the deletes of `{Self}` remove its documents",
    label = "expected a model that keeps deleted documents",
    note = "give it a field for the time of the delete: `#[odm(deleted_at)] deleted_at: Option<DateTime>`"
)]
pub trait SoftDelete: Model {}

/// A model whose documents belong to tenants: it has a field marked `#[odm(tenant)]`.
///
/// The derive implements it. Its collections have [`tenant`](crate::Collection::tenant) and
/// [`all_tenants`](crate::Collection::all_tenants).
#[diagnostic::on_unimplemented(
    message = "the documents of `{Self}` do not belong to tenants",
    label = "expected a model with a tenant",
    note = "mark the field with the tenant of a document: `#[odm(tenant)] tenant: Id<Tenant>`"
)]
pub trait Tenanted: Model {
    /// The type of the field with the tenant, as declared.
    type Tenant: Value;
}
