//! Operators and options of `$search` that the builders of the driver lack.

use mongodb::bson::{Bson, Document, doc};

use super::{IntoSearch, IntoSearchMeta, vector::QueryVector};

/// A search as a document, with the options that the builders of the driver lack.
///
/// Construct with [`Search::new`] from a builder of the driver, or with [`has_root`], [`has_ancestor`] or
/// [`nearest_vectors`].
#[derive(Debug, Clone)]
#[must_use = "pass it to `search` or `search_meta`"]
pub struct Search(Document);

impl Search {
    /// Begins with a search of the driver: an operator of [`mongodb::atlas_search`], or `search(operator)` with options.
    pub fn new(search: impl IntoSearch) -> Self {
        Self(search.into_search())
    }

    /// Returns the documents of an array, instead of those that contain it: the documents at this path.
    ///
    /// `returnScope: { path: "funding_rounds" }`
    pub fn return_scope(mut self, path: &str) -> Self {
        self.0.insert("returnScope", doc! { "path": path });
        self
    }

    /// Returns only the fields that the index stores, without reading the documents. [`return_scope`](Self::return_scope)
    /// needs it.
    ///
    /// `returnStoredSource: true`
    pub fn return_stored_source(mut self) -> Self {
        self.0.insert("returnStoredSource", true);
        self
    }

    /// Sets the index of the search. The default is the one called `default`.
    ///
    /// `index: "companies"`
    pub fn index(mut self, name: &str) -> Self {
        self.0.insert("index", name);
        self
    }

    /// Records the words of the search, for the analytics of searches.
    ///
    /// `tracking: { searchTerms: "words" }`
    pub fn tracking(mut self, words: &str) -> Self {
        self.0.insert("tracking", doc! { "searchTerms": words });
        self
    }

    /// Returns the search as a document, which the builders of the driver accept as an operator.
    pub fn into_document(self) -> Document {
        self.0
    }
}

impl IntoSearch for Search {
    fn into_search(self) -> Document {
        self.0
    }
}

impl IntoSearchMeta for Search {
    fn into_search_meta(self) -> Document {
        self.0
    }
}

/// Finds documents of an array whose outermost document an operator finds: for a search with
/// [`return_scope`](Search::return_scope).
///
/// `{ hasRoot: { operator: { .. } } }`
pub fn has_root(operator: impl IntoSearch) -> Search {
    Search(doc! { "hasRoot": { "operator": operator.into_search() } })
}

/// Finds documents of an array inside a document at this path that an operator finds: for a search with
/// [`return_scope`](Search::return_scope).
///
/// `{ hasAncestor: { ancestorPath: "funding_rounds", operator: { .. } } }`
pub fn has_ancestor(path: &str, operator: impl IntoSearch) -> Search {
    Search(doc! { "hasAncestor": { "ancestorPath": path, "operator": operator.into_search() } })
}

/// Finds documents whose vector is near this one, as an operator of `$search`. Construct with [`nearest_vectors`].
#[derive(Debug, Clone)]
#[must_use = "pass it to `search`"]
pub struct NearestVectors(Document);

/// Finds at most `limit` documents whose vector at this path is near this one, as an operator of `$search`:
/// [`VectorSearch`](super::VectorSearch) is the stage.
///
/// `{ vectorSearch: { path: "embedding", queryVector: [..], limit: 10 } }`
pub fn nearest_vectors<K>(path: &str, vector: impl QueryVector<K>, limit: u32) -> NearestVectors {
    NearestVectors(doc! { "path": path, "queryVector": vector.vector(), "limit": i64::from(limit) })
}

impl NearestVectors {
    fn with(mut self, name: &str, value: impl Into<Bson>) -> Self {
        self.0.insert(name, value);
        self
    }

    /// Sets how many neighbours are compared, for a search that is not exact.
    ///
    /// `numCandidates: number`
    pub fn num_candidates(self, number: u32) -> Self {
        self.with("numCandidates", i64::from(number))
    }

    /// Compares all vectors.
    ///
    /// `exact: true`
    pub fn exact(self) -> Self {
        self.with("exact", true)
    }

    /// Searches only documents that another operator finds.
    ///
    /// `filter: { .. }`
    pub fn filter(self, operator: impl IntoSearch) -> Self {
        self.with("filter", operator.into_search())
    }

    /// Changes the score of the documents.
    ///
    /// `score: { boost: { value: 2 } }`
    pub fn score(self, options: Document) -> Self {
        self.with("score", options)
    }
}

impl IntoSearch for NearestVectors {
    fn into_search(self) -> Document {
        doc! { "vectorSearch": self.0 }
    }
}
