//! The `$jsonSchema` of a document, from its description.
//!
//! A document satisfies the schema if the model reads it and its rules accept it. What a schema cannot express is a
//! query clause beside it, or is listed as checked in Rust only.

mod enums;
mod flatten;
mod rules;
mod versions;

use mongodb::bson::{
    Document, doc,
    spec::{BinarySubtype, ElementType},
};

use super::{
    clause,
    object::ObjectSchema,
    place::{Multiplicity, Place},
    rust_only::RustOnly,
    types,
};
use crate::{
    meta::{DocumentMeta, FieldMeta, TypeIdentity, TypeMeta, bson_type_name},
    model::Validator,
};

/// How often a type that contains itself is described inside itself.
const UNROLLED: usize = 2;
/// The number of documents and enums in a schema from which on types that contain themselves are not described inside
/// themselves.
const MANY: usize = 300;
/// The greatest depth of a schema. The server describes what is wrong with a document up to 46 levels.
const MAX_DEPTH: usize = 40;

/// What is known of the documents of a collection.
#[derive(Debug, Default)]
pub(super) struct Rendered {
    pub(super) schema: Document,
    /// Query clauses that the documents satisfy too.
    pub(super) clauses: Vec<Document>,
    pub(super) rust_only: Vec<RustOnly>,
}

/// Returns the schema of a document type.
pub(super) fn render(document: &'static DocumentMeta, options: Validator) -> Rendered {
    let mut builder = Builder::new(options);
    let schema = builder.document(document, &Place::root());
    Rendered { schema, clauses: builder.clauses, rust_only: builder.rust_only }
}

/// Returns the schema of the values of a type, wherever they are stored.
pub(super) fn render_value(stored_as: &'static TypeMeta, options: Validator) -> Document {
    let mut builder = Builder::new(options);
    builder.value(stored_as, &Place::root().conditional())
}

struct Builder {
    options: Validator,
    clauses: Vec<Document>,
    rust_only: Vec<RustOnly>,
    /// The documents and enums around the present one.
    open: Vec<TypeIdentity>,
    /// The number of documents and enums so far.
    types: usize,
}

impl Builder {
    fn new(options: Validator) -> Self {
        Self { options, clauses: Vec::new(), rust_only: Vec::new(), open: Vec::new(), types: 0 }
    }

    fn is_exact(&self) -> bool {
        self.options.has_exact_types()
    }

    fn only_in_rust(&mut self, path: String, rule: &'static str, reason: &'static str) {
        let entry = RustOnly::new(path, rule, reason);
        if !self.rust_only.contains(&entry) {
            self.rust_only.push(entry);
        }
    }

    /// Returns the schema of the values of a type.
    fn value(&mut self, meta: &'static TypeMeta, place: &Place) -> Document {
        let is_exact = self.is_exact();
        match meta {
            TypeMeta::Scalar(ElementType::Decimal128) => types::decimal(is_exact || place.is_strict),
            TypeMeta::Scalar(element_type) => doc! { "bsonType": bson_type_name(*element_type) },
            TypeMeta::Int { written, min, max } => {
                types::integer(*min, *max, is_exact.then_some(*written), place.is_strict)
            }
            TypeMeta::Float => types::float(is_exact),
            TypeMeta::Binary(Some(BinarySubtype::Generic)) => types::bytes(is_exact, place.is_strict),
            TypeMeta::Binary(subtype) => self.binary(*subtype, place),
            TypeMeta::Nullable(inside) => {
                let mut schema = self.value(inside, place);
                types::or_null(&mut schema);
                schema
            }
            TypeMeta::Array { items, length } => {
                let mut schema = doc! { "bsonType": "array" };
                if let Some(length) = length.and_then(|length| i64::try_from(length).ok()) {
                    schema.extend(doc! { "minItems": length, "maxItems": length });
                    types::tidy(&mut schema);
                }
                let items = self.value(items, &place.items());
                if !items.is_empty() {
                    schema.insert("items", items);
                }
                schema
            }
            TypeMeta::Tuple(items) => self.tuple(items, place),
            TypeMeta::Map { values } => {
                let mut schema = doc! { "bsonType": "object" };
                let values = self.value(values, &place.inside("*"));
                if !values.is_empty() {
                    schema.insert("additionalProperties", values);
                }
                schema
            }
            TypeMeta::Document(document) => self.document(document.get(), place),
            TypeMeta::Enum(enumeration) => self.enumeration(enumeration.get(), place),
            TypeMeta::Id(id) => self.value(id.key(), place),
            TypeMeta::Recursive(same) => {
                let inside = same.get();
                let found =
                    self.nested(TypeMeta::newtype_identity(inside), place, |this| this.value(inside, place));
                found.unwrap_or_default()
            }
            TypeMeta::Any => Document::new(),
        }
    }

    /// Returns the schema of binary data. A schema cannot contain the subtype; a query clause can.
    fn binary(&mut self, subtype: Option<BinarySubtype>, place: &Place) -> Document {
        match subtype {
            Some(BinarySubtype::Uuid) if place.multiplicity() == Multiplicity::One => {
                self.clauses.push(clause::uuid(place.path()));
            }
            Some(_) => self.only_in_rust(place.path().to_owned(), "type", "the subtype of binary data"),
            None => {}
        }
        doc! { "bsonType": "binData" }
    }

