//! `DocumentMeta`: a declared document.

use super::{Deferred, EnumMeta, FieldMeta, Rules, TypeMeta};
use crate::rule::Rule;

/// A document type, as declared: a model, an embedded document or a shape.
#[derive(Debug, Clone, Copy)]
pub struct DocumentMeta {
    name: &'static str,
    /// Returns the name of the type with its path and its arguments.
    type_name: fn() -> &'static str,
    fields: &'static [FieldMeta],
    variants: Option<Deferred<EnumMeta>>,
    rules: Rules,
    version: Option<(&'static str, u32, u32)>,
    tag: Option<(&'static str, &'static str)>,
    denies_unknown_fields: bool,
}

impl DocumentMeta {
    /// Returns the description of a document with these fields.
    pub(crate) const fn new(
        (name, type_name): (&'static str, fn() -> &'static str),
        fields: &'static [FieldMeta],
        rules: Rules,
        version: Option<(&'static str, u32, u32)>,
    ) -> Self {
        let (variants, tag) = (None, None);
        Self { name, type_name, fields, variants, rules, version, tag, denies_unknown_fields: false }
    }

    /// Returns the name of the type in Rust, without its path.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Returns the name of the type with its path and its arguments.
    pub(crate) fn type_name(&self) -> &'static str {
        (self.type_name)()
    }

    /// Returns the stored fields, in the order in which they are written. A model that is an enum has none: see
    /// [`variants`](Self::variants).
    pub fn fields(&self) -> &'static [FieldMeta] {
        self.fields
    }

    /// Returns the field with this stored name. Does not search flattened documents.
    pub fn field(&self, name: &str) -> Option<&'static FieldMeta> {
        self.fields.iter().find(|field| field.name() == name && !field.is_flattened())
    }

    /// Returns how the field with this stored name, or with this alias, is stored. Searches flattened documents.
    pub(crate) fn any_field(&self, name: &str) -> Option<&'static TypeMeta> {
        if self.variants.is_some() {
            return Some(&TypeMeta::Any);
        }
        let named = |field: &&FieldMeta| field.name() == name || field.aliases().contains(&name);
        let own = self.fields.iter().filter(|field| !field.is_flattened()).find(named);
        let mut flattened = self.fields.iter().filter(|field| field.is_flattened());
        own.map(FieldMeta::stored_as).or_else(|| flattened.find_map(|field| field.stored_as().field(name)))
    }

    /// Returns the enum, if the document is a model that is an enum.
    pub fn variants(&self) -> Option<&'static EnumMeta> {
        self.variants.map(Deferred::get)
    }

    /// Returns the rules of the whole document, in declared order. They are checked after those of the fields.
    pub fn rules(&self) -> impl Iterator<Item = Rule> + use<> {
        self.rules.iter()
    }

    /// Returns the stored name of the element with the schema version, and the current version.
    pub fn version(&self) -> Option<(&'static str, u32)> {
        self.version.map(|(name, current, _)| (name, current))
    }

    /// Returns the oldest version whose documents are upgraded when they are read. It is the current one if the type
    /// has no steps. `None` if the type has no version.
    pub fn oldest_version(&self) -> Option<u32> {
        self.version.map(|(_, _, oldest)| oldest)
    }

    /// Returns the name and the value of the element that a struct with `#[serde(tag = "..")]` begins with.
    pub fn tag(&self) -> Option<(&'static str, &'static str)> {
        self.tag
    }

    /// Returns whether an undeclared field is an error, `#[serde(deny_unknown_fields)]`.
    pub fn denies_unknown_fields(&self) -> bool {
        self.denies_unknown_fields
    }

    /// Records that the document is an enum.
    pub(crate) const fn of_variants(self, variants: Deferred<EnumMeta>) -> Self {
        Self { variants: Some(variants), ..self }
    }

    /// Records the element that the document begins with.
    #[doc(hidden)]
    #[must_use]
    pub const fn with_tag(self, name: &'static str, value: &'static str) -> Self {
        Self { tag: Some((name, value)), ..self }
    }

    /// Records that an undeclared field is an error.
    #[doc(hidden)]
    #[must_use]
    pub const fn denying_unknown_fields(self) -> Self {
        Self { denies_unknown_fields: true, ..self }
    }
}
