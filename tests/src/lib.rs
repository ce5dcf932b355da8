//! Code that the tests share: a small domain (a shop), and a recorder of commands.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a panic fails the test

pub mod commands;
pub mod corpus;
#[cfg(feature = "hostile")]
pub mod hostile;
pub mod people;
pub mod story;

/// Compiles the programs in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
