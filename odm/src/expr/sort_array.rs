//! Sorted arrays: `$sortArray`, and the first or last of a sorted array: `$top $bottom ..`.

use mongodb::bson::Bson;

use super::{
    Expr, Expression, Required,
    operators::{Operator, operator},
    rendered::{Rendered, named},
};
use crate::{
    error::codec::CodecResult,
    path::{InQuery, One, Root},
    sort::IntoSort,
    value::{Array, Integer, Ordered, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$sortArray", sort_array),
    operator!("$top", top, "8.3"),
    operator!("$topN", top_n, "8.3"),
    operator!("$bottom", bottom, "8.3"),
    operator!("$bottomN", bottom_n, "8.3"),
];

impl<R, T: Value, O> Expr<R, T, O> {
    /// Sorts an array of documents by fields of the documents: `o.lines().sort_array(|line| line.price().desc())`. Null
    /// stays null.
    ///
    /// `{ $sortArray: { input: array, sortBy: { price: -1 } } }`
    pub fn sort_array<I: Value, S: IntoSort<I>>(&self, by: impl FnOnce(Root<I>) -> S) -> Expr<R, T>
    where
        T: Array<Item = I>,
    {
        Expr::computed(named("$sortArray", &mut [("input", self.rendered()), ("sortBy", order(by))]))
    }

    /// Returns the element that is first in an order of the documents; null if there is none.
    ///
    /// `{ $top: { sortBy: { price: -1 }, input: array } }`
    ///
    /// Requires MongoDB 8.3.
    pub fn top<I: Value, S: IntoSort<I>>(&self, by: impl FnOnce(Root<I>) -> S) -> Expr<R, I::Optional>
    where
        T: Array<Item = I>,
    {
        Expr::computed(named("$top", &mut [("sortBy", order(by)), ("input", self.rendered())]))
    }

    /// Returns the element that is last in an order of the documents; null if there is none.
    ///
    /// `{ $bottom: { sortBy: { price: -1 }, input: array } }`
    ///
    /// Requires MongoDB 8.3.
    pub fn bottom<I: Value, S: IntoSort<I>>(&self, by: impl FnOnce(Root<I>) -> S) -> Expr<R, I::Optional>
    where
        T: Array<Item = I>,
    {
        Expr::computed(named("$bottom", &mut [("sortBy", order(by)), ("input", self.rendered())]))
    }

    /// Returns the `n` elements that are first in an order of the documents.
    ///
    /// `{ $topN: { n: n, sortBy: { price: -1 }, input: array } }`
    ///
    /// Requires MongoDB 8.3.
    pub fn top_n<I: Value, S: IntoSort<I>, N>(
        &self,
        n: impl Expression<R, T = N>,
        by: impl FnOnce(Root<I>) -> S,
    ) -> Expr<R, Vec<I>>
    where
        T: Array<Item = I> + Required,
        N: Integer,
    {
        Expr::computed(named(
            "$topN",
            &mut [("n", n.render()), ("sortBy", order(by)), ("input", self.rendered())],
        ))
    }

    /// Returns the `n` elements that are last in an order of the documents.
    ///
    /// `{ $bottomN: { n: n, sortBy: { price: -1 }, input: array } }`
    ///
    /// Requires MongoDB 8.3.
    pub fn bottom_n<I: Value, S: IntoSort<I>, N>(
        &self,
        n: impl Expression<R, T = N>,
        by: impl FnOnce(Root<I>) -> S,
    ) -> Expr<R, Vec<I>>
    where
        T: Array<Item = I> + Required,
        N: Integer,
    {
        Expr::computed(named(
            "$bottomN",
            &mut [("n", n.render()), ("sortBy", order(by)), ("input", self.rendered())],
        ))
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

/// Returns an order of the elements of an array, as it is sent.
fn order<I: Value, S: IntoSort<I>>(by: impl FnOnce(Root<I>) -> S) -> CodecResult<Rendered> {
    let sort = by(I::under(InQuery::<I, One>::root(), ())).into_sort().render();
    sort.and_then(|sort| Rendered::measured(sort.into()))
}
