//! `$fill`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::StageArgument;
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{Divided, Expr, Expression, ExpressionList, Exprs, StorableIn, exprs, filled},
    path::IntoBase,
    pipeline::{AllowsGroup, Pipeline},
    sort::Sort,
    value::{Number, Value},
};

/// A number that is stored with a fraction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold a number with a fraction",
    label = "expected a double or a decimal",
    note = "`linear` sets the number between two others: for whole numbers, `.locf(..)` repeats the last value, and `.value(.., 0)` sets a constant",
    note = "the preferred numbers of `bucket_auto_by` have fractions: the field is a `Bounds<f64>`, also for whole numbers"
)]
pub trait Fractional: Number {}

#[diagnostic::do_not_recommend]
impl<T: Number<Stored: Divided<Out = T::Stored>>> Fractional for T {}

/// The fields that [`fill`](Pipeline::fill) fills, and how.
#[must_use = "pass it to `fill`"]
pub struct Fill<R> {
    stage: StageArgument,
    output: StageArgument,
    row: PhantomData<fn() -> R>,
}

impl<R> fmt::Debug for Fill<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fill")
    }
}

impl<R> Default for Fill<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Fill<R> {
    /// Fills no field yet.
    pub fn new() -> Self {
        Self { stage: StageArgument::default(), output: StageArgument::default(), row: PhantomData }
    }

    /// Fills the rows with the same value of this expression separately.
    ///
    /// `partitionBy: { value: "$state" }` for a field; another expression is sent as it is.
    pub fn partition_by(mut self, value: impl Expression<R>) -> Self {
        // The server accepts a document or an operator, and not the path of a field.
        let value = value.render().map(|value| match value.into_value() {
            Bson::String(path) => doc! { "value": path }.into(),
            value => value,
        });
        self.stage.insert("partitionBy", value);
        self
    }

    /// Fills the rows with the same values of these fields separately: a tuple or an array of fields.
    ///
    /// `partitionByFields: ["state", "title"]`
    pub fn partition_by_fields(mut self, fields: impl ExpressionList<R>) -> Self {
        let names = fields.render_list().and_then(|fields| match fields.into_value() {
            Bson::Array(fields) => fields.iter().map(name).collect::<CodecResult<Vec<_>>>(),
            other => Ok(vec![name(&other)?]),
        });
        self.stage.insert("partitionByFields", names);
        self
    }

    /// Sets the order of the rows, which [`linear`](Self::linear) needs.
    ///
    /// `sortBy: { date: 1 }`
    pub fn sort_by(mut self, order: Sort<R>) -> Self {
        self.stage.insert("sortBy", order.render());
        self
    }

    /// Sets the field to a value where it is null or missing.
    ///
    /// `output: { field: { value: expression } }`
    pub fn value<F, T, O, X: Expression<R>>(self, field: F, value: X) -> Self
    where
        F: IntoBase<Base = Expr<R, T, O>>,
        X::T: StorableIn<T>,
    {
        let value = X::T::fit(filled::<X::T>(value.render()));
        let value = value.map(|value| doc! { "value": value.into_value() });
        self.output(&field.into_base(), value)
    }

    /// Sets the field to the number on the line between those around it where it is null or missing: a double, or a
    /// decimal.
    ///
    /// `output: { field: { method: "linear" } }`
    pub fn linear<F, T, O>(self, field: F) -> Self
    where
        F: IntoBase<Base = Expr<R, T, O>>,
        T: Fractional,
    {
        self.output(&field.into_base(), Ok(doc! { "method": "linear" }))
    }

    /// Sets the field to the last value before it where it is null or missing.
    ///
    /// `output: { field: { method: "locf" } }`
    pub fn locf<F, T, O>(self, field: F) -> Self
    where
        F: IntoBase<Base = Expr<R, T, O>>,
    {
        self.output(&field.into_base(), Ok(doc! { "method": "locf" }))
    }

    fn output<T, O>(mut self, field: &Expr<R, T, O>, how: CodecResult<Document>) -> Self {
        match field.field_name() {
            Ok(name) => self.output.insert(name, how),
            Err(problem) => self.output.refuse(problem),
        }
        self
    }

    fn render(self) -> CodecResult<Bson> {
        let mut stage = self.stage.finish()?;
        stage.insert("output", self.output.finish()?);
        Ok(stage.into())
    }
}

/// Returns the dotted name of the field that an expression is.
fn name(field: &Bson) -> CodecResult<String> {
    let name = field.as_str().and_then(|path| path.strip_prefix('$')).filter(|name| !name.starts_with('$'));
    name.map(str::to_owned).ok_or_else(|| CodecError::new("a field of the row", "another expression"))
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Replaces null and missing values: `.fill(|r| Fill::new().sort_by(r.date().asc()).linear(r.price()))`.
    ///
    /// `{ $fill: { sortBy: { date: 1 }, output: { price: { method: "linear" } } } }`
    pub fn fill(self, fill: impl FnOnce(Exprs<Row>) -> Fill<Row>) -> Self
    where
        P: AllowsGroup,
    {
        self.then("$fill", fill(exprs::<Row>()).render())
    }
}
