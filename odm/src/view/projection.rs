//! `Projection`: the names that a view reads.

use std::any::type_name;

use mongodb::bson::{Document, doc};

use super::View;
use crate::value::SchemaVersion;

/// The projection of a view as it is made: `{ reference: 1, "shipTo.city": 1, _id: 0 }`.
#[derive(Debug, Default)]
pub struct Projection {
    fields: Document,
    /// The dotted name of what is being described.
    at: String,
    /// The views it lies in, outermost first.
    open: Vec<&'static str>,
}

impl Projection {
    /// What `V` reads of an `M`.
    pub(crate) fn of<M, V: View<M>>() -> Document {
        let mut projection = Self::default();
        projection.view::<M, V>();
        projection.finish()
    }

    /// Everything that stands here.
    pub(super) fn whole(&mut self) {
        self.fields.insert(self.at.as_str(), 1);
    }

    /// What a text search says of the document.
    pub(super) fn text_score(&mut self) {
        self.fields.insert(self.at.as_str(), doc! { "$meta": "textScore" });
    }

    /// Names the version of the document that is read in part.
    pub fn with_version(&mut self, version: Option<SchemaVersion>) {
        if let Some(schema) = version {
            self.field(schema.name(), Self::whole);
        }
    }

    /// The fields of a view. One that lies in itself would have no end of them: from there on, everything.
    pub(super) fn view<M, V: View<M>>(&mut self) {
        // Two types of one name would only read more than they need.
        let name = type_name::<V>();
        if self.open.contains(&name) {
            return self.whole();
        }
        self.open.push(name);
        V::add_names(self);
        self.open.pop();
    }

    /// A field of the view.
    pub(super) fn field(&mut self, name: &str, project: fn(&mut Self)) {
        let above = self.at.len();
        if above > 0 {
            self.at.push('.');
        }
        self.at.push_str(name);
        project(self);
        self.at.truncate(above);
    }

    /// The server sends the `_id` unless it is told not to.
    fn finish(mut self) -> Document {
        let is_id = |name: &String| name == "_id" || name.starts_with("_id.");
        if !self.fields.keys().any(is_id) {
            self.fields.insert("_id", 0);
        }
        self.fields
    }
}
