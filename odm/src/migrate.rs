//! Migrations: documents that are rewritten from an old form into a new one, in order, once, while the service runs.
//!
//! A migration has a name and is one of two kinds. [`Migration::rewrite`] passes each document that a filter matches
//! to a function from the old model to the new one. [`Migration::step`] is an async function on the database, for
//! everything else. [`Migration::upgrade`] is a rewrite that needs no function: it rewrites the documents of older
//! [schema versions](crate::value::Versioned), which reading upgrades one by one.
//!
//! ```no_run
//! use odm::{Database, Filter, Id, Model, bson::doc, migrate::Migration, migrations};
//!
//! #[derive(Model)]
//! #[odm(collection = "people")]
//! struct OldPerson {
//!     id: Id<Person>,
//!     name: String,
//! }
//!
//! #[derive(Model)]
//! #[odm(collection = "people")]
//! struct Person {
//!     id: Id<Person>,
//!     first: String,
//!     last: String,
//! }
//!
//! # async fn migrate(db: Database) -> odm::Result<()> {
//! let migrations = migrations![
//!     "split-names" => Migration::rewrite(OldPerson::fields().name().exists(true), |old: OldPerson| {
//!         let (first, last) = old.name.split_once(' ').ok_or("the name is one word")?;
//!         Ok::<_, &str>(Person { id: old.id, first: first.into(), last: last.into() })
//!     }),
//!     "drop-cache" => Migration::step(|db| async move {
//!         db.run_command::<odm::bson::Document>(doc! { "drop": "cache" }).await.map(drop)
//!     }),
//! ];
//! println!("{}", db.migrate(migrations).run().await?);
//! # Ok(())
//! # }
//! ```
//!
//! # What is guaranteed
//!
//! **A document is rewritten once.** A rewrite works in batches. One transaction reads a batch, replaces its documents,
//! and stores the position after it. So a runner that is killed at any point leaves only whole batches, and the next
//! one continues after them.
//!
//! **A concurrent write is not lost.** If another program changes a document between the read and the replacement, the
//! server aborts the transaction, and the batch is read again. It becomes smaller for some time, so that a batch of
//! documents that are often written succeeds too.
//!
//! **None is left.** A rewrite goes through the collection until it finds no document that the filter matches. Then
//! it is applied. Documents that other programs write in the old form later need another run: rewrite them with
//! [`migrate_outdated`](crate::Collection::migrate_outdated), or stop those programs first.
//!
//! **One runner works.** A runner has a lease, which it renews. The transaction of each batch, and each change of the
//! history, checks that the lease has not been taken over. A step cannot check it: its future is dropped when the
//! lease is lost.
//!
//! **A step may run again.** If the process ends while a step runs, the next runner runs the step from its start.
//! Write it so that this does no harm.
//!
//! Transactions need a replica set or a sharded cluster.
//!
//! Nothing that a model adds to its writes otherwise is added to a rewritten document, except the schema version, which
//! is part of the document. The rules of the new model are checked, also by the validator of the collection. A rewrite
//! reads the documents of all tenants, and those that are deleted by the [policies](macro@crate::Model#policies) of the
//! model.
//!
//! # What is kept
//!
//! A rewrite writes the document that the function returns, followed by the stored fields that neither model declares,
//! for example those of another program. A model declares the stored names and the aliases of its fields, those of its
//! flattened documents and of all its variants, its tags, and the element with its version. A flattened map of the old
//! model declares what it reads. So:
//!
//! - A field that only the old model declares is removed. That is how a rewrite removes a field.
//! - A field that the new model declares is what the function returns, and missing if the new model does not write it.
//! - If the old model has versions, its steps are applied first. What a step removes from the document is removed.
//! - A document inside a field is replaced with the field. What it contains and its type does not declare is removed.
//!
//! # The history
//!
//! The collection `odm_migrations` contains a document for each migration that has begun or is applied:
//! `{ _id: "split-names", number: 0, checksum: "..", begun: .., applied: .., documents: 5 }`. The collection
//! `odm_leases` contains the lease, with the position of the rewrite. A runner refuses to work if the history and the
//! list do not fit: if a migration has changed since it was applied ([`migrations!`](crate::migrations!) computes a
//! checksum of its source text), if one that is applied or has begun is not in the list, or if a new one stands before an
//! applied one. A migration that has begun and is not applied may change: the next run continues with the new form.

