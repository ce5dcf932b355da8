//! Accumulators: the values that `group` computes over the rows of one group.

use std::{fmt, marker::PhantomData};

use crate::{
    error::codec::CodecResult,
    expr::{
        Divided, Expression, NumericResult, filled,
        rendered::{Rendered, none, one},
    },
    value::{Number, Value},
};

/// An accumulator over rows of type `R` that evaluates to a `T`.
///
/// Construct with [`sum`], [`avg`], [`min`], [`max`], [`first`], [`last`], [`push`], [`add_to_set`] or
/// [`count`].
pub struct Accumulator<R, T> {
    rendered: CodecResult<Rendered>,
    types: PhantomData<fn() -> (R, T)>,
}

impl<R, T> Accumulator<R, T> {
    fn new(name: &'static str, argument: CodecResult<Rendered>) -> Self {
        Self { rendered: one(name, argument), types: PhantomData }
    }

    pub(crate) fn into_rendered(self) -> CodecResult<Rendered> {
        self.rendered
    }
}

impl<R, T> Clone for Accumulator<R, T> {
    fn clone(&self) -> Self {
        Self { rendered: self.rendered.clone(), types: PhantomData }
    }
}

impl<R, T> fmt::Debug for Accumulator<R, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accumulator").finish_non_exhaustive()
    }
}

// The bounds of `sum` and `avg` determine their results, in type parameters that rustc infers. If the return type
// were an associated type of a bound, rustc would report a second error where the bound does not hold.

/// Returns the sum of the numbers. Null and missing values are ignored. The sum of integers is an `i64`.
///
/// `{ $sum: expression }`
pub fn sum<R, X: Expression<R>, Kind, Sum>(expression: X) -> Accumulator<R, Sum>
where
    X::T: Number<Stored = Kind>,
    Kind: NumericResult<Kind, Out = Sum>,
{
    Accumulator::new("$sum", expression.render())
}

/// Returns the average of the numbers: a double, or a decimal. It is null if no row of the group has a number, which
/// is possible only for an optional field.
///
/// `{ $avg: expression }`
pub fn avg<R, X: Expression<R>, Kind, Quotient: Value, Average>(expression: X) -> Accumulator<R, Average>
where
    X::T: Number<Stored = Kind, Lift<Quotient> = Average>,
    Kind: Divided<Out = Quotient>,
{
    Accumulator::new("$avg", expression.render())
}

macro_rules! accumulators {
    ($($(#[$doc:meta])* $name:ident $operator:literal $(($argument:ident))? -> $out:ty;)*) => { $(
        $(#[$doc])*
        ///
        #[doc = concat!("`{ ", $operator, ": expression }`")]
        pub fn $name<R, X: Expression<R>>(expression: X) -> Accumulator<R, $out> {
            Accumulator::new($operator, accumulators!(@ expression $($argument)?))
        }
    )* };
    (@ $expression:ident) => { $expression.render() };
    (@ $expression:ident $argument:ident) => { $argument::<X::T>($expression.render()) };
}

accumulators! {
    /// Returns the smallest value, in the server's order of values.
    min "$min" -> X::T;
    /// Returns the greatest value, in the server's order of values.
    max "$max" -> X::T;
    /// Returns the value of the group's first row. Sort the rows before.
    first "$first" -> X::T;
    /// Returns the value of the group's last row. Sort the rows before.
    last "$last" -> X::T;
    /// Returns one value of each row, in the order of the rows. An `Option` that is null or missing becomes `None`,
    /// by `{ $push: { $ifNull: [expression, null] } }`. A row without the field adds nothing if the field is not an
    /// `Option`, for example with `#[serde(default)]`.
    push "$push" (filled) -> Vec<X::T>;
    /// Returns every distinct value, in no particular order. Null and missing values of an `Option` are one value,
    /// `None`, by `{ $addToSet: { $ifNull: [expression, null] } }`.
    add_to_set "$addToSet" (filled) -> Vec<X::T>;
}

/// Returns how many rows the group has.
///
/// `{ $count: {} }`, since MongoDB 5.0
pub fn count<R>() -> Accumulator<R, i64> {
    Accumulator { rendered: none("$count"), types: PhantomData }
}
