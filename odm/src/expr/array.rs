//! Arrays: elements, parts, searches.

use super::{
    Expr, ExprOperand, Expression, ExpressionList, Required,
    list::Arrays,
    object::Pair,
    operand::Comparable,
    operators::{Operator, operator, operators, options},
    rendered::{list, one},
    string::IndexOf,
};
use crate::value::{Array, Integer, Value};

operators! {
    /// Returns the element at a position; negative positions count from the end. Null if there is none.
    array_elem_at [I: Value,] = "$arrayElemAt" list(array: T [Array<Item = I>], index: B [Integer]) -> I::Optional;
    /// Returns the first element; null if there is none.
    @method first [I: Value,] = "$first" one(array: T [Array<Item = I>]) -> I::Optional;
    /// Returns the last element; null if there is none.
    @method last [I: Value,] = "$last" one(array: T [Array<Item = I>]) -> I::Optional;
    /// Returns the first `n` elements.
    @method first_n [I: Value,] = "$firstN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer + Required]) -> Vec<I>;
    /// Returns the last `n` elements.
    @method last_n [I: Value,] = "$lastN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer + Required]) -> Vec<I>;
    /// Returns the `n` greatest elements, the greatest first. Null is ignored.
    @method max_n [I: Value,] = "$maxN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer + Required]) -> Vec<I>;
    /// Returns the `n` least elements, the least first. Null is ignored.
    @method min_n [I: Value,] = "$minN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer + Required]) -> Vec<I>;
    /// Adds the elements of another array; null if one of the two is null.
    @method concat_arrays [I: Value,] = "$concatArrays" list(array: T [Array<Item = I>], other: B [Array<Item = I>])
        -> T::Lift<B::Lift<Vec<I>>>;
    /// Returns the array in the opposite order; null stays null.
    reverse_array = "$reverseArray" one(array: T [Array]) -> T;
    /// Returns how many elements the array has.
    size = "$size" one(array: T [Array + Required]) -> i32;
    /// Returns the first `n` elements, or the last if `n` is negative; null stays null.
    slice [I: Value,] = "$slice" list(array: T [Array<Item = I>], n: B [Integer + Required]) -> T::Lift<Vec<I>>;
    /// Returns `n` elements from a position on; null stays null.
    slice_from [I: Value,] = "$slice" list(array: T [Array<Item = I>], position: B [Integer + Required], n: C [Integer + Required]) -> T::Lift<Vec<I>>;
    /// Returns the document whose fields are the pairs of the array; null stays null.
    array_to_object [I: Pair,] = "$arrayToObject" one(array: T [Array<Item = I>]) -> T::Lift<std::collections::BTreeMap<String, I::Value>>;
    /// Returns whether the value is an array.
    is_array = "$isArray" list(value: T [Value]) -> bool;
}

options! {
    /// The optional argument of [`range`].
    Range {}
}

impl<R, T> Expr<R, T, Range> {
    /// Sets the difference between two numbers. The default is 1.
    ///
    /// `{ $range: [start, end, step] }`
    pub fn step<B>(self, step: impl Expression<R, T = B>) -> Expr<R, T>
    where
        B: Integer + Required,
    {
        self.with_item(step.render()).typed()
    }
}

/// Returns the integers from `start` up to, but not including, `end`.
///
/// `{ $range: [start, end] }`
pub fn range<R, T, B>(
    start: impl Expression<R, T = T>,
    end: impl Expression<R, T = B>,
) -> Expr<R, Vec<i32>, Range>
where
    T: Integer + Required,
    B: Integer + Required,
{
    Expr::computed(list("$range", &mut [start.render(), end.render()]))
}

/// The operators with other forms.
pub(crate) const OTHERS: &[Operator] = &[
    operator!("$concatArrays", concat_arrays_of),
    operator!("$in", in_),
    operator!("$indexOfArray", index_of_array),
    operator!("$range", range),
];

/// Joins several arrays; null if one of them is null.
///
/// `{ $concatArrays: [array, ..] }`
pub fn concat_arrays_of<R, L: ExpressionList<R>, T: Value>(arrays: L) -> Expr<R, T>
where
    L::Types: Arrays<Joined = T>,
{
    Expr::computed(one("$concatArrays", arrays.render_list()))
}

impl<R, T: Value, O> Expr<R, T, O> {
    /// Returns whether an array has this value as an element.
    ///
    /// `{ $in: [value, array] }`
    pub fn in_<I: Value, A>(&self, array: impl Expression<R, T = A>) -> Expr<R, bool>
    where
        A: Array<Item = I> + Required,
        T::NonNull: Comparable<I::NonNull>,
    {
        Expr::computed(list("$in", &mut [self.rendered(), array.render()]))
    }

    /// Returns the position of a value in the array, or -1; null stays null. See [`within`](Expr::within) for a part
    /// of the array.
    ///
    /// `{ $indexOfArray: [array, value] }`
    pub fn index_of_array<I: Value, X, K>(&self, value: X) -> Expr<R, T::Lift<i32>, IndexOf>
    where
        T: Array<Item = I>,
        X: ExprOperand<R, I, K>,
    {
        Expr::computed(list("$indexOfArray", &mut [self.rendered(), value.render_operand()]))
    }
}

/// Returns whether an array has a value as an element.
///
/// `{ $in: [value, array] }`
pub fn in_<R, T: Value, I: Value, A>(
    value: impl Expression<R, T = T>,
    array: impl Expression<R, T = A>,
) -> Expr<R, bool>
where
    A: Array<Item = I> + Required,
    T::NonNull: Comparable<I::NonNull>,
{
    Expr::computed(list("$in", &mut [value.render(), array.render()]))
}
