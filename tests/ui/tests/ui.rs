//! Compares rustc's messages for mistakes with the expected ones.
//!
//! `cases/<topic>/fail/<mistake>.rs` must not compile, and must produce exactly the messages in the file beside it.
//! To update these after a change, run `TRYBUILD=overwrite cargo test -p odm-ui` and review the difference.
//!
//! A mistake is reported once. A case with several mistakes is listed in `several_mistakes.txt`.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::{collections::BTreeMap, fs, path::Path};

/// The cases with several messages: how many mistakes each contains, and how many messages rustc has for them.
const SEVERAL: &str = include_str!("several_mistakes.txt");

#[test]
fn mistakes_produce_the_expected_messages() {
    let cases = trybuild::TestCases::new();
    cases.compile_fail("cases/*/fail/*.rs");
}

#[test]
fn each_mistake_has_one_message() {
    let mut found = BTreeMap::new();
    for topic in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")).unwrap() {
        let topic = topic.unwrap();
        for file in fs::read_dir(topic.path().join("fail")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "stderr") {
                continue;
            }
            let case = format!("{}/{}", topic.file_name().display(), path.file_stem().unwrap().display());
            let messages = fs::read_to_string(&path).unwrap();
            let messages = messages.lines().filter(|line| line.starts_with("error")).count();
            if messages > 1 {
                found.insert(case, messages);
            }
        }
    }
    assert_eq!(found, listed(), "a mistake has several messages, or `several_mistakes.txt` lacks a case");
}

/// Returns the number of messages of each listed case.
fn listed() -> BTreeMap<String, usize> {
    let lines = SEVERAL.lines().filter(|line| !line.starts_with('#') && !line.is_empty());
    let cases = lines.map(|line| {
        let mut words = line.split_whitespace();
        let (case, mistakes) = (words.next().unwrap(), words.next().unwrap());
        (case.to_owned(), words.next().unwrap_or(mistakes).parse().unwrap())
    });
    cases.collect()
}
