//! `scan`: how many stored documents break what the models declare.

use std::{fmt, process::ExitCode};

use odm::schema::{CollectionScan, Finding, Problem, Scan, Schema};
use serde_json::{Value, json};

use crate::{
    output::{Failure, Output, Report, id},
    progress::spinner,
};

pub(crate) async fn run(schema: Schema, output: Output) -> Result<ExitCode, Failure> {
    let spinner = spinner("reading the documents");
    let scan = schema.scan().await;
    spinner.finish_and_clear();
    let scan = scan?;
    Ok(output.print_left(&Scanned(&scan), !scan.is_clean()))
}

struct Scanned<'a>(&'a Scan);

impl fmt::Display for Scanned<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.0)
    }
}

impl Report for Scanned<'_> {
    fn json(&self) -> Value {
        let collections: Vec<Value> = self.0.collections().iter().map(collection).collect();
        json!({ "clean": self.0.is_clean(), "collections": collections })
    }
}

fn collection(scanned: &CollectionScan) -> Value {
    json!({
        "collection": scanned.collection(),
        "documents": scanned.documents(),
        "findings": scanned.findings().iter().map(finding).collect::<Vec<_>>(),
    })
}

fn finding(finding: &Finding) -> Value {
    let samples = finding.samples().iter();
    let samples: Vec<Value> =
        samples.map(|one| json!({ "id": id(one.id()), "reason": one.reason() })).collect();
    json!({
        "problem": problem(finding.problem()),
        "message": finding.problem().to_string(),
        "count": finding.count(),
        "samples": samples,
    })
}

fn problem(problem: &Problem) -> Value {
    match problem {
        Problem::Unreadable => json!("unreadable"),
        Problem::Rules => json!("rules"),
        Problem::Validator => json!("validator"),
        Problem::DuplicateKey { index, .. } => json!({ "duplicateKey": index }),
        other => json!(other.to_string()),
    }
}
