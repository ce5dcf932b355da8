//! `$facet`.

use std::marker::PhantomData;

use mongodb::bson::{Bson, Document};

use crate::{
    error::codec::{CodecError, CodecResult},
    expr::rendered::Rendered,
    path::Key,
    pipeline::{Detached, InFacet, Pipeline, TopLevel},
    policies::{SEARCHES, STATE_OF_SERVER},
    shape::{Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// The kind of literals whose fields are pipelines over the row `R`.
#[derive(Debug)]
pub struct InFacets<R>(PhantomData<fn() -> R>);

/// Returns whether the server refuses the stage inside a facet: one that does not read the rows of the stage before it, or
/// that writes.
fn is_refused(stage: &str) -> bool {
    matches!(stage, "$changeStream" | "$documents" | "$facet" | "$geoNear" | "$merge" | "$out")
        || STATE_OF_SERVER.contains(&stage)
        || SEARCHES.contains(&stage)
}

/// Renders the stages of a facet.
fn facet(stages: CodecResult<Vec<Document>>) -> CodecResult<Rendered> {
    let stages = stages?;
    let mut names = stages.iter().filter_map(|stage| stage.keys().next());
    match names.find(|name| is_refused(name)) {
        Some(name) => Err(CodecError::new("stages that a facet may have", format!("`{name}`"))),
        None => Rendered::measured(Bson::from(stages)),
    }
}

macro_rules! facets {
    ($($place:ty),*) => { $(
        impl<In, Row> Produces for Pipeline<In, Row, $place> {
            type Output = Vec<Row>;
        }

        #[diagnostic::do_not_recommend]
        impl<R, Row, K: Key, D> Slot<InFacets<R>, K, D> for Pipeline<R, Row, $place> {
            fn slot(self, to: &mut RenderedFields) {
                to.insert(K::NAME, facet(self.into_raw().into_list()));
            }
        }
    )* };
}

facets!(InFacet, Detached);

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Runs several pipelines over the same rows and returns one row with an array for each: a shape whose fields are
    /// pipelines.
    ///
    /// `{ $facet: { byPrice: [ .. ], byYear: [ .. ] } }` for
    /// `.facet(|rows| FacetsOf { by_price: rows.clone().bucket(..), by_year: rows.bucket_auto(..) })`
    ///
    /// A field may also be a pipeline of its own, `Pipeline::<Order>::new()`, over the type of the rows. If that has a stage
    /// which the server refuses in a facet, the pipeline is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true.
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
