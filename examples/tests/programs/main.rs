//! Tests of the example programs: one binary, one server.

mod bank;
mod explore;
mod guide;
mod questions;
mod report;
mod zips;
