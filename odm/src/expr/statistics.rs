//! Statistics of several values: `$sum $avg $max $min $stdDevPop ..`, in one row.
//!
//! The functions take several operands, `max_of((o.low(), o.high()))`, or an array, `max_of(o.scores())`; of an array,
//! `o.scores().max()` is the same, without the list around it. The accumulators of [`pipeline`](crate::pipeline), such as
//! [`max`](crate::pipeline::max), compute over the rows of a group.
//!
//! An empty list of operands, for example an empty `Vec`, has no average, maximum, minimum or deviation: it is an error for
//! which [`is_not_sent`](crate::Error::is_not_sent) is true.

use super::{
    Expr, Expression, ExpressionList,
    list::{Alternatives, ArrayOf, Numbers},
    operators::{Operator, operator},
    rendered::{Rendered, at_least, named, several, single},
};
use crate::{
    error::codec::CodecResult,
    value::{Array, Number, Value},
};

/// The operators of this file.
pub(crate) const OPERATORS: &[Operator] = &[
    operator!("$sum", sum_of),
    operator!("$avg", avg_of),
    operator!("$max", max_of),
    operator!("$min", min_of),
    operator!("$stdDevPop", std_dev_pop_of),
    operator!("$stdDevSamp", std_dev_samp_of),
    operator!("$median", median_of, "7.0"),
    operator!("$percentile", percentile_of, "7.0"),
    operator!("$similarityCosine", similarity_cosine, "8.3"),
    operator!("$similarityDotProduct", similarity_dot_product, "8.3"),
    operator!("$similarityEuclidean", similarity_euclidean, "8.3"),
];

macro_rules! statistics {
    ($($(#[$doc:meta])* $name:ident $function:ident $operator:literal $least:literal: $list:ident::$result:ident;)*) => {
        $(
            $(#[$doc])*
            ///
            #[doc = concat!("`{ ", $operator, ": [value, ..] }`, `{ ", $operator, ": [array] }`")]
            pub fn $function<R, L: ExpressionList<R>, T: Value>(values: L) -> Expr<R, T>
            where
                L::Types: $list<$result = T>,
            {
                Expr::computed(several($operator, at_least($least, values.render_list())))
            }
        )*

        impl<R, T: Value, O> Expr<R, T, O> {
            $(
                $(#[$doc])*
                ///
                #[doc = concat!("`{ ", $operator, ": array }`")]
                pub fn $name<U: Value>(&self) -> Expr<R, U>
                where
                    ArrayOf<T>: $list<$result = U>,
                {
                    Expr::computed(single($operator, self.rendered()))
                }
            )*
        }
    };
}

statistics! {
    /// Returns the sum of the numbers. Null and missing values are ignored. The sum of integers is an `i64`; the server
    /// returns a double for one beyond that, and reading it is an error then.
    sum sum_of "$sum" 0: Numbers::Sum;
    /// Returns the average of the numbers. Null and missing values are ignored; null if no number remains.
    avg avg_of "$avg" 1: Numbers::Average;
    /// Returns the greatest value, in the server's order of values. Null and missing values are ignored; null if no value
    /// remains. A number is returned as it is, as by [`cond`](super::cond).
    max max_of "$max" 1: Alternatives::Extreme;
    /// Returns the smallest value, in the server's order of values. Null and missing values are ignored; null if no value
    /// remains. A number is returned as it is, as by [`cond`](super::cond).
    min min_of "$min" 1: Alternatives::Extreme;
    /// Returns the standard deviation of the numbers as a population. Null if there is no number.
    std_dev_pop std_dev_pop_of "$stdDevPop" 1: Numbers::Deviation;
}

/// Returns the standard deviation of the numbers as a sample. Null if there are fewer than two numbers.
///
/// `{ $stdDevSamp: [value, ..] }`, `{ $stdDevSamp: [array] }`
pub fn std_dev_samp_of<R, L: ExpressionList<R>>(values: L) -> Expr<R, Option<f64>>
where
    L::Types: Numbers,
{
    Expr::computed(several("$stdDevSamp", values.render_list()))
}

/// `{ operator: { input: input, p: [..], method: "approximate" } }`
pub(crate) fn approximate(
    operator: &'static str,
    input: CodecResult<Rendered>,
    p: Option<CodecResult<Rendered>>,
) -> CodecResult<Rendered> {
    let mut arguments = vec![("input", input)];
    arguments.extend(p.map(|p| ("p", p)));
    arguments.push(("method", Ok(Rendered::leaf("approximate"))));
    named(operator, &mut arguments)
}

/// Returns the median of the numbers, as an approximation. Null if there is no number.
///
/// `{ $median: { input: array, method: "approximate" } }`
///
/// Requires MongoDB 7.0.
pub fn median_of<R, L: ExpressionList<R>>(values: L) -> Expr<R, Option<f64>>
where
    L::Types: Numbers,
{
    Expr::computed(approximate("$median", values.render_list(), None))
}

/// Returns percentiles of the numbers, as an approximation: `percentile_of(o.times(), [0.5, 0.99])`. Null if there is no
/// number.
///
/// `{ $percentile: { input: array, p: [..], method: "approximate" } }`
///
/// Requires MongoDB 7.0.
pub fn percentile_of<R, L: ExpressionList<R>, P, N>(
    values: L,
    p: impl Expression<R, T = P>,
) -> Expr<R, Vec<Option<f64>>>
where
    L::Types: Numbers,
    P: Array<Item = N>,
    N: Number,
{
    Expr::computed(approximate("$percentile", values.render_list(), Some(p.render())))
}

/// The optional argument of [`similarity_cosine`] and the like.
#[derive(Debug)]
pub enum Similarity {}

impl<R, T> Expr<R, T, Similarity> {
    /// Normalises the result to a number between 0 and 1.
    ///
    /// `score: true`
    pub fn score(self) -> Expr<R, T> {
        self.with_argument("score", Expression::<R>::render(true)).typed()
    }
}

macro_rules! similarities {
    ($($(#[$doc:meta])* $name:ident $operator:literal;)*) => { $(
        $(#[$doc])*
        ///
        #[doc = concat!("`{ ", $operator, ": { vectors: [first, second] } }`")]
        ///
        /// Requires MongoDB 8.3.
        pub fn $name<R, A, B, N, M>(
            first: impl Expression<R, T = A>,
            second: impl Expression<R, T = B>,
        ) -> Expr<R, f64, Similarity>
        where
            A: Array<Item = N>,
            B: Array<Item = M>,
            N: Number,
            M: Number,
        {
            let vectors = super::rendered::array(&mut [first.render(), second.render()]);
            Expr::computed(named($operator, &mut [("vectors", vectors)]))
        }
    )* };
}

similarities! {
    /// Returns the cosine of the angle between two vectors of the same length.
    similarity_cosine "$similarityCosine";
    /// Returns the dot product of two vectors of the same length.
    similarity_dot_product "$similarityDotProduct";
    /// Returns the distance between two vectors of the same length.
    similarity_euclidean "$similarityEuclidean";
}
