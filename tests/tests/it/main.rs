//! The integration tests: one binary, one server, a database per test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

mod count;
mod declared;
mod delete;
mod error;
mod filter;
mod filter_catalogue;
mod find;
mod find_and_modify;
mod geo;
mod insert;
mod narrow;
mod pipeline;
mod query;
mod replace;
mod schema;
mod trace;
mod update;
mod update_catalogue;
mod update_operators;
mod upgrade;
mod validate;
mod view;
mod watch;
mod wire;
