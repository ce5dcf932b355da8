//! Bytes that no server would send, and values that no server would take.
#![allow(clippy::unwrap_used)] // in functions that tests share

#[path = "hostile/crates.rs"]
mod crates;
#[path = "hostile/depth.rs"]
mod depth;
#[path = "hostile/mutations.rs"]
mod mutations;