mod batch;
mod checksum;
mod history;
mod lease;
mod list;
mod migration;
mod outdated;
mod report;
mod rewrite;
mod runner;
mod undeclared;

use std::{fmt, sync::Arc, time::Duration};

pub use self::{
    list::Migrations,
    migration::{Migration, Rewritten},
    outdated::MigrateOutdated,
    report::{Applied, DryRun, Migrated, MigrationState, MigrationStatus, PlannedMigration, Progress},
};

use self::runner::Runner;
use crate::{
    Database,
    error::Result,
    exec,
    operation::{Operation, Verb},
};

/// The collection with the history.
const HISTORY: &str = "odm_migrations";
/// The collection with the leases.
const LEASES: &str = "odm_leases";

/// Receives the progress of a rewrite after each batch.
type Listener = Arc<dyn Fn(&Progress<'_>) + Send + Sync>;

impl Database {
    /// Returns the migrations of this database, to be [run](Migrate::run), [planned](Migrate::dry_run),
    /// [listed](Migrate::status) or [verified](Migrate::verify). Sends nothing.
    ///
    /// ```no_run
    /// # async fn f(db: odm::Database, migrations: odm::migrate::Migrations) -> odm::Result<()> {
    /// let migrate = db.migrate(migrations);
    /// print!("{}", migrate.dry_run().await?);
    /// print!("{}", migrate.run().await?);
    /// # Ok(())
    /// # }
    /// ```
    pub fn migrate(&self, migrations: Migrations) -> Migrate {
        Migrate { database: self.clone(), migrations: Arc::new(migrations), settings: Settings::default() }
    }
}

/// The migrations of a database.
///
/// Construct with [`Database::migrate`].
#[derive(Debug, Clone)]
#[must_use = "nothing is migrated until a method is awaited: `.run().await`"]
pub struct Migrate {
    database: Database,
    migrations: Arc<Migrations>,
    settings: Settings,
}

/// How a runner works.
#[derive(Clone)]
struct Settings {
    batch_size: u32,
    lease: Duration,
    wait: Duration,
    accepted: Vec<String>,
    /// The migrations that began, did not end, and are to be removed from the history.
    discarded: Vec<String>,
    listener: Option<Listener>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            batch_size: 1000,
            lease: Duration::from_secs(15),
            wait: Duration::ZERO,
            accepted: Vec::new(),
            discarded: Vec::new(),
            listener: None,
        }
    }
}

impl fmt::Debug for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settings")
            .field("batch_size", &self.batch_size)
            .field("lease", &self.lease)
            .field("wait", &self.wait)
            .field("accepted", &self.accepted)
            .field("discarded", &self.discarded)
            .finish_non_exhaustive()
    }
}

