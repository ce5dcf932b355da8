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

            /// The same number as another type that is stored as the same kind of number: `Cents` for an `i64`.
            ///
            /// Nothing is sent for it. Whether the number is one that the type can hold shows when it is read.
            pub fn as_<U: Number<Stored = T::Stored>>(&self) -> Expr<R, U> {
                Expr::from_source(self.source.clone())
            }
        }
    };
}

conversions! {
    /// The number without its fraction, as an int32; one that does not fit is an error of the server.
    to_int "$toInt" -> i32;
    /// The number without its fraction, as an int64; one that does not fit is an error of the server.
    to_long "$toLong" -> i64;
    /// The number as a double.
    to_double "$toDouble" -> f64;
    /// The number as a decimal128.
    to_decimal "$toDecimal" -> Decimal128;
}
