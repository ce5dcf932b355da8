//! The catalogue of the manual: each stage, expression, accumulator, query operator and update operator has a function
//! that renders it.
//!
//! `operators.txt` lists the catalogue: the kind of each operator, its name, the version of MongoDB that introduced it, and
//! its arguments: `name?` is optional, `name..` is any number of them. The hidden tables of `odm` list the functions. The
//! entries of `it/documented_bson/operators` render them, and the optional arguments, some of which only the cases render.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fmt::Write as _;

use odm::{bson::Bson, expr::Operator};

use crate::{cases, rendered::rendered, sources::all_quotes};

const LIST: &str = include_str!("operators.txt");

/// The kinds in the order of the summary: their names there, how many operators the manual has, and where their entries
/// are.
const KINDS: [(&str, &str, usize, &[&str]); 5] = [
    ("stage", "stages", 47, &["pipeline/stage/"]),
    ("expression", "expressions", 168, &["expr"]),
    ("accumulator", "accumulators", 37, &["accumulator"]),
    ("query", "query", 41, &["filter", "expr/random::"]),
    ("update", "update", 22, &["update", "path/array::"]),
];

/// Operators of the list without a function, with the reason. They count as missing.
const MISSING: &[(&str, &str, &str)] = &[];

/// Operators of the manual that the list lacks, with the version that introduced them. They are checked, and not counted.
const BESIDE: &[Listed] = &[
    Listed { kind: "stage", name: "$listClusterCatalog", version: "8.0.10", arguments: &[] },
    Listed { kind: "stage", name: "$querySettings", version: "8.0", arguments: &[] },
    Listed { kind: "stage", name: "$queryStats", version: "6.0.7", arguments: &[] },
    Listed { kind: "expression", name: "$encStrContains", version: "8.2", arguments: &[] },
    Listed { kind: "expression", name: "$encStrEndsWith", version: "8.2", arguments: &[] },
    Listed { kind: "expression", name: "$encStrNormalizedEq", version: "8.2", arguments: &[] },
    Listed { kind: "expression", name: "$encStrStartsWith", version: "8.2", arguments: &[] },
    Listed { kind: "expression", name: "$toUUID", version: "8.0", arguments: &[] },
];

/// Operators that render as another: with another name of the same stage, or without a `$`.
const RENDERED_AS: &[(&str, &str, &str)] =
    &[("stage", "$addFields", "$set"), ("expression", "$case", "case")];

/// Operators that another test compares with what is sent.
const TESTED_ELSEWHERE: &[(&str, &str, &str)] =
    &[("stage", "$changeStream", "`Collection::watch` begins with it: `tests/it/watch.rs`")];

/// Operators whose version in the list is wrong: the version that introduced them, with the reason.
const VERSIONS: &[(&str, &str, Option<&str>, &str)] = &[
    ("stage", "$changeStreamSplitLargeEvent", Some("6.0.9"), "a later 6.0 got it, too"),
    ("stage", "$listSampledQueries", Some("7.0"), "6.0 does not know it"),
    ("stage", "$listSearchIndexes", Some("6.0.7"), "a later 6.0 got it, too"),
    ("stage", "$rankFusion", Some("8.0"), "its page in the manual"),
    ("stage", "$scoreFusion", Some("8.2"), "its page in the manual"),
    ("expression", "$bottom", Some("8.3"), "its page in the manual"),
    ("expression", "$bottomN", Some("8.3"), "its page in the manual"),
    ("expression", "$createObjectId", Some("8.3"), "6.0 does not know it"),
    ("expression", "$top", Some("8.3"), "its page in the manual"),
    ("expression", "$topN", Some("8.3"), "its page in the manual"),
    ("accumulator", "$concatArrays", Some("8.1"), "6.0 does not know it"),
    ("accumulator", "$setUnion", Some("8.1"), "6.0 does not know it"),
];

/// Functions of arguments that are not optional in the list, or that no entry renders below the operator itself.
const SETTERS: &[(&str, &str, &[&str])] = &[
    ("stage", "$densify", &["steps", "time_steps", "between"]),
    ("stage", "$fill", &["value", "linear", "locf"]),
    ("stage", "$merge", &["database", "when_matched", "when_not_matched"]),
    ("stage", "$rankFusion", &["pipeline"]),
    ("stage", "$scoreFusion", &["pipeline", "weight", "normalization", "score_details"]),
    ("stage", "$setWindowFields", &["documents", "range", "unit"]),
    ("expression", "$convert", &["binary_subtype"]),
];

/// Functions whose documentation begins with an operator that another function renders.
const OTHERS: &[(&str, &str, &str)] = &[
    ("query", "$gt", "expr"),
    ("expression", "$let", "fields"),
    ("update", "$set", "between"),
    ("update", "$unset", "between"),
];

