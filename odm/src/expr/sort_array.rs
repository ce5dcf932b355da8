//! Sorted arrays: `$sortArray`, and the first or last of a sorted array: `$top $bottom ..`.

use mongodb::bson::Bson;

use super::{
    Expr,
    operators::{Operator, operator},
    rendered::{Rendered, named},
};
use crate::{
    path::{InQuery, One, Root},
    sort::IntoSort,
    value::{Array, Ordered, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[operator!("$sortArray", sort_array)];

impl<R, T: Value, O> Expr<R, T, O> {
    /// Sorts an array of documents by fields of the documents: `o.lines().sort_array(|line| line.price().desc())`. Null
    /// stays null.
    ///
    /// `{ $sortArray: { input: array, sortBy: { price: -1 } } }`
    pub fn sort_array<I: Value, S: IntoSort<I>>(&self, by: impl FnOnce(Root<I>) -> S) -> Expr<R, T>
    where
        T: Array<Item = I>,
    {
        let sort = by(I::under(InQuery::<I, One>::root(), ())).into_sort().render();
        let sort = sort.and_then(|sort| Rendered::measured(sort.into()));
        Expr::computed(named("$sortArray", &mut [("input", self.rendered()), ("sortBy", sort)]))
    }

    /// Sorts an array of values, the least first. Null stays null.
    ///
    /// `{ $sortArray: { input: array, sortBy: 1 } }`
    pub fn sort_array_ascending<I>(&self) -> Expr<R, T>
    where
        T: Array<Item = I>,
        I: Ordered,
    {
        self.sorted(1)
    }

    /// Sorts an array of values, the greatest first. Null stays null.
    ///
    /// `{ $sortArray: { input: array, sortBy: -1 } }`
    pub fn sort_array_descending<I>(&self) -> Expr<R, T>
    where
        T: Array<Item = I>,
        I: Ordered,
    {
        self.sorted(-1)
    }

    fn sorted(&self, direction: i32) -> Expr<R, T> {
        let direction = Ok(Rendered::leaf(Bson::Int32(direction)));
        Expr::computed(named("$sortArray", &mut [("input", self.rendered()), ("sortBy", direction)]))
    }
}
