//! `$out` and `$merge`: they end the pipeline.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::unwind::{Picks, RowFields, picks};
use crate::{
    error::{Result, codec::CodecResult},
    expr::{Fields, fields_of_variable},
    model::Model,
    pipeline::{InUpdate, Pipeline, Writes},
    value::Value,
};

/// A pipeline that has ended with `$out` or `$merge`: it has no further stages. Awaiting it runs the pipeline.
#[must_use = "a pipeline does nothing until it is awaited"]
pub struct Written<In, P> {
    pipeline: Pipeline<In, Document, P>,
}

impl<In, P> Written<In, P> {
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

/// Displays the stages as they are sent, in extended JSON and with their values. Log them only if the values may be
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
#[derive(Debug, Clone)]
pub struct WhenMatched<Row, M> {
    action: CodecResult<Bson>,
    types: PhantomData<fn() -> (Row, M)>,
}

impl<Row: Value, M: Value> WhenMatched<Row, M> {
    fn named(action: &str) -> Self {
        Self { action: Ok(action.into()), types: PhantomData }
    }

    /// Adds the fields of the row to the document, and replaces those that it has: the default.
    ///
    /// `whenMatched: "merge"`
    pub fn merge() -> Self {
        Self::named("merge")
    }

    /// Replaces the document by the row.
    ///
    /// `whenMatched: "replace"`
    pub fn replace() -> Self {
        Self::named("replace")
    }

    /// Keeps the document.
    ///
    /// `whenMatched: "keepExisting"`
    pub fn keep_existing() -> Self {
        Self::named("keepExisting")
    }

    /// Ends the aggregation with an error.
    ///
    /// `whenMatched: "fail"`
    pub fn fail() -> Self {
        Self::named("fail")
    }

    /// Applies the stages of an update to the document. The closure receives the fields of the row, too:
    /// `WhenMatched::update(|stored, new| stored.set_field(|s| s.total(), |s| s.total() + new.total()))`.
    ///
    /// `whenMatched: [{ $set: { total: { $add: ["$total", "$$new.total"] } } }]`
    pub fn update<N>(
        stages: impl FnOnce(Pipeline<M, M, InUpdate>, Fields<M, Row>) -> Pipeline<M, N, InUpdate>,
    ) -> Self {
        let stages =
            stages(Pipeline::in_update(), fields_of_variable::<M, Row>("new")).into_raw().into_list();
        Self { action: stages.map(Bson::from), types: PhantomData }
    }
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
#[must_use = "pass it to `merge`"]
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
    /// Writes into the collection of `M`, in the database of the aggregation.
    ///
    /// `into: "totals"`
    pub fn into() -> Self {
        Self { stage: Ok(doc! { "into": M::COLLECTION }), types: PhantomData }
    }

    /// Writes into the collection of `M` in another database.
    ///
    /// `into: { db: database, coll: "totals" }`
    pub fn into_database(database: &str) -> Self {
        Self { stage: Ok(doc! { "into": { "db": database, "coll": M::COLLECTION } }), types: PhantomData }
    }

    fn with(mut self, name: &str, value: CodecResult<Bson>) -> Self {
        self.stage = self.stage.and_then(|mut stage| {
            stage.insert(name, value?);
            Ok(stage)
        });
        self
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
    pub fn when_matched(self, action: WhenMatched<Row, M>) -> Self {
        self.with("whenMatched", action.action)
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

impl<In, Row: Value, P: Writes> Pipeline<In, Row, P> {
    /// Writes the rows into a collection, document by document, and ends the pipeline:
    /// `.merge(Merge::<_, Total>::into().on(|t| t.year()))`.
    ///
    /// `{ $merge: { into: "totals", on: "year" } }`
    pub fn merge<M: Model>(self, merge: Merge<Row, M>) -> Written<In, P> {
        Written { pipeline: self.then("$merge", merge.stage.map(Into::into)) }
    }
}

impl<In, M: Model, P: Writes> Pipeline<In, M, P> {
    /// Replaces the collection of `M` by the rows, and ends the pipeline.
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
}
