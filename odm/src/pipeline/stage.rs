//! Stages, one method each, in the manual's words.

mod group;
mod matching;
mod order;
pub(super) mod unwind;

use crate::{
    path::{InQuery, One, Root},
    pipeline::expr::{InExpr, Straight},
    value::Value,
};

/// The fields of a row as expressions: what a closure of [`Filter::expr`](crate::Filter::expr) and the stages gets.
pub type Exprs<R> = <R as Value>::Fields<InExpr<R, Straight>, ()>;

pub(crate) fn exprs<R: Value>() -> Exprs<R> {
    R::under(InExpr::root(), ())
}

/// The fields of a row as paths.
pub(super) fn paths<R: Value>() -> Root<R> {
    R::under(InQuery::<R, One>::root(), ())
}
