//! `migrate`: runs the migrations, runs them without writing, or lists them.

use std::{fmt, process::ExitCode};

use indicatif::ProgressBar;
use odm::migrate::{DryRun, Migrate, Migrated, MigrationState, MigrationStatus};
use serde_json::{Value, json};

use crate::{
    args,
    output::{Failure, Output, Report},
    progress,
};

pub(crate) async fn run(
    mut migrate: Migrate,
    arguments: args::Migrate,
    output: Output,
) -> Result<ExitCode, Failure> {
    if arguments.status {
        let states = migrate.status().await?;
        let is_applied = |status: &MigrationStatus| matches!(status.state(), MigrationState::Applied { .. });
        let is_left = !states.iter().all(is_applied);
        return Ok(output.print_left(&States(states), is_left));
    }
    if let Some(documents) = arguments.batch_size {
        migrate = migrate.batch_size(documents);
    }
    if let Some(limit) = arguments.wait {
        migrate = migrate.wait_for(limit);
    }
    for migration in arguments.accept_changed {
        migrate = migrate.accept_changed(migration);
    }
    for migration in arguments.discard_unfinished {
        migrate = migrate.discard_unfinished(migration);
    }
    let bar = progress::is_visible().then(progress::bar);
    if let Some(bar) = bar.clone() {
        migrate = migrate.on_progress(move |progress| progress::show(&bar, progress));
    }
    let code = if arguments.dry_run {
        let dry = migrate.dry_run().await;
        clear(bar);
        let dry = dry?;
        output.print_left(&dry, dry.migrations().iter().any(|one| one.refused().count() > 0))
    } else {
        let done = migrate.run().await;
        clear(bar);
        output.print(&done?)
    };
    Ok(code)
}

fn clear(bar: Option<ProgressBar>) {
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

impl Report for Migrated {
    fn json(&self) -> Value {
        let applied = self.applied().iter();
        let applied =
            applied.map(|one| json!({ "migration": one.migration(), "documents": one.documents() }));
        json!({ "applied": applied.collect::<Vec<_>>() })
    }
}

impl Report for DryRun {
    fn json(&self) -> Value {
        let migrations = self.migrations().iter().map(|one| {
            json!({
                "migration": one.migration(),
                "collection": one.collection(),
                "documents": one.documents(),
                "refused": one.refused().count(),
            })
        });
        json!({ "migrations": migrations.collect::<Vec<_>>() })
    }
}

struct States(Vec<MigrationStatus>);

impl fmt::Display for States {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(f, "there are no migrations");
        }
        self.0.iter().try_for_each(|status| writeln!(f, "{status}"))
    }
}

impl Report for States {
    fn json(&self) -> Value {
        let migrations = self.0.iter().map(|status| {
            let (state, documents) = match status.state() {
                MigrationState::Pending => ("pending", None),
                MigrationState::Begun { documents, .. } => ("begun", Some(*documents)),
                MigrationState::Applied { documents, .. } => ("applied", Some(*documents)),
                MigrationState::Changed => ("changed", None),
                MigrationState::Unfinished => ("unfinished", None),
                _ => ("unknown", None),
            };
            json!({ "documents": documents, "migration": status.migration(), "state": state })
        });
        json!({ "migrations": migrations.collect::<Vec<_>>() })
    }
}
