//! `$out` and `$merge`: they end the pipeline.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::{
    lookup::OfJoin,
    unwind::{Picks, RowFields, picks},
};
use crate::{
    error::{Result, codec::CodecResult},
    expr::{
        Exprs, Fields, Scope, Variables, exprs, fields_of_variable,
        rendered::{Rendered, object},
    },
    model::{Granularity, Model, TimeSeries},
    pipeline::{AllowsOut, InUpdate, Pipeline},
    value::Value,
};

/// A pipeline that has ended with `$out` or `$merge`: it has no further stages. Awaiting it runs the pipeline.
/// On a collection, it has the setters of an [`Aggregate`](crate::action::Aggregate), `explain` and `deadline`.
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Written<In, P> {
    pipeline: Pipeline<In, Document, P>,
}

impl<In, P> Written<In, P> {
    pub(crate) fn pipeline(&self) -> &Pipeline<In, Document, P> {
        &self.pipeline
    }

    pub(crate) fn pipeline_mut(&mut self) -> &mut Pipeline<In, Document, P> {
        &mut self.pipeline
    }

    /// Changes the pipeline, of which the last stage stays the same.
    pub(crate) fn map<Q>(
        self,
        change: impl FnOnce(Pipeline<In, Document, P>) -> Pipeline<In, Document, Q>,
    ) -> Written<In, Q> {
        Written { pipeline: change(self.pipeline) }
    }

    /// Returns the pipeline, whose rows are none.
    pub(crate) fn into_pipeline(self) -> Pipeline<In, Document, P> {
        self.pipeline
    }

    /// Returns the stages as they are sent.
    ///
    /// # Errors
    ///
    /// Returns an error for which [`is_not_sent`](crate::Error::is_not_sent) is true if an operand cannot be stored.
    pub fn into_stages(self) -> Result<Vec<Document>> {
        self.pipeline.into_stages()
    }
}

/// Displays the stages as they are sent, in relaxed extended JSON and with their values. Log them only if the values may be
/// logged. A pipeline that cannot be sent displays its error.
impl<In, P> fmt::Display for Written<In, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.pipeline.fmt(f)
    }
}

impl<In, P> fmt::Debug for Written<In, P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Written")
    }
}

/// What `$merge` does with a row for which the collection has a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenMatched {
    /// Adds the fields of the row to the document, and replaces those that it has: the default. `whenMatched: "merge"`
    Merge,
    /// Replaces the document by the row. `whenMatched: "replace"`
    Replace,
    /// Keeps the document. `whenMatched: "keepExisting"`
    KeepExisting,
    /// Ends the aggregation with an error. `whenMatched: "fail"`
    Fail,
}

/// What `$merge` does with a row for which the collection has no document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhenNotMatched {
    /// Inserts the row: the default. `whenNotMatched: "insert"`
    Insert,
    /// Does nothing. `whenNotMatched: "discard"`
    Discard,
    /// Ends the aggregation with an error. `whenNotMatched: "fail"`
    Fail,
}

/// How [`merge`](Pipeline::merge) writes the rows into the collection of `M`.
#[must_use = "return it from the closure of `merge`"]
pub struct Merge<Row, M> {
    stage: CodecResult<Document>,
    types: PhantomData<fn() -> (Row, M)>,
}

impl<Row, M> fmt::Debug for Merge<Row, M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Merge")
    }
}

impl<Row: Value, M: Model> Merge<Row, M> {
    fn new() -> Self {
        Self { stage: Ok(doc! { "into": M::COLLECTION }), types: PhantomData }
    }

    fn with(mut self, name: &str, value: CodecResult<Bson>) -> Self {
        self.stage = self.stage.and_then(|mut stage| {
            stage.insert(name, value?);
            Ok(stage)
        });
        self
    }

    /// Writes into the collection in another database than that of the aggregation.
    ///
    /// `into: { db: database, coll: "totals" }`
    pub fn database(self, database: &str) -> Self {
        self.with("into", Ok(doc! { "db": database, "coll": M::COLLECTION }.into()))
    }

    /// Sets the fields by which a row and a document are the same: one, or a tuple. They must have a unique index. The
    /// default is the `_id`.
    ///
    /// `on: ["year", "department"]`
    pub fn on<F: RowFields<M>>(self, fields: impl FnOnce(Picks<M>) -> F) -> Self {
        let mut names = Vec::new();
        fields(picks::<M>()).names(&mut names);
        let names = match <[String; 1]>::try_from(names) {
            Ok([name]) => name.into(),
            Err(names) => Bson::from(names),
        };
        self.with("on", Ok(names))
    }

    /// Sets what happens to a row for which the collection has a document.
    pub fn when_matched(self, action: WhenMatched) -> Self {
        let action = match action {
            WhenMatched::Merge => "merge",
            WhenMatched::Replace => "replace",
            WhenMatched::KeepExisting => "keepExisting",
            WhenMatched::Fail => "fail",
        };
        self.with("whenMatched", Ok(action.into()))
    }

