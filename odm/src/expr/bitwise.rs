//! Bits of integers: `$bitAnd $bitOr $bitXor $bitNot`.

use super::operators::operators;
use crate::{
    expr::NumericResult,
    value::{Integer, Value},
};

operators! {
    /// Returns the bits that both integers have.
    bit_and [K, N: Value,] = "$bitAnd" list(a: T [Integer<Stored = K>], b: B [Integer<Stored: NumericResult<K, Out = N>>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the bits that at least one of the integers has.
    bit_or [K, N: Value,] = "$bitOr" list(a: T [Integer<Stored = K>], b: B [Integer<Stored: NumericResult<K, Out = N>>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the bits that one of the integers has, but not the other.
    bit_xor [K, N: Value,] = "$bitXor" list(a: T [Integer<Stored = K>], b: B [Integer<Stored: NumericResult<K, Out = N>>])
        -> T::Lift<B::Lift<N>>, since "6.3";
    /// Returns the integer with all its bits inverted.
    bit_not = "$bitNot" one(integer: T [Integer]) -> T, since "6.3";
}
