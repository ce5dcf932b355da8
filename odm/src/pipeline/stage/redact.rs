//! `$redact`.

use std::borrow::Cow;

use mongodb::bson::spec::ElementType;

use crate::{
    error::codec::CodecResult,
    expr::{Expr, Expression, Exprs, exprs, rendered::Rendered, system_variable},
    path::types_only,
    pipeline::{AllowsRedact, Pipeline},
    value::{Raw, Value, Writer, leaf},
};

/// What [`redact`](Pipeline::redact) does with a document: the type of [`descend`], [`prune`] and [`keep`].
#[derive(Debug)]
pub enum Redaction {}

impl Value for Redaction {
    leaf!();

    fn encode(&self, _: &mut Writer) -> CodecResult<ElementType> {
        Err(types_only())
    }

    fn decode(_: Raw<'_>) -> CodecResult<Self> {
        Err(types_only())
    }
}

/// Keeps the fields of the document, and decides again for each document inside it.
///
/// `"$$DESCEND"`
pub fn descend<R>() -> Expr<R, Redaction> {
    system_variable(Cow::Borrowed("$DESCEND"))
}

/// Removes the document.
///
/// `"$$PRUNE"`
pub fn prune<R>() -> Expr<R, Redaction> {
    system_variable(Cow::Borrowed("$PRUNE"))
}

/// Keeps the document as a whole.
///
/// `"$$KEEP"`
pub fn keep<R>() -> Expr<R, Redaction> {
    system_variable(Cow::Borrowed("$KEEP"))
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Removes documents inside the rows, depending on their own fields:
    /// `.redact(|o| cond(o.level().gt(5), prune(), descend()))`.
    ///
    /// `{ $redact: { $cond: { if: .., then: "$$PRUNE", else: "$$DESCEND" } } }`
    ///
    /// The server evaluates the expression for the row, and with [`descend`] for each document inside it, whose fields
    /// have the names of the row's.
    pub fn redact<X: Expression<Row, T = Redaction>>(self, decision: impl FnOnce(Exprs<Row>) -> X) -> Self
    where
        P: AllowsRedact,
    {
        self.then("$redact", decision(exprs::<Row>()).render().map(Rendered::into_value))
    }
}
