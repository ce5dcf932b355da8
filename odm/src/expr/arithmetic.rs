//! Arithmetic: `+ - * %` on expressions, and the same as functions.

use std::ops;

use mongodb::bson::{DateTime, Decimal128};

use super::{
    BaseExpression, Expr, Expression, ExpressionList,
    list::{Addends, Numbers},
    operators::{Operator, operator},
    rendered::{Rendered, chained, list, one},
};
use crate::{
    error::codec::CodecResult,
    value::{Arithmetic, BsonNumber, Counted, Millis, Number, Value},
};

/// The result of an operation on two kinds of stored numbers: integers widen to `i64`, a double makes a double, a
/// decimal makes a decimal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` and `{B}` cannot be computed together",
    label = "not two numbers"
)]
pub trait NumericResult<B> {
    /// The kind of the result.
    type Out: Value;
}

/// The result of dividing a kind of stored number.
#[diagnostic::on_unimplemented(message = "`{Self}` cannot be divided", label = "not a number")]
pub trait Divided {
    /// A double, or a decimal.
    type Out: Value;
}

macro_rules! together {
    ($($a:ty, $b:ty => $out:ty;)*) => { $(
        impl NumericResult<$b> for $a {
            type Out = $out;
        }
    )* };
}

together! {
    i32, i32 => i64; i32, i64 => i64; i64, i32 => i64; i64, i64 => i64;
    f64, f64 => f64; f64, i32 => f64; i32, f64 => f64; f64, i64 => f64; i64, f64 => f64;
    Decimal128, Decimal128 => Decimal128;
    Decimal128, i32 => Decimal128; i32, Decimal128 => Decimal128;
    Decimal128, i64 => Decimal128; i64, Decimal128 => Decimal128;
    Decimal128, f64 => Decimal128; f64, Decimal128 => Decimal128;
}

macro_rules! divided {
    ($($a:ty => $out:ty;)*) => { $(
        impl Divided for $a {
            type Out = $out;
        }
    )* };
}

divided! { i32 => f64; i64 => f64; f64 => f64; Decimal128 => Decimal128; }

/// A `T`, or an `Option<T>` if `A` or `B` may be null.
type Lifted<A, B, T> = <A as Value>::Lift<<B as Value>::Lift<T>>;

/// The result of `$add` on two kinds: a number for two numbers, a date for a date and a number of milliseconds.
#[diagnostic::on_unimplemented(
    message = "`{B}` cannot be added to `{Self}`",
    label = "not two numbers, nor a date and a number of milliseconds"
)]
pub trait Add<B> {
    /// The kind of the result.
    type Out: Value;
}

#[diagnostic::do_not_recommend]
impl<A: BsonNumber + NumericResult<B>, B: BsonNumber> Add<B> for A {
    type Out = A::Out;
}

#[diagnostic::do_not_recommend]
impl<A: BsonNumber> Add<DateTime> for A {
    type Out = DateTime;
}

#[diagnostic::do_not_recommend]
impl<B: BsonNumber> Add<B> for DateTime {
    type Out = Self;
}

/// The result of `$subtract` on two kinds: a number for two numbers, the number of milliseconds between two dates, a
/// date for a date and a number of milliseconds.
#[diagnostic::on_unimplemented(
    message = "`{B}` cannot be subtracted from `{Self}`",
    label = "not two numbers, nor two dates, nor a date and a number of milliseconds"
)]
pub trait Subtract<B> {
    /// The kind of the result.
    type Out: Value;
}

#[diagnostic::do_not_recommend]
impl<A: BsonNumber + NumericResult<B>, B: BsonNumber> Subtract<B> for A {
    type Out = A::Out;
}

impl Subtract<Self> for DateTime {
    type Out = i64;
}

#[diagnostic::do_not_recommend]
impl<B: BsonNumber> Subtract<B> for DateTime {
    type Out = Self;
}

