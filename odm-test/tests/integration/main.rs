//! What `odm-test` promises, tried on real servers. What needs a process of its own stands in `subject.rs` and is run as
//! a child of the test.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod child;
mod database;
// What ends servers needs one of its own, by a source that is open wherever these tests run: the wheel.
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod nextest;
mod readme;
#[cfg(all(target_os = "linux", target_arch = "x86_64"))]
mod reaper;
mod server;
mod signatures;
mod sources;
mod subject;
