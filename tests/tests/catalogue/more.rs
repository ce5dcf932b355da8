//! Further examples of the manual, as its pages write them. Each is beside the pipeline that must render it.

mod arrays;
mod dates;
mod groups;
mod joins;
mod rows;
mod scores;
mod values;
mod windows;

use odm::{Decode, Model, Pipeline, bson::Document};

use crate::support::Case;

/// An example with its case.
pub(crate) struct More {
    pub(crate) case: Case,
    pub(crate) expected: Vec<Document>,
}

/// Returns the example of a pipeline over documents of type `M`, whose rows are read as `Row`.
fn more<M: Model + Send, Row: Decode + Send + 'static>(
    id: &'static str,
    pipeline: Pipeline<M, Row>,
    expected: impl Into<Vec<Document>>,
) -> More {
    More { case: Case::pipeline::<M, Row>(id, pipeline), expected: expected.into() }
}

pub(crate) fn all() -> Vec<More> {
    [
        arrays::all(),
        dates::all(),
        groups::all(),
        joins::all(),
        rows::all(),
        scores::all(),
        values::all(),
        windows::all(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
