//! The validation rules: each returns a message if the value violates it.
//!
//! The [`garde`] crate checks the rules that it has. The messages are written here, so that they never contain the
//! value.

pub(crate) mod check;
pub(crate) mod compare;
pub(crate) mod declared;
mod inner;
pub(crate) mod length;
mod multiple_of;
mod one_of;
mod range;
pub(crate) mod required_together;
pub(crate) mod stored;
mod text;
mod unique_items;
mod url;

pub(crate) use self::{
    check::{Check, Validate},
    declared::{TypedRule, check_rules},
};
pub use self::{
    compare::{Compared, Operator},
    declared::Rule,
    inner::Inner,
    length::{Length, Unit},
    multiple_of::MultipleOf,
    one_of::OneOf,
    range::Range,
    required_together::MaybeAbsent,
    text::Matched,
    unique_items::UniqueItems,
    url::MatchedUrl,
};
