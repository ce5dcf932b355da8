//! Tests of the example programs: one binary, one server.

mod bank;
mod command_line;
mod explore;
mod guide;
mod lint;
mod live;
mod migrate;
mod odd_collections;
mod questions;
mod report;
mod shop;
mod storm;
mod testing;
mod zips;
