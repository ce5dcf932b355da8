//! `$unionWith`, `$sample`.

use mongodb::bson::doc;

use crate::{
    model::Model,
    pipeline::{Detached, Pipeline, Reads},
    value::Value,
};

impl<In, Row: Value, P: Reads> Pipeline<In, Row, P> {
    /// Adds the rows of another collection, after stages that make them rows of this type:
    /// `.union_with(Pipeline::<Warehouse>::new().project(|w| StateOf { state: w.state() }))`.
    ///
    /// `{ $unionWith: { coll: "warehouses", pipeline: [ .. ] } }`
    pub fn union_with<M: Model>(self, other: Pipeline<M, Row, Detached>) -> Self {
        let stages = other.into_raw().into_list();
        self.then(
            "$unionWith",
            stages.map(|stages| {
                let mut union = doc! { "coll": M::COLLECTION };
                if !stages.is_empty() {
                    union.insert("pipeline", stages);
                }
                union.into()
            }),
        )
    }

    /// Keeps this many rows, chosen at random.
    ///
    /// `{ $sample: { size: rows } }`
    pub fn sample(self, rows: u64) -> Self {
        self.then("$sample", rows.to_bson().map(|rows| doc! { "size": rows }.into()))
    }
}
