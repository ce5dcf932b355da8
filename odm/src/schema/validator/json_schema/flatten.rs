//! Flattened documents, maps and enums: schemas that are merged into that of the document around them.

use mongodb::bson::{Document, doc};

use super::{Builder, ObjectSchema, Place};
use crate::{
    meta::{ContentMeta, EnumMeta, FieldMeta, TypeMeta},
    rule::Rule,
};

impl Builder {
    /// Adds a flattened field.
    pub(super) fn flattened(&mut self, object: &mut ObjectSchema, field: &'static FieldMeta, place: &Place) {
        for rule in field.rules().filter(|rule| *rule != Rule::Nested) {
            self.only_in_rust(place.join(field.rust_name()), rule.name(), "a rule of a flattened field");
        }
        self.flattened_value(object, field.stored_as(), place);
    }

    /// Adds the elements of a value that is stored in the document itself.
    pub(super) fn flattened_value(
        &mut self,
        object: &mut ObjectSchema,
        meta: &'static TypeMeta,
        place: &Place,
    ) {
        match meta {
            TypeMeta::Recursive(same) => self.flattened_value(object, same.get(), place),
            TypeMeta::Document(document) => match document.variants() {
                Some(variants) => self.flattened_enum(object, variants, place),
                None => self.declare(object, document.get(), place),
            },
            TypeMeta::Enum(enumeration) => self.flattened_enum(object, enumeration.get(), place),
            TypeMeta::Map { values } => {
                let values = self.value(values, &place.inside("*"));
                object.undeclared(values);
                object.open_if_untyped();
            }
            TypeMeta::Nullable(inside) => self.flattened_option(object, inside, place),
            _ => {
                object.open();
                self.only_in_rust(place.path().to_owned(), "type", "a flattened value that serde stores");
            }
        }
    }

    /// Adds a flattened option. It is `None` if no element has one of its names.
    fn flattened_option(&mut self, object: &mut ObjectSchema, inside: &'static TypeMeta, place: &Place) {
        let mut own = ObjectSchema::default();
        self.flattened_value(&mut own, inside, &place.conditional());
        let names = own.names();
        if names.is_empty() {
            object.open();
            return;
        }
        for name in &names {
            object.property(name, Document::new());
        }
        let any: Vec<Document> = names.iter().map(|name| doc! { "required": [name] }).collect();
        let schema = own.into_keywords();
        object.also(doc! { "anyOf": [{ "not": { "anyOf": any } }, schema] });
    }

    fn flattened_enum(&mut self, object: &mut ObjectSchema, meta: &'static EnumMeta, place: &Place) {
        let mut names = ObjectSchema::default();
        for variant in meta.variants() {
            self.variant_names(&mut names, meta, variant.name(), variant.content());
        }
        names.names().iter().for_each(|name| object.property(name, Document::new()));
        let schema = self.flattened_variants(meta, &place.conditional());
        object.also(schema);
    }

    /// Adds the names of the elements that a variant is stored as.
    fn variant_names(
        &mut self,
        names: &mut ObjectSchema,
        meta: &'static EnumMeta,
        name: &'static str,
        content: ContentMeta,
    ) {
        use crate::meta::Tagging::{Adjacent, External, Internal, Untagged};

        let mut own = ObjectSchema::default();
        match meta.tagging() {
            External => own.property(name, Document::new()),
            Internal { tag } => own.property(tag, Document::new()),
            Adjacent { tag, content } => {
                own.property(tag, Document::new());
                own.property(content, Document::new());
            }
            Untagged => {}
        }
        if matches!(meta.tagging(), Internal { .. } | Untagged) {
            let (clauses, rust_only) = (self.clauses.len(), self.rust_only.len());
            match content {
                ContentMeta::Document(fields) => self.fields(&mut own, fields, &Place::root().conditional()),
                ContentMeta::Single(value) => {
                    self.flattened_value(&mut own, value, &Place::root().conditional());
                }
                _ => {}
            }
            // Only the names matter here; the schema of the variant has the rest.
            self.clauses.truncate(clauses);
            self.rust_only.truncate(rust_only);
        }
        own.names().iter().for_each(|name| names.property(name, Document::new()));
    }
}
