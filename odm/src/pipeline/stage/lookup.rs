//! `$lookup`.

mod from;

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document};

pub use self::from::{
    InCollection, InPipeline, JoinSource, LookupFrom, from, from_documents, from_documents_of,
};
use super::paths;
use crate::{
    error::codec::CodecResult,
    expr::{
        BaseExpression, Comparable, Expr, Exprs, Fields, Scope, VariableKind, Variables, exprs,
        fields_of_variable, rendered::Rendered,
    },
    model::Model,
    path::{IntoBase, Key, Path, Root},
    pipeline::{AllowsGroup, Detached, Pipeline},
    policies::Scope as PolicyScope,
    row::With,
    shape::{BaseProduces, IdOf, Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// A join of the row `R` with documents of type `F`, which adds an array of `Row`s. Construct with [`from`] or
/// [`from_documents`].
#[must_use = "a join is the field of a literal in `lookup`"]
pub struct Join<R, F, Row = F> {
    source: JoinSource,
    equal: Option<CodecResult<(String, String)>>,
    variables: Vec<(&'static str, CodecResult<Rendered>)>,
    /// The stages, and what their pipeline specifies about the documents that it reads.
    stages: CodecResult<Vec<Document>>,
    inner: PolicyScope,
    types: PhantomData<fn() -> (R, F, Row)>,
}

impl<R, F, Row> fmt::Debug for Join<R, F, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Join")
    }
}

impl<F: Value, S: Into<JoinSource>> LookupFrom<F, S> {
    fn join<R>(self) -> Join<R, F> {
        Join {
            source: self.source.into(),
            equal: None,
            variables: Vec::new(),
            stages: Ok(Vec::new()),
            inner: PolicyScope::default(),
            types: PhantomData,
        }
    }

    /// Joins the documents in which a field equals a field of the row:
    /// `from::<Customer>().equal(o.customer(), |c| c.id())`. An array equals each of its elements.
    ///
    /// `localField: "customer", foreignField: "_id"`
    pub fn equal<R, L, T, O, G, U, Multiplicity>(
        self,
        local: L,
        foreign: impl FnOnce(Root<F>) -> G,
    ) -> Join<R, F>
    where
        L: IntoBase<Base = Expr<R, T, O>>,
        G: IntoBase<Base = Path<F, U, Multiplicity>>,
        T: JoinsOn<U>,
    {
        self.join().equal(local, foreign)
    }

    /// Joins the rows of a pipeline over the collection: `from::<Stock>().pipeline(|stocks| stocks.limit(3))`.
    ///
    /// `pipeline: [ .. ]`
    pub fn pipeline<R, Row>(
        self,
        stages: impl FnOnce(Pipeline<F, F, Detached>) -> Pipeline<F, Row, Detached>,
    ) -> Join<R, F, Row> {
        self.join().pipeline(stages)
    }

    /// Joins the rows of a pipeline over the collection that uses values of the row:
    /// `from::<Stock>().let_(("ordered", o.quantity()), |stocks, ordered| stocks.matching_expr(|s| s.left().gte(ordered)))`.
    ///
    /// `let: { ordered: "$quantity" }, pipeline: [ .. ]`
    pub fn let_<R, V: Variables<R, OfJoin>, Row>(
        self,
        variables: V,
        stages: impl FnOnce(Pipeline<F, F, Detached>, V::Bound) -> Pipeline<F, Row, Detached>,
    ) -> Join<R, F, Row> {
        self.join().let_(variables, stages)
    }
}

/// Returns the dotted name of a field.
pub(super) fn path_name<M, V, R>(path: &Path<M, V, R>) -> CodecResult<String> {
    let location = path.location();
    match location.problem() {
        Some(problem) => Err(problem.clone()),
        None => Ok(location.name().to_owned()),
    }
}

impl<R, F: Value, Row> Join<R, F, Row> {
    /// Joins the documents in which a field equals a field of the row. An array equals each of its elements.
    ///
    /// `localField: "customer", foreignField: "_id"`
    pub fn equal<L, T, O, G, U, Multiplicity>(mut self, local: L, foreign: impl FnOnce(Root<F>) -> G) -> Self
    where
        L: IntoBase<Base = Expr<R, T, O>>,
        G: IntoBase<Base = Path<F, U, Multiplicity>>,
        T: JoinsOn<U>,
    {
        let foreign = path_name(&foreign(paths::<F>()).into_base());
        let local = local.into_base().field_name().map(str::to_owned);
        self.equal = Some(local.and_then(|local| Ok((local, foreign?))));
        self
    }
}

impl<R, F: Model> Join<R, F> {
    /// Joins the documents whose ids a field of the row contains.
    pub(crate) fn on_id<T, O>(local: &Expr<R, T, O>) -> Self {
        let equal = local.field_name().map(|local| (local.to_owned(), "_id".to_owned()));
        Self { equal: Some(equal), ..from::<F>().join() }
    }
}

impl<R, F: Value> Join<R, F> {
    /// Applies the stages of a pipeline to the joined documents.
    ///
    /// `pipeline: [ .. ]`
    pub fn pipeline<Row>(
        self,
        stages: impl FnOnce(Pipeline<F, F, Detached>) -> Pipeline<F, Row, Detached>,
    ) -> Join<R, F, Row> {
        let stages = stages(Pipeline::new());
        self.with_stages(stages)
    }

    /// Applies the stages of a pipeline that uses values of the row to the joined documents.
    ///
    /// `let: { ordered: "$quantity" }, pipeline: [ .. ]`
    pub fn let_<V: Variables<R, OfJoin>, Row>(
        mut self,
        variables: V,
        stages: impl FnOnce(Pipeline<F, F, Detached>, V::Bound) -> Pipeline<F, Row, Detached>,
    ) -> Join<R, F, Row> {
        let _scope = Scope::enter();
        let bound = variables.bind(&mut self.variables);
        let stages = stages(Pipeline::new(), bound);
        self.with_stages(stages)
    }

    fn with_stages<Row>(self, stages: Pipeline<F, Row, Detached>) -> Join<R, F, Row> {
        let inner = stages.target().scope.clone();
        Join {
            source: self.source,
            equal: self.equal,
            variables: self.variables,
            stages: stages.into_rendered(),
            inner,
            types: PhantomData,
        }
    }
}

/// Renders the argument of the stage, without the name of the field.
fn argument(
    source: JoinSource,
    equal: Option<CodecResult<(String, String)>>,
    variables: Vec<(&'static str, CodecResult<Rendered>)>,
    inner: &PolicyScope,
    stages: CodecResult<Vec<Document>>,
) -> CodecResult<Rendered> {
    let mut stage = Document::new();
    if let JoinSource::Collection(InCollection { name, .. }) = source {
        stage.insert("from", name);
    }
    if let Some(equal) = equal {
        let (local, foreign) = equal?;
        stage.insert("localField", local);
        stage.insert("foreignField", foreign);
    }
    if !variables.is_empty() {
        let mut bound = Document::new();
        for (name, value) in variables {
            bound.insert(name, value?.into_value());
        }
        stage.insert("let", bound);
    }
    let keyed = stage.contains_key("localField");
    let stages = source.stages(inner, stages?)?;
    if !stages.is_empty() || !keyed {
        stage.insert("pipeline", stages);
    }
    Rendered::measured(stage.into())
}

/// The type of a field that a join can compare with a field of type `U`: the same type, or that of the elements of an
/// array.
#[diagnostic::on_unimplemented(
    message = "a join of `{Self}` with `{U}` never finds anything",
    label = "the two fields are never equal",
    note = "join fields of one type, or arrays of it: `from::<Customer>().equal(o.customer(), |c| c.id())`"
)]
pub trait JoinsOn<U> {}

