//! `migrate_outdated`: rewrites the documents of older schema versions, without a migration in a list.

use std::{fmt, future::IntoFuture, sync::Arc};

use futures_core::future::BoxFuture;

use super::{
    Settings,
    lease::{self, Lease, Stopped},
    migration::Rewrite,
    rewrite::{self, Title},
    settings,
};
use crate::{Collection, Database, Model, error::Result, exec, value::Versioned};

impl<M: Model + Versioned> Collection<M> {
    /// Rewrites the documents with an older [schema version](Versioned) than the model, while the service runs: what
    /// reading upgrades one by one.
    ///
    /// `{ schema_version: { $not: { $gte: 3 } } }` selects the documents, with the stored name of the version. They are
    /// those of the whole collection, whatever the tenant of this handle is, and deleted ones too. The fields that the
    /// model does not declare stay as the steps leave them: see [what is kept](crate::migrate#what-is-kept).
    ///
    /// Awaiting it returns how many documents were rewritten. It works as a [migration](crate::migrate) does: in
    /// batches of one transaction each, so that no concurrent write is lost, by one runner at a time, and with a
    /// position from which the next call continues. It has no history, so it can be called whenever there may be old
    /// documents. Its lease is that of the collection, and not the one of the migrations.
    ///
    /// If the future is dropped, the batch in progress ends in a task of its own, and the next one does not begin.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, bson::Document};
    /// # #[derive(Model)]
    /// # #[odm(collection = "contacts", schema_version = 2, upgrade(1 = into_a_list))]
    /// # struct Contact { id: Id<Contact>, phones: Vec<String> }
    /// # fn into_a_list(contact: &mut Document) { contact.insert("phones", Vec::<String>::new()); }
    /// # async fn f(contacts: Collection<Contact>) -> odm::Result<()> {
    /// let rewritten = contacts.migrate_outdated().await?;
    /// println!("{rewritten} documents rewritten");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::migration`](crate::Error::migration): `Refused` with the documents that a step
    /// refuses, that do not fit the model or that the server refuses, after all others are rewritten; `Busy`;
    /// `LeaseLost`; `StillWritten`. Otherwise returns the errors of a [`transaction`](crate::Database::transaction).
    pub fn migrate_outdated(&self) -> MigrateOutdated {
        MigrateOutdated {
            database: self.database().clone(),
            rewrite: Rewrite::upgrade::<M>(),
            settings: Settings::default(),
        }
    }
}

/// Rewrites the documents of older schema versions.
///
/// Construct with [`Collection::migrate_outdated`]. Awaiting it returns the number of documents that were rewritten.
#[must_use = "nothing is rewritten until this is awaited"]
#[derive(Clone)]
pub struct MigrateOutdated {
    database: Database,
    rewrite: Rewrite,
    settings: Settings,
}

settings!(MigrateOutdated);

impl MigrateOutdated {
    async fn run(self, stopped: Stopped) -> Result<u64> {
        let Self { database, rewrite, settings } = &self;
        let name = format!("outdated {}", rewrite.collection);
        let title = Title { migration: Arc::from(&*name), number: 1, total: 1 };
        let stored = lease::start_session(database, &name).await?;
        let mut session = stored.lock().await;
        let lease = Lease::claim(database, &mut session, &name, settings).await?;
        let done = rewrite::run(rewrite, &title, &lease, &mut session, settings, &stopped).await;
        lease.release(&stored, done.is_ok()).await;
        done
    }
}

impl IntoFuture for MigrateOutdated {
    type Output = Result<u64>;
    type IntoFuture = BoxFuture<'static, Result<u64>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let (stop, stopped) = lease::stop();
            let done = exec::detached(Box::pin(self.run(stopped))).await;
            drop(stop);
            done
        })
    }
}

impl fmt::Debug for MigrateOutdated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MigrateOutdated")
            .field("on", &format_args!("{}.{}", self.database.name(), self.rewrite.collection))
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}
