//! The BSON snippets in the documentation of operators equal the BSON that the operators render.
//!
//! Each public function of a filter, an update, a sort or a pipeline whose documentation contains a BSON snippet has
//! an entry in `operators.rs`. The rendered BSON of the entry must contain every snippet.

mod operators;
mod quote;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

use self::{operators::rendered, quote::Quote};

/// The sources whose documentation is checked, below `odm/src`.
const SOURCES: [&str; 6] = ["filter", "update", "sort.rs", "expr", "accumulator.rs", "pipeline"];

/// Returns the Rust files at a path: the file itself, and the files in the folder of the same name.
fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        files(&path.with_extension("rs"), found);
        for entry in fs::read_dir(path).unwrap() {
            files(&entry.unwrap().path(), found);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs")
        && !found.iter().any(|it| it == path)
    {
        found.push(path.to_owned());
    }
}

/// Returns the snippets in one line of documentation: text in backticks and braces.
fn quotes(line: &str) -> impl Iterator<Item = &str> {
    line.split('`').skip(1).step_by(2).filter(|quoted| quoted.starts_with("{ ") && quoted.ends_with(" }"))
}

/// Returns the snippets in the documentation of each function of a file, by `file::function`.
fn quoted(file: &str, source: &str, all: &mut BTreeMap<String, Vec<String>>) {
    let (mut pending, mut is_code) = (Vec::new(), false);
    for line in source.lines().map(str::trim) {
        if let Some(text) = line.strip_prefix("///") {
            is_code ^= text.trim_start().starts_with("```");
            if !is_code {
                pending.extend(quotes(text).map(ToOwned::to_owned));
            }
        } else if let Some(function) = line.strip_prefix("pub fn ") {
            let name = function.split(['(', '<']).next().unwrap_or_default();
            if !pending.is_empty() {
                all.entry(format!("{file}::{name}")).or_default().append(&mut pending);
            }
        } else if !line.starts_with("#[") {
            pending.clear();
        }
    }
}

fn all_quotes() -> BTreeMap<String, Vec<String>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../odm/src");
    let (mut paths, mut all) = (Vec::new(), BTreeMap::new());
    for source in SOURCES {
        files(&root.join(source), &mut paths);
    }
    for path in paths {
        let file = path.strip_prefix(&root).unwrap().with_extension("");
        quoted(&file.to_string_lossy().replace('\\', "/"), &fs::read_to_string(&path).unwrap(), &mut all);
    }
    all
}

#[test]
fn bson_in_the_documentation_equals_the_rendered_bson() {
    let (quotes, rendered) = (all_quotes(), rendered());
    assert!(quotes.len() > 80, "only {} functions quote BSON: are the sources still read?", quotes.len());
    let documented: BTreeSet<&str> = quotes.keys().map(String::as_str).collect();
    let covered: BTreeSet<&str> = rendered.keys().copied().collect();
    let (missing, idle): (Vec<_>, Vec<_>) =
        (documented.difference(&covered).collect(), covered.difference(&documented).collect());
    assert!(missing.is_empty(), "no entry in `documented_bson/operators.rs` renders {missing:?}");
    assert!(idle.is_empty(), "no documentation contains a BSON snippet of {idle:?}");

    let mut wrong = Vec::new();
    for (name, quotes) in &quotes {
        let examples = &rendered[name.as_str()];
        for text in quotes {
            let quote = Quote::parse(text);
            if !examples.iter().any(|example| quote.matches_part_of(example)) {
                wrong.push(format!("{name} quotes {text}, and renders {examples:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_snippet_that_differs_from_the_rendered_bson_is_detected() {
    use odm::bson::{bson, doc};
    let matches_part =
        |quote: &str, rendered: odm::bson::Document| Quote::parse(quote).matches_part_of(&rendered.into());
    assert!(matches_part("{ field: { $eq: value } }", doc! { "field": { "$eq": 1 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "field": { "$ne": 1 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "field": { "$eq": 1, "$ne": 2 } }));
    assert!(!matches_part("{ field: { $eq: value } }", doc! { "other": { "$eq": 1 } }));
    assert!(matches_part("{ $slice: -5 }", doc! { "$push": { "field": { "$each": [], "$slice": -5 } } }));
    assert!(!matches_part("{ $slice: -5 }", doc! { "$push": { "field": { "$slice": 5 } } }));
    assert!(matches_part("{ $in: [..] }", doc! { "$in": bson!([1, 2]) }));
    assert!(matches_part("{ a: [{ b: c }, ..] }", doc! { "a": [{ "b": 1 }, 2] }));
    assert!(!matches_part("{ $unwind: \"$lines\" }", doc! { "$unwind": { "path": "$lines" } }));
}