/// An operator of the list.
struct Listed {
    kind: &'static str,
    name: &'static str,
    version: &'static str,
    arguments: &'static [&'static str],
}

impl Listed {
    /// Returns the names of the optional arguments. Each has the length that a list of arguments has with it.
    fn optional(&self) -> impl Iterator<Item = (&'static str, usize)> {
        let required = self.arguments.iter().filter(|argument| !argument.ends_with('?')).count();
        let optional = self.arguments.iter().filter_map(|argument| argument.strip_suffix('?'));
        optional.enumerate().map(move |(position, argument)| (argument, required + position + 1))
    }
}

fn listed() -> Vec<Listed> {
    LIST.lines()
        .map(|line| {
            let words: Vec<_> = line.split(' ').collect();
            let [kind, name, version, ..] = words[..] else { panic!("{line}") };
            Listed { kind, name, version, arguments: &words.leak()[3..] }
        })
        .collect()
}

/// Returns the functions of a kind, by the names of their operators.
fn functions(kind: &str) -> BTreeMap<&'static str, Vec<&'static Operator>> {
    let operators: Vec<&Operator> = match kind {
        "stage" => odm::pipeline::stages().collect(),
        "expression" => odm::expr::operators().collect(),
        "accumulator" => odm::pipeline::accumulators().collect(),
        "query" => odm::filter::operators().collect(),
        _ => odm::update::operators().collect(),
    };
    let mut functions: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for operator in operators {
        functions.entry(operator.name).or_default().push(operator);
    }
    functions
}

/// Returns the version if it is later than 6.0, which is the least that a function documents.
fn since(version: &str) -> Option<&str> {
    let numbers: Vec<u32> = version.split('.').map(|number| number.parse().unwrap()).collect();
    (numbers > vec![6, 0]).then_some(version)
}

/// Returns whether the operator is a name in a document, or a part of a path.
fn contains(rendered: &Bson, name: &str) -> bool {
    match rendered {
        Bson::Document(fields) => fields.iter().any(|(key, value)| {
            let is_part = |part: &str| match name {
                "$[id]" => part.starts_with("$[") && part != "$[]",
                name => part == name,
            };
            key.split('.').any(is_part) || contains(value, name)
        }),
        Bson::Array(items) => items.iter().any(|item| contains(item, name)),
        _ => false,
    }
}

/// Returns whether an operator has an argument somewhere in what is rendered: by its name, or as an element of a list
/// that is at least so long.
fn has_argument(rendered: &Bson, operator: &str, argument: &str, length: usize) -> bool {
    let has = |value: &Bson| match value {
        Bson::Document(arguments) => arguments.contains_key(argument),
        Bson::Array(arguments) => arguments.len() >= length,
        _ => false,
    };
    match rendered {
        Bson::Document(fields) => fields.iter().any(|(key, value)| {
            (key == operator && has(value)) || has_argument(value, operator, argument, length)
        }),
        Bson::Array(items) => items.iter().any(|item| has_argument(item, operator, argument, length)),
        _ => false,
    }
}

/// Returns the name that an operator is rendered as.
fn rendered_as(kind: &str, name: &'static str) -> &'static str {
    RENDERED_AS.iter().find(|(of, other, _)| *of == kind && *other == name).map_or(name, |it| it.2)
}

/// Returns the optional arguments of an operator that nothing renders and the list of exceptions lacks.
fn missing_arguments(listed: &Listed, everything: &[Bson]) -> Vec<&'static str> {
    let rendered_as = rendered_as(listed.kind, listed.name);
    let is_rendered = |argument: &str, length: usize| {
        everything.iter().any(|rendered| has_argument(rendered, rendered_as, argument, length))
    };
    listed
        .optional()
        .filter(|(argument, length)| !is_rendered(argument, *length))
        .map(|(argument, _)| argument)
        .collect()
}

/// Returns what all entries and all cases render.
fn everything(entries: &HashMap<&'static str, Vec<Bson>>) -> Vec<Bson> {
    let cases = cases::all().into_iter().flat_map(|case| case.rendered()).map(Bson::Document);
    entries.values().flatten().cloned().chain(cases).collect()
}

