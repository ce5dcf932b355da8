//! The README tells the truth: its program is the quickstart, and its output is what the quickstart prints.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

use std::process::Command;

use odm_test::Server;

const README: &str = include_str!("../../README.md");
const QUICKSTART: &str = include_str!("../src/bin/quickstart.rs");

/// The blocks of one language, in order.
fn blocks(language: &str) -> Vec<&'static str> {
    README.split("\n```").filter_map(|block| block.strip_prefix(language)?.strip_prefix('\n')).collect()
}

#[test]
fn the_program_in_the_readme_is_the_quickstart() {
    let [program] = blocks("rs")[..] else { panic!("one program is expected") };
    assert!(QUICKSTART.contains(program), "the README's program is not in examples/src/bin/quickstart.rs");
}

/// On a server that stays, the second time as well as the first.
#[odm_test::test]
async fn the_output_in_the_readme_is_what_the_quickstart_prints(server: Server) {
    let [output] = blocks("text")[..] else { panic!("one output is expected") };
    for _ in 0..2 {
        let mut quickstart = Command::new(env!("CARGO_BIN_EXE_quickstart"));
        quickstart.env("ODM_MONGODB_WAY", "uri").env("ODM_MONGODB_URI", server.uri());
        let run = quickstart.output().unwrap();
        assert!(run.status.success(), "{}", String::from_utf8_lossy(&run.stderr));
        assert_eq!(String::from_utf8(run.stdout).unwrap().trim_end(), output);
    }
    let left = server.client().await.unwrap().list_database_names().await.unwrap();
    assert!(!left.iter().any(|name| name.starts_with("quickstart-")), "{left:?}");
}

#[test]
fn the_readme_names_two_commands() {
    assert_eq!(blocks("sh"), ["cargo run -p examples --bin quickstart", "cargo test --workspace"]);
}