/// Durations are numbers of their unit. Only milliseconds can be added to a date, or subtracted from it.
macro_rules! durations {
    ($($result:ident)*) => { $(
        #[diagnostic::do_not_recommend]
        impl<A: BsonNumber + NumericResult<i64>, U> $result<Counted<U>> for A {
            type Out = <A as NumericResult<i64>>::Out;
        }

        #[diagnostic::do_not_recommend]
        impl<U, B: BsonNumber> $result<B> for Counted<U>
        where
            i64: NumericResult<B>,
        {
            type Out = <i64 as NumericResult<B>>::Out;
        }

        impl<U, V> $result<Counted<V>> for Counted<U> {
            type Out = i64;
        }

        impl $result<Counted<Millis>> for DateTime {
            type Out = Self;
        }
    )* };
}

durations!(Add Subtract);

/// Implements an operator of Rust: its operands have a trait with their kind, and a trait of the kinds has the kind of the
/// result.
macro_rules! operators {
    ($($(#[$doc:meta])* $trait:ident $method:ident $operator:literal $render:ident: $operand:ident::$kind:ident, $result:ident;)*) => { $(
        #[doc = concat!("`{ ", $operator, ": [a, b] }`; null if one of them is null or missing.")]
        $(#[$doc])*
        impl<R, T: $operand, O, X: Expression<R>> ops::$trait<X> for Expr<R, T, O>
        where
            X::T: $operand,
            T::$kind: $result<<X::T as $operand>::$kind>,
        {
            type Output =
                Expr<R, Lifted<T, X::T, <T::$kind as $result<<X::T as $operand>::$kind>>::Out>>;

            fn $method(self, other: X) -> Self::Output {
                Expr::computed($render($operator, BaseExpression::render(self), other.render()))
            }
        }

        operators!(@ i32, $trait $method $operator $render $operand $kind $result);
        operators!(@ f64, $trait $method $operator $render $operand $kind $result);
    )* };
    (@ $constant:ty, $trait:ident $method:ident $operator:literal $render:ident $operand:ident $kind:ident $result:ident) => {
        #[doc = concat!("`{ ", $operator, ": [constant, b] }`")]
        impl<R, T: $operand, O> ops::$trait<Expr<R, T, O>> for $constant
        where
            $constant: $result<T::$kind>,
        {
            type Output = Expr<R, Lifted<T, $constant, <$constant as $result<T::$kind>>::Out>>;

            fn $method(self, other: Expr<R, T, O>) -> Self::Output {
                Expr::computed($render($operator, Ok(Rendered::leaf(self)), BaseExpression::render(other)))
            }
        }
    };
}

operators! {
    /// The server returns a double if the result of integers does not fit int64, and reading it is an error then.
    ///
    /// A number and a date are the date that many milliseconds later.
    Add add "$add" chained: Arithmetic::Kind, Add;
    /// Two dates are the number of milliseconds between them, an `i64`. A date and a number are the date that many
    /// milliseconds earlier.
    Sub sub "$subtract" pair: Arithmetic::Kind, Subtract;
    Mul mul "$multiply" chained: Number::Stored, NumericResult;
    Rem rem "$mod" pair: Number::Stored, NumericResult;
}

/// `{ operator: [left, right] }`
fn pair(
    operator: &'static str,
    left: CodecResult<Rendered>,
    right: CodecResult<Rendered>,
) -> CodecResult<Rendered> {
    list(operator, &mut [left, right])
}

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$add", add),
    operator!("$subtract", subtract),
    operator!("$multiply", multiply),
    operator!("$mod", modulo),
    operator!("$divide", divide),
];

/// Adds numbers, or numbers of milliseconds to a date: `add((o.price(), o.tax(), 5))`. Null if one of them is null.
///
/// `{ $add: [a, b, ..] }`; `a + b` is the same. The server returns a double if the result of integers does not fit int64,
/// and reading it is an error then.
pub fn add<R, L: ExpressionList<R>, T: Value>(operands: L) -> Expr<R, T>
where
    L::Types: Addends<Sum = T>,
{
    Expr::computed(one("$add", operands.render_list()))
}

/// Multiplies numbers: `multiply((o.price(), o.quantity()))`. Null if one of them is null.
///
/// `{ $multiply: [a, b, ..] }`; `a * b` is the same.
pub fn multiply<R, L: ExpressionList<R>, T: Value>(numbers: L) -> Expr<R, T>
where
    L::Types: Numbers<Product = T>,
{
    Expr::computed(one("$multiply", numbers.render_list()))
}

/// Subtracts a number from a number, a date from a date, or a number of milliseconds from a date. Null if one of them
/// is null.
///
/// `{ $subtract: [a, b] }`; `a - b` is the same.
pub fn subtract<R, X: Expression<R>, Y: Expression<R>, Kind>(
    a: X,
    b: Y,
) -> Expr<R, Lifted<X::T, Y::T, <Kind as Subtract<<Y::T as Arithmetic>::Kind>>::Out>>
where
    X::T: Arithmetic<Kind = Kind>,
    Y::T: Arithmetic,
    Kind: Subtract<<Y::T as Arithmetic>::Kind>,
{
    Expr::computed(pair("$subtract", a.render(), b.render()))
}

/// Returns the remainder of a division, with the sign of the first number. Null if one of the two is null.
///
/// `{ $mod: [number, divisor] }`; `a % b` is the same.
pub fn modulo<R, X: Expression<R>, Y: Expression<R>, Kind>(
    number: X,
    divisor: Y,
) -> Expr<R, Lifted<X::T, Y::T, <Kind as NumericResult<<Y::T as Number>::Stored>>::Out>>
where
    X::T: Number<Stored = Kind>,
    Y::T: Number,
    Kind: NumericResult<<Y::T as Number>::Stored>,
{
    Expr::computed(pair("$mod", number.render(), divisor.render()))
}

/// A number that can be divided by another. Any two numbers can.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be divided by `{By}`",
    label = "one of the two is not a number",
    note = "numbers are Rust's integers and floats and `bson::Decimal128`, and `Option`s of them",
    note = "in a pipeline, a number below an array is an array of numbers until the array is unwound"
)]
pub trait DividedBy<By>: Value {
    /// A double or a decimal: an `Option` if one of the two may be null.
    type Out: Value;
}

