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
    let applied = apply(schema, arguments.allow_destructive).await;
    spinner.finish_and_clear();
    let applied = applied?;
    Ok(output.print_left(&Changes(&applied), !applied.left().is_empty()))
}

async fn apply(schema: Schema, allow_destructive: bool) -> odm::Result<Applied> {
    let apply = schema.plan().await?.apply();
    if allow_destructive { apply.allow_destructive().await } else { apply.await }
}

struct Changes<'a>(&'a Applied);

impl fmt::Display for Changes<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.0)?;
        match self.0.left().len() {
            0 => Ok(()),
            count => writeln!(f, "{}", advice(count)),
        }
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
