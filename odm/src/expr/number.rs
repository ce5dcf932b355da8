//! Functions of one number: rounding, roots, powers, logarithms.

use super::{Divided, Expr, Expression, Required, arithmetic::DividedBy, operators::operators};
use crate::value::{Integer, Number, Value};

/// A number from which a function computes a double, or a decimal from a decimal.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a number",
    label = "this operator needs a number",
    note = "numbers are Rust's integers and floats and `bson::Decimal128`, and `Option`s of them",
    note = "in a pipeline, a number below an array is an array of numbers until the array is unwound"
)]
pub trait Real: Value {
    /// A double or a decimal: an `Option` if the number may be null.
    type Result: Value;
}

#[diagnostic::do_not_recommend]
impl<T: Number> Real for T
where
    T::Stored: Divided,
{
    type Result = T::Lift<<T::Stored as Divided>::Out>;
}

/// The optional argument of [`round`] and [`trunc`].
#[derive(Debug)]
pub enum Rounding {}

impl<R, T> Expr<R, T, Rounding> {
    /// Sets how many decimal places remain: `o.price().round().place(2)`. A negative number rounds to tens, hundreds, ..
    ///
    /// `{ $round: [number, place] }`
    pub fn place<B>(self, place: impl Expression<R, T = B>) -> Expr<R, T>
    where
        B: Integer + Required,
    {
        self.with_item(place.render()).typed()
    }
}

operators! {
    /// Returns the number without its sign; null stays null. The least `i32` becomes an int64, which an `i32` does not read;
    /// the server returns an error for the least `i64`.
    abs = "$abs" one(number: T [Number]) -> T;
    /// Returns the smallest whole number that is not less; null stays null.
    ceil = "$ceil" one(number: T [Number]) -> T;
    /// Returns the greatest whole number that is not greater; null stays null.
    floor = "$floor" one(number: T [Number]) -> T;
    /// Rounds to a whole number, or to a [`place`](Expr::place), with halves to the even neighbour. Null stays null.
    round = "$round" one(number: T [Number]) with Rounding -> T;
    /// Removes the decimal places, or the digits after a [`place`](Expr::place). Null stays null.
    trunc = "$trunc" one(number: T [Number]) with Rounding -> T;
    /// Returns e raised to this power.
    exp [D: Value,] = "$exp" one(number: T [Real<Result = D>]) -> D;
    /// Returns the natural logarithm. The server returns an error for a number that is not greater than 0.
    ln [D: Value,] = "$ln" one(number: T [Real<Result = D>]) -> D;
    /// Returns the logarithm to a base. The server returns an error for a number that is not greater than 0.
    log [D: Value,] = "$log" list(number: T [DividedBy<B, Out = D>], base: B [Value]) -> D;
    /// Returns the logarithm to base 10. The server returns an error for a number that is not greater than 0.
    log10 [D: Value,] = "$log10" one(number: T [Real<Result = D>]) -> D;
    /// Raises a number to a power. For two integers the server returns an integer if that is the result. It is read up to
    /// 2^53; beyond that, reading it is an error: `.to_double()` rounds it.
    pow [D: Value,] = "$pow" list(number: T [DividedBy<B, Out = D>], exponent: B [Value]) -> D;
    /// Returns the square root. The server returns an error for a negative number.
    sqrt [D: Value,] = "$sqrt" one(number: T [Real<Result = D>]) -> D;
    /// Returns the sigmoid of a number: a number between 0 and 1.
    sigmoid [D: Value,] = "$sigmoid" one(number: T [Real<Result = D>]) -> D, since "8.1";
}
