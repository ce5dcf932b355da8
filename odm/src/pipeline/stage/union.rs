//! `$unionWith`, `$sample`.

use mongodb::bson::doc;

use crate::{
    model::Model,
    pipeline::{AllowsGroup, Detached, Pipeline},
    policies::Scope,
    value::Value,
};

impl<In, Row: Value, P: AllowsGroup> Pipeline<In, Row, P> {
    /// Adds the rows of another collection, after stages that make them rows of this type:
    /// `.union_with(Pipeline::<Warehouse>::new().project(|w| StateOf { state: w.state() }))`.
    ///
    /// `{ $unionWith: { coll: "warehouses", pipeline: [ .. ] } }`
    ///
    /// The policies of the other model apply: its deleted documents are not read, unless the other pipeline is
    /// `.with_deleted()`, and if its documents belong to tenants, the other pipeline specifies the `.tenant(..)`.
    pub fn union_with<M: Model>(self, other: Pipeline<M, Row, Detached>) -> Self {
        let stages = other.into_scoped(&Scope::default());
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
