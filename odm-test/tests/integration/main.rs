//! Tests of `odm-test` on real servers. Tests that need a process of their own are in `subject.rs`; other tests run
//! them as child processes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod child;
mod commands;
mod database;
mod lint;
// Tests that end servers need servers of their own. They use the wheel, which is available wherever these tests run.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod nextest;
mod readme;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod reaper;
mod replica_set;
mod server;
mod signatures;
mod sources;
mod subject;
