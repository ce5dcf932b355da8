//! `$set` and `$unset`.

use mongodb::bson::{Bson, Document, doc};

use super::{
    nested::set_to,
    unwind::{Picks, RowField, RowFields, picks},
};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, Exprs, exprs},
    meta::TypeMeta,
    path::IntoBase,
    pipeline::{AllowsSet, Pipeline},
    row::With,
    shape::{InObject, RenderedFields, ShapeLiteral},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Adds fields to the rows: those of a shape.
    ///
    /// `{ $set: { total: { $add: ["$price", "$tax"] } } }`; `$addFields` is the same stage.
    ///
    /// A field of the shape with the name of a field of the row replaces it. The literal of an embedded document is a nested
    /// document; where the row may have a document or an array in the field, it is wrapped in `$mergeObjects`, because the
    /// server would merge it into that: [`set_in`](Self::set_in) does so. A row in which such a field has another type
    /// than before cannot be decoded: use [`set_field`](Self::set_field), or [`project`](Self::project) the row.
    #[doc(alias = "$addFields")]
    #[doc(alias = "add_fields")]
    pub fn set<L: ShapeLiteral<InObject<Row>>>(
        self,
        fields: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, With<Row, L::Out>, P>
    where
        P: AllowsSet,
    {
        let mut filled = RenderedFields::new();
        fields(exprs::<Row>()).fill(&mut filled);
        self.then("$set", set(filled.into_document(), "", Row::row_field))
    }

    /// Sets one field of the row to the value of an expression, which may be of another type:
    /// `.set_field(|o| o.placed(), |o| o.placed().date_to_string())`.
    ///
    /// `{ $set: { field: expression } }`
    pub fn set_field<F, X: Expression<Row>>(
        self,
        field: impl FnOnce(Picks<Row>) -> F,
        value: impl FnOnce(Exprs<Row>) -> X,
    ) -> Pipeline<In, <F::Base as RowField<Row>>::With<X::T>, P>
    where
        F: IntoBase,
        F::Base: RowField<Row>,
        P: AllowsSet,
    {
        let field = field(picks::<Row>()).into_base();
        let stored = <F::Base as RowField<Row>>::Type::STORED_AS;
        let value = value(exprs::<Row>()).render();
        let value = value.map(|value| doc! { field.name(): set_to(value.into_value(), Some(stored)) }.into());
        self.then("$set", value)
    }

    /// Adds fields to an embedded document of the row, or to each document of an array: those of a shape.
    ///
    /// `{ $set: { "specs.fuel": "unleaded" } }`
    pub fn set_in<F, V: Value, L: ShapeLiteral<InObject<Row>>>(
        self,
        document: impl FnOnce(Picks<Row>) -> F,
        fields: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, <F::Base as RowField<Row>>::With<V::Added<L::Out>>, P>
    where
        F: IntoBase,
        F::Base: RowField<Row, Type = V>,
        P: AllowsSet,
    {
        let document = document(picks::<Row>()).into_base();
        let mut filled = RenderedFields::new();
        fields(exprs::<Row>()).fill(&mut filled);
        self.then("$set", set(filled.into_document(), document.name(), V::row_field))
    }

    /// Removes fields from the rows: one field, or a tuple of fields.
    ///
    /// `{ $unset: ["isbn", "author.first"] }`; a `$project` with only exclusions is the same.
    pub fn unset<F: RowFields<Row>>(
        self,
        fields: impl FnOnce(Picks<Row>) -> F,
    ) -> Pipeline<In, F::Without<Row>, P>
    where
        P: AllowsSet,
    {
        let mut names = Vec::new();
        fields(picks::<Row>()).names(&mut names);
        let names = match <[String; 1]>::try_from(names) {
            Ok([name]) => name.into(),
            Err(names) => Bson::from(names),
        };
        self.then("$unset", Ok(names))
    }
}

/// Renders the fields of a `$set` below a name. `stored` returns how the document there stores a field.
fn set(
    fields: CodecResult<Document>,
    above: &str,
    stored: fn(&str) -> Option<&'static TypeMeta>,
) -> CodecResult<Bson> {
    let named = |name: String| if above.is_empty() { name } else { format!("{above}.{name}") };
    let field = |(name, value): (String, Bson)| {
        let value = set_to(value, stored(&name));
        (named(name), value)
    };
    Ok(Bson::Document(fields?.into_iter().map(field).collect()))
}
