//! Accumulators: the values that `group` and similar stages compute over several rows.

mod script;
pub(crate) mod table;
mod window;

use std::{fmt, marker::PhantomData};

use mongodb::bson::Document;

pub use self::{
    script::{AccumulatorScript, accumulator},
    window::*,
};
use crate::{
    error::codec::CodecResult,
    expr::{
        Divided, Expression, NumericResult, Object, Operator, Required, filled,
        operators::operator,
        rendered::{Rendered, list, named, none, one},
        sort_array::in_order,
        statistics::approximate,
    },
    sort::Sort,
    value::{Array, Integer, Number, Value},
};

/// An accumulator over rows of type `R` that evaluates to a `T`.
///
/// `W` is [`OnlyInGroup`] for one that the server does not accept in `set_window_fields`, otherwise [`AnyWindow`].
///
/// Construct with the functions of [`pipeline`](crate::pipeline): [`sum`], [`avg`], [`min`], [`max`], [`first`],
/// [`last`], [`push`], [`count`] and others.
pub struct Accumulator<R, T, W = AnyWindow> {
    rendered: CodecResult<Rendered>,
    types: PhantomData<fn() -> (R, T, W)>,
}

/// The marker of an accumulator, such as [`merge_objects`], that is not a window function.
#[derive(Debug)]
pub enum OnlyInGroup {}

impl<R, T> Accumulator<R, T> {
    /// Creates an accumulator in the driver's form, of the type that you specify:
    /// `Accumulator::<_, f64>::raw(doc! { "$avg": "$price" })`.
    pub fn raw(accumulator: Document) -> Self {
        Self::new(Rendered::measured(accumulator.into()))
    }
}

impl<R, T, W> Accumulator<R, T, W> {
    fn new(rendered: CodecResult<Rendered>) -> Self {
        Self { rendered, types: PhantomData }
    }

    pub(crate) fn into_rendered(self) -> CodecResult<Rendered> {
        self.rendered
    }

    /// Declares that the accumulator evaluates to a `U`. What is sent does not change. A value that is not a `U` is an
    /// error when it is read.
    pub fn cast<U: Value>(self) -> Accumulator<R, U, W> {
        Accumulator::new(self.rendered)
    }
}

impl<R, T, W> Clone for Accumulator<R, T, W> {
    fn clone(&self) -> Self {
        Self::new(self.rendered.clone())
    }
}

impl<R, T, W> fmt::Debug for Accumulator<R, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accumulator").finish_non_exhaustive()
    }
}

