//! `$count` and `$sortByCount`.

use crate::{
    expr::{Expression, Exprs, exprs, rendered::Rendered},
    pipeline::{AllowsGroup, OfStageOutput, Pipeline, StageOutput, output::field_name},
    row::document,
    shape::ShapeLiteral,
    value::Value,
};

document! {
    /// A row of [`sort_by_count`](Pipeline::sort_by_count), [`bucket_count`](Pipeline::bucket_count) and
    /// [`bucket_auto_count`](Pipeline::bucket_auto_count).
    ByCount<V>, ByCountFields in by_count {
        /// The value, or the range of values.
        id "_id": V,
        /// How many rows have such a value.
        count "count": i64,
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Returns one row with the number of rows. There is no row if there are no rows to count.
    ///
    /// `{ $count: "passing" }` for `.count(|count| PassingOf { passing: count })`
    pub fn count<L: ShapeLiteral<OfStageOutput>>(
        self,
        field: impl FnOnce(StageOutput<i64>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsGroup,
    {
        self.then("$count", field_name(field).map(Into::into))
    }

    /// Groups the rows by a value and counts them, the most frequent value first.
    ///
    /// `{ $sortByCount: expression }`; a constant, or the literal of a shape, is `{ $sortByCount: { $ifNull: [value, null] } }`
    pub fn sort_by_count<X: Expression<Row>>(
        self,
        value: impl FnOnce(Exprs<Row>) -> X,
    ) -> Pipeline<In, ByCount<X::T>, P>
    where
        P: AllowsGroup,
    {
        self.then(
            "$sortByCount",
            value(exprs::<Row>()).render().and_then(Rendered::operator_or_path).map(Rendered::into_value),
        )
    }
}