    /// Returns the schema of an array in which each element has its own type.
    fn tuple(&mut self, items: &'static [&'static TypeMeta], place: &Place) -> Document {
        let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
        let schemas = items.iter().enumerate();
        let schemas: Vec<Document> =
            schemas.map(|(index, item)| self.value(item, &place.inside(&index.to_string()))).collect();
        let mut schema = doc! { "bsonType": "array", "minItems": length, "maxItems": length };
        types::tidy(&mut schema);
        if schemas.iter().any(|schema| !schema.is_empty()) {
            schema.insert("items", schemas);
        }
        schema
    }

    /// Returns the schema of a document.
    fn document(&mut self, meta: &'static DocumentMeta, place: &Place) -> Document {
        if let Some(variants) = meta.variants() {
            return self.enumeration(variants, place);
        }
        let found = self.nested(meta.identity(), place, |this| {
            let old = versions::old(meta);
            let is_root = place.path().is_empty();
            let inside = if old.is_some() && !is_root { place.conditional() } else { place.clone() };
            let clauses = this.clauses.len();
            let mut object = ObjectSchema::default();
            this.declare(&mut object, meta, &inside);
            if meta.denies_unknown_fields() || this.options.denies_unknown_fields() {
                object.deny_undeclared();
            }
            match old {
                Some(old) => {
                    for clause in this.clauses.iter_mut().skip(clauses) {
                        *clause = versions::of_current(meta, std::mem::take(clause));
                    }
                    doc! { "bsonType": "object", "anyOf": [object.into_keywords(), old] }
                }
                None => object.into_schema(),
            }
        });
        found.unwrap_or_else(|| doc! { "bsonType": "object" })
    }

    /// Calls `describe` for the type, unless it is in itself too often. Then returns `None`.
    fn nested(
        &mut self,
        of: TypeIdentity,
        place: &Place,
        describe: impl FnOnce(&mut Self) -> Document,
    ) -> Option<Document> {
        let times = self.open.iter().filter(|open| **open == of).count();
        if times > UNROLLED || (times > 0 && self.types > MANY) || self.open.len() >= MAX_DEPTH {
            let reason = "the levels below, of a type that contains itself";
            self.only_in_rust(place.path().to_owned(), "type", reason);
            return None;
        }
        self.types += 1;
        self.open.push(of);
        let schema = describe(self);
        self.open.pop();
        Some(schema)
    }

    /// Adds the fields and the rules of a document type.
    fn declare(&mut self, object: &mut ObjectSchema, meta: &'static DocumentMeta, place: &Place) {
        if let Some((name, current)) = meta.version() {
            object.property(name, doc! { "enum": [versions::number(current)] });
            // A document without a version has version 1.
            if current > 1 || self.is_exact() {
                object.require(name);
            }
        }
        if let Some((name, value)) = meta.tag() {
            // The tag of a struct is written, and ignored when it is read.
            if self.is_exact() {
                object.property(name, doc! { "enum": [value] });
                object.require(name);
            } else {
                object.property(name, Document::new());
            }
        }
        self.fields(object, meta.fields(), place);
        self.document_rules(object, meta, place);
    }

    fn fields(&mut self, object: &mut ObjectSchema, fields: &'static [FieldMeta], place: &Place) {
        for field in fields {
            if field.is_flattened() {
                self.flattened(object, field, place);
            } else {
                self.field(object, field, place);
            }
        }
    }

    fn field(&mut self, object: &mut ObjectSchema, field: &'static FieldMeta, place: &Place) {
        let name = field.name();
        let at = place.field(name);
        let is_checked = if self.is_exact() { field.is_written() } else { field.is_read() };
        if !is_checked {
            object.property(name, Document::new());
            return;
        }
        let schema = self.field_value(field, &at);
        object.property(name, schema);
        let is_required = if self.is_exact() { field.is_always_written() } else { field.is_required() };
        let aliases = if self.is_exact() { &[] } else { field.aliases() };
        for alias in aliases {
            // The clauses beside the schema contain the path, so each name has its own.
            let rust_only = self.rust_only.len();
            let schema = self.field_value(field, &place.field(alias));
            self.rust_only.truncate(rust_only);
            object.property(alias, schema);
        }
        let names: Vec<&str> = [&name].into_iter().chain(aliases).copied().collect();
        match names[..] {
            [only] if is_required => object.require(only),
            [_] => {}
            _ => object.also(one_name(&names, is_required)),
        }
    }
}

/// Returns the schema of a document that contains one of the names, or at most one. An alias is another name of the
/// same field, so a document must not contain two.
fn one_name(names: &[&str], is_required: bool) -> Document {
    let mut branches: Vec<Document> = names.iter().map(|name| doc! { "required": [*name] }).collect();
    if !is_required {
        branches.push(doc! { "not": { "anyOf": branches.clone() } });
    }
    doc! { "title": "required", "description": format!("must have one of `{}`", names.join("`, `")), "oneOf": branches }
}

#[cfg(test)]
mod tests;
