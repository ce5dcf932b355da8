//! `$setWindowFields`.

mod order;

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, spec::ElementType};

use crate::{
    accumulator::{Accumulator, HasWindow, WindowFunction},
    error::codec::CodecResult,
    expr::{Expression, Exprs, exprs, rendered::Rendered},
    path::Key,
    pipeline::{AllowsGroup, Pipeline},
    row::With,
    shape::{IdOf, RenderedFields, ShapeLiteral, Slot},
    sort::Sort,
    value::{Raw, Value},
};

/// The partitions of [`set_window_fields`](Pipeline::set_window_fields), and the order of the rows in them.
///
/// Construct with [`partition_by`] or [`sort_by`], or with [`Windows::new`] for one partition of all rows in no order.
#[must_use = "pass it to `set_window_fields`"]
pub struct Windows<R> {
    partition: Option<CodecResult<Rendered>>,
    order: Option<Sort<R>>,
}

impl<R> fmt::Debug for Windows<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Windows")
    }
}

/// Computes for the rows with the same value of this expression separately.
///
/// `partitionBy: expression`
pub fn partition_by<R>(value: impl Expression<R>) -> Windows<R> {
    Windows { partition: Some(value.render()), order: None }
}

/// Computes over all rows in this order.
///
/// `sortBy: { date: 1 }`
pub fn sort_by<R>(order: Sort<R>) -> Windows<R> {
    Windows { partition: None, order: Some(order) }
}

impl<R> Default for Windows<R> {
    fn default() -> Self {
        Self::new()
    }
}

impl<R> Windows<R> {
    /// Computes over all rows, in no order.
    ///
    /// `{ $setWindowFields: { output: { total: { $sum: "$price" } } } }` for
    /// `.set_window_fields(|_| Windows::new(), |o| TotalOf { total: sum(o.price()) })`
    pub fn new() -> Self {
        Self { partition: None, order: None }
    }

    /// Sets the order of the rows in a partition.
    ///
    /// `sortBy: { date: 1 }`
    pub fn sort_by(mut self, order: Sort<R>) -> Self {
        self.order = Some(order);
        self
    }

    fn render(self, output: CodecResult<Document>) -> CodecResult<Bson> {
        let mut stage = Document::new();
        if let Some(partition) = self.partition {
            stage.insert("partitionBy", partition?.into_value());
        }
        let order = self.order.map(Sort::render).transpose()?;
        let output = output?;
        order::check(&output, order.as_ref())?;
        if let Some(order) = order {
            stage.insert("sortBy", order);
        }
        stage.insert("output", output);
        Ok(stage.into())
    }
}

/// The kind of literals whose fields are accumulators and window functions over the row `R`.
#[derive(Debug)]
pub struct InWindow<R>(PhantomData<fn() -> R>);

/// An accumulator or a window function over rows of type `R`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a window function",
    label = "the fields are computed by accumulators and window functions",
    note = "such as `sum(row.price()).documents(Unbounded, Current)`, `rank()`, `shift(row.price(), -1)`"
)]
pub trait OverWindow<R> {
    /// Renders the function with its window, for a field that may be null or not.
    fn render(self, holds_null: bool) -> CodecResult<Rendered>;
}

impl<R, T> OverWindow<R> for Accumulator<R, T> {
    fn render(self, _holds_null: bool) -> CodecResult<Rendered> {
        self.into_rendered()
    }
}

impl<R, T, W: HasWindow> OverWindow<R> for WindowFunction<R, T, W> {
    fn render(self, holds_null: bool) -> CodecResult<Rendered> {
        self.into_rendered(holds_null)
    }
}

impl<R, T, W> crate::shape::Produces for WindowFunction<R, T, W> {
    type Output = T;
}

/// Returns whether null can be read as a `T`.
fn holds_null<T: Value>() -> bool {
    T::decode(Raw::new(ElementType::Null, &[])).is_ok()
}

macro_rules! slots {
    ($($key:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R, K: Key, D: Value, X: OverWindow<R>> Slot<InWindow<R>, $key, D> for X {
            fn slot(self, to: &mut RenderedFields) {
                to.insert(K::NAME, self.render(holds_null::<D>()));
            }
        }
    )* };
}

slots!(K, IdOf<K>);

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds fields that are computed over the rows near each row: those of a shape.
    ///
    /// `{ $setWindowFields: { partitionBy: "$state", sortBy: { date: 1 }, output: { total: { $sum: "$price", window: {
    /// documents: ["unbounded", "current"] } } } } }` for
    /// `.set_window_fields(|o| partition_by(o.state()).sort_by(o.date().asc()), |o| TotalOf { total: sum(o.price()).documents(Unbounded, Current) })`
    ///
    /// The ranks, `linear_fill`, `derivative` and `integral` need a sort by exactly one field; `shift`, `exp_moving_avg` and
    /// a window of documents need a sort; a window of a range needs an ascending sort by one field. Otherwise running the
    /// pipeline is an error for which [`is_not_sent`](crate::Error::is_not_sent) is true.
    pub fn set_window_fields<L: ShapeLiteral<InWindow<Row>>>(
        self,
        windows: impl FnOnce(Exprs<Row>) -> Windows<Row>,
        fields: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, With<Row, L::Out>, P>
    where
        P: AllowsGroup,
    {
        let mut filled = RenderedFields::new();
        fields(exprs::<Row>()).fill(&mut filled);
        self.then("$setWindowFields", windows(exprs::<Row>()).render(filled.into_document()))
    }
}
