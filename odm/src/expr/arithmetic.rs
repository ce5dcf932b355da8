//! Arithmetic: `+ - * %` on expressions, `divide`, and rounding.

mod date;

use std::ops;

use mongodb::bson::Decimal128;

use super::{BaseExpression, Expr, Expression, binary, operator};
use crate::value::{Number, Value};

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

/// The kind of number of an expression over `R`.
type Kind<R, X> = <<X as Expression<R>>::T as Number>::Stored;
/// A `T`, or an `Option<T>` if `A` or `B` may be null.
type Lifted<A, B, T> = <A as Value>::Lift<<B as Value>::Lift<T>>;
/// The result of an operation on `A` and `B`.
type Result2<A, B> = Lifted<A, B, <<A as Number>::Stored as NumericResult<<B as Number>::Stored>>::Out>;

/// The result of `$add` on two types: a number for two numbers, a date for a date and a number of milliseconds.
#[diagnostic::on_unimplemented(
    message = "`{B}` cannot be added to `{Self}`",
    label = "not two numbers, nor a date and a number of milliseconds"
)]
pub trait Add<B> {
    /// The type of the result: an `Option` if one of the two may be null.
    type Output: Value;
}

#[diagnostic::do_not_recommend]
impl<A: Number, B: Number> Add<B> for A
where
    A::Stored: NumericResult<B::Stored>,
{
    type Output = Result2<A, B>;
}

/// The result of `$subtract` on two types: a number for two numbers, the number of milliseconds between two dates, a
/// date for a date and a number of milliseconds.
#[diagnostic::on_unimplemented(
    message = "`{B}` cannot be subtracted from `{Self}`",
    label = "not two numbers, nor two dates, nor a date and a number of milliseconds"
)]
pub trait Subtract<B> {
    /// The type of the result: an `Option` if one of the two may be null.
    type Output: Value;
}

#[diagnostic::do_not_recommend]
impl<A: Number, B: Number> Subtract<B> for A
where
    A::Stored: NumericResult<B::Stored>,
{
    type Output = Result2<A, B>;
}

/// `{ $add: [a, b] }`; null if one of them is null or missing. A number that is added to a date is a number of
/// milliseconds.
impl<R, T: Value, X: Expression<R>> ops::Add<X> for Expr<R, T>
where
    X::T: Value,
    T: Add<X::T>,
{
    type Output = Expr<R, T::Output>;

    fn add(self, other: X) -> Self::Output {
        Expr::computed(binary("$add", BaseExpression::render(self), other.render()))
    }
}

/// `{ $subtract: [a, b] }`; null if one of them is null or missing. The difference of two dates is a number of
/// milliseconds, an `i64`. A number that is subtracted from a date is a number of milliseconds.
impl<R, T: Value, X: Expression<R>> ops::Sub<X> for Expr<R, T>
where
    X::T: Value,
    T: Subtract<X::T>,
{
    type Output = Expr<R, T::Output>;

    fn sub(self, other: X) -> Self::Output {
        Expr::computed(binary("$subtract", BaseExpression::render(self), other.render()))
    }
}

macro_rules! constants {
    ($trait:ident $method:ident $operator:literal $constant:ty) => {
        #[doc = concat!("`{ ", $operator, ": [constant, b] }`")]
        impl<R, T: Number> ops::$trait<Expr<R, T>> for $constant
        where
            $constant: NumericResult<T::Stored>,
        {
            type Output = Expr<R, Lifted<T, $constant, <$constant as NumericResult<T::Stored>>::Out>>;

            fn $method(self, other: Expr<R, T>) -> Self::Output {
                Expr::computed(binary($operator, Ok(self.into()), BaseExpression::render(other)))
            }
        }
    };
}

macro_rules! operators {
    ($($trait:ident $method:ident $operator:literal;)*) => { $(
        #[doc = concat!("`{ ", $operator, ": [a, b] }`; null if one of them is null or missing.")]
        impl<R, T: Number, X: Expression<R>> ops::$trait<X> for Expr<R, T>
        where
            X::T: Number,
            T::Stored: NumericResult<Kind<R, X>>,
        {
            type Output = Expr<R, Result2<T, X::T>>;

            fn $method(self, other: X) -> Self::Output {
                Expr::computed(binary($operator, BaseExpression::render(self), other.render()))
            }
        }

        constants!($trait $method $operator i32);
        constants!($trait $method $operator f64);
    )* };
}

constants!(Add add "$add" i32);
constants!(Add add "$add" f64);
constants!(Sub sub "$subtract" i32);
constants!(Sub sub "$subtract" f64);

operators! {
    Mul mul "$multiply";
    Rem rem "$mod";
}

macro_rules! roundings {
    ($($(#[$doc:meta])* $name:ident $operator:literal;)*) => {
        impl<R, T: Number> Expr<R, T> {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("`{ ", $operator, ": number }`; null stays null.")]
                pub fn $name(&self) -> Self {
                    Self::computed(operator($operator, self.source.clone().render()))
                }
            )*

            /// Rounds to this number of decimal places, with halves to the even neighbour. A negative number of
            /// places rounds to tens, hundreds, ..
            ///
            /// `{ $round: [number, places] }`; null stays null.
            pub fn round(&self, places: i32) -> Self {
                Self::computed(binary("$round", self.source.clone().render(), Ok(places.into())))
            }
        }
    };
}

roundings! {
    /// Returns the number without its sign.
    abs "$abs";
    /// Returns the smallest whole number that is not less.
    ceil "$ceil";
    /// Returns the greatest whole number that is not greater.
    floor "$floor";
}

/// A number that can be divided by another. Any two numbers can.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be divided by `{By}`",
    label = "one of the two is not a number",
    note = "numbers are Rust's integers and floats and `bson::Decimal128`, and `Option`s of them",
    note = "in a pipeline, a number below an array is an array of numbers until the array is unwound"
)]
pub trait DividedBy<By> {
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
    Expr::computed(binary("$divide", number.render(), by.render()))
}
