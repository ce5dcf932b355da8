//! `$facet`.

use std::marker::PhantomData;

use mongodb::bson::Bson;

use crate::{
    expr::rendered::Rendered,
    path::Key,
    pipeline::{Detached, InFacet, Pipeline, TopLevel},
    shape::{Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// The kind of literals whose fields are pipelines over the row `R`.
#[derive(Debug)]
pub struct InFacets<R>(PhantomData<fn() -> R>);

impl<In, Row> Produces for Pipeline<In, Row, InFacet> {
    type Output = Vec<Row>;
}

#[diagnostic::do_not_recommend]
impl<R, Row, K: Key, D> Slot<InFacets<R>, K, D> for Pipeline<R, Row, InFacet> {
    fn slot(self, to: &mut RenderedFields) {
        let stages = self.into_raw().into_list();
        to.insert(K::NAME, stages.and_then(|stages| Rendered::measured(Bson::from(stages))));
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Runs several pipelines over the same rows and returns one row with an array for each: a shape whose fields are
    /// pipelines.
    ///
    /// `{ $facet: { byPrice: [ .. ], byYear: [ .. ] } }` for
    /// `.facet(|rows| FacetsOf { by_price: rows.clone().bucket(..), by_year: rows.bucket_auto(..) })`
    pub fn facet<L: ShapeLiteral<InFacets<Row>>>(
        self,
        shape: impl FnOnce(Pipeline<Row, Row, InFacet>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: TopLevel,
    {
        let mut filled = RenderedFields::new();
        shape(Pipeline::<Row, Row, Detached>::new().with_target(|_| InFacet)).fill(&mut filled);
        self.then("$facet", filled.into_document().map(Into::into))
    }
}
