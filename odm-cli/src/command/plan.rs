//! `plan`: the differences between the declared schema and the database.

use std::{fmt, process::ExitCode};

use odm::schema::{Plan, Schema, SchemaChange};
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
        let destructive = self.0.iter().filter(|change| change.is_destructive()).count();
        if destructive > 0 { writeln!(f, "{}", advice(destructive)) } else { Ok(()) }
    }
}

impl Report for Differences<'_> {
    fn json(&self) -> Value {
        json!({
            "changes": self.0.iter().map(change).collect::<Vec<_>>(),
            "pending": self.0.is_pending(),
            "destructive": self.0.is_destructive(),
        })
    }
}

/// Returns how to make destructive changes.
pub(super) fn advice(count: usize) -> String {
    match count {
        1 => "1 change is destructive: `apply --allow-destructive` makes it".to_owned(),
        count => format!("{count} changes are destructive: `apply --allow-destructive` makes them"),
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
