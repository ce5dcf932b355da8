//! What the tests share: one small domain, a shop.

pub mod story;

/// The programs of the README compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;
