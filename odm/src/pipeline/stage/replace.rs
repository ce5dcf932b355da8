//! `$replaceWith` and `$replaceRoot`, which are the same stage.

use mongodb::bson::doc;

use crate::{
    expr::{Expression, Exprs, Object, Required, exprs, rendered::Rendered},
    pipeline::{AllowsSet, Pipeline},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Replaces the rows by the documents that an expression evaluates to: an embedded document, the literal of a
    /// shape, or [`merge_objects_of`](crate::expr::merge_objects_of).
    ///
    /// `{ $replaceWith: expression }`
    ///
    /// The server returns an error for a row in which the expression is not a document: replace null first,
    /// `o.ship_to().if_null(..)`. [`replace_root`](Self::replace_root) is the same stage by its older name.
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

    /// Like [`replace_with`](Self::replace_with), in the form that servers older than MongoDB 4.2 and many examples have.
    ///
    /// `{ $replaceRoot: { newRoot: expression } }`
    pub fn replace_root<X: Expression<Row>>(
        self,
        new_root: impl FnOnce(Exprs<Row>) -> X,
    ) -> Pipeline<In, X::T, P>
    where
        P: AllowsSet,
        X::T: Object + Required,
    {
        let root = new_root(exprs::<Row>()).render();
        self.then("$replaceRoot", root.map(|root| doc! { "newRoot": root.into_value() }.into()))
    }
}
