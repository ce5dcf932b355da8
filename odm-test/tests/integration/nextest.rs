//! Under `cargo nextest` every test is a process. One server serves all processes of a run and ends after the run.

use std::{os::unix::fs::symlink, process::Command};

use crate::child::{self, subject, wait_until_gone};

#[test]
fn the_processes_of_a_run_share_a_server_that_ends_with_the_run() {
    // A shell with the name of nextest, which runs one subject twice.
    let folder = tempfile::tempdir().unwrap();
    let runner = folder.path().join("cargo-nextest");
    symlink("/bin/sh", &runner).unwrap();

    let subject = subject("tells_its_server");
    let mut run = Command::new(runner);
    run.args(["-c", "\"$@\" && \"$@\"", "cargo-nextest"]).arg(subject.get_program()).args(subject.get_args());
    for (name, value) in subject.get_envs() {
        match value {
            Some(value) => run.env(name, value),
            None => run.env_remove(name),
        };
    }
    let id = folder.path().file_name().unwrap().to_string_lossy().replace('.', "");
    run.env("NEXTEST_RUN_ID", &id).env("ODM_MONGODB_SOURCE", "wheel");

    let ended = child::run(&mut run);
    assert!(ended.passed, "{}", ended.output);
    let uris: Vec<&str> =
        ended.output.lines().filter_map(|line| line.strip_prefix("subject uri: ")).collect();
    assert_eq!(uris.len(), 2, "{}", ended.output);
    assert_eq!(uris[0], uris[1]);
    assert_eq!(ended.output.matches("odm-test: server from wheel").count(), 1, "{}", ended.output);
    assert!(ended.output.contains("odm-test: server of this nextest run, from wheel"), "{}", ended.output);

    wait_until_gone(&child::address(uris[0]));
    assert!(!std::env::temp_dir().join(format!("odm-test-run-{id}")).exists());
}
