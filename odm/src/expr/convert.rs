//! Conversions: `$toInt $toLong $toDouble $toDecimal`, and types that are stored in the same way.

use mongodb::bson::Decimal128;

use super::{Expr, operator};
use crate::value::Number;

macro_rules! conversions {
    ($($(#[$doc:meta])* $name:ident $operator:literal -> $kind:ty;)*) => {
        impl<R, T: Number> Expr<R, T> {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("`{ ", $operator, ": number }`; null stays null.")]
                pub fn $name(&self) -> Expr<R, T::Lift<$kind>> {
                    Expr::computed(operator($operator, self.source.clone().render()))
                }
            )*

            /// Returns the same number as another type that is stored as the same kind of number: `Cents` for an
            /// `i64`.
            ///
            /// The expression does not change. A number that the type cannot hold is an error when it is read.
            pub fn as_<U: Number<Stored = T::Stored>>(&self) -> Expr<R, U> {
                Expr::from_source(self.source.clone())
            }
        }
    };
}

conversions! {
    /// Returns the number without its fraction, as an int32. The server returns an error if it does not fit.
    to_int "$toInt" -> i32;
    /// Returns the number without its fraction, as an int64. The server returns an error if it does not fit.
    to_long "$toLong" -> i64;
    /// Returns the number as a double.
    to_double "$toDouble" -> f64;
    /// Returns the number as a decimal128.
    to_decimal "$toDecimal" -> Decimal128;
}
