//! The BSON snippets in the documentation of the sources, also where a table of a macro makes the documentation.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// The sources whose documentation is checked, below `odm/src`.
const SOURCES: [&str; 8] =
    ["filter", "update", "sort.rs", "expr", "accumulator", "pipeline", "path/array.rs", "index"];

/// The macros that make functions with their documentation, one function or method for each line.
const TABLES: [&str; 8] = [
    "operators",
    "accumulators",
    "statistics",
    "similarities",
    "numbers",
    "per_unit",
    "bit_lists",
    "options",
];

/// Returns the snippets in the documentation of each function, by `file::function`.
pub(crate) fn all_quotes() -> BTreeMap<String, Vec<String>> {
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

/// Adds the snippets in the documentation of each function of a file.
fn quoted(file: &str, source: &str, all: &mut BTreeMap<String, Vec<String>>) {
    let (mut text, mut is_code, mut table, mut row) = (String::new(), false, None, String::new());
    let mut add = |function: &str, quotes: Vec<String>| {
        if !quotes.is_empty() {
            all.entry(format!("{file}::{function}")).or_default().extend(quotes);
        }
    };
    for line in source.lines() {
        let trimmed = line.trim();
        if let Some(documentation) = trimmed.strip_prefix("///") {
            is_code ^= documentation.trim_start().starts_with("```");
            if !is_code {
                text.push_str(documentation);
                text.push('\n');
            }
        } else if let Some(function) = trimmed.strip_prefix("pub fn ") {
            add(function.split(['(', '<']).next().unwrap_or_default(), quotes(&std::mem::take(&mut text)));
        } else if let Some(operator) = implemented(trimmed) {
            add(&operator, quotes(&std::mem::take(&mut text)));
        } else if let Some(name) = table {
            match line {
                "}" => table = None,
                _ if trimmed == "}" || trimmed.ends_with('{') => text.clear(),
                _ => {
                    row.push_str(trimmed);
                    row.push(' ');
                }
            }
            if trimmed.ends_with(';') {
                let written = quotes(&std::mem::take(&mut text));
                for (function, made) in rows(name, &std::mem::take(&mut row)) {
                    add(&function, written.iter().cloned().chain(made).collect());
                }
            }
        } else if !trimmed.starts_with("#[") {
            text.clear();
            table = TABLES.into_iter().find(|name| line.starts_with(&format!("{name}! {{")));
        }
    }
}

/// Returns the method of Rust's operator that a line implements: `not` for `impl ops::Not for ..`.
fn implemented(line: &str) -> Option<String> {
    let (_, operator) = line.strip_prefix("impl")?.split_once(" ops::")?;
    Some(operator.split([' ', '<']).next()?.to_lowercase())
}

/// Returns the snippets in a string: what is in backticks and braces, and the arguments of an operator at the beginning of
/// a line, such as `unit: "hour"`.
fn quotes(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (position, quoted) in text.split('`').enumerate().filter(|(position, _)| position % 2 == 1) {
        let before = text.split('`').nth(position - 1).unwrap_or_default();
        let quoted = quoted.replace('\n', "");
        if quoted.starts_with("{ ") && quoted.ends_with(" }") {
            found.push(quoted);
        } else if (before.trim_end_matches(' ').ends_with('\n') || before.trim().is_empty())
            && quoted.split_once(": ").is_some_and(|(key, _)| key.chars().all(char::is_alphanumeric))
        {
            found.push(format!("{{ {quoted}, .. }}"));
        }
    }
    found
}

/// Returns the functions that a line of a table makes, with the snippets in their documentation.
fn rows(table: &str, row: &str) -> Vec<(String, Vec<String>)> {
    let mut words = row.split_whitespace();
    let mut word =
        || words.next().unwrap_or_default().trim_end_matches([';', ':']).trim_matches('"').to_owned();
    match table {
        // The macro of `arithmetic.rs` with this name implements Rust's operators.
        "operators" | "accumulators" if !row.contains("->") => Vec::new(),
        "operators" | "accumulators" => vec![operator(row)],
        "statistics" => {
            let (method, function, operator) = (word(), word(), word());
            let list = |of: &str| format!("{{ {operator}: [{of}] }}");
            vec![
                (function, vec![list("value, .."), list("array")]),
                (method, vec![format!("{{ {operator}: array }}")]),
            ]
        }
        "similarities" => {
            let (function, operator) = (word(), word());
            vec![(function, vec![format!("{{ {operator}: {{ vectors: [first, second] }} }}")])]
        }
        "bit_lists" => {
            let (function, operator) = (word(), word());
            vec![(function, vec![format!("{{ {operator}: [integer, ..] }}")])]
        }
        "numbers" => {
            let (function, operator) = (word(), word());
            vec![(function, vec![format!("{{ {operator}: {{}} }}")])]
        }
        "per_unit" => {
            let (function, operator) = (word(), word());
            vec![(function, vec![format!("{{ {operator}: {{ input: input, unit: \"hour\" }} }}")])]
        }
        _ => {
            let (function, argument) = (word(), word());
            vec![(function.clone(), vec![format!("{{ {argument}: {function}, .. }}")])]
        }
    }
}

/// Reads `@method name [Generics] = "$operator" form("key" argument: T [Bound], ..) -> Type;`.
fn operator(row: &str) -> (String, Vec<String>) {
    let read = || {
        let (names, line) = row.split_once(" = \"")?;
        let (operator, line) = line.split_once("\" ")?;
        let (form, line) = line.split_once('(')?;
        let (line, _) = line.rsplit_once("->")?;
        let function = names.trim_start_matches("@method ").split_whitespace().next()?;
        let arguments = arguments(&line[..line.rfind(')')?]);
        let list =
            |one: fn(&(String, String)) -> String| arguments.iter().map(one).collect::<Vec<_>>().join(", ");
        let argument = match form {
            "one" | "filled" => list(|(_, argument)| argument.clone()),
            "list" => format!("[{}]", list(|(_, argument)| argument.clone())),
            "named" => format!("{{ {} }}", list(|(key, argument)| format!("{key}: {argument}"))),
            _ => return None,
        };
        Some((function.to_owned(), vec![format!("{{ {operator}: {argument} }}")]))
    };
    read().unwrap_or_else(|| panic!("a line of a table that this test cannot read: {row}"))
}

/// Returns the key and the name of each argument. They are separated by the commas outside of bounds.
fn arguments(list: &str) -> Vec<(String, String)> {
    list.split("],")
        .map(|argument| {
            let (name, _) = argument.split_once(':').unwrap_or((argument, ""));
            let (key, name) = name.trim().rsplit_once(' ').unwrap_or(("", name.trim()));
            (key.trim_matches('"').to_owned(), name.to_owned())
        })
        .collect()
}
