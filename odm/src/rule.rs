//! The validation rules: each returns a message if the value violates it.
//!
//! The [`garde`] crate checks the value if it has the rule. The messages are written here, so that they never contain
//! the value.

pub(crate) mod check;
mod inner;
mod length;
mod range;
mod text;

pub(crate) use self::check::{Check, Validate};
pub use self::{
    inner::Inner,
    length::{Length, Unit},
    range::Range,
    text::Matched,
};

use self::{
    length::length,
    range::range,
    text::{email, pattern},
};
