//! `apply`: makes the changes of the plan.

use std::{fmt, process::ExitCode};

use odm::schema::{Applied, Schema};
use serde_json::{Value, json};

use super::plan::{advice, change};
use crate::{
    args,
    output::{Failure, Output, Report},
    progress::spinner,
};

pub(crate) async fn run(
    schema: Schema,
    arguments: &args::Apply,
    output: Output,
) -> Result<ExitCode, Failure> {
    let spinner = spinner("applying the plan");
    let applied = apply(schema, arguments).await;
    spinner.finish_and_clear();
    let applied = applied?;
    Ok(output.print_left(&Changes(&applied), !applied.left().is_empty()))
}

async fn apply(schema: Schema, arguments: &args::Apply) -> odm::Result<Applied> {
    let mut apply = schema.plan().await?.apply();
    if arguments.allow_narrowing {
        apply = apply.allow_narrowing();
    }
    if arguments.allow_destructive {
        apply = apply.allow_destructive();
    }
    apply.await
}

struct Changes<'a>(&'a Applied);

impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.0)?;
        advice(f, self.0.left().iter())
    }
}

impl Report for Changes<'_> {
    fn json(&self) -> Value {
        json!({
            "applied": self.0.changes().iter().map(change).collect::<Vec<_>>(),
            "left": self.0.left().iter().map(change).collect::<Vec<_>>(),
        })
    }
}