#[diagnostic::do_not_recommend]
impl<A: Number, B: Number> DividedBy<B> for A
where
    A::Stored: NumericResult<B::Stored>,
    <A::Stored as NumericResult<B::Stored>>::Out: Divided,
{
    type Out = Lifted<A, B, <<A::Stored as NumericResult<B::Stored>>::Out as Divided>::Out>;
}

/// Divides one number by another. The result is a double or a decimal.
///
/// `{ $divide: [number, by] }`; null if one of them is null or missing. The server returns an error if `by` is zero.
pub fn divide<R, X, Y, Quotient>(number: X, by: Y) -> Expr<R, Quotient>
where
    X: Expression<R>,
    Y: Expression<R>,
    // The result is a type parameter, as in `sum`.
    X::T: DividedBy<Y::T, Out = Quotient>,
    Quotient: Value,
{
    Expr::computed(pair("$divide", number.render(), by.render()))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Divides the number by another. The result is a double or a decimal.
    ///
    /// `{ $divide: [number, by] }`; null if one of them is null or missing. The server returns an error if `by` is
    /// zero.
    pub fn divide<B: Value, Quotient>(&self, by: impl Expression<R, T = B>) -> Expr<R, Quotient>
    where
        T: DividedBy<B, Out = Quotient>,
        Quotient: Value,
    {
        Expr::computed(pair("$divide", self.rendered(), by.render()))
    }
}
