//! `$match`.

use super::paths;
use crate::{
    expr::{Expression, Exprs, Truth, exprs, rendered::Rendered},
    filter::{Filter, IntoFilter},
    path::Root,
    pipeline::{AllowsMatch, Pipeline},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Keeps the rows that satisfy the condition.
    ///
    /// `{ $match: { .. } }`; a plain `Document` is accepted, too: `.matching(|_| doc! { .. })`.
    #[doc(alias = "$match")]
    #[doc(alias = "match_")]
    pub fn matching<F: IntoFilter<Row>>(self, condition: impl FnOnce(Root<Row>) -> F) -> Self
    where
        P: AllowsMatch,
    {
        let filter = condition(paths::<Row>()).into_filter();
        self.then("$match", filter.into_clauses().into_document().map(Into::into))
    }

    /// Keeps the rows for which an expression is true. Use it to compare fields of the row with each other.
    ///
    /// `{ $match: { $expr: { .. } } }`; see [`Filter::expr`].
    pub fn matching_expr<X>(self, condition: impl FnOnce(Exprs<Row>) -> X) -> Self
    where
        X: Expression<Row>,
        X::T: Truth,
        P: AllowsMatch,
    {
        let filter = Filter::<Row>::of_expr(condition(exprs::<Row>()).render().map(Rendered::into_value));
        self.then("$match", filter.into_clauses().into_document().map(Into::into))
    }
}
