//! Runs `migrate` in a short form: the runner is killed twice.
#![allow(clippy::unwrap_used)] // in functions that tests share

use std::process::{Command, Output};

use odm_test::Server;

use crate::lint;

fn run(server: &Server, arguments: &[&str]) -> Output {
    let mut migrate = Command::new(env!("CARGO_BIN_EXE_migrate"));
    migrate
        .env("ODM_MONGODB_SOURCE", "uri")
        .env("ODM_MONGODB_URI", server.uri())
        .envs(lint::environment("migrate"))
        .args(arguments)
        .output()
        .unwrap()
}

#[odm_test::test]
async fn a_migration_that_is_killed_loses_nothing_and_rewrites_nothing_twice(server: Server) {
    let run = run(&server, &["--documents", "3000", "--kills", "2"]);
    let output = String::from_utf8(run.stdout).unwrap();
    assert!(run.status.success(), "{output}{}", String::from_utf8_lossy(&run.stderr));
    let last = output.lines().last().unwrap();
    assert!(
        last.starts_with("migrate: documents=") && last.ends_with(" kills=2 lost=0 twice=0 left=0"),
        "{output}"
    );
}

#[odm_test::test]
async fn a_document_that_is_rewritten_again_is_counted(server: Server) {
    let run = run(&server, &["--documents", "1000", "--kills", "0", "--repeat", "2"]);
    let output = String::from_utf8(run.stdout).unwrap();
    assert!(!run.status.success());
    assert!(output.lines().last().unwrap().ends_with(" kills=0 lost=0 twice=2 left=0"), "{output}");
}

#[odm_test::test]
async fn wrong_arguments_are_refused(server: Server) {
    let run = run(&server, &["--kill", "2"]);
    let errors = String::from_utf8(run.stderr).unwrap();
    assert!(!run.status.success());
    assert!(
        errors
            .contains("expected `--documents NUMBER`, `--kills NUMBER` or `--repeat NUMBER`, found `--kill`"),
        "{errors}"
    );
}
