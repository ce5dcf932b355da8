//! Conditional: `$cond $ifNull $switch`.

use std::{fmt, marker::PhantomData};

use super::{
    Alternative, Expr, Expression, ExpressionList, Truth,
    list::Fallbacks,
    operators::{Operator, operator},
    rendered::{Rendered, array, at_least, list, named, object, one},
};
use crate::{error::codec::CodecResult, value::Value};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$cond", cond),
    operator!("$ifNull", if_null),
    operator!("$switch", switch),
    operator!("$case", case),
];

/// Returns one of two values, depending on a condition.
///
/// `{ $cond: { if: condition, then: then, else: otherwise } }`; a condition that is null or missing counts as false.
///
/// The server returns the value as it is. An integer beyond 2^53 beside a double is an error when it is read:
/// `.to_double()` rounds it.
pub fn cond<R, C, A, B, K>(condition: C, then: A, otherwise: B) -> Expr<R, B::Either>
where
    C: Expression<R>,
    C::T: Truth,
    A: Expression<R>,
    B: Alternative<R, A::T, K>,
{
    Expr::computed(named(
        "$cond",
        &mut [("if", condition.render()), ("then", then.render()), ("else", otherwise.render_operand())],
    ))
}

/// Returns the first value that is not null: `if_null((o.nickname(), o.name(), "nobody"))`.
///
/// `{ $ifNull: [value, .., replacement] }`
///
/// Fewer than two values are an error. Numbers are returned as they are, as by [`cond`].
pub fn if_null<R, L: ExpressionList<R>, T: Value>(values: L) -> Expr<R, T>
where
    L::Types: Fallbacks<FirstNonNull = T>,
{
    Expr::computed(one("$ifNull", at_least(2, values.render_list())))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Replaces null and a missing field with another value.
    ///
    /// `{ $ifNull: [expression, instead] }`
    pub fn if_null<X, K>(&self, instead: X) -> Expr<R, X::Instead>
    where
        X: Alternative<R, T, K>,
    {
        Expr::computed(list("$ifNull", &mut [self.rendered(), instead.render_operand()]))
    }
}

/// Returns one of several values: that of the first condition that holds.
///
/// `{ $switch: { branches: [{ case: condition, then: value }, ..], default: value } }`
///
/// Numbers are returned as they are, as by [`cond`].
///
/// ```
/// # use odm::{Filter, Id, Model, pipeline::switch};
/// # #[derive(Model)]
/// # #[odm(collection = "parcels")]
/// # struct Parcel { id: Id<Parcel>, weight: f64, limit: f64 }
/// let filter = Filter::<Parcel>::expr(|p| {
///     let most = switch(p.weight().gt(20), 2.5).case(p.weight().gt(5), 1.5).default(1);
///     p.limit().lt(most)
/// });
/// # drop(filter);
/// ```
pub fn switch<R, C, X>(condition: C, then: X) -> Switch<R, X::T>
where
    C: Expression<R>,
    C::T: Truth,
    X: Expression<R>,
{
    Switch { branches: vec![branch(condition.render(), then.render())], types: PhantomData }
}

/// The branches of an unfinished `$switch`, which evaluate to a `T`.
///
/// Construct with [`switch`].
#[must_use = "a switch is an expression once it has its `default`"]
pub struct Switch<R, T> {
    branches: Vec<CodecResult<Rendered>>,
    types: PhantomData<fn() -> (R, T)>,
}

impl<R, T> fmt::Debug for Switch<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Switch").finish_non_exhaustive()
    }
}

impl<R, T: Value> Switch<R, T> {
    /// Adds a branch, which applies if no branch before it does.
    ///
    /// `{ case: condition, then: value }`
    pub fn case<C, X, K>(mut self, condition: C, then: X) -> Switch<R, X::Either>
    where
        C: Expression<R>,
        C::T: Truth,
        X: Alternative<R, T, K>,
    {
        self.branches.push(branch(condition.render(), then.render_operand()));
        Switch { branches: self.branches, types: PhantomData }
    }

    /// Adds the value if no condition holds, and returns the expression.
    pub fn default<X, K>(mut self, otherwise: X) -> Expr<R, X::Either>
    where
        X: Alternative<R, T, K>,
    {
        let branches = array(&mut self.branches);
        Expr::computed(named(
            "$switch",
            &mut [("branches", branches), ("default", otherwise.render_operand())],
        ))
    }

    /// Returns the expression without a default. The server returns an error for a row for which no condition holds.
    pub fn without_default(mut self) -> Expr<R, T> {
        let branches = array(&mut self.branches);
        Expr::computed(named("$switch", &mut [("branches", branches)]))
    }
}

fn branch(condition: CodecResult<Rendered>, then: CodecResult<Rendered>) -> CodecResult<Rendered> {
    object(&mut [("case", condition), ("then", then)])
}
