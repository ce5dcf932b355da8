//! Bits of integers: `$bitAnd $bitOr $bitXor $bitNot`.

use super::operators::operators;
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

combined! { i32, i32 => i32; i32, i64 => i64; i64, i32 => i64; i64, i64 => i64; }

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

#[cfg(test)]
mod tests {
    use crate::expr::{Expr, lit};

    #[test]
    fn the_result_is_as_wide_as_the_wider_operand() {
        let (int, long) = (|| lit::<(), _>(1_i32), || lit::<(), _>(1_i64));
        let _: Expr<(), i32> = int().bit_and(int());
        let _: Expr<(), i64> = int().bit_or(long());
        let _: Expr<(), Option<i64>> = long().bit_xor(lit::<(), Option<i32>>(None));
    }
}
