//! The integration tests: one binary, one server, a database per test.

mod filter;
mod pipeline;
mod schema;
mod update_operators;
mod watch;
