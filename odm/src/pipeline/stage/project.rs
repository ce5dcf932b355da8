//! `$project`.

use super::nested::projection;
use crate::{
    error::codec::CodecResult,
    expr::{
        Expression, Exprs, exprs,
        rendered::{Form, Rendered},
    },
    pipeline::{AllowsSet, Pipeline},
    shape::{InObject, Produces, RenderedFields, ShapeLiteral},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Replaces the rows by a shape: fields of the row, and computed fields.
    ///
    /// `{ $project: { _id: 0, title: 1, total: { $add: ["$price", "$tax"] } } }`
    ///
    /// The `_id` is left out if the shape has no field that is stored as `_id`. To remove some fields and keep the
    /// others, use [`unset`](Self::unset).
    ///
    /// A field that is itself is an inclusion, `title: 1`; [`computed`] makes it a value, `title: "$title"`. The literal of an
    /// embedded document is a nested document, `stop: { title: 1 }`; [`dotted`] makes it dotted names, `"stop.title": 1`.
    /// Where the row may have an array in the field, the literal is wrapped in `$mergeObjects`, because the server would
    /// repeat it for each element; [`included`] includes fields of the elements.
    pub fn project<L: ShapeLiteral<InObject<Row>>>(
        self,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsSet,
    {
        let mut filled = RenderedFields::new();
        shape(exprs::<Row>()).fill(&mut filled);
        let fields = filled.into_projection();
        self.then("$project", fields.map(|(fields, forms)| projection(fields, Row::row_field, &forms).into()))
    }
}

/// The literal of an embedded document whose fields a `$project` names with dots. Construct with [`dotted`].
#[derive(Debug, Clone)]
pub struct Dotted<L>(L);

/// Names the fields of an embedded document with dots, in the literal of [`project`](Pipeline::project):
/// `BookOf { stop: dotted(StopOf { title: b.stop().title() }) }`. The rows are the same as those of the nested document.
///
/// `"stop.title": 1`
pub fn dotted<L: Produces>(document: L) -> Dotted<L> {
    Dotted(document)
}

impl<L: Produces> Produces for Dotted<L> {
    type Output = L::Output;
}

/// A value that a `$project` computes. Construct with [`computed`].
#[derive(Debug, Clone)]
pub struct ComputedField<X>(X);

/// Sends a field of the row as a computed value and not as an inclusion, in the literal of
/// [`project`](Pipeline::project): `ZipOf { state: computed(z.state()) }`. The values are the same; the server writes
/// included fields in the order of the document, and computed ones after them.
///
/// `state: "$state"`
pub fn computed<X: Produces>(value: X) -> ComputedField<X> {
    ComputedField(value)
}

impl<X: Produces> Produces for ComputedField<X> {
    type Output = X::Output;
}

/// A selection of fields that a `$project` includes. Construct with [`included`].
#[derive(Debug, Clone)]
pub struct IncludedFields<X>(X);

/// Sends a [`map`](crate::expr::Expr::map) that only selects fields of the documents in an array as an inclusion, in the literal of
/// [`project`](Pipeline::project): `SkusOf { lines: included(o.lines().map(|line| SkuOf { sku: line.sku() })) }`. With
/// [`dotted`] around it, the names are dotted. The rows are the same. A `map` that computes anything remains one.
///
/// `{ $project: { _id: 0, lines: { sku: 1 } } }`
pub fn included<X: Produces>(map: X) -> IncludedFields<X> {
    IncludedFields(map)
}

impl<X: Produces> Produces for IncludedFields<X> {
    type Output = X::Output;
}

macro_rules! forms {
    ($($type:ident $form:ident;)*) => { $(
        impl<R, X: Expression<R>> Expression<R> for $type<X> {
            type T = X::T;

            fn render(self) -> CodecResult<Rendered> {
                self.0.render().map(|value| value.with_form(Form::$form))
            }
        }
    )* };
}

forms! {
    Dotted Dotted;
    ComputedField Computed;
    IncludedFields Included;
}
