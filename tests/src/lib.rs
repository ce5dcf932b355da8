//! What the tests share: one small domain, a shop, and what is seen on the wire.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a test that cannot go on has failed

pub mod commands;
pub mod corpus;
#[cfg(feature = "hostile")]
pub mod hostile;
pub mod people;
pub mod story;

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
