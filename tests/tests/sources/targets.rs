//! Targets that `cargo test` does not build as tests contain no tests.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{
    fs,
    path::{Path, PathBuf},
};

const ROOT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/..");

/// Finds the packages below `folder` with a `src` and with `test = false` in their `Cargo.toml`.
fn packages(folder: &Path, found: &mut Vec<PathBuf>) {
    let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap_or_default();
    if manifest.lines().any(|line| line == "test = false") && folder.join("src").is_dir() {
        found.push(folder.to_owned());
    }
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            packages(&path, found);
        }
    }
}

fn files_with_tests(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_with_tests(&path, found);
        } else if fs::read_to_string(&path).unwrap_or_default().lines().any(is_test) {
            found.push(path);
        }
    }
}

fn is_test(line: &str) -> bool {
    ["#[test]", "#[tokio::test", "#[odm_test::test"].iter().any(|test| line.trim_start().starts_with(test))
}

#[test]
fn a_target_that_is_not_tested_contains_no_tests() {
    let mut untested = Vec::new();
    packages(Path::new(ROOT), &mut untested);
    assert!(untested.len() > 3, "only {untested:?} were seen");
    let mut found = Vec::new();
    for package in untested {
        files_with_tests(&package.join("src"), &mut found);
    }
    assert!(found.is_empty(), "`test = false` in a Cargo.toml hides the tests of {found:?}");
}
