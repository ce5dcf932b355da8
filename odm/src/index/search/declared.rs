//! Fields of search indexes from typed paths, for generated code.

use mongodb::bson::{
    Binary, Bson, Document,
    binary::Vector as PackedVector,
    doc,
    spec::{BinarySubtype, ElementType},
};

use super::{SearchFieldType, Similarity};
use crate::{
    meta::{TypeMeta, bson_type_name},
    path::Path,
    value::{Encoded, Encoding, Text, Value},
};

/// One field of a search index.
#[derive(Debug, Clone)]
pub struct SearchField {
    /// The dotted stored name.
    pub(super) name: String,
    pub(super) definition: Document,
    /// Why the field cannot be in the index.
    pub(super) problem: Option<String>,
}

impl SearchField {
    fn of<M, V: Value, R>(path: &Path<M, V, R>, definition: Document) -> Self {
        let location = path.location();
        let problem =
            location.problem().map(|problem| format!("has a field that cannot be indexed: {problem}"));
        Self { name: location.name().to_owned(), definition, problem }
    }

    /// Sets how the string is divided into words.
    #[must_use]
    pub fn analyzer(self, analyzer: &str) -> Self {
        self.with("analyzer", analyzer)
    }

    /// Sets how the strings of a query are divided into words.
    #[must_use]
    pub fn search_analyzer(self, analyzer: &str) -> Self {
        self.with("searchAnalyzer", analyzer)
    }

    /// Sets how the numbers of a vector are compressed.
    #[must_use]
    pub fn quantization(self, quantization: &str) -> Self {
        self.with("quantization", quantization)
    }

    fn with(mut self, option: &str, value: impl Into<Bson>) -> Self {
        self.definition.insert(option, value);
        self
    }

    fn or_problem(self, problem: impl FnOnce(&str) -> Option<String>) -> Self {
        Self { problem: self.problem.or_else(|| problem(&self.name)), ..self }
    }
}

/// Returns a field as the type that its values have.
pub fn search_field<M, V: Value, R>(path: &Path<M, V, R>) -> SearchField {
    match stored_type(V::STORED_AS) {
        Ok(field_type) => SearchField::of(path, field_type.definition()),
        Err(reason) => SearchField::of(path, Document::new()).or_problem(|name| {
            Some(match reason {
                NoType::Several => format!(
                    "has the field `{name}` without a type, and its values may be of several: write \
                     `field({name}, type = \"..\")`"
                ),
                NoType::Stored(stored) => {
                    format!(
                        "has the field `{name}`, which is stored as {stored}: search has no type for that"
                    )
                }
            })
        }),
    }
}

/// Returns a field as this type.
pub fn search_field_as<M, V: Value, R>(path: &Path<M, V, R>, field_type: SearchFieldType) -> SearchField {
    let field = SearchField::of(path, field_type.definition());
    field.or_problem(|name| {
        let stored = match stored_type(V::STORED_AS) {
            Ok(stored) if fits(field_type, stored) => return None,
            Ok(stored) => stored.name(),
            Err(NoType::Several) => return None,
            Err(NoType::Stored(stored)) => stored,
        };
        Some(format!(
            "has the field `{name}` as `{}`, but its values are of the type {stored}: no document would be found by it",
            field_type.name()
        ))
    })
}

/// Returns a field of strings that are divided into words.
pub fn words_search_field<M, V: Text, R>(path: &Path<M, V, R>, field_type: SearchFieldType) -> SearchField {
    search_field_as(path, field_type)
}

/// Returns a field with vectors.
pub fn vector_field<M, V: Vector, R>(
    path: &Path<M, V, R>,
    dimensions: i32,
    similarity: Similarity,
) -> SearchField {
    let definition = doc! { "type": "vector", "numDimensions": dimensions, "similarity": similarity.name() };
    SearchField::of(path, definition)
}

/// Returns a field by which the search of vectors filters.
pub fn filter_field<M, V: Value, R>(path: &Path<M, V, R>) -> SearchField {
    let field = SearchField::of(path, doc! { "type": "filter" });
    field.or_problem(|name| {
        let stored = match stored_type(V::STORED_AS) {
            Ok(
                stored @ (SearchFieldType::Document
                | SearchFieldType::Geo
                | SearchFieldType::EmbeddedDocuments),
            ) => stored.name(),
            Ok(_) | Err(NoType::Several) => return None,
            Err(NoType::Stored(stored)) => stored,
        };
        Some(format!(
            "filters by `{name}`, whose values are of the type {stored}: the server filters by none of these"
        ))
    })
}

/// A field with the numbers of a vector.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a vector",
    label = "`vector` needs an array of floating-point numbers",
    note = "vectors are `Vec<f32>`, `Vec<f64>`, `[f32; N]`, `[f64; N]`, `bson::Binary` with a packed vector, and `Option`s of them"
)]
pub trait Vector: Value {}

impl Vector for Vec<f32> {}
impl Vector for Vec<f64> {}
impl Vector for Box<[f32]> {}
impl Vector for Box<[f64]> {}
impl<const N: usize> Vector for [f32; N] {}
impl<const N: usize> Vector for [f64; N] {}
impl Vector for Binary {}
impl Vector for Bson {}
#[diagnostic::do_not_recommend]
impl<V: Vector> Vector for Option<V> {}
#[diagnostic::do_not_recommend]
impl<W: Encoding<PackedVector>> Vector for Encoded<W, PackedVector> {}

/// Why the values of a field have no type of their own.
enum NoType {
    /// They may be of several types.
    Several,
    /// Search does not index them. The value is their BSON type.
    Stored(&'static str),
}

/// Returns the type of the values of a field, or of the elements of an array.
fn stored_type(meta: &TypeMeta) -> Result<SearchFieldType, NoType> {
    match meta.non_null() {
        TypeMeta::Array { items, .. } => return stored_type(items),
        TypeMeta::Id(id) => return stored_type(id.key()),
        TypeMeta::Binary(Some(BinarySubtype::Uuid)) => return Ok(SearchFieldType::Uuid),
        TypeMeta::Scalar(ElementType::EmbeddedDocument) => return Ok(SearchFieldType::Geo),
        _ => {}
    }
    let mut types = meta.bson_types().ok_or(NoType::Several)?;
    types.retain(|element_type| *element_type != ElementType::Null);
    match types[..] {
        [ElementType::String] if matches!(meta.non_null(), TypeMeta::Enum(_)) => Ok(SearchFieldType::Token),
        [ElementType::String] => Ok(SearchFieldType::String),
        [ElementType::Boolean] => Ok(SearchFieldType::Boolean),
        [ElementType::DateTime] => Ok(SearchFieldType::Date),
        [ElementType::ObjectId] => Ok(SearchFieldType::ObjectId),
        [ElementType::EmbeddedDocument] => Ok(SearchFieldType::Document),
        [ElementType::Int32 | ElementType::Int64 | ElementType::Double] => Ok(SearchFieldType::Number),
        [other] => Err(NoType::Stored(bson_type_name(other))),
        _ => Err(NoType::Several),
    }
}

/// Returns whether an index can contain values of this type as another.
fn fits(field_type: SearchFieldType, stored: SearchFieldType) -> bool {
    use SearchFieldType::{Autocomplete, Document, EmbeddedDocuments, String, Token};
    match stored {
        String | Token => matches!(field_type, String | Token | Autocomplete),
        Document => matches!(field_type, Document | EmbeddedDocuments),
        _ => field_type == stored,
    }
}
