//! Builds the descriptions of documents and enums: the functions that generated constants call.

use std::any;

use mongodb::bson::Bson;

use super::{Doc, HasField, HasFlattened, Value};
use crate::{
    meta::{Deferred, DocumentMeta, EnumMeta, FieldMeta, Rules, Tagging, TypeMeta, VariantMeta},
    path::Key,
    rule::{Rule, TypedRule},
};

/// Returns the description of a declared field.
pub const fn field_meta<D: HasField<K>, K: Key>(rust_name: &'static str) -> FieldMeta {
    FieldMeta::new(
        (K::HEADER, K::ALIASES),
        rust_name,
        <D::Type as Value>::STORED_AS,
        reads_missing::<D::Type>,
        if D::RULES.is_empty() { Rules::NONE } else { Rules::new(field_rule::<D, K>) },
    )
    .equal_as_stored(<D::Type as Value>::IS_EQUAL_AS_STORED)
}

/// Returns the default of a declared field as it is stored.
pub fn default_of<D: HasField<K>, K: Key>() -> Option<Bson> {
    D::default()?.to_bson().ok()
}

/// Returns the default of a flattened field, which is not stored as one value.
pub fn flattened_default() -> Option<Bson> {
    None
}

/// Returns the description of a flattened field.
pub const fn flattened_meta<D: HasFlattened<K>, K>(rust_name: &'static str) -> FieldMeta {
    FieldMeta::new(
        ("\0\0", &[]),
        rust_name,
        <D::Type as Value>::STORED_AS,
        reads_missing::<D::Type>,
        if D::RULES.is_empty() { Rules::NONE } else { Rules::new(flattened_rule::<D, K>) },
    )
    .flattened()
}

/// Returns the description of a field that a stage of a pipeline changes.
pub(crate) const fn one_field_meta<K: Key, T: Value>() -> FieldMeta {
    FieldMeta::new((K::HEADER, K::ALIASES), K::NAME, T::STORED_AS, reads_missing::<T>, Rules::NONE)
}

/// Returns the description of an array element, or of the content of a variant.
pub const fn content_meta<D: HasField<K>, K: Key>() -> &'static TypeMeta {
    <D::Type as Value>::STORED_AS
}

/// Returns the description of the content of a variant that is stored among the elements beside its tag.
pub const fn flattened_content_meta<D: HasFlattened<K>, K>() -> &'static TypeMeta {
    <D::Type as Value>::STORED_AS
}

/// Returns the description of a document with these fields.
pub const fn document_meta<D: Doc>(name: &'static str, fields: &'static [FieldMeta]) -> DocumentMeta {
    let version = match D::VERSION {
        Some(schema) => Some((schema.name(), schema.version(), schema.oldest())),
        None => None,
    };
    let rules = if D::DOCUMENT_RULES.is_empty() { Rules::NONE } else { Rules::new(document_rule::<D>) };
    DocumentMeta::new((name, any::type_name::<D>), fields, rules, version)
}

/// Returns the description of an enum with these variants.
pub const fn enum_meta<E: Value>(
    name: &'static str,
    tagging: Tagging,
    variants: &'static [VariantMeta],
) -> EnumMeta {
    EnumMeta::new((name, any::type_name::<E>), tagging, variants)
}

/// Returns the description of a model that is an enum.
pub const fn enum_document_meta<D: Doc>(name: &'static str) -> DocumentMeta {
    document_meta::<D>(name, &[]).of_variants(Deferred::new(|| D::VARIANTS))
}

/// Returns the description of the values of a document type.
pub const fn stored_document<D: Doc>() -> TypeMeta {
    TypeMeta::Document(Deferred::new(|| D::META))
}

/// Returns the description of the values of an enum.
pub const fn stored_enum<V: Value>() -> TypeMeta {
    TypeMeta::Enum(Deferred::new(|| V::VARIANTS))
}

fn reads_missing<V: Value>() -> bool {
    V::missing().is_some()
}

fn field_rule<D: HasField<K>, K: Key>(index: usize) -> Option<Rule> {
    D::RULES.get(index).map(TypedRule::describe)
}

fn flattened_rule<D: HasFlattened<K>, K>(index: usize) -> Option<Rule> {
    D::RULES.get(index).map(TypedRule::describe)
}

fn document_rule<D: Doc>(index: usize) -> Option<Rule> {
    D::DOCUMENT_RULES.get(index).map(TypedRule::describe)
}