/// Returns why an operator is not complete: it has no function, one has no entry that renders it, or the versions differ.
fn problem(
    listed: &Listed,
    entries: &HashMap<&'static str, Vec<Bson>>,
    everything: &[Bson],
) -> Option<String> {
    let Listed { kind, name, version, .. } = listed;
    let about = |(of, other): (&str, &str)| of == *kind && other == *name;
    if MISSING.iter().any(|(kind, name, _)| about((kind, name))) {
        return Some("it is in the list of the missing".to_owned());
    }
    let functions = functions(kind);
    let Some(operators) = functions.get(name) else { return Some("it has no function".to_owned()) };
    let expected = match VERSIONS.iter().find(|(kind, name, ..)| about((kind, name))) {
        Some((_, _, version, _)) => *version,
        None => since(version),
    };
    // A function for a newer argument of an older operator is newer than the operator.
    let newer = |operator: &&&Operator| operator.since != expected;
    if let Some(other) = operators.iter().find(newer)
        && (expected.is_some() || operators.iter().all(|operator| operator.since.is_some()))
    {
        return Some(format!("`{}` is since {:?}, not {expected:?}", other.function, other.since));
    }
    if TESTED_ELSEWHERE.iter().any(|(kind, name, _)| about((kind, name))) {
        return None;
    }
    let (.., places) = KINDS.iter().find(|(of, ..)| of == kind)?;
    let rendered_as = rendered_as(kind, name);
    let renders = |operator: &&Operator| {
        let ending = format!("::{}", operator.function);
        entries.iter().any(|(entry, rendered)| {
            entry.ends_with(&ending)
                && places.iter().any(|place| entry.starts_with(place))
                && rendered.iter().any(|rendered| contains(rendered, rendered_as))
        })
    };
    if let Some(idle) = operators.iter().find(|operator| !renders(operator)) {
        return Some(format!("no entry of `{}` renders it", idle.function));
    }
    match &missing_arguments(listed, everything)[..] {
        [] => None,
        missing => Some(format!("nothing renders its arguments {missing:?}")),
    }
}

#[test]
fn the_catalogue_is_complete() {
    let (entries, listed) = (rendered(), listed());
    let everything = everything(&entries);
    let mut problems = Vec::new();
    let mut summary = vec!["catalogue:".to_owned()];
    for (kind, title, all, _) in KINDS {
        let of_kind: Vec<_> = listed.iter().filter(|listed| listed.kind == kind).collect();
        let incomplete: Vec<_> = of_kind
            .iter()
            .filter_map(|listed| {
                Some(format!("{kind} {}: {}", listed.name, problem(listed, &entries, &everything)?))
            })
            .collect();
        summary.push(format!("{title}={}/{all}", of_kind.len() - incomplete.len()));
        problems.extend(incomplete);
        let beside: Vec<_> = BESIDE.iter().filter(|listed| listed.kind == kind).collect();
        problems.extend(beside.iter().filter_map(|listed| {
            Some(format!("{kind} {}: {}", listed.name, problem(listed, &entries, &everything)?))
        }));
        for name in functions(kind).keys() {
            if !of_kind.iter().copied().chain(beside.iter().copied()).any(|listed| listed.name == *name) {
                problems.push(format!("{kind} {name}: it is not in the list"));
            }
        }
    }
    println!("{}", summary.join(" "));
    assert_eq!(
        summary.join(" "),
        "catalogue: stages=47/47 expressions=168/168 accumulators=37/37 query=41/41 update=22/22",
        "{}",
        problems.join("\n")
    );
    assert!(problems.is_empty(), "{}", problems.join("\n"));
}

/// The functions of an operator: those of the tables, and every other whose documentation quotes it.
fn named(kind: &str, name: &str, quotes: &BTreeMap<String, Vec<String>>) -> BTreeSet<String> {
    let (.., places) = KINDS.iter().find(|(of, ..)| *of == kind).unwrap();
    let quotes_it = |text: &String| {
        text.split([' ', '{', '[']).any(|word| word.strip_suffix(':').is_some_and(|word| word == name))
    };
    let begins_with_it =
        |text: &String| text.strip_prefix("{ ").is_some_and(|text| text.starts_with(&format!("{name}:")));
    let documented = quotes.iter().filter(|(function, quotes)| {
        places.iter().any(|place| function.starts_with(place))
            && quotes.iter().any(|quote| match kind {
                // The document of a filter or an update begins with a field.
                "query" | "update" => quotes_it(quote) && !quote.contains("$each"),
                _ => begins_with_it(quote),
            })
    });
    let documented = documented.filter_map(|(function, _)| Some(function.rsplit_once("::")?.1.to_owned()));
    let listed = functions(kind);
    let listed = listed.get(name).into_iter().flatten().map(|operator| operator.function.to_owned());
    let is_other = |function: &String| OTHERS.contains(&(kind, name, function.as_str()));
    listed.chain(documented).filter(|function| !is_other(function)).collect()
}

