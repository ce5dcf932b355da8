//! What expressions compute with: kinds of BSON numbers, the operators that convert between them, and dates.

use mongodb::bson::Decimal128;

use super::Value;

/// A kind of BSON number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of BSON number",
    label = "the kinds are `i32`, `i64`, `f64` and `Decimal128`"
)]
pub trait BsonNumber: Value {
    /// The expression operator that converts a number to this kind.
    const CONVERSION: &'static str;
}

macro_rules! kinds {
    ($($kind:ty: $conversion:literal;)*) => { $(
        impl BsonNumber for $kind {
            const CONVERSION: &'static str = $conversion;
        }
    )* };
}

kinds! {
    i32: "$toInt";
    i64: "$toLong";
    f64: "$toDouble";
    Decimal128: "$toDecimal";
}

/// A type that `+` and `-` of expressions accept: a number, a date, or a type that is stored as one.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is neither a number nor a date",
    label = "expected a number or a date"
)]
pub trait Arithmetic: Value {
    /// What is stored: a kind of number, `DateTime`, or a number of a unit of time.
    type Kind;
}