    /// Updates the document for a row, if the collection has one, by the stages of an update. The closure receives the
    /// fields of the row, too:
    /// `.when_matched_update(|stored, new| stored.set(|s| TotalOf { total: s.total() + new.total() }))`.
    ///
    /// `whenMatched: [{ $set: { total: { $add: ["$total", "$$new.total"] } } }]`
    pub fn when_matched_update<N>(
        self,
        stages: impl FnOnce(Pipeline<M, M, InUpdate>, Fields<M, Row>) -> Pipeline<M, N, InUpdate>,
    ) -> Self {
        self.updating(stages(Pipeline::in_update(), fields_of_variable::<M, Row>("new")))
    }

    /// Updates the document for a row, if the collection has one, by the stages of an update that uses values computed
    /// from the row:
    /// `.when_matched_let(|row| ("tax", row.price() * 0.2), |stored, new, tax| stored.set(|_| TaxOf { tax }))`.
    ///
    /// `let: { tax: { $multiply: ["$price", 0.2] } }, whenMatched: [{ $set: { tax: "$$tax" } }]`
    pub fn when_matched_let<V: Variables<Row, OfJoin>, N>(
        self,
        variables: impl FnOnce(Exprs<Row>) -> V,
        stages: impl FnOnce(Pipeline<M, M, InUpdate>, Fields<M, Row>, V::Bound) -> Pipeline<M, N, InUpdate>,
    ) -> Self {
        let (_scope, mut values) = (Scope::enter(), Vec::new());
        let bound = variables(exprs::<Row>()).bind(&mut values);
        self.with("let", object(&mut values).map(Rendered::into_value)).updating(stages(
            Pipeline::in_update(),
            fields_of_variable::<M, Row>("new"),
            bound,
        ))
    }

    fn updating<N>(self, stages: Pipeline<M, N, InUpdate>) -> Self {
        self.with("whenMatched", stages.into_raw().into_list().map(Bson::from))
    }

    /// Sets what happens to a row for which the collection has no document.
    pub fn when_not_matched(self, action: WhenNotMatched) -> Self {
        let action = match action {
            WhenNotMatched::Insert => "insert",
            WhenNotMatched::Discard => "discard",
            WhenNotMatched::Fail => "fail",
        };
        self.with("whenNotMatched", Ok(action.into()))
    }
}

impl<In, Row: Value, P: AllowsOut> Pipeline<In, Row, P> {
    /// Writes the rows into the collection of `M`, document by document, and ends the pipeline:
    /// `.merge::<Total>(|totals| totals.on(|t| t.year()))`.
    ///
    /// `{ $merge: { into: "totals", on: "year" } }`
    ///
    /// The server writes the rows as they are: the [policies](macro@crate::Model#policies) of `M` do not apply, so the rows
    /// must contain its times, its version and its tenant.
    ///
    /// A row without a document is inserted. [`when_not_matched`](Merge::when_not_matched) changes this. The
    /// fields of the row are not compared with those of `M`: a row that is inserted must have all that `M` needs.
    pub fn merge<M: Model>(self, how: impl FnOnce(Merge<Row, M>) -> Merge<Row, M>) -> Written<In, P> {
        Written { pipeline: self.then("$merge", how(Merge::new()).stage.map(Into::into)) }
    }
}

impl<In, M: Model, P: AllowsOut> Pipeline<In, M, P> {
    /// Replaces the collection of `M` by the rows, and ends the pipeline. The rows must be of type `M`: declare it after
    /// stages that make other rows, `.cast::<Total>().out()`. On rows whose type no stage has changed, it replaces the
    /// collection that is read. The [policies](macro@crate::Model#policies) of `M` do not apply.
    ///
    /// `{ $out: "totals" }`
    pub fn out(self) -> Written<In, P> {
        Written { pipeline: self.then("$out", Ok(M::COLLECTION.into())) }
    }

    /// Replaces the collection of `M` in another database by the rows, and ends the pipeline.
    ///
    /// `{ $out: { db: database, coll: "totals" } }`
    pub fn out_to(self, database: &str) -> Written<In, P> {
        let out: Bson = doc! { "db": database, "coll": M::COLLECTION }.into();
        Written { pipeline: self.then("$out", Ok(out)) }
    }

    /// Replaces the time series of `M` in a database by the rows, or creates it, and ends the pipeline.
    ///
    /// `{ $out: { db: database, coll: "weather", timeseries: { timeField: "at", metaField: "sensor" } } }` for
    /// `.out_time_series("lab", &TimeSeries::new("at").meta("sensor"))`
    ///
    /// Requires MongoDB 7.0.3.
    pub fn out_time_series(self, database: &str, series: &TimeSeries) -> Written<In, P> {
        let mut fields = series.to_document();
        if series.granularity == Granularity::default() {
            fields.remove("granularity");
        }
        let out: Bson = doc! { "db": database, "coll": M::COLLECTION, "timeseries": fields }.into();
        Written { pipeline: self.then("$out", Ok(out)) }
    }
}
