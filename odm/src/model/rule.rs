//! The rules of validation: each answers with what the value must be, or nothing if it is.
//!
//! What a rule finds is decided by the [`garde`] crate wherever it has the rule; the words are ours, so that
//! they never contain the value.

mod inner;
mod length;
mod range;
mod text;

pub use self::{
    inner::Inner,
    length::{Length, Unit},
    range::Range,
    text::Matched,
};

pub(super) use self::{
    length::length,
    range::range,
    text::{email, pattern},
};
