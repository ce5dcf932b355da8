//! `apply`: makes the changes of the plan.

use std::{fmt, process::ExitCode};

use indicatif::ProgressBar;
use odm::schema::{Applied, Schema};
use serde_json::{Value, json};

use super::plan::{advice, change};
use crate::{
    args,
    output::{Failure, Output, Report},
    progress::{self, spinner},
};

pub(crate) async fn run(
    schema: Schema,
    arguments: &args::Apply,
    output: Output,
) -> Result<ExitCode, Failure> {
    let bar = spinner("applying the plan");
    let applied = apply(schema, arguments, &bar).await;
    bar.finish_and_clear();
    let applied = applied?;
    Ok(output.print_left(&Changes(&applied), !applied.left().is_empty()))
}

async fn apply(schema: Schema, arguments: &args::Apply, bar: &ProgressBar) -> odm::Result<Applied> {
    let mut apply = schema.plan().await?.apply();
    if progress::is_visible() {
        let bar = bar.clone();
        apply = apply.on_progress(move |progress| progress::show_build(&bar, progress));
    }
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