#[diagnostic::do_not_recommend]
impl<T: Value, U: Value> JoinsOn<U> for T where
    <T::DistinctItem<T> as Value>::NonNull: Comparable<<U::DistinctItem<U> as Value>::NonNull>
{
}

/// The kind of the variables of a join.
#[derive(Debug)]
pub enum OfJoin {}

impl VariableKind for OfJoin {
    type Of<T: Value> = LookupVariable<T>;

    fn of<T: Value>(name: &'static str) -> Self::Of<T> {
        LookupVariable { name, types: PhantomData }
    }
}

/// A value of the outer row in a joined pipeline: an expression over every row of the pipeline.
pub struct LookupVariable<T> {
    name: &'static str,
    types: PhantomData<fn() -> T>,
}

impl<T> LookupVariable<T> {
    /// Returns the variable as an expression over the row `R`, or its fields if it is a document:
    /// `ordered.over() * 2`.
    pub fn over<R: 'static>(self) -> Fields<R, T>
    where
        T: Value,
    {
        fields_of_variable::<R, T>(self.name)
    }
}

impl<T> Clone for LookupVariable<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for LookupVariable<T> {}

impl<T> fmt::Debug for LookupVariable<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupVariable")
    }
}

impl<T> IntoBase for LookupVariable<T> {
    type Base = Self;

    fn into_base(self) -> Self {
        self
    }
}

impl<R, T: Value> BaseExpression<R> for LookupVariable<T> {
    type T = T;

    fn render(self) -> CodecResult<Rendered> {
        Ok(Rendered::leaf(format!("$${}", self.name)))
    }
}

impl<T> BaseProduces for LookupVariable<T> {
    type Output = T;
}

/// The kind of literals whose fields are joins of the row `R`.
#[derive(Debug)]
pub struct InLookup<R>(PhantomData<fn() -> R>);

impl<R, F, Row> Produces for Join<R, F, Row> {
    type Output = Vec<Row>;
}

macro_rules! slots {
    ($($key:ty),*) => { $(
        #[diagnostic::do_not_recommend]
        impl<R, F, Row, K: Key, D> Slot<InLookup<R>, $key, D> for Join<R, F, Row> {
            fn slot(self, to: &mut RenderedFields) {
                let Self { source, equal, variables, inner, stages, .. } = self;
                to.insert(K::NAME, argument(source, equal, variables, &inner, stages));
            }
        }
    )* };
}

slots!(K, IdOf<K>);

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds the documents of other collections to the rows: a shape whose fields are joins.
    ///
    /// `{ $lookup: { from: "customers", localField: "customer", foreignField: "_id", as: "customers" } }` for
    /// `.lookup(|o| BuyersOf { customers: from::<Customer>().equal(o.customer(), |c| c.id()) })`
    ///
    /// Each field of the shape is a stage.
    pub fn lookup<L: ShapeLiteral<InLookup<Row>>>(
        self,
        joins: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, With<Row, L::Out>, P>
    where
        P: AllowsGroup,
    {
        let mut filled = RenderedFields::new();
        joins(exprs::<Row>()).fill(&mut filled);
        self.then_each("$lookup", filled)
    }

    /// Adds a stage for each field of a literal: its value with the name of the field as `as`.
    pub(super) fn then_each<N>(mut self, stage: &'static str, fields: RenderedFields) -> Pipeline<In, N, P> {
        for (name, argument) in fields.into_fields() {
            let argument = argument.map(|argument| {
                let mut argument = argument.into_value();
                if let Bson::Document(argument) = &mut argument {
                    argument.insert("as", name);
                }
                argument
            });
            self.stages.push(stage, argument);
        }
        self.retyped()
    }
}
