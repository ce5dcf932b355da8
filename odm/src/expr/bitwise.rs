//! Bits of integers: `$bitAnd $bitOr $bitXor $bitNot`.

use super::{
    Expr, ExpressionList,
    list::Integers,
    operators::{Operator, operator, operators},
    rendered::one,
};
use crate::value::{Integer, Value};

/// The result of a bitwise operator on two kinds of stored integers: an `i64` if one of the two is.
#[diagnostic::on_unimplemented(
    message = "the bits of `{Self}` and `{B}` cannot be combined",
    label = "not two integers"
)]
pub trait BitwiseResult<B> {
    /// The kind of the result.
    type Out: Value;
}

macro_rules! combined {
    ($($a:ty, $b:ty => $out:ty;)*) => { $(
        impl BitwiseResult<$b> for $a {
            type Out = $out;
        }
    )* };
}

combined! {
    i32, i32 => i32; i32, i64 => i64; i64, i32 => i64; i64, i64 => i64;
    // Of the types that contain integers, only `Bson` counts as doubles.
    f64, f64 => i64; f64, i32 => i64; i32, f64 => i64; f64, i64 => i64; i64, f64 => i64;
}

operators! {
    /// Returns the bits that both integers have; null if one of the two is null.
    bit_and [K: BitwiseResult<L, Out = N>, L, N: Value,] = "$bitAnd" list(a: T [Integer<Stored = K>], b: B [Integer<Stored = L>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the bits that at least one of the integers has; null if one of the two is null.
    bit_or [K: BitwiseResult<L, Out = N>, L, N: Value,] = "$bitOr" list(a: T [Integer<Stored = K>], b: B [Integer<Stored = L>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the bits that one of the integers has, but not the other; null if one of the two is null.
    bit_xor [K: BitwiseResult<L, Out = N>, L, N: Value,] = "$bitXor" list(a: T [Integer<Stored = K>], b: B [Integer<Stored = L>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the integer with all its bits inverted; null stays null.
    bit_not = "$bitNot" one(integer: T [Integer]) -> T, since "6.3";
}

/// The operators with any number of operands.
pub(crate) const LISTS: &[Operator] = &[
    operator!("$bitAnd", bit_and_of, "6.3"),
    operator!("$bitOr", bit_or_of, "6.3"),
    operator!("$bitXor", bit_xor_of, "6.3"),
];

macro_rules! bit_lists {
    ($($(#[$doc:meta])* $name:ident $operator:literal;)*) => { $(
        $(#[$doc])*
        ///
        #[doc = concat!("`{ ", $operator, ": [integer, ..] }`")]
        ///
        /// Requires MongoDB 6.3.
        pub fn $name<R, L: ExpressionList<R>, T: Value>(integers: L) -> Expr<R, T>
        where
            L::Types: Integers<Combined = T>,
        {
            Expr::computed(one($operator, integers.render_list()))
        }
    )* };
}

bit_lists! {
    /// Returns the bits that all integers have: `bit_and_of((o.a(), o.b(), o.c()))`. Null if one of them is null.
    bit_and_of "$bitAnd";
    /// Returns the bits that at least one of the integers has. Null if one of them is null.
    bit_or_of "$bitOr";
    /// Returns the bits that an odd number of the integers has. Null if one of them is null.
    bit_xor_of "$bitXor";
}

#[cfg(test)]
mod tests {
    use mongodb::bson::Bson;

    use super::{bit_and_of, bit_or_of, bit_xor_of};
    use crate::expr::{Expr, lit};

    #[test]
    fn the_result_is_as_wide_as_the_wider_operand() {
        let (int, long) = (|| lit::<(), _>(1_i32), || lit::<(), _>(1_i64));
        let _: Expr<(), i32> = int().bit_and(int());
        let _: Expr<(), i64> = int().bit_or(long());
        let _: Expr<(), Option<i64>> = long().bit_xor(lit::<(), Option<i32>>(None));
        let _: Expr<(), i32> = bit_and_of([int(), int(), int()]);
        let _: Expr<(), Option<i64>> = bit_or_of((int(), lit::<(), Option<i64>>(None), int()));
        let _: Expr<(), Option<i64>> = bit_xor_of((lit(Bson::Int32(1)), int()));
    }
}
