//! The README tells the truth: its program is the quickstart, and its output is what the quickstart prints.

use std::process::Command;

const README: &str = include_str!("../../README.md");
const QUICKSTART: &str = include_str!("../src/bin/quickstart.rs");

/// The blocks of one language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    README.split("\n```").filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_program_in_the_readme_is_the_quickstart() {
    let [program] = blocks("rust,ignore")[..] else { panic!("one program is expected") };
    assert!(QUICKSTART.contains(program), "the README's program is not in examples/src/bin/quickstart.rs");
}

#[test]
fn the_output_in_the_readme_is_what_the_quickstart_prints() {
    let [output] = blocks("text")[..] else { panic!("one output is expected") };
    let run = Command::new(env!("CARGO_BIN_EXE_quickstart")).output().unwrap();
    assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
    assert_eq!(String::from_utf8(run.stdout).unwrap().trim_end(), output);
}

#[test]
fn the_readme_names_two_commands() {
    assert_eq!(blocks("sh"), ["cargo run -p examples --bin quickstart", "cargo test --workspace"]);
}
