//! The runner: claims the lease, and applies the migrations one after the other.

use std::{pin::pin, sync::Arc};

use futures_util::future::{Either, select};

use super::{
    HISTORY, Migrate, Settings,
    history::{self, History},
    lease::{self, Lease, Stopped},
    list::Named,
    migration::{Kind, Step},
    operation,
    report::{Applied, DryRun, Migrated, PlannedMigration},
    rewrite::{self, Title},
};
use crate::{
    Session,
    error::{Error, ErrorKind, MigrationError, Result},
};

/// The name of the lease of migrations.
const LEASE: &str = "migrations";

/// One run of the migrations.
///
/// It owns what it needs, so that a batch ends in a task of its own if the caller drops the future.
pub(super) struct Runner {
    migrate: Migrate,
    /// Whether the caller has dropped the future.
    stopped: Stopped,
}

impl Runner {
    pub(super) fn new(migrate: Migrate, stopped: Stopped) -> Self {
        Self { migrate, stopped }
    }

    pub(super) async fn run(self) -> Result<Migrated> {
        let Migrate { database, migrations, settings } = &self.migrate;
        migrations.check()?;
        let history = History::read(database).await?;
        history.check(migrations, settings, database)?;
        if history.pending(migrations).is_empty()
            && history.changed(migrations).is_empty()
            && history.discarded(migrations, settings).is_empty()
        {
            return Ok(Migrated::default());
        }
        let stored = lease::start_session(database, LEASE).await?;
        let mut session = stored.lock().await;
        let mut lease = Lease::claim(database, &mut session, LEASE, settings).await?;
        let done = self.apply(&mut lease, &mut session).await;
        lease.release(&stored, done.is_ok()).await;
        done
    }

    async fn apply(&self, lease: &mut Lease, session: &mut Session) -> Result<Migrated> {
        let Migrate { database, migrations, settings } = &self.migrate;
        // Another runner may have applied some before this one had the lease.
        let history = History::read(database).await?;
        history.check(migrations, settings, database)?;
        for name in history.discarded(migrations, settings) {
            history::discard(lease, session, name).await?;
        }
        for named in history.changed(migrations) {
            history::accept(lease, session, named).await?;
        }
        let mut applied = Vec::new();
        let total = migrations.iter().count();
        for (index, named) in history.pending(migrations) {
            history::begin(lease, session, index, named).await?;
            let title = Title { migration: Arc::from(&*named.name), number: index + 1, total };
            let documents = match &named.migration.0 {
                Kind::Rewrite(rewrite) => {
                    Some(rewrite::run(rewrite, &title, lease, session, settings, &self.stopped).await?)
                }
                Kind::Step(step) => {
                    self.step(step, named, lease).await?;
                    None
                }
            };
            history::end(lease, session, named, documents.unwrap_or_default()).await?;
            applied.push(Applied::new(&named.name, documents));
        }
        Ok(Migrated::new(applied))
    }

    /// Runs a step, as long as this runner has the lease and its caller waits.
    async fn step(&self, step: &Step, named: &Named, lease: &Lease) -> Result<()> {
        let database = &self.migrate.database;
        let lost = lease.lost();
        let ended = pin!(async {
            match select(pin!(lost), pin!(self.stopped.stopped())).await {
                Either::Left((lost, _)) => lost,
                Either::Right(_) => Error::refused("the future of the migration was dropped"),
            }
        });
        match select(step(database.clone()), ended).await {
            Either::Left((Ok(()), _)) => Ok(()),
            Either::Left((Err(cause), _)) => {
                let migration = named.name.clone();
                let error = Error::new(ErrorKind::Migration(MigrationError::Step { migration, cause }));
                Err(error.during(&operation(database, HISTORY, "update")))
            }
            Either::Right((error, _)) => Err(error),
        }
    }

    pub(super) async fn dry_run(self) -> Result<DryRun> {
        let Migrate { database, migrations, settings } = &self.migrate;
        migrations.check()?;
        let history = History::read(database).await?;
        history.check(migrations, settings, database)?;
        let mut planned = Vec::new();
        let total = migrations.iter().count();
        for (index, named) in history.pending(migrations) {
            let title = Title { migration: Arc::from(&*named.name), number: index + 1, total };
            planned.push(match &named.migration.0 {
                Kind::Rewrite(rewrite) => {
                    rewrite::dry_run(rewrite, &title, database, settings, &self.stopped).await?
                }
                Kind::Step(_) => PlannedMigration::step(&named.name),
            });
        }
        Ok(DryRun::new(planned))
    }
}

/// Returns an error unless all migrations are applied.
pub(super) async fn verify(migrate: &Migrate) -> Result<()> {
    let Migrate { database, migrations, .. } = migrate;
    migrations.check()?;
    let history = History::read(database).await?;
    history.check(migrations, &Settings::default(), database)?;
    let names = |(_, named): (usize, &Named)| named.name.clone();
    let migrations: Vec<String> = history.pending(migrations).into_iter().map(names).collect();
    if migrations.is_empty() {
        return Ok(());
    }
    let error = Error::new(ErrorKind::Migration(MigrationError::Pending { migrations }));
    Err(error.during(&operation(database, HISTORY, "find")))
}
