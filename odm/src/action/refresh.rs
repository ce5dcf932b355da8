//! `refresh`: runs the pipeline of a materialized view.

use super::aggregate::OnCollection;
use crate::{
    collection::Collection,
    pipeline::{MaterializedView, WhenMatched, Written},
};

impl<M: MaterializedView> Collection<M> {
    /// Runs the pipeline of the materialized view over its source, and stores the rows in this collection. Awaiting it
    /// returns nothing.
    ///
    /// `{ aggregate: <source>, pipeline: [ .., { $merge: { into: <collection>, whenMatched: "replace" } } ] }`
    ///
    /// A row replaces the document with its `_id`, or is inserted. A document for which there is no row any more stays.
    /// With `write = "out"` in the declaration, the last stage is `{ $out: <collection> }`: the rows replace all
    /// documents at once, and the indexes and the validator of the collection stay. The rows are not limited to those
    /// that have changed.
    ///
    /// # Errors
    ///
    /// Returns the errors of an [`aggregate`](Self::aggregate). Returns an error for which
    /// [`is_rejected`](crate::Error::is_rejected) is true if the validator of the collection refuses a row.
    ///
    /// ```no_run
    /// # use odm::{Collection, Id, Model, pipeline::{sum, Pipeline}};
    /// # #[derive(Model)]
    /// # #[odm(collection = "orders")]
    /// # struct Order { id: Id<Order>, city: String, total: i64 }
    /// #[derive(Model)]
    /// #[odm(collection = "city_totals", materialized_view(on = Order, pipeline = city_totals))]
    /// struct CityTotal {
    ///     #[odm(id)]
    ///     city: String,
    ///     total: i64,
    /// }
    ///
    /// fn city_totals() -> Pipeline<Order, CityTotal> {
    ///     Pipeline::<Order>::new().group(|o| CityTotalOf { city: o.city(), total: sum(o.total()) })
    /// }
    ///
    /// # async fn f(totals: Collection<CityTotal>) -> odm::Result<()> {
    /// totals.refresh().await?;
    /// # Ok(())
    /// # }
    /// ```
    #[track_caller]
    pub fn refresh(&self) -> Written<M::Source, OnCollection> {
        let source = self.database().collection::<M::Source>().target();
        let pipeline =
            M::pipeline().with_target(|detached| OnCollection::new(source.in_scope(detached.scope).into()));
        if M::REPLACES {
            pipeline.out()
        } else {
            pipeline.merge::<M>(|rows| rows.when_matched(WhenMatched::Replace))
        }
    }
}
