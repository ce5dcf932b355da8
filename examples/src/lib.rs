//! Modules that the programs share.

pub mod extended_json;
