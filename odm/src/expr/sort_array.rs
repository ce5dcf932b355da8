//! Sorted arrays: `$sortArray`, and the first or last of a sorted array: `$top $bottom ..`.

use mongodb::bson::Bson;

use super::{
    Expr, Expression, Required,
    operators::{Operator, operator},
    rendered::{Rendered, named},
};
use crate::{
    error::codec::CodecResult,
    path::{Root, paths},
    sort::{IntoSort, Sort},
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
        Expr::computed(named(
            "$sortArray",
            &mut [("input", self.rendered()), ("sortBy", rendered(order(by)))],
        ))
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
        Expr::computed(in_order("$top", None, order(by), ("input", self.rendered())))
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
        Expr::computed(in_order("$bottom", None, order(by), ("input", self.rendered())))
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
        Expr::computed(in_order("$topN", Some(n.render()), order(by), ("input", self.rendered())))
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
        Expr::computed(in_order("$bottomN", Some(n.render()), order(by), ("input", self.rendered())))
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

/// Returns an order of the elements of an array.
fn order<I: Value, S: IntoSort<I>>(by: impl FnOnce(Root<I>) -> S) -> Sort<I> {
    by(paths::<I>()).into_sort()
}

fn rendered<R>(sort: Sort<R>) -> CodecResult<Rendered> {
    sort.render().and_then(|keys| Rendered::measured(keys.into()))
}

/// `{ operator: { n: n, sortBy: { .. }, name: value } }`: an operator on the first or the last values in an order.
pub(crate) fn in_order<R>(
    operator: &'static str,
    n: Option<CodecResult<Rendered>>,
    sort_by: Sort<R>,
    value: (&'static str, CodecResult<Rendered>),
) -> CodecResult<Rendered> {
    let mut arguments = Vec::from_iter(n.map(|n| ("n", n)));
    arguments.extend([("sortBy", rendered(sort_by)), value]);
    named(operator, &mut arguments)
}
