//! The stages of Atlas Search: `$search $searchMeta $vectorSearch $rankFusion $scoreFusion $score $rerank`.

use std::{fmt, marker::PhantomData};

use mongodb::{
    atlas_search::{AtlasSearch, AtlasSearchMeta, SearchOperator, search, search_meta},
    bson::{Bson, Document, doc},
};

use super::{StageArgument, diagnostics::SearchMetadata, lookup::path_name, paths};
use crate::{
    error::codec::CodecResult,
    expr::{Expression, Exprs, exprs, rendered::Rendered},
    filter::IntoFilter,
    model::Model,
    path::{IntoBase, Path, Root},
    pipeline::{AllowsMatch, Detached, Pipeline, TopLevel},
    value::Value,
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

/// A search for the nearest vectors. Construct with [`VectorSearch::new`].
#[must_use = "pass it to `vector_search`"]
pub struct VectorSearch<M> {
    stage: StageArgument,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for VectorSearch<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("VectorSearch")
    }
}

impl<M: Value> VectorSearch<M> {
    /// Finds at most `limit` documents whose vector is near this one, by an index:
    /// `VectorSearch::new("plots", |m| m.embedding(), vector, 10)`.
    ///
    /// `index: "plots", path: "embedding", queryVector: [..], limit: 10`
    pub fn new<F, V, R>(
        index: &str,
        field: impl FnOnce(Root<M>) -> F,
        vector: impl IntoIterator<Item = f64>,
        limit: u32,
    ) -> Self
    where
        F: IntoBase<Base = Path<M, V, R>>,
    {
        let mut search = Self { stage: StageArgument::default(), model: PhantomData };
        search.stage.set("index", index);
        search.stage.insert("path", path_name(&field(paths::<M>()).into_base()));
        search.stage.set("queryVector", vector.into_iter().collect::<Vec<_>>());
        search.stage.insert("limit", limit.to_bson());
        search
    }

    /// Sets how many neighbours are compared, for a search that is not exact.
    ///
    /// `numCandidates: number`
    pub fn num_candidates(mut self, number: u32) -> Self {
        self.stage.insert("numCandidates", number.to_bson());
        self
    }

    /// Compares all vectors.
    ///
    /// `exact: true`
    pub fn exact(mut self) -> Self {
        self.stage.set("exact", true);
        self
    }

    /// Searches only documents that satisfy a condition on fields of the index.
    ///
    /// `filter: { .. }`
    pub fn filter<F: IntoFilter<M>>(mut self, condition: impl FnOnce(Root<M>) -> F) -> Self {
        let filter = condition(paths::<M>()).into_filter().into_clauses().into_document();
        self.stage.insert("filter", filter);
        self
    }
}

/// Several searches whose results are combined: by their ranks with [`rank_fusion`](Pipeline::rank_fusion), by their
/// scores with [`score_fusion`](Pipeline::score_fusion).
#[must_use = "pass it to `rank_fusion` or `score_fusion`"]
pub struct Fusion<M> {
    pipelines: StageArgument,
    weights: Document,
    normalization: Option<ScoreNormalization>,
    details: bool,
    model: PhantomData<fn() -> M>,
}

impl<M> fmt::Debug for Fusion<M> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Fusion")
    }
}

impl<M: Model> Default for Fusion<M> {
    fn default() -> Self {
        Self::new()
    }
}

impl<M: Model> Fusion<M> {
    /// Combines no searches yet.
    pub fn new() -> Self {
        Self {
            pipelines: StageArgument::default(),
            weights: Document::new(),
            normalization: None,
            details: false,
            model: PhantomData,
        }
    }

    /// Adds a search, with a name for its weight: `.pipeline("words", |m| m.search(..).limit(20))`.
    ///
    /// `input: { pipelines: { words: [ .. ] } }`
    pub fn pipeline(
        mut self,
        name: &str,
        search: impl FnOnce(Pipeline<M, M, Detached>) -> Pipeline<M, M, Detached>,
    ) -> Self {
        self.pipelines.insert(name, search(Pipeline::new()).into_raw().into_list());
        self
    }

    /// Sets the weight of the search with this name. The default is 1.
    ///
    /// `combination: { weights: { words: 2.0 } }`
    pub fn weight(mut self, name: &str, weight: f64) -> Self {
        self.weights.insert(name, weight);
        self
    }

    /// Sets how the scores of the searches are made comparable: for [`score_fusion`](Pipeline::score_fusion), which needs
    /// it.
    ///
    /// `input: { .., normalization: "sigmoid" }`
    pub fn normalization(mut self, normalization: ScoreNormalization) -> Self {
        self.normalization = Some(normalization);
        self
    }

    /// Lets [`Meta::SCORE_DETAILS`](crate::expr::Meta) return how the score was computed.
    ///
    /// `scoreDetails: true`
    pub fn score_details(mut self) -> Self {
        self.details = true;
        self
    }

    fn render(self) -> CodecResult<Bson> {
        let mut input = doc! { "pipelines": self.pipelines.finish()? };
        if let Some(normalization) = self.normalization {
            input.insert("normalization", normalization.name());
        }
        let mut stage = doc! { "input": input };
        if !self.weights.is_empty() {
            stage.insert("combination", doc! { "weights": self.weights });
        }
        if self.details {
            stage.insert("scoreDetails", true);
        }
        Ok(stage.into())
    }
}

/// How scores are made comparable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScoreNormalization {
    /// Not at all: `"none"`
    None,
    /// By a sigmoid function: `"sigmoid"`
    Sigmoid,
    /// To the range from 0 to 1: `"minMaxScaler"`
    MinMaxScaler,
}

impl ScoreNormalization {
    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Sigmoid => "sigmoid",
            Self::MinMaxScaler => "minMaxScaler",
        }
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
        self.then("$vectorSearch", search.stage.finish().map(Into::into))
    }

    /// Returns the documents of several searches by their combined ranks.
    ///
    /// `{ $rankFusion: { input: { pipelines: { .. } } } }`
    ///
    /// Requires MongoDB 8.1. It must be the first stage.
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

impl<In, Row: Value, P: AllowsMatch> Pipeline<In, Row, P> {
    /// Sets the score of each row, which [`Meta::SCORE`](crate::expr::Meta) returns.
    ///
    /// `{ $score: { score: expression, normalization: "none" } }`
    ///
    /// Requires MongoDB 8.2.
    pub fn score<X: Expression<Row>>(
        self,
        normalization: ScoreNormalization,
        score: impl FnOnce(Exprs<Row>) -> X,
    ) -> Self {
        let score = score(exprs::<Row>()).render().map(Rendered::into_value);
        self.then(
            "$score",
            score.map(|score| doc! { "score": score, "normalization": normalization.name() }.into()),
        )
    }

    /// Sorts the rows by a model that compares a string with a field of each.
    ///
    /// `{ $rerank: options }`
    ///
    /// Requires MongoDB 8.3 with Atlas Search.
    pub fn rerank(self, options: Document) -> Self {
        self.then_raw("$rerank", options)
    }
}
