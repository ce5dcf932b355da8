//! Window functions: the values that `set_window_fields` computes for each row over the rows near it.

mod bounds;

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, DateTime};

pub use self::bounds::{Current, DocumentBound, RangeBound, Unbounded};
use self::bounds::{check_over_no_rows, excludes_the_row};
use super::{Accumulator, accumulators};
use crate::{
    error::codec::CodecResult,
    expr::{
        Divided, Expression, Operator, Real, Required, TimeUnit, filled,
        operators::operator,
        rendered::{Rendered, array, named, none, object},
    },
    path::Operand,
    value::{Arithmetic, Number, Value},
};

/// A window function over rows of type `R` that evaluates to a `T` for each row: an accumulator over a window of
/// rows, or a function such as [`rank`].
///
/// `W` is the window that it may have: [`AnyWindow`], [`OfRange`], [`NoWindow`] or [`MissingWindow`].
///
/// Construct with [`Accumulator::documents`], [`Accumulator::range`], or with a function such as [`rank`].
#[must_use = "a window function is the field of a literal in `set_window_fields`"]
pub struct WindowFunction<R, T, W = AnyWindow> {
    function: CodecResult<Rendered>,
    window: Option<Window>,
    types: PhantomData<fn() -> (R, T, W)>,
}

/// The marker of a window function over the rows of a window. Without one, it computes over the whole partition.
#[derive(Debug)]
pub enum AnyWindow {}

/// The marker of a window function over the rows of a [`range`](WindowFunction::range).
#[derive(Debug)]
pub enum OfRange {}

/// The marker of a window function, such as [`rank`], that takes no window.
#[derive(Debug)]
pub enum NoWindow {}

/// The marker of a window function, such as [`derivative`], that needs a window.
#[derive(Debug)]
pub enum MissingWindow {}

/// The markers of window functions that take a window.
#[diagnostic::on_unimplemented(
    message = "this window function takes no window",
    label = "computes over the whole partition",
    note = "accumulators, covariances, `derivative` and `integral` take a window: `sum(row.price()).documents(Unbounded, Current)`"
)]
pub trait TakesWindow {}

impl TakesWindow for AnyWindow {}
impl TakesWindow for OfRange {}
impl TakesWindow for MissingWindow {}

/// The markers of window functions that are complete.
#[diagnostic::on_unimplemented(
    message = "this window function needs a window",
    label = "the server refuses it without a window",
    note = "for example `.documents(-1, Current)`, or `.range(-10, Current)`"
)]
pub trait HasWindow {}

impl HasWindow for AnyWindow {}
impl HasWindow for OfRange {}
impl HasWindow for NoWindow {}

struct Window {
    kind: &'static str,
    bounds: CodecResult<Rendered>,
    excludes_the_row: bool,
    unit: Option<TimeUnit>,
}

impl<R, T, W> WindowFunction<R, T, W> {
    fn new(function: CodecResult<Rendered>) -> Self {
        Self { function, window: None, types: PhantomData }
    }

    fn retyped<U, X>(self) -> WindowFunction<R, U, X> {
        WindowFunction { function: self.function, window: self.window, types: PhantomData }
    }

    fn over(mut self, kind: &'static str, lower: Bson, upper: Bson) -> Self {
        let excludes_the_row = excludes_the_row(&lower, &upper);
        let bounds = array(&mut [Ok(Rendered::leaf(lower)), Ok(Rendered::leaf(upper))]);
        self.window = Some(Window { kind, bounds, excludes_the_row, unit: None });
        self
    }

    /// Computes over the rows from one position to another, relative to the row: `.documents(Unbounded, Current)`,
    /// `.documents(-1, 1)`.
    ///
    /// `window: { documents: [lower, upper] }`
    ///
    /// Bounds that exclude the row itself need a field that may be null: see [`nullable`](WindowFunction::nullable).
    pub fn documents(self, lower: impl DocumentBound, upper: impl DocumentBound) -> WindowFunction<R, T>
    where
        W: TakesWindow,
    {
        self.over("documents", lower.into_bson(), upper.into_bson()).retyped()
    }

    /// Computes over the rows whose value of the sort field is in a range, relative to that of the row:
    /// `.range(-10, 10)`. Use [`unit`](WindowFunction::unit) for a field with dates.
    ///
    /// `window: { range: [lower, upper] }`
    ///
    /// Bounds that exclude the row itself need a field that may be null: see [`nullable`](WindowFunction::nullable).
    pub fn range(self, lower: impl RangeBound, upper: impl RangeBound) -> WindowFunction<R, T, OfRange>
    where
        W: TakesWindow,
    {
        self.over("range", lower.into_bson(), upper.into_bson()).retyped()
    }

    /// Declares that the result may be null: for a window that is empty for some rows, such as `.documents(1, 2)`.
    ///
    /// A window that does not contain the row itself is empty for the first or the last rows of a partition. There the server
    /// returns null for [`avg`](super::avg), [`min`](super::min), [`max`](super::max), [`first`](super::first),
    /// [`last`](super::last), [`top`](super::top) and [`bottom`](super::bottom). If the field of the shape holds no null,
    /// running the pipeline is an error for which [`is_not_sent`](crate::Error::is_not_sent) is true. With `nullable`, it does
    /// not compile.
    pub fn nullable(self) -> WindowFunction<R, T::Optional, W>
    where
        T: Value,
    {
        self.retyped()
    }

