//! `$unionWith`, `$sample`.

use mongodb::bson::{Document, doc};

use crate::{
    error::codec::CodecResult,
    model::Model,
    pipeline::{AllowsGroup, Detached, Pipeline},
    policies::Scope,
    value::Value,
};

/// What the other pipeline of [`union_with`](Pipeline::union_with) reads: the collection of a model or, for a pipeline over
/// `Document` that begins with [`documents`](Pipeline::documents), none.
#[diagnostic::on_unimplemented(
    message = "a pipeline over `{Self}` cannot be the argument of `union_with`",
    label = "expected a pipeline over a model",
    note = "`Pipeline::<Order>::new()` reads the collection of a model, and `Pipeline::new().documents([..])` none"
)]
pub trait UnionSource: Sized {
    /// Renders the argument of the stage.
    fn union_of<Row>(pipeline: Pipeline<Self, Row, Detached>) -> CodecResult<Document>;
}

#[diagnostic::do_not_recommend]
impl<M: Model> UnionSource for M {
    fn union_of<Row>(pipeline: Pipeline<M, Row, Detached>) -> CodecResult<Document> {
        let stages = pipeline.into_scoped(&Scope::default())?;
        let mut union = doc! { "coll": M::COLLECTION };
        if !stages.is_empty() {
            union.insert("pipeline", stages);
        }
        Ok(union)
    }
}

impl UnionSource for Document {
    fn union_of<Row>(pipeline: Pipeline<Self, Row, Detached>) -> CodecResult<Document> {
        Ok(doc! { "pipeline": pipeline.into_rendered()? })
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds the rows of another collection, after stages that make them rows of this type:
    /// `.union_with(Pipeline::<Warehouse>::new().project(|w| StateOf { state: w.state() }))`.
    ///
    /// `{ $unionWith: { coll: "warehouses", pipeline: [ .. ] } }`; `{ $unionWith: { pipeline: [{ $documents: [ .. ] }] } }` for
    /// `.union_with(Pipeline::new().documents([..]))`
    ///
    /// The policies of the other model apply: its deleted documents are not read, unless the other pipeline is
    /// `.with_deleted()`, and if its documents belong to tenants, the other pipeline specifies the `.tenant(..)`.
    pub fn union_with<M: UnionSource>(self, other: Pipeline<M, Row, Detached>) -> Self
    where
        P: AllowsGroup,
    {
        self.then("$unionWith", M::union_of(other).map(Into::into))
    }

    /// Keeps this many rows, chosen at random.
    ///
    /// `{ $sample: { size: rows } }`
    pub fn sample(self, rows: u64) -> Self
    where
        P: AllowsGroup,
    {
        self.then("$sample", rows.to_bson().map(|rows| doc! { "size": rows }.into()))
    }
}
