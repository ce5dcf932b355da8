//! Checks that `ARCHITECTURE.md` is up to date: every path in it exists, and it lists every module. Checks that CI
//! runs the commands that `CONTRIBUTING.md` lists.

use std::{fs, path::Path};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Returns the code spans of a page that look like a path of this repository.
fn paths_in(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .filter(|code| !code.contains([' ', '\n', ':', '(', '<', '$', '*']))
        .filter(|code| {
            code.contains('/') || [".rs", ".md", ".toml"].iter().any(|ending| code.ends_with(ending))
        })
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_path_in_architecture_md_exists() {
    let page = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let paths = paths_in(&page);
    assert!(paths.len() > 50, "only {} paths were seen: does this test still read the page?", paths.len());
    let missing: Vec<&String> = paths.iter().filter(|path| !Path::new(ROOT).join(path).exists()).collect();
    assert!(missing.is_empty(), "ARCHITECTURE.md contains paths that do not exist: {missing:?}");
}

#[test]
fn architecture_md_lists_every_module() {
    let page = fs::read_to_string(Path::new(ROOT).join("ARCHITECTURE.md")).unwrap();
    let named = paths_in(&page);
    for folder in ["odm/src", "odm-derive/src", "odm-test/src"] {
        for entry in fs::read_dir(Path::new(ROOT).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|extension| extension == "rs") {
                let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
                assert!(named.contains(&name), "ARCHITECTURE.md does not describe {name}");
            }
        }
    }
}

/// Returns a command without its package, and without the options that shorten its run.
fn essence(command: &str) -> String {
    let mut essence = Vec::new();
    let mut words = command.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-p" | "--profile" => {
                words.next();
            }
            "--workspace" | "--quick" | "--" | "orders" => {}
            word => essence.push(word),
        }
    }
    essence.join(" ")
}

/// Returns the essences of what `cargo xtask bench` runs, which its source lists by name.
fn benches(source: &str) -> Vec<String> {
    let names = source.split(" name: \"").skip(1).filter_map(|rest| rest.split('"').next());
    let mut benches: Vec<_> = names.map(|name| format!("cargo bench --bench {name}")).collect();
    assert!(benches.len() > 4, "only {benches:?} were seen");
    benches.push("cargo xtask compile-time".to_owned());
    benches
}

#[test]
fn ci_runs_a_form_of_every_command_in_contributing_md() {
    let read = |name: &str| fs::read_to_string(Path::new(ROOT).join(name)).unwrap();
    let script = read(".ci/run").replace("\"$target/debug/xtask\"", "cargo xtask");
    let mut runs: Vec<String> = script.lines().map(essence).collect();
    if runs.iter().any(|run| run.contains("cargo xtask bench")) {
        runs.extend(benches(&read("xtask/src/bench.rs")));
    }
    let page = read("CONTRIBUTING.md");
    let commands: Vec<&str> = page
        .lines()
        .filter(|line| line.starts_with("| `cargo "))
        .filter_map(|line| line.split('`').nth(1))
        .collect();
    assert!(commands.len() > 10, "only {commands:?} were seen");
    let missing: Vec<_> =
        commands.iter().filter(|command| !runs.iter().any(|run| run.contains(&essence(command)))).collect();
    assert!(missing.is_empty(), "`.ci/run` runs no form of {missing:?}");
}
