//! `$densify`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, DateTime, Decimal128, doc};

use super::unwind::{Picks, RowField, picks};
use crate::{
    error::codec::{CodecError, CodecResult},
    expr::{Expression, TimeUnit},
    path::{IntoBase, Operand},
    pipeline::{AllowsGroup, Pipeline},
    value::{Arithmetic, Counted, Value},
};

/// The rows that [`densify`](Pipeline::densify) adds. `Row` is the type of the rows after the stage, and `B` that of its
/// bounds.
#[must_use = "pass it to `densify`"]
pub struct Densify<R, Row = R, B = i32> {
    field: String,
    partition: Vec<String>,
    step: Bson,
    unit: Option<TimeUnit>,
    bounds: CodecResult<Bson>,
    types: PhantomData<fn() -> (R, Row, B)>,
}

impl<R, Row, B> fmt::Debug for Densify<R, Row, B> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Densify")
    }
}

/// The step of [`Densify`] for a field that stores a `K`: an `i32` for numbers, an `f64` for doubles and decimals.
#[diagnostic::on_unimplemented(
    message = "a field that stores `{K}` has no steps of `{Self}`",
    label = "the added rows would have values of another type",
    note = "numbers have steps of `i32`, doubles and decimals also of `f64`",
    note = "dates have steps of a unit of time: `Densify::time_steps(row.at(), 1, TimeUnit::Hour)`"
)]
pub trait DensifyStep<K>: Into<Bson> {}

impl DensifyStep<i32> for i32 {}
impl DensifyStep<i64> for i32 {}
impl DensifyStep<f64> for i32 {}
impl DensifyStep<Decimal128> for i32 {}
impl<U> DensifyStep<Counted<U>> for i32 {}
impl DensifyStep<f64> for f64 {}
impl DensifyStep<Decimal128> for f64 {}

impl<R: Value> Densify<R> {
    /// Adds rows such that the field, a number, has every value in steps. The rows are added between the least and the
    /// greatest value. [`between`](Self::between) and [`each_partition`](Self::each_partition) set other bounds.
    ///
    /// `{ field: name, range: { step: step, bounds: "full" } }`
    pub fn steps<F, K, S>(field: F, step: S) -> Densify<R, <F::Base as RowField<R>>::Kept<Option<R>>, S>
    where
        F: IntoBase,
        F::Base: RowField<R>,
        <F::Base as RowField<R>>::Type: Arithmetic<Kind = K>,
        S: DensifyStep<K>,
    {
        Densify::of(field.into_base().name(), step.into(), None)
    }

    /// Adds rows such that the field, a date, has every value in steps of a unit of time. The rows are added between the
    /// least and the greatest date, unless [`between`](Self::between) or [`each_partition`](Self::each_partition) sets
    /// other bounds.
    ///
    /// `{ field: name, range: { step: step, unit: "hour", bounds: "full" } }`
    pub fn time_steps<F>(
        field: F,
        step: i32,
        unit: TimeUnit,
    ) -> Densify<R, <F::Base as RowField<R>>::Kept<Option<R>>, DateTime>
    where
        F: IntoBase,
        F::Base: RowField<R>,
        <F::Base as RowField<R>>::Type: Arithmetic<Kind = DateTime>,
    {
        Densify::of(field.into_base().name(), step.into(), Some(unit))
    }
}

impl<R, Row, B> Densify<R, Row, B> {
    fn of(field: &str, step: Bson, unit: Option<TimeUnit>) -> Self {
        let field = field.to_owned();
        Self { field, partition: Vec::new(), step, unit, bounds: Ok("full".into()), types: PhantomData }
    }
}

impl<R, Row: Value, B> Densify<R, Row, B> {
    /// Adds rows for each value of this field separately. Can be called for several fields.
    ///
    /// `partitionByFields: [name, ..]`
    pub fn partition_by<F>(mut self, field: F) -> Densify<R, <F::Base as RowField<R>>::Kept<Row>, B>
    where
        F: IntoBase,
        F::Base: RowField<R>,
    {
        self.partition.push(field.into_base().name().to_owned());
        let Self { field, partition, step, unit, bounds, .. } = self;
        Densify { field, partition, step, unit, bounds, types: PhantomData }
    }

    /// Adds rows between the least and the greatest value of each partition. Without
    /// [`partition_by`](Self::partition_by), it is an error.
    ///
    /// `range: { .., bounds: "partition" }`
    pub fn each_partition(mut self) -> Self {
        self.bounds = Ok("partition".into());
        self
    }

    /// Adds rows from `lower` up to, but not including, `upper`: numbers of the type of the step, or dates.
    ///
    /// `range: { .., bounds: [lower, upper] }`
    pub fn between<X: Operand<B, K>, K>(mut self, lower: X, upper: X) -> Self {
        self.bounds = lower.operand().and_then(|lower| Ok(Bson::Array(vec![lower, upper.operand()?])));
        self
    }

    fn render(self) -> CodecResult<Bson> {
        let mut range = doc! { "step": self.step };
        if let Some(unit) = self.unit {
            range.insert("unit", Expression::<R>::render(unit)?.into_value());
        }
        let bounds = self.bounds?;
        if self.partition.is_empty() && bounds.as_str() == Some("partition") {
            return Err(CodecError::new(
                "a field of the partitions, set by `partition_by`",
                "`each_partition` alone",
            ));
        }
        range.insert("bounds", bounds);
        let mut stage = doc! { "field": self.field };
        if !self.partition.is_empty() {
            stage.insert("partitionByFields", self.partition);
        }
        stage.insert("range", range);
        Ok(stage.into())
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds rows where a sequence of numbers or dates has gaps:
    /// `.densify(|r| Densify::steps(r.hour(), 1).partition_by(r.sensor()))`.
    ///
    /// `{ $densify: { field: "hour", partitionByFields: ["sensor"], range: { step: 1, bounds: "full" } } }`
    ///
    /// An added row has only these fields. Afterwards, every other field may be missing, so its value is an `Option`.
    /// The rows cannot be read as the type that they had before: [`project`](Self::project) them.
    pub fn densify<N: Value, B>(
        self,
        densify: impl FnOnce(Picks<Row>) -> Densify<Row, N, B>,
    ) -> Pipeline<In, N, P>
    where
        P: AllowsGroup,
    {
        self.then("$densify", densify(picks::<Row>()).render())
    }
}
