//! `plan`: the differences between the declared schema and the database.

use std::{fmt, process::ExitCode};

use odm::schema::{Impact, Plan, Schema, SchemaChange};
use serde_json::{Value, json};

use crate::{
    args,
    output::{Failure, Output, Report},
    progress::spinner,
};

pub(crate) async fn run(schema: Schema, arguments: &args::Plan, output: Output) -> Result<ExitCode, Failure> {
    let spinner = spinner("comparing the schema");
    let plan = schema.plan().await;
    spinner.finish_and_clear();
    let plan = plan?;
    Ok(output.print_left(&Differences(&plan), arguments.check && plan.is_pending()))
}

struct Differences<'a>(&'a Plan);

impl fmt::Display for Differences<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return writeln!(f, "nothing to change");
        }
        for change in self.0 {
            writeln!(f, "{change}")?;
        }
        advice(f, self.0.iter())
    }
}

impl Report for Differences<'_> {
    fn json(&self) -> Value {
        json!({
            "changes": self.0.iter().map(change).collect::<Vec<_>>(),
            "pending": self.0.is_pending(),
            "narrowing": self.0.is_narrowing(),
            "destructive": self.0.is_destructive(),
        })
    }
}

/// Prints how to make the changes that need a flag, and how many an administrator makes.
pub(super) fn advice<'c>(
    f: &mut fmt::Formatter<'_>,
    changes: impl Iterator<Item = &'c SchemaChange> + Clone,
) -> fmt::Result {
    for impact in [Impact::Narrowing, Impact::Destructive] {
        match changes.clone().filter(|change| change.impact() == Some(impact)).count() {
            0 => Ok(()),
            1 => writeln!(f, "1 change is {impact}: `apply --allow-{impact}` makes it"),
            count => writeln!(f, "{count} changes are {impact}: `apply --allow-{impact}` makes them"),
        }?;
    }
    match changes.filter(|change| change.is_manual()).count() {
        0 => Ok(()),
        1 => writeln!(f, "1 change is manual: an administrator makes it"),
        count => writeln!(f, "{count} changes are manual: an administrator makes them"),
    }
}

/// Returns a change as JSON.
pub(super) fn change(change: &SchemaChange) -> Value {
    json!({
        "collection": change.collection(),
        "change": change.to_string(),
        "impact": change.impact().map(|impact| impact.to_string()),
    })
}
