//! `$group`.

use mongodb::bson::Bson;

use crate::{
    expr::{Exprs, exprs},
    pipeline::{AllowsGroup, Pipeline},
    shape::{InGroup, RenderedFields, ShapeLiteral},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Returns one row for each group: a shape whose field stored as `_id` is the key, and whose other fields are
    /// accumulators.
    ///
    /// `{ $group: { _id: "$customer", total: { $sum: "$price" } } }`
    ///
    /// The key may be compound: use the literal of a document, `key: CityOf { state: z.state(), city: z.city() }`. A
    /// shape without a field stored as `_id` makes one group of all rows.
    pub fn group<S: ShapeLiteral<InGroup<Row>>>(
        self,
        shape: impl FnOnce(Exprs<Row>) -> S,
    ) -> Pipeline<In, S::Out, P>
    where
        P: AllowsGroup,
    {
        let mut filled = RenderedFields::new();
        shape(exprs::<Row>()).fill(&mut filled);
        let stage = filled.into_document().map(grouped);
        self.then("$group", stage)
    }
}

/// Returns the argument of a stage that groups, which must have an `_id`.
fn grouped(mut fields: mongodb::bson::Document) -> Bson {
    if !fields.contains_key("_id") {
        fields.insert("_id", Bson::Null);
    }
    fields.into()
}
