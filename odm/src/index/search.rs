//! `SearchIndex`: an index for full-text search or for the search of similar vectors.

pub(crate) mod declared;
mod field_type;

use std::fmt;

use mongodb::bson::{Bson, Document, doc};

use self::declared::SearchField;
pub use self::field_type::{SearchFieldType, Similarity};

/// An index for `$search` or `$vectorSearch`, which a server with Atlas Search has.
///
/// Deriving `Model` makes them from `#[odm(search_index(..))]` and `#[odm(vector_search_index(..))]`. Construct one with
/// [`SearchIndex::search`] or [`SearchIndex::vector`], and add it to the models with
/// [`Models::with_search_indexes`](crate::schema::Models::with_search_indexes). The plan compares the indexes with those of
/// the collection, and reports them if the server has no search. See
/// [Atlas Search](https://www.mongodb.com/docs/atlas/atlas-search/).
///
/// ```
/// use odm::{bson::doc, index::{SearchFieldType, SearchIndex, Similarity}};
///
/// let index = SearchIndex::search("default").field("title", SearchFieldType::String);
/// assert_eq!(
///     index.definition(),
///     &doc! { "mappings": { "dynamic": false, "fields": { "title": { "type": "string" } } } },
/// );
/// let vectors = SearchIndex::vector("by_plot").vector_field("plot", 1536, Similarity::Cosine).filter_field("year");
/// assert_eq!(
///     vectors.definition(),
///     &doc! { "fields": [
///         { "type": "vector", "path": "plot", "numDimensions": 1536, "similarity": "cosine" },
///         { "type": "filter", "path": "year" },
///     ] },
/// );
/// ```
#[derive(Debug, Clone, PartialEq)]
#[must_use]
pub struct SearchIndex {
    name: String,
    is_vector: bool,
    definition: Document,
    /// Why a declared field cannot be in the index.
    problem: Option<String>,
}

impl SearchIndex {
    /// Returns an index for `$search` without fields. Add them with [`field`](Self::field).
    pub fn search(name: impl Into<String>) -> Self {
        Self::with_definition(name, false, doc! { "mappings": { "dynamic": false } })
    }

    /// Returns an index for `$vectorSearch` without fields. Add them with [`vector_field`](Self::vector_field).
    pub fn vector(name: impl Into<String>) -> Self {
        Self::with_definition(name, true, doc! { "fields": [] })
    }

    /// Returns an index with a definition in the form of the server.
    pub fn with_definition(name: impl Into<String>, is_vector: bool, definition: Document) -> Self {
        Self { name: name.into(), is_vector, definition, problem: None }
    }

    /// Adds a field to an index for `$search`, by its dotted stored name. A field that is added again has both types.
    /// `mappings: { dynamic: false, fields: { .. } }`
    pub fn field(self, path: impl AsRef<str>, field_type: SearchFieldType) -> Self {
        self.field_definition(path, field_type.definition())
    }

    /// Adds a field with a definition in the form of the server, by its dotted stored name: for options that have no
    /// method. In an index for `$vectorSearch`, the path is added to the definition.
    ///
    /// ```
    /// use odm::{bson::doc, index::SearchIndex};
    ///
    /// let english = doc! { "type": "string", "analyzer": "lucene.english" };
    /// let index = SearchIndex::search("words").field_definition("title", english);
    /// assert_eq!(
    ///     index.definition().to_string(),
    ///     r#"{ "mappings": { "dynamic": false, "fields": { "title": { "type": "string", "analyzer": "lucene.english" } } } }"#,
    /// );
    /// ```
    pub fn field_definition(mut self, path: impl AsRef<str>, mut definition: Document) -> Self {
        let path = path.as_ref();
        if self.is_vector {
            definition.insert("path", path);
            return self.with_field(definition);
        }
        let mut mappings = taken(&mut self.definition, "mappings");
        let mut fields = taken(&mut mappings, "fields");
        add_field(&mut fields, path, definition);
        mappings.insert("fields", fields);
        self.definition.insert("mappings", mappings);
        self
    }

