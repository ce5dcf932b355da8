//! `$replaceWith`.

use crate::{
    expr::{Expression, Exprs, Object, Required, exprs, rendered::Rendered},
    pipeline::{AllowsSet, Pipeline},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Replaces the rows by the documents that an expression evaluates to: an embedded document, the literal of a
    /// shape, or [`merge_objects_of`](crate::expr::merge_objects_of).
    ///
    /// `{ $replaceWith: expression }`; `$replaceRoot` is the same stage. The server returns an error for a row in which
    /// the expression is not a document: replace null first, `o.ship_to().if_null(..)`.
    #[doc(alias = "$replaceRoot")]
    #[doc(alias = "replace_root")]
    pub fn replace_with<X: Expression<Row>>(
        self,
        document: impl FnOnce(Exprs<Row>) -> X,
    ) -> Pipeline<In, X::T, P>
    where
        P: AllowsSet,
        X::T: Object + Required,
    {
        self.then("$replaceWith", document(exprs::<Row>()).render().map(Rendered::into_value))
    }
}
