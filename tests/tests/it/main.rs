//! The integration tests: one binary, one server, a database per test.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)] // in functions that tests share

mod bulk_write;
mod conformance;
mod count;
mod deadline;
mod declared;
mod delete;
mod distinct;
mod error;
mod explain;
mod failing;
mod filter;
mod find;
mod find_and_modify;
mod geo;
mod insert;
mod language;
mod narrow;
mod once;
mod pipeline;
mod query;
mod replace;
mod schema;
mod setters;
mod trace;
mod update;
mod update_catalogue;
mod update_operators;
mod upgrade;
mod upsert;
mod validate;
mod view;
mod watch;
mod wire;
mod wire_writes;
mod write_errors;
