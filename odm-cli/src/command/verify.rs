//! `verify`: whether the schema and all migrations are applied.

use std::{fmt, process::ExitCode};

use odm::{
    error::{MigrationError, SchemaError},
    migrate::Migrate,
    schema::Schema,
};
use serde_json::{Value, json};

use crate::output::{Failure, Output, Report};

pub(crate) async fn run(schema: Schema, migrate: Migrate, output: Output) -> Result<ExitCode, Failure> {
    let (mut missing, mut failure) = (Missing::default(), None);
    if let Err(error) = schema.verify().await {
        match error.schema() {
            Some(SchemaError::Outdated { changes, .. }) => missing.changes.clone_from(changes),
            _ => return Err(error.into()),
        }
    }
    if let Err(error) = migrate.verify().await {
        match error.migration() {
            Some(MigrationError::Pending { migrations, .. }) => missing.migrations.clone_from(migrations),
            // The history does not fit the list. What the schema lacks is known nevertheless.
            Some(
                MigrationError::Changed { .. }
                | MigrationError::Unknown { .. }
                | MigrationError::Unfinished { .. }
                | MigrationError::OutOfOrder { .. },
            ) => failure = Some(error),
            _ => return Err(error.into()),
        }
    }
    if let Some(error) = failure {
        if !missing.is_empty() {
            output.print_left(&missing, true);
        }
        return Err(error.into());
    }
    Ok(output.print_left(&missing, !missing.is_empty()))
}

/// What is not applied.
#[derive(Default)]
struct Missing {
    changes: Vec<String>,
    migrations: Vec<String>,
}

impl Missing {
    fn is_empty(&self) -> bool {
        self.changes.is_empty() && self.migrations.is_empty()
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return writeln!(f, "the schema and all migrations are applied");
        }
        for change in &self.changes {
            writeln!(f, "missing: {change}")?;
        }
        for migration in &self.migrations {
            writeln!(f, "pending: migration {migration}")?;
        }
        Ok(())
    }
}

impl Report for Missing {
    fn json(&self) -> Value {
        json!({ "missing": self.changes, "pending": self.migrations })
    }
}