/// The functions that set the optional arguments of an operator: those whose entry renders the argument.
fn setters(
    listed: Option<&Listed>,
    functions: &BTreeSet<String>,
    entries: &HashMap<&'static str, Vec<Bson>>,
) -> BTreeSet<String> {
    let Some(listed) = listed else { return BTreeSet::new() };
    let more = SETTERS.iter().filter(|(kind, name, _)| *kind == listed.kind && *name == listed.name);
    let more = more.flat_map(|(.., functions)| functions.iter().map(|function| (*function).to_owned()));
    let (.., places) = KINDS.iter().find(|(of, ..)| *of == listed.kind).unwrap();
    let operator = rendered_as(listed.kind, listed.name);
    let of_argument = |(argument, length): (&str, usize)| -> Vec<String> {
        let renders = |(entry, rendered): (&&'static str, &Vec<Bson>)| {
            let (_, function) = entry.rsplit_once("::")?;
            let renders = places.iter().any(|place| entry.starts_with(place))
                && rendered.iter().any(|rendered| has_argument(rendered, operator, argument, length));
            renders.then(|| function.to_owned())
        };
        entries.iter().filter_map(renders).collect()
    };
    let optional = listed.optional().flat_map(of_argument).chain(more);
    optional.filter(|function| !functions.contains(function)).collect()
}

/// The functions of variables, whose documentation quotes `"$$NAME"`, with the version that introduced each.
fn variables() -> Vec<(String, String, String)> {
    let sources = [
        include_str!("../../../odm/src/expr/variable.rs"),
        include_str!("../../../odm/src/pipeline/stage/redact.rs"),
    ];
    let (mut variable, mut since) = (None, String::new());
    let mut found = Vec::new();
    for line in sources.iter().flat_map(|source| source.lines()) {
        if let Some(quoted) = line.strip_prefix("/// `\"$$") {
            variable = quoted.split('"').next().map(|name| format!("$${name}"));
        } else if let Some(version) = line.strip_prefix("/// Requires MongoDB ") {
            version.trim_end_matches('.').clone_into(&mut since);
        } else if let Some(function) = line.strip_prefix("pub fn ") {
            let since = std::mem::take(&mut since);
            if let Some(name) = variable.take() {
                found.push((name, function.split(['(', '<']).next().unwrap().to_owned(), since));
            }
        }
    }
    found
}

fn in_code(names: &BTreeSet<String>) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ")
}

/// Returns the page of `docs` with all operators, their functions and those of their optional arguments.
fn page() -> String {
    let mut page = "# Operators\n\nThe functions and methods of every operator of MongoDB, and of its optional arguments.\n\
        `cargo test -p odm-integration --test catalogue page_of_operators` compares this page with the code; with\n\
        `ODM_WRITE_OPERATORS=1` it writes the page.\n"
        .to_owned();
    let (entries, quotes, listed) = (rendered(), all_quotes(), listed());
    for (kind, title, ..) in KINDS {
        let module = match kind {
            "stage" => "methods of `odm::Pipeline`; `$changeStream` is `Collection::watch`",
            "expression" => "methods of `odm::expr::Expr`, and functions of `odm::expr`",
            "accumulator" => "functions of `odm::pipeline`",
            "query" => {
                "methods of typed paths, and functions of `odm::Filter`; the shapes are functions of `odm::geo::Area`, and `&`, `|` and `!` join filters"
            }
            _ => "methods of typed paths; the modifiers of `$push` are methods of `PushEach`",
        };
        writeln!(page, "\n## {}{}\n\nThese are {module}.\n", title[..1].to_uppercase(), &title[1..]).unwrap();
        page.push_str(
            "| operator | function | optional arguments | since MongoDB |\n| --- | --- | --- | --- |\n",
        );
        for (name, operators) in functions(kind) {
            let names = named(kind, name, &quotes);
            let listed = listed.iter().find(|listed| listed.kind == kind && listed.name == name);
            let arguments = setters(listed, &names, &entries);
            let since = if operators.iter().any(|operator| operator.since.is_none()) {
                ""
            } else {
                operators.iter().find_map(|operator| operator.since).unwrap_or_default()
            };
            writeln!(page, "| `{name}` | {} | {} | {since} |", in_code(&names), in_code(&arguments)).unwrap();
        }
    }
    page.push_str(
        "\n## Variables\n\nThese are functions of `odm::expr`, those of `$redact` of `odm::pipeline`.\n\n| variable | function | since MongoDB |\n| --- | --- | --- |\n",
    );
    for (name, function, since) in variables() {
        writeln!(page, "| `{name}` | `{function}` | {since} |").unwrap();
    }
    page
}

#[test]
fn the_page_of_operators_is_that_of_the_code() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/operators.md");
    if std::env::var_os("ODM_WRITE_OPERATORS").is_some() {
        std::fs::write(path, page()).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page(), "write docs/operators.md with ODM_WRITE_OPERATORS=1");
}
