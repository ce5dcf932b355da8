//! Arrays: elements, parts, searches.

use super::{
    Expr, ExprOperand, Expression, ExpressionList, Required,
    list::Arrays,
    object::Pair,
    operand::Comparable,
    operators::{Operator, operator, operators, options},
    rendered::{list, named, one},
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
    @method first_n [I: Value,] = "$firstN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer]) -> Vec<I>;
    /// Returns the last `n` elements.
    @method last_n [I: Value,] = "$lastN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer]) -> Vec<I>;
    /// Returns the `n` greatest elements, the greatest first. Null is ignored.
    @method max_n [I: Value,] = "$maxN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer]) -> Vec<I>;
    /// Returns the `n` least elements, the least first. Null is ignored.
    @method min_n [I: Value,] = "$minN" named("input" array: T [Array<Item = I> + Required], "n" n: B [Integer]) -> Vec<I>;
    /// Adds the elements of another array; null if one of the two is null.
    @method concat_arrays [I: Value,] = "$concatArrays" list(array: T [Array<Item = I>], other: B [Array<Item = I>])
        -> T::Lift<B::Lift<Vec<I>>>;
    /// Returns the array in the opposite order; null stays null.
    reverse_array = "$reverseArray" one(array: T [Array]) -> T;
    /// Returns how many elements the array has.
    size = "$size" one(array: T [Array + Required]) -> i32;
    /// Returns the first `n` elements, or the last if `n` is negative; null stays null.
    slice [I: Value,] = "$slice" list(array: T [Array<Item = I>], n: B [Integer]) -> T::Lift<Vec<I>>;
    /// Returns `n` elements from a position on; null stays null.
    slice_from [I: Value,] = "$slice" list(array: T [Array<Item = I>], position: B [Integer], n: C [Integer]) -> T::Lift<Vec<I>>;
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
    /// `[start, end, step]`
    pub fn step<B>(self, step: impl Expression<R, T = B>) -> Expr<R, T>
    where
        B: Integer,
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
    operator!("$zip", zip),
];

/// Joins several arrays; null if one of them is null.
///
/// `{ $concatArrays: [array, ..] }`
pub fn concat_arrays_of<R, L: ExpressionList<R>>(arrays: L) -> Expr<R, <L::Types as Arrays>::Joined>
where
    L::Types: Arrays,
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

/// Returns the pairs of the elements at the same position, up to the end of the shorter array; null if one of the two
/// is null.
///
/// `{ $zip: { inputs: [first, second] } }`
pub fn zip<R, A, B, I: Value, J: Value>(
    first: impl Expression<R, T = A>,
    second: impl Expression<R, T = B>,
) -> Expr<R, A::Lift<B::Lift<Vec<(I, J)>>>, Zip>
where
    A: Array<Item = I>,
    B: Array<Item = J>,
{
    let inputs = super::rendered::array(&mut [first.render(), second.render()]);
    Expr::computed(named("$zip", &mut [("inputs", inputs)]))
}

/// The optional arguments of [`zip`].
#[derive(Debug)]
pub enum Zip {}

impl<R, T, I: Value, J: Value> Expr<R, T, Zip>
where
    T: Value<NonNull = Vec<(I, J)>>,
{
    /// Returns as many pairs as the longer array has elements: null in place of the elements that the other lacks.
    ///
    /// `useLongestLength: true`
    pub fn use_longest_length(self) -> Expr<R, T::Lift<Vec<(I::Optional, J::Optional)>>> {
        Expr::from_source(self.with_argument("useLongestLength", Expression::<R>::render(true)).source)
    }

    /// Returns as many pairs as the longer array has elements: these values in place of the elements that the other
    /// lacks.
    ///
    /// `useLongestLength: true, defaults: [first, second]`
    pub fn defaults<X, Y>(self, first: X, second: Y) -> Expr<R, T>
    where
        X: Expression<R, T = I>,
        Y: Expression<R, T = J>,
    {
        let defaults = super::rendered::array(&mut [first.render(), second.render()]);
        let longest = self.with_argument("useLongestLength", Expression::<R>::render(true));
        Expr::from_source(longest.with_argument("defaults", defaults).source)
    }
}
