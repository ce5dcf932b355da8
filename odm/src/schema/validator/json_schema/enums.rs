//! Enums, in the four forms of serde.

use mongodb::bson::{Document, doc};

use super::{Builder, ObjectSchema, Place};
use crate::meta::{ContentMeta, EnumMeta, Tagging, TypeMeta, VariantMeta};

impl Builder {
    /// Returns the schema of an enum.
    pub(super) fn enumeration(&mut self, meta: &'static EnumMeta, place: &Place) -> Document {
        let found = self.nested(meta.identity(), place, |this| this.variants(meta, place, false));
        found.unwrap_or_default()
    }

    /// Returns the schema of an enum whose elements are among those of a document.
    pub(super) fn flattened_variants(&mut self, meta: &'static EnumMeta, place: &Place) -> Document {
        let found = self.nested(meta.identity(), place, |this| this.variants(meta, place, true));
        found.unwrap_or_default()
    }

    fn variants(&mut self, meta: &'static EnumMeta, place: &Place, is_flattened: bool) -> Document {
        let is_exact = self.is_exact();
        let is_used =
            |variant: &&VariantMeta| if is_exact { variant.is_written() } else { variant.is_read() };
        let variants: Vec<&'static VariantMeta> = meta.variants().iter().filter(is_used).collect();
        let known: Vec<&str> = variants
            .iter()
            .filter(|variant| !variant.is_untagged() && !variant.is_other())
            .flat_map(|variant| self.names(variant))
            .collect();
        let mut branches = Vec::new();
        let mut constants: Vec<&str> = Vec::new();
        for variant in &variants {
            let is_untagged = variant.is_untagged() || meta.tagging() == Tagging::Untagged;
            let is_constant = meta.tagging() == Tagging::External
                && matches!(variant.content(), ContentMeta::Unit)
                && !is_flattened;
            if is_untagged {
                branches.push(self.untagged(meta, variant, &place.strict(), is_flattened));
            } else if is_constant && !variant.is_other() {
                constants.extend(self.names(variant));
            } else {
                branches.extend(self.tagged(meta, variant, &known, place, is_flattened));
            }
        }
        if !constants.is_empty() {
            if !branches.is_empty() && !is_exact {
                // A variant without content is read from a document too, beside those with content.
                branches.insert(0, without_content(&constants));
            }
            branches.insert(0, doc! { "enum": constants });
        }
        match branches.len() {
            1 => branches.remove(0),
            // No value is one of an enum without variants.
            0 => doc! { "not": {} },
            _ => doc! { "anyOf": branches },
        }
    }

    /// Returns the names that are accepted for a variant.
    fn names(&self, variant: &VariantMeta) -> Vec<&'static str> {
        let aliases = if self.is_exact() { &[] } else { variant.aliases() };
        [variant.name()].into_iter().chain(aliases.iter().copied()).collect()
    }

    /// Returns the schema of a variant whose name is not stored.
    fn untagged(
        &mut self,
        meta: &EnumMeta,
        variant: &'static VariantMeta,
        place: &Place,
        is_flattened: bool,
    ) -> Document {
        match variant.content() {
            ContentMeta::Unit => doc! { "bsonType": "null" },
            ContentMeta::Single(value) if is_flattened => {
                let mut object = ObjectSchema::default();
                self.flattened_value(&mut object, value, place);
                object.into_schema()
            }
            ContentMeta::Single(value) => self.value(value, place),
            ContentMeta::Tuple(items) => self.tuple(items, place),
            ContentMeta::Document(fields) => {
                let mut object = ObjectSchema::default();
                self.fields(&mut object, fields, place);
                self.close(meta.denies_unknown_fields(), object, is_flattened)
            }
        }
    }

    /// Returns the schemas of a variant whose name is stored, one for each of its names if the name is a key.
    fn tagged(
        &mut self,
        meta: &EnumMeta,
        variant: &'static VariantMeta,
        known: &[&str],
        place: &Place,
        is_flattened: bool,
    ) -> Vec<Document> {
        let names = self.names(variant);
        let tag_schema = match (variant.is_other(), known) {
            (true, []) => doc! { "bsonType": "string" },
            (true, known) => doc! { "bsonType": "string", "not": { "enum": known } },
            (false, _) => doc! { "enum": &names },
        };
        match meta.tagging() {
            Tagging::External if variant.is_other() => vec![tag_schema],
            Tagging::External => {
                let content = self.content(meta, variant, &place.inside(variant.name()));
                let schema = content.unwrap_or_else(|| doc! { "bsonType": "null" });
                names.iter().map(|name| only_element(name, schema.clone(), is_flattened)).collect()
            }
            Tagging::Internal { tag } => {
                let mut object = ObjectSchema::default();
                object.property(tag, tag_schema);
                object.require(tag);
                let denies = match variant.content() {
                    ContentMeta::Document(fields) => {
                        self.fields(&mut object, fields, &place.conditional());
                        meta.denies_unknown_fields()
                    }
                    ContentMeta::Single(value) => {
                        self.flattened_value(&mut object, value, &place.conditional());
                        matches!(value, TypeMeta::Document(document) if document.denies_unknown_fields())
                    }
                    ContentMeta::Unit | ContentMeta::Tuple(_) => false,
                };
                vec![self.close(denies, object, is_flattened)]
            }
            Tagging::Adjacent { tag, content: name } => {
                let mut object = ObjectSchema::default();
                object.property(tag, tag_schema);
                object.require(tag);
                match self.content(meta, variant, &place.inside(name)) {
                    Some(schema) => {
                        object.property(name, schema);
                        if !reads_missing(variant.content()) {
                            object.require(name);
                        }
                    }
                    None => object.property(name, doc! { "bsonType": "null" }),
                }
                vec![self.close(meta.denies_unknown_fields(), object, is_flattened)]
            }
            Tagging::Untagged => Vec::new(),
        }
    }

    /// Returns the schema of the content of a variant, if it has one.
    fn content(&mut self, meta: &EnumMeta, variant: &'static VariantMeta, place: &Place) -> Option<Document> {
        match variant.content() {
            ContentMeta::Unit => None,
            ContentMeta::Single(value) => Some(self.value(value, place)),
            ContentMeta::Tuple(items) => Some(self.tuple(items, place)),
            ContentMeta::Document(fields) => {
                let mut object = ObjectSchema::default();
                self.fields(&mut object, fields, place);
                Some(self.close(meta.denies_unknown_fields(), object, false))
            }
        }
    }

    fn close(&self, denies: bool, mut object: ObjectSchema, is_flattened: bool) -> Document {
        if (denies || self.options.denies_unknown_fields()) && !is_flattened {
            object.deny_undeclared();
        }
        object.into_schema()
    }
}

/// Returns the schema of a document whose only element is the name of a variant without content.
fn without_content(names: &[&str]) -> Document {
    let mut object = ObjectSchema::default();
    for name in names {
        object.property(name, doc! { "bsonType": "null" });
    }
    object.deny_undeclared();
    let mut schema = object.into_schema();
    schema.extend(doc! { "minProperties": 1, "maxProperties": 1 });
    schema
}

fn reads_missing(content: ContentMeta) -> bool {
    matches!(content, ContentMeta::Single(TypeMeta::Nullable(_)))
}

/// Returns the schema of a document whose only element has this name.
fn only_element(name: &str, schema: Document, is_flattened: bool) -> Document {
    let mut object = ObjectSchema::default();
    object.property(name, schema);
    object.require(name);
    if !is_flattened {
        object.deny_undeclared();
    }
    object.into_schema()
}
