//! The types of the fields of a search index.

use mongodb::bson::{Document, doc};

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
    /// A document, or an array of documents, with every field whose type the server can index.
    /// `{ type: "document", dynamic: true }`
    Document,
    /// An array of documents, each of which is searched on its own. `{ type: "embeddedDocuments", dynamic: true }`
    EmbeddedDocuments,
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
            Self::Document => "document",
            Self::EmbeddedDocuments => "embeddedDocuments",
            Self::Geo => "geo",
            Self::Number => "number",
            Self::ObjectId => "objectId",
            Self::String => "string",
            Self::Token => "token",
            Self::Uuid => "uuid",
        }
    }

    /// Returns the definition of a field of this type.
    pub(super) fn definition(self) -> Document {
        let mut definition = doc! { "type": self.name() };
        if matches!(self, Self::Document | Self::EmbeddedDocuments) {
            definition.insert("dynamic", true);
        }
        definition
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