    /// Adds a field of a typed path.
    #[doc(hidden)]
    pub fn with_search_field(self, field: SearchField) -> Self {
        let SearchField { name, definition, problem } = field;
        let added = self.field_definition(name, definition);
        Self { problem: added.problem.clone().or(problem), ..added }
    }

    /// Adds every field whose type the server can index to an index for `$search`. `mappings: { dynamic: true }`
    pub fn dynamic(mut self) -> Self {
        let mut mappings = taken(&mut self.definition, "mappings");
        mappings.insert("dynamic", true);
        self.definition.insert("mappings", mappings);
        self
    }

    /// Sets how strings are divided into words. The default is `lucene.standard`. `analyzer: "lucene.english"`
    pub fn analyzer(mut self, analyzer: impl Into<String>) -> Self {
        self.definition.insert("analyzer", analyzer.into());
        self
    }

    /// Sets how the strings of a query are divided into words, if not as those of documents.
    /// `searchAnalyzer: "lucene.simple"`
    pub fn search_analyzer(mut self, analyzer: impl Into<String>) -> Self {
        self.definition.insert("searchAnalyzer", analyzer.into());
        self
    }

    /// Adds an array of numbers to an index for `$vectorSearch`, by its dotted stored name.
    /// `{ type: "vector", path: .., numDimensions: .., similarity: .. }`
    pub fn vector_field(self, path: impl Into<String>, dimensions: u32, similarity: Similarity) -> Self {
        let dimensions = i32::try_from(dimensions).unwrap_or(i32::MAX);
        self.with_field(doc! {
            "type": "vector", "path": path.into(), "numDimensions": dimensions, "similarity": similarity.name(),
        })
    }

    /// Adds a field by which `$vectorSearch` filters, by its dotted stored name. `{ type: "filter", path: .. }`
    pub fn filter_field(self, path: impl Into<String>) -> Self {
        self.with_field(doc! { "type": "filter", "path": path.into() })
    }

    fn with_field(mut self, field: Document) -> Self {
        match self.definition.get_array_mut("fields") {
            Ok(fields) => fields.push(field.into()),
            Err(_) => drop(self.definition.insert("fields", vec![field])),
        }
        self
    }

    /// Returns the name, by which queries select the index.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Returns whether the index is for `$vectorSearch`.
    pub fn is_vector(&self) -> bool {
        self.is_vector
    }

    /// Returns the definition as the server accepts it.
    pub fn definition(&self) -> &Document {
        &self.definition
    }

    /// Returns the index as an element of `indexes` of the command `createSearchIndexes`:
    /// `{ name: .., type: "search", definition: { .. } }`.
    pub fn to_document(&self) -> Document {
        doc! { "name": &self.name, "type": self.type_name(), "definition": &self.definition }
    }

    /// Returns the type as the server names it.
    pub(crate) fn type_name(&self) -> &'static str {
        if self.is_vector { "vectorSearch" } else { "search" }
    }

    /// Returns why the server would refuse the index, as a phrase to follow its name.
    pub fn problem(&self) -> Option<String> {
        let has_fields = |list: Option<&Bson>| match list {
            Some(Bson::Document(fields)) => !fields.is_empty(),
            Some(Bson::Array(fields)) => !fields.is_empty(),
            _ => false,
        };
        if self.name.is_empty() {
            return Some("has an empty name".to_owned());
        }
        if self.problem.is_some() {
            return self.problem.clone();
        }
        if self.is_vector {
            let fields = self.definition.get_array("fields").map(Vec::as_slice).unwrap_or_default();
            let is_vector = |field: &Bson| type_of(field).is_some_and(|name| name != "filter");
            return (!fields.iter().any(is_vector)).then(|| "has no field with vectors".to_owned());
        }
        let mappings = self.definition.get_document("mappings").ok()?;
        let is_dynamic = !matches!(mappings.get("dynamic"), Some(Bson::Boolean(false)) | None);
        (!is_dynamic && !has_fields(mappings.get("fields")))
            .then(|| "has no fields and is not dynamic".to_owned())
    }
}

