//! Code that the tests share: a small domain (a shop), and a recorder of commands.
#![allow(clippy::unwrap_used, clippy::missing_panics_doc)] // a panic fails the test

pub mod commands;
pub mod corpus;
#[cfg(feature = "hostile")]
pub mod hostile;
pub mod people;
pub mod story;
pub mod tools;
pub mod verbs;

/// Compiles the programs in the README.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
pub struct Readme;

/// Compiles the examples in the documentation of the derives.
#[cfg(doctest)]
pub mod derives {
    #[doc = include_str!("../../odm-derive/docs/model.md")]
    pub struct Model;

    #[doc = include_str!("../../odm-derive/docs/embedded.md")]
    pub struct Embedded;

    #[doc = include_str!("../../odm-derive/docs/shape.md")]
    pub struct Shape;

    #[doc = include_str!("../../odm-derive/docs/view.md")]
    pub struct View;

    #[doc = include_str!("../../odm-derive/docs/value.md")]
    pub struct Value;
}
