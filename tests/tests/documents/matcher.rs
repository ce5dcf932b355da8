//! Filters that are evaluated in this process: the answers of a server to 6,000 pairs of a filter and a document, and
//! the messages of filters that are refused.

#![allow(clippy::unwrap_used, clippy::panic)] // in functions that tests share

mod refused;
mod vectors;
