//! Tests of the example programs: one binary, one server.

mod explore;
mod guide;
mod questions;
mod report;
mod zips;