    /// Returns the function as it is sent. `holds_null` is whether the field that it fills may be null.
    pub(crate) fn into_rendered(self, holds_null: bool) -> CodecResult<Rendered> {
        let Some(Window { kind, bounds, excludes_the_row, unit }) = self.window else { return self.function };
        let mut parts = vec![(kind, bounds)];
        if let Some(unit) = unit {
            parts.push(("unit", Expression::<R>::render(unit)));
        }
        let function = self.function?;
        if excludes_the_row && !holds_null {
            check_over_no_rows(function.value())?;
        }
        function.with_sibling("window", object(&mut parts))
    }
}

impl<R, T> WindowFunction<R, T, OfRange> {
    /// Sets the unit of the bounds of a [`range`](WindowFunction::range) of dates.
    ///
    /// `window: { range: .., unit: "month" }`
    pub fn unit(mut self, unit: TimeUnit) -> Self {
        if let Some(window) = &mut self.window {
            window.unit = Some(unit);
        }
        self
    }
}

impl<R, T> From<Accumulator<R, T>> for WindowFunction<R, T> {
    fn from(accumulator: Accumulator<R, T>) -> Self {
        Self::new(accumulator.into_rendered())
    }
}

impl<R, T> Accumulator<R, T> {
    /// Computes over the rows from one position to another, relative to the row: `.documents(Unbounded, Current)`,
    /// `.documents(-1, 1)`. For `set_window_fields`.
    ///
    /// `window: { documents: [lower, upper] }`
    ///
    /// Bounds that exclude the row itself need a field that may be null: see [`nullable`](WindowFunction::nullable).
    pub fn documents(self, lower: impl DocumentBound, upper: impl DocumentBound) -> WindowFunction<R, T> {
        WindowFunction::from(self).documents(lower, upper)
    }

    /// Computes over the rows whose value of the sort field is in a range, relative to that of the row:
    /// `.range(-10, 10)`. For `set_window_fields`; use [`unit`](WindowFunction::unit) for a field with dates.
    ///
    /// `window: { range: [lower, upper] }`
    ///
    /// Bounds that exclude the row itself need a field that may be null: see [`nullable`](WindowFunction::nullable).
    pub fn range(self, lower: impl RangeBound, upper: impl RangeBound) -> WindowFunction<R, T, OfRange> {
        WindowFunction::from(self).range(lower, upper)
    }
}

impl<R, T, W> fmt::Debug for WindowFunction<R, T, W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WindowFunction").finish_non_exhaustive()
    }
}

/// A number that is not a decimal: what [`derivative`], [`integral`] and the covariances compute with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer or a double",
    label = "this window function needs an integer or a double",
    note = "for decimals the server returns doubles and decimals: `.to_double()` converts them"
)]
pub trait Measured: Number {}

#[diagnostic::do_not_recommend]
impl<T: Number<Stored: Divided<Out = f64>>> Measured for T {}

/// A kind of value whose rate of change is a double.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no rate of change",
    label = "expected an integer, a double or a date"
)]
pub trait HasDerivative {}

impl HasDerivative for i32 {}
impl HasDerivative for i64 {}
impl HasDerivative for f64 {}
impl HasDerivative for DateTime {}

/// A number that is not a decimal, or a date, which counts as a number of milliseconds: what [`derivative`] computes with.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not an integer, a double or a date",
    label = "this window function needs an integer, a double or a date",
    note = "for decimals the server returns doubles and decimals: `.to_double()` converts them"
)]
pub trait Differentiable: Value {}

#[diagnostic::do_not_recommend]
impl<T: Arithmetic<Kind: HasDerivative>> Differentiable for T {}

accumulators! { WINDOW_FUNCTIONS, WindowFunction:
    /// Returns the covariance of two numbers as a population; null if the window has no two numbers.
    covariance_pop = "$covariancePop" list(a: T [Measured], b: B [Measured]) -> Option<f64>;
    /// Returns the covariance of two numbers as a sample; null if the window has fewer than two rows with numbers.
    covariance_samp = "$covarianceSamp" list(a: T [Measured], b: B [Measured]) -> Option<f64>;
    /// Returns the average rate of change within the window, per unit of the sort field; null if the window has one row.
    /// It needs a window.
    derivative = "$derivative" named("input" input: T [Differentiable + Required]) -> Option<f64> as MissingWindow;
    /// Returns the area under the curve within the window.
    integral = "$integral" named("input" input: T [Measured + Required]) -> Option<f64>;
    /// Returns the number, or for null and missing values the number on the line between those around it. Null before the
    /// first and after the last number.
    linear_fill [D: Value,] = "$linearFill" one(expression: T [Real<Result = D>]) -> D::Optional as NoWindow;
    /// Returns the value, or for null and missing values the last value before it. Null before the first value.
    locf = "$locf" one(expression: T [Value]) -> T::Optional as NoWindow;
    /// Returns the number scaled to the range from 0 to 1.
    min_max_scaler = "$minMaxScaler" named("input" input: T [Number]) -> Option<f64>, since "8.2";
    /// Returns the number scaled to the range from `min` to `max`.
    min_max_scaler_between = "$minMaxScaler" named("input" input: T [Number], "min" min: B [Number], "max" max: C [Number]) -> Option<f64>, since "8.2";
}