/// Declares the setters that all runners have.
macro_rules! settings {
    ($runner:ty) => {
        impl $runner {
            /// Sets how many documents one transaction rewrites. The default is 1,000. The number is at least 1 and
            /// at most 100,000, which one command can write.
            ///
            /// The memory that a runner needs is that of one batch, and at most 16 MB of documents and of their new
            /// forms. A batch that conflicts with other writes is repeated with fewer documents.
            pub fn batch_size(mut self, documents: u32) -> Self {
                self.settings.batch_size = documents.clamp(1, 100_000);
                self
            }

            /// Sets how long the lease is valid without being renewed. The default is 15 seconds, the minimum 1 second.
            ///
            /// After a runner was killed, the next one must wait this long. A lease that is shorter than an election in
            /// the replica set can be taken over during the election.
            pub fn lease(mut self, length: std::time::Duration) -> Self {
                self.settings.lease = length.max(std::time::Duration::from_secs(1));
                self
            }

            /// Waits up to this time if another runner has the lease. The default is not to wait: the runner returns an
            /// error with [`MigrationError::Busy`](crate::error::MigrationError::Busy).
            pub fn wait_for(mut self, limit: std::time::Duration) -> Self {
                self.settings.wait = limit;
                self
            }

            /// Calls a function after each batch, in the task of the runner. The number of documents to rewrite is
            /// counted for it first, which examines the collection. Another call replaces the function.
            pub fn on_progress(
                mut self,
                listener: impl Fn(&$crate::migrate::Progress<'_>) + Send + Sync + 'static,
            ) -> Self {
                self.settings.listener = Some(std::sync::Arc::new(listener));
                self
            }
        }
    };
}
use settings;

settings!(Migrate);

impl Migrate {
    /// Accepts that this migration has changed since it was applied, and stores its new checksum in the next run. The
    /// migration does not run again. [`verify`](Self::verify) accepts no change.
    pub fn accept_changed(mut self, migration: impl Into<String>) -> Self {
        self.settings.accepted.push(migration.into());
        self
    }

    /// Removes a migration from the history that began, did not end, and is not in the list any more, in the next run.
    /// What it has changed until then stays. Has no effect on a migration that is applied, and on one that is in the list,
    /// which the next run continues. [`verify`](Self::verify) accepts no unfinished migration.
    pub fn discard_unfinished(mut self, migration: impl Into<String>) -> Self {
        self.settings.discarded.push(migration.into());
        self
    }

    /// Runs the migrations that are not applied, in their order. Returns what was done.
    ///
    /// A second run does nothing. Several processes may run at once: one works, and the others wait if
    /// [`wait_for`](Self::wait_for) lets them. A run that failed or was killed is continued by the next one.
    ///
    /// If the future is dropped, the batch in progress ends in a task of its own, and the next one does not begin.
    ///
    /// # Errors
    ///
    /// Returns an error with an [`Error::migration`](crate::Error::migration):
    ///
    /// - `Declared`: the list cannot be run. Then [`is_not_sent`](crate::Error::is_not_sent) is true.
    /// - `Changed`, `Unknown`, `Unfinished`, `OutOfOrder`: the history does not fit the list. Nothing was changed.
    /// - `Busy`: another runner has the lease. `LeaseLost`: another runner has taken it over.
    /// - `Refused`: documents cannot be rewritten. All others of the migration are, and the migrations after it are not
    ///   applied. `StillPending`, `StillWritten`: the migration does not end.
    /// - `Step`: the function of a step returned an error.
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time. [`is_timeout`](crate::Error::is_timeout) is true if a batch conflicted with other writes for two
    /// minutes. The migrations before the one that failed stay applied.
    pub async fn run(&self) -> Result<Migrated> {
        let (stop, stopped) = lease::stop();
        let runner = Runner::new(self.clone(), stopped);
        let done = exec::detached(Box::pin(runner.run())).await;
        drop(stop);
        done
    }

    /// Reads the documents that the migrations would rewrite, and passes them to the functions. Writes nothing, and
    /// needs no lease.
    ///
    /// The documents are those that match as they are stored now, so a migration that rewrites what an earlier one
    /// writes finds none. Steps do not run. Documents that cannot be rewritten are part of the result:
    /// [`PlannedMigration::refused`]. Only the function, the types and the rules of the models are tried: the server may
    /// refuse a document that is not refused here.
    ///
    /// # Errors
    ///
    /// Returns an error with `Declared`, `Changed`, `Unknown`, `Unfinished` or `OutOfOrder`, as [`run`](Self::run) does, or one for
    /// which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used in time.
    pub async fn dry_run(&self) -> Result<DryRun> {
        let (stop, stopped) = lease::stop();
        let runner = Runner::new(self.clone(), stopped);
        let done = exec::detached(Box::pin(runner.dry_run())).await;
        drop(stop);
        done
    }

    /// Returns the state of each migration: those in the list, in their order, then those that are only in the history.
    /// Changes nothing. A history that does not fit the list is not an error here: see [`MigrationState`].
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_unavailable`](crate::Error::is_unavailable) is true if no server could be used
    /// in time.
    pub async fn status(&self) -> Result<Vec<MigrationStatus>> {
        let (database, migrations) = (self.database.clone(), Arc::clone(&self.migrations));
        exec::completed(Box::pin(async move { history::status(&database, &migrations).await })).await
    }

    /// Returns an error unless all migrations are applied as declared. Changes nothing.
    ///
    /// This is for the start of a service, if another program runs the migrations.
    ///
    /// # Errors
    ///
    /// Returns an error with `Pending`, which lists the migrations that are not applied, and the errors of
    /// [`run`](Self::run) about the list and about a history that does not fit it.
    pub async fn verify(&self) -> Result<()> {
        let this = self.clone();
        exec::completed(Box::pin(async move { runner::verify(&this).await })).await
    }
}

/// Returns the operation of a command on a collection of the migrations.
fn operation<'a>(database: &'a Database, collection: &'a str, command: &'static str) -> Operation<'a> {
    let verb = Verb::new("migrate", command);
    Operation::new(verb, database.name(), Some(collection))
}
