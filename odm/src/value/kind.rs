//! Kinds of BSON numbers, and the expression operators that convert between them.

use mongodb::bson::Decimal128;

use super::Value;

/// A kind of BSON number.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a kind of BSON number",
    label = "the kinds are `i32`, `i64`, `f64` and `Decimal128`"
)]
pub trait Kind: Value {
    /// The expression operator that converts a number to this kind.
    const CONVERSION: &'static str;
}

macro_rules! kinds {
    ($($kind:ty: $conversion:literal;)*) => { $(
        impl Kind for $kind {
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
