//! The reaper: a server ends after its owner, however the owner ends.

use std::{
    fs,
    path::PathBuf,
    process::Command,
    thread::sleep,
    time::{Duration, Instant},
};

use odm_test::{Server, Source};
use testcontainers::core::client::docker_client_instance;

use crate::child::{self, hold, interruptible_subject, subject, wait_until_gone};

/// How long a reaper may take to clean up on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

#[test]
fn a_killed_process_leaves_no_server() {
    ends_with("KILL", "wheel");
}

#[test]
fn an_interrupted_process_leaves_no_server() {
    ends_with("INT", "wheel");
}

#[test]
fn a_terminated_process_leaves_no_server() {
    ends_with("TERM", "wheel");
}

#[test]
fn a_process_that_ended_well_leaves_no_server() {
    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_SOURCE", "wheel"));
    assert!(ended.passed, "{}", ended.output);
    wait_until_gone(&child::address(ended.reported("uri")));
}

/// Does nothing if Docker cannot start a container; `sources.rs` tests that case.
#[tokio::test]
async fn a_killed_process_leaves_no_container() {
    if let Ok(server) = Server::start_by(Source::Docker).await {
        server.stop().await;
        let log = ends_with("KILL", "docker");
        let name = log.split_once("in container ").and_then(|(_, rest)| rest.split(' ').next());
        let docker = docker_client_instance().await.unwrap();
        let name = name.unwrap_or_else(|| panic!("the log contains no container:\n{log}"));
        let started = Instant::now();
        while docker.inspect_container(name, None).await.is_ok() {
            assert!(started.elapsed() < PATIENCE, "the container {name} still exists");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[test]
fn a_reaper_that_is_terminated_with_its_owner_ends_the_server_first() {
    let mut holding = hold(subject("holds_its_server").env("ODM_MONGODB_SOURCE", "wheel"));
    signal("TERM", &reaper_of(&holding.address));
    signal("TERM", &holding.child.id().to_string());
    holding.wait();
    wait_until_gone(&holding.address);
}

#[test]
fn the_next_start_removes_what_a_killed_reaper_left() {
    let mut holding = hold(subject("holds_its_server").env("ODM_MONGODB_SOURCE", "wheel"));
    signal("KILL", &reaper_of(&holding.address));
    signal("KILL", &holding.child.id().to_string());
    holding.wait();

    let ended = child::run(subject("tells_its_server").env("ODM_MONGODB_SOURCE", "wheel"));
    assert!(ended.passed, "{}", ended.output);
    wait_until_gone(&holding.address);
    wait_until_no_folder(&holding.address);
}

#[test]
fn a_server_is_kept_if_the_variable_is_set() {
    let kept = child::run(subject("panics").env("ODM_MONGODB_SOURCE", "wheel").env("ODM_MONGODB_KEEP", "1"));
    let log = &kept.output;
    let address =
        log.split_once("mongodb://").and_then(|(_, rest)| rest.split('/').next()).expect("a URI").to_owned();
    std::net::TcpStream::connect(&address).expect("the server stays");
    let line = format!("failed; its database is kept: {} at mongodb://{address}/", kept.reported("database"));
    assert!(log.contains(&line), "{log}");

    // Run the command in the log.
    let end = log.split_once("until you end it with `").and_then(|(_, rest)| rest.split('`').next());
    let end: Vec<&str> = end.expect("the log contains the command").split(' ').collect();
    assert!(Command::new(end[0]).args(&end[1..]).status().unwrap().success());
    wait_until_gone(&address);
}

/// Ends a process that holds a server by a signal, and checks that the server ends. Returns the log of the process.
fn ends_with(signal: &str, source: &str) -> String {
    let mut holding = hold(interruptible_subject("holds_its_server").env("ODM_MONGODB_SOURCE", source));
    self::signal(signal, &holding.child.id().to_string());
    holding.wait();
    wait_until_gone(&holding.address);
    wait_until_no_folder(&holding.address);
    holding.log
}

fn signal(name: &str, process: &str) {
    assert!(Command::new("kill").args(["-s", name, process]).status().unwrap().success());
}

fn wait_until_no_folder(address: &str) {
    let started = Instant::now();
    while let Some(folder) = folder_of(address) {
        assert!(started.elapsed() < PATIENCE, "{} still exists", folder.display());
        sleep(Duration::from_millis(50));
    }
}

/// Returns the process id of the reaper of the `mongod` that listens at `address`.
fn reaper_of(address: &str) -> String {
    let folder = folder_of(address).expect("the server has a folder");
    fs::read_to_string(folder.join("reaper")).expect("the folder contains the id of its reaper")
}

/// Returns the folder of the `mongod` that listens, or listened, at `address`.
fn folder_of(address: &str) -> Option<PathBuf> {
    let port = format!("\"port\":{},", address.rsplit(':').next()?);
    let folders =
        fs::read_dir(std::env::temp_dir()).expect("it can be read").flatten().map(|entry| entry.path());
    let mut folders = folders.filter(|path| path.to_string_lossy().contains("odm-test-mongod-"));
    folders.find(|path| fs::read_to_string(path.join("mongod.log")).is_ok_and(|log| log.contains(&port)))
}
