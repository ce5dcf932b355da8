//! Views of a typed pipeline: those that the server computes when they are read, and those that are stored.

use super::Pipeline;
use crate::{
    model::{CollectionOptions, Model},
    policies::Scope,
    value::Value,
};

impl CollectionOptions {
    /// Makes the collection a view: what the pipeline makes of the documents of `In`.
    /// `{ viewOn: .., pipeline: [..] }`
    ///
    /// The view shows the documents that the policies of `In` let its readers see: without the deleted ones.
    ///
    /// ```
    /// # use odm::{Id, Model, model::CollectionOptions, pipeline::Pipeline};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, total: i64 }
    /// let large = CollectionOptions::new().view_of(Pipeline::<Order>::new().matching(|o| o.total().gt(100)));
    /// assert_eq!(
    ///     large.to_document().to_string(),
    ///     r#"{ "viewOn": "orders", "pipeline": [{ "$match": { "total": { "$gt": 100 } } }] }"#,
    /// );
    /// ```
    pub fn view_of<In: Model, Row: Value>(self, pipeline: Pipeline<In, Row>) -> Self {
        let stages = pipeline.into_scoped(&Scope::default());
        self.with_view(In::COLLECTION.to_owned(), stages.map_err(|problem| problem.to_string()))
    }
}

/// A model whose collection stores the result of a pipeline over another model: an on-demand materialized view.
///
/// `#[odm(materialized_view(on = Order, pipeline = path::to::function))]` on a model implements it.
/// [`Collection::refresh`](crate::Collection::refresh) runs the pipeline. See
/// [on-demand materialized views](https://www.mongodb.com/docs/manual/core/materialized-views/).
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a materialized view",
    label = "only a materialized view is refreshed",
    note = "declare it: `#[odm(materialized_view(on = Source, pipeline = path::to::function))]`"
)]
pub trait MaterializedView: Model {
    /// The model whose documents the pipeline reads.
    type Source: Model;

    /// A refresh replaces the whole collection, as `$out` does. Without it, `$merge` replaces document by document.
    const REPLACES: bool = false;

    /// Returns the pipeline, without the stage that stores its rows.
    fn pipeline() -> Pipeline<Self::Source, Self>;
}
