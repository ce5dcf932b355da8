//! MongoDB's own examples of stages, expressions, accumulators, queries and updates, written with the typed API.
//!
//! `examples.ndjson` has each example as the manual shows it: its operator, the fields of its documents, and its
//! pipeline, or its filter and update. Each has a case in `cases`, which must render the same BSON, except for what
//! `normalise` says. Then the case runs on a server, on documents that `generate` makes from the fields of the example,
//! and its rows are read as their type.
// The names of the fields are those of the examples.
#![allow(clippy::struct_field_names)]
#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

mod cases;
mod generate;
mod more;
mod normalise;
#[path = "../it/documented_bson/operators.rs"]
mod rendered;
#[path = "../it/documented_bson/sources.rs"]
mod sources;
mod support;
mod table;

use std::collections::{BTreeMap, BTreeSet};

use odm::Database;

use self::{
    normalise::normalised,
    support::{Case, Example, examples},
};

/// The examples that the typed API refuses, and the reason. `tests/ui` has what the compiler reports.
const REFUSED: &[(&str, &str)] =
    &[("expression/reduce/0", "its `$project` reads a field of the documents that its own `$group` removed")];

/// Returns the cases by the id of their example.
fn cases() -> BTreeMap<&'static str, Case> {
    let mut all = BTreeMap::new();
    for case in cases::all() {
        let id = case.id;
        assert!(all.insert(id, case).is_none(), "{id} has two cases");
    }
    all
}

#[test]
fn every_example_has_a_case() {
    let examples: BTreeSet<String> = examples().into_iter().map(|example| example.id).collect();
    let refused = REFUSED.iter().map(|(id, _)| *id);
    let cases: BTreeSet<String> = cases().into_keys().chain(refused).map(str::to_owned).collect();
    let missing: Vec<_> = examples.difference(&cases).collect();
    let idle: Vec<_> = cases.difference(&examples).collect();
    assert!(
        missing.is_empty() && idle.is_empty(),
        "without a case: {missing:?}; without an example: {idle:?}"
    );
}

#[test]
fn cases_render_the_examples() {
    let cases = cases();
    let mut wrong = Vec::new();
    for Example { id, pipeline, .. } in examples() {
        let Some(case) = cases.get(id.as_str()) else { continue };
        let (rendered, expected) = (normalised(case.rendered()), normalised(pipeline));
        if rendered != expected {
            wrong.push(format!("{id}\n  renders  {rendered}\n  expected {expected}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn further_examples_are_rendered() {
    let all = more::all();
    let number = all.len();
    let mut wrong = Vec::new();
    for more::More { case, expected } in all {
        let (rendered, expected) = (normalised(case.rendered()), normalised(expected));
        if rendered != expected {
            wrong.push(format!("{}\n  renders  {rendered}\n  expected {expected}", case.id));
        }
    }
    assert!(wrong.is_empty(), "{} of {number}:\n{}", wrong.len(), wrong.join("\n"));
}

#[odm_test::test]
async fn the_server_accepts_the_further_examples(db: Database) {
    for more::More { case, .. } in more::all() {
        let rows = case.run_alone(&db).await.unwrap_or_else(|error| panic!("{}: {error}", case.id));
        assert!(rows <= 1, "{}: {rows} rows of no documents", case.id);
    }
}

#[odm_test::test]
async fn cases_run_and_their_rows_are_read_as_their_type(db: Database) {
    let mut wrong = Vec::new();
    let (mut run, mut rows) = (0, 0);
    for (example, case) in examples().into_iter().filter_map(|example| {
        let case = cases().remove(example.id.as_str())?;
        Some((example, case))
    }) {
        if let Err(reason) = case.may_run(&example) {
            println!("{} is not run: {reason}", example.id);
            continue;
        }
        match case.run(&db, &example).await {
            Ok(read) => {
                run += 1;
                rows += read;
            }
            Err(error) => wrong.push(format!("{}: {error}", example.id)),
        }
    }
    println!("{run} examples run, {rows} rows read");
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), wrong.len() + run, wrong.join("\n"));
}
