//! `$graphLookup`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::paths;
use crate::{
    error::codec::CodecResult,
    expr::{Exprs, exprs, rendered::Rendered},
    filter::IntoFilter,
    model::Model,
    path::{Key, Root},
    pipeline::{AllowsGroup, OfStageOutput, Pipeline, StageOutput, output::field_name},
    policies::Scope,
    row::With,
    shape::{Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// The documents of the collection of `F` that a search from the row `R` reaches, as an array of `Row`s.
///
/// Construct with [`from`](super::from) and [`connecting`](super::LookupFrom::connecting).
#[must_use = "it is the field of a literal in `graph_lookup`"]
pub struct GraphLookup<R, F, Row = F> {
    scope: Scope,
    stage: CodecResult<Document>,
    types: PhantomData<fn() -> (R, F, Row)>,
}

impl<R, F, Row> fmt::Debug for GraphLookup<R, F, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("GraphLookup")
    }
}

impl<R, F: Model> GraphLookup<R, F> {
    pub(super) fn new(
        scope: Scope,
        start: CodecResult<Rendered>,
        from: CodecResult<String>,
        to: CodecResult<String>,
    ) -> Self {
        let stage = start.and_then(|start| {
            Ok(doc! {
                "from": F::COLLECTION,
                "startWith": start.into_value(),
                "connectFromField": from?,
                "connectToField": to?,
            })
        });
        Self { scope, stage, types: PhantomData }
    }

    /// Adds a field with the number of steps to each document: that of a shape with one field.
    ///
    /// `depthField: "steps"` for `.depth_field(|depth| StepsOf { steps: depth })`
    pub fn depth_field<L: ShapeLiteral<OfStageOutput>>(
        self,
        field: impl FnOnce(StageOutput<i64>) -> L,
    ) -> GraphLookup<R, F, With<F, L::Out>> {
        let Self { scope, stage, .. } = self.with("depthField", field_name(field).map(Into::into));
        GraphLookup { scope, stage, types: PhantomData }
    }
}

impl<R, F: Model, Row> GraphLookup<R, F, Row> {
    fn with(mut self, name: &str, value: CodecResult<Bson>) -> Self {
        self.stage = self.stage.and_then(|mut stage| {
            stage.insert(name, value?);
            Ok(stage)
        });
        self
    }

    /// Limits the number of steps. With zero, only documents that equal the start are found.
    ///
    /// `maxDepth: steps`
    pub fn max_depth(self, steps: u32) -> Self {
        self.with("maxDepth", steps.to_bson())
    }

    /// Follows only documents that satisfy a condition.
    ///
    /// `restrictSearchWithMatch: { .. }`
    pub fn restrict_search<C: IntoFilter<F>>(self, condition: impl FnOnce(Root<F>) -> C) -> Self {
        let filter = condition(paths::<F>()).into_filter().into_clauses().into_document();
        self.with("restrictSearchWithMatch", filter.map(Into::into))
    }

    /// Returns the argument of the stage, limited to the documents that the policies of `F` let it read.
    fn render(self) -> CodecResult<Document> {
        let mut stage = self.stage?;
        match stage.get_mut("restrictSearchWithMatch") {
            Some(Bson::Document(filter)) => self.scope.add_to(F::POLICIES, filter)?,
            _ => {
                let mut filter = Document::new();
                self.scope.add_to(F::POLICIES, &mut filter)?;
                if !filter.is_empty() {
                    stage.insert("restrictSearchWithMatch", filter);
                }
            }
        }
        Ok(stage)
    }
}

/// The kind of literals whose fields are searches from the row `R`.
#[derive(Debug)]
pub struct InGraphLookup<R>(PhantomData<fn() -> R>);

impl<R, F, Row> Produces for GraphLookup<R, F, Row> {
    type Output = Vec<Row>;
}

#[diagnostic::do_not_recommend]
impl<R, F: Model, Row, K: Key, D> Slot<InGraphLookup<R>, K, D> for GraphLookup<R, F, Row> {
    fn slot(self, to: &mut RenderedFields) {
        to.insert(K::NAME, self.render().and_then(|stage| Rendered::measured(stage.into())));
    }
}

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds the documents that a search through a collection reaches: a shape whose fields are searches.
    ///
    /// `{ $graphLookup: { from: "people", startWith: "$friends", connectFromField: "friends", connectToField: "name",
    /// as: "network" } }` for
    /// `.graph_lookup(|p| NetworkOf { network: from::<Person>().connecting(p.friends(), |q| q.friends(), |q| q.name()) })`
    ///
    /// Each field of the shape is a stage.
    pub fn graph_lookup<L: ShapeLiteral<InGraphLookup<Row>>>(
        self,
        searches: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, With<Row, L::Out>, P>
    where
        P: AllowsGroup,
    {
        let mut filled = RenderedFields::new();
        searches(exprs::<Row>()).fill(&mut filled);
        self.then_each("$graphLookup", filled)
    }
}
