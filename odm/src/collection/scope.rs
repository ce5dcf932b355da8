//! The scope of a handle: deleted documents, and the tenant.

use super::Collection;
use crate::{
    model::{Model, SoftDelete, Tenanted},
    path::Operand,
    policies::{Deleted, Scope, Tenant},
};

impl<M> Collection<M> {
    fn with_scope(mut self, change: impl FnOnce(&mut Scope)) -> Self {
        change(&mut self.target.policies.scope);
        self
    }
}

impl<M: Model> Collection<M> {
    /// Returns a handle for the tenant of another model. `advice` is how the caller specifies another tenant.
    pub(crate) fn for_tenant(self, tenant: &Tenant, advice: &str) -> Self {
        self.with_scope(|scope| scope.tenant = tenant.for_model::<M>(advice))
    }
}

#[cfg(feature = "live")]
impl<M> Collection<M> {
    /// Returns a handle for a change stream, which has the changes of all tenants.
    pub(crate) fn for_change_stream(&self) -> Self {
        self.clone().with_scope(|scope| scope.tenant = Tenant::All)
    }
}

impl<M: Model> Collection<M> {
    /// Returns a handle that refers to deleted documents too.
    ///
    /// Reads and updates of the default handle ignore them: `{ deleted_at: { $eq: null } }` is added to every filter,
    /// with the stored name of the field. This handle adds nothing. Its deletes still change only documents that are
    /// not deleted, so the time of the first delete is kept. Inserts are the same on each handle.
    ///
    /// ```no_run
    /// # use odm::{Database, Filter, Id, Model, bson::DateTime};
    /// #[derive(Model)]
    /// #[odm(collection = "orders")]
    /// struct Order {
    ///     id: Id<Order>,
    ///     #[odm(deleted_at)]
    ///     deleted_at: Option<DateTime>,
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let orders = db.collection::<Order>();
    /// println!("{} of {}", orders.count(Filter::all()).await?, orders.with_deleted().count(Filter::all()).await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "soft_delete")]
    #[must_use]
    pub fn with_deleted(&self) -> Self
    where
        M: SoftDelete,
    {
        self.clone().with_scope(|scope| scope.deleted = Deleted::Included)
    }

    /// Returns a handle that refers only to deleted documents.
    ///
    /// `{ deleted_at: { $ne: null } }` is added to every filter. A delete on this handle returns an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true: [`purge`](Self::purge) removes the documents, and
    /// [`restore`](Self::restore) undoes their delete.
    #[doc(alias = "soft_delete")]
    #[must_use]
    pub fn only_deleted(&self) -> Self
    where
        M: SoftDelete,
    {
        self.clone().with_scope(|scope| scope.deleted = Deleted::Only)
    }

    /// Returns a handle that refers only to the documents of this tenant.
    ///
    /// `{ tenant: { $eq: id } }` is added to every filter, with the stored name of the field. Inserts and replacements
    /// with a document of another tenant, and updates that change the tenant, return an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true. So do all reads and writes of the default handle, which
    /// specifies no tenant, and those of a handle whose tenant cannot be stored.
    ///
    /// A [change stream](Self::watch) contains the changes of all tenants, because the event of a delete does not
    /// contain the tenant. It can be opened only on [`all_tenants`](Self::all_tenants).
    ///
    /// ```no_run
    /// # use odm::{Database, Filter, Id, Model};
    /// #[derive(Model)]
    /// #[odm(collection = "orders")]
    /// struct Order {
    ///     id: Id<Order>,
    ///     #[odm(tenant)]
    ///     shop: String,
    /// }
    ///
    /// # async fn f(db: Database) -> odm::Result<()> {
    /// let orders = db.collection::<Order>().tenant("oslo");
    /// println!("{} orders in Oslo", orders.count(Filter::all()).await?);
    /// # Ok(())
    /// # }
    /// ```
    #[doc(alias = "multi_tenant")]
    #[must_use]
    pub fn tenant<K>(&self, tenant: impl Operand<M::Tenant, K>) -> Self
    where
        M: Tenanted,
    {
        let tenant = Tenant::of(tenant.operand());
        self.clone().with_scope(|scope| scope.tenant = tenant)
    }

    /// Returns a handle that refers to the documents of all tenants.
    ///
    /// Filters are sent as they are. A document is stored with the tenant that it contains, and an update may change
    /// the tenant.
    #[must_use]
    pub fn all_tenants(&self) -> Self
    where
        M: Tenanted,
    {
        self.clone().with_scope(|scope| scope.tenant = Tenant::All)
    }
}
