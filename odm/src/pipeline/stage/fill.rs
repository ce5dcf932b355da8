//! `$fill` and `$densify`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::unwind::{Picks, RowField, picks};
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{Divided, Expr, Expression, Exprs, StorableIn, TimeUnit, exprs, filled, rendered::Rendered},
    path::IntoBase,
    pipeline::{Pipeline, Reads},
    sort::Sort,
    value::{Number, Value},
};

/// A number that is stored with a fraction.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot hold the number between two others",
    label = "`linear` needs a field of doubles or decimals",
    note = "for whole numbers, `.locf(..)` repeats the last value, and `.value(.., 0)` sets a constant"
)]
pub trait Fractional: Number {}

#[diagnostic::do_not_recommend]
impl<T: Number<Stored: Divided<Out = T::Stored>>> Fractional for T {}

/// The fields that [`fill`](Pipeline::fill) fills, and how.
#[must_use = "pass it to `fill`"]
pub struct Fill<R> {
    stage: Document,
    output: Document,
    problem: Option<CodecError>,
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
        Self { stage: Document::new(), output: Document::new(), problem: None, row: PhantomData }
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
        insert(&mut self.stage, &mut self.problem, "partitionBy", value);
        self
    }

    /// Sets the order of the rows, which [`linear`](Self::linear) needs.
    ///
    /// `sortBy: { date: 1 }`
    pub fn sort_by(mut self, order: Sort<R>) -> Self {
        insert(&mut self.stage, &mut self.problem, "sortBy", order.render().map(Into::into));
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
            Ok(name) => insert(&mut self.output, &mut self.problem, name, how.map(Into::into)),
            Err(problem) => {
                self.problem.get_or_insert(problem);
            }
        }
        self
    }

    fn render(mut self) -> CodecResult<Bson> {
        if let Some(problem) = self.problem {
            return Err(problem);
        }
        self.stage.insert("output", self.output);
        Ok(self.stage.into())
    }
}

fn insert(to: &mut Document, problem: &mut Option<CodecError>, name: &str, value: CodecResult<Bson>) {
    match value {
        Ok(value) => {
            to.insert(name, value);
        }
        Err(error) => {
            problem.get_or_insert(error);
        }
    }
}

/// The rows that [`densify`](Pipeline::densify) adds. `Row` is the type of the rows after the stage.
#[must_use = "pass it to `densify`"]
pub struct Densify<R, Row = R> {
    field: String,
    partition: Vec<String>,
    step: Bson,
    unit: Option<TimeUnit>,
    bounds: CodecResult<Bson>,
    rows: PhantomData<fn() -> (R, Row)>,
}

impl<R, Row> fmt::Debug for Densify<R, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Densify")
    }
}

/// The step of [`Densify`]: an `i32` or an `f64`.
#[diagnostic::on_unimplemented(message = "`{Self}` is not a step", label = "expected an `i32` or an `f64`")]
pub trait DensifyStep: Into<Bson> {}

impl DensifyStep for i32 {}
impl DensifyStep for f64 {}

impl<R: Value> Densify<R> {
    /// Adds rows such that the field, a number or a date, has every value in steps. The rows are added between the least
    /// and the greatest value unless [`between`](Self::between) or [`each_partition`](Self::each_partition) says
    /// otherwise.
    ///
    /// `{ field: name, range: { step: step, bounds: "full" } }`
    pub fn steps<F>(field: F, step: impl DensifyStep) -> Densify<R, <F::Base as RowField<R>>::Kept<Option<R>>>
    where
        F: IntoBase,
        F::Base: RowField<R>,
    {
        Densify {
            field: field.into_base().name().to_owned(),
            partition: Vec::new(),
            step: step.into(),
            unit: None,
            bounds: Ok("full".into()),
            rows: PhantomData,
        }
    }
}

impl<R, Row: Value> Densify<R, Row> {
    /// Sets the unit of the steps of a date.
    ///
    /// `range: { .., unit: "hour" }`
    pub fn unit(mut self, unit: TimeUnit) -> Self {
        self.unit = Some(unit);
        self
    }

    /// Adds rows for each value of this field separately. Can be called for several fields.
    ///
    /// `partitionByFields: [name, ..]`
    pub fn partition_by<F>(mut self, field: F) -> Densify<R, <F::Base as RowField<R>>::Kept<Row>>
    where
        F: IntoBase,
        F::Base: RowField<R>,
    {
        self.partition.push(field.into_base().name().to_owned());
        let Self { field, partition, step, unit, bounds, .. } = self;
        Densify { field, partition, step, unit, bounds, rows: PhantomData }
    }

    /// Adds rows between the least and the greatest value of each partition.
    ///
    /// `range: { .., bounds: "partition" }`
    pub fn each_partition(mut self) -> Self {
        self.bounds = Ok("partition".into());
        self
    }

    /// Adds rows from `lower` up to, but not including, `upper`.
    ///
    /// `range: { .., bounds: [lower, upper] }`
    pub fn between<X: Expression<R>>(mut self, lower: X, upper: X) -> Self {
        let bound = |bound: X| bound.render().map(Rendered::into_value);
        self.bounds = bound(lower).and_then(|lower| Ok(Bson::Array(vec![lower, bound(upper)?])));
        self
    }

    fn render(self) -> CodecResult<Bson> {
        let mut range = doc! { "step": self.step };
        if let Some(unit) = self.unit {
            range.insert("unit", Expression::<R>::render(unit)?.into_value());
        }
        range.insert("bounds", self.bounds?);
        let mut stage = doc! { "field": self.field };
        if !self.partition.is_empty() {
            stage.insert("partitionByFields", self.partition);
        }
        stage.insert("range", range);
        Ok(stage.into())
    }
}

impl<In, Row: Value, P: Reads> Pipeline<In, Row, P> {
    /// Replaces null and missing values: `.fill(|r| Fill::new().sort_by(r.date().asc()).linear(r.price()))`.
    ///
    /// `{ $fill: { sortBy: { date: 1 }, output: { price: { method: "linear" } } } }`
    pub fn fill(self, fill: impl FnOnce(Exprs<Row>) -> Fill<Row>) -> Self {
        self.then("$fill", fill(exprs::<Row>()).render())
    }

    /// Adds rows where a sequence of numbers or dates has gaps:
    /// `.densify(|r| Densify::steps(r.hour(), 1).partition_by(r.sensor()))`.
    ///
    /// `{ $densify: { field: "hour", partitionByFields: ["sensor"], range: { step: 1, bounds: "full" } } }`
    ///
    /// An added row has only these fields. Afterwards, every other field may be missing, so its value is an `Option`.
    /// The rows cannot be read as the type that they had before: [`project`](Self::project) them.
    pub fn densify<N: Value>(
        self,
        densify: impl FnOnce(Picks<Row>) -> Densify<Row, N>,
    ) -> Pipeline<In, N, P> {
        self.then("$densify", densify(picks::<Row>()).render())
    }
}
