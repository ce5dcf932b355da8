//! `Projection`: the names that a view reads.

use std::any::type_name;

use mongodb::bson::{Document, doc};

use super::View;
use crate::value::SchemaVersion;

/// The projection of a view while it is built: `{ reference: 1, "shipTo.city": 1, _id: 0 }`.
#[derive(Debug, Default)]
pub struct Projection {
    fields: Document,
    /// The dotted name of the field that is being added.
    at: String,
    /// The type names of the views around that field, outermost first.
    open: Vec<&'static str>,
}

impl Projection {
    /// Returns the projection of the view `V` of `M`.
    pub(crate) fn of<M, V: View<M>>() -> Document {
        let mut projection = Self::default();
        projection.view::<M, V>();
        projection.finish()
    }

    /// Adds the whole field.
    pub(super) fn whole(&mut self) {
        self.fields.insert(self.at.as_str(), 1);
    }

    /// Adds the score of the text search.
    pub(super) fn text_score(&mut self) {
        self.fields.insert(self.at.as_str(), doc! { "$meta": "textScore" });
    }

    /// Adds the version of the parent's documents, if they have one.
    pub fn with_version(&mut self, version: Option<SchemaVersion>) {
        if let Some(schema) = version {
            self.field(schema.name(), Self::whole);
        }
    }

    /// Adds the fields of a view. A view inside itself would have infinitely many, so there the whole field is added.
    pub(super) fn view<M, V: View<M>>(&mut self) {
        // If two types have the same name, the whole field is requested; that is correct but larger.
        let name = type_name::<V>();
        if self.open.contains(&name) {
            return self.whole();
        }
        self.open.push(name);
        V::add_names(self);
        self.open.pop();
    }

    /// Adds a field of the view.
    pub(super) fn field(&mut self, name: &str, project: fn(&mut Self)) {
        let above = self.at.len();
        if above > 0 {
            self.at.push('.');
        }
        self.at.push_str(name);
        project(self);
        self.at.truncate(above);
    }

    /// Returns the projection. The server sends the `_id` by default, so it is excluded if the view does not read it.
    fn finish(mut self) -> Document {
        let is_id = |name: &String| name == "_id" || name.starts_with("_id.");
        if !self.fields.keys().any(is_id) {
            self.fields.insert("_id", 0);
        }
        self.fields
    }
}
