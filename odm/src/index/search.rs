//! `SearchIndex`: an index for full-text search or for the search of similar vectors.

use std::fmt;

use mongodb::bson::{Bson, Document, doc};

/// An index for `$search` or `$vectorSearch`, which a server with Atlas Search has.
///
/// Construct with [`SearchIndex::search`] or [`SearchIndex::vector`], and add it to the models with
/// [`Models::with_search_indexes`](crate::schema::Models::with_search_indexes): the plan compares it with those of the
/// collection, and reports it if the server has no search. See
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
}

/// How a search index contains a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum SearchFieldType {
    /// The beginnings of words, while a user types. `{ type: "autocomplete" }`
    Autocomplete,
    /// `{ type: "boolean" }`
    Boolean,
    /// `{ type: "date" }`
    Date,
    /// A geometry. `{ type: "geo" }`
    Geo,
    /// `{ type: "number" }`
    Number,
    /// `{ type: "objectId" }`
    ObjectId,
    /// The words of a string. `{ type: "string" }`
    String,
    /// A whole string, for sorts and facets. `{ type: "token" }`
    Token,
    /// `{ type: "uuid" }`
    Uuid,
}

impl SearchFieldType {
    /// Returns the name of the type in a definition.
    pub fn name(self) -> &'static str {
        match self {
            Self::Autocomplete => "autocomplete",
            Self::Boolean => "boolean",
            Self::Date => "date",
            Self::Geo => "geo",
            Self::Number => "number",
            Self::ObjectId => "objectId",
            Self::String => "string",
            Self::Token => "token",
            Self::Uuid => "uuid",
        }
    }
}

/// How the distance of two vectors is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Similarity {
    /// The angle between the vectors. `similarity: "cosine"`
    Cosine,
    /// The angle and the length. `similarity: "dotProduct"`
    DotProduct,
    /// The distance of the ends. `similarity: "euclidean"`
    Euclidean,
}

impl Similarity {
    /// Returns the name in a definition.
    pub fn name(self) -> &'static str {
        match self {
            Self::Cosine => "cosine",
            Self::DotProduct => "dotProduct",
            Self::Euclidean => "euclidean",
        }
    }
}

impl SearchIndex {
    /// Returns an index for `$search` without fields. Add them with [`field`](Self::field).
    pub fn search(name: impl Into<String>) -> Self {
        let definition = doc! { "mappings": { "dynamic": false } };
        Self { name: name.into(), is_vector: false, definition }
    }

    /// Returns an index for `$vectorSearch` without fields. Add them with [`vector_field`](Self::vector_field).
    pub fn vector(name: impl Into<String>) -> Self {
        Self { name: name.into(), is_vector: true, definition: doc! { "fields": [] } }
    }

    /// Returns an index with a definition in the form of the server.
    pub fn with_definition(name: impl Into<String>, is_vector: bool, definition: Document) -> Self {
        Self { name: name.into(), is_vector, definition }
    }

    /// Adds a field to an index for `$search`, by its dotted stored name. `mappings: { fields: { .. } }`
    pub fn field(mut self, path: impl AsRef<str>, field_type: SearchFieldType) -> Self {
        let mut mappings = taken(&mut self.definition, "mappings");
        let mut fields = taken(&mut mappings, "fields");
        add_field(&mut fields, path.as_ref(), field_type);
        mappings.insert("fields", fields);
        self.definition.insert("mappings", mappings);
        self
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
        if self.is_vector {
            let fields = self.definition.get_array("fields").map(Vec::as_slice).unwrap_or_default();
            let is_vector = |field: &Bson| {
                let field = field.as_document();
                field.and_then(|field| field.get_str("type").ok()).is_some_and(|name| name != "filter")
            };
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
fn add_field(fields: &mut Document, path: &str, field_type: SearchFieldType) {
    let Some((first, below)) = path.split_once('.') else {
        fields.insert(path, doc! { "type": field_type.name() });
        return;
    };
    let mut inner = taken(fields, first);
    let mut nested = taken(&mut inner, "fields");
    add_field(&mut nested, below, field_type);
    fields.insert(first, doc! { "type": "document", "fields": nested });
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
    fn indexes_that_the_server_refuses() {
        let problem = |index: SearchIndex| index.problem().unwrap_or_default();
        assert_eq!(problem(SearchIndex::search("")), "has an empty name");
        assert_eq!(problem(SearchIndex::search("a")), "has no fields and is not dynamic");
        assert_eq!(problem(SearchIndex::search("a").dynamic()), "");
        assert_eq!(problem(SearchIndex::vector("a").filter_field("b")), "has no field with vectors");
    }
}