/// The window functions with other forms.
pub(crate) const OTHERS: &[Operator] = &[
    operator!("$rank", rank),
    operator!("$denseRank", dense_rank),
    operator!("$documentNumber", document_number),
    operator!("$shift", shift),
    operator!("$shift", shift_or),
    operator!("$derivative", derivative_per),
    operator!("$integral", integral_per),
    operator!("$expMovingAvg", exp_moving_avg),
    operator!("$expMovingAvg", exp_moving_avg_alpha),
];

macro_rules! numbers {
    ($($(#[$doc:meta])* $name:ident $operator:literal;)*) => { $(
        $(#[$doc])*
        ///
        #[doc = concat!("`{ ", $operator, ": {} }`")]
        pub fn $name<R>() -> WindowFunction<R, i64, NoWindow> {
            WindowFunction::new(none($operator))
        }
    )* };
}

numbers! {
    /// Returns the position of the row by the sort, from 1. Equal rows have the same, and leave a gap after them.
    rank "$rank";
    /// Returns the position of the row by the sort, from 1. Equal rows have the same, without a gap after them.
    dense_rank "$denseRank";
    /// Returns the position of the row in its partition, from 1.
    document_number "$documentNumber";
}

/// Returns the value of the row this many rows later, or earlier for a negative number; null if there is none.
///
/// `{ $shift: { output: expression, by: rows } }`
pub fn shift<R, X: Expression<R>>(
    output: X,
    by: i32,
) -> WindowFunction<R, <X::T as Value>::Optional, NoWindow> {
    let by = Ok(Rendered::leaf(by));
    WindowFunction::new(named("$shift", &mut [("output", output.render()), ("by", by)]))
}

/// Returns the value of the row this many rows later, or earlier for a negative number; `default`, a constant, if there is
/// none.
///
/// `{ $shift: { output: expression, by: rows, default: default } }`
pub fn shift_or<R, X: Expression<R>, K>(
    output: X,
    by: i32,
    default: impl Operand<<X::T as Value>::NonNull, K>,
) -> WindowFunction<R, X::T, NoWindow> {
    let by = Ok(Rendered::leaf(by));
    WindowFunction::new(named(
        "$shift",
        &mut [
            ("output", filled::<X::T>(output.render())),
            ("by", by),
            ("default", default.operand().and_then(Rendered::constant)),
        ],
    ))
}

/// Returns the moving average of the numbers, in which the last `n` rows have the most weight.
///
/// `{ $expMovingAvg: { input: input, N: n } }`
pub fn exp_moving_avg<R, T, D: Value>(
    input: impl Expression<R, T = T>,
    n: i32,
) -> WindowFunction<R, D, NoWindow>
where
    T: Real<Result = D>,
{
    let n = Ok(Rendered::leaf(n));
    WindowFunction::new(named("$expMovingAvg", &mut [("input", input.render()), ("N", n)]))
}

/// Returns the moving average of the numbers, with this weight of the row: a number between 0 and 1, exclusive.
///
/// `{ $expMovingAvg: { input: input, alpha: alpha } }`
pub fn exp_moving_avg_alpha<R, T, D: Value>(
    input: impl Expression<R, T = T>,
    alpha: f64,
) -> WindowFunction<R, D, NoWindow>
where
    T: Real<Result = D>,
{
    let alpha = Ok(Rendered::leaf(alpha));
    WindowFunction::new(named("$expMovingAvg", &mut [("input", input.render()), ("alpha", alpha)]))
}

macro_rules! per_unit {
    ($($(#[$doc:meta])* $name:ident $operator:literal of $bound:ident as $window:ty;)*) => { $(
        $(#[$doc])*
        ///
        #[doc = concat!("`{ ", $operator, ": { input: input, unit: \"hour\" } }`")]
        pub fn $name<R, T>(
            input: impl Expression<R, T = T>,
            unit: TimeUnit,
        ) -> WindowFunction<R, Option<f64>, $window>
        where
            T: $bound + Required,
        {
            let unit = Expression::<R>::render(unit);
            WindowFunction::new(named($operator, &mut [("input", input.render()), ("unit", unit)]))
        }
    )* };
}

per_unit! {
    /// Returns the average rate of change within the window, per unit of time, for a sort by a date. It needs a
    /// window.
    derivative_per "$derivative" of Differentiable as MissingWindow;
    /// Returns the area under the curve within the window, in units of time, for a sort by a date.
    integral_per "$integral" of Measured as AnyWindow;
}
