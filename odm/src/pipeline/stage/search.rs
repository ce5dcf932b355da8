//! The stages of Atlas Search: `$search $searchMeta $vectorSearch $rankFusion $scoreFusion $score $rerank`.

mod fusion;
mod operator;
mod score;
mod vector;

use mongodb::{
    atlas_search::{AtlasSearch, AtlasSearchMeta, SearchOperator, search, search_meta},
    bson::{Bson, Document},
};

pub use self::{
    fusion::Fusion,
    operator::{NearestVectors, Search, has_ancestor, has_root, nearest_vectors},
    score::{Rerank, ScoreNormalization, ScoreOptions},
    vector::{NestedScore, VectorSearch},
};
use super::diagnostics::SearchMetadata;
use crate::{
    model::Model,
    pipeline::{Pipeline, TopLevel},
};

/// A search: a builder of [`mongodb::atlas_search`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a search",
    label = "expected an operator of `mongodb::atlas_search`, or `search(operator)` with options"
)]
pub trait IntoSearch {
    /// Returns the argument of `$search`.
    fn into_search(self) -> Document;
}

/// A search of which only metadata is returned: a builder of [`mongodb::atlas_search`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a search",
    label = "expected an operator of `mongodb::atlas_search`, or `search_meta(operator)` with options"
)]
pub trait IntoSearchMeta {
    /// Returns the argument of `$searchMeta`.
    fn into_search_meta(self) -> Document;
}

/// Returns the argument of a stage of the driver.
fn argument(stage: Document) -> Document {
    match stage.into_iter().next() {
        Some((_, Bson::Document(argument))) => argument,
        _ => Document::new(),
    }
}

impl IntoSearch for AtlasSearch {
    fn into_search(self) -> Document {
        argument(self.into_stage())
    }
}

impl<T> IntoSearch for SearchOperator<T> {
    fn into_search(self) -> Document {
        search(self).into_search()
    }
}

impl IntoSearchMeta for AtlasSearchMeta {
    fn into_search_meta(self) -> Document {
        argument(self.into_stage())
    }
}

impl<T> IntoSearchMeta for SearchOperator<T> {
    fn into_search_meta(self) -> Document {
        search_meta(self).into_search_meta()
    }
}

impl<M: Model, P: TopLevel> Pipeline<M, M, P> {
    /// Returns the documents that a search finds, the best match first. Construct the search with the builders of the
    /// driver, [`mongodb::atlas_search`]; `Movie::fields().title().name()` is the
    /// name of a field.
    ///
    /// `{ $search: { text: { path: "title", query: "odm" } } }`
    ///
    /// Requires Atlas Search. It must be the first stage.
    pub fn search(self, search: impl IntoSearch) -> Self {
        self.then_raw("$search", search.into_search())
    }

    /// Returns one row with the metadata of a search: the number of documents, and facets.
    ///
    /// `{ $searchMeta: { .. } }`
    ///
    /// Requires Atlas Search. It must be the first stage.
    pub fn search_meta(self, search: impl IntoSearchMeta) -> Pipeline<M, SearchMetadata, P> {
        self.then_raw("$searchMeta", search.into_search_meta())
    }

    /// Returns the documents whose vectors are nearest, the nearest first.
    ///
    /// `{ $vectorSearch: { index: "plots", path: "embedding", queryVector: [..], limit: 10 } }`
    ///
    /// Requires Atlas Vector Search. It must be the first stage.
    pub fn vector_search(self, search: VectorSearch<M>) -> Self {
        self.then("$vectorSearch", search.render())
    }

    /// Returns the documents of several searches by their combined ranks.
    ///
    /// `{ $rankFusion: { input: { pipelines: { .. } } } }`
    ///
    /// Requires MongoDB 8.0. It must be the first stage.
    pub fn rank_fusion(self, searches: Fusion<M>) -> Self {
        self.then("$rankFusion", searches.render())
    }

    /// Returns the documents of several searches by their combined scores.
    ///
    /// `{ $scoreFusion: { input: { pipelines: { .. }, normalization: "sigmoid" } } }`
    ///
    /// Requires MongoDB 8.2. It must be the first stage.
    pub fn score_fusion(self, searches: Fusion<M>) -> Self {
        self.then("$scoreFusion", searches.render())
    }
}