/// Takes the document in a field, or an empty one.
fn taken(parent: &mut Document, name: &str) -> Document {
    match parent.remove(name) {
        Some(Bson::Document(document)) => document,
        _ => Document::new(),
    }
}

/// Adds a field to those of a document, which are nested by the steps of the path.
fn add_field(fields: &mut Document, path: &str, definition: Document) {
    let Some((first, below)) = path.split_once('.') else {
        let added = match fields.remove(path) {
            Some(Bson::Array(mut types)) => {
                types.push(definition.into());
                Bson::Array(types)
            }
            Some(first) => Bson::Array(vec![first, definition.into()]),
            None => definition.into(),
        };
        fields.insert(path, added);
        return;
    };
    let mut types = match fields.remove(first) {
        Some(Bson::Array(types)) => types,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    // The fields of a document are in its definition as a document, or as documents that are searched on their own.
    let holds_fields = |field: &Bson| matches!(type_of(field), Some("document" | "embeddedDocuments"));
    let position = types.iter().position(holds_fields).unwrap_or(types.len());
    if position == types.len() {
        types.push(doc! { "type": "document" }.into());
    }
    if let Some(Bson::Document(parent)) = types.get_mut(position) {
        let mut nested = taken(parent, "fields");
        add_field(&mut nested, below, definition);
        parent.insert("fields", nested);
    }
    let added = if types.len() == 1 { types.swap_remove(0) } else { Bson::Array(types) };
    fields.insert(first, added);
}

/// Returns the type in the definition of a field.
fn type_of(field: &Bson) -> Option<&str> {
    field.as_document()?.get_str("type").ok()
}

/// `default (search)` or `by_plot (vectorSearch)`
impl fmt::Display for SearchIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.name, self.type_name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_of_documents_are_nested() {
        let index = SearchIndex::search("default")
            .field("ship_to.city", SearchFieldType::Token)
            .field("ship_to.zip", SearchFieldType::String)
            .field("total", SearchFieldType::Number)
            .analyzer("lucene.english");
        assert_eq!(
            index.definition(),
            &doc! {
                "mappings": { "dynamic": false, "fields": {
                    "ship_to": { "type": "document", "fields": {
                        "city": { "type": "token" }, "zip": { "type": "string" },
                    } },
                    "total": { "type": "number" },
                } },
                "analyzer": "lucene.english",
            }
        );
        assert_eq!(index.problem(), None);
    }

    #[test]
    fn a_field_may_have_several_types_and_fields_of_its_own() {
        let index = SearchIndex::search("default")
            .field("title", SearchFieldType::String)
            .field("title", SearchFieldType::Autocomplete)
            .field("title", SearchFieldType::Token)
            .field("lines", SearchFieldType::EmbeddedDocuments)
            .field("lines.sku", SearchFieldType::Token)
            .field("ship_to", SearchFieldType::Document)
            .field("ship_to.city", SearchFieldType::Token)
            .search_analyzer("lucene.simple");
        assert_eq!(
            index.definition(),
            &doc! {
                "mappings": { "dynamic": false, "fields": {
                    "title": [{ "type": "string" }, { "type": "autocomplete" }, { "type": "token" }],
                    "lines": {
                        "type": "embeddedDocuments", "dynamic": true, "fields": { "sku": { "type": "token" } },
                    },
                    "ship_to": { "type": "document", "dynamic": true, "fields": { "city": { "type": "token" } } },
                } },
                "searchAnalyzer": "lucene.simple",
            }
        );
    }

    #[test]
    fn indexes_that_the_server_refuses() {
        let problem = |index: SearchIndex| index.problem().unwrap_or_default();
        assert_eq!(problem(SearchIndex::search("")), "has an empty name");
        assert_eq!(problem(SearchIndex::search("a")), "has no fields and is not dynamic");
        assert_eq!(problem(SearchIndex::search("a").dynamic()), "");
        assert_eq!(problem(SearchIndex::vector("a").filter_field("b")), "has no field with vectors");
    }
}
