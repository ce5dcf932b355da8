//! The stages, one method each.

mod group;
mod matching;
mod order;
pub(super) mod unwind;

use crate::{
    path::{InQuery, One, Root},
    value::Value,
};

/// Returns the fields of a row as paths.
pub(super) fn paths<R: Value>() -> Root<R> {
    R::under(InQuery::<R, One>::root(), ())
}
