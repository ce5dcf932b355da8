//! Arrays as sets: `$setUnion $setDifference ..`. The order of the elements and their number do not matter.

use super::{
    Expr, ExpressionList, Required,
    list::Arrays,
    operators::{Operator, operator, operators},
    rendered::{at_least, one},
};
use crate::value::{Array, Value};

operators! {
    /// Returns the elements of an array that another does not have; null if one of the two is null.
    set_difference [I: Value,] = "$setDifference" list(array: T [Array<Item = I>], other: B [Array<Item = I>])
        -> T::Lift<B::Lift<Vec<I>>>;
    /// Returns the distinct elements that both arrays have; null if one of the two is null.
    set_intersection [I: Value,] = "$setIntersection" list(array: T [Array<Item = I>], other: B [Array<Item = I>])
        -> T::Lift<B::Lift<Vec<I>>>;
    /// Returns the distinct elements of both arrays; null if one of the two is null.
    @method set_union [I: Value,] = "$setUnion" list(array: T [Array<Item = I>], other: B [Array<Item = I>])
        -> T::Lift<B::Lift<Vec<I>>>;
    /// Returns whether two arrays have the same distinct elements.
    set_equals [I: Value,] = "$setEquals" list(array: T [Array<Item = I> + Required], other: B [Array<Item = I> + Required]) -> bool;
    /// Returns whether every element of an array is in another.
    set_is_subset [I: Value,] = "$setIsSubset" list(array: T [Array<Item = I> + Required], other: B [Array<Item = I> + Required]) -> bool;
}

/// The operators with any number of operands.
pub(crate) const LISTS: &[Operator] = &[
    operator!("$setUnion", set_union_of),
    operator!("$setIntersection", set_intersection_of),
    operator!("$setEquals", set_equals_of),
];

/// Returns the distinct elements of several arrays; null if one of them is null.
///
/// `{ $setUnion: [array, ..] }`
pub fn set_union_of<R, L: ExpressionList<R>, T: Value>(arrays: L) -> Expr<R, T>
where
    L::Types: Arrays<Joined = T>,
{
    Expr::computed(one("$setUnion", arrays.render_list()))
}

/// Returns the distinct elements that all arrays have; null if one of them is null.
///
/// `{ $setIntersection: [array, ..] }`
pub fn set_intersection_of<R, L: ExpressionList<R>, T: Value>(arrays: L) -> Expr<R, T>
where
    L::Types: Arrays<Joined = T>,
{
    Expr::computed(one("$setIntersection", arrays.render_list()))
}

/// Returns whether several arrays have the same distinct elements.
///
/// `{ $setEquals: [array, ..] }`
///
/// Fewer than two arrays are an error.
pub fn set_equals_of<R, L: ExpressionList<R>>(arrays: L) -> Expr<R, bool>
where
    L::Types: Arrays<Joined: Required>,
{
    Expr::computed(one("$setEquals", at_least(2, arrays.render_list())))
}
