//! `$project`.

use mongodb::bson::{Bson, Document, doc};

use super::set::whole;
use crate::{
    expr::{Exprs, exprs},
    pipeline::{AllowsSet, Pipeline},
    shape::{InObject, RenderedFields, ShapeLiteral},
    value::Value,
};

impl<In, Row: Value, P> Pipeline<In, Row, P> {
    /// Replaces the rows by a shape: fields of the row, and computed fields.
    ///
    /// `{ $project: { _id: 0, title: 1, total: { $add: ["$price", "$tax"] } } }`
    ///
    /// The `_id` is left out if the shape has no field that is stored as `_id`. To remove some fields and keep the
    /// others, use [`unset`](Self::unset).
    pub fn project<L: ShapeLiteral<InObject<Row>>>(
        self,
        shape: impl FnOnce(Exprs<Row>) -> L,
    ) -> Pipeline<In, L::Out, P>
    where
        P: AllowsSet,
    {
        let mut filled = RenderedFields::new();
        shape(exprs::<Row>()).fill(&mut filled);
        self.then("$project", filled.into_document().map(|fields| projection(fields).into()))
    }
}

/// Renders the fields of a literal as those of a `$project`, in which a number or a bool means that a field is included.
fn projection(fields: Document) -> Document {
    let mut projection = Document::new();
    if !fields.contains_key("_id") {
        projection.insert("_id", 0);
    }
    for (name, value) in fields {
        let value = match included(&name, &value) {
            Some(included) => included,
            None => computed(value),
        };
        projection.insert(name, value);
    }
    projection
}

/// Returns `1` for a value that is the field with this name, and the document of such values for a document of fields of
/// the document with this name.
fn included(path: &str, value: &Bson) -> Option<Bson> {
    match value {
        Bson::String(field) if field.strip_prefix('$') == Some(path) => Some(1.into()),
        Bson::Document(fields) if !fields.is_empty() => fields
            .iter()
            .map(|(name, value)| Some((name.clone(), included(&format!("{path}.{name}"), value)?)))
            .collect::<Option<Document>>()
            .map(Bson::Document),
        _ => None,
    }
}

/// Returns a value that the server does not read as an inclusion.
fn computed(value: Bson) -> Bson {
    match value {
        Bson::Int32(_)
        | Bson::Int64(_)
        | Bson::Double(_)
        | Bson::Decimal128(_)
        | Bson::Boolean(_)
        | Bson::Null => doc! { "$literal": value }.into(),
        _ => whole(value),
    }
}
