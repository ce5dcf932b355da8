//! The validation rules: each returns a message if the value violates it.
//!
//! The [`garde`] crate checks the value if it has the rule. The messages are written here, so that they never contain
//! the value.

pub(crate) mod check;
pub(crate) mod declared;
mod inner;
mod length;
mod range;
mod stored;
mod text;

pub(crate) use self::{
    check::{Check, Validate},
    declared::{TypedRule, check_rules},
};
pub use self::{
    declared::Rule,
    inner::Inner,
    length::{Length, Unit},
    range::Range,
    text::Matched,
};
