//! `$lookup`.

use std::{fmt, marker::PhantomData};

use mongodb::bson::{Bson, Document, doc};

use super::{graph_lookup::GraphLookup, paths};
use crate::{
    error::codec::CodecResult,
    expr::{
        BaseExpression, Comparable, Expr, Expression, Exprs, Fields, Scope, VariableKind, Variables, exprs,
        fields_of_variable, rendered::Rendered,
    },
    model::{Model, SoftDelete, Tenanted},
    path::{IntoBase, Key, Operand, Path, Root},
    pipeline::{AllowsGroup, Detached, Pipeline},
    policies::{Deleted, Scope as PolicyScope, Tenant, scoped_stages},
    row::With,
    shape::{BaseProduces, IdOf, Produces, RenderedFields, ShapeLiteral, Slot},
    value::Value,
};

/// Starts a join with the collection of `F`, for the literal of [`lookup`](Pipeline::lookup) or of
/// [`graph_lookup`](Pipeline::graph_lookup).
///
/// The [policies](macro@crate::Model#policies) of `F` apply: its deleted documents are not joined, unless the join is
/// [`with_deleted`](LookupFrom::with_deleted), and if its documents belong to tenants, the join specifies the
/// [`tenant`](LookupFrom::tenant).
pub fn from<F: Model>() -> LookupFrom<F> {
    LookupFrom { scope: PolicyScope::default(), model: PhantomData }
}

/// The collection of a join. Construct with [`from`].
pub struct LookupFrom<F> {
    scope: PolicyScope,
    model: PhantomData<fn() -> F>,
}

impl<F> fmt::Debug for LookupFrom<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookupFrom")
    }
}

/// A join of the row `R` with the collection of `F`, which adds an array of `Row`s. Construct with [`from`].
#[must_use = "a join is the field of a literal in `lookup`"]
pub struct Join<R, F, Row = F> {
    scope: PolicyScope,
    equal: Option<CodecResult<(String, String)>>,
    variables: Vec<(&'static str, CodecResult<Rendered>)>,
    stages: Option<CodecResult<Vec<Document>>>,
    types: PhantomData<fn() -> (R, F, Row)>,
}

impl<R, F, Row> fmt::Debug for Join<R, F, Row> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Join")
    }
}

impl<F: Model> LookupFrom<F> {
    /// Joins deleted documents too. Without this, the join has a condition that excludes them.
    #[must_use]
    pub fn with_deleted(mut self) -> Self
    where
        F: SoftDelete,
    {
        self.scope.deleted = Deleted::Included;
        self
    }

    /// Joins only the documents of this tenant: the join has a condition on the tenant.
    ///
    /// A join of a model with a tenant that specifies none is an error for which
    /// [`is_not_sent`](crate::Error::is_not_sent) is true. The tenant of the handle does not apply to the join.
    #[must_use]
    pub fn tenant<K>(mut self, tenant: impl Operand<F::Tenant, K>) -> Self
    where
        F: Tenanted,
    {
        self.scope.tenant = Tenant::of(tenant.operand());
        self
    }

    /// Joins the documents of all tenants.
    #[must_use]
    pub fn all_tenants(mut self) -> Self
    where
        F: Tenanted,
    {
        self.scope.tenant = Tenant::All;
        self
    }

    fn join<R>(self) -> Join<R, F> {
        Join { scope: self.scope, equal: None, variables: Vec::new(), stages: None, types: PhantomData }
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

    /// Follows a field through the documents of the collection, from a value of the row: for
    /// [`graph_lookup`](Pipeline::graph_lookup).
    ///
    /// `startWith: start, connectFromField: "friends", connectToField: "name"`
    pub fn connecting<R, X, A, U, Ra, B, V, Rb>(
        self,
        start: X,
        connect_from: impl FnOnce(Root<F>) -> A,
        connect_to: impl FnOnce(Root<F>) -> B,
    ) -> GraphLookup<R, F>
    where
        X: Expression<R>,
        A: IntoBase<Base = Path<F, U, Ra>>,
        B: IntoBase<Base = Path<F, V, Rb>>,
        X::T: JoinsOn<V>,
        U: JoinsOn<V>,
    {
        GraphLookup::new(
            self.scope,
            start.render(),
            path_name(&connect_from(paths::<F>()).into_base()),
            path_name(&connect_to(paths::<F>()).into_base()),
        )
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

impl<R, F: Model, Row> Join<R, F, Row> {
    fn retyped<N>(self, stages: CodecResult<Vec<Document>>) -> Join<R, F, N> {
        Join {
            scope: self.scope,
            equal: self.equal,
            variables: self.variables,
            stages: Some(stages),
            types: PhantomData,
        }
    }

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

    /// Applies the stages of a pipeline to the joined documents.
    ///
    /// `pipeline: [ .. ]`
    pub fn pipeline<Row>(
        self,
        stages: impl FnOnce(Pipeline<F, F, Detached>) -> Pipeline<F, Row, Detached>,
    ) -> Join<R, F, Row> {
        let stages = stages(Pipeline::new()).into_scoped(&self.scope);
        self.retyped(stages)
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
        let stages = stages(Pipeline::new(), bound).into_scoped(&self.scope);
        self.retyped(stages)
    }

    /// Renders the argument of the stage, without the name of the field.
    fn render(self) -> CodecResult<Document> {
        let mut stage = doc! { "from": F::COLLECTION };
        if let Some(equal) = self.equal {
            let (local, foreign) = equal?;
            stage.insert("localField", local);
            stage.insert("foreignField", foreign);
        }
        if !self.variables.is_empty() {
            let mut variables = Document::new();
            for (name, value) in self.variables {
                variables.insert(name, value?.into_value());
            }
            stage.insert("let", variables);
        }
        match self.stages {
            Some(stages) => {
                stage.insert("pipeline", stages?);
            }
            None => {
                let stages = scoped_stages(&self.scope, F::POLICIES, Vec::new())?;
                if !stages.is_empty() {
                    stage.insert("pipeline", stages);
                }
            }
        }
        Ok(stage)
    }
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
        impl<R, F: Model, Row, K: Key, D> Slot<InLookup<R>, $key, D> for Join<R, F, Row> {
            fn slot(self, to: &mut RenderedFields) {
                let stage = self.retyped_as_documents().render();
                to.insert(K::NAME, stage.and_then(|stage| Rendered::measured(stage.into())));
            }
        }
    )* };
}

slots!(K, IdOf<K>);

impl<R, F: Model, Row> Join<R, F, Row> {
    fn retyped_as_documents(self) -> Join<R, F> {
        Join {
            scope: self.scope,
            equal: self.equal,
            variables: self.variables,
            stages: self.stages,
            types: PhantomData,
        }
    }
}

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