/// Makes the function of an accumulator, with its documentation and its row of the table, from one line, as
/// `operators!` of expressions does. `as Marker` after the result names the window that it may have. The bounds determine the result, in type parameters that rustc infers: if the
/// return type were an associated type of a bound, rustc would report a second error where the bound does not hold.
macro_rules! accumulators {
    ($constant:ident, $result:ident: $(
        $(#[$doc:meta])*
        $name:ident $([$($generics:tt)*])? = $operator:literal $form:ident (
            $($key:literal)? $first:ident: T [$($bound:tt)*]
            $(, $($keys:literal)? $argument:ident: $B:ident [$($bounds:tt)*])*
        ) -> $out:ty $(as $window:ty)? $(, since $since:literal)?;
    )*) => {
        /// The accumulators of this file.
        pub(crate) const $constant: &[Operator] = &[$(operator!($operator, $name $(, $since)?)),*];

        $(
            $(#[$doc])*
            ///
            #[doc = $crate::accumulator::rendering!($operator $form [$(($($keys)? $argument))*] $($key)? $first)]
            $(#[doc = concat!("\n\nRequires MongoDB ", $since, ".")])?
            pub fn $name<R, T, $($($generics)*)? $($B),*>(
                $first: impl Expression<R, T = T>,
                $($argument: impl Expression<R, T = $B>),*
            ) -> $result<R, $out $(, $window)?>
            where
                T: $($bound)*,
                $($B: $($bounds)*),*
            {
                $result::new($crate::accumulator::call!(
                    $operator $form T [$(($($keys)? $argument.render()))*] $($key)? $first.render()
                ))
            }
        )*
    };
}

macro_rules! call {
    ($operator:literal one $T:ident [] $first:expr) => { $crate::accumulator::of_one($operator, $first) };
    ($operator:literal filled $T:ident [] $first:expr) => {
        $crate::accumulator::of_one($operator, filled::<$T>($first))
    };
    ($operator:literal list $T:ident [$(($argument:expr))*] $first:expr) => {
        $crate::expr::rendered::list($operator, &mut [$first, $($argument),*])
    };
    ($operator:literal named $T:ident [$(($keys:literal $argument:expr))*] $key:literal $first:expr) => {
        named($operator, &mut [($key, $first), $(($keys, $argument)),*])
    };
}

macro_rules! rendering {
    ($operator:literal filled [] $first:ident) => { $crate::accumulator::rendering!($operator one [] $first) };
    ($($tokens:tt)*) => { $crate::expr::operators::rendering!($($tokens)*) };
}

use {accumulators, call, rendering};

accumulators! { ACCUMULATORS, Accumulator:
    /// Returns the sum of the numbers. Null and missing values are ignored. The sum of integers is an `i64`; the server
    /// returns a double for one beyond that, and reading the row is an error then.
    sum [S: Value, K: NumericResult<K, Out = S>,] = "$sum" one(expression: T [Number<Stored = K>]) -> S;
    /// Returns the average of the numbers: a double, or a decimal. It is null if no row of the group has a number, which
    /// is possible only for an optional field.
    avg [A: Value, Q: Value, K: Divided<Out = Q>,] = "$avg" one(expression: T [Number<Stored = K> + Value<Lift<Q> = A>]) -> A;
    /// Returns the smallest value, in the server's order of values.
    min = "$min" one(expression: T [Value]) -> T;
    /// Returns the greatest value, in the server's order of values.
    max = "$max" one(expression: T [Value]) -> T;
    /// Returns the value of the group's first row. Sort the rows before.
    first = "$first" one(expression: T [Value]) -> T;
    /// Returns the value of the group's last row. Sort the rows before.
    last = "$last" one(expression: T [Value]) -> T;
    /// Returns one value of each row, in the order of the rows. An `Option` that is null or missing becomes `None`,
    /// by `{ $push: { $ifNull: [expression, null] } }`. A row without the field adds nothing if the field is not an
    /// `Option`, for example with `#[serde(default)]`.
    push = "$push" filled(expression: T [Value]) -> Vec<T>;
    /// Returns every distinct value, in no particular order. Null and missing values of an `Option` are one value,
    /// `None`, by `{ $addToSet: { $ifNull: [expression, null] } }`.
    add_to_set = "$addToSet" filled(expression: T [Value]) -> Vec<T>;
    /// Returns the values of the first `n` rows. Sort the rows before. `n` is a constant, or in a group an expression on
    /// the fields of the group's key: the server returns an error for other fields.
    first_n = "$firstN" named("input" expression: T [Value], "n" n: B [Integer + Required]) -> Vec<T>;
    /// Returns the values of the last `n` rows. Sort the rows before. `n` is as for [`first_n`].
    last_n = "$lastN" named("input" expression: T [Value], "n" n: B [Integer + Required]) -> Vec<T>;
    /// Returns the `n` greatest values, the greatest first. Null and missing values are ignored. `n` is as for
    /// [`first_n`].
    max_n = "$maxN" named("input" expression: T [Value], "n" n: B [Integer + Required]) -> Vec<T>;
    /// Returns the `n` smallest values, the smallest first. Null and missing values are ignored. `n` is as for
    /// [`first_n`].
    min_n = "$minN" named("input" expression: T [Value], "n" n: B [Integer + Required]) -> Vec<T>;
    /// Returns the standard deviation of the numbers as a population. Null and missing values are ignored; null if no
    /// number remains.
    std_dev_pop = "$stdDevPop" one(expression: T [Number]) -> Option<f64>;
    /// Returns the standard deviation of the numbers as a sample. Null and missing values are ignored; null if fewer than
    /// two numbers remain.
    std_dev_samp = "$stdDevSamp" one(expression: T [Number]) -> Option<f64>;
    /// Joins the documents: a field of a later one replaces that of an earlier one. Use [`Accumulator::cast`] to declare
    /// the type of the result. Only for groups: the server does not accept it in `set_window_fields`.
    merge_objects = "$mergeObjects" one(document: T [Object]) -> Document as OnlyInGroup;
    /// Returns the elements of the arrays of all rows. Null and missing values are ignored.
    concat_arrays [I: Value,] = "$concatArrays" one(array: T [Array<Item = I>]) -> Vec<I>, since "8.1";
    /// Returns every distinct element of the arrays of all rows, in no particular order.
    set_union [I: Value,] = "$setUnion" one(array: T [Array<Item = I>]) -> Vec<I>, since "8.1";
}

/// The accumulators with other forms.
pub(crate) const OTHERS: &[Operator] = &[
    operator!("$count", count),
    operator!("$top", top),
    operator!("$topN", top_n),
    operator!("$bottom", bottom),
    operator!("$bottomN", bottom_n),
    operator!("$median", median, "7.0"),
    operator!("$percentile", percentile, "7.0"),
    operator!("$accumulator", accumulator),
];

/// `{ operator: expression }`. The server reads an array as a list of arguments, so an array is inside an operator.
fn of_one(operator: &'static str, expression: CodecResult<Rendered>) -> CodecResult<Rendered> {
    match expression {
        Ok(array) if array.is_array() => {
            one(operator, list("$ifNull", &mut [Ok(array), Ok(Rendered::leaf(mongodb::bson::Bson::Null))]))
        }
        expression => one(operator, expression),
    }
}

/// Returns how many rows the group has.
///
/// `{ $count: {} }`, since MongoDB 5.0
pub fn count<R>() -> Accumulator<R, i64> {
    Accumulator::new(none("$count"))
}

/// Returns a value of the row that is first in an order: `top(o.score().desc(), o.player())`.
///
/// `{ $top: { sortBy: { score: -1 }, output: "$player" } }`
pub fn top<R, X: Expression<R>>(sort_by: Sort<R>, output: X) -> Accumulator<R, X::T> {
    Accumulator::new(in_order("$top", None, sort_by, ("output", output.render())))
}

/// Returns a value of each of the `n` rows that are first in an order: `top_n(o.score().desc(), o.player(), 3)`. `n` is as
/// for [`first_n`].
///
/// `{ $topN: { n: 3, sortBy: { score: -1 }, output: "$player" } }`
pub fn top_n<R, X: Expression<R>, N>(
    sort_by: Sort<R>,
    output: X,
    n: impl Expression<R, T = N>,
) -> Accumulator<R, Vec<X::T>>
where
    N: Integer + Required,
{
    let output = filled::<X::T>(output.render());
    Accumulator::new(in_order("$topN", Some(n.render()), sort_by, ("output", output)))
}

/// Returns a value of the row that is last in an order: `bottom(o.score().desc(), o.player())`.
///
/// `{ $bottom: { sortBy: { score: -1 }, output: "$player" } }`
pub fn bottom<R, X: Expression<R>>(sort_by: Sort<R>, output: X) -> Accumulator<R, X::T> {
    Accumulator::new(in_order("$bottom", None, sort_by, ("output", output.render())))
}

/// Returns a value of each of the `n` rows that are last in an order: `bottom_n(o.score().desc(), o.player(), 3)`. `n` is
/// as for [`first_n`].
///
/// `{ $bottomN: { n: 3, sortBy: { score: -1 }, output: "$player" } }`
pub fn bottom_n<R, X: Expression<R>, N>(
    sort_by: Sort<R>,
    output: X,
    n: impl Expression<R, T = N>,
) -> Accumulator<R, Vec<X::T>>
where
    N: Integer + Required,
{
    let output = filled::<X::T>(output.render());
    Accumulator::new(in_order("$bottomN", Some(n.render()), sort_by, ("output", output)))
}

/// Returns the median of the numbers, as an approximation. Null and missing values are ignored; null if no number
/// remains.
///
/// `{ $median: { input: expression, method: "approximate" } }`
///
/// Requires MongoDB 7.0.
pub fn median<R, T>(expression: impl Expression<R, T = T>) -> Accumulator<R, Option<f64>>
where
    T: Number,
{
    Accumulator::new(approximate("$median", expression.render(), None))
}

/// Returns percentiles of the numbers, as an approximation: `percentile(o.time(), [0.5, 0.99])`. Null and missing
/// values are ignored; null if no number remains.
///
/// `{ $percentile: { input: expression, p: [..], method: "approximate" } }`
///
/// Requires MongoDB 7.0.
pub fn percentile<R, T, P, N>(
    expression: impl Expression<R, T = T>,
    p: impl Expression<R, T = P>,
) -> Accumulator<R, Vec<Option<f64>>>
where
    T: Number,
    P: Array<Item = N>,
    N: Number,
{
    Accumulator::new(approximate("$percentile", expression.render(), Some(p.render())))
}
